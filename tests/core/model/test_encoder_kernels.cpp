// What encoders run between and in place of LibTorch's operators, against the formulas in float64: EfficientNet's block
// in bands, swish, attention in bfloat16, LayerNorm and sums around it; and how precisions are told apart.
#include "core/model/auto_precision.h"
#include "core/model/kernels/kernels.h"
#include "core/model/layers/mobile_block.h"

#include <ATen/ATen.h>
#include <QTest>
#include <array>
#include <c10/core/InferenceMode.h>
#include <cmath>

using namespace mama;

class TestEncoderKernels : public QObject
{
    Q_OBJECT
private:
    struct Form
    {
        std::int64_t in, wide, out, kernel, stride, low, high;
        bool skips;
    };
    static MobileBlock::Parts partsOf(const Form& form, at::ScalarType type)
    {
        at::manual_seed(5);
        const auto weights = [&](at::IntArrayRef sizes) { return (at::randn(sizes) / 3).to(type); };
        MobileBlock::Parts made;
        if (form.wide != form.in)
            made.expand = Convolution(weights({form.wide, form.in, 1, 1}), weights({form.wide}), {}, 1);
        made.depthwise = Convolution(weights({form.wide, 1, form.kernel, form.kernel}), weights({form.wide}),
                                     {form.stride, form.low, form.high}, form.wide);
        made.project = Convolution(weights({form.out, form.wide, 1, 1}), weights({form.out}), {}, 1);
        made.reduceWeight = weights({2, form.wide});
        made.reduceBias = weights({2});
        made.gateWeight = weights({form.wide, 2});
        made.gateBias = weights({form.wide});
        made.skips = form.skips;
        return made;
    }
    // The formula, operator by operator.
    static at::Tensor expectedOf(const Form& form, const at::Tensor& x)
    {
        const MobileBlock::Parts parts = partsOf(form, at::kFloat);
        const auto exact = [](const at::Tensor& y) { return y.to(at::kDouble); };
        const auto convolved = [&](const Convolution& by, const at::Tensor& y, std::int64_t groups) {
            const auto [stride, low, high] = by.steps();
            return at::conv2d(at::constant_pad_nd(y, {low, high, low, high}), exact(by.weight()), exact(by.bias()),
                              at::IntArrayRef({stride, stride}), at::IntArrayRef({0, 0}), at::IntArrayRef({1, 1}),
                              groups);
        };
        at::Tensor y = exact(x);
        if (parts.expand)
            y = at::silu(convolved(*parts.expand, y, 1));
        y = at::silu(convolved(parts.depthwise, y, form.wide));
        const at::Tensor squeezed =
            at::silu(at::linear(y.mean({2, 3}), exact(parts.reduceWeight), exact(parts.reduceBias)));
        const at::Tensor gate = at::sigmoid(at::linear(squeezed, exact(parts.gateWeight), exact(parts.gateBias)));
        y = convolved(parts.project, y * gate.unsqueeze(2).unsqueeze(3), 1);
        return form.skips ? y + exact(x) : y;
    }
    static double distance(const at::Tensor& made, const at::Tensor& expected)
    {
        return ((made.to(at::kDouble) - expected).norm() / expected.norm()).item<double>();
    }

private Q_SLOTS:
    void init() { kernels::allowAvx512(true); }
    void cleanup() { kernels::allowAvx512(true); }

    // Channels that fill no vector, kernels wider than the picture, zeros on one side only, bands of one row and of
    // all.
    void isItsFormula_data()
    {
        QTest::addColumn<QList<int>>("form"); // in, wide, out, kernel, stride, low, high, skips
        QTest::addColumn<QList<int>>("size"); // pictures, rows, columns
        QTest::newRow("no expansion") << QList{24, 24, 24, 3, 1, 1, 1, 1} << QList{2, 9, 13};
        QTest::newRow("stride, zeros behind") << QList{24, 144, 40, 3, 2, 0, 1, 0} << QList{1, 17, 22};
        QTest::newRow("five") << QList{40, 240, 40, 5, 1, 2, 2, 1} << QList{1, 30, 19};
        QTest::newRow("five, stride") << QList{40, 240, 64, 5, 2, 1, 2, 0} << QList{3, 20, 21};
        QTest::newRow("smaller than the kernel") << QList{8, 48, 8, 5, 1, 2, 2, 1} << QList{1, 2, 3};
        QTest::newRow("one cell") << QList{8, 50, 8, 3, 1, 1, 1, 1} << QList{1, 1, 1};
        QTest::newRow("many bands") << QList{16, 96, 16, 5, 1, 2, 2, 1} << QList{1, 120, 160};
        QTest::newRow("a row is more than a band") << QList{16, 96, 24, 3, 2, 0, 1, 0} << QList{1, 5, 9000};
    }

    void isItsFormula()
    {
        QFETCH(QList<int>, form);
        QFETCH(QList<int>, size);
        const c10::InferenceMode inference;
        const Form one{form[0], form[1], form[2], form[3], form[4], form[5], form[6], form[7] != 0};
        at::manual_seed(9);
        const at::Tensor x = at::randn({size[0], one.in, size[1], size[2]});
        const at::Tensor expected = expectedOf(one, x);
        const auto made = [&](Precision precision, bool fast) {
            kernels::allowAvx512(fast);
            MobileBlock block(partsOf(one, at::kFloat));
            block.pack(precision);
            const at::ScalarType type = precision == Precision::Bf16 ? at::kBFloat16 : at::kFloat;
            return block(x.to(type).contiguous(at::MemoryFormat::ChannelsLast));
        };
        for (const bool fast : {true, false}) {
            const at::Tensor exact = made(Precision::Fp32, fast);
            QCOMPARE(exact.sizes(), expected.sizes());
            QVERIFY2(distance(exact, expected) < 2e-6, qPrintable(QString::number(distance(exact, expected))));
            QVERIFY(distance(made(Precision::Bf16, fast), expected) < 0.01); // of eight bits, four roundings
        }
        const MobileBlock plain(partsOf(one, at::kFloat));
        QVERIFY(distance(plain(x), expected) < 2e-6);
    }

    // Every float between the ends of what sums reach, and what lies beyond.
    void swishIsItsFormula()
    {
        const c10::InferenceMode inference;
        const at::Tensor x =
            at::cat({at::linspace(-100, 100, 20001), at::tensor({-1e30F, 1e30F, -0.0F, 1e-30F, 5.0F})});
        const at::Tensor exact = x.to(at::kDouble) * at::sigmoid(x.to(at::kDouble));
        const auto farthest = [&](const at::Tensor& made, double of) {
            return ((made.to(at::kDouble) - exact).abs() / (exact.abs() + of)).max().item<double>();
        };
        QVERIFY(farthest(kernels::swish_(x.clone()), 1e-6) < 2e-6);
        const at::Tensor half = x.to(at::kBFloat16);
        const at::Tensor ofHalf = half.to(at::kDouble) * at::sigmoid(half.to(at::kDouble));
        const at::Tensor made = kernels::swish_(half.clone()).to(at::kDouble);
        QVERIFY(((made - ofHalf).abs() / (ofHalf.abs() + 1e-6)).max().item<double>() < 0.0045); // 2^-8 and a little
    }

    // Tokens that fill no tile, one alone, several pictures. Where there are no tiles LibTorch's own is compared.
    void attentionIsItsFormula()
    {
        const c10::InferenceMode inference;
        at::manual_seed(3);
        for (const auto& [images, tokens, heads] :
             {std::array{1, 1, 1}, {2, 5, 3}, {1, 33, 2}, {3, 197, 2}, {1, 300, 4}}) {
            const at::Tensor qkv = (at::randn({images, tokens, 3 * heads * 64}) * 1.5).to(at::kBFloat16);
            const auto parts =
                qkv.to(at::kDouble).view({images, tokens, 3, heads, 64}).permute({2, 0, 3, 1, 4}).unbind(0);
            const at::Tensor weights = at::softmax(at::matmul(parts[0], parts[1].transpose(2, 3)) / 8, -1);
            const at::Tensor expected =
                at::matmul(weights, parts[2]).transpose(1, 2).reshape({images, tokens, heads * 64});
            for (const bool fast : {true, false}) {
                kernels::allowAvx512(fast);
                const at::Tensor made = kernels::attention(qkv, heads);
                QCOMPARE(made.scalar_type(), at::kBFloat16);
                QVERIFY2(distance(made, expected) < 0.005, qPrintable(QString::number(distance(made, expected))));
            }
        }
    }

    // oneDNN's own products by tiles come right between ours: they find the tiles as they left them.
    void tilesAreLeftAsTheyWere()
    {
        const c10::InferenceMode inference;
        at::manual_seed(3);
        const at::Tensor x = at::randn({64, 96}).to(at::kBFloat16), w = at::randn({80, 96}).to(at::kBFloat16);
        const at::Tensor qkv = at::randn({1, 70, 3 * 64}).to(at::kBFloat16);
        const at::Tensor expected = at::matmul(x.to(at::kDouble), w.to(at::kDouble).t());
        for (int i = 0; i < 3; ++i) {
            QVERIFY(distance(at::linear(x, w), expected) < 0.005);
            kernels::attention(qkv, 1);
        }
    }

    void normAndSumAreTheirFormulas()
    {
        const c10::InferenceMode inference;
        at::manual_seed(4);
        const at::Tensor x = at::randn({2, 7, 72}) * 3 + 1, weight = at::randn({72}), bias = at::randn({72});
        const at::Tensor y = at::randn({2, 7, 72}).to(at::kBFloat16);
        const at::Tensor expected =
            at::layer_norm(x.to(at::kDouble), {72}, weight.to(at::kDouble), bias.to(at::kDouble), 1e-6);
        for (const bool fast : {true, false}) {
            kernels::allowAvx512(fast);
            QVERIFY(distance(kernels::halfLayerNorm(x, weight, bias, 1e-6), expected) < 0.003); // of eight bits
            QCOMPARE(kernels::halfLayerNorm(x, weight, bias, 1e-6).scalar_type(), at::kBFloat16);
            QVERIFY(distance(kernels::added(x, y), x.to(at::kDouble) + y.to(at::kDouble)) < 1e-7);
        }
    }

    // Turned by an angle towards a direction, a row's similarity with it moves by the angle's sine.
    void movesOfSimilarities()
    {
        const double angle = 0.02;
        const at::Tensor directions = at::eye(3);
        const at::Tensor exact = at::tensor({2.0, 0.0, 0.0, 0.0, 0.0, 5.0}).view({2, 3});
        const at::Tensor made = at::tensor({4 * std::cos(angle), 4 * std::sin(angle), 0.0, 0.0, 0.0, 1.0}).view({2, 3});
        QVERIFY(std::abs(largestMove(made, exact, directions) - std::sin(angle)) < 1e-9);
        QCOMPARE(largestMove(exact * 7, exact, directions), 0.0); // lengths say nothing
        const at::Tensor random = randomDirections(5, 40);
        QCOMPARE(random.sizes(), at::IntArrayRef({5, 40}));
        QVERIFY((random.norm(2, -1) - 1).abs().max().item<double>() < 1e-6);
        QVERIFY(at::equal(random, randomDirections(5, 40)));
    }
};

QTEST_GUILESS_MAIN(TestEncoderKernels)
#include "test_encoder_kernels.moc"
