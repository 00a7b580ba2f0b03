#include "core/base/error.h"
#include "core/base/files.h"
#include "core/dicom/read/dicom_directory.h"
#include "core/media/private_folder.h"
#include "core/media/zip_limits.h"
#include "core/media/zip_unpacking.h"
#include "core/study/scan.h"
#include "tests/core/media/directory_file.h"
#include "tests/core/media/zip_builder.h"
#include "tests/core/study/synthetic_mammogram.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fstream>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

using namespace mama;
using mama::test::SyntheticMammogram;
using mama::test::writeDirectory;
using mama::test::zipOf;
using mama::test::ZipPart;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, const std::string& bytes)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}

std::string mammogram(const fs::path& scratch, const std::string& side, const std::string& view)
{
    write(SyntheticMammogram{{{"ImageLaterality", side}, {"ViewPosition", view}}, "", "SCT", "", side == "R"}, scratch);
    return readText(scratch);
}

// Reasons by the name behind the archive's own.
std::map<std::string, std::string> reasons(const ScanReport& report, const fs::path& archive)
{
    std::map<std::string, std::string> out;
    for (const ScanProblem& problem : report.problems)
        if (problem.refused)
            out[problem.path == archive ? "" : problem.path.native().substr(archive.native().size() + 1)] =
                problem.reason.english();
    return out;
}

std::size_t unpackedNow()
{
    std::error_code none;
    std::size_t count = 0;
    for (fs::directory_iterator it(cacheFolder() / "unpacked", none); !none && it != fs::directory_iterator();
         it.increment(none))
        count += it->is_directory() ? 1 : 0;
    return count;
}

} // namespace

class TestMedia : public QObject
{
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path root() const { return m_folder->path().toStdString(); }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("MAMA_CACHE", QFile::encodeName(m_folder->filePath("cache")));
    }

    // Qt's own removal leaves names that are not UTF-8.
    void cleanup() { fs::remove_all(root()); }

    void studiesComeOutOfArchives()
    {
        const fs::path archive = root() / "s\xfft\xc3\xbc"
                                          "dy.zip"; // a name of any bytes
        std::vector<ZipPart> parts;
        for (const std::string side : {"R", "L"})
            for (const std::string view : {"CC", "MLO"})
                parts.push_back({"DICOM/" + side + "\xe9" + view, mammogram(root() / "one", side, view), side == "R"});
        parts.push_back({"README.txt", "what a disc holds beside its images", true});
        put(archive, zipOf(parts));
        {
            const auto report = scan({archive});
            QCOMPARE(report->studies.size(), std::size_t{1});
            QVERIFY(report->problems.empty());
            QCOMPARE(report->others.size(), std::size_t{1});
            QCOMPARE(report->others[0].path, archive / "README.txt");
            const StudyImage* image = report->studies[0].inSlot(Slot::RCC);
            QVERIFY(image);
            QCOMPARE(image->place(), archive / "DICOM/R\xe9"
                                               "CC");
            QVERIFY(fs::exists(image->path) && image->path != image->place());
            QCOMPARE(unpackedNow(), std::size_t{1});
            const auto permissions = fs::status(report->studies[0].unpacked.at(0)->path()).permissions();
            QCOMPARE(permissions & fs::perms::all, fs::perms::owner_all);
            const Study kept = report->studies[0]; // as the window keeps it
        }
        QCOMPARE(unpackedNow(), std::size_t{0});
    }

    void hostileEntriesAreRefusedByName()
    {
        const std::string image = mammogram(root() / "one", "R", "CC");
        const std::string zeros(80U << 20U, '\0');
        const fs::path archive = root() / "x.zip";
        const std::string inner = zipOf({{"a.dcm", image}});
        put(archive, zipOf({{"../../up.dcm", image},
                            {"..\\up.dcm", image},
                            {"/etc/mama-test.dcm", image},
                            {"C:\\up.dcm", image},
                            {"dos\\IM1", image, false, 0, 0xFFFF, 0},
                            {"link", "/etc/passwd", false, 0, 0xFFFF, 3, 0120777},
                            {"pipe", "", false, 0, 0xFFFF, 3, 0010644},
                            {"secret.dcm", image, false, 1},
                            {"inner.zip", inner},
                            {"packed.dcm", image, false, 0, 9},
                            {"damaged.dcm", image, true, 0, 0xFFFF, 3, 0100644, {}, 1},
                            {"twice.dcm", image},
                            {"twice.dcm", image},
                            {std::string(300, 'n'), image},
                            {"bomb.dcm", zeros, true},
                            {"good.dcm", image}}));
        const auto report = scan({archive});
        const auto why = reasons(*report, archive);
        for (const auto& [name, part] :
             std::map<std::string, std::string>{{"../../up.dcm", "leads out"},
                                                {"..\\up.dcm", "leads out"},
                                                {"/etc/mama-test.dcm", "a place on the disk"},
                                                {"C:\\up.dcm", "a place on the disk"},
                                                {"link", "a link"},
                                                {"pipe", "neither a file nor a folder"},
                                                {"secret.dcm", "encrypted"},
                                                {"inner.zip", "a ZIP archive inside an archive"},
                                                {"packed.dcm", "packed in a way that is not read"},
                                                {"damaged.dcm", "damaged in the archive"},
                                                {"twice.dcm", "stands twice"},
                                                {std::string(300, 'n'), "cannot be unpacked"},
                                                {"bomb.dcm", "no picture packs so well"}})
            QVERIFY2(why.contains(name) && why.at(name).find(part) != std::string::npos,
                     (name + ": " + (why.contains(name) ? why.at(name) : "not refused")).c_str());
        QCOMPARE(why.size(), std::size_t{13});
        QVERIFY(!fs::exists(root().parent_path() / "up.dcm") && !fs::exists("/etc/mama-test.dcm"));
        std::set<std::string> names;
        for (const StudyImage& each : report->studies.at(0).images)
            names.insert(each.place().lexically_relative(archive));
        QCOMPARE(names, (std::set<std::string>{"good.dcm", "dos/IM1", "twice.dcm"}));
    }

    void sizesThatLie()
    {
        const std::string image = mammogram(root() / "one", "R", "CC");
        const fs::path archive = root() / "x.zip";
        ZipPart larger{"larger.dcm", image, true}, shorter{"shorter.dcm", image, true};
        larger.size = static_cast<std::uint32_t>(image.size() / 2);
        shorter.size = static_cast<std::uint32_t>(image.size() * 2);
        put(archive, zipOf({larger, shorter, {"good.dcm", image}}));
        const auto report = scan({archive});
        QCOMPARE(reasons(*report, archive).size(), std::size_t{2});
        QCOMPARE(report->studies.at(0).images.size(), std::size_t{1});
    }

    void wholeArchivesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("reason");
        const std::string good = zipOf({{"a.dcm", std::string(4000, 'x')}, {"b.dcm", std::string(4000, 'y')}});
        const auto row = [](const char* name, const std::string& bytes, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString(reason);
        };
        row("cut", good.substr(0, good.size() / 2), "cut");
        row("cut in its list", good.substr(0, good.size() - 30), "cut");
        row("without any file", zipOf({}), "without any file");
        row("many", test::zipSaying(zipLimits::entries + 1, {{"a", "x"}}), "at most");
        row("all of them grow",
            zipOf({{"a", std::string(40U << 20U, '\0'), true}, {"b", std::string(40U << 20U, '\0'), true}}),
            "would grow to 80 MiB");
        std::string overlapping = zipOf({{"a.dcm", std::string(4000, 'x')}, {"b.dcm", std::string(4000, 'y')}});
        overlapping.erase(overlapping.find('y'), 4000); // its list still says so
        row("damaged", overlapping, "a ZIP archive");
    }

    void wholeArchivesAreRefused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, reason);
        const fs::path archive = root() / "x.zip";
        put(archive, bytes.toStdString());
        write(SyntheticMammogram{}, root() / "beside.dcm");
        const auto report = scan({archive, root() / "beside.dcm"});
        QCOMPARE(report->problems.size(), std::size_t{1});
        QCOMPARE(report->problems[0].path, archive);
        QVERIFY2(report->problems[0].refused &&
                     QString::fromStdString(report->problems[0].reason.english()).contains(reason),
                 report->problems[0].reason.english().c_str());
        QCOMPARE(report->studies.size(), std::size_t{1}); // the rest goes on
        QCOMPARE(unpackedNow(), std::size_t{0});
    }

    // Every cut and every changed byte: a reason, never a crash, and nothing left.
    void damagedArchivesNeverCrash()
    {
        const std::string image = mammogram(root() / "one", "R", "CC").substr(0, 600);
        const std::string good = zipOf({{"a.dcm", image, true}, {"b/c.dcm", image}});
        const fs::path archive = root() / "x.zip";
        std::uint32_t random = test::freshSeed();
        for (int round = 0; round < 150; ++round) {
            std::string bytes = good;
            random = random * 1664525 + 1013904223;
            if (round % 3 == 0)
                bytes.resize(4 + random % (bytes.size() - 4));
            for (int change = 0; change < 3 && round % 3 != 0; ++change) {
                random = random * 1664525 + 1013904223;
                bytes[4 + (random >> 8) % (bytes.size() - 4)] = static_cast<char>(random >> 3);
            }
            put(archive, bytes);
            const auto report = scan({archive});
            QVERIFY(report && !(report->problems.empty() && report->studies.empty() && report->others.empty()));
        }
        QCOMPARE(unpackedNow(), std::size_t{0});
    }

    void whatACrashLeftIsSwept()
    {
        const pid_t child = ::fork();
        if (child == 0) {
            const PrivateFolder folder;
            put(folder.path() / "a.dcm", "x");
            ::_exit(0); // no destructor runs
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QCOMPARE(unpackedNow(), std::size_t{1});
        {
            const PrivateFolder own;
            QCOMPARE(unpackedNow(), std::size_t{1}); // the other is gone
            PrivateFolder::sweep();
            QVERIFY(fs::exists(own.path())); // of a process that lives
        }
        QCOMPARE(unpackedNow(), std::size_t{0});
    }

    void directoriesNameFiles()
    {
        const fs::path disc = root() / "disc";
        fs::create_directories(disc / "dicom");
        write(SyntheticMammogram{{{"ImageLaterality", "R"}, {"ViewPosition", "CC"}}, "", "SCT", "", true},
              disc / "dicom" / "im1"); // as discs are mounted
        write(SyntheticMammogram{{{"ImageLaterality", "L"}, {"ViewPosition", "CC"}}, "", "SCT", "", false},
              disc / "dicom" / "IM2");
        put(disc / "dicom" / "IM3", "no image");
        write(SyntheticMammogram{}, disc / "dicom" / "UNNAMED");
        writeDirectory(disc / "DICOMDIR", {{"DICOM", "IM1"},
                                           {"DICOM", "IM2"},
                                           {"DICOM", "IM2"},
                                           {"DICOM", "IM3"},
                                           {"DICOM", "GONE"},
                                           {"..", "..", "one"}});
        const auto report = scan({disc / "DICOMDIR"});
        QCOMPARE(report->studies.size(), std::size_t{1});
        QCOMPARE(report->studies[0].images.size(), std::size_t{2});
        std::map<std::string, std::string> why;
        for (const ScanProblem& problem : report->problems)
            why[problem.path.lexically_relative(disc)] = problem.reason.english();
        QCOMPARE(why.size(), std::size_t{3});
        QVERIFY(why.at("DICOM/GONE").find("record 5 (IMAGE) of the DICOMDIR names it, and it is not there") == 0);
        QVERIFY(why.at("DICOMDIR").find("record 6 (IMAGE) names \"..\\..\\one\"") == 0);
        QVERIFY(why.contains("dicom/IM3"));
    }

    void brokenDirectoriesSayWhatHelps()
    {
        const fs::path disc = root() / "disc";
        fs::create_directories(disc);
        writeDirectory(disc / "DICOMDIR", {{"A"}, {"B"}, {"C"}});
        const std::string whole = readText(disc / "DICOMDIR");
        for (std::size_t size = 300; size < whole.size(); size += 7) {
            put(disc / "DICOMDIR", whole.substr(0, size));
            const auto report = scan({disc / "DICOMDIR"});
            QVERIFY(report->studies.empty());
            QVERIFY(!report->problems.empty());
        }
        writeDirectory(disc / "DICOMDIR", {});
        QVERIFY(scan({disc / "DICOMDIR"})->problems.at(0).reason.english().find("open its folder instead") !=
                std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestMedia)
#include "test_media.moc"
