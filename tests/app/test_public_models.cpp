#include "core/base/files.h"
#include "core/base/npy.h"
#include "core/image/profile.h"
#include "tests/app/mama_command.h"

#include <algorithm>
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

    // A mammogram of the cases.
    static std::filesystem::path mammogram()
    {
        const ParityCase parity("mammoclip-ckpt");
        for (const nlohmann::json& entry : parity.json("expected_path/geometry.json"))
            if (const auto path = parity.path(entry.at("file")); path.extension() == ".dcm")
                return path;
        return {};
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

    // Tissue with texture, and one bright spot so that a dot changes no range.
    static Raster<std::uint16_t> tissue()
    {
        Raster<std::uint16_t> out(1300, 900);
        for (int r = 0; r < out.rows; ++r)
            for (int c = 0; c < out.columns; ++c) {
                const double x = c / (0.85 * out.columns), y = (r - out.rows / 2.0) / (0.47 * out.rows),
                             inside = 1 - x * x - y * y;
                out.at(r, c) =
                    static_cast<std::uint16_t>(inside > 0 ? 800 + 600 * inside + 37 * ((r * 7 + c * 13) % 5) : 0);
                if (std::abs(r - out.rows / 2) < 8 && c > 30 && c < 46)
                    out.at(r, c) = dotValue;
            }
        return out;
    }
    static constexpr std::uint16_t dotValue = 2600;

    std::filesystem::path write(const Raster<std::uint16_t>& picture, const std::string& name) const
    {
        std::string bytes = "P5\n" + std::to_string(picture.columns) + " " + std::to_string(picture.rows) + "\n65535\n";
        for (const std::uint16_t value : picture.values)
            bytes += {static_cast<char>(value >> 8U), static_cast<char>(value & 0xFFU)};
        writeAtomically(at(name), std::string_view(bytes));
        return at(name);
    }

    // How far the change is off the dots, in words; empty: it is not.
    std::string dotsAreOff(const std::filesystem::path& model, const std::string& profile, const std::string& way,
                           bool average)
    {
        const Raster<std::uint16_t> plain = tissue();
        QStringList files{text(write(plain, "R-CC.pgm"))};
        const QStringList how{"--model",   text(model),
                              "--profile", QString::fromStdString(profile),
                              "--map-way", QString::fromStdString(way)};
        const Outcome outcome = mamaCommand(QStringList{"query", "--study", files[0], "--text", "mass", "--maps",
                                                        text(at("dots")), "--no-cache", "--json"} +
                                            how);
        if (outcome.status != 0)
            return profile + " " + way + ": " + outcome.err.toStdString();
        const Geometry geometry = Geometry::fromJson(readJson(at("dots") / "geometry.json")["images"][0]["geometry"]);
        const Spacing size = geometry.patchSize({1, 1});
        std::vector<std::pair<int, int>> cells;
        for (int tries = 0; tries < 400 && cells.size() < (average ? 12 : 8); ++tries) {
            const int place = tries * 7919 % (geometry.gridRows() * geometry.gridColumns());
            const int r = place / geometry.gridColumns(), c = place % geometry.gridColumns();
            const Point centre = geometry.patchCentre(r, c);
            const double x = centre.x / (0.75 * plain.columns), y = (centre.y - plain.rows / 2.0) / (0.4 * plain.rows);
            const bool ofSpot = geometry.patchAt({38, plain.rows / 2.0}) == std::pair{r, c};
            if (ofSpot || x * x + y * y > 1 || std::ranges::count(cells, std::pair{r, c}) > 0)
                continue;
            Raster<std::uint16_t> lit = plain;
            for (int row = 0; row < lit.rows; ++row)
                for (int column = 0; column < lit.columns; ++column)
                    if (std::abs(column + 0.5 - centre.x) <= size.column / 2 &&
                        std::abs(row + 0.5 - centre.y) <= size.row / 2)
                        lit.at(row, column) = dotValue;
            files << text(write(lit, "dot" + std::to_string(cells.size()) + ".pgm"));
            cells.emplace_back(r, c);
        }
        if (mamaCommand(QStringList{"encode", "image", "--out", text(at("e.npy")), "--patches", text(at("p.npy"))} +
                        how + files)
                .status != 0)
            return profile + " " + way + ": not encoded";
        return offsetOf(readNpy(at("p.npy")), cells, profile + " " + way, average);
    }

    // patches [1 + dots, rows, columns, D], the first without a dot.
    static std::string offsetOf(const NpyArray& patches, const std::vector<std::pair<int, int>>& cells,
                                const std::string& what, bool average)
    {
        const std::vector<float> values = patches.asFloat();
        const auto rows = static_cast<int>(patches.shape[1]), columns = static_cast<int>(patches.shape[2]);
        const auto dim = static_cast<std::size_t>(patches.shape[3]);
        const std::size_t whole = static_cast<std::size_t>(rows * columns) * dim;
        constexpr int around = 4;
        double sum = 0, down = 0, across = 0;
        for (std::size_t dot = 0; dot < cells.size(); ++dot) {
            std::vector<double> change(static_cast<std::size_t>(rows * columns), 0);
            for (std::size_t i = 0; i < change.size() * dim; ++i) {
                const double d = static_cast<double>(values[(dot + 1) * whole + i] - values[i]);
                change[i / dim] += d * d;
            }
            const auto peak = static_cast<int>(std::ranges::max_element(change) - change.begin());
            const auto [r, c] = cells[dot];
            if (!average && (peak / columns != r || peak % columns != c))
                return what + ": a dot in cell " + std::to_string(r) + ", " + std::to_string(c) + " came back from " +
                       std::to_string(peak / columns) + ", " + std::to_string(peak % columns);
            // What a dot does everywhere, through means over the picture, is no place; each dot counts alike.
            for (double& each : change)
                each = std::sqrt(each);
            std::vector<double> sorted = change;
            std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2));
            const double everywhere = sorted[sorted.size() / 2];
            const double highest = *std::ranges::max_element(change) - everywhere;
            for (int y = std::max(0, r - around); y <= std::min(rows - 1, r + around); ++y)
                for (int x = std::max(0, c - around); x <= std::min(columns - 1, c + around); ++x) {
                    const double weight =
                        std::max(0.0, change[static_cast<std::size_t>(y * columns + x)] - everywhere) / highest;
                    sum += weight;
                    down += weight * (y - r);
                    across += weight * (x - c);
                }
        }
        const bool off = average && (std::abs(down / sum) > 0.5 || std::abs(across / sum) > 0.5);
        return cells.empty() ? what + ": no dot could be placed"
               : off ? what + ": off by " + std::to_string(down / sum) + ", " + std::to_string(across / sum) + " cells"
                     : "";
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
        const std::string resizer = readJson(model / "model.json")["input"].value("resizer", "pillow-bicubic");
        int compared = 0;
        for (const auto& [file, facts] : parity.description().at("files").items()) {
            const std::string start = source.expected + "image_global";
            if (!file.starts_with(start))
                continue;
            const std::string which = file.substr(start.size()); // "_a.npy", "_0.npy" or ".npy"
            for (const std::string& input :
                 {"inputs/images" + which, "inputs/image" + which, source.expected + "prepared.npy",
                  source.expected + "prepared_" + resizer.substr(resizer.find('-') + 1) + ".npy",
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
        const QStringList query{"query", "--model", text(model), "--study",    text(mammogram()), "--text",
                                "mass",  "--text",  "no mass",   "--no-cache", "--json"};
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

    // A bright dot of one cell, in each profile that the model takes and each way of maps: what changes most is the
    // cell in which it lies. A convolution sees around its cell and small ones are noisy: there it is the centre of the
    // change over many dots that may be off by no more than half a cell.
    void aDotComesBackFromItsCell_data() { rows(); }
    void aDotComesBackFromItsCell()
    {
        QFETCH(int, index);
        const Source source = sources()[static_cast<std::size_t>(index)];
        const auto model = modelOf(source);
        QVERIFY(!model.empty());
        const nlohmann::json description = readJson(model / "model.json");
        const std::string own = description["input"]["profile"].get<std::string>();
        const bool convolves = description["image"]["family"].get<std::string>().find("efficient") != std::string::npos;
        for (const Profile& profile : builtInProfiles()) {
            if (!profile.name.starts_with(own))
                continue;
            for (const nlohmann::json& way : description["maps"]["ways"]) {
                if (convolves && way != "additive")
                    continue; // the same cells, scaled to length 1: of random weights that is noise
                const std::string wrong = dotsAreOff(model, profile.name, way.get<std::string>(), convolves);
                QVERIFY2(wrong.empty(), wrong.c_str());
            }
        }
    }

    void publishedPromptsAreScoredAsPublished()
    {
        MAMA_NEED(ParityCase("mammoclip-ckpt").present(), "parity/mammoclip-ckpt");
        for (const Source& source : sources()) {
            const auto model = modelOf(source);
            const QStringList classify{"classify",        "--model", text(model), "--study",
                                       text(mammogram()), "--task",  "mass",      "--json"};
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
