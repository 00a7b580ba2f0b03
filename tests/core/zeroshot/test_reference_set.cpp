#include "core/base/error.h"
#include "core/base/files.h"
#include "core/weights/files/weight_file.h"
#include "core/zeroshot/encoded_image.h"
#include "core/zeroshot/reference_builder.h"
#include "core/zeroshot/study_encoder.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>
#include <set>

using namespace mama;

namespace {

std::vector<float> direction(double angle)
{
    return {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
}

// A study of a right and a left image whose embeddings stand at these angles, with one patch each in the breast and one
// in the air.
EncodedStudy studyOf(double right, double left)
{
    EncodedStudy study;
    for (const auto& [side, angle] : {std::pair(Side::Right, right), std::pair(Side::Left, left)}) {
        auto encoded = std::make_shared<EncodedImage>();
        encoded->dim = 2;
        encoded->rows = 1;
        encoded->columns = 2;
        encoded->global = direction(angle);
        encoded->patches = direction(angle);
        const auto air = direction(3);
        encoded->patches.insert(encoded->patches.end(), air.begin(), air.end());
        encoded->breast = {1, 0};
        encoded->inside = {1, 1};
        ScoredImage image;
        image.image.side = side;
        image.encoded = std::move(encoded);
        study.images.push_back(std::move(image));
    }
    return study;
}

constexpr int studies = 40;
double rightOf(int i) { return 0.01 + 0.03 * i; }
double leftOf(int i) { return 0.02 + 0.03 * i; }

ReferenceSet madeOf(std::size_t patches, std::uint64_t seed = 1)
{
    ReferenceBuilder builder("angles", "0123", patches, seed);
    for (int i = 0; i < studies; ++i)
        builder.add(studyOf(rightOf(i), leftOf(i)));
    return builder.set();
}

} // namespace

// Against angles of which every cosine, and so every rank, is known.
class TestReferenceSet : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ranksAreSharesOfWhatScoresLower()
    {
        const ReferenceSet set = madeOf(1000);
        QCOMPARE(set.studies, std::int64_t{studies});
        QCOMPARE(set.count(), std::size_t{2 * studies});
        const std::vector<float> text = direction(0); // the smaller the angle the higher the cosine
        const ReferenceRanks ranks(set, text, FusionRule::Maximum);
        for (const int i : {0, 7, studies - 1}) {
            const double between = std::cos((rightOf(i) + leftOf(i)) / 2); // above the left image's, below the right's
            QCOMPARE(ranks.ofImage(between), (2.0 * (studies - 1 - i) + 1) / (2 * studies));
            QCOMPARE(ranks.ofBreast(between), (2.0 * (studies - 1 - i) + 1) / (2 * studies));
            QCOMPARE(ranks.ofStudy(between), static_cast<double>(studies - 1 - i) / studies);
        }
        QCOMPARE(ranks.ofStudy(1.1), 1.0);
        QCOMPARE(ranks.ofStudy(-1.1), 0.0);
        QVERIFY(std::isnan(ranks.ofStudy(std::numeric_limits<double>::quiet_NaN())));
        const ReferenceRanks means(set, text, FusionRule::Mean); // fused by the rule that is asked
        const double mean = (std::cos(rightOf(5)) + std::cos(leftOf(5))) / 2;
        QCOMPARE(means.ofStudy(mean + 1e-4), static_cast<double>(studies - 5) / studies);
        QCOMPARE(means.ofStudy(mean - 1e-4), static_cast<double>(studies - 6) / studies);
    }

    void rangeIsOfTheBreastsPatches()
    {
        const auto range = referenceRange(patchCosines(madeOf(1000), direction(0)));
        QVERIFY(range);
        std::vector<double> cosines;
        for (int i = 0; i < studies; ++i)
            for (const double angle : {rightOf(i), leftOf(i)})
                cosines.push_back(std::cos(angle));
        std::sort(cosines.begin(), cosines.end()); // air, at 3 radians, would be below them all
        QVERIFY(std::abs(range->first - cosines[40]) < 1e-4);
        QVERIFY(std::abs(range->second - cosines[78]) < 1e-4);
        QVERIFY(!referenceRange(patchCosines(madeOf(0), direction(0))));
    }

    void patchesAreASeededSample()
    {
        const ReferenceSet set = madeOf(20);
        QCOMPARE(set.patches.size(), std::size_t{40});
        QCOMPARE(set.patches, madeOf(20).patches);
        QVERIFY(set.patches != madeOf(20, 2).patches);
        // Each patch has the same chance: over many seeds the second half fills half of the sample
        int all = 0, second = 0;
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            const ReferenceSet one = madeOf(20, seed);
            for (std::size_t i = 0; i < one.patches.size(); i += 2) {
                ++all;
                second += std::atan2(one.patches[i + 1], one.patches[i]) > rightOf(studies / 2) - 0.005 ? 1 : 0;
            }
        }
        QVERIFY2(std::abs(second / static_cast<double>(all) - 0.5) < 0.03, qPrintable(QString::number(second)));
    }

    void fileGivesItBack()
    {
        const ReferenceSet set = madeOf(30);
        set.write(file());
        const LoadedReference found = findReference(m_folder.path().toStdString(), "0123", 2);
        QVERIFY2(found.set && found.problem.empty(), found.problem.english().c_str());
        QCOMPARE(found.set->name, set.name);
        QCOMPARE(found.set->study, set.study);
        QVERIFY(found.set->sides == set.sides);
        QCOMPARE(found.set->patches.size(), set.patches.size());
        QCOMPARE(found.set->hash.size(), std::size_t{64});
        for (std::size_t i = 0; i < set.images.size(); ++i)
            QVERIFY(std::abs(found.set->images[i] - set.images[i]) < 4e-5F);
    }

    // Means by view and cell, with the place of each sampled patch; both come back from the file.
    void meansAreOfEachCell()
    {
        ReferenceBuilder builder("angles", "0123", 1000, 1);
        for (int i = 0; i < studies; ++i) {
            EncodedStudy study = studyOf(rightOf(i), leftOf(i));
            for (ScoredImage& image : study.images)
                image.image.view = "CC"; // no slot: by side and view
            builder.add(study);
        }
        const ReferenceSet set = builder.set();
        QCOMPARE(set.counts, (std::vector<std::int32_t>{studies, 0, studies, 0, 0, 0, 0, 0}));
        double x = 0, y = 0;
        for (int i = 0; i < studies; ++i) {
            x += std::cos(leftOf(i)) / studies;
            y += std::sin(leftOf(i)) / studies;
        }
        for (const std::size_t place : {2, 3}) { // L CC: the breast's cell, and the air's, which has the view's mean
            QVERIFY(std::abs(static_cast<double>(set.mean(place)[0]) - x) < 1e-6);
            QVERIFY(std::abs(static_cast<double>(set.mean(place)[1]) - y) < 1e-6);
        }
        QVERIFY(set.hasView(0) && set.hasView(1) && !set.hasView(2) && !set.hasView(3));
        QCOMPARE(set.places.size(), std::size_t{2 * studies});
        QVERIFY(set.places[0] == 0 && set.places[1] == 2);
        set.write(file());
        const ReferenceSet back = ReferenceSet::read(file());
        QVERIFY(back.counts == set.counts && back.places == set.places && back.rows == 1 && back.columns == 2);
        for (std::size_t i = 0; i < set.means.size(); ++i)
            QVERIFY(std::abs(back.means[i] - set.means[i]) < 4e-5F);
        ReferenceSet wrong = set;
        wrong.places[3] = 8;
        wrong.write(file());
        QVERIFY_EXCEPTION_THROWN(ReferenceSet::read(file()), Error);
        QVERIFY(!referenceView(Slot::Extra, Side::Right, "ML") && !referenceView(Slot::Extra, Side::Unknown, "CC"));
        QCOMPARE(*referenceView(Slot::Extra, Side::Left, "MLO"), std::size_t{3});
        QCOMPARE(*referenceView(Slot::RMLO, Side::Unknown, ""), std::size_t{2});
    }

    // A file of version 1 is read as it was: without means, profile and places.
    void theFirstVersionIsRead()
    {
        const std::vector<std::int16_t> images{32767, 0, 0, 32767}, patches{0, -32767};
        const std::vector<std::uint8_t> side{1, 2};
        const std::vector<std::int32_t> study{0, 0};
        const auto tensor = [](const char* name, TensorType type, std::vector<std::int64_t> shape, const auto& values) {
            return NamedTensor{{name, type, std::move(shape)}, std::as_bytes(std::span(values)), false};
        };
        writeSafetensors(file(),
                         {tensor("images", TensorType::I16, {2, 2}, images),
                          tensor("patches", TensorType::I16, {1, 2}, patches),
                          tensor("side", TensorType::U8, {2}, side), tensor("study", TensorType::I32, {2}, study)},
                         {{"format", "mama-reference-1"}, {"name", "old"}, {"model", "0123"}});
        const ReferenceSet set = ReferenceSet::read(file());
        QCOMPARE(set.name, std::string("old"));
        QVERIFY(set.count() == 2 && set.studies == 1 && !set.hasMeans() && !set.hasView(0) && set.profile.empty());
        QCOMPARE(set.patches, (std::vector{0.0F, -1.0F}));
    }

    void whatDoesNotBelongIsNotUsed()
    {
        const ReferenceSet set = madeOf(30);
        set.write(file());
        const std::filesystem::path folder = m_folder.path().toStdString();
        QVERIFY(findReference(folder, "4567", 2).problem.english().find("other weights") != std::string::npos);
        QVERIFY(!findReference(folder, "0123", 3).set);
        QVERIFY(findReference(folder / "nothing", "0123", 2).problem.empty());
        for (const std::string& bad : {std::string("no safetensors"), readText(file()).substr(0, 300), std::string()}) {
            writeAtomically(file(), std::string_view(bad));
            const LoadedReference found = findReference(folder, "0123", 2);
            QVERIFY(!found.set && found.problem.english().find(referenceFile) != std::string::npos);
        }
        ReferenceSet disorder = set;
        disorder.study[3] = 30;
        disorder.write(file());
        QVERIFY(!findReference(folder, "0123", 2).set);
    }

private:
    std::filesystem::path file() const { return std::filesystem::path(m_folder.path().toStdString()) / referenceFile; }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestReferenceSet)
#include "test_reference_set.moc"
