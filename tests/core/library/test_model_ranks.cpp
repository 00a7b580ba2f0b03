// Ranks of several models, by hand and against the definition: one more than the number of higher scores.
#include "core/library/embeddings/model_ranks.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace mama;

namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();

std::uint32_t rankByDefinition(const std::vector<float>& scores, std::size_t study)
{
    if (std::isnan(scores[study]))
        return 0;
    return 1 + static_cast<std::uint32_t>(
                   std::count_if(scores.begin(), scores.end(), [&](float each) { return each > scores[study]; }));
}

} // namespace

class TestModelRanks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void equalScoresHaveOneRank()
    {
        const std::vector<float> scores{0.5F, none, 0.9F, 0.5F, -0.1F};
        QVERIFY((ranksOf(scores) == std::vector<std::uint32_t>{2, 0, 1, 2, 4}));
        QVERIFY(ranksOf(std::vector<float>{}).empty());
        QVERIFY((ranksOf(std::vector<float>{none, none}) == std::vector<std::uint32_t>{0, 0}));
    }

    // The best of one model is the third of the other; what one of them has no score of is ranked by neither.
    void onlyWhatAllScoreIsRanked()
    {
        const std::vector<float> one{0.9F, 0.8F, 0.7F, 0.6F}, two{0.1F, none, 0.2F, 0.3F};
        const std::vector<std::span<const float>> both{one, two};
        const ModelRanks ranks = compareRanks(both);
        QCOMPARE(ranks.studies, std::size_t{3});
        QVERIFY((ranks.ranks[0] == std::vector<std::uint32_t>{1, 0, 2, 3}));
        QVERIFY((ranks.ranks[1] == std::vector<std::uint32_t>{3, 0, 2, 1}));
        QVERIFY(ranks.difference[0] == 2 && std::isnan(ranks.difference[1]) && ranks.difference[2] == 0 &&
                ranks.difference[3] == 2);
        QVERIFY(compareRanks({}).ranks.empty());
    }

    void randomScoresRankAsTheDefinition()
    {
        std::mt19937 random(11);
        for (int round = 0; round < 50; ++round) {
            std::vector<std::vector<float>> models(2 + round % 3, std::vector<float>(1 + round));
            for (auto& model : models)
                for (float& score : model)
                    score = random() % 5 == 0 ? none : static_cast<float>(random() % 7);
            const ModelRanks ranks = compareRanks(std::vector<std::span<const float>>(models.begin(), models.end()));
            std::vector<std::vector<float>> common = models;
            std::size_t ranked = 0;
            for (std::size_t study = 0; study < models[0].size(); ++study) {
                const bool all = std::none_of(models.begin(), models.end(),
                                              [&](const auto& model) { return std::isnan(model[study]); });
                ranked += all;
                for (auto& model : common)
                    model[study] = all ? model[study] : none;
            }
            QCOMPARE(ranks.studies, ranked);
            for (std::size_t study = 0; study < models[0].size(); ++study) {
                std::vector<std::uint32_t> places;
                for (std::size_t model = 0; model < models.size(); ++model) {
                    places.push_back(rankByDefinition(common[model], study));
                    QCOMPARE(ranks.ranks[model][study], places.back());
                }
                const auto [low, high] = std::minmax_element(places.begin(), places.end());
                QVERIFY(places.front() == 0 ? std::isnan(ranks.difference[study])
                                            : ranks.difference[study] == static_cast<float>(*high - *low));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestModelRanks)
#include "test_model_ranks.moc"
