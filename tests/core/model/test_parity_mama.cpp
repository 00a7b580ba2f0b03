#include "core/model/torch_model.h"
#include "core/model/towers/vit_tower.h"
#include "tests/core/model/reference_model.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

using namespace mama;
using namespace mama::test;

// The whole model against the reference's own numbers: every container, both LoRA spellings, fp32 and bf16 weights.
class TestModelParityMama : public QObject
{
    Q_OBJECT
private:
    static ImportOptions optionsFor(const ParityCase& parity, const std::string& file)
    {
        ImportOptions options;
        options.checkpoint = parity.path(file);
        options.textModel = parity.path("text-model");
        options.config = parity.path("model_config.json");
        options.compat = "reference";
        return options;
    }
    static std::unique_ptr<TorchModel> load(const ParityCase& parity, const std::string& file)
    {
        const ReferenceModel reference(optionsFor(parity, file));
        ComputeOptions options;
        options.precision = Precision::Fp32;
        options.device = device();
        return std::make_unique<TorchModel>(reference.parameters, reference.imported.description,
                                            Tokenizer::load(parity.path("text-model-with-added-tokens")), options);
    }
    // [N, 1, H, W] as three equal channels
    static at::Tensor images(const ParityCase& parity)
    {
        return tensorOf(parity.array("inputs/images_normalised.npy")).expand({-1, 3, -1, -1}).contiguous();
    }
    static std::vector<std::string> captions(const ParityCase& parity)
    {
        std::vector<std::string> texts;
        for (const auto& caption : parity.json("inputs/captions.json"))
            texts.push_back(caption.is_string() ? caption.get<std::string>() : caption.at("text").get<std::string>());
        return texts;
    }
    static ImageEmbedding encode(const TorchModel& model, const at::Tensor& images)
    {
        const at::Tensor input = images.cpu();
        return *model.encodeImages({input.const_data_ptr<float>(), static_cast<std::size_t>(input.numel())},
                                   input.size(0), input.size(2), input.size(3));
    }
    static TextOptions raw(Pooling pooling)
    {
        TextOptions options;
        options.raw = true; // the special tokens are written in these texts
        options.pooling = pooling;
        return options;
    }
    static void files()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("expected");
        const ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), "parity/mama-ckpt");
        for (const char* file : {"mama_fp32.ckpt", "mama_fp32_peft07.ckpt", "model.safetensors"})
            QTest::newRow(file) << QString(file) << QString("expected/");
        QTest::newRow("mama_bf16.ckpt") << QString("mama_bf16.ckpt") << QString("expected_bf16_weights/");
    }
    static at::Tensor rows(const std::vector<float>& values, std::int64_t dim)
    {
        return at::tensor(values, at::kFloat).view({-1, dim});
    }

private Q_SLOTS:
    void imageSteps_data() { files(); }
    void imageSteps()
    {
        QFETCH(QString, file);
        QFETCH(QString, expected);
        if (expected != "expected/")
            return; // the folder of bf16 weights holds end results only
        const c10::InferenceMode inference;
        const ParityCase parity("mama-ckpt");
        const Network network = ReferenceModel(optionsFor(parity, file.toStdString())).network();
        const at::Tensor tokens = network.image->tokens(images(parity));
        const at::Tensor normed = network.image->norm(tokens), mean = network.pooled(tokens);
        MAMA_SAME(parity.difference("expected/image_tokens_prenorm.npy", valuesOf(tokens)));
        MAMA_SAME(parity.difference("expected/image_cls_norm.npy", valuesOf(normed.select(1, 0))));
        MAMA_SAME(parity.difference("expected/image_patch_norm.npy", valuesOf(network.image->patches(normed))));
        MAMA_SAME(parity.difference("expected/image_mean_prenorm.npy", valuesOf(mean)));
        MAMA_SAME(parity.difference("expected/image_global_unnormalised.npy", valuesOf(network.imageGlobal(mean))));
        MAMA_SAME(parity.difference("expected/image_global.npy", valuesOf(l2(network.imageGlobal(mean)))));
        MAMA_SAME(parity.difference("expected/image_local.npy", valuesOf(network.imageLocal(tokens))));
        MAMA_SAME(parity.difference("expected/simclr_projection.npy", valuesOf(network.simclr(mean))));
        const auto& tower = dynamic_cast<const VitTower&>(*network.image);
        const auto side = static_cast<std::int64_t>(
            std::llround(std::sqrt(static_cast<double>(parity.array("expected/pos_embed_large.npy").shape.at(1) - 1))));
        MAMA_SAME(parity.difference("expected/pos_embed_large.npy", valuesOf(tower.positions({side, side}))));
    }

    void textStates_data() { files(); }
    void textStates()
    {
        QFETCH(QString, file);
        QFETCH(QString, expected);
        if (expected != "expected/")
            return;
        const c10::InferenceMode inference;
        const ParityCase parity("mama-ckpt");
        const Network network = ReferenceModel(optionsFor(parity, file.toStdString())).network();
        const at::Tensor ids = tensorOf(parity.array("inputs/token_ids.npy")),
                         mask = tensorOf(parity.array("inputs/attention_mask.npy")).to(at::kBool);
        const at::Tensor hidden = network.text->hidden({ids, mask, {}});
        // Which captions the file of hidden states holds stands in its note, in brackets.
        const std::string note = parity.description().at("files").at("expected/text_hidden.npy").at("note");
        const nlohmann::json chosen =
            nlohmann::json::parse(note.substr(note.find('['), note.find(']') - note.find('[') + 1));
        MAMA_SAME(
            parity.difference("expected/text_hidden.npy",
                              valuesOf(hidden.index_select(
                                  0, at::tensor(chosen.get<std::vector<std::int64_t>>(), at::kLong).to(place())))));
        MAMA_SAME(
            parity.difference("expected/text_global_training.npy", valuesOf(l2(network.textGlobal(hidden.mean(1))))));
    }

    void embeddings_data() { files(); }
    void embeddings()
    {
        QFETCH(QString, file);
        QFETCH(QString, expected);
        const ParityCase parity("mama-ckpt");
        const std::string folder = expected.toStdString();
        const std::unique_ptr<TorchModel> model = load(parity, file.toStdString());
        const ImageEmbedding image = encode(*model, images(parity));
        MAMA_SAME(parity.difference(folder + "image_global.npy", image.global));
        MAMA_SAME(parity.difference(folder + "image_local.npy", image.patches));
        const std::vector<std::string> texts = captions(parity);
        const TextEmbedding training = *model->encodeTexts(texts, raw(Pooling::Training)),
                            zeroShot = *model->encodeTexts(texts, raw(Pooling::ZeroShot));
        MAMA_SAME(parity.difference(folder + "text_global_training.npy", training.global));
        MAMA_SAME(parity.difference(folder + "text_global_zeroshot.npy", zeroShot.global));
        MAMA_SAME(parity.difference(folder + "sentence_local.npy", training.sentences));
        MAMA_SAME(parity.difference(folder + "sentence_local.npy", zeroShot.sentences));
        QCOMPARE(zeroShot.offsets, parity.array("expected/sentence_offsets.npy").asInt64());
        const at::Tensor patches = at::tensor(image.patches).view({image.count, image.rows * image.columns, image.dim});
        const at::Tensor maps =
            at::matmul(rows(zeroShot.sentences, zeroShot.dim), patches.transpose(1, 2)); // [N, S, P]
        MAMA_SAME(parity.difference(folder + "similarity.npy", valuesOf(maps)));
    }

    void zeroShot()
    {
        const ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), "parity/mama-ckpt");
        const std::unique_ptr<TorchModel> model = load(parity, "mama_fp32.ckpt");
        const ImageEmbedding image = encode(*model, images(parity));
        const at::Tensor globals = rows(image.global, image.dim);
        const nlohmann::json prompts = parity.json("inputs/zeroshot_prompts.json");
        for (const auto& [task, list] : prompts.items()) {
            const std::string name = "expected/zeroshot_" + task;
            const bool perImage = list.front().is_object(); // with the image's metadata in front; else one list for all
            std::vector<std::string> texts;
            for (const auto& entry : list)
                for (const auto& text : perImage ? entry.at("class_prompts") : nlohmann::json::array({entry}))
                    texts.push_back(text.get<std::string>());
            TextOptions options = raw(Pooling::ZeroShot);
            options.length =
                static_cast<int>(parity.array(name + "_ids.npy").shape.back()); // each task is padded to its own length
            const TextEmbedding text = *model->encodeTexts(texts, options);
            MAMA_SAME(parity.difference(name + "_text.npy", text.global));
            const at::Tensor embedded =
                perImage ? rows(text.global, text.dim).view({globals.size(0), -1, text.dim})
                         : rows(text.global, text.dim).unsqueeze(0).expand({globals.size(0), -1, -1});
            const at::Tensor scores =
                at::matmul(embedded, globals.unsqueeze(2)).squeeze(2) * std::exp(model->info().logitScale);
            MAMA_SAME(parity.difference(name + "_scores.npy", valuesOf(scores)));
            const at::Tensor once = at::softmax(scores, 1);
            MAMA_SAME(parity.difference(name + "_softmax.npy", valuesOf(once)));
            if (parity.description().at("files").contains(name + "_softmax_twice.npy"))
                MAMA_SAME(parity.difference(name + "_softmax_twice.npy", valuesOf(at::softmax(once, 1))));
        }
    }

    void linearProbe()
    {
        const ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), "parity/mama-ckpt");
        const std::unique_ptr<TorchModel> model = load(parity, "linear_probe_birads.ckpt");
        QCOMPARE(model->info().kind, ModelKind::LinearProbe);
        MAMA_SAME(parity.difference("expected/linear_probe_logits.npy", encode(*model, images(parity)).global));
    }

    // The image tower alone gives the same pooled features.
    void imageTowerAlone()
    {
        const c10::InferenceMode inference;
        const ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), "parity/mama-ckpt");
        const Network network = ReferenceModel(optionsFor(parity, "vit_only.pth")).network();
        MAMA_SAME(
            parity.difference("expected/image_tokens_prenorm.npy", valuesOf(network.image->tokens(images(parity)))));
    }

    void otherPrecisionsComeClose_data()
    {
        QTest::addColumn<int>("precision");
        QTest::newRow("bf16") << static_cast<int>(Precision::Bf16);
        QTest::newRow("int8") << static_cast<int>(Precision::Int8);
    }
    // Tiny random towers are the worst case; a cosine of 0.98 with the reference is asked of every embedding.
    void otherPrecisionsComeClose()
    {
        QFETCH(int, precision);
        if (device() != "cpu")
            QSKIP("packing is for the CPU");
        const c10::InferenceMode inference;
        const ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), "parity/mama-ckpt");
        Network network = ReferenceModel(optionsFor(parity, "mama_fp32.ckpt")).network();
        network.pack(static_cast<Precision>(precision));
        const at::Tensor tokens = network.image->tokens(images(parity));
        const auto close = [&](const std::string& file, const at::Tensor& actual) {
            const double cosine = at::cosine_similarity(actual.to(at::kFloat).flatten(0, -2),
                                                        tensorOf(parity.array(file)).flatten(0, -2), 1)
                                      .min()
                                      .item<double>();
            qInfo() << file.c_str() << "smallest cosine" << cosine;
            return cosine > 0.98;
        };
        QVERIFY(close("expected/image_global.npy", network.imageGlobal(network.pooled(tokens))));
        QVERIFY(close("expected/image_local.npy", network.imageLocal(tokens)));
        const at::Tensor hidden =
            network.text->hidden({tensorOf(parity.array("inputs/token_ids.npy")),
                                  tensorOf(parity.array("inputs/attention_mask.npy")).to(at::kBool),
                                  {}});
        QVERIFY(close("expected/text_global_training.npy", network.textGlobal(hidden.to(at::kFloat).mean(1))));
    }
};

QTEST_GUILESS_MAIN(TestModelParityMama)
#include "test_parity_mama.moc"
