// Phantoms: equal bytes from equal seeds, the layout as our own readers see it, and geometry against its definition.
#include "core/base/files.h"
#include "core/phantom/phantom.h"
#include "core/phantom/render.h"
#include "core/study/study.h"
#include "core/text/embed_tables.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <map>

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

PhantomOptions small(const fs::path& folder, int threads)
{
    PhantomOptions options;
    options.seed = 5;
    options.studies = 4;
    options.folder = folder;
    options.rows = 128;
    options.columns = 104;
    options.threads = threads;
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
        QVERIFY(writePhantoms(small(root / "a", 1), {}));
        QVERIFY(writePhantoms(small(root / "b", 3), {}));
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
                QVERIFY2(image.warnings.empty() && !image.mirrorForDisplay && !image.flipForDisplay, image.warnings.empty() ? "turned" : image.warnings[0].c_str());
        }
        const CaptionTable table = readCaptionTable(root / "tables", false);
        QCOMPARE(table.rows.size(), std::size_t{16});
        for (const CaptionTable::Row& row : table.rows) {
            QVERIFY(row.problem.empty() && !buildCaption(row.image, row.finding, table.legend).missing);
            QVERIFY(fs::exists(root / row.image.path));
        }
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
            QCOMPARE(breast.project(lesion.place, MammogramView::Cc).x, breast.project(lesion.place, MammogramView::Mlo).x);
            for (const MammogramView view : {MammogramView::Cc, MammogramView::Mlo}) {
                const phantom::Slot slot{MammogramSide::Right, view, 1};
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
                QVERIFY(std::hypot(x / count - frame.column(at.x), y / count - frame.row(at.y)) * frame.mm < 0.25 * lesion.sizeMm);
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
                const phantom::Place place{at.a + one.depthMm / breast.depthMm, at.b + one.sideMm / breast.halfWidthMm, at.c + one.upMm / breast.halfHeightMm};
                QCOMPARE(breast.project(place, MammogramView::Cc).x, breast.project(place, MammogramView::Mlo).x);
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
            const phantom::Slot cc{MammogramSide::Left, MammogramView::Cc, seed}, mlo{MammogramSide::Left, MammogramView::Mlo, seed};
            const phantom::Frame frame = phantom::frameOf(breast, mlo, 256, 208);
            const Raster<float> oblique = phantom::renderTissue(breast, mlo, frame), top = phantom::renderTissue(breast, cc, phantom::frameOf(breast, cc, 256, 208));
            QVERIFY(oblique.at(0, 2) > 0.3f);  // pectoral muscle at the upper corner
            QCOMPARE(top.at(0, 100), 0.0f);    // air above a craniocaudal breast
            const int middle = static_cast<int>(frame.middleRow);
            QVERIFY(oblique.at(middle, static_cast<int>(frame.column(0.9 * breast.depthMm))) > 0);
            QCOMPARE(oblique.at(middle, 207), 0.0f);
        }
    }
};

QTEST_GUILESS_MAIN(TestPhantom)
#include "test_phantom.moc"
