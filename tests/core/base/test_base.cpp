#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/json_text.h"
#include "core/base/mapped_file.h"
#include "core/base/npy.h"
#include "core/base/text_escape.h"
#include "core/base/user_files.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <random>
#include <sys/stat.h>

using namespace mama;

class TestBase : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // FIPS 180-2 appendix B.1, and the check value of the CRC-32 catalogue.
    void hashesAreThoseOfTheStandards()
    {
        QCOMPARE(sha256(std::string_view("abc")),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        const std::string_view digits = "123456789";
        QCOMPARE(crc32(std::as_bytes(std::span(digits))), 0xCBF43926U);
    }

    // Two streams at once, whatever the parts they come in, are each what OpenSSL makes of it alone.
    void twoHashesAtOnce()
    {
        std::mt19937 random(3);
        for (int round = 0; round < 200; ++round) {
            std::string one(random() % 3000, ' '), other(random() % 3000, ' ');
            for (std::string* text : {&one, &other})
                std::generate(text->begin(), text->end(), [&] { return static_cast<char>(random()); });
            Sha256 first, second;
            for (std::size_t at = 0, then = 0; at < one.size() || then < other.size();) {
                const std::string_view a = std::string_view(one).substr(at, random() % 700);
                const std::string_view b = std::string_view(other).substr(then, random() % 700);
                Sha256::addBoth(first, std::as_bytes(std::span(a)), second, std::as_bytes(std::span(b)));
                at += a.size();
                then += b.size();
            }
            QCOMPARE(first.finish(), sha256(one));
            QCOMPARE(second.finish(), sha256(other));
        }
    }

    void halvesAreWidenedExactly()
    {
        QCOMPARE(halfToFloat(0x3C00), 1.0F);
        QCOMPARE(halfToFloat(0xC000), -2.0F);
        QCOMPARE(halfToFloat(0x7BFF), 65504.0F);
        QCOMPARE(halfToFloat(0x0001), 0x1p-24F);
        QVERIFY(std::isinf(halfToFloat(0x7C00)));
    }

    void arraysComeBack()
    {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "a.npy";
        const std::vector<float> values{1, 2, 3, 4, 5, 6};
        const std::vector<std::int64_t> shape{2, 3};
        writeNpy(path, values, shape);
        const NpyArray read = readNpy(path);
        QCOMPARE(read.shape, shape);
        QCOMPARE(read.asFloat(), values);
    }

    void brokenArraysAreRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no magic") << QByteArray(80, 'x');
        QTest::newRow("header beyond file") << QByteArray("\x93NUMPY\x01\x00\xFF\xFF", 10) + QByteArray(20, ' ');
        const QByteArray header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000,), }");
        QTest::newRow("shape beyond file") << QByteArray("\x93NUMPY\x01\x00", 8) + char(header.size()) + '\0' + header;
        const QByteArray object("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }");
        QTest::newRow("python objects") << QByteArray("\x93NUMPY\x01\x00", 8) + char(object.size()) + '\0' + object +
                                               QByteArray(8, 'x');
    }

    void brokenArraysAreRefused()
    {
        QFETCH(QByteArray, bytes);
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "a.npy";
        writeAtomically(path, std::string_view(bytes.data(), static_cast<std::size_t>(bytes.size())));
        QVERIFY_EXCEPTION_THROWN(readNpy(path), Error);
    }

    // Cut while mapped: the page that is gone reads as zeros, and check() says so. Without the guard this ends the
    // program.
    void aFileThatIsCutInUseIsToldNotMet()
    {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "a";
        writeAtomically(path, std::string(1 << 20, 'x'));
        const MappedFile file(path), other(path);
        std::filesystem::resize_file(path, 10);
        QVERIFY(!file.isCut()); // not read yet
        QVERIFY_EXCEPTION_THROWN(file.check(), Error);
        QVERIFY(std::ranges::all_of(file.bytes().subspan(8192), [](std::byte each) { return each == std::byte{0}; }));
        QCOMPARE(file.bytes()[5], std::byte{'x'});
        QVERIFY(file.isCut());
        QVERIFY(!other.isCut());
        QVERIFY_EXCEPTION_THROWN(checked(file, [] { return 1; }), Error);
        QVERIFY_EXCEPTION_THROWN(checked(file, []() -> int { throw std::runtime_error("of the zeros"); }), Error);
        writeAtomically(path, std::string_view("whole"));
        QCOMPARE(readText(path), std::string("whole"));
    }

    // Size, inode and time of modification kept: the time of status change tells.
    void aChangeInPlaceIsSeen()
    {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "a";
        writeAtomically(path, std::string_view("one"));
        const FileState before = FileState::settled(path);
        const MappedFile file(path);
        const auto time = std::filesystem::last_write_time(path);
        std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << "two";
        std::filesystem::last_write_time(path, time);
        QVERIFY(FileState::of(path) != before);
        QCOMPARE(FileState::of(path).modified, before.modified);
        QVERIFY_EXCEPTION_THROWN(file.check(), Error);
    }

    // As a trainer does once a second to the file that the window reads: what was read is the old file, whole.
    void aReplacedFileIsNoChange()
    {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "a";
        writeAtomically(path, std::string_view("one"));
        const MappedFile file(path);
        writeAtomically(path, std::string_view("two"));
        file.check();
        QCOMPARE(file.bytes()[0], std::byte{'o'});
    }

    void whatIsNoRegularFileIsRefusedAtOnce()
    {
        const QTemporaryDir folder;
        const auto root = std::filesystem::path(folder.path().toStdString());
        QCOMPARE(::mkfifo((root / "fifo").c_str(), 0600), 0);
        for (const std::filesystem::path& path : {root / "fifo", root, std::filesystem::path("/dev/zero")}) {
            QVERIFY_EXCEPTION_THROWN(readText(path), Error);
            QVERIFY_EXCEPTION_THROWN(readNpy(path), Error);
            QVERIFY_EXCEPTION_THROWN(openRegular(path, O_WRONLY | O_APPEND | O_CREAT), Error);
            QVERIFY_EXCEPTION_THROWN(writeAtomically(path, std::string_view("text")), Error);
        }
        QVERIFY(std::filesystem::is_fifo(root / "fifo"));
        QVERIFY(std::filesystem::is_character_file("/dev/zero"));
    }

    void aTextOfGigabytesIsRefusedByItsSize()
    {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "a.json";
        writeAtomically(path, std::string_view("{}"));
        std::filesystem::resize_file(path, std::uintmax_t{4} << 30); // takes no room on the disk
        try {
            readJson(path);
            QFAIL("it was read");
        } catch (const Error& error) {
            QVERIFY(std::string(error.what()).find("4096 MiB") != std::string::npos);
        }
    }

    void aFailedWriteLeavesNothing()
    {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "out.txt";
        writeAtomically(path, std::string_view("first"));
        QVERIFY_EXCEPTION_THROWN(writeAtomically(path,
                                                 [](std::ostream& out) {
                                                     out << "second";
                                                     throw Error(ErrorCode::Internal, "write", "", "stopped half-way");
                                                 }),
                                 Error);
        QCOMPARE(readText(path), std::string("first"));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), std::ptrdiff_t{1});
    }

    // What a person wrote into a file of the program is kept beside it; what the program wrote itself is replaced; when
    // the disk refuses, the file is as it was.
    void whatAPersonWroteIsKept()
    {
        const QTemporaryDir folder;
        const auto place = std::filesystem::path(folder.path().toStdString());
        const auto file = place / "keys.json";
        const auto there = [&] { return std::distance(std::filesystem::directory_iterator(place), {}); };
        QVERIFY(writeKeepingOthers(file, "", "one").empty());
        QVERIFY(writeKeepingOthers(file, "one", "two").empty());
        QVERIFY(writeKeepingOthers(file, "something else", "two").empty()); // it says that already
        QCOMPARE(there(), std::ptrdiff_t{1});
        for (const char* mine : {"{ mine", "{ mine again"}) {
            writeAtomically(file, std::string_view(mine));
            const auto aside = writeKeepingOthers(file, "two", "two");
            QCOMPARE(readText(aside), std::string(mine));
            QCOMPARE(readText(file), std::string("two"));
        }
        QCOMPARE(readText(place / "keys.json.before"), std::string("{ mine"));
        QCOMPARE(readText(place / "keys.json.before-2"), std::string("{ mine again"));
        std::filesystem::create_directory(place / "folder");
        QVERIFY_THROWS_EXCEPTION(Error, writeKeepingOthers(place / "folder", "", "text"));
        QVERIFY(std::filesystem::is_directory(place / "folder"));
        const auto aside = putAside(file);
        QCOMPARE(aside.filename().string(), std::string("keys.json.damaged"));
        QVERIFY(!std::filesystem::exists(file));
        QVERIFY_THROWS_EXCEPTION(Error, putAside(file)); // it is not there
    }

    // The stated contract: both line ends, empty lines kept, no line after a last line break.
    // Ours name a key once; of other people's the last value counts, as in their own libraries, and the key is noted.
    void keysGivenTwice()
    {
        const QTemporaryDir folder;
        const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "a.json";
        writeAtomically(file, std::string_view(R"({"a": {"b": 1, "b": [2]}, "c": 3})"));
        QVERIFY_THROWS_EXCEPTION(Error, readJson(file));
        std::vector<std::string> twice;
        QVERIFY(readOthersJson(file, twice) == (nlohmann::json{{"a", {{"b", {2}}}}, {"c", 3}}));
        QCOMPARE(twice, std::vector<std::string>{"\"b\""});
        writeAtomically(file, std::string_view(R"({"a": })"));
        QVERIFY_THROWS_EXCEPTION(Error, readOthersJson(file, twice));
    }

    void linesAreSplit()
    {
        QCOMPARE(splitLines(""), std::vector<std::string>{});
        QCOMPARE(splitLines("a\r\n\nb\n"), (std::vector<std::string>{"a", "", "b"}));
        QCOMPARE(splitLines("a\n\r"), (std::vector<std::string>{"a", ""}));
    }

    void textsTakeTheirArguments()
    {
        const UserText text{TextId("test.frames", "frame %2 of %1, 5 %: %3"), 7, std::string("%1"),
                            UserText{TextId("test.why", "no pixels")}};
        QCOMPARE(text.english(), std::string("frame %1 of 7, 5 %: no pixels"));
        QCOMPARE(text.in([](const std::string& id, const std::string&) { return id == "test.why" ? "w" : "%3%3%1"; }),
                 std::string("ww7"));
        QVERIFY(userTextFrom(toJson(text)) == text);
        QCOMPARE(toJson(UserText("as %1 is")).dump(), std::string("\"as %1 is\""));
        QCOMPARE(UserText("as %1 is").english(), std::string("as %1 is"));
        QCOMPARE(userTextFrom(nlohmann::json::array()).english(), std::string());
    }

    void errorsAreOneLine()
    {
        const Error error(ErrorCode::Format, "decode", "a\nb.dcm", "byte \xFF");
        QCOMPARE(std::string(error.what()), std::string("decode: a\\nb.dcm: byte \\xff"));
        QVERIFY(isUtf8("Grüße"));
        QVERIFY(!isUtf8("\xC0\x80"));
    }
};

QTEST_GUILESS_MAIN(TestBase)
#include "test_base.moc"
