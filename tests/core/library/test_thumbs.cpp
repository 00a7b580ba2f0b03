// Thumbnails: what they show, how they hang, and that each file is read once.
#include "core/base/files.h"
#include "core/dicom/read/image_file.h"
#include "core/image/files/jpeg_picture.h"
#include "core/library/collection/set_import.h"
#include "core/library/pictures/stored_picture.h"
#include "core/library/pictures/thumb_filling.h"
#include "core/library/studies/study_keys.h"
#include "core/phantom/phantom.h"
#include "core/study/list_files.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/embed.h"
#include "tests/core/library/library_support.h"
#include "tests/core/library/phantom_library.h"
#include "tests/support/test_data.h"

#include <SQLiteCpp/Database.h>
#include <cstring>
#include <fstream>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

Raster<std::uint8_t> decoded(const Thumb& thumb)
{
    UserText why;
    const auto image = decodeJpegPicture(thumb.jpeg, why);
    if (!image || image->channels != 1)
        return {};
    Raster<std::uint8_t> out(image->rows, image->columns);
    std::memcpy(out.values.data(), image->bytes.data(), image->bytes.size());
    return out;
}

// Mean of the shown picture's pixels under one of a thumbnail's: each pixel counts by its part that lies there.
double areaMean(const Raster<std::uint8_t>& shown, const Raster<std::uint8_t>& thumb, int row, int column)
{
    const double high = double(shown.rows) / thumb.rows, wide = double(shown.columns) / thumb.columns;
    double sum = 0, weights = 0;
    for (int y = int(row * high); y < std::min(shown.rows, int(std::ceil((row + 1) * high))); ++y)
        for (int x = int(column * wide); x < std::min(shown.columns, int(std::ceil((column + 1) * wide))); ++x) {
            const double weight = std::min((row + 1) * high, y + 1.0) - std::max(row * high, double(y));
            const double across = std::min((column + 1) * wide, x + 1.0) - std::max(column * wide, double(x));
            sum += weight * across * shown.at(y, x);
            weights += weight * across;
        }
    return sum / weights;
}

// The largest difference of means over 8 x 8 pixels, so that what JPEG blurs within a block does not count.
double difference(const Raster<std::uint8_t>& shown, const Raster<std::uint8_t>& thumb)
{
    double worst = 0;
    for (int y = 0; y + 8 <= thumb.rows; y += 8)
        for (int x = 0; x + 8 <= thumb.columns; x += 8) {
            double a = 0, b = 0;
            for (int i = 0; i < 64; ++i) {
                a += thumb.at(y + i / 8, x + i % 8);
                b += areaMean(shown, thumb, y + i / 8, x + i % 8);
            }
            worst = std::max(worst, std::abs(a - b) / 64);
        }
    return worst;
}

void writePgm(const fs::path& path, int rows, int columns, const std::function<int(int, int)>& grey)
{
    std::string text = "P5\n" + std::to_string(columns) + " " + std::to_string(rows) + "\n255\n";
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column)
            text += static_cast<char>(grey(row, column));
    writeAtomically(path, std::string_view(text));
}

// A breast at the left edge, bright at the top.
int breast(int row, int column) { return column < 150 - row / 4 ? 200 - row / 3 : 0; }

LibraryImage imageOf(const fs::path& path, Side side = Side::Left)
{
    LibraryImage image;
    image.id = image.file = 1;
    image.root = path.parent_path();
    image.below = path.filename();
    image.side = side;
    image.view = "CC";
    return image;
}

// Changes bytes and leaves size and time as they were.
void spoil(const fs::path& path)
{
    const auto time = fs::last_write_time(path);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.write("XXXXXXXXXXXXXXXX", 16);
    file.close();
    fs::last_write_time(path, time);
}

} // namespace

class TestThumbs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Every public file that can be read: as its first window shows it (test_grey_pipeline compares that with DCMTK).
    void showsWhatTheReadingPageShows()
    {
        MAMA_NEED(fs::exists(dataFolder() / "dicom"), dataFolder() / "dicom");
        int compared = 0;
        for (const auto& entry : fs::recursive_directory_iterator(dataFolder()))
            if (entry.is_regular_file()) {
                Thumb thumb;
                Raster<std::uint8_t> shown;
                try {
                    const auto file = ImageFile::open(entry.path());
                    const int frame = file->header().frames / 2;
                    const StoredImage stored = file->readFrame(frame);
                    shown = displayImage(stored, file->pipeline(frame));
                    if (file->kind() != FileKind::Image || shown.rows < 16 || shown.columns < 16)
                        continue;
                    thumb = makeThumb(entry.path(), {});
                } catch (const Error&) {
                    continue;
                }
                QVERIFY2(thumb.fault.empty(), thumb.fault.c_str());
                const auto picture = decoded(thumb);
                QCOMPARE(std::max(picture.rows, picture.columns), std::min(256, std::max(shown.rows, shown.columns)));
                QCOMPARE(thumb.rows, shown.rows);
                const double worst = difference(shown, picture);
                // JPEG of noise: 3.3
                QVERIFY2(worst < 4, (entry.path().string() + ": " + std::to_string(worst)).c_str());
                ++compared;
            }
        QVERIFY(compared > 40);
    }

    // As stored with what tells how it hangs: a side that is corrected later hangs the same thumbnail otherwise.
    void hangsByItsSide()
    {
        const Folder folder;
        writePgm(folder / "a.pgm", 400, 300, breast);
        const Thumb thumb = makeThumb(folder / "a.pgm", {});
        QVERIFY(thumb.evidence.found && thumb.evidence.chestWallLeft);
        const HungThumb left = hang(thumb, Side::Left, "CC"), right = hang(thumb, Side::Right, "CC");
        QVERIFY(!left.mirrored && right.mirrored && !left.flipped);
        QCOMPARE(left.picture.rows, 256);
        QCOMPARE(left.picture.columns, 192);
        QVERIFY(left.picture.at(10, 5) > 150 && left.picture.at(10, 186) < 20);
        QVERIFY(right.picture.at(10, 5) < 20 && right.picture.at(10, 186) > 150);
        QVERIFY(left.wall < 0.02 && right.wall > 0.98);
        for (int column = 0; column < 192; ++column)
            QCOMPARE(int(left.picture.at(100, column)), int(right.picture.at(100, 191 - column)));
        // What the tag says goes first (workstation.md 1.3): stored as it hangs, whatever the pixels look like.
        Thumb tagged = thumb;
        tagged.patientOrientation = {"P", "L"};
        QVERIFY(!hang(tagged, Side::Right, "CC").mirrored);
        tagged.patientOrientation = {"A", "H"};
        const HungThumb flipped = hang(tagged, Side::Left, "MLO");
        QVERIFY(flipped.flipped && !flipped.mirrored);
        QVERIFY(flipped.picture.at(245, 5) > 150);
    }

    // Air between edge and chest wall is not part of the breast.
    // With all bits of the file: by its own window as the thumbnail shows it, by a narrow one what 8 bits lose.
    void storedValuesOutliveEightBits()
    {
        const Folder folder;
        std::string text = "P5\n300 400\n65535\n";
        const auto value = [](int row, int column) {
            return row < 20 ? 65535 * column / 299 : column < 150 ? 19600 : 19640;
        };
        for (int row = 0; row < 400; ++row)
            for (int column = 0; column < 300; ++column) {
                text += static_cast<char>(value(row, column) >> 8);
                text += static_cast<char>(value(row, column) & 255);
            }
        writeAtomically(folder / "a.pgm", std::string_view(text));
        StoredPictureRequest request{folder / "a.pgm"};
        request.longestSide = 200;
        const StoredPicture picture = readStoredPicture(request);
        QCOMPARE(picture.values.rows, 200);
        QCOMPARE(picture.values.columns, 150);
        QCOMPARE(picture.values.at(150, 20), 19600.0F);
        QCOMPARE(picture.values.at(150, 120), 19640.0F);
        const Raster<std::uint8_t> own = shownBy(picture);
        QCOMPARE(own.at(150, 20), own.at(150, 120)); // 0.16 of a grey level apart
        request.longestSide = Thumb::longestSide;
        QVERIFY(difference(shownBy(readStoredPicture(request)), decoded(makeThumb(folder / "a.pgm", {}))) < 3);
        request.longestSide = 200;
        const Raster<std::uint8_t> narrow = shownBy(picture, {-0.2, 0.01});
        const int apart = narrow.at(150, 120) - narrow.at(150, 20);
        QVERIFY2(apart >= 14 && apart <= 17, std::to_string(apart).c_str()); // 40 of 655 values
        QVERIFY(shownBy(picture, {0.2, 1}).at(150, 20) < own.at(150, 20));   // darker
        request.mirrored = request.flipped = true;
        const StoredPicture turned = readStoredPicture(request);
        QCOMPARE(turned.values.at(50, 20), 19640.0F);
        QVERIFY(turned.values.at(199, 0) > 60000);
        request.longestSide = 1000; // never made larger
        QCOMPARE(readStoredPicture(request).values.rows, 400);
        request.path = folder / "none.pgm";
        QVERIFY(!fault([&] { readStoredPicture(request); }).empty());
    }

    void chestWallAwayFromTheEdge()
    {
        const Folder folder;
        writePgm(folder / "a.pgm", 400, 300, [](int row, int column) { return column < 6 ? 0 : breast(row, column); });
        const Thumb thumb = makeThumb(folder / "a.pgm", {});
        QVERIFY(thumb.evidence.found);
        QVERIFY(std::abs(hang(thumb, Side::Left, "CC").wall * 300 - thumb.evidence.chestWallColumn) < 1);
        QVERIFY(std::abs((1 - hang(thumb, Side::Right, "CC").wall) * 300 - thumb.evidence.chestWallColumn) < 1.5);
    }

    void smallOnesAreNotMadeLarger()
    {
        const Folder folder;
        writePgm(folder / "a.pgm", 120, 100, [](int row, int) { return row; });
        const auto picture = decoded(makeThumb(folder / "a.pgm", {}));
        QCOMPARE(picture.rows, 120);
        QCOMPARE(picture.columns, 100);
    }

    // A file is read once; then again only when it changes, also where it could not be read.
    void aFileIsReadOnce()
    {
        const Folder folder;
        fs::create_directory(folder / "lib");
        writePgm(folder / "a.pgm", 400, 300, breast);
        writeAtomically(folder / "b.pgm", std::string_view("P5\n400 300\n255\nshort"));
        const LibraryImage good = imageOf(folder / "a.pgm");
        LibraryImage bad = imageOf(folder / "b.pgm");
        bad.file = 2;
        {
            ThumbStore store(folder / "lib");
            QCOMPARE(int(findThumb(store, good).state), int(ImageThumb::State::ToMake));
            QCOMPARE(int(findOrMakeThumb(store, good).state), int(ImageThumb::State::Ready));
            const ImageThumb refused = findOrMakeThumb(store, bad);
            QCOMPARE(int(refused.state), int(ImageThumb::State::Refused));
            QVERIFY(!refused.fault.empty());
        }
        spoil(folder / "a.pgm");
        ThumbStore store(folder / "lib"); // of another start
        QCOMPARE(int(findOrMakeThumb(store, good).state), int(ImageThumb::State::Ready));
        QVERIFY(store.takeNotices().empty());
        // The broken one is mended under its old size and time: nobody looks. With another time it is read.
        const auto time = fs::last_write_time(folder / "b.pgm");
        QCOMPARE(int(findThumb(store, bad).state), int(ImageThumb::State::Refused));
        writePgm(folder / "b.pgm", 400, 300, breast);
        QVERIFY(fs::last_write_time(folder / "b.pgm") != time);
        QCOMPARE(int(findOrMakeThumb(store, bad).state), int(ImageThumb::State::Ready));
        fs::remove(folder / "b.pgm");
        QCOMPARE(int(findOrMakeThumb(store, bad).state), int(ImageThumb::State::Missing));
    }

    void whatTheKeyDependsOn()
    {
        const LibraryImage image = imageOf("/set/images/a.dcm");
        FileState state;
        state.size = 5;
        state.modified = 7;
        const std::string key = thumbKey(image, state);
        LibraryImage other = image;
        other.root = "/another/disk";
        other.side = Side::Right;
        QCOMPARE(thumbKey(other, state), key);
        other.below = "b.dcm";
        QVERIFY(thumbKey(other, state) != key);
        other = image;
        other.frame = 0;
        QVERIFY(thumbKey(other, state) != key);
        FileState changed = state;
        changed.modified = 8;
        QVERIFY(thumbKey(image, changed) != key);
        // By its pixels, once they are known, with what shapes them on screen: the name tells nothing any more, but a
        // file that changed since is told by size and time.
        state.modified = 7'000'000'003;
        changed.modified = 7'000'000'004;
        LibraryImage hashed = image;
        hashed.pixels = "ab12";
        hashed.look = "cd34";
        hashed.passed = true;
        hashed.known = KnownState::of(state);
        LibraryImage moved = hashed;
        moved.below = "c.dcm";
        moved.file = 9;
        QCOMPARE(thumbKey(hashed, state), thumbKey(moved, state));
        QVERIFY(has(thumbKey(hashed, state), "ab12") && !has(thumbKey(hashed, changed), "ab12"));
        moved.look = "ef56"; // the same values under another window
        QVERIFY(thumbKey(hashed, state) != thumbKey(moved, state));
    }

    void aDamagedOrForeignFileIsMadeAnew()
    {
        const Folder folder;
        fs::create_directory(folder / "lib");
        const fs::path file = folder / "lib" / "thumbs.db";
        const auto putAndFind = [&](const std::string& expected) {
            std::string told;
            {
                ThumbStore store(folder / "lib");
                Thumb thumb;
                thumb.fault = "a fault";
                store.put("key", thumb);
                store.flush();
                for (const UserText& each : store.takeNotices())
                    told += each.english();
                const auto found = store.find("key");
                return found && found->fault == "a fault" && (expected.empty() ? told.empty() : has(told, expected))
                           ? std::string()
                           : "told: " + told;
            }
        };
        MAMA_SAME(putAndFind(""));
        writeAtomically(file, std::string_view("this is no database, and long enough to be looked at as one"));
        MAMA_SAME(putAndFind("made anew"));
        QVERIFY(fs::exists(folder / "lib" / "thumbs.db.put-aside"));
        MAMA_SAME(putAndFind(""));
        fs::remove(file);
        {
            SQLite::Database other(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            other.exec("CREATE TABLE a(b); PRAGMA application_id=77");
        }
        MAMA_SAME(putAndFind("another program"));
        // Where it cannot be put aside, nothing of that is said.
        fs::remove(folder / "lib" / "thumbs.db.put-aside");
        fs::create_directories(folder / "lib" / "thumbs.db.put-aside/full");
        writeAtomically(file, std::string_view("this is no database, and long enough to be looked at as one"));
        {
            ThumbStore store(folder / "lib");
            const auto told = store.takeNotices();
            QCOMPARE(told.size(), std::size_t(1));
            QVERIFY(has(told.front().english(), "for this time only"));
        }
        fs::remove_all(folder / "lib" / "thumbs.db.put-aside");
        fs::remove(file);
        MAMA_SAME(putAndFind(""));
        // Damaged in the middle: found out only when it is read.
        {
            ThumbStore store(folder / "lib");
            Thumb thumb;
            thumb.jpeg.resize(5000);
            for (int i = 0; i < 200; ++i)
                store.put("many " + std::to_string(i), thumb);
        }
        const auto size = fs::file_size(file);
        {
            std::fstream spoilt(file, std::ios::in | std::ios::out | std::ios::binary);
            spoilt.seekp(4096);
            spoilt << std::string(std::size_t(size) - 4096, '\xee');
        }
        MAMA_SAME(putAndFind("made anew"));
        // Deleted while it is open: what is put from then on is in another one.
        {
            ThumbStore store(folder / "lib");
            QVERIFY(store.has("key"));
            fs::remove(file);
            store.put("later", {});
            store.flush();
            QVERIFY(store.has("later") && store.takeNotices().empty());
        }
        QVERIFY(ThumbStore(folder / "lib").has("later"));
        // Nowhere to write: works, keeps nothing, says so.
        ThumbStore nowhere("/proc/no such folder");
        nowhere.put("key", {});
        QVERIFY(!nowhere.find("key"));
        QVERIFY(!nowhere.takeNotices().empty());
    }

    void fillsWhatIsMissingAndGoesOn()
    {
        const Folder folder;
        makePhantomLibrary(folder / "lib", folder / "phantoms", {3, 3});
        Library library(folder / "lib");
        const auto images = imagesOf(library, allStudies(library));
        const fs::path first = images[0][0].root / images[0][0].below, second = images[1][2].root / images[1][2].below;
        fs::rename(first, folder / "away.dcm");
        writeAtomically(second, std::string_view("no picture"));
        ThumbStore store(folder / "lib");
        std::stop_source stopped;
        stopped.request_stop();
        QCOMPARE(fillThumbs(library, store, {stopped.get_token(), {}}).left, std::int64_t(12));
        std::uint64_t last = 0, total = 0;
        std::mutex mutex;
        const FilledThumbs filled = fillThumbs(library, store,
                                               {{},
                                                [&](std::uint64_t done, std::uint64_t all, std::string_view) {
                                                    const std::lock_guard lock(mutex);
                                                    last = std::max(last, done);
                                                    total = all;
                                                }},
                                               2);
        QCOMPARE(filled.made, std::int64_t(10));
        QCOMPARE(filled.missing, std::int64_t(1));
        QCOMPARE(filled.refused, std::int64_t(1));
        QCOMPARE(filled.problems.size(), std::size_t(2));
        QCOMPARE(last, std::uint64_t(12));
        QCOMPARE(total, std::uint64_t(12));
        fs::rename(folder / "away.dcm", first);
        const FilledThumbs again = fillThumbs(library, store);
        QCOMPARE(again.kept, std::int64_t(10));
        QCOMPARE(again.made, std::int64_t(1));
        QCOMPARE(again.refused, std::int64_t(1));
        // Phantoms are stored as they hang or mirrored: either way the chest wall comes inward.
        for (const auto& study : images)
            for (const LibraryImage& image : study) {
                const ImageThumb thumb = findThumb(store, image);
                if (thumb.state != ImageThumb::State::Ready)
                    continue;
                const HungThumb hung = hang(thumb.thumb, image.side, image.view);
                double left = 0, right = 0;
                for (int row = 0; row < hung.picture.rows; ++row) {
                    left += hung.picture.at(row, 2);
                    right += hung.picture.at(row, hung.picture.columns - 3);
                }
                QVERIFY((left > right) == (image.side == Side::Left));
            }
    }
};

QTEST_APPLESS_MAIN(TestThumbs)
#include "test_thumbs.moc"
