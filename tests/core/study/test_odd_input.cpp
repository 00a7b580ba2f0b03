// Names, numbers and files as people really have them: what tells two women apart, numbers with commas and stray text,
// archives, what systems leave beside the files.
#include "core/base/path_text.h"
#include "core/dicom/read/image_file.h"
#include "core/study/scan.h"
#include "tests/core/study/synthetic_mammogram.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>
#include <fstream>
#include <functional>
#include <set>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, const std::string& bytes)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// A picture without any header to speak of.
const std::string picture = std::string("P5\n2 2\n255\n") + std::string(4, 'x');

ScanReport scanned(const std::vector<std::string>& names)
{
    const QTemporaryDir folder;
    for (const std::string& name : names)
        put(fs::path(folder.path().toStdString()) / (name + ".pgm"), picture);
    return *scan({folder.path().toStdString()}, {}, {false, 1});
}

using Naming = std::function<std::string(const std::string& who, const std::string& side, const std::string& view)>;

const std::vector<std::pair<std::string, std::string>> four{{"L", "CC"}, {"R", "CC"}, {"L", "MLO"}, {"R", "MLO"}};

std::vector<std::string> exam(const Naming& name, const std::string& who)
{
    std::vector<std::string> out;
    for (const auto& [side, view] : four)
        out.push_back(name(who, side, view));
    return out;
}

std::string contains(const std::vector<UserText>& warnings, const std::string& text)
{
    for (const UserText& warning : warnings)
        if (warning.english().find(text) != std::string::npos)
            return warning.english();
    return {};
}

// One tag of a mammogram with this text: slope of its pipeline, and what is said.
struct Read
{
    GreyPipeline pipeline;
    ImageHeader header;
};

Read readWith(const std::string& keyword, const std::string& text)
{
    const QTemporaryDir folder;
    const fs::path path = folder.filePath("x.dcm").toStdString();
    SyntheticMammogram image;
    image.tags[keyword] = text;
    write(image, path);
    const auto file = ImageFile::open(path);
    return {file->pipeline(0), file->header()};
}

} // namespace

class TestOddInput : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void namesTellWomenApart_data()
    {
        QTest::addColumn<QString>("one");
        QTest::addColumn<QString>("other");
        for (const auto& [one, other] :
             std::initializer_list<std::pair<const char*, const char*>>{{"P1", "P2"},
                                                                        {"Smith", "Jones"},
                                                                        {"00001", "00002"},
                                                                        {"20200101", "20210301"},
                                                                        {"2020-01-01", "2021-03-01"},
                                                                        {"prior", "current"},
                                                                        {"1.2.840.1", "1.2.840.2"},
                                                                        {"A", "B"},
                                                                        {"M\xc3\xbcller", "\xc3\x87"
                                                                                          "elik"},
                                                                        {"visit1", "visit2"},
                                                                        {"Anna Lena", "Berta Rosa"}})
            QTest::newRow(one) << one << other;
    }

    void namesTellWomenApart()
    {
        QFETCH(QString, one);
        QFETCH(QString, other);
        const std::vector<Naming> namings{
            [](auto& who, auto& side, auto& view) { return who + "_" + side + "_" + view; },
            [](auto& who, auto& side, auto& view) { return who + "_" + side + view; },
            [](auto& who, auto& side, auto& view) { return who + "-" + side + "-" + view; },
            [](auto& who, auto& side, auto& view) { return side + view + "_" + who; },
            [](auto& who, auto& side, auto& view) { return side + "-" + view + " (" + who + ")"; },
            [](auto& who, auto& side, auto& view) { return who + "_" + view + "_" + side; },
            [](auto& who, auto& side, auto& view) { return who + (side == "L" ? ".LEFT_" : ".RIGHT_") + view; },
            [](auto& who, auto& side, auto& view) { return who + "/" + side + view; },
            [](auto& who, auto& side, auto& view) { return side + "/" + view + "/" + who; },
            [](auto& who, auto& side, auto& view) { return (side == "L" ? "LEFT/" : "RIGHT/") + who + "_" + view; },
            [](auto& who, auto& side, auto& view) { return who + "/" + side + "/" + view; }};
        for (const Naming& name : namings) {
            auto names = exam(name, one.toStdString());
            const auto others = exam(name, other.toStdString());
            names.insert(names.end(), others.begin(), others.end());
            const auto report = scanned(names);
            QVERIFY2(report.studies.size() == 2, (names[0] + " " + names[7]).c_str());
            for (const Study& study : report.studies) {
                QCOMPARE(study.images.size(), std::size_t{4});
                for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO})
                    QVERIFY2(study.inSlot(slot), names[0].c_str());
            }
        }
    }

    void numbersBehindAView()
    {
        const Naming glued = [](auto& who, auto& side, auto& view) { return side + view + who; };
        auto names = exam(glued, "1");
        for (const std::string& name : exam(glued, "2"))
            names.push_back(name);
        QCOMPARE(scanned(names).studies.size(), std::size_t{2});
        QCOMPARE(scanned({"CC1_L_CC", "CC1_R_CC", "CC2_L_CC", "CC2_R_CC"}).studies.size(), std::size_t{2});
        QCOMPARE(scanned({"LCC1", "RCC2", "LMLO3", "RMLO4"}).studies.size(), std::size_t{1});
    }

    void numbersAreReadWholeOrRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("value"); // 0: refused, with the tag and the text in a warning
        for (const auto& [text, value] :
             std::initializer_list<std::pair<const char*, double>>{{"1.5", 1.5},
                                                                   {" 1.5 ", 1.5},
                                                                   {"1,5", 1.5},
                                                                   {"-1,5", -1.5},
                                                                   {"+2", 2},
                                                                   {",5", 0.5},
                                                                   {".5", 0.5},
                                                                   {"0,070", 0.07},
                                                                   {"1.500,0", 1500},
                                                                   {"1,500.0", 1500},
                                                                   {"1,234,567", 1234567},
                                                                   {"1,5e1", 15},
                                                                   {"1.5E-1", 0.15},
                                                                   {"1,0625", 1.0625},
                                                                   {"2048,1024", 0}, // or a list
                                                                   {"-1024,500", 0},
                                                                   {"1,500", 0},
                                                                   {"12e", 0},
                                                                   {"0x1F", 0},
                                                                   {"1.5mm", 0},
                                                                   {"-", 0},
                                                                   {"1,2,3", 0},
                                                                   {"1.23,4", 0},
                                                                   {"5,", 0},
                                                                   {"+-5", 0},
                                                                   {"--5", 0},
                                                                   {"1 5", 0},
                                                                   {"nan", 0},
                                                                   {"1e999", 0},
                                                                   {"1;5", 0},
                                                                   {"one", 0}})
            QTest::newRow(text) << text << value;
    }

    void numbersAreReadWholeOrRefused()
    {
        QFETCH(QString, text);
        QFETCH(double, value);
        const std::string said = text.trimmed().toStdString();
        const Read slope = readWith("RescaleSlope", text.toStdString()),
                   factor = readWith("EstimatedRadiographicMagnificationFactor", text.toStdString()),
                   spacing = readWith("ImagerPixelSpacing", (text + "\\" + text).toStdString());
        QCOMPARE(slope.pipeline.slope, value == 0 ? 1.0 : value);
        QCOMPARE(factor.header.magnification.value_or(0), value);
        QCOMPARE(spacing.header.imagerPixelSpacing ? spacing.header.imagerPixelSpacing->row : 0.0,
                 std::max(0.0, value));
        QCOMPARE(!contains(slope.header.warnings, "(0028,1053) Rescale Slope \"" + said + "\"").empty(), value == 0);
        QCOMPARE(!contains(factor.header.warnings, "(0018,1114)").empty(), value == 0);
        QCOMPARE(!contains(spacing.header.warnings, "(0018,1164)").empty(), value <= 0);
    }

    void severalNumbersWhereOneBelongs()
    {
        const Read slope = readWith("RescaleSlope", "2\\3");
        QCOMPARE(slope.pipeline.slope, 2.0);
        QVERIFY(!contains(slope.header.warnings, "(0028,1053) Rescale Slope \"2\\3\" is more than one").empty());
        const Read factor = readWith("EstimatedRadiographicMagnificationFactor", "1.5\\1.8");
        QVERIFY(!factor.header.magnification && !contains(factor.header.warnings, "(0018,1114)").empty());
        QVERIFY(readWith("EstimatedRadiographicMagnificationFactor", "1.5\\1.5").header.magnification);
        const Read spacing = readWith("ImagerPixelSpacing", "0.1\\0.1\\0.2");
        QVERIFY(!spacing.header.imagerPixelSpacing && !contains(spacing.header.warnings, "(0018,1164)").empty());
        QVERIFY(readWith("RescaleSlope", "").header.warnings.empty());
    }

    void bothTextsOfAWindowAreNamed()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.filePath("x.dcm").toStdString();
        SyntheticMammogram image;
        image.tags = {{"WindowCenter", "2,048"}, {"WindowWidth", "4,096"}};
        write(image, path);
        const auto file = ImageFile::open(path);
        QVERIFY(file->pipeline(0).voi.empty());
        const std::string said = contains(file->header().warnings, "(0028,1050)");
        QVERIFY2(said.find("2,048") != said.npos && said.find("4,096") != said.npos, said.c_str());
    }

    void otherPicturesAreNamed()
    {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        using namespace std::string_literals;
        const std::map<std::string, std::pair<std::string, std::string>> kinds{
            {"a.bmp", {"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"s, "BMP"}},
            {"b.gif", {"GIF89a"s, "GIF"}},
            {"c.webp", {"RIFF\x24\0\0\0WEBPVP8 "s, "WebP"}},
            {"d.heic", {"\0\0\0\x18"s + "ftypheic", "HEIC"}},
            {"e.avif", {"\0\0\0\x18"s + "ftypavif", "AVIF"}},
            {"f.jp2", {"\0\0\0\x0cjP  \r\n"s, "JPEG 2000"}},
            {"g.tif", {"II+\0\x08\0\0\0"s, "BigTIFF"}},
            {"h.nii", {std::string(344, '\x01') + "n+1\0"s, "NIfTI"}},
            {"i.ppm", {"P6\n2 2\n255\n"s, "PPM"}},
            {"j.dcm", {"GIF87a"s, "GIF"}},
            {"k", {"GIF87a"s, "GIF"}}};
        for (const auto& [name, kind] : kinds)
            put(root / name, kind.first + std::string(200, '\0'));
        put(root / "BMI.txt", "BMI of all patients");
        const auto report = scan({root});
        QCOMPARE(report->problems.size(), kinds.size());
        for (const ScanProblem& problem : report->problems) {
            QVERIFY(problem.refused);
            QCOMPARE(problem.reason.english(), "a " + kinds.at(problem.path.filename().string()).second +
                                                   " file, which is not read: convert it to PNG, TIFF or DICOM");
        }
        QCOMPARE(report->others.size(), std::size_t{1});
    }

    // Numbers alone count the pictures of one exam; in front of every patient's views they tell patients apart.
    void numbersThatCountPictures()
    {
        QCOMPARE(scanned({"1_RCC", "2_LCC"}).studies.size(), std::size_t{1});
        QCOMPARE(scanned({"1_RCC", "2_LCC", "3_RMLO", "4_LMLO", "5_RCC"}).studies.size(), std::size_t{1});
        QCOMPARE(scanned({"01", "02", "RCC"}).studies.size(), std::size_t{3});
        QCOMPARE(scanned({"1_RCC", "2_RCC"}).studies.size(), std::size_t{2});
        QCOMPARE(scanned({"1001_RCC", "2047_LCC"}).studies.size(), std::size_t{2});
        QCOMPARE(scanned({"001RCC", "001LCC", "002RCC", "002LCC"}).studies.size(), std::size_t{2});
        QCOMPARE(scanned({"patient1R_CC", "patient1L_CC", "patient2R_CC", "patient2L_CC"}).studies.size(),
                 std::size_t{2});
        QCOMPARE(scanned({"p1_Cranio-Caudal_R", "p1_Cranio-Caudal_L", "p1_MLO_R", "p1_MLO_L"}).studies.size(),
                 std::size_t{1});
    }

    void archivesAreNamed()
    {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        const std::map<std::string, std::pair<std::string, std::string>> kinds{
            {"a.zip", {std::string("PK\3\4", 4), "ZIP"}},
            {"b.tar", {std::string(257, 'x') + "ustar", "tar"}},
            {"c.tar.gz", {"\x1f\x8b", "gzip"}},
            {"d.7z", {"7z\xbc\xaf\x27\x1c", "7z"}},
            {"e.rar", {"Rar!\x1a\x07", "RAR"}},
            {"f.dcm", {"\x1f\x8b", "gzip"}},
            {"g", {std::string(257, 'x') + "ustar", "tar"}},
            {"h.iso", {std::string(32769, '\0') + "CD001", "disc image (ISO 9660)"}}};
        for (const auto& [name, kind] : kinds)
            put(root / name, kind.first + std::string(600, '\0'));
        put(root / "table.xlsx", std::string("PK\3\4", 4) + std::string(600, '\0'));
        const auto report = scan({root});
        QCOMPARE(report->problems.size(), kinds.size());
        for (const ScanProblem& problem : report->problems)
            QCOMPARE(problem.reason.english(),
                     "a " + kinds.at(problem.path.filename().string()).second + " archive: unpack it first");
        QCOMPARE(report->others.size(), std::size_t{1});
        QVERIFY(scan({root / "table.xlsx"})->problems.at(0).reason.english().starts_with("a ZIP archive"));
    }

    void whatSystemsLeaveIsNoProblem()
    {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        const std::string doubled = std::string("\0\5\x16\7\0\2\0\0Mac OS X        ", 24) + std::string(900, '\0');
        const std::map<std::string, std::string> left{{"._a.dcm", doubled},
                                                      {"__MACOSX/._b.png", doubled},
                                                      {"c.dcm", doubled},
                                                      {".DS_Store", std::string(99, '\0')},
                                                      {"Thumbs.db", "\xd0\xcf\x11\xe0" + std::string(99, '\0')},
                                                      {"desktop.ini", "[x]"},
                                                      {"Icon\r", ""}};
        for (const auto& [name, bytes] : left)
            put(root / name, bytes);
        put(root / "empty.dcm", "");
        const auto report = scan({root});
        QCOMPARE(report->others.size(), left.size());
        QCOMPARE(report->problems.size(), std::size_t{1}); // its name claims an image
    }

    void deadLinksAndNamesOfAnyBytes()
    {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        const std::vector<std::string> names{"new\nline", "bad\xff\xfe", "quo\"te'", "back\\slash",        "-dash",
                                             "tab\tx",    "\x1b[31mred", "%s%1",     std::string(251, 'a')};
        for (const std::string& name : names)
            put(root / (name + ".pgm"), picture);
        fs::create_symlink("nothing", root / "dead.dcm");
        fs::create_directories(root / "p");
        fs::create_directories(root / "q");
        fs::create_directory_symlink("../q", root / "p" / "q");
        fs::create_directory_symlink("../p", root / "q" / "p");
        const auto report = scan({root});
        std::set<std::string> found;
        for (const Study& study : report->studies)
            for (const StudyImage& image : study.images) {
                found.insert(image.path.stem().native());
                QCOMPARE(givenPath(pathText(image.path)).native(), image.path.native());
            }
        QCOMPARE(found, std::set<std::string>(names.begin(), names.end()));
        QCOMPARE(report->problems.size(), std::size_t{1});
        QVERIFY(report->problems[0].reason.english().starts_with("a link to what is not there"));
        fs::remove_all(root); // Qt cannot name them all
    }
};

QTEST_GUILESS_MAIN(TestOddInput)
#include "test_odd_input.moc"
