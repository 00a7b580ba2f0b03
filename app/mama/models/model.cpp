// mama model: the public checkpoints, and what belongs to a model folder beside its weights.
#include "app/mama/models/public_models.h"
#include "app/mama/study_options.h"
#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/path_text.h"
#include "core/base/stopwatch.h"
#include "core/base/user_files.h"
#include "core/protocol/map_way.h"
#include "core/study/scan.h"
#include "core/zeroshot/reference_builder.h"
#include "core/zeroshot/sentence_context.h"

#include <algorithm>
#include <cctype>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct ReferenceCommand
{
    std::string model, name;
    std::vector<std::filesystem::path> data;
    std::filesystem::path cache;
    std::size_t patches = 8192;
    std::uint64_t seed = 1;
    bool noCache = false, json = false;
    ComputeOptions compute;
};

bool hasWord(const std::string& text)
{
    return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x80 || std::isalnum(c) != 0; });
}

struct Refused
{
    nlohmann::json list = nlohmann::json::array();

    void add(const std::filesystem::path& path, const UserText& reason)
    {
        std::cerr << "refused: " << pathText(path) << ": " << reason.english() << "\n";
        list.push_back({{"path", pathText(path)}, {"reason", reason.english()}});
    }
};

// False: cancelled.
bool addStudies(const ReferenceCommand& command, const LoadedModel& loaded, ReferenceBuilder& builder, Refused& refused,
                const Job& job)
{
    const auto report = scan(command.data, job);
    if (!report)
        return false;
    for (const ScanProblem& problem : report->problems)
        if (problem.refused)
            refused.add(problem.path, problem.reason);
    EmbeddingCache cache(embeddingFolder(command.cache));
    const StudyEncoder encoder(*loaded.model, loaded.profile, command.noCache ? nullptr : &cache);
    for (std::size_t i = 0; i < report->studies.size(); ++i) {
        if (job.cancelled())
            return false;
        job.report(i, report->studies.size(), "encode studies");
        SelectionOptions one;
        one.studyUid = report->studies[i].uid;
        try {
            const auto study = encoder.encode(selectImages(*report, one), {job.stop, {}});
            if (!study)
                return false;
            for (const NotScored& image : study->refused)
                refused.add(image.path, image.reason);
            builder.add(*study);
        } catch (const Error& error) {
            if (!belongsToFile(error))
                throw;
            refused.add(report->studies[i].images.front().place(), error.text());
        }
    }
    return true;
}

// A reference that is of another kind, or damaged, is somebody's all the same.
void keepUnreadable(const std::filesystem::path& file)
{
    if (!std::filesystem::exists(file))
        return;
    try {
        ReferenceSet::read(file);
    } catch (const Error& error) {
        std::cerr << "warning: " << error.text().english() << ": kept as " << pathText(putAside(file).filename())
                  << std::endl;
    }
}

int makeReference(const ReferenceCommand& command, const Job& job)
{
    const Stopwatch watch;
    if (!hasWord(command.name))
        throw Error(ErrorCode::Usage, {action::makeReference}, "--name",
                    {TextId("reference.no_name", "it is shown with every rank: say in words what the studies are")});
    const LoadedModel loaded = loadModel(command.model, command.compute, job);
    if (job.cancelled())
        return Cancelled;
    ReferenceBuilder builder(command.name, loaded.model->info().hash, command.patches, command.seed);
    Refused refused;
    if (!addStudies(command, loaded, builder, refused, job))
        return Cancelled;
    const ReferenceSet set = builder.set();
    if (set.count() == 0)
        throw Error(ErrorCode::Data, {action::makeReference}, command.data.front().string(),
                    {TextId("reference.no_study", "no study could be encoded")});
    const std::filesystem::path file = loaded.folder / referenceFile;
    constexpr std::int64_t few = 100; // a rank is known to a percent
    if (set.studies < few)
        std::cerr << "warning: " << set.studies << " studies: a rank is no finer than 1 in " << set.studies << "; take "
                  << few << " or more" << std::endl;
    keepUnreadable(file);
    set.write(file);
    const auto bytes = std::filesystem::file_size(file);
    if (command.json)
        printJson({{"model", loaded.folder.string()},
                   {"file", file.string()},
                   {"name", set.name},
                   {"studies", set.studies},
                   {"images", set.count()},
                   {"patches", set.patches.size() / static_cast<std::size_t>(set.dim)},
                   {"mean_maps", set.hasMeans() ? nlohmann::json{set.rows, set.columns} : nlohmann::json()},
                   {"map_way", mapWayName(set.mapWay, loaded.model->info().mapWays)},
                   {"profile", set.profile},
                   {"bytes", bytes},
                   {"seconds", watch.milliseconds() / 1000},
                   {"refused", refused.list}});
    else
        std::cout << file.string() << ": " << set.studies << " studies, " << set.count() << " images, " << bytes
                  << " bytes" << std::endl;
    return refused.list.empty() ? Done : SomeRefused;
}

struct SentencesCommand
{
    std::string model;
    bool json = false;
    ComputeOptions compute;
};

int makeSentences(const SentencesCommand& command, const Job& job)
{
    const Stopwatch watch;
    const LoadedModel loaded = loadModel(command.model, command.compute, job);
    if (job.cancelled())
        return Cancelled;
    SentenceContext context(loaded.model, loaded.folder);
    if (!context.writeFile(job))
        return Cancelled;
    const std::filesystem::path file = loaded.folder / sentenceFile;
    const auto known = *context.known();
    const std::size_t count = known->known().texts.size(), elsewhere = known->elsewhere().texts.size();
    const auto bytes = std::filesystem::file_size(file);
    if (command.json)
        printJson({{"model", loaded.folder.string()},
                   {"file", file.string()},
                   {"known", count},
                   {"elsewhere", elsewhere},
                   {"neutral", context.neutralCount()},
                   {"threshold", known->threshold()},
                   {"bytes", bytes},
                   {"seconds", watch.milliseconds() / 1000}});
    else
        std::cout << file.string() << ": " << count << " sentences that the model knows, " << elsewhere
                  << " of elsewhere, threshold " << known->threshold() << ", " << bytes << " bytes" << std::endl;
    return Done;
}

void addSentences(CLI::App& model, Context& context)
{
    auto options = std::make_shared<SentencesCommand>();
    CLI::App* command = model.add_subcommand("sentences", "The sentences that those asked of a model are held against");
    explain(
        *command,
        "Encodes the lists of sentences (mammography, elsewhere, neutral) and the model's own (texts.txt in its folder) and keeps\n"
        "their vectors in sentences.safetensors in the model's folder, to be passed on with it. Without that file they are encoded\n"
        "at the first query and kept in the cache.");
    addModelOption(*command, options->model);
    addJsonOption(*command, options->json);
    addComputeOptions(*command, options->compute);
    command->callback(
        [options, &context] { context.run = [options, &context] { return makeSentences(*options, context.job()); }; });
}

} // namespace

void addModel(CLI::App& app, Context& context)
{
    auto options = std::make_shared<ReferenceCommand>();
    CLI::App* model = app.add_subcommand("model", "Public checkpoints, and what belongs to a model beside its weights");
    model->require_subcommand(1);
    addPublicModels(*model, context);
    addSentences(*model, context);
    CLI::App* command = model->add_subcommand("reference", "The studies that similarities of a model are ranked among");
    explain(
        *command,
        "Encodes every study of a folder and keeps in reference.safetensors in the model's folder its image embeddings, a\n"
        "sample of the patches in the breast and the mean patch at each place of the grid by view (R CC, L CC, R MLO, L MLO).\n"
        "From then on query and window say beside each similarity its rank: the share of these studies that score lower for the\n"
        "same sentence; maps get a range that is the same for every study, and can be taken less the mean map (--map-minus).\n"
        "Take studies that the model was neither trained nor evaluated on, as many as there are: a rank is as fine as they are\n"
        "many. Studies that the model was trained on may not be passed on with it; embeddings count as their data.");
    addModelOption(*command, options->model);
    command->add_option("--data", options->data, "Folders with studies")->required();
    command->add_option("--name", options->name, "What the studies are, in words; shown with the ranks")->required();
    command->add_option("--patches", options->patches, "Sampled patches")
        ->check(CLI::Range(std::size_t{0}, std::size_t{1'000'000}))
        ->capture_default_str();
    command->add_option("--seed", options->seed, "Of the sample")->capture_default_str();
    addCacheOption(*command, options->cache);
    command->add_flag("--no-cache", options->noCache, "Encode every image anew, keep nothing");
    addJsonOption(*command, options->json);
    addComputeOptions(*command, options->compute);
    command->callback(
        [options, &context] { context.run = [options, &context] { return makeReference(*options, context.job()); }; });
}

} // namespace mama::cli
