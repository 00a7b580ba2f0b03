#include "app/mama/study_options.h"

#include "app/mama/commands.h"
#include "core/base/files.h"
#include "core/zeroshot/result_json.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {

void addStudyOptions(CLI::App& command, StudyOptions& options)
{
    command.add_option("--model", options.model, "Model folder, or the name of an installed model")->required();
    command.add_option("--study", options.paths, "Folder of a study, or its files (DICOM, PNG, JPEG, TIFF)")
        ->required();
    command.add_option("--study-uid", options.selection.studyUid, "Which study, where the paths hold several");
    command
        .add_option("--frame", options.frame,
                    "Frame to score of stacks (counted from 0); without it stacks are skipped")
        ->check(CLI::Range(0, 1'000'000));
    command.add_flag("--processing", options.selection.processing, "Score raw images (for processing) too");
    command
        .add_option("--fusion", options.fusion,
                    "From images to breasts and study: maximum, mean, mean-of-breast-maxima")
        ->capture_default_str();
    command.add_option("--pooling", options.pooling, "Of the text: default (as the model says), zero-shot, training")
        ->capture_default_str();
    command.add_option("--prefix", options.prefix,
                       "Text in front of every sentence, such as the image's own metadata; named in the result");
    command.add_flag("--raw", options.raw, "Texts as they are, special tokens written in them recognised");
    command.add_option("--cache", options.cache, "Folder of the embedding cache");
    command.add_flag("--no-cache", options.noCache, "Encode every image anew, keep nothing");
    command.add_flag("--json", options.json, "One JSON document on standard output");
    addComputeOptions(command, options.compute);
}

std::filesystem::path embeddingFolder(const std::filesystem::path& named)
{
    return named.empty() ? cacheFolder() / "embeddings" : named;
}

Cancellable<OpenedStudy> openStudy(const StudyOptions& options, const Job& job)
{
    SelectionOptions selection = options.selection;
    if (options.frame >= 0)
        selection.frame = options.frame;
    const auto images = findImages(options.paths, selection, job);
    if (!images)
        return {};
    OpenedStudy out;
    out.model = loadModel(options.model, options.compute, job);
    if (job.cancelled())
        return {};
    EmbeddingCache cache(embeddingFolder(options.cache));
    const StudyEncoder encoder(*out.model.model, out.model.profile, options.noCache ? nullptr : &cache);
    auto study = encoder.encode(*images, job);
    if (!study)
        return {};
    out.study = std::move(*study);
    return out;
}

int report(nlohmann::json document, const EncodedStudy& study, bool json, const std::function<void()>& table)
{
    document["skipped"] = toJson(study.skipped);
    document["refused"] = toJson(study.refused);
    for (const NotScored& one : study.refused)
        std::cerr << "refused: " << one.path.string() << ": " << one.reason << "\n";
    if (json)
        printJson(document);
    else
        table();
    return study.refused.empty() ? Done : SomeRefused;
}

} // namespace mama::cli
