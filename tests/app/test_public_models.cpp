#include "core/base/files.h"
#include "core/base/npy.h"
#include "tests/app/mama_command.h"

#include <cmath>

using namespace mama;
using namespace mama::test;

// Other groups' models through the commands, from the published file to embeddings, scores and maps, for every model
// that the cases list.
class TestPublicModels : public QObject
{
    Q_OBJECT
private:
    struct Source
    {
        std::string name, weights, expected; // case; its file or folder; folder of what it should give
        QString row() const { return QString::fromStdString(name + "/" + weights); }
    };

    static std::vector<Source> sources()
    {
        std::vector<Source> found;
        for (const char* name : {"mammoclip-ckpt", "mammofm-ckpt", "openclip-ckpt", "siglip-ckpt", "cleft-ckpt"}) {
            const ParityCase parity(name);
            if (!parity.present())
                continue;
            for (const auto& entry : std::filesystem::directory_iterator(parity.path(""))) {
                const std::string file = entry.path().filename().string(), kind = entry.path().extension().string();
                const bool weights = kind == ".tar" || kind == ".ckpt" ||
                                     (entry.is_directory() &&
                                      std::filesystem::exists(entry.path() / "tokenizer.json") && file != "text-model");
                for (const std::string& own :
                     {"expected_" + entry.path().stem().string() + "/",
                      "expected_" + file.substr(0, file.find('-')) + "/", std::string("expected/")})
                    if (weights && std::filesystem::exists(parity.path(own))) {
                        found.push_back({name, file, own});
                        break;
                    }
            }
        }
        return found;
    }
    static void rows()
    {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const Source& source : sources())
            QTest::addRow("%s", qPrintable(source.row())) << index++;
        MAMA_NEED(index > 0, "parity/mammoclip-ckpt");
    }

    std::filesystem::path at(const std::string& file) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / file;
    }
    // The model folder of a source, made once.
    std::filesystem::path modelOf(const Source& source)
    {
        const ParityCase parity(source.name);
        const std::filesystem::path folder = at(source.name + "-" + source.weights);
        QStringList arguments{"checkpoint", "import",     text(parity.path(source.weights)),
                              "--out",      text(folder), "--json"};
        if (std::filesystem::exists(parity.path("text-model")))
            arguments << "--text-model" << text(parity.path("text-model"));
        if (const auto heads = parity.imageHeads(source.weights)) {
            writeAtomically(at("told.json"), nlohmann::json{{"vit_heads", *heads}}.dump());
            arguments << "--config" << text(at("told.json"));
        }
        if (!std::filesystem::exists(folder) && mamaCommand(arguments).status != 0)
            return {};
        return folder;
    }
    // [N, 1 or 3, H, W] as three channels.
    std::filesystem::path threeChannels(const std::filesystem::path& file)
    {
        const NpyArray array = readNpy(file);
        const std::vector<float> values = array.asFloat();
        std::vector<std::int64_t> shape = array.shape;
        std::vector<float> out;
        const auto plane = static_cast<std::size_t>(shape[2] * shape[3]);
        for (std::size_t i = 0; i + plane <= values.size(); i += plane)
            for (std::int64_t copies = shape[1]; copies <= 3; copies += shape[1]) // three of one channel, one of three
                out.insert(out.end(), values.begin() + static_cast<std::ptrdiff_t>(i),
                           values.begin() + static_cast<std::ptrdiff_t>(i + plane));
        shape[1] = 3;
        writeNpy(at("input.npy"), out, shape);
        return at("input.npy");
    }

    QTemporaryDir m_folder;

private Q_SLOTS:
    void textsAreTheReferences_data() { rows(); }
    void textsAreTheReferences()
    {
        QFETCH(int, index);
        const Source source = sources()[static_cast<std::size_t>(index)];
        const ParityCase parity(source.name);
        const auto model = modelOf(source);
        QVERIFY(!model.empty());
        for (const QStringList& more : {QStringList(), QStringList{"--raw"}}) {
            QStringList arguments{"encode",      "text",
                                  "--model",     text(model),
                                  "--text-file", text(parity.path("inputs/texts.json")),
                                  "--out",       text(at("texts.npy"))};
            QCOMPARE(mamaCommand(arguments + more).status, 0);
            MAMA_SAME(parity.difference(source.expected + "text_global.npy", readNpy(at("texts.npy")).asFloat()));
        }
    }

    void imagesAreTheReferences_data() { rows(); }
    void imagesAreTheReferences()
    {
        QFETCH(int, index);
        const Source source = sources()[static_cast<std::size_t>(index)];
        const ParityCase parity(source.name);
        const auto model = modelOf(source);
        QVERIFY(!model.empty());
        int compared = 0;
        for (const auto& [file, facts] : parity.description().at("files").items()) {
            const std::string start = source.expected + "image_global";
            if (!file.starts_with(start))
                continue;
            const std::string which = file.substr(start.size()); // "_a.npy", "_0.npy" or ".npy"
            for (const std::string& input : {"inputs/images" + which, "inputs/image" + which,
                                             source.expected + "prepared.npy", source.expected + "prepared_bicubic.npy",
                                             source.expected.substr(0, source.expected.rfind('-')) + "/prepared.npy",
                                             std::string("inputs/images_normalised.npy")}) {
                if (!std::filesystem::exists(parity.path(input)))
                    continue;
                const QStringList arguments{"encode",
                                            "image",
                                            "--model",
                                            text(model),
                                            text(threeChannels(parity.path(input))),
                                            "--out",
                                            text(at("images.npy")),
                                            "--patches",
                                            text(at("patches.npy"))};
                QCOMPARE(mamaCommand(arguments).status, 0);
                MAMA_SAME(parity.difference(file, readNpy(at("images.npy")).asFloat()));
                ++compared;
                break;
            }
        }
        QVERIFY(compared > 0);
    }

    // A study: similarities are those of the embeddings, a map for each way; an unknown way or profile is named.
    void aStudyIsScored_data() { rows(); }
    void aStudyIsScored()
    {
        QFETCH(int, index);
        const Source source = sources()[static_cast<std::size_t>(index)];
        const auto model = modelOf(source);
        QVERIFY(!model.empty());
        const ParityCase pictures("mammoclip-ckpt");
        const QStringList query{"query",  "--model", text(model), "--study", text(pictures.path("inputs/stored_0.dcm")),
                                "--text", "mass",    "--text",    "no mass", "--no-cache",
                                "--json"};
        QStringList ways;
        for (const char* way : {"cell", "additive", "final", "value", "head-value", "head-value+value"}) {
            const std::string folder = source.name + source.weights + way;
            const Outcome outcome =
                mamaCommand(query + QStringList{"--map-way", way, "--maps", text(at(folder)), "--png"});
            if (outcome.status != 0) {
                QVERIFY2(outcome.err.contains("ways of drawing"), outcome.err.constData());
                continue;
            }
            ways << way;
            const nlohmann::json reply = outcome.json();
            QCOMPARE(reply["provenance"]["map_way"].get<std::string>(), std::string(way));
            QCOMPARE(reply["maps"].size(), std::size_t{2});
            const NpyArray map = readNpy(reply["maps"][0]["path"].get<std::string>());
            const nlohmann::json geometry = readJson(at(folder) / "geometry.json");
            QVERIFY(nlohmann::json(map.shape) == geometry["images"][0]["grid"]);
            if (std::string(way) != "additive")
                continue;
            double sum = 0;
            for (const float value : map.asFloat())
                sum += static_cast<double>(value);
            const double mean = sum / static_cast<double>(map.asFloat().size());
            QVERIFY(std::abs(mean - reply["images"][0]["scores"][0].get<double>()) < 1e-5);
        }
        QCOMPARE(ways.size(), 2);
        QVERIFY(mamaCommand(query + QStringList{"--profile", "no-such-profile"}).status != 0);
        QCOMPARE(mamaCommand(query + QStringList{"--profile", "clip-whole"}).status, 0);
    }

    void publishedPromptsAreScoredAsPublished()
    {
        const ParityCase parity("mammoclip-ckpt");
        MAMA_NEED(parity.present(), "parity/mammoclip-ckpt");
        for (const Source& source : sources()) {
            const auto model = modelOf(source);
            const QStringList classify{
                "classify", "--model", text(model), "--study", text(parity.path("inputs/stored_0.dcm")),
                "--task",   "mass",    "--json"};
            const Outcome outcome = mamaCommand(classify);
            if (!source.name.starts_with("mammo")) {
                QVERIFY(outcome.err.contains("--prompts"));
                continue;
            }
            const nlohmann::json scores = outcome.json()["images"][0];
            const double no = scores["similarity"]["no mass"], yes = scores["similarity"]["mass"];
            const double share = 1 / (1 + std::exp(no - yes)); // of the plain cosines, without a temperature
            QVERIFY(std::abs(scores["softmax"]["mass"].get<double>() - share) < 1e-12);
        }
    }
};

QTEST_GUILESS_MAIN(TestPublicModels)
#include "test_public_models.moc"
