#include "core/base/files.h"
#include "core/dicom/read/image_file.h"
#include "core/image/profile.h"
#include "tests/core/model/public_model.h"

#include <ATen/ATen.h>
#include <QTemporaryDir>
#include <cmath>

using namespace mama;
using namespace mama::test;

// BiomedCLIP, CLIP in both forms, SigLIP and CLEFT in their published forms against the references' own modules: every
// file that the cases list.
class TestParityClip : public QObject
{
    Q_OBJECT
private:
    using Json = nlohmann::json;
    using Groups = std::vector<std::string>;
    struct Model // of a case
    {
        std::string file, expected; // folder or file of the weights; folder of what it should give
    };

    static std::vector<Model> modelsOf(const ParityCase& parity)
    {
        std::vector<Model> found;
        for (const auto& entry : std::filesystem::directory_iterator(parity.path(""))) {
            const std::string name = entry.path().filename().string();
            const std::string own = "expected_" + entry.path().stem().string() + "/";
            const bool weights = entry.path().extension() == ".ckpt" || entry.is_directory();
            if (weights && std::filesystem::exists(parity.path(own)))
                found.push_back({name, own});
            else if (std::filesystem::exists(entry.path() / "model.safetensors") &&
                     std::filesystem::exists(parity.path("expected")))
                found.push_back({name, "expected/"});
        }
        return found;
    }
    ImportOptions optionsFor(const ParityCase& parity, const std::string& file) const
    {
        ImportOptions options;
        options.checkpoint = parity.path(file);
        if (std::filesystem::exists(parity.path("text-model")))
            options.textModel = parity.path("text-model");
        if (const auto heads = parity.imageHeads(file)) {
            options.config = m_folder.filePath("told.json").toStdString();
            writeAtomically(options.config, Json{{"vit_heads", *heads}}.dump());
        }
        return options;
    }
    static at::Tensor cosines(const ImageEmbedding& images, const at::Tensor& texts)
    {
        return rowsOf(images.global, images.dim).matmul(texts.t());
    }
    static at::Tensor cells(const ImageEmbedding& images)
    {
        return rowsOf(images.patches, images.dim).view({images.count, -1, images.dim});
    }
    static at::Tensor maps(const ImageEmbedding& images, const at::Tensor& texts)
    {
        return cells(images).matmul(texts.t()).transpose(1, 2).contiguous();
    }
    static at::Tensor logits(const PublicModel& model, const at::Tensor& similar)
    {
        const ModelInfo& info = model.model().info();
        return similar.to(at::kDouble) * std::exp(info.logitScale) + info.logitBias;
    }
    // The way that a file's name says: "local_head_value" is "head-value"; SigLIP's "value" goes through its head too.
    static std::string way(const PublicModel& model, std::string name)
    {
        std::replace(name.begin(), name.end(), '_', '-');
        const auto& ways = model.model().info().mapWays;
        if (std::find(ways.begin(), ways.end(), name) != ways.end())
            return name;
        return "head-value+" + name;
    }
    // The pictures as a profile makes them, [N, 3, H, W].
    static at::Tensor prepared(const ParityCase& parity, const PublicModel& model, const std::string& resizer)
    {
        std::vector<at::Tensor> all;
        const Json& input = model.description()["input"];
        Profile profile = withSettings(findProfile(input.at("profile")), input);
        if (!resizer.empty())
            profile = withSettings(profile, {{"resizer", resizer}});
        for (int i = 0; std::filesystem::exists(parity.path("inputs/picture_" + std::to_string(i) + ".png")); ++i) {
            const auto file = ImageFile::open(parity.path("inputs/picture_" + std::to_string(i) + ".png"));
            const StoredImage stored = file->readFrame(0);
            const PreparedImage one = prepare(stored, file->pipeline(0), profile, {model.model().info().inputSize, {}});
            all.push_back(at::tensor(inputOf(one), at::kFloat).view({3, one.size.rows, one.size.columns}));
        }
        return at::stack(all);
    }
    // What the towers are given in a case: its own prepared pictures.
    static at::Tensor images(const ParityCase& parity, const PublicModel& model, const std::string& folder)
    {
        const std::string resizer = model.description()["input"].value("resizer", std::string());
        const std::string siglip =
            folder + (resizer == "pillow-bilinear" ? "prepared_bilinear.npy" : "prepared_bicubic.npy");
        for (const std::string& file : {folder + "prepared.npy", siglip, std::string("inputs/images_normalised.npy")})
            if (std::filesystem::exists(parity.path(file)))
                return tensorOf(parity.array(file));
        // Another form of the same model shares its pictures.
        return tensorOf(parity.array(folder.substr(0, folder.rfind('-')) + "/prepared.npy"));
    }
    // Class vectors of the labels, by the templates that the case gives this model.
    static at::Tensor labels(const ParityCase& parity, const PublicModel& model, const std::string& expected)
    {
        const Json given = parity.json("inputs/labels.json");
        Json templates;
        for (const auto& [key, value] : given.items())
            if (key.find("template") != key.npos && expected == "expected_" + key.substr(0, key.find('_')) + "/")
                templates = value.is_array() ? value : Json::array({value});
        std::vector<at::Tensor> rows;
        for (const auto& label : given.at("labels")) {
            std::vector<std::string> prompts;
            for (const auto& one : templates) {
                std::string text = one.get<std::string>();
                const std::size_t at = text.find("{}");
                prompts.push_back(at == text.npos ? text + label.get<std::string>()
                                                  : text.replace(at, 2, label.get<std::string>()));
            }
            rows.push_back(l2(model.texts(prompts).mean(0)));
        }
        return at::stack(rows);
    }
    static at::Tensor ids(const PublicModel& model, const std::vector<std::string>& texts,
                          std::vector<std::int32_t> Tokens::*which)
    {
        std::vector<at::Tensor> rows;
        for (const std::string& text : texts)
            rows.push_back(at::tensor(encodeText(model.tokenizer(), model.rules(), text, true).*which, at::kInt));
        return at::stack(rows).to(at::kFloat);
    }

private Q_SLOTS:
    void everyStep_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("expected");
        for (const char* name : {"openclip-ckpt", "siglip-ckpt", "cleft-ckpt"}) {
            const ParityCase parity(name);
            MAMA_NEED(parity.present(), name);
            for (const Model& model : modelsOf(parity))
                QTest::addRow("%s/%s", name, model.file.c_str())
                    << QString(name) << QString::fromStdString(model.file) << QString::fromStdString(model.expected);
        }
    }

    void everyStep()
    {
        QFETCH(QString, name);
        QFETCH(QString, file);
        QFETCH(QString, expected);
        const ParityCase parity(name.toStdString());
        const std::string folder = expected.toStdString();
        const PublicModel model(optionsFor(parity, file.toStdString()));
        const auto texts = textsOf(parity, "inputs/texts.json");
        const at::Tensor all = model.texts(texts), pictures = images(parity, model, folder);
        const auto encoded = [&](const std::string& of = {}) {
            return model.encode(pictures, of.empty() ? of : way(model, of));
        };
        // Where classes have templates, maps are of them; else of all texts.
        const bool templates = std::filesystem::exists(parity.path("inputs/labels.json"));
        const auto asked = [&] { return templates ? labels(parity, model, folder) : all; };
        const auto softmax = [&](const at::Tensor& classes) {
            const at::Tensor similar = cosines(encoded(), classes).to(at::kDouble);
            const Json& rule = model.description()["zero_shot"];
            return (rule.contains("factor") ? similar * rule["factor"].get<double>() : logits(model, similar))
                .softmax(1);
        };
        const auto chest = [&] {
            std::vector<std::string> prompts;
            std::copy_if(texts.begin(), texts.end(), std::back_inserter(prompts),
                         [](const std::string& text) { return text.find("chest") != text.npos; });
            return model.texts(prompts);
        };
        const auto firstTexts = [&](const std::string& of) {
            return all.narrow(0, 0, parity.array(folder + of).shape.back());
        };
        const auto tokens = [&](bool normed) {
            const at::Tensor made = model.tokens(pictures);
            return normed ? model.network().image->norm(made) : made;
        };
        const auto note = [&](const std::string& of) {
            return parity.description().at("files").at(folder + of).value("note", std::string());
        };
        const Network& network = model.network();
        compareAll(
            parity, folder,
            {{"prepared", [&](const Groups&) { return prepared(parity, model, {}); }},
             {"prepared_(bicubic|bilinear)",
              [&](const Groups& g) { return prepared(parity, model, "pillow-" + g[1]); }},
             {"prepared_tf", [&](const Groups&) { return prepared(parity, model, "tensorflow-bilinear"); }},
             {"tokens",
              [&](const Groups&) {
                  return tokens(note("tokens.npy").find("after the final LayerNorm") != std::string::npos);
              }},
             {"last_hidden", [&](const Groups&) { return tokens(true); }},
             {"image_pooled|image_feature", [&](const Groups&) { return network.pooled(tokens(false)); }},
             {"image_unnormalised", [&](const Groups&) { return network.imageGlobal(network.pooled(tokens(false))); }},
             {"image_global", [&](const Groups&) { return rowsOf(encoded().global, all.size(1)); }},
             {"local_(.+)", [&](const Groups& g) { return cells(encoded(g[1])); }},
             {"map_(.+)", [&](const Groups& g) { return maps(encoded(g[1]), asked()); }},
             {"pool_attention", [&](const Groups&) { return poolAttention(model, tokens(true)); }},
             {"ids", [&](const Groups&) { return ids(model, texts, &Tokens::ids); }},
             {"mask", [&](const Groups&) { return ids(model, texts, &Tokens::mask); }},
             {"text_global", [&](const Groups&) { return all; }},
             {"text_hidden",
              [&](const Groups&) {
                  return model.hidden(
                      {texts.begin(), texts.begin() + parity.array(folder + "text_hidden.npy").shape[0]});
              }},
             {"logits", [&](const Groups&) { return logits(model, cosines(encoded(), all)); }},
             {"probabilities", [&](const Groups&) { return logits(model, cosines(encoded(), all)).sigmoid(); }},
             {"softmax",
              [&](const Groups&) { return logits(model, cosines(encoded(), firstTexts("softmax.npy"))).softmax(1); }},
             {"zeroshot_text|zeroshot_classifier", [&](const Groups&) { return asked(); }},
             {"zeroshot_logits", [&](const Groups&) { return logits(model, cosines(encoded(), asked())); }},
             {"zeroshot_softmax", [&](const Groups&) { return softmax(templates ? asked() : chest()); }}});
    }

    // Where the case keeps ids beside its inputs.
    void tokens_data() { everyStep_data(); }
    void tokens()
    {
        QFETCH(QString, name);
        QFETCH(QString, file);
        const ParityCase parity(name.toStdString());
        if (!std::filesystem::exists(parity.path("inputs/ids.npy")))
            return;
        const PublicModel model(optionsFor(parity, file.toStdString()));
        const NpyArray wanted = parity.array("inputs/ids.npy");
        const at::Tensor made = ids(model, textsOf(parity, "inputs/texts.json"), &Tokens::ids);
        QVERIFY(made.sizes() == at::IntArrayRef(wanted.shape));
        const auto values = wanted.asInt64();
        const at::Tensor flat = made.to(at::kLong).flatten();
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY2(flat[static_cast<std::int64_t>(i)].item<std::int64_t>() == values[i],
                     ("text " + std::to_string(i / static_cast<std::size_t>(wanted.shape[1])) + ", place " +
                      std::to_string(i % static_cast<std::size_t>(wanted.shape[1])))
                         .c_str());
    }

private:
    QTemporaryDir m_folder;

    // How much each patch enters the image's embedding, by head, [N, heads, P].
    static at::Tensor poolAttention(const PublicModel& model, const at::Tensor& normed)
    {
        const Parameters parameters = parametersOf(model.imported());
        const auto get = [&](const char* part) {
            return parameters.get(std::string("img_encoder_q.model.attn_pool.") + part);
        };
        const auto weights = get("attention.in_proj_weight").chunk(3), biases = get("attention.in_proj_bias").chunk(3);
        const std::int64_t heads = model.description()["image"]["heads"], n = normed.size(0), width = normed.size(2);
        const auto split = [&](const at::Tensor& x) {
            return x.view({x.size(0), x.size(1), heads, width / heads}).transpose(1, 2);
        };
        const at::Tensor query = split(at::linear(get("probe"), weights[0], biases[0])).expand({n, -1, -1, -1});
        const at::Tensor keys = split(at::linear(normed, weights[1], biases[1]));
        return (query.matmul(keys.transpose(2, 3)) / std::sqrt(static_cast<double>(width / heads)))
            .softmax(-1)
            .squeeze(2);
    }
};

QTEST_GUILESS_MAIN(TestParityClip)
#include "test_parity_clip.moc"
