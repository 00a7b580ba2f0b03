// Maps of embeddings against umap-learn and scikit-learn (parity/library/map), plain looks at every pair of rows, and
// what becomes of files that were cut.
#include "core/base/files.h"
#include "core/library/embeddings/half_float.h"
#include "core/library/map/counter_random.h"
#include "core/library/map/map_layout.h"
#include "core/library/map/map_store.h"
#include "core/library/map/map_table.h"
#include "core/library/map/trustworthiness.h"
#include "tests/core/library/embedding_support.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <numeric>
#include <regex>

using namespace mama;
using namespace mama::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const ParityCase& parity()
{
    static const ParityCase one("library/map");
    return one;
}

// A number that a case says in words: "rtol 1e-5", "within 0.01 of the mean".
double numberIn(const std::string& text, const std::string& pattern)
{
    std::smatch found;
    return std::regex_search(text, found, std::regex(pattern + R"(\s*([0-9.]+(e-?[0-9]+)?))")) ? std::stod(found[1])
                                                                                               : NAN;
}
double noted(const std::string& file, const std::string& pattern)
{
    return numberIn(parity().description().at("files").at(file).at("note"), pattern);
}

struct Set
{
    std::string name;
    std::vector<float> rows;
    std::size_t n, dim, k;
    MapMetric metric;
    json expected;
    std::string file(const std::string& which) const { return name + "/" + which + ".npy"; }
};
std::vector<Set> sets()
{
    std::vector<Set> out;
    for (const json& one : parity().json("sets.json")) {
        const std::string name = one.at("name");
        out.push_back({name, parity().array(name + "/rows.npy").asFloat(), one.at("n"), one.at("dims"), one.at("k"),
                       mapMetricByName(one.at("metric")), one});
    }
    return out;
}

Neighbours neighboursOf(const Set& set)
{
    NeighbourSearch::Means means;
    means.count = set.k;
    return *NeighbourSearch(set.rows, set.dim, set.metric).ofAll(means);
}

// Every pair in float64.
Neighbours bruteForce(const RowDistance& rows, std::size_t count)
{
    Neighbours out;
    out.count = std::min(count, rows.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
        std::vector<std::pair<double, std::uint32_t>> all;
        for (std::uint32_t j = 0; j < rows.size(); ++j)
            all.emplace_back(j == i ? -1 : rows.between(i, j), j);
        std::sort(all.begin(), all.end());
        for (std::size_t at = 0; at < out.count; ++at) {
            out.indices.push_back(all[at].second);
            out.distances.push_back(std::max(all[at].first, 0.0));
        }
    }
    return out;
}

// Clusters with equal rows, rows that differ in the last place, longer copies and zeros among them.
std::vector<float> hardRows(std::mt19937& random, std::size_t n, std::size_t dim)
{
    std::normal_distribution<float> any;
    std::vector<float> rows(n * dim);
    const auto row = [&](std::size_t at) { return std::span(rows).subspan(at * dim, dim); };
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t of = i == 0 ? 0 : random() % i;
        const std::size_t kind = i == 0 ? 9 : random() % 10;
        for (std::size_t d = 0; d < dim; ++d)
            row(i)[d] = kind < 3   ? row(of)[d]
                        : kind < 4 ? std::nextafter(row(of)[d], 10.0F)
                        : kind < 5 ? 2 * row(of)[d]
                        : kind < 6 ? 0
                                   : floatOf(halfOf(any(random) + static_cast<float>(5 * (d == kind))));
    }
    return rows;
}

RowSource sourceOf(const std::vector<float>& rows, std::size_t dim)
{
    return {rows.size() / dim, dim, [&rows, dim](std::size_t at, std::span<float> to) {
                std::copy_n(rows.data() + at * dim, dim, to.begin());
            }};
}

std::vector<std::uint32_t> all(std::size_t n)
{
    std::vector<std::uint32_t> out(n);
    std::iota(out.begin(), out.end(), 0U);
    return out;
}

std::vector<double> doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

// A library whose studies have rows of `kinds` kinds.
struct MapLibrary
{
    Folder folder;
    std::unique_ptr<Library> library;
    fs::path set = folder / "library/embeddings/s";
    std::vector<std::int64_t> studies;

    MapLibrary(std::uint32_t count, std::mt19937& random)
    {
        Library::create(folder / "library");
        library = std::make_unique<Library>(folder / "library");
        importSet(*library, someStudies(count, random));
        studies = sortedStudies(*library);
    }
    void embed(std::size_t most, std::mt19937& random)
    {
        EmbeddingWriter writer(setInfo(set, 24));
        const auto work =
            embeddingWork(*library, studies, [&](std::string_view hash, int frame) { return writer.has(hash, frame); });
        std::vector<EmbeddedImage> notes;
        for (const ImageToEmbed& image :
             imagesToEmbed(*library, std::span(work.left).first(std::min(most, work.left.size())))) {
            writer.add(hashOf(image.image), 0, unitVector(random, 24));
            notes.push_back(found(image));
        }
        writer.commit();
        noteEmbedded(*library, notes);
    }
    EmbeddingIndex index() { return {*library, set, studies}; }
};

} // namespace

class TestLibraryMap : public QObject
{
    Q_OBJECT
private:
    std::mt19937 m_random{freshSeed()};

private Q_SLOTS:
    void neighboursAreExact()
    {
        MAMA_NEED(parity().present(), "parity/library/map");
        for (const Set& set : sets()) {
            const Neighbours is = neighboursOf(set);
            const auto expected = parity().array(set.file("knn_indices")).asInt64();
            QCOMPARE(is.count, set.k);
            QVERIFY2(std::equal(is.indices.begin(), is.indices.end(), expected.begin(), expected.end()),
                     set.name.c_str());
            MAMA_SAME(parity().difference(set.file("knn_distances"), is.distances));
        }
    }

    void graphIsUmaps()
    {
        MAMA_NEED(parity().present(), "parity/library/map");
        for (const Set& set : sets()) {
            const Neighbours neighbours = neighboursOf(set);
            const FuzzyScale scale = fuzzyScale(neighbours);
            MAMA_SAME(parity().difference(set.file("sigma"), scale.sigma));
            MAMA_SAME(parity().difference(set.file("rho"), scale.rho));
            const FuzzyGraph graph = fuzzyGraph(neighbours, scale);
            const auto rows = parity().array(set.file("graph_rows")).asInt64(),
                       columns = parity().array(set.file("graph_cols")).asInt64();
            const auto weights = parity().array(set.file("graph_weights")).asFloat();
            const double atol = parity().description().at("files").at(set.file("graph_weights")).at("atol");
            std::map<std::pair<std::int64_t, std::int64_t>, double> expected;
            for (std::size_t i = 0; i < rows.size(); ++i)
                expected[{rows[i], columns[i]}] = static_cast<double>(weights[i]);
            double worst = 0;
            for (std::size_t i = 0; i < graph.rows.size(); ++i) {
                auto& weight = expected[{graph.rows[i], graph.columns[i]}];
                worst = std::max(worst, std::abs(std::exchange(weight, 0) - static_cast<double>(graph.weights[i])));
                const std::pair here(graph.rows[i], graph.columns[i]);
                QVERIFY(i == 0 || std::pair(graph.rows[i - 1], graph.columns[i - 1]) < here);
            }
            for (const auto& [edge, weight] : expected)
                worst = std::max(worst, weight);
            qInfo() << set.name.c_str() << "weights differ by" << worst << "at most";
            QVERIFY(worst <= atol);
        }
    }

    void curvesFit()
    {
        MAMA_NEED(parity().present(), "parity/library/map");
        const double rtol = noted("curve.json", "rtol");
        QVERIFY(rtol > 0);
        for (const json& one : parity().json("curve.json")) {
            const LayoutCurve curve = fitCurve(one.at("min_dist"), one.at("spread"));
            QVERIFY2(std::abs(curve.a / one.at("a").get<double>() - 1) <= rtol, one.dump().c_str());
            QVERIFY2(std::abs(curve.b / one.at("b").get<double>() - 1) <= rtol, one.dump().c_str());
        }
    }

    void principalAxesAreExact()
    {
        MAMA_NEED(parity().present(), "parity/library/map");
        for (const Set& set : sets()) {
            const RowSource rows = sourceOf(set.rows, set.dim);
            const PrincipalAxes axes = *principalAxes(rows, 2);
            std::vector<double> is;
            for (std::size_t i = 0; i < set.n; ++i)
                for (const double value : axes.project(std::span(set.rows).subspan(i * set.dim, set.dim)))
                    is.push_back(value);
            MAMA_SAME(parity().difference(set.file("pca"), is));
            const auto variances = set.expected.at("pca_explained_variance").get<std::vector<double>>();
            for (std::size_t axis = 0; axis < 2; ++axis)
                QVERIFY(std::abs(axes.variances[axis] / variances[axis] - 1) < 1e-9);
            QVERIFY(principalAxes(rows, 1)->directions == axes.directions);
        }
    }

    void trustworthinessIsAsDefined()
    {
        MAMA_NEED(parity().present(), "parity/library/map");
        const double atol = noted("sets.json", "trustworthiness \\(");
        QVERIFY(atol > 0);
        for (const Set& set : sets()) {
            const RowDistance rows(set.rows, set.dim, set.metric);
            for (const auto& [file, key] :
                 {std::pair{"pca", "trustworthiness_of_pca"}, {"umap_seed0", "trustworthiness_of_umap_seed0_file"}}) {
                const auto map = parity().array(set.file(file)).asDouble();
                const double is = trustworthiness(rows, map, set.k, all(set.n));
                QVERIFY2(std::abs(is - set.expected.at(key).get<double>()) <= atol,
                         (set.name + " " + std::to_string(is)).c_str());
            }
        }
    }

    // As trustworthy as umap-learn's, whatever the seed.
    void mapIsAsTrustworthy()
    {
        MAMA_NEED(parity().present(), "parity/library/map");
        double within = NAN;
        for (const std::string text : parity().description().at("what"))
            if (const double number = numberIn(text, "must come within"); !std::isnan(number))
                within = number;
        QVERIFY(within > 0);
        for (const Set& set : sets()) {
            const RowDistance rows(set.rows, set.dim, set.metric);
            const double mean = set.expected.at("umap").at("mean");
            for (std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{42}, std::uint64_t{m_random()}}) {
                MapSettings settings;
                settings.metric = set.metric;
                settings.neighbours = static_cast<int>(set.k);
                settings.seed = seed;
                const auto made = layOutRows(sourceOf(set.rows, set.dim), settings);
                const double is = trustworthiness(rows, doubles(made->places), set.k, all(set.n));
                qInfo() << set.name.c_str() << "seed" << seed << "trustworthiness" << is << "umap-learn" << mean;
                QVERIFY(std::abs(is - mean) <= within);
            }
        }
    }

    // Whatever rows there are, by every kernel and with any number of threads: what a look at every pair finds.
    void everyKernelFindsTheSame()
    {
        for (int attempt = 0; attempt < 12; ++attempt) {
            const std::size_t n = 1 + m_random() % 400, dim = 1 + m_random() % 150;
            const auto metric = attempt % 2 == 0 ? MapMetric::Cosine : MapMetric::Euclidean;
            const std::vector<float> rows = hardRows(m_random, n, dim);
            const Neighbours expected = bruteForce({rows, dim, metric}, 15);
            const NeighbourSearch search(rows, dim, metric);
            for (const ScanKernel kernel : scanKernels())
                for (const int threads : {1, 3}) {
                    const auto is = search.ofAll({15, threads, kernel});
                    QVERIFY2(is->indices == expected.indices && is->distances == expected.distances, name(kernel));
                }
        }
    }

    // Also where all rows are equal, or nearly.
    void manyEqualRows()
    {
        std::vector<float> rows(3000 * 20, 0.5F);
        const Neighbours equal = *NeighbourSearch(rows, 20, MapMetric::Cosine).ofAll({});
        for (std::uint32_t i = 0; i < 3000; ++i)
            QVERIFY(equal.indices[i * 15] == i && equal.indices[i * 15 + 1] == (i == 0 ? 1U : 0U));
        for (float& value : rows)
            value += static_cast<float>(m_random() % 3) * 0x1p-24F;
        const Neighbours near = *NeighbourSearch(rows, 20, MapMetric::Cosine).ofAll({});
        const RowDistance distance(rows, 20, MapMetric::Cosine);
        for (std::uint32_t i = 0; i < 3000; i += 100)
            for (std::size_t at = 0; at < 15; ++at)
                QCOMPARE(near.distances[i * 15 + at], distance.between(i, near.indices[i * 15 + at]));
    }

    void sameSeedSameBytes()
    {
        const std::vector<float> rows = hardRows(m_random, 700, 30);
        MapSettings settings;
        settings.epochs = 50;
        const auto first = layOutRows(sourceOf(rows, 30), settings, 2),
                   again = layOutRows(sourceOf(rows, 30), settings, 1);
        QVERIFY(first->places == again->places);
        QVERIFY(
            std::all_of(first->places.begin(), first->places.end(), [](float value) { return std::isfinite(value); }));
        settings.seed = 43;
        QVERIFY(layOutRows(sourceOf(rows, 30), settings)->places != first->places);
    }

    // Beyond the sample: a row that equals one of it lies where that does, the others among their neighbours.
    void theRestIsPlaced()
    {
        std::vector<float> rows;
        constexpr std::size_t dim = 16;
        for (int i = 0; i < 2600; ++i)
            for (std::size_t d = 0; d < dim; ++d)
                rows.push_back(static_cast<float>(8 * normalAt(7, static_cast<std::uint64_t>(i % 5) * dim + d) +
                                                  normalAt(8, static_cast<std::uint64_t>(i % 1300) * dim + d)));
        MapSettings settings;
        settings.sample = 1300;
        settings.epochs = 100;
        const auto made = layOutRows(sourceOf(rows, dim), settings);
        QCOMPARE(made->chosen.size(), std::size_t(1300));
        const std::set<std::uint32_t> chosen(made->chosen.begin(), made->chosen.end());
        std::size_t twins = 0;
        for (std::uint32_t i = 0; i < 1300; ++i)
            if (chosen.contains(i) != chosen.contains(i + 1300)) {
                ++twins;
                for (std::size_t axis = 0; axis < 2; ++axis)
                    QCOMPARE(made->places[2 * i + axis], made->places[2 * (i + 1300) + axis]);
            }
        QVERIFY(twins > 300);
        QVERIFY(trustworthiness({rows, dim, settings.metric}, doubles(made->places), 15, all(2600)) > 0.9);
    }

    void cancelsInEveryPhase()
    {
        const std::vector<float> rows = hardRows(m_random, 2500, 20);
        MapSettings settings;
        settings.sample = 2000;
        std::set<std::string> phases;
        layOutRows(sourceOf(rows, 20), settings, 2,
                   {{}, [&](std::uint64_t, std::uint64_t, std::string_view phase) { phases.emplace(phase); }});
        QVERIFY(phases.contains("neighbours") && phases.contains("lay out") && phases.contains("place the rest"));
        for (const std::string& wanted : phases) {
            std::stop_source stop;
            const auto made = layOutRows(sourceOf(rows, 20), settings, 2,
                                         {stop.get_token(), [&](std::uint64_t, std::uint64_t, std::string_view phase) {
                                              if (phase == wanted)
                                                  stop.request_stop();
                                          }});
            QVERIFY2(!made || wanted == "place the rest", wanted.c_str());
        }
    }

    // Of studies and of images; what was embedded since makes it stale; as a table with exactly its ids.
    void mapsOfALibrary()
    {
        MapLibrary made(40, m_random);
        made.embed(3, m_random);
        QVERIFY(has(fault([&] {
                        const EmbeddingIndex index = made.index();
                        makeMap(MapPoints(index, made.studies, MapLevel::Study), {});
                    }),
                    "a map wants 4"));
        made.embed(60, m_random);
        std::string before;
        for (const MapLevel level : {MapLevel::Study, MapLevel::Image}) {
            const EmbeddingIndex index = made.index();
            const MapPoints points(index, made.studies, level);
            MapSettings settings;
            settings.level = level;
            settings.epochs = 20;
            const EmbeddingMap map = *makeMap(points, settings);
            std::vector<std::int64_t> expected;
            for (std::size_t study = 0; study < index.size(); ++study)
                for (const IndexedImage& image : index.imagesOf(study))
                    if (level == MapLevel::Image || &image == index.imagesOf(study).data())
                        expected.push_back(level == MapLevel::Image ? image.image : made.studies[study]);
            QVERIFY(map.ids == expected && map.places.size() == 2 * expected.size());
            QCOMPARE(map.header.rowsHash, points.hash());
            QVERIFY(map.header.trustworthiness > 0 && map.header.measuredOn == expected.size());
            const fs::path file = mapFile(made.library->folder(), index.info(), settings);
            writeMap(file, map);
            const EmbeddingMap back = readMap(file);
            QVERIFY(back.ids == map.ids && back.places == map.places && back.header.settings == settings);
            writeMap(file, *makeMap(points, settings));
            const std::string bytes = readText(file);
            writeMap(file, map);
            QVERIFY(readText(file) == bytes);
            QCOMPARE(writeMapTable(*made.library, map, made.folder / "map.csv"), 0);
            const std::string table = readText(made.folder / "map.csv");
            QCOMPARE(std::count(table.begin(), table.end(), '\n'), static_cast<std::ptrdiff_t>(expected.size() + 1));
            for (const std::int64_t id : expected)
                QVERIFY(has(table, "," + std::to_string(id) + ","));
            before = points.hash();
        }
        QCOMPARE(storedMaps(made.library->folder()).size(), std::size_t(2));
        made.embed(5, m_random);
        const EmbeddingIndex index = made.index();
        QVERIFY(MapPoints(index, made.studies, MapLevel::Image).hash() != before);
    }

    // Cut or damaged anywhere: told, never shown; nothing else is taken for a map.
    void damagedFilesAreTold()
    {
        const Folder folder;
        EmbeddingMap map;
        map.header = {{}, "set", "model", "hash", "rows", 9, 9, 10, 0.9, 9};
        for (int i = 0; i < 9; ++i) {
            map.ids.push_back(i + 1);
            map.places.insert(map.places.end(), {static_cast<float>(i), 0.5F});
        }
        const fs::path file = folder / "maps/a.map";
        writeMap(file, map);
        const std::string whole = readText(file);
        for (int attempt = 0; attempt < 200; ++attempt) {
            std::string bytes = whole;
            if (attempt % 2 == 0)
                bytes.resize(m_random() % bytes.size());
            else
                bytes[bytes.size() - 1 - m_random() % (9 * 16)] ^= static_cast<char>(1 + m_random() % 255);
            writeAtomically(file, std::string_view(bytes));
            QVERIFY(has(fault([&] { readMap(file); }), "a.map"));
            QVERIFY(attempt % 2 != 0 || storedMaps(folder / ".").empty()); // cut
        }
        for (const char* text : {"", "{}", "{}\n", "[1]\n", "{\"format\":\"mama map\",\"version\":1}\n", "\n\n"}) {
            writeAtomically(file, std::string_view(text));
            QVERIFY(has(fault([&] { readMap(file); }), "a.map"));
            QVERIFY(storedMaps(folder / ".").empty());
        }
        QVERIFY(has(fault([&] { readMap(folder / "maps/none.map"); }), "none.map"));
    }

    void settingsOutOfRangeAreRefused()
    {
        for (const auto& [what, change] : std::initializer_list<std::pair<const char*, void (*)(MapSettings&)>>{
                 {"neighbours", [](MapSettings& s) { s.neighbours = 1; }},
                 {"min_dist", [](MapSettings& s) { s.minDist = 2; }},
                 {"min_dist", [](MapSettings& s) { s.minDist = NAN; }},
                 {"spread", [](MapSettings& s) { s.spread = 0; }},
                 {"epochs", [](MapSettings& s) { s.epochs = -1; }},
                 {"sample", [](MapSettings& s) { s.sample = 10; }}}) {
            MapSettings settings;
            change(settings);
            QVERIFY2(has(fault([&] { check(settings); }), what), what);
        }
        QVERIFY(has(fault([] { mapMethodByName("tsne"); }), "umap or pca"));
    }
};

QTEST_GUILESS_MAIN(TestLibraryMap)
#include "test_library_map.moc"
