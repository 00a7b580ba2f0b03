// What a list of studies shows of them: asked for, dropped, missing, filled in the background.
#include "app/workstation/library/pictures/picture_queue.h"
#include "app/workstation/library/pictures/tile_pictures.h"
#include "core/base/files.h"
#include "core/library/collection/set_import.h"
#include "core/library/pictures/image_thumbs.h"
#include "core/library/studies/study_keys.h"
#include "core/phantom/phantom.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/embed.h"
#include "tests/core/library/library_support.h"
#include "tests/core/library/phantom_library.h"

#include <QSignalSpy>
#include <QTest>
#include <nlohmann/json.hpp>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

WantedPicture wanted(std::int64_t study, int view)
{
    WantedPicture out{study, view, {}};
    out.image.id = study * 10 + view;
    return out;
}

} // namespace

class TestTilePictures : public QObject
{
    Q_OBJECT
    Folder m_folder;
    std::vector<std::int64_t> m_studies;
    std::size_t m_images = 0;
    std::shared_ptr<Library> library() const { return std::make_shared<Library>(m_folder / "lib", Access::Read); }
    static bool ready(const std::array<TilePicture, 4>& pictures)
    {
        return std::all_of(pictures.begin(), pictures.end(),
                           [](const TilePicture& each) { return each.state == TilePicture::State::Ready; });
    }
private Q_SLOTS:
    void initTestCase()
    {
        makePhantomLibrary(m_folder / "lib", m_folder / "phantoms", {4, 12});
        Library made(m_folder / "lib");
        m_studies = allStudies(made);
        QVERIFY(m_studies.size() >= 12);
        for (const auto& study : imagesOf(made, m_studies))
            m_images += study.size();
    }

    void theQueueMakesWhatIsWantedNow()
    {
        PictureQueue queue;
        queue.want({1, 2, 3}, {1, 2, 3});
        QCOMPARE(queue.takeStudies(2), (std::vector<std::int64_t>{1, 2}));
        queue.add(2, {wanted(2, 0), wanted(2, 1)});
        queue.add(1, {wanted(1, 0)});
        QCOMPARE(queue.takePicture()->study, std::int64_t(1)); // more urgent, though it came later
        queue.want({9, 2}, {9, 2});                            // 1 and 3 scrolled away; 2 is looked up already
        QCOMPARE(queue.takeStudies(8), std::vector<std::int64_t>{9});
        queue.add(9, {wanted(9, 0)});
        queue.add(3, {wanted(3, 0)}); // its look-up comes too late
        QCOMPARE(queue.takePicture()->study, std::int64_t(9));
        const auto next = queue.takePicture();
        QCOMPARE(next->study, std::int64_t(2));
        QCOMPARE(next->view, 0);
        queue.add(2, {wanted(2, 0), wanted(2, 1)}); // looked up again while one is being made: not made twice
        QCOMPARE(queue.takePicture()->view, 1);
        QVERIFY(queue.idle() && !queue.takePicture());
    }

    void whatIsWantedComes()
    {
        TilePictures pictures;
        const auto none = pictures.pictures(m_studies[0]);
        QCOMPARE(int(none[0].state), int(TilePicture::State::Waiting));
        QCOMPARE(none[3].name, QStringLiteral("L MLO"));
        pictures.open(library());
        QSignalSpy changed(&pictures, &TilePictures::changed);
        pictures.want({m_studies.begin(), m_studies.begin() + 5});
        QTRY_VERIFY_WITH_TIMEOUT(ready(pictures.pictures(m_studies[4])), 20000);
        for (int i = 0; i < 5; ++i)
            QTRY_VERIFY(ready(pictures.pictures(m_studies[std::size_t(i)])));
        QVERIFY(changed.count() > 0);
        const TilePicture right = pictures.pictures(m_studies[0])[0];
        QCOMPARE(right.name, QStringLiteral("R CC"));
        QCOMPARE(right.stored, QSize(104, 128));
        QVERIFY(qGray(right.picture.pixel(100, 64)) > qGray(right.picture.pixel(3, 64))); // chest wall inward
        QCOMPARE(int(pictures.pictures(m_studies[9])[0].state), int(TilePicture::State::Waiting));
    }

    void missingAndBrokenFilesSaySo()
    {
        std::vector<LibraryImage> images;
        {
            Library opened(m_folder / "lib", Access::Read);
            images = imagesOf(opened, std::vector{m_studies[1]})[0];
        }
        const fs::path missing = images[0].root / images[0].below, broken = images[1].root / images[1].below;
        const std::string content = readText(broken);
        fs::rename(missing, m_folder / "away");
        writeAtomically(broken, std::string_view("no picture"));
        TilePictures pictures;
        pictures.open(library());
        pictures.want({m_studies[1]});
        QTRY_COMPARE(int(pictures.pictures(m_studies[1])[1].state), int(TilePicture::State::Refused));
        const auto seen = pictures.pictures(m_studies[1]);
        QCOMPARE(int(seen[0].state), int(TilePicture::State::Missing));
        QVERIFY(seen[0].reason.contains(QString::fromStdString(missing.filename().string())));
        QVERIFY(seen[1].reason.contains(QLatin1Char('\n')));
        fs::rename(m_folder / "away", missing);
        writeAtomically(broken, std::string_view(content));
        pictures.lookAgain();
        QTRY_VERIFY_WITH_TIMEOUT(ready(pictures.pictures(m_studies[1])), 20000);
    }

    // A study that is gone has no views.
    void viewsThatThereAreNone()
    {
        TilePictures pictures;
        pictures.open(library());
        pictures.want({987654});
        QTRY_COMPARE(int(pictures.pictures(987654)[2].state), int(TilePicture::State::None));
        QCOMPARE(pictures.pictures(987654)[2].name, QStringLiteral("R MLO"));
    }

    // Little memory: what was not drawn for the longest goes, what is wanted stays.
    void memoryIsLimited()
    {
        TilePictures pictures({2, std::size_t(104) * 128 * 4 * 5}, nullptr);
        pictures.open(library());
        for (std::size_t i = 0; i + 3 <= m_studies.size(); i += 3) {
            const std::vector<std::int64_t> some(m_studies.begin() + std::ptrdiff_t(i),
                                                 m_studies.begin() + std::ptrdiff_t(i) + 3);
            pictures.want(some);
            for (const std::int64_t study : some)
                QTRY_VERIFY_WITH_TIMEOUT(ready(pictures.pictures(study)), 20000);
        }
        QVERIFY(!ready(pictures.pictures(m_studies[0])));
        QVERIFY(ready(pictures.pictures(m_studies.back())));
    }

    void fillsTheRestAndStops()
    {
        fs::remove(m_folder / "lib" / "thumbs.db");
        TilePictures pictures;
        pictures.open(library());
        QSignalSpy filled(&pictures, &TilePictures::filled), ended(&pictures, &TilePictures::fillingEnded);
        pictures.setFilling(true);
        pictures.setFilling(false);
        QVERIFY(!pictures.filling());
        pictures.setFilling(true);
        pictures.lookAgain();           // filling goes on
        pictures.want({m_studies[11]}); // comes although all are being filled
        QTRY_VERIFY_WITH_TIMEOUT(ready(pictures.pictures(m_studies[11])), 20000);
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, 20000);
        QVERIFY(!pictures.filling());
        QCOMPARE(filled.last().at(0).toULongLong(), qulonglong(m_images));
        QCOMPARE(filled.last().at(1).toULongLong(), qulonglong(m_images));
        Library opened(m_folder / "lib", Access::Read);
        ThumbStore store(m_folder / "lib");
        for (const auto& study : imagesOf(opened, m_studies))
            for (const LibraryImage& image : study)
                QCOMPARE(int(findThumb(store, image).state), int(ImageThumb::State::Ready));
    }

    void anotherLibraryOrNone()
    {
        TilePictures pictures;
        pictures.open(library());
        pictures.want(m_studies);
        pictures.open(nullptr);
        QSignalSpy changed(&pictures, &TilePictures::changed);
        QTest::qWait(50); // what was begun must not come any more
        QCOMPARE(changed.count(), 0);
        QCOMPARE(int(pictures.pictures(m_studies[0])[0].state), int(TilePicture::State::Waiting));
        pictures.open(library());
        pictures.want({m_studies[2]});
        QTRY_VERIFY_WITH_TIMEOUT(ready(pictures.pictures(m_studies[2])), 20000);
    }
};

QTEST_GUILESS_MAIN(TestTilePictures)
#include "test_tile_pictures.moc"
