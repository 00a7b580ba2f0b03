// Sessions, their log, verdicts and assigned sides, as the window uses them.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/text_escape.h"
#include "core/library/reader_file.h"
#include "core/library/reading_check.h"
#include "core/library/reading_table.h"
#include "core/library/study_key.h"
#include "tests/core/library/library_support.h"
#include "tests/support/test_data.h"

#include <QRegularExpression>
#include <sstream>
#include <thread>

using namespace mama;
using namespace mama::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string study = "1.2.840.99.1", other = "1.2.840.99.2";

Verdict verdictOf(const std::string& uid)
{
    return {uid, "2", "4A", "C", 80, {{"1.2.3.4", 0, 812.5, 1044.25, Side::Left}}, "spiculated, \"6 o'clock\"\nbiopsy"};
}

// All bytes that lie in a folder.
std::string bytesIn(const fs::path& folder)
{
    std::string all;
    for (const auto& file : fs::directory_iterator(folder))
        all += readText(file.path());
    return all;
}

std::string exported(ReaderFile& file)
{
    std::ostringstream out;
    writeReadingTable(file, std::nullopt, out);
    return out.str();
}

} // namespace

class TestReaderFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aVerdictIsFinalAndALaterOneNamesIt()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        QVERIFY(file.notices().empty());
        const auto session = file.beginSession(" Dr A ", true);
        QVERIFY(!file.isLocked(session, study));
        const LockedVerdict first = file.lock(session, verdictOf(study));
        QVERIFY(file.isLocked(session, study) && !file.isLocked(session, other));
        QCOMPARE(first.author, std::string("Dr A"));
        QVERIFY(!first.earlier);
        const QRegularExpression time("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$");
        QVERIFY(time.match(QString::fromStdString(first.at)).hasMatch());
        Verdict changed = verdictOf(study);
        changed.left = "2";
        const LockedVerdict second = file.lock(session, changed);
        QCOMPARE(second.earlier, std::optional(first.id));
        const auto elsewhere = file.beginSession("Dr B", true);
        QVERIFY(!file.isLocked(elsewhere, study));
        QVERIFY(!file.lock(elsewhere, verdictOf(study)).earlier); // another reader's is no earlier one
        ReaderFile again(folder / "reader.db", Access::Read);
        const auto kept = again.verdicts(study);
        QCOMPARE(kept.size(), std::size_t(3));
        QCOMPARE(kept[0].verdict, verdictOf(study));
        QCOMPARE(kept[1].verdict, changed);
        QCOMPARE(kept[0].at, first.at);
        QCOMPARE(kept[2].author, std::string("Dr B"));
    }

    void verdictsThatCannotBeAreRefused_data()
    {
        QTest::addColumn<QString>("right");
        QTest::addColumn<QString>("density");
        QTest::addColumn<int>("confidence");
        QTest::addColumn<QString>("says");
        QTest::newRow("4D") << "4D"
                            << "B" << 50 << "4A";
        QTest::newRow("7") << "7"
                           << "B" << 50 << "none of";
        QTest::newRow("lower case") << "4a"
                                    << "B" << 50 << "none of";
        QTest::newRow("both empty") << ""
                                    << "B" << 50 << "neither";
        QTest::newRow("density E") << "1"
                                   << "E" << 50 << "A, B, C, D";
        QTest::newRow("confidence 101") << "1"
                                        << "A" << 101 << "101";
        QTest::newRow("confidence -1") << "1"
                                       << "A" << -1 << "-1";
    }

    void verdictsThatCannotBeAreRefused()
    {
        QFETCH(QString, right);
        QFETCH(QString, density);
        QFETCH(int, confidence);
        QFETCH(QString, says);
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto session = file.beginSession("A", true);
        Verdict verdict{study, right.toStdString(), "", density.toStdString(), confidence, {}, ""};
        const std::string told = fault([&] { file.lock(session, verdict); });
        QVERIFY2(has(told, says.toStdString()), told.c_str());
        QVERIFY(file.verdicts().empty());
        for (const Mark& mark : {Mark{"", 0, 1, 1, Side::Left}, Mark{"1.2", -1, 1, 1, Side::Left},
                                 Mark{"1.2", 0, NAN, 1, Side::Left}, Mark{"1.2", 0, 1, -0.5, Side::Left}}) {
            Verdict marked = verdictOf(study);
            marked.marks = {mark};
            QVERIFY(has(fault([&] { file.lock(session, marked); }), "mark"));
        }
        Verdict broken = verdictOf(study);
        broken.words = "\xff\xfe";
        QVERIFY(has(fault([&] { file.lock(session, broken); }), "UTF-8"));
        for (const auto& category : biradsCategories) {
            verdict = {study, std::string(category), std::string(category), "", std::nullopt, {}, ""};
            QCOMPARE(file.lock(session, verdict).verdict, verdict);
        }
    }

    void theLogTellsInOrderWhatWasSeen()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto session = file.beginSession("A", true);
        file.log(session, ReadingEvent::StudyShown, {{"study", study}, {"images", 4}});
        file.log(session, ReadingEvent::Zoom, {{"study", study}, {"factor", 2.5}});
        file.lock(session, verdictOf(study));
        file.log(session, ReadingEvent::Ask, {{"study", study}, {"texts", {"There is a mass.", "Ünï \"x\""}}});
        file.endSession(session);
        std::vector<std::string> kinds;
        std::int64_t before = 0;
        for (const LogEntry& entry : file.entries(session)) {
            kinds.push_back(entry.kind);
            QVERIFY(entry.ms >= before);
            before = entry.ms;
        }
        QCOMPARE(kinds,
                 (std::vector<std::string>{"session.begin", "study.shown", "zoom", "lock", "ask", "session.end"}));
        QCOMPARE(file.entries(session)[2].study, study);
        QCOMPARE(file.entries(session)[2].detail, std::string(R"({"factor":2.5})"));
        QVERIFY(has(fault([&] { file.log(session, ReadingEvent::Zoom, {{"study", study}}); }), "has ended"));
        QVERIFY(!file.sessions().front().ended.empty());
    }

    void noPatientGetsIn_data()
    {
        QTest::addColumn<QString>("detail");
        QTest::newRow("path") << R"({"study": "1.2", "path": "/data/MARKER^JANE/a.dcm"})";
        QTest::newRow("name") << R"({"study": "1.2", "patient": "MARKER"})";
        QTest::newRow("deep") << R"({"study": "1.2", "a": [{"b": {"c": "MARKER"}}]})";
        QTest::newRow("as a name") << R"({"study": "1.2", "MARKER": 1})";
        QTest::newRow("not an object") << R"("MARKER")";
        QTest::newRow("no study") << R"({"factor": 2})";
    }

    void noPatientGetsIn()
    {
        QFETCH(QString, detail);
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto session = file.beginSession("A", true);
        const json given = json::parse(detail.toStdString());
        QVERIFY(!fault([&] { file.log(session, ReadingEvent::Zoom, given); }).empty());
        const std::string folderStudy = "folder:MARKER_JANE";
        file.log(session, ReadingEvent::Zoom,
                 {{"study", folderStudy}, {"image", "MARKER^JANE"}, {"model", "/data/MARKER/model"}});
        Verdict verdict = verdictOf(folderStudy);
        verdict.marks[0].image = "MARKER^JANE";
        file.lock(session, verdict);
        QVERIFY(file.isLocked(session, folderStudy));
        QCOMPARE(file.verdicts(folderStudy).size(), std::size_t(1));
        QCOMPARE(file.verdicts(file.verdicts().front().verdict.study).size(), std::size_t(1));
        const fs::path picture = folder / "MARKER.png";
        writeAtomically(picture, std::string_view("pixels"));
        file.assign(session, keyOfImage({picture, "", 0}), {Side::Left, "CC"});
        fs::remove(picture);
        file.assign(session, {"MARKER^UID", "", 0, 0}, {Side::Left, "CC"});
        QVERIFY(!has(bytesIn(folder / "."), "MARKER")); // with the write-ahead log
        QVERIFY(has(bytesIn(folder / "."), "spiculated"));
    }

    void keysOfStudies()
    {
        QCOMPARE(studyKey(study), study);
        const std::string hash(32, 'a');
        QCOMPARE(studyKey(hash), hash);
        QCOMPARE(studyKey("folder:x"), "sha256:" + sha256(std::string_view("folder:x")));
        QCOMPARE(studyKey(studyKey("folder:x")), studyKey("folder:x"));
        QVERIFY(studyKey("12345678").starts_with("sha256:")); // an accession number is no UID
        QVERIFY(studyKey(std::string(65, '1') + ".2").starts_with("sha256:"));
    }

    void anAssignmentIsUndoneAndDoneAgainAcrossRestarts()
    {
        const Folder folder;
        const ImageKey image{"1.2.3", "", 0, 0};
        const ImageFileRef asked{"x", "1.2.3", 0};
        const auto now = [&](ReaderFile& file) { return file.assigned(std::span(&asked, 1))->front(); };
        const AssignedView rcc{Side::Right, "CC"}, lmlo{Side::Left, "MLO"};
        {
            ReaderFile file(folder / "reader.db");
            const auto session = file.beginSession("A", false);
            QVERIFY(!file.undoAssign(session));
            file.assign(session, image, rcc);
            QCOMPARE(file.assign(session, image, lmlo).now, lmlo);
            QCOMPARE(now(file), std::optional(lmlo));
        }
        ReaderFile file(folder / "reader.db"); // as after a kill: the session was not ended
        const auto session = file.beginSession("A", false);
        auto back = file.undoAssign(session);
        QVERIFY(back);
        QCOMPARE(back->image, image);
        QCOMPARE(back->now, rcc);
        QCOMPARE(now(file), std::optional(rcc));
        QVERIFY(file.undoAssign(session));
        QVERIFY(!now(file));
        QVERIFY(!file.undoAssign(session));
        QCOMPARE(file.redoAssign(session)->now, rcc);
        QCOMPARE(file.redoAssign(session)->now, lmlo);
        QVERIFY(!file.redoAssign(session));
        QCOMPARE(file.undoAssign(session)->now, rcc);
        file.assign(session, {"1.2.9", "", 0, 0}, rcc);
        QVERIFY(!file.redoAssign(session)); // something new was assigned since
        QCOMPARE(file.undoAssign(session)->image.sopUid, std::string("1.2.9"));
        QCOMPARE(file.undoAssign(session)->now, AssignedView());
        QCOMPARE(file.assign(session, image, {}).command, std::int64_t(0)); // nothing to take back
    }

    // Random assignments, undo and redo over restarts against a list of states.
    void undoAndRedoAreThoseOfAList()
    {
        const Folder folder;
        std::srand(test::freshSeed());
        std::vector<std::map<int, AssignedView>> states{{}};
        std::size_t at = 0;
        auto file = std::make_unique<ReaderFile>(folder / "reader.db");
        auto session = file->beginSession("A", false);
        for (int step = 0; step < 150; ++step) {
            const int what = std::rand() % 10, image = std::rand() % 3;
            if (what < 5) {
                const AssignedView view{std::rand() % 2 ? Side::Left : Side::Right, std::rand() % 3 ? "CC" : ""};
                file->assign(session, {"1.2." + std::to_string(image), "", 0, 0}, view);
                states.resize(++at);
                states.push_back(states.back());
                states.back()[image] = view;
            } else if (what < 7) {
                QCOMPARE(file->undoAssign(session).has_value(), at > 0);
                at -= at > 0;
            } else if (what < 9) {
                QCOMPARE(file->redoAssign(session).has_value(), at + 1 < states.size());
                at += at + 1 < states.size();
            } else {
                file.reset();
                file = std::make_unique<ReaderFile>(folder / "reader.db");
                session = file->beginSession("A", false);
            }
            const std::vector<ImageFileRef> images{{"a", "1.2.0", 0}, {"b", "1.2.1", 0}, {"c", "1.2.2", 0}};
            const auto found = file->assigned(images);
            for (int i = 0; i < 3; ++i)
                QCOMPARE((*found)[std::size_t(i)],
                         states[at].contains(i) ? std::optional(states[at].at(i)) : std::nullopt);
        }
    }

    void undoLeavesOtherWindowsAlone()
    {
        const Folder folder;
        ReaderFile one(folder / "reader.db"), two(folder / "reader.db");
        const auto mine = one.beginSession("A", false), theirs = two.beginSession("B", false);
        const ImageKey image{"1.2.3", "", 0, 0};
        one.assign(mine, image, {Side::Right, "CC"});
        QVERIFY(!two.undoAssign(theirs));
        two.assign(theirs, image, {Side::Left, "CC"});
        const std::string told = fault([&] { one.undoAssign(mine); });
        QVERIFY2(has(told, "another window"), told.c_str());
        QCOMPARE(two.undoAssign(theirs)->now, (AssignedView{Side::Right, "CC"}));
        QCOMPARE(one.undoAssign(mine)->now, AssignedView());
        QVERIFY(has(fault([&] { two.redoAssign(theirs); }), "another window"));
    }

    // Files that name no image in themselves: by their bytes, wherever they lie, and read only if the size fits.
    void imagesWithoutUidAreKnownByTheirBytes()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto session = file.beginSession("A", false);
        writeAtomically(folder / "a.png", std::string_view("pixels"));
        file.assign(session, keyOfImage({folder / "a.png", "", 0}), {Side::Left, "MLO"});
        fs::rename(folder / "a.png", folder / "moved.png");
        writeAtomically(folder / "same size.png", std::string_view("PIXELS"));
        const std::vector<ImageFileRef> images{{folder / "moved.png", "", 0},
                                               {folder / "same size.png", "", 0},
                                               {folder / "not there.png", "", 0},
                                               {folder / "moved.png", "", 1},
                                               {folder / "moved.png", "1.2.3", 0}};
        const auto found = file.assigned(images);
        QCOMPARE((*found)[0], std::optional(AssignedView{Side::Left, "MLO"}));
        for (std::size_t i = 1; i < images.size(); ++i)
            QVERIFY(!(*found)[i]);
        QCOMPARE(file.undoAssign(session)->image, keyOfImage({folder / "moved.png", "", 0}));
        std::stop_source stop;
        stop.request_stop();
        file.redoAssign(session);
        QVERIFY(!file.assigned(images, {stop.get_token(), {}}));
        for (const AssignedView& bad : {AssignedView{Side::Both, "CC"}, AssignedView{Side::Left, "XYZ"}})
            QVERIFY(!fault([&] { file.assign(session, {"1.2", "", 0, 0}, bad); }).empty());
        QVERIFY(!fault([&] { file.assign(session, {}, {Side::Left, "CC"}); }).empty());
    }

    void whatCameBeforeTheLockIsFound()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto session = file.beginSession("A", true);
        file.log(session, ReadingEvent::Overlay, {{"study", study}, {"on", false}});
        file.lock(session, verdictOf(study));
        file.log(session, ReadingEvent::ModelShown, {{"study", study}, {"what", "score"}});
        QVERIFY(!modelBeforeLock(file.entries(session)));
        file.log(session, ReadingEvent::Overlay, {{"study", other}, {"on", true}});
        file.lock(session, verdictOf(other));
        const auto wrong = modelBeforeLock(file.entries(session));
        QVERIFY(wrong);
        QCOMPARE(wrong->kind, std::string("overlay"));
        QCOMPARE(wrong->study, other);
        // A lock of another session does not count.
        const auto next = file.beginSession("A", true);
        QVERIFY(!file.isLocked(next, study));
        file.log(next, ReadingEvent::ModelShown, {{"study", study}});
        QCOMPARE(modelBeforeLock(file.entries(next))->study, study);
        QVERIFY(modelBeforeLock({{1, 1, "", 0, "something.new", study, "{}"}}));
    }

    void theTableSaysWhatTheModelMayHaveTold()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto first = file.beginSession("Dr \"A\", London", true);
        file.log(first, ReadingEvent::StudyShown, {{"study", study}});
        file.lock(first, verdictOf(study));
        file.log(first, ReadingEvent::Ask, {{"study", study}, {"texts", {"a mass, \"round\"", "b"}}});
        file.log(first, ReadingEvent::ModelShown, {{"study", study}});
        file.log(first, ReadingEvent::Ask, {{"study", other}, {"text", "of the other study"}});
        const auto second = file.beginSession("Dr \"A\", London", true);
        file.lock(second, verdictOf(study));
        const std::string csv = exported(file);
        QVERIFY(has(csv, "\"Dr \"\"A\"\", London\",1.2.840.99.1,"));
        QVERIFY(has(
            csv,
            ",1,\"[\"\"a mass, \\\"\"round\\\"\"\"\",\"\"b\"\"]\",,0,\"spiculated, \"\"6 o'clock\"\"\nbiopsy\"\r\n"));
        QVERIFY(has(csv, ",0,[],1,1,"));
    }

    void manyThreadsWriteAtOnce()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto session = file.beginSession("A", true);
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 25; ++i) {
                    file.log(session, ReadingEvent::Zoom, {{"study", study}, {"factor", i}});
                    file.isLocked(session, study);
                }
            });
        threads.clear();
        QCOMPARE(file.entries(session).size(), std::size_t(101));
    }
};

QTEST_APPLESS_MAIN(TestReaderFile)
#include "test_reader_file.moc"
