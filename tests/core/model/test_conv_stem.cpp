#include "core/base/error.h"
#include "core/model/random_model.h"
#include "core/model/torch_model.h"
#include "core/model/towers/conv_stem.h"

#include <ATen/ATen.h>
#include <QTest>
#include <c10/core/InferenceMode.h>

using namespace mama;

class TestConvStem : public QObject
{
    Q_OBJECT
private:
    static nlohmann::json description()
    {
        nlohmann::json made = benchmarkDescription();
        made["image"].update({{"width", 128},
                              {"depth", 2},
                              {"heads", 2},
                              {"mlp_hidden", 256},
                              {"patch", 16},
                              {"native_grid", {6, 6}},
                              {"stem", {{"channels", {8, 16, 24, 32}}}}});
        made["heads"].update({{"embedding", 32}, {"local_hidden", 64}});
        made["input"]["size"] = 96;
        return made;
    }
    static double largest(const at::Tensor& x) { return x.abs().max().item<double>(); }
    // Smallest cosine of two sets of rows.
    static double cosine(const at::Tensor& a, const at::Tensor& b)
    {
        return at::cosine_similarity(a, b, -1).min().item<double>();
    }

private Q_SLOTS:
    void packedIsPlain()
    {
        const c10::InferenceMode inference;
        at::manual_seed(7);
        const Parameters parameters = randomParameters(description(), 3);
        const at::Tensor images = at::randn({3, 3, 96, 96});
        const Network plain(parameters, description());
        const at::Tensor expected = plain.image->tokens(images);
        QCOMPARE(expected.sizes(), at::IntArrayRef({3, 1 + 4 + 36, 128}));
        Network packed(parameters, description());
        packed.pack(Precision::Fp32);
        QVERIFY(largest(packed.image->tokens(images) - expected) < 1e-4 * largest(expected));
        QVERIFY(largest(packed.imageLocal(packed.image->tokens(images)) - plain.imageLocal(expected)) < 1e-4);
        Network half(parameters, description());
        half.pack(Precision::Bf16);
        QVERIFY(cosine(half.image->tokens(images).to(at::kFloat), expected) > 0.999);
        Network eight(parameters, description());
        eight.pack(Precision::Int8);
        QVERIFY(cosine(eight.image->tokens(images), expected) > 0.99);
    }

    // With equal weights everywhere the gradient of one output is its receptive field: its centre of mass is the middle
    // of the patch's 16 pixels, 16 i + 7.5.
    void everyOutputIsCentredOnItsPatch()
    {
        const nlohmann::json image = description()["image"];
        Parameters parameters = randomParameters(description(), 3);
        const auto all = parameters.all(); // a copy, since values are set below
        for (const auto& [name, tensor] : all)
            if (name.find("patch_embed") != std::string::npos && at::isFloatingType(tensor.scalar_type()))
                parameters.set(
                    name,
                    name.ends_with("mean") || name.ends_with("bias")
                        ? at::zeros_like(tensor)
                        : at::full_like(tensor, name.ends_with("norm.weight") || name.ends_with("var") ? 1.0 : 0.01));
        const ConvStem stem(parameters, image, "img_encoder_q.model.patch_embed.");
        const at::Tensor picture = at::ones({1, 3, 320, 320}).set_requires_grad(true);
        stem(picture, {}).index({0, 0, 10, 9}).backward();
        const at::Tensor field = picture.grad().sum(at::IntArrayRef({0, 1})).to(at::kDouble),
                         places = at::arange(320, at::kDouble);
        const at::Tensor total = field.sum();
        QVERIFY(std::abs((field.sum(1).dot(places) / total).item<double>() - (16 * 10 + 7.5)) < 1e-3);
        QVERIFY(std::abs((field.sum(0).dot(places) / total).item<double>() - (16 * 9 + 7.5)) < 1e-3);
    }

    void trainingUsesTheBatchAndMovesTheRunningStatistics()
    {
        const Parameters parameters = randomParameters(description(), 3);
        const Network network(parameters, description());
        const std::string name = "img_encoder_q.model.patch_embed.stem.0.down_norm.running_mean";
        const at::Tensor before = parameters.get(name).clone(), images = at::randn({2, 3, 96, 96});
        static_cast<void>(network.image->tokens(images));
        QVERIFY(at::equal(parameters.get(name), before));
        const at::Tensor stem = network.image->tokens(images, {true, 0, 0});
        QVERIFY(!at::equal(parameters.get(name), before));
        const at::Tensor batchMean =
            at::conv2d(images, parameters.get("img_encoder_q.model.patch_embed.stem.0.down.weight"), {}, {2, 2}, {1, 1})
                .mean({0, 2, 3});
        QVERIFY(largest(parameters.get(name) - (before * 0.9 + batchMean * 0.1)) < 1e-6);
    }

    void stagesMustMakeThePatch()
    {
        nlohmann::json wrong = description();
        wrong["image"]["patch"] = 14;
        QVERIFY_EXCEPTION_THROWN(Network(randomParameters(wrong, 3), wrong), Error);
    }
};

QTEST_GUILESS_MAIN(TestConvStem)
#include "test_conv_stem.moc"
