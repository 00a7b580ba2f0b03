#include "core/model/kernels/kernels.h"
#include "core/model/kernels/short_attention.h"
#include "core/model/kernels/trained_attention.h"
#include "core/model/kernels/trained_tiles.h"
#include "core/model/layers/real_rows.h"
#include "core/model/layers/trained_linear.h"
#include "core/training/model/compute.h"

#include <QtTest>
#include <limits>
#include <torch/torch.h>

using torch::Tensor;

namespace {

double distance(const Tensor& a, const Tensor& b)
{
    return ((a.to(torch::kDouble) - b.to(torch::kDouble)).norm() / b.to(torch::kDouble).norm()).item<double>();
}

Tensor leaf(const Tensor& values, torch::ScalarType type)
{
    return values.detach().to(type).clone().set_requires_grad(true);
}

} // namespace

// What training computes in its own way against LibTorch's plain operators, gradients too.
class TestTrainingKernels : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void linearLayersHaveTheGradientsOfThePlainOperator()
    {
        torch::manual_seed(1);
        const Tensor x = torch::randn({3, 70, 48}), weight = torch::randn({36, 48}), bias = torch::randn({36}),
                     flow = torch::randn({3, 70, 36});
        std::vector<Tensor> own, plain;
        for (const Tensor& tensor : {x, weight, bias}) {
            own.push_back(leaf(tensor, torch::kFloat));
            plain.push_back(leaf(tensor, torch::kDouble));
        }
        QVERIFY(mama::canTrainLinear(own[0], own[1]));
        const Tensor y = mama::trainedLinear(own[0], own[1], own[2]),
                     expected = torch::linear(plain[0], plain[1], plain[2]);
        QVERIFY(distance(y, expected) < 1e-6);
        y.backward(flow);
        expected.backward(flow.to(torch::kDouble));
        for (std::size_t i = 0; i < own.size(); ++i)
            QVERIFY2(distance(own[i].grad(), plain[i].grad()) < 1e-6, qPrintable(QString::number(i)));
    }

    // A frozen weight, as beside LoRA, and no bias.
    void frozenWeightsGetNoGradient()
    {
        const Tensor x = torch::randn({80, 16}).set_requires_grad(true), weight = torch::randn({8, 16});
        mama::trainedLinear(x, weight, {}).sum().backward();
        QVERIFY(!weight.grad().defined());
        QVERIFY(distance(x.grad(), weight.sum(0).expand({80, 16})) < 1e-6);
    }

    void onlyFloat32WithGradientsIsTaken()
    {
        const Tensor x = torch::randn({80, 16}), weight = torch::randn({8, 16});
        QVERIFY(!mama::canTrainLinear(x, weight));
        QVERIFY(!mama::canTrainLinear(leaf(x, torch::kBFloat16), leaf(weight, torch::kBFloat16)));
        const torch::NoGradGuard noGradients;
        QVERIFY(!mama::canTrainLinear(leaf(x, torch::kFloat), weight));
    }

    // bfloat16 keeps 8 bits: a hundredth of the float32 result's length.
    void attentionInBfloat16IsThatOfFloat32()
    {
        torch::manual_seed(2);
        const Tensor values = torch::randn({2, 40, 3 * 32}).to(torch::kBFloat16),
                     flow = torch::randn({2, 40, 32}).to(torch::kBFloat16);
        const Tensor small = leaf(values, torch::kBFloat16), exact = leaf(values, torch::kFloat);
        const Tensor y = mama::kernels::attention(small, 2), expected = mama::kernels::attention(exact, 2);
        QCOMPARE(y.scalar_type(), torch::kBFloat16);
        QVERIFY2(distance(y, expected) < 1e-2, qPrintable(QString::number(distance(y, expected))));
        y.backward(flow);
        expected.backward(flow.to(torch::kFloat));
        QVERIFY2(distance(small.grad(), exact.grad()) < 2e-2,
                 qPrintable(QString::number(distance(small.grad(), exact.grad()))));
    }

    void shortAttentionHasTheGradientsOfThePlainFormula_data()
    {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("dim");
        for (const int tokens : {1, 7, 48, 49, 149, 300})
            for (const int dim : {16, 32, 64})
                QTest::addRow("%d tokens, heads of %d", tokens, dim) << tokens << dim;
    }
    void shortAttentionHasTheGradientsOfThePlainFormula()
    {
        QFETCH(int, tokens);
        QFETCH(int, dim);
        if (!mama::kernels::haveAvx512())
            QSKIP("this processor has no AVX-512");
        torch::manual_seed(3);
        const Tensor values = torch::randn({2, tokens, 3 * 2 * dim}).to(torch::kBFloat16),
                     flow = torch::randn({2, tokens, 2 * dim}).to(torch::kBFloat16);
        const Tensor exact = leaf(values, torch::kDouble), expected = mama::kernels::attention(exact, 2);
        expected.backward(flow.to(torch::kDouble));
        for (const auto& [type, tolerance] :
             {std::pair{torch::kFloat, 2e-6},
              {torch::kBFloat16, 1e-2}}) { // float32 between: only the results are rounded
            const Tensor own = leaf(values, type);
            QVERIFY(mama::canAttendShort(own, dim, tokens));
            const Tensor y = mama::kernels::attention(own, 2);
            QCOMPARE(y.scalar_type(), type);
            y.backward(flow.to(type));
            QVERIFY2(distance(y, expected) < tolerance, qPrintable(QString::number(distance(y, expected))));
            QVERIFY2(distance(own.grad(), exact.grad()) < tolerance,
                     qPrintable(QString::number(distance(own.grad(), exact.grad()))));
        }
    }

    // Three texts of 5, 20 and 12 tokens: padded and without padding, against the masked formula in float64.
    void shortAttentionSeesNoPadding()
    {
        if (!mama::kernels::haveAvx512())
            QSKIP("this processor has no AVX-512");
        torch::manual_seed(4);
        const std::int64_t heads = 2, dim = 32, length = 20;
        const Tensor mask = torch::arange(length).unsqueeze(0) < torch::tensor({5, 20, 12}).unsqueeze(1);
        std::vector<Tensor> exact, own, packed;
        const mama::RealRows rows(mask);
        for (int i = 0; i < 3; ++i) {
            const Tensor values = torch::randn({3, length, heads * dim});
            exact.push_back(leaf(values, torch::kDouble));
            own.push_back(leaf(values, torch::kFloat));
            packed.push_back(leaf(values, torch::kFloat));
        }
        const auto split = [&](const Tensor& x) { return x.view({3, length, heads, dim}).transpose(1, 2); };
        const Tensor expected = torch::scaled_dot_product_attention(split(exact[0]), split(exact[1]), split(exact[2]),
                                                                    mask.view({3, 1, 1, length}))
                                    .transpose(1, 2)
                                    .reshape({3, length, heads * dim});
        const auto flat = [](const Tensor& x) { return x.reshape({-1, x.size(2)}); };
        const Tensor y =
            mama::shortAttention(flat(own[0]), flat(own[1]), flat(own[2]), heads, mama::Sequences::padded(mask))
                .view(expected.sizes());
        QVERIFY(distance(y, expected) < 2e-6);
        const Tensor real = mama::shortAttention(rows.of(packed[0]), rows.of(packed[1]), rows.of(packed[2]), heads,
                                                 mama::Sequences::packed(mask));
        QCOMPARE(real.size(0), std::int64_t{37});
        QVERIFY(distance(real, rows.of(y.detach())) == 0);

        // Only real tokens have a say in what follows, so that both give the same gradients.
        const Tensor flow = torch::randn({3, length, heads * dim}) * mask.unsqueeze(2);
        expected.backward(flow.to(torch::kDouble));
        y.backward(flow);
        rows.padded(real).backward(flow);
        for (std::size_t i = 0; i < 3; ++i) {
            QVERIFY2(distance(own[i].grad(), exact[i].grad()) < 2e-6, qPrintable(QString::number(i)));
            QVERIFY2(distance(packed[i].grad(), exact[i].grad()) < 2e-6, qPrintable(QString::number(i)));
        }
    }

    // bfloat16 keeps 8 bits.
    void linearLayersInMixedPrecisionKeepTheTypesAround()
    {
        if (mama::onThisProcessor(mama::TrainingPrecision::Mixed) != mama::TrainingPrecision::Mixed)
            QSKIP("this processor multiplies no bfloat16");
        torch::manual_seed(5);
        const Tensor values = torch::randn({70, 48}), weights = torch::randn({36, 48}), biases = torch::randn({36}),
                     flow = torch::randn({70, 36});
        std::vector<Tensor> own, plain;
        for (const Tensor& tensor : {values, weights, biases}) {
            own.push_back(leaf(tensor, torch::kFloat));
            plain.push_back(leaf(tensor, torch::kFloat));
        }
        Tensor y;
        {
            const mama::Compute mixed(mama::Placement{"cpu", mama::TrainingPrecision::Mixed});
            const mama::Compute::Products products(mixed);
            QVERIFY(mama::canTrainLinear(own[0], own[1]));
            y = mama::trainedLinear(own[0], own[1], own[2]);
        }
        QCOMPARE(y.scalar_type(), torch::kBFloat16);
        y.backward(flow.to(torch::kBFloat16));
        const Tensor expected = torch::linear(plain[0], plain[1], plain[2]);
        expected.backward(flow);
        QVERIFY(distance(y, expected) < 1e-2);
        for (std::size_t i = 0; i < own.size(); ++i) {
            QCOMPARE(own[i].grad().scalar_type(), torch::kFloat);
            QVERIFY2(distance(own[i].grad(), plain[i].grad()) < 1e-2, qPrintable(QString::number(i)));
        }
    }

    // Longer than a tile and no multiple of one, against float64.
    void attentionInTilesHasTheGradientsOfThePlainFormula()
    {
        if (!mama::kernels::haveAvx512())
            QSKIP("this processor has no AVX-512");
        torch::manual_seed(3);
        const Tensor values = torch::randn({2, 301, 3 * 32}).to(torch::kBFloat16),
                     flow = torch::randn({2, 301, 32}).to(torch::kBFloat16);
        const Tensor exact = leaf(values, torch::kDouble), expected = mama::kernels::attention(exact, 2);
        expected.backward(flow.to(torch::kDouble));
        for (const auto& [type, tolerance] : {std::pair{torch::kFloat, 2e-6}, {torch::kBFloat16, 2e-2}}) {
            const Tensor own = leaf(values, type), y = mama::trainedAttention(own, 2);
            QCOMPARE(y.scalar_type(), type);
            y.backward(flow.to(type));
            QVERIFY2(distance(y, expected) < tolerance, qPrintable(QString::number(distance(y, expected))));
            QVERIFY2(distance(own.grad(), exact.grad()) < tolerance,
                     qPrintable(QString::number(distance(own.grad(), exact.grad()))));
        }
    }

    // On the processor's tiles, where it has them: one token, less than a block, whole blocks, the published size.
    void attentionOnTilesHasTheGradientsOfThePlainFormula()
    {
        const Tensor small = torch::empty({1, 5, 3 * 64}, torch::kBFloat16);
        if (!mama::takesTiles(small, 1))
            QSKIP("this processor has no tiles for bfloat16");
        QVERIFY(!mama::takesTiles(small, 2) && !mama::takesTiles(small.to(torch::kFloat), 1));
        torch::manual_seed(7);
        for (const std::int64_t tokens : {1, 5, 32, 65, 301, 1374}) {
            const Tensor values = (1.5 * torch::randn({2, tokens, 3 * 2 * 64})).to(torch::kBFloat16),
                         flow = torch::randn({2, tokens, 2 * 64}).to(torch::kBFloat16);
            const Tensor exact = leaf(values, torch::kDouble), expected = mama::kernels::attention(exact, 2);
            expected.backward(flow.to(torch::kDouble));
            const Tensor own = leaf(values, torch::kBFloat16), y = mama::trainedTiles(own, 2);
            y.backward(flow);
            QVERIFY2(distance(y, expected) < 1e-2, qPrintable(QString::number(distance(y, expected))));
            for (std::int64_t part = 0; part < 3; ++part) { // of queries, keys, values
                const Tensor a = own.grad().narrow(2, part * 128, 128), b = exact.grad().narrow(2, part * 128, 128);
                if (tokens > 1 || part == 2) // one weight alone is 1 whatever its score
                    QVERIFY2(distance(a, b) < 1e-2, qPrintable(QString("%1 %2").arg(tokens).arg(distance(a, b))));
                else
                    QVERIFY(a.abs().max().item<double>() < 2e-2);
            }
        }
    }

    // A head that is not finite does no harm to another.
    void tilesKeepHeadsApart()
    {
        const Tensor values = torch::randn({1, 40, 3 * 2 * 64}).to(torch::kBFloat16);
        if (!mama::takesTiles(values, 2))
            QSKIP("this processor has no tiles for bfloat16");
        const Tensor flow = torch::randn({1, 2 * 64, 40}).to(torch::kBFloat16).transpose(1, 2); // in another order
        const Tensor plain = leaf(values, torch::kBFloat16), y = mama::trainedTiles(plain, 2);
        y.backward(flow);
        Tensor broken = values.clone();
        broken[0][3][7] = std::numeric_limits<float>::quiet_NaN(); // a query of the first head
        const Tensor own = leaf(broken, torch::kBFloat16), z = mama::trainedTiles(own, 2);
        z.backward(flow);
        QVERIFY(z.narrow(2, 0, 64).isnan().any().item<bool>());
        QVERIFY(torch::equal(z.narrow(2, 64, 64), y.narrow(2, 64, 64)));
        for (const std::int64_t part : {0, 1, 2}) {
            const std::int64_t second = part * 128 + 64;
            QVERIFY(torch::equal(own.grad().narrow(2, second, 64), plain.grad().narrow(2, second, 64)));
        }
    }
};

QTEST_GUILESS_MAIN(TestTrainingKernels)
#include "test_training_kernels.moc"
