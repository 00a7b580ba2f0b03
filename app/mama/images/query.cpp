// mama query: the main job, every sentence on every image of a study.
#include "app/mama/study_options.h"
#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/number_text.h"
#include "core/base/text_escape.h"
#include "core/dicom/read/image_file.h"
#include "core/image/overlay.h"
#include "core/protocol/map_way.h"
#include "core/text/sentences/report_sentences.h"
#include "core/zeroshot/map_files.h"
#include "core/zeroshot/result_messages.h"
#include "core/zeroshot/sentence_context.h"

#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct QueryCommand
{
    StudyOptions study;
    std::vector<std::string> texts;
    std::filesystem::path report; // empty: none
    std::filesystem::path maps;
    bool png = false, allSentences = false;
    std::vector<double> range{-1, 1};
    std::string minus = "none", minusText;
};

std::string lessWhat(const Provenance& p)
{
    if (p.mapMinus == name(MapMinus::What::Sentence))
        return " less that of \"" + p.mapMinusText + "\"";
    if (p.mapMinus == name(MapMinus::What::Way))
        return " less the same map drawn as " + p.mapMinusText;
    if (p.mapMinus == name(MapMinus::What::Reference))
        return " less the mean map of the reference: " + p.mapMinusText;
    return p.mapMinus.empty() ? std::string() : " less the mean of neutral sentences";
}

std::vector<std::string> legend(const QueryResult& result, const ScoredImage& image, std::size_t text, double score)
{
    const Provenance& p = result.provenance;
    std::string patch = "patch size unknown (no spacing)";
    if (image.image.spacing) {
        const Spacing mm = image.encoded->geometry.patchSize(*image.image.spacing);
        patch = "patch " + fixedText(mm.row, 2) + " x " + fixedText(mm.column, 2) + " mm (height x width)";
    }
    std::vector<std::string> lines{"\"" + result.texts[text].text + "\"  " + name(image.image.slot) + "  similarity " +
                                       fixedText(score, 3),
                                   "Colour: cosine of patch and sentence" + lessWhat(p) +
                                       ", not smoothed; hatched: not seen by the model; no colour: air",
                                   provenanceLine(sourceOf(p), ProvenanceForm::Picture).english(),
                                   p.licence.empty() ? std::string() : "Licence: " + p.licence,
                                   p.mapWay.empty() ? std::string() : mapWayLegend(p.mapWay, p.kind).english(),
                                   "Profile " + p.profile + " v" + std::to_string(p.profileVersion) + ", " + patch +
                                       ": smaller things cannot be located"};
    std::erase(lines, std::string());
    if (!p.prefix.empty())
        lines.push_back("Prefix: " + p.prefix);
    lines.emplace_back(notForClinicalUse);
    return lines;
}

// Beside each map file its overlay; their paths.
nlohmann::json writePictures(const QueryCommand& command, const QueryResult& result, const EncodedStudy& study,
                             const std::vector<MapFile>& files)
{
    nlohmann::json pictures = nlohmann::json::array();
    std::size_t next = 0; // files are in the order of images and maps
    for (std::size_t i = 0; i < study.images.size(); ++i) {
        if (result.maps[i].empty())
            continue;
        const ScoredImage& image = study.images[i];
        const auto file = ImageFile::open(image.image.path);
        OverlayPicture picture;
        picture.display = displayImage(file->readFrame(image.image.frame), file->pipeline(image.image.frame));
        picture.breast = image.encoded->breast;
        picture.geometry = image.encoded->geometry;
        picture.low = command.range[0];
        picture.high = command.range[1];
        for (const TextMap& map : result.maps[i]) {
            picture.map = map.values;
            picture.legend = legend(result, image, map.text, result.scores[i][map.text]);
            std::filesystem::path path = files[next++].path;
            writePng(path.replace_extension(".png"), drawOverlay(picture));
            pictures.push_back(path.string());
        }
    }
    return pictures;
}

std::string percent(const char* name, double rank)
{
    return std::isnan(rank) ? std::string() : std::string("\t") + name + " " + fixedText(100 * rank, 1) + " %";
}

// "0.6401  rank 98 %  among neutral 90 %", or the similarity alone.
std::string withRank(double score, double rank, double neutral)
{
    return fixedText(score, 4) + percent("rank", rank) + percent("among neutral", neutral);
}

// What a value of this text means, and what of it the model has read.
void printText(const QueriedText& text)
{
    if (text.familiarity)
        std::cout << (text.familiarity->unlike ? "  UNLIKE any sentence that the model knows; nearest"
                                               : "  nearest known sentence")
                  << ": \"" << text.familiarity->nearest << "\" (" << fixedText(text.familiarity->similarity, 2)
                  << ")\n";
    if (text.unnegated)
        std::cout << "  without the negation: \"" << text.unnegated->text << "\"\tstudy "
                  << fixedText(text.unnegated->fused.study.front(), 4) << "\n";
    if (text.cutText)
        std::cout << "  not read: \"" << *text.cutText << "\"\n";
    for (const std::string& warning : english(text.warnings))
        std::cout << "  warning: " << warning << "\n";
}

void printTable(const QueryResult& result, const EncodedStudy& study)
{
    for (std::size_t t = 0; t < result.texts.size(); ++t) {
        std::cout << "\"" << result.texts[t].text << "\"\n";
        for (std::size_t i = 0; i < study.images.size(); ++i)
            std::cout << "  " << name(study.images[i].image.slot) << "\t"
                      << withRank(result.scores[i][t], result.ranks[i][t], result.neutralRanks[i][t]) << "\t"
                      << study.images[i].image.path.string() << "\n";
        for (std::size_t b = 0; b < result.fused.breasts.size(); ++b)
            std::cout << "  breast " << name(result.fused.breasts[b].side) << "\t"
                      << withRank(result.fused.breasts[b].scores[t], result.fusedRanks.breasts[b].scores[t],
                                  result.fusedNeutralRanks.breasts[b].scores[t])
                      << "\n";
        std::cout << "  study\t"
                  << withRank(result.fused.study[t], result.fusedRanks.study[t], result.fusedNeutralRanks.study[t])
                  << "\t(" << viewsRule(result.provenance.fusion) << ", " << studyRule(result.provenance.fusion)
                  << ")\n";
        printText(result.texts[t]);
    }
    if (const auto& set = result.reference.set)
        std::cout << "Rank: the share of " << set->studies << " reference studies that score lower (" << set->name
                  << ").\n";
    else
        std::cout << "No ranks: " << whyNoRanks(result.reference).english() << ".\n";
    const Provenance& p = result.provenance;
    std::cout << "Similarities (cosine). " << provenanceLine(sourceOf(p), ProvenanceForm::Paragraph).english()
              << std::endl;
}

// The texts given, then each sentence of the report. Error(Usage) if it holds none.
void takeTexts(const QueryCommand& command, QueryOptions& options)
{
    options.texts = command.texts;
    options.headings.resize(command.texts.size());
    if (command.report.empty())
        return;
    const std::string all = readText(command.report);
    if (!isUtf8(all) || all.find('\0') != std::string::npos)
        throw Error(ErrorCode::Format, {action::query}, command.report.string(),
                    {TextId("query.report_no_text", "the report is no text in UTF-8")});
    for (ReportSentence& sentence : splitReport(all)) {
        options.texts.push_back(std::move(sentence.text));
        options.headings.push_back(std::move(sentence.heading));
    }
    if (options.texts.size() == command.texts.size())
        throw Error(ErrorCode::Usage, {action::query}, command.report.string(),
                    {TextId("query.report_empty", "the report holds no sentence")});
}

int run(const QueryCommand& command, const Job& job)
{
    QueryOptions options;
    takeTexts(command, options);
    options.fusion = fusionRuleByName(command.study.fusion);
    options.pooling = poolingByName(command.study.pooling);
    options.prefix = command.study.prefix;
    options.raw = command.study.raw;
    options.maps = !command.maps.empty();
    options.allSentences = command.allSentences;
    options.minus =
        mapMinusByName(command.minusText.empty() ? command.minus : name(MapMinus::What::Sentence), command.minusText);
    const auto opened = openStudy(command.study, job);
    if (!opened)
        return Cancelled;
    if (opened->other)
        options.minus = {MapMinus::What::Way, {}, opened->other};
    options.reference = opened->model.reference;
    TextEncoder encoder(*opened->model.model);
    SentenceContext sentences(opened->model.model, opened->model.folder);
    options.sentences = &sentences;
    const auto result = query(encoder, opened->study, options, job);
    if (!result)
        return Cancelled;
    nlohmann::json document = queryReply(*result, opened->study).toJson();
    if (options.maps) {
        nlohmann::json list = nlohmann::json::array();
        const std::vector<MapFile> files = writeMaps(*result, opened->study, command.maps);
        for (const MapFile& file : files)
            list.push_back({{"image", file.image},
                            {"text", file.text},
                            {"sentence", file.sentence},
                            {"path", file.path.string()}});
        document["maps"] = std::move(list);
        document["pictures"] =
            command.png ? writePictures(command, *result, opened->study, files) : nlohmann::json::array();
    }
    return report(std::move(document), opened->study, command.study.json, [&] { printTable(*result, opened->study); });
}

} // namespace

void addQuery(CLI::App& app, Context& context)
{
    auto options = std::make_shared<QueryCommand>();
    CLI::App* command = app.add_subcommand("query", "Similarity of sentences with every image of a study, and where");
    explain(
        *command,
        "Similarity (cosine) of each sentence with each image of a study, fused per breast and study by a named rule.\n"
        "With --maps: one float32 map [rows, columns] on the patch grid a text and image (cosine of patch and the text's\n"
        "last sentence; NaN where the model saw nothing), masks of breast and of what was seen, and geometry.json; a mean map\n"
        "or another sentence can be taken off.\n"
        "A full stop is added to a text that ends without one, since a sentence is read at its separator; those in numbers and\n"
        "abbreviations are taken out. Beside each similarity:\n"
        "its rank among the model's reference studies, if it has any, and among neutral sentences; the sentence that a text is\n"
        "most like among those that the model knows, and whether it is unlike them all.");
    addStudyOptions(*command, options->study);
    command->add_option("--text", options->texts, "A sentence; may be given several times")->take_all();
    command->add_option("--report", options->report,
                        "A file with a report (- is standard input): each of its sentences becomes a text of its own");
    CLI::Option* maps = command->add_option("--maps", options->maps, "Folder for maps and geometry");
    command->add_flag("--png", options->png, "Overlay pictures with legend beside the maps")->needs(maps);
    command->add_option("--png-range", options->range, "Colour range of the pictures, low and high")
        ->expected(2)
        ->needs(maps)
        ->capture_default_str();
    command
        ->add_flag("--all-sentences", options->allSentences,
                   "A map for every sentence of a text, not for its last one only")
        ->needs(maps);
    CLI::Option* minus =
        command
            ->add_option(
                "--map-minus", options->minus,
                "What is taken off each map: reference (the mean map of the model's reference studies for this "
                "sentence and view) or neutral (the mean of neutral sentences on the same picture)")
            ->check(CLI::IsMember({"none", "reference", "neutral"}))
            ->needs(maps)
            ->capture_default_str();
    CLI::Option* other =
        command->add_option("--map-minus-text", options->minusText, "Another sentence, whose map is taken off each map")
            ->needs(maps)
            ->excludes(minus);
    command
        ->add_option("--map-minus-way", options->study.otherWay,
                     "Another way of maps (as of --map-way), in which the same map is taken off")
        ->needs(maps)
        ->excludes(minus)
        ->excludes(other);
    command->callback([options, &context] {
        if (!(options->range[1] > options->range[0]))
            throw CLI::ValidationError("--png-range", "high must be above low");
        if (options->texts.empty() && options->report.empty())
            throw CLI::RequiredError("--text or --report");
        context.run = [options, &context] { return run(*options, context.job()); };
    });
}

} // namespace mama::cli
