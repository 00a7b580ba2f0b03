// The file pass: what one reading of a file gives, that it goes on where it stopped, and what it tells of bad files.
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/dicom/read/image_file.h"
#include "core/image/measure/pixel_hash.h"
#include "core/library/collection/file_states.h"
#include "core/library/collection/library_schema.h"
#include "core/library/files/file_pass.h"
#include "core/library/files/file_problems.h"
#include "core/library/files/image_doubts.h"
#include "core/library/studies/cohorts.h"
#include "core/library/studies/study_columns.h"
#include "core/library/studies/study_filter.h"
#include "core/library/studies/study_keys.h"
#include "core/study/describe_image.h"
#include "tests/core/library/library_support.h"
#include "tests/core/library/phantom_library.h"
#include "tests/support/test_data.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <map>
#include <set>
#include <sys/stat.h>
#include <thread>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

fs::path pathOf(const LibraryImage& image) { return image.root / image.below; }

std::string textIn(Library& library, const std::string& query)
{
    std::string out;
    library.read([&](SQLite::Database& database) { out = database.execAndGet(query).getString(); });
    return out;
}

std::string patched(std::string bytes, const std::string& from, const std::string& to)
{
    for (std::size_t at = bytes.find(from); at != bytes.npos; at = bytes.find(from, at + to.size()))
        bytes.replace(at, from.size(), to);
    return bytes;
}

std::map<std::string, std::int64_t> kindsIn(Library& library)
{
    std::map<std::string, std::int64_t> out;
    for (const FileProblem& each : fileProblems(library))
        ++out[each.kind];
    return out;
}

// A library of phantoms with its images by study.
struct Set
{
    explicit Set(int studies = 4, std::uint64_t seed = 11)
    {
        makePhantomLibrary(folder / "lib", folder / "phantoms", {seed, studies});
        library = std::make_unique<Library>(folder / "lib");
        ids = allStudies(*library);
        images = imagesOf(*library, ids);
        for (const auto& study : images)
            count += static_cast<std::int64_t>(study.size());
    }
    FilePassReport pass(const Job& job = {}, int threads = 2)
    {
        ThumbStore store(folder / "lib");
        return passFiles(*library, store, job, threads);
    }
    std::size_t found(const std::string& filter)
    {
        return filterStudies(StudyColumns(*library), parseFilter(filter), false).studies.count();
    }
    Folder folder;
    std::unique_ptr<Library> library;
    std::vector<std::int64_t> ids;
    std::vector<std::vector<LibraryImage>> images;
    std::int64_t count = 0;
};

} // namespace

class TestFilePass : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oneReadingGivesAll()
    {
        Set set;
        const FilePassReport report = set.pass();
        QCOMPARE(report.counts.read, set.count);
        QCOMPARE(report.counts.left(), std::int64_t(0));
        QVERIFY(report.problems.empty());
        ThumbStore store(set.folder / "lib");
        std::int64_t bytes = 0;
        for (const auto& study : imagesOf(*set.library, set.ids))
            for (const LibraryImage& image : study) {
                QVERIFY(image.passed && image.state == "read");
                const std::string id = std::to_string(image.file);
                QCOMPARE(textIn(*set.library, "SELECT sha256 FROM file WHERE id = " + id), sha256OfFile(pathOf(image)));
                PixelHash pixels;
                pixels.add(ImageFile::open(pathOf(image))->readFrame(0));
                QCOMPARE(image.pixels, pixels.finish());
                QCOMPARE(textIn(*set.library,
                                "SELECT dct IS NOT NULL AND dct_mirrored IS NOT NULL FROM file WHERE id = " + id),
                         std::string("1"));
                bytes += std::int64_t(fs::file_size(pathOf(image)));
                QCOMPARE(int(findThumb(store, image).state), int(ImageThumb::State::Ready));
                QVERIFY(textIn(*set.library, "SELECT rows || ' ' || cols FROM image WHERE id = " +
                                                 std::to_string(image.id)) == "128 104");
            }
        QCOMPARE(report.counts.bytes, bytes);
        QCOMPARE(set.pass().counts.before, set.count); // and nothing is read again
        QVERIFY(set.found("file = read") == set.ids.size());
    }

    // Copies are told by what they are, also under another header; black pictures are no copies.
    void copies()
    {
        Set set;
        const fs::path source = pathOf(set.images[0][0]);
        const std::string bytes = readText(source);
        writeAtomically(pathOf(set.images[1][0]), std::string_view(bytes));
        const std::string renamed = patched(bytes, "SYNTHETIC^PHANTOM", "SOMEBODY^ELSE^^^^");
        QVERIFY(renamed != bytes);
        writeAtomically(pathOf(set.images[2][1]), std::string_view(renamed));
        std::string black = "P5\n60 80\n255\n" + std::string(4800, '\0');
        writeAtomically(pathOf(set.images[3][0]), std::string_view(black));
        writeAtomically(pathOf(set.images[3][1]), std::string_view(black));
        set.pass();
        auto kinds = kindsIn(*set.library);
        QCOMPARE(kinds["same file"], std::int64_t(2));
        QCOMPARE(kinds["same pixels"], std::int64_t(1));
        for (const FileProblem& each : fileProblems(*set.library, "same pixels")) {
            QCOMPARE(each.path, pathOf(set.images[2][1]));
            QVERIFY(has(each.text, source.filename().string()));
        }
        QCOMPARE(set.found("problem = \"same file\""), std::size_t(2));
        QCOMPARE(set.found("problem = \"same pixels\""), std::size_t(1));
    }

    // Women who share a picture are in one part, whatever the seed; the hash of a split without copies is as it was.
    void copiesStayInOnePart()
    {
        Set set(12, 40);
        freezeCohort(*set.library, "all", "");
        const auto split = [&](std::int64_t seed) {
            splitCohort(*set.library, {"all", seed, {0.5, 0.25, 0.25}, ""});
            return *splitOf(*set.library, {std::string("all"), seed});
        };
        const std::string before = split(5).hash;
        set.pass();
        splitCohort(*set.library, {"all", 5, {0.5, 0.25, 0.25}, ""});
        QCOMPARE(splitOf(*set.library, {std::string("all"), 5})->hash, before);
        std::vector<std::size_t> of{0, 4, 7, 9};
        for (const std::size_t study : of)
            writeAtomically(pathOf(set.images[study][0]), std::string_view(readText(pathOf(set.images[0][0]))));
        lookForFiles(*set.library);
        set.pass();
        bool toldTorn = has(splitOf(*set.library, {std::string("all"), 5})->warnings.empty()
                                ? ""
                                : splitOf(*set.library, {std::string("all"), 5})->warnings.front().english(),
                            "different parts");
        for (std::int64_t seed = 1; seed <= 20; ++seed) {
            const CohortSplit made = split(seed);
            const std::string parts = textIn(
                *set.library,
                "SELECT count(DISTINCT part) FROM split_patient JOIN patient ON patient.id = split_patient.person JOIN"
                " study ON study.patient = patient.id WHERE split_patient.split = " +
                    std::to_string(made.id) + " AND study.id IN (" + std::to_string(set.ids[0]) + "," +
                    std::to_string(set.ids[4]) + "," + std::to_string(set.ids[7]) + "," + std::to_string(set.ids[9]) +
                    ")");
            QCOMPARE(parts, std::string("1"));
            QVERIFY(!made.warnings.empty() && has(made.warnings.front().english(), "kept in one part"));
        }
        // The one made before its files were read says that it leaks, unless chance had put all four together.
        const std::string torn = textIn(
            *set.library,
            "SELECT count(DISTINCT part) FROM split_patient JOIN study ON study.patient = split_patient.person WHERE split_patient.split ="
            " 1 AND study.id IN (" +
                std::to_string(set.ids[0]) + "," + std::to_string(set.ids[4]) + "," + std::to_string(set.ids[7]) + "," +
                std::to_string(set.ids[9]) + ")");
        QCOMPARE(toldTorn, torn != "1");
    }

    void badFilesAreToldAndTheRestGoesOn()
    {
        Set set;
        const fs::path gone = pathOf(set.images[0][0]), broken = pathOf(set.images[1][1]),
                       other = pathOf(set.images[2][2]);
        fs::rename(gone, set.folder / "away");
        const std::string whole = readText(broken);
        writeAtomically(broken, std::string_view(whole).substr(0, whole.size() - 2000));
        writeAtomically(other, std::string_view("no picture"));
        const FilePassReport report = set.pass();
        QCOMPARE(report.counts.read, set.count - 3);
        QCOMPARE(report.counts.missing, std::int64_t(1));
        QCOMPARE(report.counts.refused, std::int64_t(2));
        QCOMPARE(report.problems.size(), std::size_t(3));
        auto kinds = kindsIn(*set.library);
        QCOMPARE(kinds["missing"], std::int64_t(1));
        QCOMPARE(kinds["refused"], std::int64_t(2));
        for (const FileProblem& each : fileProblems(*set.library, "refused"))
            QVERIFY(!each.text.empty());
        QCOMPARE(set.found("file = missing"), std::size_t(1));
        QCOMPARE(set.pass().counts.before,
                 set.count - 1); // refused ones are not read again, the missing one is looked for
        fs::rename(set.folder / "away", gone);
        writeAtomically(broken, std::string_view(whole));
        const FileStates states = lookForFiles(*set.library);
        QCOMPARE(states.found, std::int64_t(1));
        QCOMPARE(states.changed, std::int64_t(1));
        QCOMPARE(set.pass().counts.read, std::int64_t(2));
        QCOMPARE(kindsIn(*set.library)["refused"], std::int64_t(1));
    }

    // A file that went missing keeps what is known of it: by that it can be found again.
    void whatIsMissingStaysKnown()
    {
        Set set;
        set.pass();
        const LibraryImage image = set.images[0][0];
        const std::string query =
            "SELECT sop || sha256 || pixels || size FROM file WHERE id = " + std::to_string(image.file);
        const std::string known = textIn(*set.library, query);
        QVERIFY(!known.empty());
        fs::rename(pathOf(image), set.folder / "away");
        QCOMPARE(lookForFiles(*set.library).missing, std::int64_t(1));
        readHeaders(*set.library);
        const FilePassReport again = set.pass(); // told each time, though there is nothing to read
        QCOMPARE(again.counts.missing, std::int64_t(1));
        QCOMPARE(again.counts.before, set.count - 1);
        QCOMPARE(again.counts.left(), std::int64_t(0));
        QCOMPARE(textIn(*set.library, query), known);
        QCOMPARE(set.found("file = missing"), std::size_t(1));
        QCOMPARE(imagesOf(*set.library, set.ids)[0].size(), set.images[0].size()); // never dropped
        fs::rename(set.folder / "away", pathOf(image));
        lookForFiles(*set.library);
        QCOMPARE(set.found("file = missing"), std::size_t(0));
        QCOMPARE(set.pass().counts.read, std::int64_t(0)); // it is the same file
    }

    // Stopped after any file it goes on with the rest; what is counted as read is on the disk.
    void goesOnWhereItStopped()
    {
        Set set;
        std::int64_t read = 0;
        for (int round = 0; round < 50 && read < set.count; ++round) {
            std::stop_source stop;
            const FilePassReport report = set.pass(
                {stop.get_token(), [&](std::uint64_t, std::uint64_t, std::string_view) { stop.request_stop(); }}, 2);
            QCOMPARE(report.counts.before, read);
            read += report.counts.read;
            QCOMPARE(textIn(*set.library, "SELECT count(*) FROM file WHERE passed IS NOT NULL"), std::to_string(read));
        }
        QCOMPARE(read, set.count);
    }

    // What somebody waits for comes first, by the same reading: the pass itself does not read it again.
    void whatIsWantedComesFirst()
    {
        Set set;
        ThumbStore store(set.folder / "lib");
        FilePass pass(*set.library, store);
        const LibraryImage wanted = set.images.back().back();
        std::vector<std::jthread> askers;
        for (int i = 0; i < 4; ++i)
            askers.emplace_back([&] {
                const ImageThumb thumb = pass.lookFor(wanted);
                QVERIFY(thumb.state == ImageThumb::State::Ready && !thumb.thumb.jpeg.empty());
            });
        askers.clear();
        pass.flush();
        QCOMPARE(pass.counts().read, std::int64_t(1));
        std::set<std::int64_t> files;
        while (const auto file = pass.next()) {
            QVERIFY(pass.look(*file));
            QVERIFY(files.insert(file->file).second);
        }
        pass.flush();
        QVERIFY(!files.contains(wanted.file));
        QCOMPARE(pass.counts().read, set.count);
        QCOMPARE(pass.counts().left(), std::int64_t(0));
        fs::remove(pathOf(wanted));
        QCOMPARE(int(pass.lookFor(wanted).state), int(ImageThumb::State::Missing));
    }

    // A file that changed is shown as it is now, and read anew.
    void aChangedFile()
    {
        Set set;
        set.pass();
        const LibraryImage image = imagesOf(*set.library, set.ids)[0][0];
        writeAtomically(pathOf(image), std::string_view(readText(pathOf(set.images[1][0])) + std::string(512, '\0')));
        ThumbStore store(set.folder / "lib");
        QCOMPARE(int(findThumb(store, image).state), int(ImageThumb::State::ToMake));
        FilePass pass(*set.library, store);
        QCOMPARE(int(pass.lookFor(image).state), int(ImageThumb::State::Ready));
        pass.flush();
        const LibraryImage now = imagesInFiles(*set.library, std::span(&image.file, 1))[0][0];
        QVERIFY(now.pixels != image.pixels);
        QCOMPARE(int(findThumb(store, now).state), int(ImageThumb::State::Ready));
    }

    // Written anew in the same second, at the same size: seen by its time in nanoseconds. Times that were kept as whole
    // seconds are of the file still.
    void aChangeWithinASecondIsSeen()
    {
        Set set;
        set.pass();
        const fs::path changed = pathOf(set.images[0][0]), kept = pathOf(set.images[1][0]);
        const auto setTime = [](const fs::path& path, std::int64_t nanoseconds) {
            const timespec time{1'700'000'000, nanoseconds};
            const timespec times[2] = {time, time};
            QCOMPARE(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
        };
        setTime(changed, 5'000'000);
        setTime(kept, 5'000'000);
        lookForFiles(*set.library);
        set.pass();
        std::string bytes = readText(changed);
        bytes.back() = static_cast<char>(bytes.back() + 1);
        writeAtomically(changed, std::string_view(bytes));
        setTime(changed, 6'000'000);
        QCOMPARE(lookForFiles(*set.library).changed, std::int64_t(1));
        QCOMPARE(set.pass().counts.read, std::int64_t(1));
        // As a library of an earlier version has them, before and after the step that makes nanoseconds of them.
        set.library->note([&](SQLite::Database& database) {
            database.exec("UPDATE file SET mtime = mtime / 1000000000");
            const auto& steps = librarySchema().steps;
            database.exec(*std::ranges::find_if(steps, [](const char* step) {
                return std::string_view(step).find("mtime * 1000000000") != std::string_view::npos;
            }));
        });
        QCOMPARE(lookForFiles(*set.library).changed, std::int64_t(0));
    }

    // A side that a table has wrong: against the header, and against the edge that the breast touches.
    void sidesThatDisagree()
    {
        Set set;
        set.pass();
        auto before = kindsIn(*set.library);
        QCOMPARE(before["side"] + before["view"] + before["wall"] + before["text"], std::int64_t(0));
        set.library->note([&](SQLite::Database& database) {
            database.exec("UPDATE image SET side = iif(side = 'L', 'R', 'L') WHERE id = " +
                          std::to_string(set.images[0][0].id));
            database.exec("UPDATE file SET passed = NULL");
        });
        set.pass();
        auto kinds = kindsIn(*set.library);
        QCOMPARE(kinds["side"], std::int64_t(1));
        QCOMPARE(set.found("problem = side"), std::size_t(1));
    }

    // What the edge that the breast touches says beside side and PatientOrientation (workstation.md 1.3), what names
    // say.
    void whatThePixelsSayOfTheSide()
    {
        const auto kinds = [](Side side, const char* row, bool left, const std::string& said = {}) {
            LibraryImage image;
            image.side = side;
            image.view = "CC";
            ImageHeader header;
            header.format = "dicom";
            header.modality = "MG";
            header.patientOrientation = {row, ""};
            std::string all;
            for (const ImageDoubt& each :
                 doubtsOf(image, describeImage("/nowhere/" + said + ".dcm", header), {{true, left, 0, 0.3}, false}))
                all += each.kind + " ";
            return all;
        };
        QCOMPARE(kinds(Side::Left, "", true), std::string());
        QCOMPARE(kinds(Side::Right, "", false), std::string());
        QCOMPARE(kinds(Side::Right, "", true), std::string("mirrored "));
        QCOMPARE(kinds(Side::Left, "", false), std::string("mirrored "));
        QCOMPARE(kinds(Side::Left, "A", true), std::string());
        QCOMPARE(kinds(Side::Left, "A", false), std::string("wall "));
        QCOMPARE(kinds(Side::Left, "P", false), std::string()); // stored mirrored, and said so
        QCOMPARE(kinds(Side::Right, "P", true), std::string("wall "));
        QCOMPARE(kinds(Side::Right, "P", false, "R_CC"), std::string());
        QCOMPARE(kinds(Side::Right, "P", false, "L_CC"), std::string("side "));
        QCOMPARE(kinds(Side::Right, "P", false, "R_MLO"), std::string("view "));
        QCOMPARE(kinds(Side::Unknown, "", true), std::string());
        const std::vector<ImageDoubt> doubts{{"text", "\"quoted\" \xff"}, {"side", "x"}};
        QCOMPARE(doubtsFromText(doubtsText(doubts)).size(), std::size_t(2));
        QVERIFY(doubtsText({}).empty() && doubtsFromText("no JSON").empty());
    }

    // Two hands at once, and one that may hold little memory: each waits for its part.
    void memoryIsShared()
    {
        MemoryShare share(100);
        std::atomic<int> most{0}, now{0};
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i)
                threads.emplace_back([&, i] {
                    const MemoryShare::Part part(share, i == 0 ? 1000 : 40); // one that is larger than all there is
                    const int held = now += i == 0 ? 1000 : 40;
                    most = std::max(most.load(), held);
                    std::this_thread::yield();
                    now -= i == 0 ? 1000 : 40;
                });
        }
        QCOMPARE(now.load(), 0);
        QVERIFY(most.load() <= 1000);
    }

    // Each public file: read, or told why not.
    void everyPublicFile()
    {
        MAMA_NEED(fs::exists(dataFolder() / "dicom"), dataFolder() / "dicom");
        MemoryShare memory;
        int read = 0, refused = 0;
        for (const auto& entry : fs::recursive_directory_iterator(dataFolder())) {
            if (!entry.is_regular_file())
                continue;
            LibraryImage image;
            image.id = image.file = 1;
            image.root = entry.path().parent_path();
            image.below = entry.path().filename();
            const auto look = lookAtFile({1, {image}}, {memory});
            QVERIFY(look.has_value());
            const bool fine = look->facts.state == "read";
            QVERIFY2(fine != look->pixels.empty() && fine == look->facts.fault.empty(), entry.path().c_str());
            QCOMPARE(look->sha256.empty(), entry.file_size() == 0 && !fine && look->sha256.empty());
            ++(fine ? read : refused);
        }
        QVERIFY2(read > 40 && refused > 5, (std::to_string(read) + " " + std::to_string(refused)).c_str());
    }
};

QTEST_APPLESS_MAIN(TestFilePass)
#include "test_file_pass.moc"
