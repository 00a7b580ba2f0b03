#include "app/mama/study_options.h"

#include "app/mama/commands.h"
#include "app/mama/reader_option.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/study/scan.h"
#include "core/zeroshot/result_messages.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {

void addStudyOptions(CLI::App& command, StudyOptions& options)
{
    addModelOption(command, options.model);
    command.add_option("--study", options.paths, "Folder of a study, or its files (DICOM, PNG, JPEG, TIFF)")
        ->required();
    command.add_option("--study-uid", options.selection.studyUid, "Which study, where the paths hold several");
    command
        .add_option("--frame", options.frame,
                    "Frame to score of stacks (counted from 0); without it stacks are skipped")
        ->check(CLI::Range(0, 1'000'000));
    addReadersSidesOption(command, options.readersSides);
    command.add_flag("--processing", options.selection.processing, "Score raw images (for processing) too");
    command
        .add_option("--fusion", options.fusion,
                    "From images to breasts and study: maximum, mean, mean-of-breast-maxima")
        ->capture_default_str();
    addTextOptions(command, options);
    addImageOptions(command, options.images);
    addCacheOption(command, options.cache);
    command.add_flag("--no-cache", options.noCache, "Encode every image anew, keep nothing");
    addJsonOption(command, options.json);
    addComputeOptions(command, options.compute);
}

LoadedModel loadModelFor(const std::string& model, const ImageReading& images, const ComputeOptions& compute,
                         const Job& job)
{
    LoadedModel loaded = loadModel(model, compute, job);
    if (loaded.model && !images.profile.empty())
        loaded.profile = profileFor(*loaded.model, images.profile);
    loaded.mapWay = images.mapWay;
    return loaded;
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
    std::vector<std::filesystem::path> paths;
    for (const std::filesystem::path& path : options.paths)
        paths.push_back(givenPath(path.native()));
    auto report = scan(paths, job);
    if (!report)
        return {};
    if (options.readersSides)
        takeReadersSides(*report, job);
    const ImageSelection images = selectImages(*report, selection);
    OpenedStudy out;
    out.model = loadModelFor(options.model, options.images, options.compute, job);
    if (job.cancelled())
        return {};
    EmbeddingCache cache(embeddingFolder(options.cache));
    EmbeddingCache* const used = options.noCache ? nullptr : &cache;
    StudyEncoder encoder(*out.model.model, out.model.profile, used, out.model.mapWay);
    KeptInputs kept(std::uint64_t{4} << 30); // a second way is read out of them
    if (!options.otherWay.empty()) {
        static_cast<void>(out.model.model->info().mapWay(options.otherWay)); // before it is encoded
        encoder.keepIn(kept);
    }
    auto study = encoder.encode(images, job);
    if (!study)
        return {};
    out.study = std::move(*study);
    if (options.otherWay.empty())
        return out;
    StudyEncoder other(*out.model.model, out.model.profile, used, options.otherWay);
    other.keepIn(kept);
    auto again = other.encode(images, job);
    if (!again)
        return {};
    out.other = std::make_shared<const EncodedStudy>(std::move(*again));
    return out;
}

int report(nlohmann::json document, const EncodedStudy& study, bool json, const std::function<void()>& table)
{
    document["skipped"] = toJson(notUsed(study.skipped));
    document["refused"] = toJson(notUsed(study.refused));
    for (const NotScored& one : study.refused)
        std::cerr << "refused: " << one.path.string() << ": " << one.reason.english() << "\n";
    if (json)
        printJson(document);
    else
        table();
    return study.refused.empty() ? Done : SomeRefused;
}

} // namespace mama::cli
