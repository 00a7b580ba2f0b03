// Ranked lists against scikit-learn's figures and an independent implementation: parity/library/ranking.
#include "core/metrics/ranked_list.h"
#include "tests/support/test_data.h"

using namespace mama;
using namespace mama::metrics;
using nlohmann::json;

namespace {

// The tolerance stands in the note: "... atol 1e-12; ...".
double toleranceOf(const test::ParityCase& parity, const std::string& file)
{
    const std::string note = parity.description().at("files").at(file).value("note", "");
    const auto at = note.find("atol ");
    return at == note.npos ? 0 : std::stod(note.substr(at + 5));
}

std::string compare(double is, const json& expected, double atol, const std::string& what)
{
    const bool same = expected.is_null() ? std::isnan(is) : std::abs(is - expected.get<double>()) <= atol;
    return same ? std::string() : what + ": " + std::to_string(is) + ", expected " + expected.dump();
}

} // namespace

class TestRankedList : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void lists()
    {
        const test::ParityCase parity("library/ranking");
        MAMA_NEED(parity.present(), "parity/library/ranking");
        const double atol = toleranceOf(parity, "lists.json");
        QVERIFY(atol > 0);
        double sum = 0, chance = 0;
        int queries = 0, withRelevant = 0;
        for (const json& one : parity.json("lists.json")) {
            const std::string name = one.at("name");
            const RankedList list(one.at("scores").get<std::vector<double>>(),
                                  one.at("relevance").get<std::vector<double>>());
            const json& expected = one.at("expected");
            const std::map<std::string, double> single{
                {"average_precision", list.averagePrecision()}, {"ndcg", list.ndcg()},
                {"ndcg_exponential", list.ndcg(0, true)},       {"ap_by_order", list.averagePrecisionByOrder()},
                {"ndcg_by_order", list.ndcgByOrder()},          {"reciprocal_rank", list.reciprocalRank()},
                {"ap_random", list.averagePrecisionOfChance()}};
            for (const auto& [key, value] : expected.items()) {
                const std::string what = name + "." + key;
                if (const auto found = single.find(key); found != single.end()) {
                    MAMA_SAME(compare(found->second, value, atol, what));
                } else if (key == "order") {
                    QVERIFY2(value.get<std::vector<std::uint32_t>>() == list.order(), what.c_str());
                } else if (key == "relevant") {
                    QCOMPARE(list.relevant(), value.get<std::size_t>());
                } else {
                    for (const auto& [k, at] : value.items()) {
                        const auto n = static_cast<std::size_t>(std::stoul(k));
                        const double is = key == "ndcg_at"        ? list.ndcg(n)
                                          : key == "precision_at" ? list.precisionAt(n)
                                          : key == "recall_at"    ? list.recallAt(n)
                                          : key == "precision_at_tie_mean"
                                              ? list.precisionAtOfTies(n)
                                              : std::numeric_limits<double>::infinity(); // not known here
                        MAMA_SAME(compare(is, at, atol, what + "." + k));
                    }
                }
            }
            ++queries;
            if (list.relevant() > 0) {
                ++withRelevant;
                sum += list.averagePrecision();
                chance += list.averagePrecisionOfChance();
            }
        }
        const json map = parity.json("map.json");
        QCOMPARE(queries, map.at("queries").get<int>());
        QCOMPARE(withRelevant, map.at("with_relevant").get<int>());
        MAMA_SAME(compare(sum / withRelevant, map.at("mean_average_precision"), atol, "MAP"));
        MAMA_SAME(compare(chance / withRelevant, map.at("mean_ap_random"), atol, "MAP of chance"));
    }

    void wilsonIntervals()
    {
        const test::ParityCase parity("library/ranking");
        MAMA_NEED(parity.present(), "parity/library/ranking");
        const double atol = toleranceOf(parity, "wilson.json");
        for (const json& one : parity.json("wilson.json")) {
            const Interval is = wilson(one.at("hits"), one.at("n"), one.at("level"));
            MAMA_SAME(compare(is[0], one.at("low"), atol, one.dump()));
            MAMA_SAME(compare(is[1], one.at("high"), atol, one.dump()));
        }
    }
};

QTEST_GUILESS_MAIN(TestRankedList)
#include "test_ranked_list.moc"
