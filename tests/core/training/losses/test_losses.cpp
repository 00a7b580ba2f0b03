#include "core/base/error.h"
#include "core/training/losses/losses.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <map>
#include <torch/torch.h>

using namespace mama;
using mama::test::ParityCase;
using nlohmann::json;
using torch::Tensor;

namespace {

Tensor load(const ParityCase& parity, const std::string& file)
{
    const NpyArray array = parity.array(file);
    return torch::tensor(array.asDouble(), torch::kDouble).view(array.shape);
}

// The leaves of a batch by their file names, as float64 or another type.
std::map<std::string, Tensor> leavesOf(const ParityCase& parity, const std::string& batch, torch::ScalarType type)
{
    std::map<std::string, Tensor> leaves;
    for (const char* name :
         {"v", "v2", "t", "simclr1", "simclr2", "patches", "sentences", "logit_scale", "local_scale"})
        leaves[name] = load(parity, batch + "/" + name + ".npy").to(type).set_requires_grad(true);
    return leaves;
}

LossInput inputOf(const std::map<std::string, Tensor>& leaves, const std::vector<std::int64_t>& counts)
{
    return {leaves.at("v"),           leaves.at("v2"),         leaves.at("t"),         leaves.at("simclr1"),
            leaves.at("simclr2"),     leaves.at("patches"),    leaves.at("sentences"), counts,
            leaves.at("logit_scale"), leaves.at("local_scale")};
}

std::vector<double> valuesOf(const Tensor& tensor)
{
    const Tensor flat = tensor.detach().to(torch::kDouble).contiguous().view(-1);
    return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

// The sets of the case that hold such a file.
std::vector<std::string> setsWith(const ParityCase& parity, const std::string& name)
{
    std::vector<std::string> result;
    for (const auto& [file, entry] : parity.description().at("files").items())
        if (file.ends_with("/" + name))
            result.push_back(file.substr(0, file.size() - name.size() - 1));
    return result;
}

std::vector<std::string> batches(const ParityCase& parity) { return setsWith(parity, "sentence_counts.npy"); }

std::string compareGradients(const ParityCase& parity, const std::string& batch, const std::string& prefix,
                             const std::map<std::string, Tensor>& leaves)
{
    std::size_t compared = 0, listed = 0;
    for (const auto& [file, facts] : parity.description().at("files").items())
        listed += file.starts_with(batch + "/" + prefix) ? 1 : 0;
    for (const auto& [name, leaf] : leaves) {
        const std::string file = batch + "/" + prefix + name + ".npy";
        if (!parity.description().at("files").contains(file))
            continue;
        ++compared;
        const std::vector<double> stored = parity.array(file).asDouble();
        if (std::all_of(stored.begin(), stored.end(), [](double value) { return value == 0; }))
            return file + ": only zeros are stored";
        if (!leaf.grad().defined())
            return file + ": no gradient";
        const std::vector<double> actual = valuesOf(leaf.grad());
        if (const std::string wrong = parity.difference(file, std::span<const double>(actual)); !wrong.empty())
            return wrong;
    }
    return compared == listed && compared > 0 ? "" : batch + ": gradients are stored that no leaf has";
}

// The plain formula with everything in memory.
LocalScores plainScores(const Tensor& patches, const Tensor& sentences, const std::vector<std::int64_t>& counts)
{
    std::vector<Tensor> best, textual;
    std::int64_t first = 0;
    for (const std::int64_t count : counts) {
        const Tensor cosines = torch::einsum("npc,sc->nps", {patches, sentences.narrow(0, first, count)});
        best.push_back(std::get<0>(cosines.max(1)).mean(1));
        textual.push_back(std::get<0>(cosines.max(2)).mean(1));
        first += count;
    }
    return {torch::stack(best), torch::stack(textual)};
}

// d total / d leaf by central differences, also of what has no gradient and so no file.
std::string compareDifferences(std::map<std::string, Tensor>& leaves, const std::vector<std::int64_t>& counts,
                               bool late)
{
    constexpr double step = 1e-6;
    const auto total = [&] {
        const torch::NoGradGuard off;
        return totalLoss(lossTerms(inputOf(leaves, counts), {}), {}, late).item<double>();
    };
    for (auto& [name, leaf] : leaves) {
        const std::vector<double> all = leaf.grad().defined()
                                            ? valuesOf(leaf.grad())
                                            : std::vector<double>(static_cast<std::size_t>(leaf.numel()), 0.0);
        std::vector<double> actual, expected;
        double* values = leaf.data_ptr<double>();
        for (std::int64_t i = 0; i < leaf.numel(); i += leaf.numel() / 40 + 1) { // at most 40 spread over the tensor
            actual.push_back(all[static_cast<std::size_t>(i)]);
            const double kept = values[i];
            values[i] = kept + step;
            const double above = total();
            values[i] = kept - step;
            expected.push_back((above - total()) / (2 * step));
            values[i] = kept;
        }
        if (const std::string wrong = test::difference(actual, expected, 1e-6, 1e-6, "differences of " + name);
            !wrong.empty())
            return wrong;
    }
    return {};
}

bool close(const Tensor& value, double expected) { return std::abs(value.item<double>() - expected) < 1e-12; }

} // namespace

class TestLosses : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void valuesAndGradients()
    {
        const ParityCase parity("loss");
        MAMA_NEED(parity.present(), "parity/loss");
        QVERIFY(!batches(parity).empty());
        for (const std::string& batch : batches(parity)) {
            const std::vector<std::int64_t> counts = parity.array(batch + "/sentence_counts.npy").asInt64();
            const json expected = parity.json(batch + "/expected.json");
            const double atol = expected.at("atol"), rtol = expected.at("rtol");
            for (const torch::ScalarType type : {torch::kDouble, torch::kFloat}) {
                auto leaves = leavesOf(parity, batch, type);
                const LossTerms terms = lossTerms(inputOf(leaves, counts), {});
                std::map<std::string, double> values;
                for (const auto& [name, value] : terms.named())
                    values[name] = value.item<double>();
                LossOptions options;
                values["total_before_late_loss"] = totalLoss(terms, options, false).item<double>();
                values["total_after_late_loss"] = totalLoss(terms, options, true).item<double>();
                options.schedule = LossSchedule::Paper;
                values["paper_local"] = 0.5 * (values["local_t2i"] + values["local_i2t"]);
                values["paper_total_before"] = totalLoss(terms, options, false).item<double>();
                values["paper_total_after"] = totalLoss(terms, options, true).item<double>();
                options.schedule = LossSchedule::PaperMean;
                values["paper_mean_of_directions_total_after"] = totalLoss(terms, options, true).item<double>();
                for (const auto& [name, value] : values) {
                    const double wanted = expected.at(name);
                    const double allowed = type == torch::kDouble ? 1e-9 : atol + rtol * std::abs(wanted);
                    QVERIFY2(std::abs(value - wanted) <= allowed, (batch + " " + name).c_str());
                }
                MAMA_SAME(parity.difference(batch + "/local_scores_t2i.npy", valuesOf(terms.scores.bestPatch)));
                MAMA_SAME(parity.difference(batch + "/local_scores_i2t.npy", valuesOf(terms.scores.bestSentence)));
                if (type != torch::kDouble)
                    continue;
                totalLoss(terms, {}, true).sum().backward({}, true);
                MAMA_SAME(compareGradients(parity, batch, "grad_after_", leaves));
                MAMA_SAME(compareDifferences(leaves, counts, true));
                for (auto& [name, leaf] : leaves)
                    leaf.mutable_grad() = Tensor();
                totalLoss(terms, {}, false).sum().backward();
                MAMA_SAME(compareGradients(parity, batch, "grad_before_", leaves));
                MAMA_SAME(compareDifferences(leaves, counts, false));
                QVERIFY(!leaves.at("patches").grad().defined() && !leaves.at("local_scale").grad().defined());
            }
        }
    }

    void negativesOfEveryRank()
    {
        const ParityCase parity("loss");
        MAMA_NEED(parity.present(), "parity/loss");
        QVERIFY(!setsWith(parity, "view_a.npy").empty());
        for (const std::string& set : setsWith(parity, "view_a.npy"))
            compareRanks(parity, set);
    }

    // Equal embeddings throughout, N = 36: nothing can be told apart.
    void chance()
    {
        const auto ones = [](at::IntArrayRef shape) { return torch::ones(shape, torch::kDouble); };
        const Tensor scale = torch::full({}, std::log(1 / 0.07), torch::kDouble);
        const LossInput input{ones({36, 8}), ones({36, 8}),
                              ones({36, 8}), ones({36, 8}),
                              ones({36, 8}), ones({36, 5, 8}),
                              ones({72, 8}), std::vector<std::int64_t>(36, 2),
                              scale,         scale};
        const LossTerms terms = lossTerms(input, {});
        QVERIFY(close(terms.clip(), 2 * std::log(36)));
        QVERIFY(close(terms.ntxent, std::log(71)));
        QVERIFY(close(terms.localT2i() + terms.localI2t(), 4 * std::log(36)));
        QVERIFY(close(totalLoss(terms, {}, false), 2 * std::log(36)));
        QVERIFY(close(totalLoss(terms, {}, true), 8 * std::log(36) + std::log(71)));
        LossOptions clipAlone;
        clipAlone.simclrWeight = clipAlone.secondViewWeight = clipAlone.localWeight = 0;
        QVERIFY(close(totalLoss(terms, clipAlone, true), 2 * std::log(36)));
        QVERIFY(!usesSecondView(clipAlone, true) && !usesLocal(clipAlone, true) &&
                !lossTerms(input, clipAlone).localT2iRowsText.defined());
        LossOptions views;
        views.localWeight = 0;
        QVERIFY(close(totalLoss(terms, views, true), 4 * std::log(36) + std::log(71)));
    }

    // N = 3 worked by hand: unit vectors, temperatures of 1; image n shows sentences n and n + 1.
    void threeByHand()
    {
        const Tensor unit = torch::eye(3, torch::kDouble), scale = torch::zeros({}, torch::kDouble);
        const Tensor patches = torch::stack({unit, unit.roll(-1, 0)}, 1);
        const LossTerms terms = lossTerms({unit, unit, unit, unit, unit, patches, unit, {1, 1, 1}, scale, scale}, {});
        const double e = std::exp(1.0);
        QVERIFY(close(terms.clip(), 2 * (std::log(e + 2) - 1)));
        QVERIFY(close(terms.ntxent, std::log(e * e + 4) - 2));
        QVERIFY(close(terms.localT2i(), 2 * (std::log(2 * e + 1) - 1)));
        QVERIFY(close(terms.localI2t(), 2 * (std::log(2 * std::sqrt(e) + 1) - 0.5)));
    }

    void theLateStepCountsItself()
    {
        QVERIFY(!isLate({}, 7999));
        QVERIFY(isLate({}, 8000));
        QVERIFY(isLate({}, 9000));
    }

    // Values and gradients of the image-by-image function against the plain formula, also with equal maxima.
    void localScoresEqualThePlainFormula_data()
    {
        QTest::addColumn<bool>("ties");
        QTest::newRow("random") << false;
        QTest::newRow("equal maxima") << true;
    }

    void localScoresEqualThePlainFormula()
    {
        QFETCH(bool, ties);
        torch::manual_seed(3);
        const std::vector<std::int64_t> counts{3, 1, 5, 2};
        Tensor patches = torch::randn({4, 7, 6}, torch::kDouble), sentences = torch::randn({11, 6}, torch::kDouble);
        if (ties) {
            patches = patches.round();
            sentences = sentences.round();
        }
        std::vector<std::vector<double>> results;
        for (const bool plain : {false, true}) {
            const Tensor p = patches.clone().set_requires_grad(true), s = sentences.clone().set_requires_grad(true);
            const LocalScores scores = plain ? plainScores(p, s, counts) : localScores(p, s, counts);
            (scores.bestPatch.sin() + 2 * scores.bestSentence.cos()).sum().backward();
            for (const Tensor& tensor : {scores.bestPatch, scores.bestSentence, p.grad(), s.grad()})
                results.push_back(valuesOf(tensor));
        }
        for (std::size_t i = 0; i < 4; ++i)
            MAMA_SAME(test::difference(results[i], results[i + 4], 1e-12, 0, "part " + std::to_string(i)));
    }

    void sizesAreChecked()
    {
        const Tensor patches = torch::ones({2, 3, 4}), sentences = torch::ones({4, 4});
        QVERIFY_THROWS_EXCEPTION(Error, localScores(patches, sentences, {2, 1}));
        QVERIFY_THROWS_EXCEPTION(Error, localScores(patches, sentences, {4, 0}));
        QVERIFY_THROWS_EXCEPTION(Error, localScores(patches, torch::ones({4, 5}), {2, 2}));
        QVERIFY_THROWS_EXCEPTION(Error, totalLoss(LossTerms{}, {}, false));
        QVERIFY_THROWS_EXCEPTION(Error, lossScheduleOf("halved"));
    }

private:
    static void compareRanks(const ParityCase& parity, const std::string& set)
    {
        const Tensor a = load(parity, set + "/view_a.npy"), b = load(parity, set + "/view_b.npy");
        const json expected = parity.json(set + "/expected.json");
        const std::int64_t each = expected.at("samples_per_rank");
        const double atol = expected.at("atol");
        double mean = 0;
        const std::int64_t ranks = a.size(0) / each;
        for (std::int64_t rank = 0; rank < ranks; ++rank) {
            const Gathered gathered{a, b, rank * each};
            const double loss =
                ntxent(a.narrow(0, rank * each, each), b.narrow(0, rank * each, each), 0.5, gathered).item<double>();
            const double wanted = expected.at("loss_rank_" + std::to_string(rank));
            QVERIFY(std::abs(loss - wanted) <= atol);
            mean += loss / static_cast<double>(ranks);
        }
        QVERIFY(std::abs(mean - double(expected.at("mean"))) <= atol);
        QVERIFY(std::abs(ntxent(a, b, 0.5).item<double>() - mean) < 1e-12);
        QVERIFY(std::abs(ntxent(b, a, 0.5).item<double>() - mean) < 1e-12);
    }
};

QTEST_GUILESS_MAIN(TestLosses)
#include "test_losses.moc"
