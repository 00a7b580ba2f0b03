#include "core/base/files.h"
#include "core/model/model.h"
#include "core/model/towers/vit_tower.h"
#include "tests/core/model/reference_model.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <regex>

using namespace mama;
using namespace mama::test;

// Image and text towers against Hugging Face's and PEFT's numbers; every model that the case files name.
class TestModelParityTowers : public QObject
{
    Q_OBJECT
private:
    // Models of a case: the folders that hold `file`.
    static std::vector<std::string> folders(const ParityCase& parity, const std::string& file)
    {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(parity.path("")))
            if (entry.is_directory() && std::filesystem::exists(entry.path() / file))
                found.push_back(entry.path().filename().string());
        std::sort(found.begin(), found.end());
        return found;
    }
    // A base without configuration tells its heads in the case's notes only ("32 wide, 2 deep, 4 heads").
    std::filesystem::path headsOf(const ParityCase& parity, const std::string& name) const
    {
        if (std::filesystem::exists(parity.path(name + "/base/config.json")))
            return {};
        const std::string note =
            parity.description().at("files").at(name + "/base/model.safetensors").value("note", "");
        std::smatch found;
        if (!std::regex_search(note, found, std::regex("(\\d+) heads")))
            return {};
        const std::filesystem::path path = std::filesystem::path(m_folder.path().toStdString()) / (name + ".json");
        writeAtomically(path, nlohmann::json{{"vit_heads", std::stoi(found[1])}}.dump());
        return path;
    }
    QTemporaryDir m_folder;
    static bool lists(const ParityCase& parity, const std::string& file)
    {
        return parity.description().at("files").contains(file);
    }

    static void compareImages(const ParityCase& parity, const std::string& folder, const Network& network, bool offset)
    {
        for (const auto& entry : std::filesystem::directory_iterator(parity.path("")))
            if (const std::string name = entry.path().filename().string();
                name.starts_with("input_") && name.ends_with(".npy")) {
                const std::string size = name.substr(6, name.size() - 10);
                const at::Tensor images = tensorOf(parity.array(name));
                const auto& tower = dynamic_cast<const VitTower&>(*network.image);
                const at::Tensor tokens = tower.norm(tower.tokens(images));
                const auto check = [&](const std::string& file, const at::Tensor& actual) {
                    if (lists(parity, folder + "/" + size + file))
                        MAMA_SAME(parity.difference(folder + "/" + size + file, valuesOf(actual)));
                };
                const at::Tensor positions = tower.positions(tower.grid(images.size(2), images.size(3)));
                check(offset ? "_plain_offset_pos_embed.npy" : "_pos_embed.npy", positions);
                check(offset ? "_plain_offset_norm_tokens.npy" : "_last_hidden_state.npy", tokens);
                if (offset)
                    continue;
                check("_pooler.npy", tokens.select(1, 0));
                check("_patch_tokens.npy", tower.patches(tokens));
            }
    }

private Q_SLOTS:
    void imageTowers_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("precision"); // -1: as built; else packed
        const ParityCase parity("vision");
        MAMA_NEED(parity.present(), "parity/vision");
        for (const std::string& folder : folders(parity, "model.safetensors"))
            for (const char* file : {"", "facebook.pth"})
                for (const int precision : {-1, static_cast<int>(Precision::Fp32)})
                    QTest::addRow("%s/%s %s", folder.c_str(), file, precision < 0 ? "plain" : "packed")
                        << QString::fromStdString(folder) << QString(file) << precision;
    }

    void imageTowers()
    {
        QFETCH(QString, folder);
        QFETCH(QString, file);
        QFETCH(int, precision);
        if (precision >= 0 && device() != "cpu")
            QSKIP("packing is for the CPU");
        const c10::InferenceMode inference;
        const ParityCase parity("vision");
        ImportOptions options;
        options.checkpoint = parity.path(folder.toStdString());
        if (!file.isEmpty()) {
            options.checkpoint /= file.toStdString();
            options.config = parity.path(folder.toStdString()) / "config.json";
        }
        ReferenceModel reference(options);
        for (const bool offset : {false, true}) {
            reference.imported.description["image"]["interpolation"]["offset"] = offset ? 0.1 : 0.0;
            if (file.isEmpty() == false && !offset) // the expected values are of Hugging Face's convention
                reference.imported.description["image"]["interpolation"]["antialias"] =
                    reference.imported.description["image"]["registers"] != 0;
            if (offset)
                reference.imported.description["image"]["interpolation"]["antialias"] = false;
            Network network = reference.network();
            if (precision >= 0)
                network.pack(static_cast<Precision>(precision));
            compareImages(parity, folder.toStdString(), network, offset);
        }
    }

    void textTowers_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("packed");
        const ParityCase parity("text");
        MAMA_NEED(parity.present(), "parity/text");
        for (const std::string& folder : folders(parity, "model.safetensors"))
            for (const auto& entry : std::filesystem::directory_iterator(parity.path(folder))) {
                const std::string name = entry.path().filename().string();
                if (name.ends_with(".bin") || name.ends_with(".safetensors"))
                    for (const bool packed : {false, true})
                        QTest::addRow("%s/%s %s", folder.c_str(), name.c_str(), packed ? "packed" : "plain")
                            << QString::fromStdString(folder) << QString::fromStdString(name) << packed;
            }
    }

    void textTowers()
    {
        QFETCH(QString, folder);
        QFETCH(QString, file);
        QFETCH(bool, packed);
        if (packed && device() != "cpu")
            QSKIP("packing is for the CPU");
        const c10::InferenceMode inference;
        const ParityCase parity("text");
        const std::string name = folder.toStdString();
        ImportOptions options;
        options.checkpoint = parity.path(name) / file.toStdString();
        options.config = parity.path(name) / "config.json";
        const ReferenceModel reference(options);
        Network network = reference.network();
        if (packed)
            network.pack(Precision::Fp32);
        TextBatch batch{
            tensorOf(parity.array(name + "/ids.npy")), tensorOf(parity.array(name + "/mask.npy")).to(at::kBool), {}};
        if (std::filesystem::exists(parity.path(name + "/token_types.npy")))
            batch.types = tensorOf(parity.array(name + "/token_types.npy"));
        at::Tensor hidden = network.text->hidden(batch);
        const at::Tensor mask = batch.mask.to(at::kFloat).unsqueeze(2);
        const at::Tensor mean = l2((hidden * mask).sum(1) / mask.sum(1));
        if (reference.imported.description["text"]["family"] == "llama") // expected rows at padding are set to 0
            hidden = hidden * mask;
        MAMA_SAME(parity.difference(name + "/last_hidden_state.npy", valuesOf(hidden)));
        if (lists(parity, name + "/mean_l2.npy"))
            MAMA_SAME(parity.difference(name + "/mean_l2.npy", valuesOf(mean)));
    }

    void aSharedPrefixIsExact_data() { textTowers_data(); }

    // The key/value cache gives what the whole text gives.
    void aSharedPrefixIsExact()
    {
        QFETCH(QString, folder);
        QFETCH(QString, file);
        const c10::InferenceMode inference;
        const ParityCase parity("text");
        const std::string name = folder.toStdString();
        ImportOptions options;
        options.checkpoint = parity.path(name) / file.toStdString();
        options.config = parity.path(name) / "config.json";
        const Network network = ReferenceModel(options).network();
        if (!network.text->causal())
            return;
        const at::Tensor ids = tensorOf(parity.array(name + "/ids.npy")).narrow(0, 0, 1),
                         mask = tensorOf(parity.array(name + "/mask.npy")).to(at::kBool).narrow(0, 0, 1);
        const at::Tensor whole = network.text->hidden({ids, mask, {}});
        const std::int64_t prefix = 3, rest = ids.size(1) - prefix;
        PrefixCache cache;
        const at::Tensor first =
            network.text->hidden({ids.narrow(1, 0, prefix), mask.narrow(1, 0, prefix), {}}, {}, {}, nullptr, &cache);
        const at::Tensor second =
            network.text->hidden({ids.narrow(1, prefix, rest), mask.narrow(1, prefix, rest), {}}, {}, {}, &cache);
        QVERIFY((at::cat({first, second}, 1) - whole).abs().max().item<float>() < 1e-5F);
    }

    void miniLm()
    {
        const ParityCase parity("text");
        MAMA_NEED(parity.present() && lists(parity, "minilm/embeddings.npy"), "parity/text");
        const std::filesystem::path folder = cacheFolder() / "minilm";
        MAMA_NEED(std::filesystem::exists(folder / "model.safetensors"), "MiniLM in the cache folder");
        ComputeOptions options;
        options.precision = Precision::Fp32;
        options.device = device();
        const std::shared_ptr<const Model> model = Model::load(folder, options);
        std::vector<std::string> texts;
        const nlohmann::json sentences = parity.json("minilm/sentences.json");
        for (const auto& sentence : sentences.at("sentences"))
            texts.push_back(sentence.is_string() ? sentence.get<std::string>()
                                                 : sentence.at("text").get<std::string>());
        const TextEmbedding embedding = *model->encodeTexts(texts);
        MAMA_SAME(parity.difference("minilm/embeddings.npy", embedding.global));
        const at::Tensor rows = at::tensor(embedding.global).view({embedding.count, embedding.dim});
        MAMA_SAME(parity.difference("minilm/cosine.npy", valuesOf(at::matmul(rows, rows.t()))));
    }

    void lora_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<bool>("merged");
        const ParityCase parity("lora");
        MAMA_NEED(parity.present(), "parity/lora");
        for (const std::string& folder : folders(parity, "adapter/adapter_config.json"))
            for (const bool merged : {false, true})
                QTest::addRow("%s %s", folder.c_str(), merged ? "merged" : "beside")
                    << QString::fromStdString(folder) << merged;
    }

    void lora()
    {
        QFETCH(QString, folder);
        QFETCH(bool, merged);
        if (merged && device() != "cpu")
            QSKIP("packing is for the CPU");
        const c10::InferenceMode inference;
        const ParityCase parity("lora");
        const std::string name = folder.toStdString();
        const auto run = [&](bool adapted) {
            ImportOptions options;
            options.checkpoint = parity.path(name + "/base");
            options.config = headsOf(parity, name);
            if (adapted)
                options.adapter = parity.path(name + "/adapter");
            Network network = ReferenceModel(options).network();
            if (merged)
                network.pack(Precision::Fp32);
            if (network.image)
                return network.image->norm(network.image->tokens(tensorOf(parity.array(name + "/images.npy"))));
            return network.text->hidden({tensorOf(parity.array(name + "/ids.npy")),
                                         tensorOf(parity.array(name + "/mask.npy")).to(at::kBool),
                                         {}});
        };
        const auto expected = [&](const std::string& file, const at::Tensor& tokens) {
            const bool patchesOnly = parity.array(file).size() != static_cast<std::size_t>(tokens.numel());
            return parity.difference(file, valuesOf(patchesOnly ? tokens.select(1, 0) : tokens));
        };
        MAMA_SAME(expected(name + "/expected_base.npy", run(false)));
        MAMA_SAME(expected(name + "/expected_adapter.npy", run(true)));
    }
};

QTEST_GUILESS_MAIN(TestModelParityTowers)
#include "test_parity_towers.moc"
