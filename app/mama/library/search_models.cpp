// mama search with several models: what each ranks where, side by side.
#include "app/mama/library/library_search.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/base/text_escape.h"
#include "core/library/embeddings/model_ranks.h"

#include <algorithm>
#include <cmath>
#include <iostream>

namespace mama::cli {
namespace {

using nlohmann::json;

struct Compared
{
    std::vector<std::unique_ptr<Search>> searches;
    std::vector<SearchCommand> commands;
    std::vector<std::vector<std::uint32_t>> ranks; // [models][studies]
    std::vector<float> difference;                 // [studies], among those that every model has a score of
    std::vector<std::size_t> studies;              // that are shown, in this order
};

json studyJson(const Compared& compared, std::size_t study)
{
    const StudyColumns& columns = compared.searches.front()->columns();
    const StudyColumn* dataset = columns.column("dataset");
    json scores = json::array(), ranks = json::array();
    for (std::size_t model = 0; model < compared.searches.size(); ++model) {
        const float score = compared.searches[model]->scores()[study];
        scores.push_back(std::isnan(score) ? json() : json(score));
        ranks.push_back(compared.ranks[model][study] == 0 ? json() : json(compared.ranks[model][study]));
    }
    return {{"study", columns.key(study)},
            {"dataset", dataset ? dataset->values[dataset->codes[study]] : std::string()},
            {"id", columns.id(study)},
            {"scores", scores},
            {"ranks", ranks},
            {"difference", std::isnan(compared.difference[study]) ? json() : json(compared.difference[study])}};
}

void print(const Compared& compared)
{
    std::cout << "study";
    for (const auto& each : compared.searches)
        std::cout << "\tscore " << oneLine(each->set().modelName) << "\trank";
    std::cout << "\n";
    for (const std::size_t study : compared.studies) {
        std::cout << oneLine(compared.searches.front()->columns().key(study));
        for (std::size_t model = 0; model < compared.searches.size(); ++model) {
            const float score = compared.searches[model]->scores()[study];
            if (std::isnan(score)) {
                std::cout << "\t-\t-";
                continue;
            }
            const std::size_t rank = compared.ranks[model][study], first = compared.ranks.front()[study];
            std::cout << "\t" << fixedText(static_cast<double>(score), 4) << "\t" << rank;
            if (model > 0 && first > 0 && rank != first)
                std::cout << (rank < first ? " (up " : " (down ") << (rank < first ? first - rank : rank - first)
                          << ")";
        }
        std::cout << "\n";
    }
    std::cout << "Similarities (cosine) of each model are on its own scale. Not for clinical use." << std::endl;
}

// Those among the best of any model, in the first one's order.
void takeBest(Compared& compared, std::size_t top)
{
    const auto& first = compared.ranks.front();
    for (std::size_t study = 0; study < first.size(); ++study)
        if (std::any_of(compared.ranks.begin(), compared.ranks.end(),
                        [&](const auto& ranks) { return ranks[study] > 0 && ranks[study] <= top; }))
            compared.studies.push_back(study);
    std::stable_sort(compared.studies.begin(), compared.studies.end(), [&](std::size_t a, std::size_t b) {
        return (first[a] == 0) != (first[b] == 0) ? first[b] == 0 : first[a] < first[b]; // without a rank: last
    });
}

// Those whose ranks are farthest apart, the farthest first.
void takeFarthest(Compared& compared, std::size_t top)
{
    const auto& difference = compared.difference;
    for (std::size_t study = 0; study < difference.size(); ++study)
        if (!std::isnan(difference[study]))
            compared.studies.push_back(study);
    std::stable_sort(compared.studies.begin(), compared.studies.end(),
                     [&](std::size_t a, std::size_t b) { return difference[a] > difference[b]; });
    compared.studies.resize(std::min(top, compared.studies.size()));
}

} // namespace

int searchModels(const SearchCommand& command, const Context& context)
{
    Compared compared;
    for (const std::string& model : command.models) {
        compared.commands.push_back(command);
        compared.commands.back().model = model;
        compared.commands.back().noPeaks = true;
    }
    std::vector<FilterMeans::OfModel> scores;
    std::vector<std::vector<float>> asked;
    for (const SearchCommand& each : compared.commands) {
        compared.searches.push_back(std::make_unique<Search>(each, context.job()));
        if (!compared.searches.back()->ask())
            return Cancelled;
        asked.push_back(compared.searches.back()->scores());
        for (std::size_t i = 0; i + 1 < compared.searches.size(); ++i)
            if (compared.searches[i]->set().folder == compared.searches.back()->set().folder)
                throw Error(ErrorCode::Usage, {searching}, each.model,
                            {TextId("search.same_model", "it is named twice")});
    }
    for (std::size_t i = 0; i < asked.size(); ++i)
        scores.push_back({compared.searches[i]->set().modelName, &asked[i]});
    std::vector<std::span<const float>> found;
    for (const auto& search : compared.searches) {
        if (!search->rank(scores))
            return Cancelled;
        compared.ranks.push_back(ranksOf(search->scores()));
        found.emplace_back(search->scores());
    }
    compared.difference = compareRanks(found).difference;
    command.byDifference ? takeFarthest(compared, command.top) : takeBest(compared, command.top);
    if (!command.json) {
        print(compared);
        return Done;
    }
    json models = json::array(), studies = json::array();
    for (const auto& search : compared.searches)
        models.push_back(search->document());
    for (const std::size_t study : compared.studies)
        studies.push_back(studyJson(compared, study));
    printJson({{"models", models}, {"studies", studies}});
    return Done;
}

} // namespace mama::cli
