#include "core/metrics/map_metrics.h"
#include "core/metrics/report.h"
#include "tests/support/test_data.h"

using namespace mama;
using mama::test::ParityCase;
using nlohmann::json;

namespace {

// Expected numbers against ours at the same places; null means undefined. Empty if all agree.
std::string compare(const json& actual, const json& expected, double atol, const std::string& where)
{
    if (expected.is_object() || expected.is_array()) {
        if (actual.type() != expected.type() || (expected.is_array() && actual.size() != expected.size()))
            return where + ": " + actual.dump() + ", expected " + expected.dump();
        for (const auto& [key, value] : expected.items()) {
            const json& ours = expected.is_object() ? (actual.contains(key) ? actual.at(key) : json("missing"))
                                                    : actual.at(static_cast<std::size_t>(std::stoul(key)));
            if (const std::string wrong = compare(ours, value, atol, where + "." + key); !wrong.empty())
                return wrong;
        }
        return {};
    }
    const bool undefined = actual.is_null() || (actual.is_number_float() && std::isnan(actual.get<double>()));
    const bool same = expected.is_number()
                          ? actual.is_number() && std::abs(actual.get<double>() - expected.get<double>()) <= atol
                      : expected.is_null() ? undefined
                                           : actual == expected;
    return same ? std::string() : where + ": " + actual.dump() + ", expected " + expected.dump();
}

metrics::Predictions predictionsOf(const ParityCase& parity, const std::string& set)
{
    const NpyArray scores = parity.array(set + "_scores.npy");
    metrics::Predictions predictions;
    predictions.classes = static_cast<std::size_t>(scores.shape.at(1));
    predictions.scores = scores.asDouble();
    for (const std::int64_t label : parity.array(set + "_labels.npy").asInt64())
        predictions.labels.push_back(static_cast<int>(label));
    return predictions;
}

} // namespace

class TestMetricsParity : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void classification()
    {
        const ParityCase parity("metrics");
        MAMA_NEED(parity.present(), "parity/metrics");
        int sets = 0;
        for (const auto& [file, entry] : parity.description().at("files").items()) {
            const auto suffix = file.find("_expected.json");
            if (suffix == std::string::npos)
                continue;
            const std::string set = file.substr(0, suffix);
            json expected = parity.json(file);
            const json bootstrap = expected.at("bootstrap_ci95");
            const double tolerance = expected.at("bootstrap_tolerance");
            expected.erase("bootstrap_ci95");
            expected.erase("bootstrap_tolerance");
            const metrics::Classification classification(predictionsOf(parity, set));
            metrics::ReportOptions options;
            options.bootstrap.resamples = 4000;
            const auto report = metrics::report(classification, options);
            MAMA_SAME(compare(*report, expected, 1e-6, set));
            MAMA_SAME(compare(report->at("bootstrap_ci95"), bootstrap, tolerance, set + ".bootstrap_ci95"));
            ++sets;
        }
        QVERIFY(sets > 0);
    }

    void maps()
    {
        const ParityCase parity("metrics");
        MAMA_NEED(parity.present(), "parity/metrics");
        const NpyArray maps = parity.array("heatmaps/maps.npy"), masks = parity.array("heatmaps/masks.npy");
        const std::vector<float> values = maps.asFloat();
        const std::vector<std::int64_t> inside = masks.asInt64();
        const json expected = parity.json("heatmaps/expected.json");
        const int rows = static_cast<int>(maps.shape.at(1)), columns = static_cast<int>(maps.shape.at(2));
        const std::size_t patches = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
        QCOMPARE(expected.size(), static_cast<std::size_t>(maps.shape.at(0)));
        for (std::size_t i = 0; i < expected.size(); ++i) {
            metrics::Mask mask{rows, columns, {}};
            for (std::size_t patch = 0; patch < patches; ++patch)
                mask.values.push_back(inside[i * patches + patch] != 0 ? 1 : 0);
            const auto figures =
                metrics::mapFigures(std::span(values).subspan(i * patches, patches), metrics::targetOnGrid(mask));
            MAMA_SAME(compare(metrics::toJson(figures), expected[i], 1e-5, "map " + std::to_string(i)));
        }
    }
};

QTEST_GUILESS_MAIN(TestMetricsParity)
#include "test_metrics_parity.moc"
