// Phantoms: equal bytes from equal seeds, the layout as our own readers see it, and geometry against its definition.
#include "core/base/files.h"
#include "core/phantom/phantom.h"
#include "core/phantom/prior.h"
#include "core/phantom/render.h"
#include "core/study/scan.h"
#include "core/tables/importers/embed_tables.h"
#include "core/text/captions/captions.h"

#include <QDate>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

using namespace mama;
namespace fs = std::filesystem;

namespace {

std::map<std::string, std::string> filesOf(const fs::path& folder)
{
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            files[fs::relative(entry.path(), folder).string()] = readText(entry.path());
    return files;
}

std::set<std::string> linesOf(const std::string& text)
{
    std::set<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.insert(line);
    return lines;
}

PhantomOptions small(const fs::path& folder, int threads, double priors = 0, int studies = 4)
{
    PhantomOptions options;
    options.seed = 5;
    options.studies = studies;
    options.folder = folder;
    options.rows = 128;
    options.columns = 104;
    options.threads = threads;
    options.priors = priors;
    return options;
}

} // namespace

class TestPhantom : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sameSeedSameBytes()
    {
        QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        QVERIFY(writePhantoms(small(root / "a", 1, 0.5), {}));
        QVERIFY(writePhantoms(small(root / "b", 3, 0.5), {}));
        QCOMPARE(filesOf(root / "a"), filesOf(root / "b"));
    }
    void readBackByScanAndCaptions()
    {
        QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        QVERIFY(writePhantoms(small(root, 2), {}));
        const auto report = scan({root / "images"}, {}, {});
        QVERIFY(report && report->problems.empty());
        QCOMPARE(report->studies.size(), std::size_t{4});
        for (const Study& study : report->studies) {
            QCOMPARE(study.images.size(), std::size_t{4});
            for (const StudyImage& image : study.images)
                QVERIFY2(image.warnings.empty() && !image.mirrorForDisplay && !image.flipForDisplay,
                         image.warnings.empty() ? "turned" : image.warnings[0].english().c_str());
        }
        const ImportedSet table = readEmbedTables(root / "tables", false);
        QCOMPARE(table.records.size(), std::size_t{16});
        for (const ImageRecord& row : table.records) {
            QVERIFY(row.problem.empty() && !buildCaption(row.image, row.finding, table.codes).missing);
            QVERIFY(fs::exists(root / row.image.path));
        }
    }
    void currentExamsAreTheSameWithAndWithoutPriors()
    {
        QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        const auto alone = writePhantoms(small(root / "alone", 2, 0, 2), {}),
                   both = writePhantoms(small(root / "both", 2, 1, 2), {});
        QVERIFY(alone && both);
        QCOMPARE((std::array{alone->studies, alone->priors, alone->images}), (std::array{2, 0, 8}));
        QCOMPARE((std::array{both->studies, both->priors, both->images}), (std::array{2, 2, 16}));
        auto others = filesOf(root / "both");
        for (const auto& [file, bytes] : filesOf(root / "alone")) {
            if (fs::path(file).extension() != ".csv") {
                QCOMPARE(others[file], bytes);
                continue;
            }
            const auto lines = linesOf(bytes), more = linesOf(others[file]);
            QVERIFY(std::includes(more.begin(), more.end(), lines.begin(), lines.end()));
        }
    }
    // Our own readers see a prior as a study of its own, before the current one of the same patient.
    void aPriorIsAnEarlierStudyOfThePatient()
    {
        QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        QVERIFY(writePhantoms(small(root, 2, 1, 2), {}));
        const auto report = scan({root / "images"}, {}, {});
        QVERIFY(report && report->problems.empty());
        std::map<std::string, std::vector<QDate>> dates;
        for (const Study& study : report->studies) { // in the order of their dates
            QCOMPARE(study.images.size(), std::size_t{4});
            dates[study.patientId].push_back(
                QDate::fromString(QString::fromStdString(study.date), QStringLiteral("yyyyMMdd")));
        }
        QCOMPARE(dates.size(), std::size_t{2});
        for (const auto& [patient, own] : dates) {
            QCOMPARE(own.size(), std::size_t{2});
            const qint64 days = own[0].daysTo(own[1]);
            QVERIFY(days >= 350 && days < 740);
        }
        const ImportedSet table = readEmbedTables(root / "tables", false);
        QCOMPARE(table.records.size(), std::size_t{16});
        std::map<std::string, std::set<std::string>> exams, densities;
        for (const ImageRecord& row : table.records) {
            QVERIFY(row.problem.empty() && !buildCaption(row.image, row.finding, table.codes).missing);
            exams[row.image.patient].insert(row.image.exam);
            densities[row.image.patient].insert(row.finding.density);
        }
        for (const auto& [patient, own] : exams) {
            QCOMPARE(own.size(), std::size_t{2});
            QCOMPARE(densities[patient].size(), std::size_t{1});
        }
    }
    void lesionsOfAPriorAreSmallerOrNotThere()
    {
        int priors = 0, smaller = 0, absent = 0;
        for (std::uint64_t seed = 0; seed < 400; ++seed) {
            const phantom::StudyRecord current = phantom::planStudy({}, seed);
            QVERIFY(!phantom::planPrior(current, 0));
            priors += phantom::planPrior(current, 0.2).has_value();
            const auto prior = phantom::planPrior(current, 1);
            QVERIFY(prior && prior->accession != current.accession && prior->patient == current.patient &&
                    prior->age < current.age);
            for (int side = 0; side < 2; ++side) {
                const auto &now = current.breasts[side].lesions, &then = prior->breasts[side].lesions;
                QVERIFY(then.size() <= now.size());
                absent += static_cast<int>(now.size() - then.size());
                for (const phantom::Lesion& lesion : then) {
                    const auto same = std::find_if(now.begin(), now.end(),
                                                   [&](const phantom::Lesion& one) { return one.seed == lesion.seed; });
                    QVERIFY(same != now.end() && same->kind == lesion.kind && same->place.a == lesion.place.a &&
                            lesion.sizeMm < 0.9 * same->sizeMm);
                    ++smaller;
                }
                // A rule that asks for the size may find a smaller lesion less grave, never graver.
                QCOMPARE(phantom::graver(current.breasts[side].assessment, prior->breasts[side].assessment),
                         current.breasts[side].assessment);
            }
        }
        QVERIFY(priors > 48 && priors < 112); // 80, four standard deviations
        QVERIFY(smaller > 50 && absent > 50);
    }
    void aPriorShowsTheSameTissueCompressedAnew()
    {
        const phantom::Breast now = phantom::makeBreast({7, 8, 2});
        phantom::Breast then = now;
        phantom::compressAnew(then, 8);
        QCOMPARE(then.glandular, now.glandular);
        QCOMPARE(then.seed, now.seed);
        QCOMPARE(then.strands.size(), now.strands.size());
        QVERIFY(then.depthMm != now.depthMm && std::abs(then.depthMm / now.depthMm - 1) < 0.05);
        const phantom::Slot slot{Side::Left, View::CC, 1};
        const phantom::Frame before = phantom::frameOf(now, slot, 128, 104);
        phantom::Frame after = before;
        phantom::positionAnew(after, 1);
        QVERIFY(std::abs(after.middleRow - before.middleRow) * before.mm <= 5 &&
                std::abs(after.column(50) - before.column(50)) * before.mm <= 5);
    }
    void glandularFractionFollowsDensity()
    {
        double last = 0;
        for (int density = 1; density <= 4; ++density) {
            const double share = phantom::makeBreast({7, 8, density}).glandularFraction;
            QVERIFY(share > last);
            last = share;
        }
    }
    void lesionLiesWhereItIsSaidInBothViews()
    {
        const phantom::Breast breast = phantom::makeBreast({7, 8, 2});
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            const phantom::Lesion lesion = phantom::makeLesion(seed);
            QCOMPARE(breast.project(lesion.place, View::CC).x, breast.project(lesion.place, View::MLO).x);
            for (const View view : {View::CC, View::MLO}) {
                const phantom::Slot slot{Side::Right, view, 1};
                const phantom::Frame frame = phantom::frameOf(breast, slot, 512, 416);
                const phantom::LesionLayer layer = phantom::renderLesion(lesion, breast, slot, frame);
                double count = 0, x = 0, y = 0;
                for (int r = 0; r < layer.mask.rows; ++r)
                    for (int c = 0; c < layer.mask.columns; ++c)
                        if (layer.mask.at(r, c)) {
                            count += 1;
                            x += layer.left + c + 0.5;
                            y += layer.top + r + 0.5;
                        }
                QVERIFY(count > 0);
                const auto at = breast.project(lesion.place, view);
                QVERIFY(std::hypot(x / count - frame.column(at.x), y / count - frame.row(at.y)) * frame.mm <
                        0.25 * lesion.sizeMm);
            }
        }
    }
    // Each calcification is one place in the breast: both views show it at the same depth, within its group's extent.
    void calcificationsKeepTheirPlacesInBothViews()
    {
        const phantom::Breast breast = phantom::makeBreast({7, 8, 2});
        int groups = 0;
        for (std::uint64_t seed = 0; seed < 60; ++seed) {
            const phantom::Lesion lesion = phantom::makeLesion(seed);
            if (lesion.kind != phantom::LesionKind::Calcification)
                continue;
            ++groups;
            const auto particles = phantom::particlesOf(lesion);
            QVERIFY(particles.size() >= 4);
            for (const auto& one : particles) {
                const phantom::Place& at = lesion.place;
                const phantom::Place place{at.a + one.depthMm / breast.depthMm, at.b + one.sideMm / breast.halfWidthMm,
                                           at.c + one.upMm / breast.halfHeightMm};
                QCOMPARE(breast.project(place, View::CC).x, breast.project(place, View::MLO).x);
                QVERIFY(std::hypot(one.depthMm, one.sideMm, one.upMm) <= 0.65 * lesion.sizeMm);
            }
        }
        QVERIFY(groups > 10);
    }
    // The outline holds the whole gland, the skin comes back to the chest wall below, and the axilla runs out above.
    void theBreastFillsItsOutline()
    {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const phantom::Breast breast = phantom::makeBreast({seed, seed + 100, 1 + static_cast<int>(seed % 4)});
            const phantom::Slot cc{Side::Left, View::CC, seed}, mlo{Side::Left, View::MLO, seed};
            const phantom::Frame frame = phantom::frameOf(breast, mlo, 256, 208);
            const Raster<float> oblique = phantom::renderTissue(breast, mlo, frame),
                                top = phantom::renderTissue(breast, cc, phantom::frameOf(breast, cc, 256, 208));
            QVERIFY(oblique.at(0, 2) > 0.3f); // pectoral muscle at the upper corner
            QCOMPARE(top.at(0, 100), 0.0f);   // air above a craniocaudal breast
            const int middle = static_cast<int>(frame.middleRow);
            QVERIFY(oblique.at(middle, static_cast<int>(frame.column(0.9 * breast.depthMm))) > 0);
            QCOMPARE(oblique.at(middle, 207), 0.0f);
        }
    }
};

QTEST_GUILESS_MAIN(TestPhantom)
#include "test_phantom.moc"
