#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/weights/model_folder.h"
#include "core/weights/model_kind.h"
#include "core/weights/wrappers.h"
#include "tests/support/test_data.h"

#include <QElapsedTimer>
#include <QRegularExpression>
#include <bit>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <sys/stat.h>

using namespace mama;
namespace fs = std::filesystem;

namespace {

fs::path here(const QTemporaryDir& folder) { return folder.path().toStdString(); }

ImportedModel imported(const fs::path& checkpoint, const fs::path& textModel = {}, const fs::path& config = {},
                       const fs::path& adapter = {})
{
    ImportOptions options;
    options.checkpoint = checkpoint;
    options.textModel = textModel;
    options.config = config;
    options.adapter = adapter;
    return importWeights(options).value();
}

// What differs between two models' tensors, or empty.
std::string difference(const ImportedModel& a, const ImportedModel& b)
{
    if (a.tensors.size() != b.tensors.size())
        return std::to_string(a.tensors.size()) + " tensors against " + std::to_string(b.tensors.size());
    for (std::size_t i = 0; i < a.tensors.size(); ++i) {
        const auto &x = a.tensors[i], &y = b.tensors[i];
        if (x.info.name != y.info.name || x.info.shape != y.info.shape || x.info.type != y.info.type)
            return x.info.name + " against " + y.info.name;
        if (!std::ranges::equal(x.whole().bytes, y.whole().bytes))
            return x.info.name + " has other values";
    }
    return {};
}

// What the call throws, or empty.
std::string error(const std::function<void()>& call)
{
    try {
        call();
    } catch (const Error& failure) {
        return failure.what();
    }
    return {};
}

// Empty if the two JSON values are equal (32 and 32.0 are).
std::string unlike(const nlohmann::json& actual, const nlohmann::json& expected)
{
    return actual == expected ? std::string() : actual.dump() + ", expected " + expected.dump();
}

template <class T>
std::vector<T> values(const ImportedModel& model, const std::string& name)
{
    const CanonicalTensor* tensor = model.find(name);
    std::vector<T> all(tensor ? tensor->whole().bytes.size() / sizeof(T) : 0);
    if (tensor)
        std::memcpy(all.data(), tensor->whole().bytes.data(), all.size() * sizeof(T));
    return all;
}

// Nearest bfloat16, ties to even.
std::uint16_t toBfloat16(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

// "VmHWM" of this process: the most memory it ever held, in bytes.
std::size_t peakMemory()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:"))
            return std::stoul(line.substr(6)) * 1024;
    return 0;
}

void write(const fs::path& path, const std::string& header, std::size_t data)
{
    const std::uint64_t length = header.size();
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(&length), sizeof length);
    out << header << std::string(data, '\0');
}

} // namespace

class TestWeights : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void kindsAreReadAsTheyAreWritten()
    {
        for (const ModelKind kind : {ModelKind::Mama, ModelKind::LinearProbe, ModelKind::ImageTower,
                                     ModelKind::TextTower, ModelKind::Clip, ModelKind::Unknown})
            QVERIFY(modelKind({{"kind", name(kind)}}) == kind);
        QVERIFY(modelKind(nlohmann::json::object()) == ModelKind::Mama);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(modelKind({{"kind", "probe"}})), Error);
    }

    void hostileFilesAreRefused_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("expected");
        const fs::path manifest = test::parityFolder() / "hostile/manifest.json";
        if (fs::exists(manifest))
            for (const auto& entry : readJson(manifest))
                QTest::newRow(entry["file"].get<std::string>().c_str())
                    << QString::fromStdString(entry["file"]) << QString::fromStdString(entry["expected"]);
        else
            QTest::newRow("missing") << QString() << QString();
    }

    void hostileFilesAreRefused()
    {
        const fs::path folder = test::parityFolder() / "hostile";
        MAMA_NEED(fs::exists(folder / "manifest.json"), folder.string());
        QFETCH(QString, file);
        QFETCH(QString, expected);
        const fs::path path = folder / file.toStdString();
        const std::size_t before = peakMemory();
        std::string refusal;
        ImportOptions options;
        options.checkpoint = path;
        try {
            if (expected.startsWith("the container reads"))
                QVERIFY(WeightFile::open(path)->tensors().size() == 1);
            importWeights(options);
        } catch (const Error& error) {
            refusal = error.what();
        }
        qInfo().noquote() << QString::fromStdString(refusal.empty() ? "accepted" : refusal);
        if (expected.startsWith("accept"))
            QVERIFY2(refusal.empty(), refusal.c_str());
        else if (expected.startsWith("refuse")) {
            QVERIFY(!refusal.empty());
            QVERIFY2(refusal.find(file.toStdString()) != std::string::npos, "the message must name the file");
        }
        QVERIFY(!fs::exists("PWNED") && !fs::exists(folder / "PWNED") && !fs::exists("/PWNED"));
        QVERIFY2(peakMemory() - before < std::size_t{16} << 20U, "memory must not follow declared sizes");
    }

    void everyContainerGivesTheSameModel()
    {
        const test::ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), parity.path("").string());
        const auto model = [&](const char* file) {
            return imported(parity.path(file), parity.path("text-model"), parity.path("model_config.json"));
        };
        const ImportedModel single = model("mama_fp32.ckpt");
        MAMA_SAME(difference(single, model("mama_fp32_peft07.ckpt")));
        MAMA_SAME(difference(single, model("model.safetensors")));
        const ImportedModel half = model("mama_bf16.ckpt");
        QCOMPARE(half.tensors.size(), single.tensors.size());
        for (const CanonicalTensor& tensor : single.tensors) {
            if (tensor.info.type != TensorType::F32)
                continue;
            QCOMPARE(half.find(tensor.info.name)->info.type, TensorType::BF16);
            const auto wide = values<float>(single, tensor.info.name);
            const auto narrow = values<std::uint16_t>(half, tensor.info.name);
            for (std::size_t i = 0; i < wide.size(); ++i)
                QCOMPARE(narrow[i], toBfloat16(wide[i]));
        }
    }

    void sizesAreReadOffTheWeights()
    {
        const test::ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), parity.path("").string());
        const auto sizes = parity.json("model_config.json");
        const auto model =
            imported(parity.path("mama_fp32.ckpt"), parity.path("text-model"), parity.path("model_config.json"));
        const auto &image = model.description["image"], &text = model.description["text"],
                   &heads = model.description["heads"];
        MAMA_SAME(unlike(image["width"], sizes["vit_dim"]));
        MAMA_SAME(unlike(image["depth"], sizes["vit_depth"]));
        MAMA_SAME(unlike(image["heads"], sizes["vit_heads"]));
        MAMA_SAME(unlike(image["registers"], sizes["registers"]));
        MAMA_SAME(unlike(image["patch"], sizes["patch"]));
        MAMA_SAME(unlike(model.description["input"]["size"], sizes["image_size"]));
        MAMA_SAME(unlike(text["width"], sizes["n_embd"]));
        MAMA_SAME(unlike(text["depth"], sizes["n_layer"]));
        MAMA_SAME(unlike(text["heads"], sizes["n_head"]));
        MAMA_SAME(unlike(text["positions"], sizes["n_positions"]));
        MAMA_SAME(unlike(text["lora"]["r"], sizes["lora_r"]));
        MAMA_SAME(unlike(text["lora"]["alpha"], sizes["lora_alpha"]));
        MAMA_SAME(unlike(text["scale_attn_by_inverse_layer_idx"],
                         parity.json("text-model/config.json")["scale_attn_by_inverse_layer_idx"]));
        MAMA_SAME(unlike(heads["embedding"], sizes["embedding"]));
        MAMA_SAME(unlike(heads["local_hidden"], sizes["local_hidden"]));
        MAMA_SAME(unlike(model.description["captions"]["length"], sizes["max_words"]));
        QCOMPARE(values<float>(model, "logit_scale").at(0), sizes["logit_scale"].get<float>());
        QVERIFY(model.report.assumed.size() <= 2); // epsilons that no file of the case tells
        const auto probe = imported(parity.path("linear_probe_birads.ckpt"), {}, parity.path("model_config.json"));
        MAMA_SAME(unlike(probe.description["kind"], "linear-probe"));
        QCOMPARE(static_cast<std::int64_t>(probe.description["heads"]["classes"].size()),
                 parity.array("expected/linear_probe_logits.npy").shape.at(1));
    }

    void hubAndHuggingFaceNamesAreTheSameTower()
    {
        const test::ParityCase parity("vision");
        MAMA_NEED(parity.present(), parity.path("").string());
        int pairs = 0;
        for (const auto& entry : fs::directory_iterator(parity.path("")))
            if (fs::exists(entry.path() / "facebook.pth")) {
                MAMA_SAME(difference(imported(entry.path() / "facebook.pth"), imported(entry.path())));
                ++pairs;
            }
        QVERIFY(pairs > 0);
    }

    void oldAndNewTextNamesAreTheSameTower()
    {
        const test::ParityCase parity("text");
        MAMA_NEED(parity.present(), parity.path("").string());
        int pairs = 0;
        for (const auto& folder : fs::directory_iterator(parity.path("")))
            for (const auto& file :
                 folder.is_directory() ? fs::directory_iterator(folder.path()) : fs::directory_iterator())
                if (file.path().extension() == ".bin") {
                    const ImportedModel old = imported(file.path());
                    MAMA_SAME(difference(old, imported(folder.path())));
                    QVERIFY(!old.report.leftOver.empty());
                    ++pairs;
                }
        QVERIFY(pairs > 0);
        const fs::path llama = test::parityModel("text", "llama");
        MAMA_SAME(unlike(imported(llama).description["text"]["kv_heads"],
                         readJson(llama / "config.json")["num_key_value_heads"]));
    }

    void adaptersLieOverTheirBase()
    {
        const test::ParityCase parity("lora");
        MAMA_NEED(parity.present(), parity.path("").string());
        for (const auto& entry : fs::directory_iterator(parity.path(""))) {
            if (!fs::exists(entry.path() / "adapter"))
                continue;
            const auto config = readJson(entry.path() / "adapter/adapter_config.json");
            const ImportedModel model = imported(entry.path() / "base", {}, {}, entry.path() / "adapter");
            const auto& tower = model.description[model.description["text"].is_object() ? "text" : "image"];
            MAMA_SAME(unlike(tower["lora"]["r"], config["r"]));
            MAMA_SAME(unlike(tower["lora"]["alpha"], config["lora_alpha"]));
            MAMA_SAME(unlike(tower["lora"]["rslora"], config["use_rslora"]));
            QCOMPARE(model.report.leftOver.size(), std::size_t{0});
            QCOMPARE(model.report.used.size(), WeightFile::open(entry.path() / "base")->tensors().size() +
                                                   WeightFile::open(entry.path() / "adapter")->tensors().size());
        }
    }

    void foldersAndExportsComeBack()
    {
        const test::ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), parity.path("").string());
        const QTemporaryDir folder;
        const ImportedModel model =
            imported(parity.path("mama_bf16.ckpt"), parity.path("text-model"), parity.path("model_config.json"));
        QVERIFY(writeModelFolder(model, here(folder) / "m"));
        const ImportedModel again = imported(here(folder) / "m");
        MAMA_SAME(difference(model, again));
        QVERIFY(fs::exists(here(folder) / "m/tokenizer.json"));
        exportModel(again, ExportFormat::Mama, here(folder) / "whole");
        const ImportedModel whole = imported(here(folder) / "whole", parity.path("text-model"));
        MAMA_SAME(difference(model, whole));
        MAMA_SAME(unlike(whole.description["image"]["heads"], model.description["image"]["heads"]));
        exportModel(again, ExportFormat::Hub, here(folder) / "tower.safetensors");
        MAMA_SAME(unlike(imported(here(folder) / "tower.safetensors").description["kind"], "image-tower"));
        exportModel(again, ExportFormat::Peft, here(folder) / "adapter");
        const auto adapter = WeightFile::open(here(folder) / "adapter");
        const TensorInfo* rows = adapter->find("base_model.model.transformer.wte.added_rows");
        QVERIFY(rows);
        const auto bytes = adapter->bytes(*rows).bytes;
        QVERIFY(
            std::ranges::equal(bytes, again.find("text_encoder_q.model.wte.weight")->whole().bytes.last(bytes.size())));
        fs::create_directory(here(folder) / "other");
        writeAtomically(here(folder) / "other/letter.txt", std::string_view("keep me"));
        QVERIFY_EXCEPTION_THROWN(writeModelFolder(model, here(folder) / "other"), Error);
        QVERIFY(fs::exists(here(folder) / "other/letter.txt"));
    }

    void shardsAreOneModel()
    {
        const fs::path llama = test::parityModel("text", "llama");
        MAMA_NEED(fs::exists(llama), llama.string());
        const QTemporaryDir folder;
        const auto whole = WeightFile::open(llama);
        std::vector<NamedTensor> parts[2];
        nlohmann::json map = nlohmann::json::object();
        for (std::size_t i = 0; i < whole->tensors().size(); ++i) {
            const TensorInfo& info = whole->tensors()[i];
            parts[i % 2].push_back({info, whole->bytes(info).bytes, true});
            map[info.name] = i % 2 ? "b.safetensors" : "a.safetensors";
        }
        writeSafetensors(here(folder) / "a.safetensors", parts[0], {});
        writeSafetensors(here(folder) / "b.safetensors", parts[1], {});
        fs::copy_file(llama / "config.json", here(folder) / "config.json");
        const fs::path index = here(folder) / "model.safetensors.index.json";
        writeAtomically(index, nlohmann::json{{"weight_map", map}}.dump());
        MAMA_SAME(difference(imported(here(folder)), imported(llama)));
        map.begin().value() = "../a.safetensors";
        writeAtomically(index, nlohmann::json{{"weight_map", map}}.dump());
        QVERIFY_EXCEPTION_THROWN(WeightFile::open(index), Error);
    }

    // Our own index is Hugging Face's, with sums that find a shard of another model; every error names the file.
    void anIndexOfOursKnowsItsShards()
    {
        const QTemporaryDir folder;
        const std::vector<float> values(4, 1), others(4, 2);
        const auto write = [&](const char* file, const char* tensor, const std::vector<float>& what) {
            writeSafetensors(here(folder) / file, {{{tensor, TensorType::F32, {4}}, std::as_bytes(std::span(what))}},
                             {});
            return sha256OfFile(here(folder) / file);
        };
        const std::map<std::string, std::string> sums{{"a.safetensors", write("a.safetensors", "x", values)},
                                                      {"b.safetensors", write("b.safetensors", "y", values)}};
        const std::string hash = writeShardIndex(here(folder), sums);
        const nlohmann::json index = readJson(here(folder) / "model.safetensors.index.json");
        QVERIFY(index["weight_map"] == (nlohmann::json{{"x", "a.safetensors"}, {"y", "b.safetensors"}}) &&
                index["metadata"]["total_size"] == 32);
        const auto whole = WeightFile::open(here(folder));
        whole->verify();
        QCOMPARE(whole->tensors().size(), std::size_t{2});
        QCOMPARE(whole->hash(), hash);
        QCOMPARE(hash, sha256(sums.at("a.safetensors") + "  a.safetensors\n" + sums.at("b.safetensors") +
                              "  b.safetensors\n")); // as sha256sum prints
        write("b.safetensors", "y", others);
        QVERIFY(error([&] { WeightFile::open(here(folder))->verify(); }).find("b.safetensors: its SHA-256") !=
                std::string::npos);
        write("b.safetensors", "x", values);
        QVERIFY(error([&] { WeightFile::open(here(folder)); }).find("the shard b.safetensors holds \"x\"") !=
                std::string::npos);
        QVERIFY(error([&] {
                    writeShardIndex(here(folder), sums);
                }).find("the tensor x lies in a.safetensors and in b.safetensors") != std::string::npos);
        fs::remove(here(folder) / "b.safetensors");
        QVERIFY(error([&] { WeightFile::open(here(folder)); }).find("b.safetensors") != std::string::npos);
    }

    // The block-chunk index of some DINOv2 releases, mama.md section 11.
    void wrappersAreTakenOffWhereverTheyStand()
    {
        for (const char* name :
             {"_orig_mod.module.a.b", "module.a._orig_mod.b", "a._fsdp_wrapped_module._checkpoint_wrapped_module.b",
              "_forward_module.module.a._fpw_module.b", "a.b"})
            QCOMPARE(weights::withoutWrappers(name), std::string("a.b"));
        QCOMPARE(weights::withoutWrappers("modules.a.module"), std::string("modules.a.module"));
        QCOMPARE(weights::withoutHolders("model.net.model.blocks.0"), std::string("blocks.0"));
        QCOMPARE(weights::sharedHolder({"image_encoder.trunk.cls", "image_encoder.trunk.blocks.0.a"}),
                 std::string("image_encoder.trunk."));
        QCOMPARE(weights::sharedHolder({"encoder.layer.0.a", "encoder.layer.1.a"}), std::string());
        QCOMPARE(weights::sharedHolder({"ema_model.a", "step"}), std::string());
    }

    // LitEma's: "model_ema." and a name without dots; what two names may mean is left alone.
    void namesGetTheirDotsBack()
    {
        const auto dotted = weights::namesWithDots({"model.net.a.weight", "model.net.b1.c", "model.net.b.1c",
                                                    "model_ema.netaweight", "model_ema.netb1c", "model_ema.decay"});
        QCOMPARE(dotted.size(), std::size_t{1});
        QCOMPARE(dotted.at("model_ema.netaweight"), std::string("model_ema.net.a.weight"));
    }

    // An average of what was trained is chosen by its name and completed from the model beside it.
    void anAverageWithoutDotsCanBeChosen()
    {
        const test::ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), parity.path("").string());
        const QTemporaryDir folder;
        const auto plain = WeightFile::open(parity.path("model.safetensors"));
        std::vector<NamedTensor> all;
        std::vector<std::vector<std::byte>> kept;
        for (const TensorInfo& info : plain->tensors()) {
            const auto bytes = plain->bytes(info).bytes;
            all.push_back({{"model." + info.name, info.type, info.shape}, bytes});
            if (info.type != TensorType::F32 || info.name.find("running_") != info.name.npos)
                continue;
            std::string name = info.name;
            std::erase(name, '.');
            kept.emplace_back(bytes.begin(), bytes.end()); // the average is the negative
            for (std::size_t i = 3; i < bytes.size(); i += 4)
                kept.back()[i] ^= std::byte{0x80};
            all.push_back({{"model_ema." + name, info.type, info.shape}, kept.back()});
        }
        const float decay = 0.999F;
        all.push_back({{"model_ema.decay", TensorType::F32, {}}, std::as_bytes(std::span(&decay, 1))});
        const fs::path file = here(folder) / "m.safetensors";
        writeSafetensors(file, all, {});
        ImportOptions options;
        options.checkpoint = file;
        options.textModel = parity.path("text-model");
        options.config = parity.path("model_config.json");
        const ImportedModel model = *importWeights(options);
        MAMA_SAME(difference(model, imported(parity.path("model.safetensors"), options.textModel, options.config)));
        QVERIFY(model.report.others.contains("model_ema"));
        options.weights = "model_ema";
        const ImportedModel average = *importWeights(options);
        QCOMPARE(average.tensors.size(), model.tensors.size());
        QCOMPARE(values<float>(average, "logit_scale").at(0), -values<float>(model, "logit_scale").at(0));
        const std::string buffer = "img_encoder_q.local_embed.head.1.running_var";
        QVERIFY(values<float>(average, buffer) == values<float>(model, buffer));
        QVERIFY(std::ranges::any_of(average.report.notes,
                                    [](const UserText& note) { return note.id() == "weights.average_completed"; }));
    }

    // What an unknown tower looks like and what was tried is said, not which of our tensors it lacks.
    void anUnknownTowerIsNamed_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("says");
        QTest::newRow("image") << "img_encoder_q.model."
                               << "img_encoder_q.model.stages.0."
                               << "image tower";
        QTest::newRow("text") << "text_encoder_q.model.base_model.model.transformer."
                              << "text_encoder_q.model.mixer.layers."
                              << "text tower";
    }
    void anUnknownTowerIsNamed()
    {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, says);
        const test::ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), parity.path("").string());
        const QTemporaryDir folder;
        const auto plain = WeightFile::open(parity.path("model.safetensors"));
        std::vector<NamedTensor> all;
        for (const TensorInfo& info : plain->tensors()) {
            QString name = QString::fromStdString(info.name);
            if (name.startsWith(from)) {
                name.replace(from, to);
                for (const auto& [known, other] : {std::pair{"blocks.", "units."},
                                                   {"attn.", "mix."},
                                                   {"mlp.", "wide."},
                                                   {"patch_embed", "stem"},
                                                   {"c_", "d_"},
                                                   {"ln_", "norm_"},
                                                   {"wte", "tokens"},
                                                   {"wpe", "places"}})
                    name.replace(QLatin1String(known), QLatin1String(other));
            }
            all.push_back({{name.toStdString(), info.type, info.shape}, plain->bytes(info).bytes});
        }
        writeSafetensors(here(folder) / "m.safetensors", all, {});
        const std::string why =
            error([&] { static_cast<void>(imported(here(folder) / "m.safetensors", parity.path("text-model"))); });
        for (const std::string& part : {says.toStdString(), to.toStdString(), std::string("tried were ")})
            QVERIFY2(why.find(part) != std::string::npos, why.c_str());
    }

    // Half a checkpoint is refused by what it lacks, not by what follows from that.
    void halvesAreRefused_data()
    {
        QTest::addColumn<QString>("lacks"); // of the names
        QTest::addColumn<QString>("says");
        QTest::newRow("adapters alone") << "text_encoder_q.model.(?!.*lora_).*"
                                        << "text tower is there in part only";
        QTest::newRow("projection") << "img_encoder_q.global_embed..*"
                                    << "img_encoder_q.global_embed.bias is missing";
        QTest::newRow("last layers") << ".*\\.h\\.[1-9].*"
                                     << "the text tower has 1 layers";
        QTest::newRow("last blocks") << ".*\\.blocks\\.[1-9].*"
                                     << "the image tower has 1 layers";
        QTest::newRow("text tower") << "text_encoder_q\\..*"
                                    << "its text tower is missing";
        QTest::newRow("image tower") << "img_encoder_q\\..*"
                                     << "its image tower is missing";
        QTest::newRow("text tower, heads kept") << "text_encoder_q\\.model.*"
                                                << "its text tower is missing";
        QTest::newRow("middle of a block") << ".*\\.blocks\\.1\\.mlp.*"
                                           << "blocks.1.mlp.fc1.bias";
    }
    void halvesAreRefused()
    {
        QFETCH(QString, lacks);
        QFETCH(QString, says);
        const test::ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), parity.path("").string());
        const QTemporaryDir folder;
        const auto plain = WeightFile::open(parity.path("model.safetensors"));
        const QRegularExpression pattern(QRegularExpression::anchoredPattern(lacks));
        std::vector<NamedTensor> kept;
        for (const TensorInfo& info : plain->tensors())
            if (!pattern.match(QString::fromStdString(info.name)).hasMatch())
                kept.push_back({info, plain->bytes(info).bytes});
        QVERIFY(kept.size() < plain->tensors().size());
        writeSafetensors(here(folder) / "m.safetensors", kept, {});
        const std::string why = error([&] {
            static_cast<void>(
                imported(here(folder) / "m.safetensors", parity.path("text-model"), parity.path("model_config.json")));
        });
        QVERIFY2(why.find(says.toStdString()) != std::string::npos, why.c_str());
    }

    void zerosAreTold()
    {
        const test::ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), parity.path("").string());
        const QTemporaryDir folder;
        const auto plain = WeightFile::open(parity.path("model.safetensors"));
        const auto notesWith = [&](const std::string& zeroed) {
            std::vector<NamedTensor> all;
            std::vector<std::vector<std::byte>> zeros;
            zeros.reserve(plain->tensors().size());
            for (const TensorInfo& info : plain->tensors()) {
                const TensorBytes own = plain->bytes(info);
                zeros.emplace_back(own.bytes.size());
                all.push_back({info, info.name.find(zeroed) != std::string::npos ? zeros.back() : own.bytes});
            }
            writeSafetensors(here(folder) / "m.safetensors", all, {});
            std::string said;
            for (const UserText& note :
                 imported(here(folder) / "m.safetensors", parity.path("text-model"), parity.path("model_config.json"))
                     .report.notes)
                said += note.english();
            return said;
        };
        QVERIFY(notesWith("no such tensor").find("nothing but zeros") == std::string::npos);
        QVERIFY(notesWith("blocks.0.mlp.fc1.weight").starts_with("1 of its weight matrices"));
        QVERIFY(notesWith("blocks.").find("nothing but zeros") != std::string::npos);
        // A tower or a projection of nothing is half a checkpoint.
        for (const auto& [part, says] : {std::pair<std::string, std::string>{"", "its "},
                                         {"img_encoder_q.model", "its image tower"},
                                         {"text_encoder_q.model", "its text tower"},
                                         {"img_encoder_q.global_embed", "its projection"},
                                         {"text_encoder_q.global_embed", "its projection"}}) {
            const std::string why = error([&] { notesWith(part); });
            QVERIFY2(why.find(says) != std::string::npos && why.find("in name only") != std::string::npos, why.c_str());
        }
    }

    // Values that no calculation survives, and a tower of one value: refused by the tensor's name, in each type.
    void valuesThatAreNoneAreRefused_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("says");
        QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN() << "not a number";
        QTest::newRow("infinite") << -std::numeric_limits<double>::infinity() << "infinite";
        QTest::newRow("ones") << 1.0 << "in name only";
    }
    void valuesThatAreNoneAreRefused()
    {
        QFETCH(double, value);
        QFETCH(QString, says);
        const test::ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), parity.path("").string());
        const QTemporaryDir folder;
        const auto plain = WeightFile::open(parity.path("model.safetensors"));
        std::vector<NamedTensor> all;
        std::vector<std::vector<float>> filled;
        for (const TensorInfo& info : plain->tensors()) {
            const bool changed = info.name.starts_with("img_encoder_q.model.") && info.type == TensorType::F32;
            filled.emplace_back(changed ? static_cast<std::size_t>(info.elements()) : 0, static_cast<float>(value));
            all.push_back({info, changed ? std::as_bytes(std::span(filled.back())) : plain->bytes(info).bytes});
        }
        writeSafetensors(here(folder) / "m.safetensors", all, {});
        const std::string why = error([&] {
            static_cast<void>(
                imported(here(folder) / "m.safetensors", parity.path("text-model"), parity.path("model_config.json")));
        });
        QVERIFY2(why.find(says.toStdString()) != std::string::npos, why.c_str());
        QVERIFY2(why.find("\"img_encoder_q.model.") != std::string::npos, why.c_str());
    }

    // Whatever the system says of a path, one error names it.
    void aLinkInACircleIsNoModel()
    {
        const QTemporaryDir folder;
        const fs::path link = here(folder) / "m.pth";
        fs::create_symlink(link, link);
        const std::string why = error([&] { static_cast<void>(imported(link)); });
        QVERIFY2(why.find("m.pth") != std::string::npos && why.find("links") != std::string::npos, why.c_str());
    }

    void aPipeIsNoModel()
    {
        const QTemporaryDir folder;
        QCOMPARE(::mkfifo((here(folder) / "model.safetensors").c_str(), 0600), 0);
        const std::string why = error([&] { WeightFile::open(here(folder)); });
        QVERIFY2(why.find("model.safetensors: not a regular file") != std::string::npos, why.c_str());
    }

    // Other people's configurations: the last of two values counts, as in their own libraries, and that is told.
    void aKeyGivenTwiceIsTold()
    {
        const fs::path bert = test::parityModel("text", "bert");
        MAMA_NEED(fs::exists(bert), bert.string());
        const QTemporaryDir folder;
        fs::copy_file(bert / "model.safetensors", here(folder) / "model.safetensors");
        std::string config = readText(bert / "config.json");
        config.insert(config.find('{') + 1, R"("num_attention_heads": 1, )");
        writeAtomically(here(folder) / "config.json", std::string_view(config));
        const ImportedModel model = imported(here(folder));
        MAMA_SAME(unlike(model.description["text"]["heads"], readJson(bert / "config.json")["num_attention_heads"]));
        QVERIFY(std::ranges::any_of(model.report.assumed, [](const std::string& line) {
            return line.find("config.json: the last value of \"num_attention_heads\"") != std::string::npos;
        }));
    }

    // Plain weights are taken, an average is named; of two equals none is.
    void setsOfWeightsAreToldApart()
    {
        const std::set<std::string> names{"a", "b"};
        const auto beside = weights::choosePrefixes({{"", names}, {"model_ema.", names}}, "");
        QVERIFY(beside.used == std::set<std::string>{""} && beside.others.contains("model_ema.") &&
                beside.rivals.empty());
        QVERIFY(weights::choosePrefixes({{"", names}, {"model_ema.", names}}, "model_ema").used ==
                std::set<std::string>{"model_ema."});
        QVERIFY(weights::choosePrefixes({{"ema.", names}}, "").used == std::set<std::string>{"ema."});
        QVERIFY(!weights::choosePrefixes({{"student.", names}, {"teacher.", names}}, "").rivals.empty());
        QCOMPARE(weights::choosePrefixes({{"model.", names}, {"", {"scale"}}}, "").used.size(), std::size_t{2});
        QVERIFY(weights::choosePrefixes({{"", names}}, "nobody").used.empty());
    }

    void chunkedBlocksAreAccepted()
    {
        const test::ParityCase parity("vision");
        const fs::path hub = test::parityModel("vision", "dinov2") / "facebook.pth";
        MAMA_NEED(parity.present() && fs::exists(hub), hub.string());
        const QTemporaryDir folder;
        const auto plain = WeightFile::open(hub);
        std::vector<NamedTensor> chunked;
        for (const TensorInfo& info : plain->tensors()) {
            NamedTensor tensor{info, plain->bytes(info).bytes, false};
            if (info.name.starts_with("blocks."))
                tensor.info.name.insert(std::string_view("blocks.").size(), "0.");
            chunked.push_back(tensor);
        }
        writeSafetensors(here(folder) / "chunked.safetensors", chunked, {});
        MAMA_SAME(difference(imported(here(folder) / "chunked.safetensors"), imported(hub)));
    }

    void largeFilesAreMappedNotCopied()
    {
        const QTemporaryDir folder;
        const fs::path path = here(folder) / "large.safetensors";
        constexpr std::uint64_t bytes = std::uint64_t{10} << 30U;
        const std::string header = R"({"big":{"dtype":"F32","shape":[)" + std::to_string(bytes / 4) +
                                   R"(],"data_offsets":[0,)" + std::to_string(bytes) + "]}}";
        write(path, header, 0);
        fs::resize_file(path, 8 + header.size() + bytes); // sparse: takes no room on the disk
        const std::size_t before = peakMemory();
        QElapsedTimer clock;
        clock.start();
        const auto file = WeightFile::open(path);
        QCOMPARE(file->bytes(file->tensors().at(0)).bytes.size(), std::size_t{bytes});
        QVERIFY2(clock.elapsed() < 1000, "opening must not read the file");
        QVERIFY(peakMemory() - before < std::size_t{16} << 20U);
    }

    void holesAndLiesAreNamed_data()
    {
        QTest::addColumn<QString>("header");
        QTest::addColumn<int>("data");
        QTest::addColumn<QString>("reason");
        QTest::newRow("bytes at the end")
            << R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})" << 8 << "belong to no tensor";
        QTest::newRow("unknown field") << R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})" << 4
                                       << "unknown field";
        QTest::newRow("no offsets") << R"({"a":{"dtype":"F32","shape":[1]}})" << 4 << "lacks";
        QTest::newRow("fraction") << R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})" << 4 << "fraction";
        QTest::newRow("text after the end") << R"({} {})" << 0 << "not valid JSON";
        QTest::newRow("number in metadata") << R"({"__metadata__":{"a":1}})" << 0 << "number";
    }

    void holesAndLiesAreNamed()
    {
        QFETCH(QString, header);
        QFETCH(int, data);
        QFETCH(QString, reason);
        const QTemporaryDir folder;
        const fs::path path = here(folder) / "a.safetensors";
        write(path, header.toStdString(), static_cast<std::size_t>(data));
        try {
            WeightFile::open(path);
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find(reason.toStdString()) != std::string::npos, error.what());
        }
    }
};

QTEST_GUILESS_MAIN(TestWeights)
#include "test_weights.moc"
