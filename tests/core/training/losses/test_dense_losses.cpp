#include "core/training/losses/dense_losses.h"

#include <QTest>
#include <cmath>
#include <torch/torch.h>

using namespace mama;

class TestDenseLosses : public QObject
{
    Q_OBJECT
private:
    static double softplus(double x) { return std::log1p(std::exp(x)); }

private Q_SLOTS:
    void aMapsTargetIsFullFromFiveEighthsOn()
    {
        const torch::Tensor target = mapTarget(torch::tensor({0.0, 0.25, 0.625, 0.7, 1.0}, torch::kDouble));
        QVERIFY(torch::allclose(target, torch::tensor({0.0, 0.4, 1.0, 1.0, 1.0}, torch::kDouble)));
    }

    // -w y log s(x) - (1 - y) log(1 - s(x)), by hand.
    void yesAndNoAreWeighed()
    {
        const torch::Tensor logits = torch::tensor({1.5, -0.5, 2.0}, torch::kDouble),
                            targets = torch::tensor({1.0, 0.0, 0.25}, torch::kDouble);
        const double expected =
            (6 * softplus(-1.5) + softplus(-0.5) + 6 * 0.25 * softplus(-2.0) + 0.75 * softplus(2.0)) / 3;
        QVERIFY(std::abs(yesNoLoss(logits, targets, 6).item<double>() - expected) < 1e-12);
    }

    // A map that is everywhere at the threshold says "perhaps": log 2 for every patch, the positives six times.
    void aMapAtTheThresholdCostsLogTwo()
    {
        const torch::Tensor cosines = torch::full({2, 4}, 0.35, torch::kDouble),
                            share = torch::zeros({2, 4}, torch::kDouble);
        share[0][1] = 1;
        QVERIFY(std::abs(maskLoss(cosines, share).item<double>() - std::log(2.0) * (7 + 6) / 8) < 1e-12);
    }

    // The gradient of one patch is scale * (sigmoid - target) / patches, six times as large on a lesion.
    void aPatchIsPulledToWhatItShows()
    {
        const torch::Tensor cosines = torch::tensor({{0.1, 0.8}}, torch::kDouble).set_requires_grad(true);
        const torch::Tensor share = torch::tensor({{1.0, 0.0}}, torch::kDouble);
        maskLoss(cosines, share).backward();
        const auto sigmoid = [](double cosine) { return 1 / (1 + std::exp(-14.3 * (cosine - 0.35))); };
        QVERIFY(std::abs(cosines.grad()[0][0].item<double>() - 6 * 14.3 * (sigmoid(0.1) - 1) / 2) < 1e-9);
        QVERIFY(std::abs(cosines.grad()[0][1].item<double>() - 14.3 * sigmoid(0.8) / 2) < 1e-9);
    }

    void aSentenceIsJudgedByItsBestPatchAndTheWholeImage()
    {
        const auto along = [](std::vector<double> v) { return torch::tensor(v, torch::kDouble); };
        SentencePairs pairs;
        pairs.patches =
            torch::stack({torch::stack({along({1, 0}), along({0.6, 0.8})})}); // cosines with (0, 1): 0 and 0.8
        pairs.sentences = torch::stack({along({0, 1})});
        pairs.globals = torch::stack({along({0.8, 0.6})});
        pairs.texts = torch::stack({along({1, 0})});
        pairs.truth = torch::ones({1, 1}, torch::kDouble);
        const double expected = 6 * softplus(-14.3 * (0.8 - 0.35)) + 0.5 * 6 * softplus(-14.3 * (0.8 - 0.35));
        QVERIFY(std::abs(sentenceLoss(pairs).item<double>() - expected) < 1e-9);
        pairs.patches.set_requires_grad(true);
        sentenceLoss(pairs).backward();
        QVERIFY(pairs.patches.grad()[0][0].abs().max().item<double>() == 0); // only the best patch is moved
    }
};

QTEST_GUILESS_MAIN(TestDenseLosses)
#include "test_dense_losses.moc"
