#pragma once
#include "app/mama/options.h"
#include "core/study/fusion.h"
#include "core/zeroshot/model_catalogue.h"
#include "core/zeroshot/query.h"
#include "core/zeroshot/study_encoder.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mama::cli {

// What every command on one study with one model takes.
struct StudyOptions : TextReading
{
    std::string model;
    std::vector<std::filesystem::path> paths;
    SelectionOptions selection;
    int frame = -1; // -1: not named
    std::string fusion = "maximum";
    bool noCache = false, json = false, readersSides = false;
    std::filesystem::path cache; // empty: in the cache folder
    ComputeOptions compute;
    ImageReading images;
    std::string otherWay; // of maps: the study in it too; empty: not
};
// The model with the profile and the way of maps that the options name. Its model is null if cancelled.
LoadedModel loadModelFor(const std::string& model, const ImageReading& images, const ComputeOptions& compute,
                         const Job& job);
void addStudyOptions(CLI::App& command, StudyOptions& options);

struct OpenedStudy
{
    LoadedModel model;
    EncodedStudy study;
    std::shared_ptr<const EncodedStudy> other = {}; // in StudyOptions::otherWay
};
// Loads the model and encodes the study's images. Empty: cancelled.
Cancellable<OpenedStudy> openStudy(const StudyOptions& options, const Job& job);

// Where embeddings are kept: the folder named, else "embeddings" in the cache folder.
std::filesystem::path embeddingFolder(const std::filesystem::path& named);
// Adds "skipped" and "refused" to a result, lists the refused on stderr, and prints the document if `json`, else calls
// `table`. The exit status.
int report(nlohmann::json document, const EncodedStudy& study, bool json, const std::function<void()>& table);

} // namespace mama::cli
