#pragma once
#include "core/image/profile.h"
#include "core/model/model.h"
#include "core/weights/model_places.h"
#include "core/zeroshot/reference_set.h"

#include <filesystem>
#include <memory>
#include <string>

namespace mama {

// A model, the profile that its model.json names (a built-in one, or NAME.json in the model's folder), and its
// reference.
struct LoadedModel
{
    std::filesystem::path folder;
    std::shared_ptr<const Model> model;
    Profile profile;
    LoadedReference reference{};
    std::string mapWay{}; // asked for; empty: the model's default
};
// Another profile for a loaded model: the name of a built-in one or a JSON file, with the model's own input size, mean
// and deviation. Error(Usage) as findProfile.
Profile profileFor(const Model& model, const std::string& nameOrPath);
LoadedModel loadModel(const std::string& folderOrName, const ComputeOptions& options, const Job& job = {});

} // namespace mama
