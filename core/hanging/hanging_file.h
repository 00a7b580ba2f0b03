#pragma once
#include "core/hanging/hanging_plan.h"

#include <filesystem>
#include <string>

namespace mama {

// {"format": "mama-hanging", "version": 1, "hangings": [{"name": "CC first", "when": "always" | "implant" | "spot",
// "steps": [{"name": "all four", "columns": 4, "cells": ["R CC", "prior R CC", "R CC displaced", "R CC spot", ""]}]}]}.
// Error(Format) names the file, the line and what is wrong there.
HangingPlans parseHanging(const std::string& text, const std::filesystem::path& file);
HangingPlans readHanging(const std::filesystem::path& file);

// Where no file says otherwise: the four views, each pair with its priors, each breast; rows for displaced implants,
// spot views beside their parents. As a file would say it, to begin one's own with.
const std::string& builtInHangingText();
HangingPlans builtInHanging();

} // namespace mama
