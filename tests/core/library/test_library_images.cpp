// What hangs in a study by what the library knows of its images: as the reading page hangs the same files.
#include "core/base/files.h"
#include "core/library/collection/header_pass.h"
#include "core/library/collection/library_images.h"
#include "core/library/collection/set_import.h"
#include "core/library/studies/study_keys.h"
#include "core/phantom/phantom.h"
#include "core/study/scan.h"
#include "core/study/study.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/embed.h"
#include "tests/core/library/library_support.h"
#include "tests/support/test_data.h"

#include <SQLiteCpp/Database.h>
#include <map>
#include <set>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

LibraryImage viewOf(std::int64_t id, Side side, const std::string& view, std::int64_t flags = 0)
{
    LibraryImage image;
    image.id = id;
    image.below = "images/" + std::to_string(id) + ".dcm";
    image.side = side;
    image.view = view;
    image.flags = flags;
    image.type = "2D";
    return image;
}

std::int64_t idIn(const std::vector<LibraryImage>& images, Slot slot)
{
    for (const LibraryImage& image : images)
        if (image.slot == slot)
            return image.id;
    return 0;
}

// Which of two images of one view hangs: the first one's place is 1.
std::int64_t hungOf(const LibraryImage& a, const LibraryImage& b)
{
    std::vector<LibraryImage> images{a, b};
    hang(images);
    return idIn(images, Slot::RCC);
}

} // namespace

class TestLibraryImages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // The order of workstation.md 1.2, each against a plain image that would hang else by its path.
    void oneImageASlotByTheRulesOfTheReadingPage()
    {
        const LibraryImage plain = viewOf(2, Side::Right, "CC", image_flag::presentation);
        for (const std::int64_t flag :
             {image_flag::processing, image_flag::partialView, image_flag::secondary, image_flag::magnified,
              image_flag::hinted, image_flag::capture, image_flag::colour, image_flag::contrast})
            QCOMPARE(hungOf(viewOf(1, Side::Right, "CC", flag), plain), std::int64_t(2));
        for (const char* type : {"cview", "3D"}) {
            LibraryImage other = viewOf(1, Side::Right, "CC");
            other.type = type;
            QCOMPARE(hungOf(other, plain), std::int64_t(2));
        }
        for (const char* modifiers : {"spot", "S", "M", "ID", "AX,NP"}) {
            LibraryImage other = viewOf(1, Side::Right, "CC");
            other.modifiers = modifiers;
            QCOMPARE(hungOf(other, plain), std::int64_t(2));
        }
        LibraryImage early = viewOf(1, Side::Right, "CC"), late = viewOf(2, Side::Right, "CC");
        early.taken = "20200101 100000";
        late.taken = "20200101 100130";
        QCOMPARE(hungOf(early, late), std::int64_t(2));
        late.taken.clear();
        QCOMPARE(hungOf(early, late), std::int64_t(1));
    }

    void whatIsKeptOfAHeader()
    {
        StudyImage image;
        QCOMPARE(flagsOf(image), std::int64_t(0));
        QCOMPARE(takenAt(image), std::string());
        QCOMPARE(typeOf(image), std::string("2D"));
        image.header.format = "dicom";
        image.header.channels = 3;
        image.header.acquisitionDate = "20200101";
        image.header.contentTime = "101500";
        image.header.magnification = 1.8;
        image.header.imageType = {"DERIVED", "SECONDARY"};
        image.presentation = "processing";
        image.modifiers = {"S", "ID"};
        image.synthetic = true;
        QCOMPARE(flagsOf(image),
                 image_flag::colour | image_flag::magnified | image_flag::secondary | image_flag::processing);
        QCOMPARE(takenAt(image), std::string("20200101 101500"));
        QCOMPARE(typeOf(image), std::string("cview"));
        QCOMPARE(modifiersOf(image), std::string("S,ID"));
        image.tomosynthesis = true;
        QCOMPARE(typeOf(image), std::string("3D"));
    }

    void lateralViewsStandInAndOthersAreExtras()
    {
        std::vector<LibraryImage> images{viewOf(1, Side::Left, "LM"), viewOf(2, Side::Left, "ML"),
                                         viewOf(3, Side::Right, "MLO"), viewOf(4, Side::Unknown, "CC"),
                                         viewOf(5, Side::Right, "XCCL")};
        hang(images);
        QCOMPARE(images.size(), std::size_t(5));
        QCOMPARE(idIn(images, Slot::RCC), std::int64_t(0));
        QCOMPARE(idIn(images, Slot::RMLO), std::int64_t(3));
        QCOMPARE(idIn(images, Slot::LMLO), std::int64_t(2));
        QCOMPARE(images[0].id, std::int64_t(3)); // hung ones first, in the order of the slots
        QCOMPARE(images[1].id, std::int64_t(2));
    }

    // What can be read hangs, as it does in the reading page, which finds nothing else.
    void filesThatAreNotThere()
    {
        for (const char* state : {"missing", "refused", "none"}) {
            LibraryImage better = viewOf(1, Side::Right, "CC", image_flag::presentation);
            better.state = state;
            LibraryImage there = viewOf(2, Side::Right, "CC", image_flag::processing);
            there.state = "read";
            QCOMPARE(hungOf(better, there), std::int64_t(2));
            std::vector<LibraryImage> alone{better, viewOf(3, Side::Left, "CC")};
            hang(alone);
            QCOMPARE(idIn(alone, Slot::RCC), std::int64_t(std::string(state) == "none" ? 0 : 1));
            QCOMPARE(idIn(alone, Slot::LCC), std::int64_t(3));
            QCOMPARE(alone.size(), std::size_t(2));
        }
    }

    // A study of spot views, or of images that nobody told the side of, is not shown empty.
    void placesOfAStudyThatNoneHangsOf()
    {
        std::vector<LibraryImage> images{viewOf(1, Side::Left, "CC"), viewOf(2, Side::Right, "CC"),
                                         viewOf(3, Side::Left, "MLO"), viewOf(4, Side::Left, "CC"),
                                         viewOf(5, Side::Unknown, "")};
        for (LibraryImage& image : images)
            image.modifiers = "spot";
        hang(images);
        const auto places = placesOf(images);
        const auto sideAt = [&](std::size_t place) { return images[std::size_t(places[place])].side; };
        QCOMPARE(sideAt(0), Side::Right);
        QCOMPARE(sideAt(1), Side::Left);
        QCOMPARE(sideAt(3), Side::Left);
        QCOMPARE(std::set(places.begin(), places.end()).size(), std::size_t(4));
        images.resize(1);
        images[0].modifiers.clear();
        hang(images);
        QCOMPARE(placesOf(images), (std::array{0, -1, -1, -1})); // it hangs: the others stay empty
        QCOMPARE(placesOf({}), (std::array{-1, -1, -1, -1}));
    }

    // A set whose tables and headers were read hangs every file where a scan of its folder hangs it.
    void asAScanOfTheSameFiles()
    {
        const Folder folder;
        PhantomOptions options;
        options.folder = folder / "phantoms";
        options.seed = 3;
        options.studies = 3;
        options.rows = 128;
        options.columns = 104;
        QVERIFY(writePhantoms(options, {}).has_value());
        const auto scanned = scan({options.folder / "images"}, {}, {.readPixels = false});
        QVERIFY(scanned.has_value());
        std::map<std::string, Slot> expected;
        for (const Study& study : scanned->studies)
            for (const StudyImage& image : study.images)
                expected[image.path.filename().string()] = image.slot;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, readEmbedSet(options.folder));
        readHeaders(library);
        // The tables' words are left out: the headers alone must do.
        library.note(
            [](SQLite::Database& database) { database.exec("UPDATE image SET side = '', view = '', type = ''"); });
        library.note([](SQLite::Database& database) { database.exec("UPDATE file SET state = 'listed'"); });
        readHeaders(library);
        const auto ids = allStudies(library);
        const auto studies = imagesOf(library, ids);
        const auto hung = hungImages(library);
        QCOMPARE(hung.size(), ids.size());
        std::size_t seen = 0;
        for (std::size_t i = 0; i < studies.size(); ++i) {
            QCOMPARE(hung[i].study, ids[i]);
            for (const LibraryImage& image : studies[i]) {
                QCOMPARE(int(image.slot), int(expected.at(image.below.filename().string())));
                if (image.slot != Slot::Extra)
                    QCOMPARE(hung[i].images[std::size_t(image.slot)], image.id);
                ++seen;
            }
        }
        QCOMPARE(seen, expected.size());
        QVERIFY(imagesOf(library, std::vector<std::int64_t>{999999}).at(0).empty());
    }
};

QTEST_APPLESS_MAIN(TestLibraryImages)
#include "test_library_images.moc"
