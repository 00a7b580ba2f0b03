#pragma once
#include "core/base/user_text.h"

// What work on public checkpoints was doing: the first part of an Error's line.
namespace mama::action {

inline constexpr auto readCatalogue = TextId("action.read_catalogue", "read catalogue");
inline constexpr auto getModel = TextId("action.get_model", "get model");
inline constexpr auto fetch = TextId("action.fetch", "fetch");
inline constexpr auto removeModel = TextId("action.remove_model", "remove model");

} // namespace mama::action
