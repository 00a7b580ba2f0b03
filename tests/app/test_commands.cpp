// The parity cases once more, through the commands that scripts use.
#include "core/base/files.h"
#include "core/weights/files/weight_file.h"
#include "tests/app/mama_command.h"

#include <QRegularExpression>
#include <cstring>

using namespace mama;
using mama::test::mamaCommand;
using mama::test::Outcome;
using mama::test::ParityCase;
using mama::test::text;
namespace fs = std::filesystem;

namespace {

// Every number of `expected` that `actual` has under the same name, within the tolerance; `compared` counts them.
std::string compareJson(const nlohmann::json& actual, const nlohmann::json& expected, double atol, double rtol,
                        const std::string& where, int& compared)
{
    if (expected.is_object()) {
        for (const auto& [key, value] : expected.items())
            if (actual.is_object() && actual.contains(key))
                if (const std::string wrong = compareJson(actual[key], value, atol, rtol, where + "/" + key, compared);
                    !wrong.empty())
                    return wrong;
        return {};
    }
    if (expected.is_array()) {
        if (!actual.is_array() || actual.size() != expected.size())
            return where + ": another length";
        for (std::size_t i = 0; i < expected.size(); ++i)
            if (const std::string wrong =
                    compareJson(actual[i], expected[i], atol, rtol, where + "/" + std::to_string(i), compared);
                !wrong.empty())
                return wrong;
        return {};
    }
    ++compared;
    if (expected.is_number() && actual.is_number()) {
        const double gap = std::abs(actual.get<double>() - expected.get<double>());
        return gap <= atol + rtol * std::abs(expected.get<double>())
                   ? ""
                   : where + ": " + actual.dump() + ", expected " + expected.dump();
    }
    return actual == expected ? "" : where + ": " + actual.dump() + ", expected " + expected.dump();
}

// A gradient of the command's file against the stored one.
std::string compareGradient(const ParityCase& parity, const std::string& file, const WeightFile& gradients)
{
    const std::string name = fs::path(file).stem().string();
    const TensorInfo* info = gradients.find(name);
    if (!info || info->type != TensorType::F64)
        return file + ": the command wrote none in float64";
    std::vector<double> values(static_cast<std::size_t>(info->elements()));
    std::memcpy(values.data(), gradients.bytes(*info).bytes.data(), values.size() * sizeof(double));
    return parity.difference(file, std::span<const double>(values));
}

class Folder
{
public:
    fs::path operator/(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }

private:
    QTemporaryDir m_folder;
};

} // namespace

class TestCommands : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Less another sentence: the difference of both maps; less the mean map of a reference of one study: nothing in its
    // own breasts; what was taken off stands in reply, geometry.json and picture.
    void mapsLessOthers()
    {
        const fs::path data = test::dataFolder() / "four-view";
        MAMA_NEED(ParityCase("mama-ckpt").present() && fs::exists(data), "parity/mama-ckpt, data/four-view");
        const Folder folder;
        const fs::path model = folder / "model";
        QCOMPARE(test::importTinyModel(model).status, 0);
        const QStringList query{"query",  "--model", text(model),      "--study",    text(data), "--text",
                                "a mass", "--text",  "calcifications", "--no-cache", "--json"};
        const auto asked = [&](const std::string& name, const QStringList& more) {
            return mamaCommand(query + QStringList{"--maps", text(folder / name), "--png"} + more);
        };
        const auto map = [](const Outcome& outcome, std::size_t index) {
            return readNpy(outcome.json()["maps"][index]["path"].get<std::string>()).asFloat();
        };
        const Outcome plain = asked("plain", {}), less = asked("less", {"--map-minus-text", "calcifications"});
        QCOMPARE(less.json()["provenance"]["map_minus"].get<std::string>(), std::string("sentence"));
        QCOMPARE(plain.json()["provenance"]["map_way"].get<std::string>(), std::string("standard"));
        QVERIFY(!mamaCommand(query).json()["provenance"].contains("map_way")); // without maps there is none to name
        const std::vector<float> first = map(plain, 0), second = map(plain, 1);
        const std::vector<float> difference = map(less, 0), nothing = map(less, 1);
        for (std::size_t i = 0; i < difference.size(); ++i) {
            const float expected = first[i] - second[i];
            QVERIFY(std::isnan(expected) ? std::isnan(difference[i]) : std::abs(difference[i] - expected) < 1e-6F);
            QVERIFY(std::isnan(nothing[i]) || nothing[i] == 0.0F);
        }
        QVERIFY(readJson(folder / "less" / "geometry.json")["value"].get<std::string>().find("map_minus") !=
                std::string::npos);
        const auto says = [](const Outcome& outcome, std::size_t text, const char* words) {
            return outcome.json()["texts"][text]["warnings"].dump().find(words) != std::string::npos;
        };
        QVERIFY(says(less, 1, "less itself") && !says(less, 0, "less itself"));
        QVERIFY(less.json()["images"][0]["scores"] == plain.json()["images"][0]["scores"]);
        QCOMPARE(asked("neutral", {"--map-minus", "neutral"}).status, 0);
        const Outcome none = asked("none", {"--map-minus", "reference"});
        QVERIFY(none.status == 1 && none.err.contains("mama model reference"));
        QCOMPARE(mamaCommand(query + QStringList{"--map-minus", "neutral"}).status, 2); // no maps are asked for
        QCOMPARE(asked("two", {"--map-minus", "neutral", "--map-minus-text", "x"}).status, 2);
        const Outcome self = asked("self", {"--map-way", "self-2"}), way = asked("way", {"--map-minus-way", "self-2"});
        QCOMPARE(way.json()["provenance"]["map_minus_text"].get<std::string>(), std::string("self-2"));
        const std::vector<float> read = map(self, 0), less2 = map(way, 0);
        for (std::size_t i = 0; i < less2.size(); ++i)
            QVERIFY(std::isnan(first[i]) || std::abs(less2[i] - (first[i] - read[i])) < 1e-6F);
        QCOMPARE(asked("no-way", {"--map-minus-way", "self-9"}).status, 2);

        const Outcome made = mamaCommand(
            {"model", "reference", "--model", text(model), "--data", text(data), "--name", "four pictures", "--json"});
        QCOMPARE(made.status, 0);
        QVERIFY(made.json()["mean_maps"].is_array());
        QCOMPARE(made.json()["map_way"].get<std::string>(), std::string("standard"));
        const Outcome mean = asked("mean", {"--map-minus", "reference"});
        QCOMPARE(mean.status, 0);
        QVERIFY(mean.json()["provenance"]["map_minus_text"].get<std::string>().starts_with("four pictures"));
        QVERIFY(mean.json()["texts"][0]["map_range"].is_null() || mean.json()["texts"][0]["map_range"][1] < 1e-3);
        const NpyArray breast = readNpy(folder / "mean" / "RCC_breast.npy");
        const std::vector<float> left = readNpy(folder / "mean" / "RCC_text0.npy").asFloat();
        for (std::size_t i = 0; i < left.size(); ++i)
            QVERIFY(breast.bytes[i] == std::byte{0} || std::isnan(left[i]) || std::abs(left[i]) < 1e-3F);
    }

    void checkpointsToEmbeddings_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("expected");
        QTest::newRow("lightning, old adapter names") << "mama_fp32.ckpt"
                                                      << "expected";
        QTest::newRow("lightning, new adapter names") << "mama_fp32_peft07.ckpt"
                                                      << "expected";
        QTest::newRow("safetensors") << "model.safetensors"
                                     << "expected";
        QTest::newRow("bfloat16") << "mama_bf16.ckpt"
                                  << "expected_bf16_weights";
    }

    // checkpoint import, encode image, encode text: globals, patches, sentences, both poolings.
    void checkpointsToEmbeddings()
    {
        QFETCH(QString, file);
        QFETCH(QString, expected);
        const ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), "parity/mama-ckpt");
        const Folder folder;
        const fs::path model = folder / "model";
        QCOMPARE(mamaCommand({"checkpoint", "import", text(parity.path(file.toStdString())), "--text-model",
                              text(parity.path("text-model")), "--config", text(parity.path("model_config.json")),
                              "--compat", "reference", "--out", text(model)})
                     .status,
                 0);

        const NpyArray grey = parity.array("inputs/images_normalised.npy"); // one of three equal channels
        const std::vector<float> channel = grey.asFloat();
        const std::int64_t images = grey.shape[0], rows = grey.shape[2], columns = grey.shape[3];
        const auto area = static_cast<std::size_t>(rows * columns);
        std::vector<float> input;
        for (std::size_t n = 0; n < static_cast<std::size_t>(images); ++n)
            for (int c = 0; c < 3; ++c)
                input.insert(input.end(), channel.begin() + static_cast<std::ptrdiff_t>(n * area),
                             channel.begin() + static_cast<std::ptrdiff_t>((n + 1) * area));
        const std::vector<std::int64_t> shape{images, 3, rows, columns};
        writeNpy(folder / "input.npy", input, shape);
        QCOMPARE(
            mamaCommand({"encode", "image", "--model", text(model), text(folder / "input.npy"), "--out",
                         text(folder / "e.npy"), "--patches", text(folder / "p.npy"), "--precision", "fp32", "--json"})
                .status,
            0);
        const std::string prefix = expected.toStdString() + "/";
        MAMA_SAME(parity.difference(prefix + "image_global.npy",
                                    std::span<const float>(readNpy(folder / "e.npy").asFloat())));
        MAMA_SAME(
            parity.difference(prefix + "image_local.npy", std::span<const float>(readNpy(folder / "p.npy").asFloat())));

        for (const std::string pooling : {"zero-shot", "training"}) {
            QCOMPARE(mamaCommand({"encode", "text", "--model", text(model), "--text-file",
                                  text(parity.path("inputs/captions.json")), "--raw", "--pooling",
                                  QString::fromStdString(pooling), "--out", text(folder / "t.npy"), "--sentences",
                                  text(folder / "s.npy"), "--precision", "fp32", "--json"})
                         .status,
                     0);
            MAMA_SAME(parity.difference(
                prefix + (pooling == "training" ? "text_global_training.npy" : "text_global_zeroshot.npy"),
                std::span<const float>(readNpy(folder / "t.npy").asFloat())));
            MAMA_SAME(parity.difference(prefix + "sentence_local.npy",
                                        std::span<const float>(readNpy(folder / "s.npy").asFloat())));
        }
    }

    void tokens()
    {
        const fs::path root = test::parityFolder() / "tokenizers";
        MAMA_NEED(fs::exists(root), "parity/tokenizers");
        const Folder folder;
        int sets = 0;
        for (const fs::directory_entry& tokenizer : fs::directory_iterator(root)) {
            if (!fs::exists(tokenizer.path() / "expected.json"))
                continue;
            const nlohmann::json expected = readJson(tokenizer.path() / "expected.json");
            nlohmann::json texts = nlohmann::json::array();
            for (const nlohmann::json& entry : expected)
                texts.push_back(entry.at("text"));
            writeAtomically(folder / "texts.json", std::string_view(texts.dump()));
            const Outcome outcome = mamaCommand(
                {"tokenize", "--model", text(tokenizer.path()), "--text-file", text(folder / "texts.json"), "--raw"});
            QCOMPARE(outcome.status, 0);
            const QList<QByteArray> lines = outcome.out.trimmed().split('\n');
            QCOMPARE(lines.size(), static_cast<qsizetype>(expected.size()));
            for (qsizetype i = 0; i < lines.size(); ++i)
                QVERIFY(nlohmann::json::parse(lines[i].toStdString()).at("ids") ==
                        expected[static_cast<std::size_t>(i)].at("ids"));
            ++sets;
        }
        QVERIFY(sets > 0);
    }

    void captions()
    {
        const ParityCase parity("captions");
        MAMA_NEED(parity.present(), "parity/captions");
        const Outcome outcome = mamaCommand(
            {"caption", "--table", text(parity.path("tables")), "--task", "caption", "--compat", "reference"});
        QCOMPARE(outcome.status, 0);
        const nlohmann::json expected = parity.json("expected_captions.json");
        const QList<QByteArray> lines = outcome.out.trimmed().split('\n');
        QCOMPARE(lines.size(), static_cast<qsizetype>(expected.size()));
        for (qsizetype i = 0; i < lines.size(); ++i)
            QVERIFY(nlohmann::json::parse(lines[i].toStdString()).at("caption") ==
                    expected[static_cast<std::size_t>(i)].at("caption"));
    }

    void losses()
    {
        const ParityCase parity("loss");
        MAMA_NEED(parity.present(), "parity/loss");
        const fs::path root = parity.path("");
        const Folder folder;
        int batches = 0;
        for (const fs::directory_entry& batch : fs::directory_iterator(root)) {
            if (!fs::exists(batch.path() / "sentence_counts.npy"))
                continue;
            std::vector<NpyArray> arrays;
            std::vector<std::string> names;
            for (const std::string name : {"v", "v2", "t", "simclr1", "simclr2", "patches", "sentences",
                                           "sentence_counts", "logit_scale", "local_scale"}) {
                arrays.push_back(readNpy(batch.path() / (name + ".npy")));
                names.push_back(name);
            }
            std::vector<NamedTensor> tensors;
            for (std::size_t i = 0; i < arrays.size(); ++i)
                tensors.push_back(
                    {{names[i], arrays[i].type == "i4" ? TensorType::I32 : TensorType::F32, arrays[i].shape},
                     arrays[i].bytes});
            writeSafetensors(folder / "batch.safetensors", tensors, nlohmann::json::object());
            const Outcome outcome = mamaCommand({"losses", "--batch", text(folder / "batch.safetensors"), "--gradients",
                                                 text(folder / "g.safetensors"), "--json"});
            QCOMPARE(outcome.status, 0);
            const nlohmann::json expected = readJson(batch.path() / "expected.json");
            int compared = 0;
            MAMA_SAME(compareJson(outcome.json(), expected, expected.at("atol").get<double>(),
                                  expected.at("rtol").get<double>(), batch.path().filename().string(), compared));
            QCOMPARE(static_cast<std::size_t>(compared), expected.size() - 2); // all but the tolerances
            const auto gradients = WeightFile::open(folder / "g.safetensors");
            for (const fs::directory_entry& stored : fs::directory_iterator(batch.path()))
                if (stored.path().filename().string().starts_with("grad_"))
                    MAMA_SAME(compareGradient(parity, fs::relative(stored.path(), root).string(), *gradients));
            ++batches;
        }
        QVERIFY(batches > 0);
    }

    void schedule()
    {
        const ParityCase parity("training");
        MAMA_NEED(parity.present(), "parity/training");
        const QString table = QString::fromStdString(readText(parity.path("schedule.csv")));
        QStringList steps;
        std::vector<double> expected;
        for (const QString& line : table.split('\n').mid(1))
            if (const QStringList cells = line.split(','); cells.size() == 2) {
                steps << cells[0];
                expected.push_back(cells[1].toDouble());
            }
        const Outcome outcome = mamaCommand({"schedule", "--steps", steps.join(',')});
        QCOMPARE(outcome.status, 0);
        MAMA_SAME(test::difference(outcome.json().get<std::vector<double>>(), expected, 0, 1e-9, "schedule"));
    }

    void metrics()
    {
        const fs::path root = test::parityFolder() / "metrics" / "classification";
        MAMA_NEED(fs::exists(root), "parity/metrics");
        const Folder folder;
        int sets = 0;
        for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
            const std::string file = entry.path().filename().string();
            const std::size_t at = file.find("_labels.npy");
            if (at == std::string::npos)
                continue;
            const std::string set = file.substr(0, at);
            const std::vector<std::int64_t> labels = readNpy(entry.path()).asInt64();
            const NpyArray scores = readNpy(root / (set + "_scores.npy"));
            const std::vector<float> values = scores.asFloat();
            const auto classes = static_cast<std::size_t>(scores.shape[1]);
            std::string csv = "label";
            for (std::size_t c = 0; c < classes; ++c)
                csv += ",score_" + std::to_string(c);
            for (std::size_t i = 0; i < labels.size(); ++i) {
                csv += "\n" + std::to_string(labels[i]);
                for (std::size_t c = 0; c < classes; ++c)
                    csv += "," + QByteArray::number(static_cast<double>(values[i * classes + c]), 'g', 9).toStdString();
            }
            writeAtomically(folder / "p.csv", std::string_view(csv + "\n"));
            const Outcome outcome =
                mamaCommand({"metrics", "--predictions", text(folder / "p.csv"), "--no-intervals", "--json"});
            QCOMPARE(outcome.status, 0);
            nlohmann::json expected = readJson(root / (set + "_expected.json"));
            expected.erase("bootstrap_ci95");
            int compared = 0;
            MAMA_SAME(compareJson(outcome.json(), expected, 1e-6, 0, set, compared));
            QVERIFY2(compared > 10, (set + ": " + std::to_string(compared)).c_str());
            ++sets;
        }
        QVERIFY(sets > 0);
    }

    // Each hostile file ends with a status and one line, at once; nothing it names is run or written.
    void hostileFiles()
    {
        const fs::path root = test::parityFolder() / "hostile";
        MAMA_NEED(fs::exists(root), "parity/hostile");
        const Folder folder;
        for (const nlohmann::json& entry : readJson(root / "manifest.json")) {
            const std::string file = entry.at("file");
            const bool control = entry.at("expected") == "accept";
            const Outcome outcome =
                mamaCommand({"checkpoint", "import", text(root / file), "--config", text(root / "micro_config.json"),
                             "--out", text(folder / ("out-" + file))});
            QVERIFY2(control ? outcome.status == 0 : outcome.status == 1 || outcome.status == 0, file.c_str());
            if (entry.at("expected").get<std::string>() == "refuse")
                QVERIFY2(outcome.status == 1, file.c_str());
            if (outcome.status == 1)
                QVERIFY2(outcome.err.startsWith("error: ") && outcome.err.contains(file.c_str()) &&
                             outcome.err.count('\n') == 1,
                         outcome.err.constData());
            QVERIFY(!fs::exists("PWNED") && !fs::exists(root / "PWNED") && !fs::exists(folder / "PWNED"));
        }
    }

    void preparedPictures()
    {
        const ParityCase parity("preprocess");
        MAMA_NEED(parity.present(), "parity/preprocess");
        const Folder folder;
        int compared = 0;
        for (const nlohmann::json& entry : parity.json("manifest.json"))
            for (const auto& [file, facts] : parity.description().at("files").items()) {
                const QRegularExpression tensor(QRegularExpression::anchoredPattern(
                    QStringLiteral("out/%1_final(\\d+)_tensor\\.npy")
                        .arg(QRegularExpression::escape(QString::fromStdString(entry.at("name"))))));
                const auto found = tensor.match(QString::fromStdString(file));
                if (!found.hasMatch())
                    continue;
                const QString longSide = entry.at("first_resize_long_side").is_null()
                                             ? QStringLiteral("0")
                                             : QString::number(entry.at("first_resize_long_side").get<int>());
                QStringList asked{"preprocess",    text(parity.path(entry.at("file").get<std::string>())),
                                  "--profile",     "mama-embed-reference",
                                  "--size",        found.captured(1),
                                  "--long-side",   longSide,
                                  "--square-side", QString::number(entry.at("square_side").get<int>()),
                                  "--out",         text(folder / "x.npy"),
                                  "--no-jpeg",     "--json"};
                if (entry.at("inverted_monochrome1").get<bool>())
                    asked << "--photometric"
                          << "MONOCHROME1";
                if (!entry.at("eight_bit_conversion").get<bool>())
                    asked << "--no-scale";
                QCOMPARE(mamaCommand(asked).status, 0);
                const std::vector<double> made = readNpy(folder / "x.npy").asDouble();
                MAMA_SAME(parity.difference(file, std::span(made).first(parity.array(file).size())));
                ++compared;
            }
        QVERIFY(compared > 0);
    }
};

QTEST_GUILESS_MAIN(TestCommands)
#include "test_commands.moc"
