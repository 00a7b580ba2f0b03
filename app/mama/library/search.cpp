// mama search: studies of a library that are most like a sentence or an image.
#include "app/mama/library/library_search.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/number_text.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/collection/file_place.h"
#include "core/library/collection/library_images.h"
#include "core/library/embeddings/embedding_index.h"
#include "core/library/studies/study_filter.h"
#include "core/metrics/ranked_list.h"
#include "core/zeroshot/sentence_context.h"
#include "core/zeroshot/similarity.h"
#include "core/zeroshot/text_vectors.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {

namespace fs = std::filesystem;
using nlohmann::json;

Search::Search(const SearchCommand& command, const Job& job)
    : m_command(command), m_job(job), m_library(openLibrary(command.library, Access::Read)), m_columns(*m_library),
      m_clauses(parseFilter(command.where))
{
    std::vector<FilterClause> unscored;
    std::copy_if(m_clauses.begin(), m_clauses.end(), std::back_inserter(unscored),
                 [](const FilterClause& each) { return !usesScore(each); });
    const FilterResult found = filterStudies(m_columns, unscored, false);
    warn(found.warnings);
    m_inside = found.studies;
    m_question.fusion = fusionRuleByName(command.fusion);
}

// The set of a model with the most rows; hash empty: of the only model there is.
void Search::chooseSet(const std::string& hash)
{
    std::string names;
    for (const EmbeddingSetInfo& set : embeddingSets(m_library->folder())) {
        if (set.rows == 0)
            continue;
        if (hash.empty() && !m_set.folder.empty() && m_set.identity.modelHash != set.identity.modelHash)
            throw Error(
                ErrorCode::Usage, {searching}, "--model",
                {TextId("search.several_models", "this library has embeddings of %1 (%2) and %3 (%4): name the model"),
                 m_set.modelName, m_set.identity.modelHash.substr(0, 12), set.modelName,
                 set.identity.modelHash.substr(0, 12)});
        names += (names.empty() ? "" : ", ") + set.modelName;
        if ((hash.empty() || set.identity.modelHash == hash) && (m_set.folder.empty() || set.rows > m_set.rows))
            m_set = set;
    }
    if (m_set.folder.empty())
        throw Error(
            ErrorCode::Usage, {searching}, pathText(m_library->folder()),
            names.empty()
                ? UserText{TextId("search.no_embeddings", "there are no embeddings: mama library embed")}
                : UserText{TextId("search.other_models", "there are no embeddings of this model, but of: %1"), names});
}

const LoadedModel& Search::model()
{
    if (!m_model.model) {
        const std::string folder = m_command.model.empty() ? pathText(m_set.modelFolder) : m_command.model;
        m_model = loadModelFor(folder, {}, m_command.compute, m_job);
        if (m_model.model && !m_set.folder.empty() && m_model.model->info().hash != m_set.identity.modelHash)
            throw Error(ErrorCode::Usage, {searching}, folder,
                        {TextId("search.model_changed", "the model is another than that of the embeddings, which were "
                                                        "made with %1 (%2): name it with --model"),
                         m_set.modelName, m_set.identity.modelHash.substr(0, 12)});
    }
    return m_model;
}

bool Search::askText()
{
    if (!model().model)
        return false;
    TextEncoder encoder(*m_model.model);
    SentenceContext sentences(m_model.model, m_model.folder);
    QueryOptions options;
    options.texts = {m_command.text};
    if (!m_command.minus.empty())
        options.texts.push_back(m_command.minus);
    options.pooling = poolingByName(m_command.pooling);
    options.prefix = m_command.prefix;
    options.raw = m_command.raw;
    options.sentences = m_model.model->info().textFamily.empty() ? nullptr : &sentences;
    auto vectors = textVectors(encoder, options, m_job);
    if (!vectors)
        return false;
    m_texts = std::move(*vectors);
    m_question.vector =
        m_texts.size() > 1 ? differenceOf(m_texts[0].vector, m_texts[1].vector) : m_texts.front().vector;
    return true;
}

// By its bytes, where the library has it; else as the model sees it now.
bool Search::askImage()
{
    if (const auto row = m_index->vectorOf(sha256OfFile(m_command.like, m_job), 0)) {
        m_question.vector = *row;
        return true;
    }
    if (!model().model)
        return false;
    EmbeddingCache cache(embeddingFolder(m_command.cache));
    const auto encoded = StudyEncoder(*m_model.model, m_model.profile, &cache)
                             .encode(ImageToScore{m_command.like, 0, Slot::Extra, Side::Unknown, "", {}, {}}, m_job);
    if (!encoded)
        return false;
    m_question.vector = encoded->encoded->global;
    return true;
}

// Where the sentence's map is highest, in stored pixels; null without maps.
json Search::peakOf(const LibraryImage& image)
{
    const fs::path path = placeOfFile(image.root, image.below);
    if (m_command.noPeaks || m_texts.empty() || m_texts.front().map.empty() || path.empty())
        return nullptr;
    EmbeddingCache cache(embeddingFolder(m_command.cache));
    const StudyEncoder encoder(*m_model.model, m_model.profile, &cache);
    const auto scored = encoder.encode(
        ImageToScore{path, image.frame.value_or(0), image.slot, image.side, image.view, {}, {}}, {m_job.stop, {}});
    if (!scored || scored->encoded->patches.empty())
        return nullptr;
    const EncodedImage& encoded = *scored->encoded;
    std::vector<float> sentence = m_texts.front().map;
    if (m_texts.size() > 1)
        sentence = differenceOf(sentence, m_texts[1].map);
    const Raster<float> map = alignmentMap(encoded.patches, encoded.rows, encoded.columns, sentence, encoded.inside);
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < map.values.size(); ++i)
        if (!std::isnan(map.values[i]) && encoded.breast[i] != 0 && (!best || map.values[i] > map.values[*best]))
            best = i;
    if (!best)
        return nullptr;
    const int row = static_cast<int>(*best) / map.columns, column = static_cast<int>(*best) % map.columns;
    const Point at = encoded.geometry.patchCentre(row, column);
    return {{"x", at.x}, {"y", at.y}, {"value", map.values[*best]}, {"patch", {row, column}}};
}

std::string Search::datasetOf(std::size_t study) const
{
    const StudyColumn* column = m_columns.column("dataset");
    return column ? column->values[column->codes[study]] : std::string();
}

json Search::studyJson(const FoundStudy& found, std::size_t rank, const std::vector<LibraryImage>& images)
{
    json all = json::array(), best;
    for (const ImageScore& score : m_index->imageScores(m_question.vector, found.study)) {
        const auto image = std::find_if(images.begin(), images.end(),
                                        [&](const LibraryImage& each) { return each.id == score.image; });
        json one{{"image", score.image}, {"score", score.score}, {"side", name(score.side)}};
        if (image != images.end()) {
            const fs::path place = placeOfFile(image->root, image->below);
            one["path"] = pathText(place.empty() ? image->root / image->below : place);
            one["missing"] = place.empty();
            one["view"] = image->view;
            one["slot"] = name(image->slot);
            if (score.image == found.best.image) {
                best = one;
                best["peak"] = peakOf(*image);
            }
        }
        all.push_back(std::move(one));
    }
    return {{"rank", rank},
            {"study", m_columns.key(found.study)},
            {"dataset", datasetOf(found.study)},
            {"id", m_columns.id(found.study)},
            {"score", found.score},
            {"best", best},
            {"images", all}};
}

bool Search::ask()
{
    if (!m_command.model.empty() && !model().model)
        return false;
    chooseSet(m_model.model ? m_model.model->info().hash : std::string());
    m_index = std::make_unique<EmbeddingIndex>(*m_library, m_set.folder, m_columns.ids());
    if (!(m_command.text.empty() ? askImage() : askText()))
        return false;
    m_question.inside = &m_inside;
    m_scores = m_index->scores(m_question);
    return true;
}

bool Search::rank(const std::vector<FilterMeans::OfModel>& others)
{
    FilterMeans means{nullptr, &m_scores, others};
    means.byModel.push_back({m_set.modelName, &m_scores});
    m_inside.keep(filterStudies(m_columns, m_clauses, false, means).studies);
    for (std::size_t study = 0; study < m_scores.size(); ++study)
        if (!m_inside.has(study))
            m_scores[study] = std::numeric_limits<float>::quiet_NaN();
    const std::vector<FoundStudy> best = m_index->best(m_question, m_command.top, m_scores);
    std::vector<std::int64_t> ids;
    for (const FoundStudy& found : best)
        ids.push_back(m_columns.id(found.study));
    const auto images = imagesOf(*m_library, ids);
    for (std::size_t i = 0; i < best.size(); ++i) {
        if (m_job.cancelled())
            return false;
        m_studies.push_back(studyJson(best[i], i + 1, images[i]));
        m_job.report(i + 1, best.size(), "look where");
    }
    return true;
}

// How well the scores tell the studies that are asked for with --relevant from the rest.
json Search::rankingJson() const
{
    if (m_command.relevant.empty())
        return nullptr;
    const StudySet relevant = studiesBy(m_columns, m_command.relevant);
    std::vector<double> scores, grades;
    for (std::size_t study = 0; study < m_scores.size(); ++study)
        if (!std::isnan(m_scores[study])) {
            scores.push_back(static_cast<double>(m_scores[study]));
            grades.push_back(relevant.has(study) ? 1 : 0);
        }
    const metrics::RankedList list(scores, grades);
    json at = json::object();
    for (const std::size_t k : {std::size_t{1}, std::size_t{5}, std::size_t{10}, std::size_t{20}, m_command.top}) {
        const std::size_t n = std::min(k, scores.size());
        const double precision = list.precisionAt(k);
        const metrics::Interval interval = metrics::wilson(
            static_cast<std::int64_t>(std::lround(precision * static_cast<double>(n))), static_cast<std::int64_t>(n));
        at[std::to_string(k)] = {{"precision", precision},
                                 {"interval", interval},
                                 {"precision_tie_mean", list.precisionAtOfTies(k)},
                                 {"recall", list.recallAt(k)},
                                 {"ndcg", list.ndcg(k)}};
    }
    return {{"relevant", list.relevant()},
            {"studies", scores.size()},
            {"average_precision", list.averagePrecision()},
            {"average_precision_random", list.averagePrecisionOfChance()},
            {"average_precision_by_order", list.averagePrecisionByOrder()},
            {"reciprocal_rank", list.reciprocalRank()},
            {"ndcg", list.ndcg()},
            {"ndcg_by_order", list.ndcgByOrder()},
            {"at", at}};
}

json Search::document() const
{
    json texts = json::array();
    for (const TextVector& each : m_texts) {
        json text{{"text", each.text.text},
                  {"encoded", each.text.encoded},
                  {"cut", each.text.cut},
                  {"warnings", english(each.text.warnings)}};
        if (const auto& familiarity = each.text.familiarity) {
            text["unlike"] = familiarity->unlike;
            text["nearest"] = {{"text", familiarity->nearest}, {"similarity", familiarity->similarity}};
        }
        texts.push_back(std::move(text));
    }
    const auto scored = std::count_if(m_scores.begin(), m_scores.end(), [](float score) { return !std::isnan(score); });
    return {{"library", pathText(m_library->folder())},
            {"model", {{"name", m_set.modelName}, {"hash", m_set.identity.modelHash}}},
            {"set", pathText(m_set.folder)},
            {"compute", m_set.identity.compute},
            {"fusion",
             {{"rule", name(m_question.fusion)},
              {"breast", viewsRule(m_question.fusion)},
              {"study", studyRule(m_question.fusion)}}},
            {"score", m_texts.size() > 1 ? "cosine with the text less that with the other" : "cosine"},
            {"texts", texts},
            {"like", m_texts.empty() ? json(pathText(m_command.like)) : json()},
            {"where", m_command.where},
            {"of", {{"studies", m_columns.size()}, {"inside", m_inside.count()}, {"searched", scored}}},
            {"studies", m_studies},
            {"ranking", rankingJson()}};
}

void Search::print() const
{
    for (const TextVector& each : m_texts)
        for (const std::string& warning : english(each.text.warnings))
            std::cerr << "warning: " << warning << "\n";
    for (const json& study : m_studies) {
        std::cout << fixedText(study["score"].get<double>(), 4) << "\t" << oneLine(study["study"].get<std::string>());
        if (const json& best = study["best"]; best.is_object()) {
            std::cout << "\t" << best["side"].get<std::string>() << best.value("view", "") << "\t"
                      << best.value("path", "");
            if (const json& peak = best["peak"]; peak.is_object())
                std::cout << "\t(" << fixedText(peak["x"].get<double>(), 0) << ", "
                          << fixedText(peak["y"].get<double>(), 0) << ")";
        }
        std::cout << "\n";
    }
    const json ranking = rankingJson();
    if (ranking.is_object() && ranking["relevant"] == 0)
        std::cout << "none of the " << ranking["studies"] << " studies ranked is relevant\n";
    else if (ranking.is_object())
        std::cout << "average precision " << fixedText(ranking["average_precision"].get<double>(), 3)
                  << ", of a random order " << fixedText(ranking["average_precision_random"].get<double>(), 3) << ", "
                  << ranking["relevant"] << " relevant of " << ranking["studies"] << "\n";
    std::cout << "Similarities (cosine) by " << m_set.modelName << " (" << m_set.identity.modelHash.substr(0, 12)
              << "), " << viewsRule(m_question.fusion) << ", " << studyRule(m_question.fusion)
              << ". Not for clinical use." << std::endl;
}

namespace {

int search(const SearchCommand& command, const Context& context)
{
    if (!command.text.empty() + !command.like.empty() + !command.region.empty() != 1)
        throw Error(ErrorCode::Usage, {searching}, "--text",
                    {TextId("search.text_or_image", "ask for a sentence, for an image or for a region of one")});
    const bool ofRegion = !command.region.empty() || !command.box.empty();
    if ((command.exact || command.twoStages) && !ofRegion)
        throw Error(
            ErrorCode::Usage, {searching}, command.exact ? "--exact" : "--two-stages",
            {TextId("search.no_region", "it is of a region: name one with --region, or with --like and --box")});
    if (ofRegion)
        return searchRegion(command, context);
    if (command.models.size() > 1)
        return searchModels(command, context);
    if (command.byDifference)
        throw Error(ErrorCode::Usage, {searching}, "--by-difference",
                    {TextId("search.one_model", "ranks differ between models: name two or more with --model")});
    Search search(command, context.job());
    if (!search.ask() || !search.rank())
        return Cancelled;
    if (command.json)
        printJson(search.document());
    else
        search.print();
    return Done;
}

} // namespace

void addSearch(CLI::App& app, Context& context)
{
    auto options = std::make_shared<SearchCommand>();
    CLI::App* command =
        app.add_subcommand("search", "Studies of a library that are most like a sentence, an image or a region of one");
    addLibraryOption(*command, options->library);
    CLI::Option* text = command->add_option("--text", options->text, "A sentence");
    command->add_option("--minus", options->minus, "Another, whose similarity is taken off each image's")->needs(text);
    CLI::Option* like =
        command->add_option("--like", options->like, "An image: a file, of the library or not")->excludes(text);
    command->add_option("--box", options->box, "x0,y0,x1,y1 in stored pixels: only this part of it, as --region asks")
        ->needs(like);
    command
        ->add_option("--region", options->region,
                     "IMAGE:x,y,w,h in stored pixels: images with patches like those under this box, any view")
        ->excludes(text)
        ->excludes(like);
    CLI::Option* exact = command->add_flag("--exact", options->exact, "Of a region: compare every patch, however many");
    command->add_flag("--two-stages", options->twoStages, "Of a region: let sign codes choose, as for large sets")
        ->excludes(exact);
    command->add_option("--where", options->where, filterHelp);
    command->add_option("--top", options->top, "So many studies, or images of a region")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}))
        ->capture_default_str();
    command
        ->add_option("--fusion", options->fusion,
                     "From images to breasts and study: maximum, mean, mean-of-breast-maxima")
        ->capture_default_str();
    command->add_option("--relevant", options->relevant,
                        "A filter: also say how well the ranking finds the studies that it leaves");
    command->add_flag("--no-peaks", options->noPeaks, "Do not look where in the best image");
    command
        ->add_option("--model", options->models,
                     "Model folder, or the name of an installed model; else the one of the embeddings. Named twice or "
                     "more: studies ranked by each of them, side by side; filters may say score:NAME > 0.2 then. Of a "
                     "region: the name of the model whose patches are compared")
        ->allow_extra_args(false);
    command->add_flag("--by-difference", options->byDifference,
                      "With several models: the studies whose ranks are farthest apart, among those that each of them "
                      "ranks");
    addTextOptions(*command, *options);
    addCacheOption(*command, options->cache);
    addJsonOption(*command, options->json);
    addComputeOptions(*command, options->compute);
    command->footer("The scores are those of mama query on each study. mama library embed makes the embeddings, "
                    "mama library patches make what --region and --box ask.");
    refuseEmptyValues(*command);
    runs(*command, context, [options, &context] {
        if (!options->models.empty())
            options->model = options->models.front();
        return search(*options, context);
    });
}

} // namespace mama::cli
