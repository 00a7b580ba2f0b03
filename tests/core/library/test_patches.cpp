// Sets of patches on the disk, their sign codes, and the search for a region against a plain look at every patch.
#include "core/base/files.h"
#include "core/library/patches/patch_index.h"
#include "core/library/patches/patch_writer.h"
#include "tests/core/library/embedding_support.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t dim = 70; // of two words, and no multiple of any vector
constexpr int gridRows = 6, gridColumns = 5;

// An image of 800 x 1000 pixels that a model of 50 x 60 pixels and patches of 10 has seen through a crop.
Geometry someGeometry(std::mt19937& random)
{
    Geometry::Chain chain;
    chain.storedColumns = 800;
    chain.storedRows = 1000;
    chain.resizedColumns = 400;
    chain.resizedRows = 500;
    chain.padLeft = static_cast<int>(random() % 20);
    chain.crop = {static_cast<int>(random() % 30), static_cast<int>(random() % 30), 330, 440};
    chain.inputColumns = 50;
    chain.inputRows = 60;
    chain.inputSize = {50, 60};
    chain.patch = {10, 10};
    return Geometry(chain);
}

// What a model made of an image.
struct Seen
{
    Geometry geometry;
    std::vector<float> patches;
    std::vector<std::uint8_t> isBreast;

    SeenPatches view() const { return {geometry, gridRows, gridColumns, patches, isBreast}; }
};

Seen someSeen(std::mt19937& random)
{
    Seen seen;
    seen.geometry = someGeometry(random);
    for (int cell = 0; cell < gridRows * gridColumns; ++cell) {
        const auto vector = unitVector(random, dim);
        seen.patches.insert(seen.patches.end(), vector.begin(), vector.end());
        seen.isBreast.push_back(random() % 3 ? 1 : 0);
    }
    return seen;
}

std::map<std::string, std::string> filesOf(const fs::path& set)
{
    std::map<std::string, std::string> out;
    for (const char* file : {"images.bin", "rows.i8", "places.bin"})
        out[file] = readText(set / file);
    return out;
}

void putBytes(const fs::path& file, const std::string& bytes) { writeAtomically(file, std::string_view(bytes)); }

std::vector<Seen> fill(const fs::path& folder, int images, std::mt19937& random)
{
    std::vector<Seen> all;
    PatchWriter writer(setInfo(folder, dim));
    for (int i = 0; i < images; ++i) {
        all.push_back(someSeen(random));
        writer.add(hashOf(i), i % 3, all.back().view());
        if (random() % 2)
            writer.commit();
    }
    writer.commit();
    return all;
}

double product(std::span<const float> a, std::span<const float> b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

// A library with patches of nine in ten of its images.
struct PatchLibrary
{
    PatchLibrary(std::uint32_t count, std::mt19937& random)
    {
        Library::create(folder / "l");
        library = std::make_unique<Library>(folder / "l");
        importSet(*library, someStudies(count, random));
        studies = sortedStudies(*library);
        set = patchFolder(folder / "l", setInfo({}, dim).identity);
        PatchWriter writer(setInfo(set, dim));
        std::vector<EmbeddedImage> notes;
        const auto left = embeddingWork(*library, studies, [](auto, int) { return false; }).left;
        for (const ImageToEmbed& image : imagesToEmbed(*library, left)) {
            notes.push_back(found(image));
            if (random() % 10 == 0)
                continue;
            Seen seen = someSeen(random);
            seen.isBreast[0] = 1;
            writer.add(hashOf(image.image), 0, seen.view());
            images.push_back(image.image);
        }
        writer.commit();
        noteEmbedded(*library, notes);
    }
    PatchIndex index() const { return PatchIndex::open(*library, set, studies).value(); }

    Folder folder;
    std::unique_ptr<Library> library;
    std::vector<std::int64_t> studies, images;
    fs::path set;
};

} // namespace

class TestPatches : public QObject
{
    Q_OBJECT
private:
    std::mt19937 m_random{freshSeed()};

    RegionPatches someRegion(std::size_t cells)
    {
        RegionPatches region;
        for (std::size_t i = 0; i < cells; ++i) {
            const auto vector = unitVector(m_random, dim);
            region.vectors.insert(region.vectors.end(), vector.begin(), vector.end());
        }
        return region;
    }

private Q_SLOTS:
    void kernelsAgree()
    {
        for (const std::size_t length : {1, 7, 16, 32, 33, 100, 128, 512}) {
            const std::vector<float> query = unitVector(m_random, length);
            std::vector<std::int8_t> row(length);
            double expected = 0;
            for (std::size_t i = 0; i < length; ++i) {
                row[i] = static_cast<std::int8_t>(static_cast<int>(m_random() % 255) - 127);
                expected += static_cast<double>(row[i]) * static_cast<double>(query[i]);
            }
            std::vector<std::uint64_t> codes(12), asked(3);
            for (std::uint64_t& word : codes)
                word = (std::uint64_t{m_random()} << 32) | m_random();
            for (std::uint64_t& word : asked)
                word = (std::uint64_t{m_random()} << 32) | m_random();
            for (const ScanKernel kernel : scanKernels()) {
                const double is = static_cast<double>(patchProduct(kernel)(row.data(), query.data(), length));
                QVERIFY2(std::abs(is - expected) < 1e-3, name(kernel));
                std::vector<std::uint16_t> distances(4);
                codeDistances(kernel)(codes.data(), 4, 3, asked.data(), distances.data());
                for (std::size_t i = 0; i < 4; ++i) {
                    int bits = 0;
                    for (std::size_t bit = 0; bit < 192; ++bit)
                        bits += static_cast<int>((codes[3 * i + bit / 64] ^ asked[bit / 64]) >> (bit % 64) & 1);
                    QCOMPARE(int(distances[i]), bits);
                }
            }
        }
    }

    // Of each image the patches in the breast, in the grid's order, to half a step of the largest value; of unit
    // length.
    void patchesComeBack()
    {
        const Folder folder;
        const auto all = fill(folder / "set", 20, m_random);
        const PatchSet set(folder / "set");
        QCOMPARE(set.size(), std::size_t(20));
        for (int i = 0; i < 20; ++i) {
            const Seen& seen = all[static_cast<std::size_t>(i)];
            const auto image = set.find(hashOf(i), i % 3);
            QVERIFY(image && !set.find(hashOf(i), 3));
            QVERIFY(set.geometry(*image).toJson() == seen.geometry.toJson());
            const PatchesOfImage patches = set.image(*image);
            std::size_t patch = 0;
            for (std::size_t cell = 0; cell < seen.isBreast.size(); ++cell) {
                if (seen.isBreast[cell] == 0)
                    continue;
                QCOMPARE(std::size_t(patches.places[patch].row * gridColumns + patches.places[patch].column), cell);
                const auto is = set.vector(*image, patch);
                QVERIFY(std::abs(product(is, is) - 1) < 1e-6);
                const auto was = std::span(seen.patches).subspan(cell * dim, dim);
                const float largest = std::abs(*std::max_element(
                    was.begin(), was.end(), [](float a, float b) { return std::abs(a) < std::abs(b); }));
                for (std::size_t k = 0; k < dim; ++k) // the length's own rounding beside that of a value
                    QVERIFY(std::abs(is[k] - was[k]) < largest / 127 * 0.6F + 0.01F * std::abs(was[k]));
                ++patch;
            }
            QCOMPARE(patch, patches.size());
        }
        QCOMPARE(set.bytes(), filesOf(folder / "set")["images.bin"].size() + filesOf(folder / "set")["rows.i8"].size() +
                                  filesOf(folder / "set")["places.bin"].size());
    }

    // Whatever a kill or a lost power leaves of the files: all that is whole stays, the rest is asked for anew.
    void goesOnAfterAnyEnd()
    {
        for (int attempt = 0; attempt < 60; ++attempt) {
            const Folder folder;
            const fs::path set = folder / "set";
            const auto all = fill(set, 12, m_random);
            const auto files = filesOf(set);
            const std::size_t record = files.at("images.bin").size() / 12;
            const std::size_t keptRecords = m_random() % (files.at("images.bin").size() + 1);
            std::size_t whole = keptRecords / record;
            std::string rows = files.at("rows.i8");
            const PatchSet before(set);
            const auto end = [&](std::size_t image) { // of its rows, in bytes
                const PatchesOfImage each = before.image(static_cast<std::uint32_t>(image));
                return (each.first + each.size()) * dim;
            };
            if (attempt % 3 == 0) // rows that did not reach the disk
                rows.resize(m_random() % (rows.size() + 1));
            else if (attempt % 3 == 1) // or as zeros
                std::fill(rows.begin() + static_cast<std::ptrdiff_t>(m_random() % rows.size()), rows.end(), '\0');
            while (whole > 0 && (end(whole - 1) > rows.size() ||
                                 rows.compare(0, end(whole - 1), files.at("rows.i8"), 0, end(whole - 1)) != 0))
                --whole;
            putBytes(set / "rows.i8", rows + std::string(attempt % 3 == 0 ? 0 : m_random() % 50, 'x'));
            putBytes(set / "images.bin", files.at("images.bin").substr(0, keptRecords));
            {
                PatchWriter writer(setInfo(set, dim));
                for (int i = 0; i < 12; ++i) {
                    QCOMPARE(writer.has(hashOf(i), i % 3), static_cast<std::size_t>(i) < whole);
                    writer.add(hashOf(i), i % 3, all[static_cast<std::size_t>(i)].view());
                }
                writer.commit();
            }
            QVERIFY(filesOf(set) == files);
        }
    }

    // One bit that turned in a row: the image is passed over, and made again.
    void aDamagedImageIsMadeAgain()
    {
        const Folder folder;
        const fs::path set = folder / "set";
        const auto all = fill(set, 12, m_random);
        std::string rows = readText(set / "rows.i8");
        const PatchesOfImage fifth = PatchSet(set).image(5);
        QVERIFY(fifth.size() > 0);
        rows[fifth.first * dim + m_random() % (fifth.size() * dim)] ^= static_cast<char>(1 << m_random() % 8);
        putBytes(set / "rows.i8", rows);
        const PatchSet damaged(set);
        const auto codes = PatchCodes::of(damaged);
        QCOMPARE(codes->damaged(), std::size_t(1));
        QVERIFY(!codes->isSound(5));
        {
            PatchWriter writer(setInfo(set, dim));
            for (int i = 0; i < 12; ++i)
                QCOMPARE(writer.has(hashOf(i), i % 3), i != 5);
            writer.add(hashOf(5), 5 % 3, all[5].view());
            writer.commit();
        }
        const PatchSet mended(set);
        QCOMPARE(mended.size(), std::size_t(13));
        QCOMPARE(*mended.find(hashOf(5), 5 % 3), std::uint32_t(12));
        QVERIFY(PatchCodes::of(mended)->isSound(12));
    }

    // A bit a dimension, above the mean of all patches; kept, and made anew when the set has grown.
    void codesAreSigns()
    {
        const Folder folder;
        const fs::path folderOfSet = folder / "set";
        fill(folderOfSet, 15, m_random);
        const PatchSet set(folderOfSet);
        std::vector<double> sum(dim, 0);
        std::vector<std::vector<float>> vectors;
        for (std::uint32_t image = 0; image < set.size(); ++image)
            for (std::size_t patch = 0; patch < set.image(image).size(); ++patch) {
                vectors.push_back(set.vector(image, patch));
                for (std::size_t i = 0; i < dim; ++i)
                    sum[i] += static_cast<double>(vectors.back()[i]);
            }
        QVERIFY(PatchCodes::keep(set));
        QVERIFY(fs::exists(folderOfSet / "codes.bin"));
        const auto codes = PatchCodes::of(set);
        for (std::size_t i = 0; i < dim; ++i)
            QVERIFY(std::abs(static_cast<double>(codes->mean()[i]) - sum[i] / static_cast<double>(vectors.size())) <
                    1e-5);
        for (std::size_t patch = 0; patch < vectors.size(); ++patch) {
            QVERIFY(std::equal(codes->code(patch), codes->code(patch) + codes->words(),
                               codes->codeOf(vectors[patch]).begin()));
            for (std::size_t i = 0; i < dim; ++i)
                QCOMPARE((codes->code(patch)[i / 64] >> (i % 64) & 1) != 0, vectors[patch][i] > codes->mean()[i]);
        }
        const std::string before = readText(folderOfSet / "codes.bin");
        {
            PatchWriter writer(setInfo(folderOfSet, dim));
            writer.add(hashOf(99), 0, someSeen(m_random).view());
            writer.commit();
        }
        const PatchSet grown(folderOfSet);
        QVERIFY(PatchCodes::keep(grown));
        QVERIFY(readText(folderOfSet / "codes.bin").size() > before.size());
        putBytes(folderOfSet / "codes.bin", readText(folderOfSet / "codes.bin").replace(100, 1, "?"));
        const auto mended = PatchCodes::of(grown); // what is damaged is made anew
        QVERIFY(mended && mended->words() == 2);
    }

    void refusesWhatIsNot()
    {
        const Folder folder;
        const fs::path set = folder / "set";
        fill(set, 3, m_random);
        PatchWriter writer(setInfo(set, dim));
        QVERIFY(has(fault([&] { PatchWriter second(setInfo(set, dim)); }), "another process"));
        QVERIFY(has(fault([&] { removePatches(PatchSet(set).info()); }), "another process"));
        Seen odd = someSeen(m_random);
        odd.patches[3] = std::nanf("");
        QVERIFY(has(fault([&] { writer.add(hashOf(9), 0, odd.view()); }), "finite"));
        odd = someSeen(m_random);
        odd.isBreast.pop_back();
        QVERIFY(has(fault([&] { writer.add(hashOf(9), 0, odd.view()); }), "expected"));
        fill(folder / "other", 1, m_random);
        QVERIFY(has(fault([&] { PatchWriter other(setInfo(folder / "other", dim, "n")); }), "another model"));
        QVERIFY(has(fault([&] { PatchSet none(folder / "none"); }), "meta.json"));
        for (const char* wrong : {"", "1,2,3", "1,2,3,4,", "1,2,0,4", "1,2,3,-4", "a,2,3,4", "1;2;3;4", "1,2,inf,4"})
            QVERIFY(!fault([&] { boxFromText(wrong); }).empty());
        QCOMPARE(boxFromText("1.5,2,3,4"), (ImageBox{1.5, 2, 4.5, 6}));
        QCOMPARE(boxFromCorners("1.5,2,3,4"), (ImageBox{1.5, 2, 3, 4}));
        for (const char* wrong : {"", "1,2,3", "1,2,1,4", "3,2,1,4", "1,2,3,2", "1,2,nan,4", "1,2,3,4,5", "1 ,2,3,4"})
            QVERIFY(!fault([&] { boxFromCorners(wrong); }).empty());
    }

    // Those whose centre lies in the box, else the one under its centre, and none beside the breast.
    void cellsLieUnderTheBox()
    {
        for (int attempt = 0; attempt < 200; ++attempt) {
            const Seen seen = someSeen(m_random);
            const auto upTo = [&](double most) { return std::uniform_real_distribution(1.0, most)(m_random); };
            const double x = upTo(800), y = upTo(1000);
            const ImageBox box{x, y, x + upTo(300), y + upTo(300)};
            std::vector<std::array<int, 2>> expected;
            for (int row = 0; row < gridRows; ++row)
                for (int column = 0; column < gridColumns; ++column) {
                    const auto [from, to] = seen.geometry.patchCorners(row, column);
                    const double across = (from.x + to.x) / 2, down = (from.y + to.y) / 2;
                    if (seen.isBreast[static_cast<std::size_t>(row * gridColumns + column)] && across >= box.x0 &&
                        across < box.x1 && down >= box.y0 && down < box.y1)
                        expected.push_back({row, column});
                }
            std::size_t under = 0;
            const auto cells = cellsUnder(seen.geometry, box, seen.isBreast, &under);
            if (!expected.empty()) {
                QCOMPARE(under, expected.size());
                QCOMPARE(cells.size(), std::min(expected.size(), RegionPatches::mostCells));
                for (const auto& cell : cells)
                    QVERIFY(std::find(expected.begin(), expected.end(), cell) != expected.end());
                continue;
            }
            const auto middle = seen.geometry.patchAt({(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2});
            const bool there =
                middle && seen.isBreast[static_cast<std::size_t>(middle->first * gridColumns + middle->second)];
            QCOMPARE(cells.size(), std::size_t(there ? 1 : 0));
        }
    }

    // Ranked images, scores and places, also inside a filter, by every kernel: as a plain look at all patches in double
    // precision has them.
    void nearestAreExact()
    {
        const PatchLibrary made(120, m_random);
        const PatchIndex index = made.index();
        QCOMPARE(index.images(), made.images.size());
        const auto byStudy = imagesOf(*made.library, made.studies);
        StudySet inside(made.studies.size());
        for (std::size_t i = 0; i < made.studies.size(); ++i)
            if (m_random() % 3)
                inside.add(i);
        for (const std::size_t cells : {1, 4})
            for (const bool filter : {false, true}) {
                RegionQuestion question;
                question.region = someRegion(cells);
                question.inside = filter ? &inside : nullptr;
                question.stages = RegionStages::Exact;
                question.kernel = scanKernels()[m_random() % scanKernels().size()];
                std::map<std::int64_t, double> expected;
                for (std::size_t study = 0; study < byStudy.size(); ++study)
                    for (const LibraryImage& image : byStudy[study])
                        if (index.has(image.id) && (!filter || inside.has(study))) {
                            const auto record = *index.set().find(hashOf(image.id), 0);
                            double sum = 0;
                            for (std::size_t cell = 0; cell < cells; ++cell) {
                                double best = -2;
                                for (std::size_t patch = 0; patch < index.set().image(record).size(); ++patch)
                                    best = std::max(
                                        best, product(index.set().vector(record, patch),
                                                      std::span(question.region.vectors).subspan(cell * dim, dim)));
                                sum += best;
                            }
                            expected[image.id] = sum / static_cast<double>(cells);
                        }
                const FoundImages found = index.nearest(question, 100000);
                QVERIFY(found.exact);
                QCOMPARE(found.images.size(), expected.size());
                for (std::size_t i = 0; i < found.images.size(); ++i) {
                    const FoundImage& each = found.images[i];
                    QVERIFY(std::abs(each.score - expected.at(each.image)) < 1e-5);
                    QVERIFY(i == 0 || each.score <= found.images[i - 1].score);
                    const auto [from, to] = index.set().geometry(each.record).patchCorners(each.cell[0], each.cell[1]);
                    QCOMPARE(each.place, (ImageBox{from.x, from.y, to.x, to.y}));
                }
            }
        RegionQuestion odd;
        odd.region.vectors = {1, 2};
        QVERIFY(has(fault([&] { index.nearest(odd, 1); }), "vectors of"));
    }

    // A box finds the image that it is drawn on, with 1, and its own place; by two stages, too.
    void aBoxFindsItselfFirst()
    {
        const PatchLibrary made(120, m_random);
        const PatchIndex index = made.index();
        for (int attempt = 0; attempt < 60; ++attempt) {
            const std::int64_t image = made.images[m_random() % made.images.size()];
            const auto record = *index.set().find(hashOf(image), 0);
            const PatchesOfImage patches = index.set().image(record);
            const PatchPlace& place = patches.places[m_random() % patches.size()];
            const auto [from, to] = index.set().geometry(record).patchCorners(place.row, place.column);
            RegionQuestion question;
            question.region = index.under(image, {from.x, from.y, to.x + attempt % 3 * 100, to.y});
            question.stages = attempt % 2 ? RegionStages::Two : RegionStages::Exact;
            question.threads = 1 + attempt % 3;
            const FoundImages found = index.nearest(question, 5);
            QCOMPARE(found.exact, attempt % 2 == 0);
            QCOMPARE(found.images.front().image, image);
            QVERIFY(std::abs(found.images.front().score - 1) < 1e-5);
            const auto& cells = question.region.cells; // and where it was drawn
            QVERIFY(std::find(cells.begin(), cells.end(), found.images.front().cell) != cells.end());
        }
        QVERIFY(has(fault([&] { index.under(made.images.front(), {-500, -500, -400, -400}); }), "no patch"));
        QVERIFY(has(fault([&] { index.under(-1, {0, 0, 9, 9}); }), "no patches of this image"));
    }

    // What two stages find has its exact score, whatever the threads; what they miss is what the recall says.
    void twoStagesScoreExactly()
    {
        const PatchLibrary made(200, m_random);
        const PatchIndex index = made.index();
        RegionQuestion question;
        question.region = someRegion(3);
        question.stages = RegionStages::Exact;
        std::map<std::int64_t, double> exact;
        for (const FoundImage& each : index.nearest(question, 100000).images)
            exact[each.image] = each.score;
        question.stages = RegionStages::Two;
        question.candidates = 300;
        question.threads = 1;
        const auto one = index.nearest(question, 20).images;
        question.threads = 3;
        const auto three = index.nearest(question, 20).images;
        QCOMPARE(one.size(), std::size_t(20));
        for (std::size_t i = 0; i < one.size(); ++i) {
            QCOMPARE(one[i].image, three[i].image);
            QCOMPARE(one[i].score, exact.at(one[i].image));
        }
        const auto recall = index.measureRecall(10, 2);
        QVERIFY(recall && recall->recall > 0 && recall->recall <= 1);
        QVERIFY(!index.measured());
        index.keepMeasured(*recall);
        QCOMPARE(index.measured()->recall, recall->recall);
        std::stop_source stopped;
        stopped.request_stop();
        QVERIFY(!index.measureRecall(10, 2, {stopped.get_token(), {}}));
    }

    void setsAreListedAndRemoved()
    {
        const PatchLibrary made(20, m_random);
        const fs::path library = made.folder / "l";
        QCOMPARE(patchSets(library).size(), std::size_t(1));
        QCOMPARE(patchSetMeant(library, "").folder, made.set);
        QCOMPARE(patchSetMeant(library, "model m").folder, made.set);
        QVERIFY(has(fault([&] { patchSetMeant(library, "x"); }), "model m"));
        QVERIFY(embeddingSets(library).empty()); // another kind of set
        removePatches(patchSets(library).front());
        QVERIFY(patchSets(library).empty() && !fs::exists(made.set));
        QVERIFY(has(fault([&] { patchSetMeant(library, ""); }), "there are no patches"));
    }
};

QTEST_GUILESS_MAIN(TestPatches)
#include "test_patches.moc"
