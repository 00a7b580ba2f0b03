#include "core/model/kernels/kernels.h"
#include "core/model/layers/packed_weights.h"
#include "core/model/layers/trained_linear.h"
#include "core/model/layers/training_parts.h"
#include "core/training/model/compute.h"

#include <QtTest>
#include <limits>
#include <torch/torch.h>

using torch::Tensor;

namespace {

constexpr auto bf16 = torch::kBFloat16;

double distance(const Tensor& a, const Tensor& b)
{
    return ((a.to(torch::kDouble) - b.to(torch::kDouble)).norm() / b.to(torch::kDouble).norm()).item<double>();
}

Tensor leaf(const Tensor& values, torch::ScalarType type = torch::kFloat)
{
    return values.detach().to(type).clone(values.suggest_memory_format()).set_requires_grad(true);
}

double toleranceOf(torch::ScalarType type) { return type == torch::kFloat ? 2e-6 : 6e-3; } // bfloat16 keeps 8 bits

} // namespace

// What stands between a training step's products, against LibTorch's plain operators in float64, gradients too.
class TestTrainingParts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        if (!mama::kernels::haveAvx512())
            QSKIP("this processor has no AVX-512");
        torch::manual_seed(1);
    }

    void columnsAreSummed()
    {
        for (const auto type : {torch::kFloat, bf16}) {
            const Tensor x = torch::randn({7, 143, 53}).to(type) + 1; // no multiple of sixteen rows or columns
            QVERIFY(distance(mama::columnSums(x), x.to(torch::kDouble).reshape({-1, 53}).sum(0)) < 1e-6);
        }
        QCOMPARE(mama::columnSums(torch::ones({3, 2}, bf16)).scalar_type(), torch::kFloat);
    }

    void sumsDoNotHangOnThreads()
    {
        const Tensor x = torch::randn({1000, 33});
        const int before = torch::get_num_threads();
        torch::set_num_threads(1);
        const Tensor one = mama::columnSums(x);
        const double length = mama::lengthOf(x);
        torch::set_num_threads(2);
        QVERIFY(torch::equal(mama::columnSums(x), one));
        QCOMPARE(mama::lengthOf(x), length);
        torch::set_num_threads(before);
    }

    void lengthsAreExact()
    {
        const Tensor x = torch::randn({40001}) * 1e20; // squares beyond float32
        QVERIFY(qAbs(mama::lengthOf(x) / x.to(torch::kDouble).norm().item<double>() - 1) < 1e-12);
        Tensor bad = torch::ones({100});
        bad[7] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(std::isnan(mama::lengthOf(bad)));
    }

    void geluIsExact()
    {
        const Tensor values = torch::randn({3, 11, 37}) * 3, flow = torch::randn({3, 11, 37}).to(bf16);
        const Tensor own = leaf(values, bf16), exact = leaf(own, torch::kDouble);
        QVERIFY(mama::takesGelu(own));
        QVERIFY(!mama::takesGelu(leaf(values)));
        const Tensor y = mama::trainedGelu(own), expected = torch::gelu(exact);
        y.backward(flow);
        expected.backward(flow.to(torch::kDouble));
        // Nothing but the last rounding: half a unit in the eighth bit.
        QVERIFY(((y.to(torch::kDouble) - expected).abs() <= expected.abs() / 256 + 1e-6).all().item<bool>());
        QVERIFY(((own.grad().to(torch::kDouble) - exact.grad()).abs() <= exact.grad().abs() / 256 + 1e-6)
                    .all()
                    .item<bool>());
    }

    void scaledSumsHaveTheirGradients()
    {
        for (const auto type : {torch::kFloat, bf16})
            for (const bool scaled : {true, false}) {
                const Tensor flow = torch::randn({2, 40, 50});
                const Tensor residual = leaf(torch::randn({2, 40, 50})), y = leaf(torch::randn({2, 40, 50}), type),
                             scale = leaf(torch::randn({50}));
                const Tensor residual2 = leaf(residual, torch::kDouble), y2 = leaf(y, torch::kDouble),
                             scale2 = leaf(scale, torch::kDouble);
                QVERIFY(mama::takesScaledSum(residual, y));
                const Tensor out = mama::scaledSum(residual, y, scaled ? scale : Tensor()),
                             expected = residual2 + (scaled ? y2 * scale2 : y2);
                QCOMPARE(out.scalar_type(), torch::kFloat);
                QVERIFY(distance(out, expected) < 1e-6);
                out.backward(flow);
                expected.backward(flow.to(torch::kDouble));
                QVERIFY(distance(residual.grad(), residual2.grad()) == 0);
                QVERIFY(distance(y.grad(), y2.grad()) < toleranceOf(type));
                QCOMPARE(scale.grad().defined(), scaled);
                if (scaled)
                    QVERIFY(distance(scale.grad(), scale2.grad()) < 1e-6);
            }
    }

    void layerNormHasItsGradients()
    {
        if (mama::onThisProcessor(mama::TrainingPrecision::Mixed) != mama::TrainingPrecision::Mixed)
            QSKIP("this processor multiplies no bfloat16");
        const Tensor flow = torch::randn({3, 30, 52}).to(bf16), x = leaf(torch::randn({3, 30, 52}) * 2 + 5),
                     weight = leaf(torch::randn({52})), bias = leaf(torch::randn({52}));
        const Tensor x2 = leaf(x, torch::kDouble), weight2 = leaf(weight, torch::kDouble),
                     bias2 = leaf(bias, torch::kDouble);
        QVERIFY(!mama::takesLayerNorm(x, weight)); // not in mixed precision
        Tensor y;
        {
            const mama::Compute mixed(mama::Placement{"cpu", mama::TrainingPrecision::Mixed});
            const mama::Compute::Products products(mixed);
            QVERIFY(mama::takesLayerNorm(x, weight));
            y = mama::trainedLayerNorm(x, weight, bias, 1e-6);
        }
        const Tensor expected = torch::layer_norm(x2, {52}, weight2, bias2, 1e-6);
        QCOMPARE(y.scalar_type(), bf16);
        QVERIFY(distance(y, expected) < toleranceOf(bf16));
        y.backward(flow);
        expected.backward(flow.to(torch::kDouble));
        QVERIFY(distance(x.grad(), x2.grad()) < 2e-6); // the flow is the same, all else float32
        QVERIFY(distance(weight.grad(), weight2.grad()) < 2e-6);
        QVERIFY(distance(bias.grad(), bias2.grad()) < 2e-6);
    }

    void batchNormHasItsGradients_data()
    {
        QTest::addColumn<bool>("image");
        QTest::addColumn<bool>("relu");
        QTest::addColumn<bool>("affine");
        QTest::addColumn<bool>("narrow");
        for (int i = 0; i < 16; ++i)
            QTest::addRow("%s%s%s, %s", i & 1 ? "image" : "rows", i & 2 ? ", ReLU" : "", i & 4 ? ", affine" : "",
                          i & 8 ? "bfloat16" : "float32")
                << bool(i & 1) << bool(i & 2) << bool(i & 4) << bool(i & 8);
    }
    void batchNormHasItsGradients()
    {
        QFETCH(bool, image);
        QFETCH(bool, relu);
        QFETCH(bool, affine);
        QFETCH(bool, narrow);
        const auto type = narrow ? bf16 : torch::kFloat;
        const std::int64_t channels = 21;
        Tensor values = image ? torch::randn({3, channels, 9, 7}).contiguous(torch::MemoryFormat::ChannelsLast)
                              : torch::randn({101, channels});
        values = values * 2 + 3;
        const Tensor flow = torch::randn_like(values).to(narrow && relu ? bf16 : torch::kFloat), x = leaf(values, type),
                     x2 = leaf(x, torch::kDouble);
        const Tensor weight = leaf(torch::randn({channels})), bias = leaf(torch::randn({channels})),
                     weight2 = leaf(weight, torch::kDouble), bias2 = leaf(bias, torch::kDouble);
        const Tensor mean = torch::rand({channels}), variance = torch::rand({channels}),
                     mean2 = mean.to(torch::kDouble), variance2 = variance.to(torch::kDouble);
        QVERIFY(mama::takesBatchNorm(x));
        const Tensor y = mama::trainedBatchNorm(
            x, {affine ? weight : Tensor(), affine ? bias : Tensor(), mean, variance}, {0.1, 1e-5, relu});
        Tensor expected = torch::batch_norm(x2, affine ? weight2 : Tensor(), affine ? bias2 : Tensor(), mean2,
                                            variance2, true, 0.1, 1e-5, false);
        if (relu)
            expected = torch::relu(expected);
        QCOMPARE(y.scalar_type(), relu ? type : torch::kFloat);
        QVERIFY2(distance(y, expected) < (relu ? toleranceOf(type) : 2e-6),
                 qPrintable(QString::number(distance(y, expected))));
        QVERIFY(distance(mean, mean2) < 1e-6);
        QVERIFY(distance(variance, variance2) < 1e-6);
        y.backward(flow);
        expected.backward(flow.to(torch::kDouble));
        QVERIFY2(distance(x.grad(), x2.grad()) < toleranceOf(type),
                 qPrintable(QString::number(distance(x.grad(), x2.grad()))));
        QCOMPARE(weight.grad().defined(), affine);
        if (affine) {
            QVERIFY(distance(weight.grad(), weight2.grad()) < 2e-6);
            QVERIFY(distance(bias.grad(), bias2.grad()) < 2e-6);
        }
    }

    void oneRowHasNoVariance() { QVERIFY(!mama::takesBatchNorm(leaf(torch::randn({1, 8})))); }

    // A step that moved the weight must not be computed with what was packed before it.
    void packedWeightsFollowTheirWeights()
    {
        const Tensor x = torch::randn({70, 48}).set_requires_grad(true), weight = leaf(torch::randn({32, 48})),
                     frozen = torch::randn({32, 48});
        const auto packed = c10::make_intrusive<mama::PackedWeights>();
        const auto right = [&](const Tensor& w) {
            return distance(mama::trainedLinear(x, w, {}, packed), torch::linear(x, w)) < 1e-6;
        };
        QVERIFY(right(weight));
        QVERIFY(right(frozen));
        const Tensor kept = packed->straight(frozen, torch::kFloat);
        weight.detach().mul_(2); // counted by LibTorch
        QVERIFY(right(weight));
        weight.mutable_data_ptr<float>()[5] += 100; // not counted: hence forgetTrained()
        packed->forgetTrained();
        QVERIFY(right(weight));
        QVERIFY(packed->straight(frozen, torch::kFloat).is_same(kept));
        QVERIFY(packed->bytes() > 0);
        packed->forgetAll();
        QCOMPARE(packed->bytes(), std::int64_t{0});
    }

    void bothDirectionsOfOnePackedWeight()
    {
        const auto packed = c10::make_intrusive<mama::PackedWeights>();
        const Tensor weight = torch::randn({32, 48});
        for (int pass = 0; pass < 2; ++pass) {
            const Tensor x = torch::randn({70, 48}).set_requires_grad(true), flow = torch::randn({70, 32});
            mama::trainedLinear(x, weight, {}, packed).backward(flow);
            QVERIFY(distance(x.grad(), torch::mm(flow, weight)) < 1e-6);
        }
    }
};

QTEST_GUILESS_MAIN(TestTrainingParts)
#include "test_training_parts.moc"
