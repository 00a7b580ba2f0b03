// Sets of embeddings on the disk, and exact search over them against a plain look at every row.
#include "core/base/files.h"
#include "core/library/embeddings/crc32c.h"
#include "core/library/embeddings/embedding_plan.h"
#include "core/library/embeddings/half_float.h"
#include "tests/core/library/embedding_support.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t dim = 37; // no multiple of any vector

std::string bytesOf(const fs::path& file) { return readText(file); }

void putBytes(const fs::path& file, const std::string& bytes) { writeAtomically(file, std::string_view(bytes)); }

std::vector<float> rowOf(const std::vector<float>& vector)
{
    std::vector<float> out;
    for (const float value : vector)
        out.push_back(floatOf(halfOf(value)));
    return out;
}

// A set of so many rows, committed one by one or at once.
std::vector<std::vector<float>> fill(const fs::path& folder, int rows, std::mt19937& random)
{
    std::vector<std::vector<float>> vectors;
    EmbeddingWriter writer(setInfo(folder, dim));
    for (int i = 0; i < rows; ++i) {
        vectors.push_back(unitVector(random, dim));
        writer.add(hashOf(i), i % 3, vectors.back());
        if (random() % 2)
            writer.commit();
    }
    writer.commit();
    return vectors;
}

// The scores of one study's images, fused as `mama query` does.
double fused(const std::vector<ImageScore>& images, FusionRule rule)
{
    std::vector<std::vector<double>> scores;
    std::vector<Side> sides;
    for (const ImageScore& image : images) {
        scores.push_back({image.score});
        sides.push_back(image.side);
    }
    return fuse(scores, sides, std::vector<bool>(sides.size(), true), rule).study.at(0);
}

} // namespace

class TestEmbeddings : public QObject
{
    Q_OBJECT
private:
    std::mt19937 m_random{freshSeed()};

private Q_SLOTS:
    // RFC 3720 B.4.
    void crcIsCastagnolis()
    {
        const std::string digits = "123456789", zeros(32, '\0'), ones(32, '\xFF');
        QCOMPARE(crc32c(std::as_bytes(std::span(digits))), 0xE3069283U);
        QCOMPARE(crc32c(std::as_bytes(std::span(zeros))), 0x8A9136AAU);
        QCOMPARE(crc32c(std::as_bytes(std::span(ones))), 0x62A8AB43U);
        for (std::size_t length = 0; length < 100; ++length) {
            std::string text(length, '\0');
            for (char& c : text)
                c = static_cast<char>(m_random());
            QCOMPARE(crc32c(std::as_bytes(std::span(text))), crc32cPortable(std::as_bytes(std::span(text))));
        }
    }

    // Every half comes back; between two of them the nearer one is taken, in the middle the even one.
    void halvesRoundToTheNearest()
    {
        for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
            const auto half = static_cast<std::uint16_t>(bits);
            if ((half & 0x7FFF) > 0x7C00) {
                QVERIFY(std::isnan(floatOf(half)) && std::isnan(floatOf(halfOf(floatOf(half)))));
                continue;
            }
            QCOMPARE(halfOf(floatOf(half)), half);
            if ((half & 0x7FFF) >= 0x7BFF)
                continue;
            const auto next = static_cast<std::uint16_t>(half + 1);
            const float a = floatOf(half), b = floatOf(next), middle = (a + b) / 2;
            QCOMPARE(halfOf(middle), half % 2 == 0 ? half : next);
            QCOMPARE(halfOf(std::nextafter(middle, a)), half);
            QCOMPARE(halfOf(std::nextafter(middle, b)), next);
        }
        QCOMPARE(halfOf(65519.99F), std::uint16_t(0x7BFF));
        QCOMPARE(halfOf(65520.0F), std::uint16_t(0x7C00));
        QCOMPARE(halfOf(-1e30F), std::uint16_t(0xFC00));
    }

    void kernelsMultiplyAlike()
    {
        qInfo() << "kernels:" << scanKernels().size();
        for (std::size_t length : {1, 7, 8, 16, 31, 64, 100, 512, 1152}) {
            const std::vector<float> a = unitVector(m_random, length), b = unitVector(m_random, length);
            std::vector<std::uint16_t> row;
            double expected = 0;
            for (std::size_t i = 0; i < length; ++i) {
                row.push_back(halfOf(a[i]));
                expected += static_cast<double>(floatOf(row[i])) * static_cast<double>(b[i]);
            }
            for (const ScanKernel kernel : scanKernels()) {
                const double is = static_cast<double>(rowProduct(kernel)(row.data(), b.data(), length));
                QVERIFY2(std::abs(is - expected) < 1e-6, name(kernel));
            }
        }
    }

    void rowsComeBack()
    {
        const Folder folder;
        const auto vectors = fill(folder / "set", 50, m_random);
        const EmbeddingSet set(folder / "set");
        QCOMPARE(set.size(), std::size_t(50));
        for (int i = 0; i < 50; ++i) {
            const auto row = set.find(hashOf(i), i % 3);
            QVERIFY(row && set.vector(*row) == rowOf(vectors[static_cast<std::size_t>(i)]));
            QVERIFY(!set.find(hashOf(i), 3));
        }
        QVERIFY(!set.find("no hash", 0) && !set.find(hashOf(99), 0));
        QVERIFY(set.info().identity == setInfo({}, dim).identity);
        QCOMPARE(set.info().modelName, std::string("model m"));
    }

    // Whatever a kill or a lost power leaves of rows and keys: all that is whole stays, the rest is asked for anew.
    void goesOnAfterAnyEnd()
    {
        for (int attempt = 0; attempt < 60; ++attempt) {
            const Folder folder;
            const fs::path set = folder / "set";
            const auto vectors = fill(set, 12, m_random);
            const std::string rows = bytesOf(set / "rows.f16"), keys = bytesOf(set / "keys.bin");
            const std::size_t keptKeys = m_random() % (keys.size() + 1);
            std::size_t whole = keptKeys / 40;
            std::string torn = rows;
            if (attempt % 3 == 0) { // rows that did not reach the disk
                const std::size_t kept = m_random() % (rows.size() + 1);
                torn.resize(kept);
                whole = std::min(whole, kept / (2 * dim));
            } else if (attempt % 3 == 1) { // or as zeros
                const std::size_t from = m_random() % 12;
                std::fill(torn.begin() + static_cast<std::ptrdiff_t>(from * 2 * dim), torn.end(), '\0');
                whole = std::min(whole, from);
            }
            putBytes(set / "rows.f16", torn + std::string(m_random() % 50, 'x'));
            putBytes(set / "keys.bin", keys.substr(0, keptKeys));
            {
                EmbeddingWriter writer(setInfo(set, dim));
                for (int i = 0; i < 12; ++i) {
                    QCOMPARE(writer.has(hashOf(i), i % 3), static_cast<std::size_t>(i) < whole);
                    writer.add(hashOf(i), i % 3, vectors[static_cast<std::size_t>(i)]);
                }
                writer.commit();
            }
            QCOMPARE(bytesOf(set / "rows.f16").size(), rows.size());
            QVERIFY(bytesOf(set / "rows.f16") == rows && bytesOf(set / "keys.bin") == keys);
        }
    }

    // One bit that turned in a row: it is computed again, the others are not.
    void aDamagedRowIsAskedForAgain()
    {
        const Folder folder;
        const fs::path set = folder / "set";
        const auto vectors = fill(set, 12, m_random);
        std::string rows = bytesOf(set / "rows.f16");
        rows[5 * 2 * dim + m_random() % (2 * dim)] ^= static_cast<char>(1 << m_random() % 8);
        putBytes(set / "rows.f16", rows);
        QCOMPARE(EmbeddingSet(set).damaged(), std::size_t(1));
        {
            EmbeddingWriter writer(setInfo(set, dim));
            for (int i = 0; i < 12; ++i)
                QCOMPARE(writer.has(hashOf(i), i % 3), i != 5);
            writer.add(hashOf(5), 5 % 3, vectors[5]);
            writer.commit();
        }
        const EmbeddingSet mended(set);
        QVERIFY(mended.vector(*mended.find(hashOf(5), 5 % 3)) == rowOf(vectors[5]));
        QCOMPARE(mended.size(), std::size_t(13));
    }

    void refusesWhatIsNot()
    {
        const Folder folder;
        const fs::path set = folder / "set";
        fill(set, 3, m_random);
        EmbeddingWriter writer(setInfo(set, dim));
        QVERIFY(has(fault([&] { EmbeddingWriter second(setInfo(set, dim)); }), "another process"));
        QVERIFY(has(fault([&] { writer.add(hashOf(9), 0, unitVector(m_random, dim + 1)); }), "38 values, 37 expected"));
        std::vector<float> odd = unitVector(m_random, dim);
        odd[3] = std::nanf("");
        QVERIFY(has(fault([&] { writer.add(hashOf(9), 0, odd); }), "finite"));
        fill(folder / "other", 1, m_random);
        QVERIFY(has(fault([&] { EmbeddingWriter other(setInfo(folder / "other", dim, "n")); }), "another model"));
        QVERIFY(has(fault([&] { EmbeddingSet none(folder / "none"); }), "meta.json"));
        for (const char* meta : {"{}", "{\"format\":\"mama embeddings\",\"version\":2}", "[1]", "{", ""}) {
            putBytes(set / "meta.json", meta);
            QVERIFY(has(fault([&] { EmbeddingSet wrong(set); }), "meta.json"));
        }
    }

    // Top 100, scores and best images under every rule, inside a filter, of a pair, by every kernel: as a plain look at
    // all rows in double precision has them.
    void searchIsExact()
    {
        const Folder folder;
        Library::create(folder / "l");
        Library library(folder / "l");
        importSet(library, someStudies(700, m_random));
        const std::vector<std::int64_t> studies = sortedStudies(library);
        std::vector<std::int64_t> ids = embeddingWork(library, studies, [](auto, int) { return false; }).left;
        std::map<std::int64_t, std::vector<float>> rows;
        std::vector<EmbeddedImage> notes;
        EmbeddingWriter writer(setInfo(folder / "l/embeddings/a", dim));
        for (const ImageToEmbed& image : imagesToEmbed(library, ids)) {
            if (m_random() % 10 == 0)
                continue; // has no row yet
            const auto vector = unitVector(m_random, dim);
            writer.add(hashOf(image.image), 0, vector);
            rows[image.image] = rowOf(vector);
            notes.push_back(found(image));
        }
        writer.commit();
        QCOMPARE(noteEmbedded(library, notes), std::int64_t(0));
        const EmbeddingIndex index(library, folder / "l/embeddings/a", studies);
        StudySet inside(studies.size());
        for (std::size_t i = 0; i < studies.size(); ++i)
            if (m_random() % 3)
                inside.add(i);
        const auto byStudy = imagesOf(library, studies);
        for (const FusionRule rule : {FusionRule::Maximum, FusionRule::Mean, FusionRule::MeanOfBreastMaxima})
            for (const bool filter : {false, true}) {
                EmbeddingQuestion question{differenceOf(unitVector(m_random, dim), unitVector(m_random, dim)), rule};
                question.inside = filter ? &inside : nullptr;
                question.kernel = scanKernels()[m_random() % scanKernels().size()];
                std::vector<std::pair<double, std::size_t>> expected;
                for (std::size_t s = 0; s < studies.size(); ++s) {
                    std::vector<ImageScore> hung, all;
                    for (const LibraryImage& image : byStudy[s])
                        if (rows.contains(image.id)) {
                            const auto& row = rows[image.id];
                            double sum = 0;
                            for (std::size_t k = 0; k < dim; ++k)
                                sum += static_cast<double>(row[k]) * static_cast<double>(question.vector[k]);
                            all.push_back({image.id, image.side, sum});
                            if (image.slot != Slot::Extra)
                                hung.push_back(all.back());
                        }
                    if (!all.empty() && (!filter || inside.has(s)))
                        expected.emplace_back(fused(hung.empty() ? all : hung, rule), s);
                }
                std::sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) {
                    return a.first != b.first ? a.first > b.first : a.second < b.second;
                });
                const auto scores = index.scores(question);
                QCOMPARE(std::count_if(scores.begin(), scores.end(), [](float f) { return !std::isnan(f); }),
                         static_cast<std::ptrdiff_t>(expected.size()));
                const auto best = index.best(question, 100);
                QCOMPARE(best.size(), std::size_t(100));
                for (std::size_t i = 0; i < best.size(); ++i) {
                    QCOMPARE(std::size_t(best[i].study), expected[i].second);
                    QVERIFY(std::abs(best[i].score - expected[i].first) < 1e-12);
                    QVERIFY(std::abs(static_cast<double>(scores[best[i].study]) - best[i].score) < 1e-5);
                    const auto images = index.imageScores(question.vector, best[i].study);
                    const auto highest = std::max_element(images.begin(), images.end(),
                                                          [](auto& a, auto& b) { return a.score < b.score; });
                    QCOMPARE(best[i].best.image, highest->image);
                }
            }
        QVERIFY(has(fault([&] { index.scores({{1, 2}}); }), "a vector of 2 numbers"));
        const auto image = rows.begin();
        QVERIFY(index.vectorOf(image->first) == image->second);
        QVERIFY(index.vectorOf(hashOf(image->first), 0) == image->second);
        QVERIFY(!index.vectorOf(-1));
    }

    // Equal rows everywhere: the order is that of the studies, and nothing is left out.
    void tiesStayInOrder()
    {
        const Folder folder;
        Library::create(folder / "l");
        Library library(folder / "l");
        importSet(library, someStudies(60, m_random));
        const std::vector<std::int64_t> studies = sortedStudies(library);
        const auto vector = unitVector(m_random, dim);
        EmbeddingWriter writer(setInfo(folder / "l/embeddings/a", dim));
        std::vector<EmbeddedImage> notes;
        for (const auto& image :
             imagesToEmbed(library, embeddingWork(library, studies, [](auto, int) { return false; }).left)) {
            writer.add(hashOf(image.image), 0, vector);
            notes.push_back(found(image));
        }
        writer.commit();
        noteEmbedded(library, notes);
        const EmbeddingIndex index(library, folder / "l/embeddings/a", studies);
        const auto best = index.best({vector}, 10);
        std::vector<std::uint32_t> expected;
        for (std::uint32_t s = 0; expected.size() < 10; ++s)
            if (index.has(s))
                expected.push_back(s);
        for (std::size_t i = 0; i < best.size(); ++i)
            QCOMPARE(best[i].study, expected[i]);
        QVERIFY(index.best({vector}, 0).empty());
        QCOMPARE(index.best({vector}, 1000).size(), index.studiesWithRows());
    }

    // A plan shared out over workers that never open the library, and joined: as if it had been done in one piece.
    void shardsJoin()
    {
        const Folder folder;
        Library::create(folder / "l");
        Library library(folder / "l");
        importSet(library, someStudies(50, m_random));
        const std::vector<std::int64_t> studies = sortedStudies(library);
        const auto count = writePlan(library, setInfo({}, dim), studies, folder / "plan.jsonl");
        const auto work = embeddingWork(library, studies, [](auto, int) { return false; });
        QCOMPARE(*count, static_cast<std::int64_t>(work.left.size()));
        std::size_t planned = 0;
        for (int part = 1; part <= 3; ++part) {
            const EmbeddingPlan plan = readPlan(folder / "plan.jsonl", {part, 3});
            QCOMPARE(plan.modelHash, std::string("m"));
            planned += plan.images.size();
            const fs::path shard = folder / "shards" / std::to_string(part);
            EmbeddingWriter writer(setInfo(shard, dim));
            std::string lines;
            for (const ImageToEmbed& image : plan.images) {
                writer.add(hashOf(image.image), 0, unitVector(m_random, dim));
                lines += jsonLine(found(image)) + "\n";
            }
            writer.commit();
            putBytes(shard / "images.jsonl", lines + "{\"image\":7,\"fi");
        }
        QCOMPARE(planned, work.left.size());
        const auto collected = collectShards(library, folder / "shards", "m");
        QCOMPARE(collected->rows, static_cast<std::int64_t>(planned));
        QCOMPARE(collected->images, static_cast<std::int64_t>(planned));
        QCOMPARE(collected->strange, std::int64_t(0));
        const auto sets = embeddingSets(library.folder());
        QCOMPARE(sets.size(), std::size_t(1));
        const EmbeddingSet set(sets.front().folder);
        const auto after = embeddingWork(
            library, studies, [&](std::string_view hash, int frame) { return set.find(hash, frame).has_value(); });
        QCOMPARE(after.done, after.images);
        QCOMPARE(*writePlan(library, setInfo({}, dim), studies, folder / "plan.jsonl"), std::int64_t(0));
        QCOMPARE(collectShards(library, folder / "shards", "m")->rows, std::int64_t(0));
        QVERIFY(has(fault([&] { collectShards(library, folder / "shards", "n"); }), "another model"));
        QVERIFY(has(fault([&] { collectShards(library, folder / "l/none", "m"); }), "no folder with embeddings"));
        putBytes(folder / "plan.jsonl", bytesOf(folder / "plan.jsonl") + "{\"image\":");
        QVERIFY(has(fault([&] { readPlan(folder / "plan.jsonl", {}); }), "line 2"));
        for (const char* wrong : {"", "3", "0/2", "3/2", "1/2x", "a/b", "-1/2"})
            QVERIFY(!fault([&] { shardFromText(wrong); }).empty());
    }
};

QTEST_GUILESS_MAIN(TestEmbeddings)
#include "test_embeddings.moc"
