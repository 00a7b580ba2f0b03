#include "core/base/error.h"
#include "core/model/kernels/cuda_plugin.h"
#include "core/model/kernels/kernels.h"
#include "core/model/random_model.h"
#include "core/model/torch_model.h"
#include "core/weights/families/families.h"
#include "tests/core/model/reference_model.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

using namespace mama;
using namespace mama::test;

class TestModel : public QObject
{
    Q_OBJECT
private:
    static nlohmann::json smallDescription()
    {
        nlohmann::json description = benchmarkDescription();
        description["image"].update(
            {{"width", 128}, {"depth", 2}, {"heads", 2}, {"mlp_hidden", 512}, {"native_grid", {5, 5}}});
        description["heads"].update({{"embedding", 32}, {"local_hidden", 64}});
        description["input"]["size"] = 70;
        return description;
    }
    static double largest(const at::Tensor& x) { return x.abs().max().item<double>(); }

private Q_SLOTS:
    void cleanup() { kernels::allowAvx512(true); }

    void attentionIsThatOfTheLibrary_data()
    {
        QTest::addColumn<int>("tokens");
        for (const int tokens : {1, 5, 24, 25, 64, 65, 200})
            QTest::addRow("%d", tokens) << tokens;
    }
    // Against softmax(q k^T / sqrt(d)) v in double precision.
    void attentionIsThatOfTheLibrary()
    {
        QFETCH(int, tokens);
        const c10::InferenceMode inference;
        at::manual_seed(7);
        const std::int64_t heads = 3;
        const at::Tensor qkv = at::randn({2, tokens, 3 * heads * 64});
        const auto parts = qkv.to(at::kDouble).view({2, tokens, 3, heads, 64}).permute({2, 0, 3, 1, 4}).unbind(0);
        const at::Tensor exact =
            at::matmul(at::softmax(at::matmul(parts[0], parts[1].transpose(2, 3)) / 8.0, -1), parts[2])
                .transpose(1, 2)
                .reshape({2, tokens, heads * 64});
        QVERIFY(largest(kernels::attention(qkv, heads) - exact) < 1e-5);
        // 8-bit factors: 1/127 of the largest value each, errors average over the tokens.
        QVERIFY(largest(kernels::attention(qkv, heads, true) - exact) < 0.15);
        kernels::allowAvx512(false);
        QVERIFY(largest(kernels::attention(qkv, heads) - exact) < 1e-5);
    }

    void kernelsAgreeWithTheirPlainVersions()
    {
        const c10::InferenceMode inference;
        at::manual_seed(7);
        const at::Tensor x = at::randn({37, 100}) * 3;
        const at::Tensor sums = at::randint(-20000, 20000, {37, 100}, at::kInt), residual = at::randn({37, 100});
        const kernels::Dequantise layer{at::rand({37}) * 0.01, at::rand({100}) * 0.02, at::randn({100}), true,
                                        residual};
        const kernels::QuantisedRows fast = kernels::quantiseRows(x);
        const at::Tensor fastOut = kernels::dequantise(sums, layer);
        kernels::allowAvx512(false);
        const kernels::QuantisedRows plain = kernels::quantiseRows(x);
        QVERIFY(largest(fast.values.to(at::kFloat) - plain.values.to(at::kFloat)) <= 1); // rounding of ties
        QVERIFY(largest(fast.scales - plain.scales) < 1e-6);
        QVERIFY(largest(fastOut - kernels::dequantise(sums, layer)) < 1e-5);
    }

    void cosineMapsHaveTheirLargest()
    {
        at::manual_seed(7);
        const at::Tensor patches = l2(at::randn({30, 16})), sentences = l2(at::randn({4, 16}));
        const CosineMaps made = cosineMaps(patches, sentences);
        QVERIFY(largest(made.maps - at::cosine_similarity(sentences.unsqueeze(1), patches.unsqueeze(0), 2)) < 1e-5);
        QVERIFY(at::equal(made.best, std::get<0>(made.maps.max(1))));
    }

    void gradientsReachEveryParameterOfTheImageTower()
    {
        const nlohmann::json description = smallDescription();
        Parameters parameters = randomParameters(description, 3);
        for (const auto& [name, tensor] : parameters.all())
            if (at::isFloatingType(tensor.scalar_type()) && name.find("running") == std::string::npos)
                at::Tensor(tensor).set_requires_grad(true);
        const Network network(parameters, description);
        const ForwardMode training{true, 0.1, 0.1};
        const at::Tensor tokens = network.image->tokens(at::randn({2, 3, 70, 70}), training);
        (network.imageGlobal(network.pooled(tokens)).sum() + network.imageLocal(tokens, training).square().sum() +
         network.imageLocal(tokens, training).sum())
            .backward();
        for (const auto& [name, tensor] : parameters.all())
            if (tensor.requires_grad() && name.find("mask_token") == std::string::npos && !name.starts_with("logit") &&
                !name.starts_with("local_scale"))
                QVERIFY2(tensor.grad().defined(), name.c_str());
    }

    void wrongInputsAreRefused()
    {
        const nlohmann::json description = smallDescription();
        TorchModel model(randomParameters(description, 3), description, nullptr, {"cpu", Precision::Fp32, 0});
        const std::vector<float> pixels(3 * 71 * 70);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(model.encodeImages(pixels, 1, 71, 70)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(model.encodeImages(pixels, 1, 70, 70)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(model.encodeTexts({"mass"})), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(parsePrecision("fp8")), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(cuda::chooseDevice("tpu")), Error);
    }

    // A family of core/weights without a tower, and a family that nobody knows.
    void everyFamilyHasATowerAndOthersAreRefusedByName()
    {
        const auto errorOf = [](const auto& make) {
            try {
                static_cast<void>(make());
            } catch (const Error& error) {
                return std::string(error.what());
            } catch (const nlohmann::json::exception&) { // the section says nothing but the family
                return std::string();
            }
            return std::string();
        };
        const auto image = [&](const std::string& family) {
            return errorOf([&] { return ImageTower::make({}, {{"family", family}}); });
        };
        const auto text = [&](const std::string& family) {
            return errorOf([&] { return TextTower::make({}, {{"family", family}}); });
        };
        for (const auto* family : weights::imageFamilies())
            QVERIFY2(image(family->name()).empty(), family->name().c_str());
        for (const auto* family : weights::textFamilies())
            QVERIFY2(text(family->name()).empty(), family->name().c_str());
        QVERIFY(image("swin").find("\"swin\" is none of dinov2") != std::string::npos);
        QVERIFY(text("t5").find("\"t5\" is none of gpt2, bert, llama") != std::string::npos);
        nlohmann::json description = smallDescription();
        description["image"]["family"] = "swin";
        QVERIFY(errorOf([&] { return expectedTensors(description); }).find("swin") != std::string::npos);
    }

    void gridsNeedNotBeSquare()
    {
        const nlohmann::json description = smallDescription();
        const TorchModel model(randomParameters(description, 3), description, nullptr, {"cpu", Precision::Fp32, 0});
        const std::vector<float> pixels(3 * 42 * 98);
        const auto made = model.encodeImages(pixels, 1, 42, 98);
        QVERIFY(made && made->rows == 3 && made->columns == 7);
        QCOMPARE(made->patches.size(), std::size_t{3 * 7 * 32});
    }

    void aMissingTensorIsNamed()
    {
        const nlohmann::json description = smallDescription();
        Parameters parameters;
        const Parameters complete = randomParameters(description, 3);
        for (const auto& [name, tensor] : complete.all())
            if (name != "img_encoder_q.model.blocks.1.attn.qkv.weight")
                parameters.set(name, tensor);
        try {
            TorchModel model(parameters, description, nullptr, {"cpu", Precision::Fp32, 0});
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(error.where(), std::string("img_encoder_q.model.blocks.1.attn.qkv.weight"));
        }
    }

    void aStoppedJobIsCancelled()
    {
        const nlohmann::json description = smallDescription();
        TorchModel model(randomParameters(description, 3), description, nullptr, {"cpu", Precision::Fp32, 0});
        std::stop_source source;
        source.request_stop();
        const std::vector<float> pixels(3 * 70 * 70);
        QVERIFY(!model.encodeImages(pixels, 1, 70, 70, {source.get_token(), {}}));
    }

    void withoutADriverTheProcessorComputes()
    {
        if (std::filesystem::exists("/dev/nvidiactl"))
            QSKIP("there is a GPU");
        QCOMPARE(cuda::chooseDevice("auto"), -1);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(cuda::chooseDevice("cuda")), Error);
    }
};

QTEST_GUILESS_MAIN(TestModel)
#include "test_model.moc"
