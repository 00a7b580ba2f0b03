// What is damaged, hostile, foreign or not there at all, opened in the window: each gives one line with its reason, the
// rest is shown. The files' own tests: tests/core/dicom, tests/core/media, tests/core/study.
#include "app/workstation/look/theme.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"
#include "tests/core/media/directory_file.h"
#include "tests/core/media/zip_builder.h"
#include "tests/core/study/synthetic_mammogram.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>
#include <QUrl>
#include <algorithm>
#include <map>
#include <set>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

std::string mammogram(const fs::path& scratch, const std::string& side, const std::string& view)
{
    write(SyntheticMammogram{{{"ImageLaterality", side}, {"ViewPosition", view}}, "", "SCT", "", side == "R"}, scratch);
    return readText(scratch);
}

void put(const fs::path& file, const std::string& bytes)
{
    fs::create_directories(file.parent_path());
    writeAtomically(file, std::string_view(bytes));
}

const std::vector<std::pair<std::string, std::string>> four{{"R", "CC"}, {"L", "CC"}, {"R", "MLO"}, {"L", "MLO"}};

// What is no picture, by name; those of public data as far as they are here.
std::set<std::string> putBadFiles(const fs::path& folder, const fs::path& scratch)
{
    const std::string good = mammogram(scratch, "R", "CC");
    std::string holed = good;
    std::fill(holed.begin() + static_cast<std::ptrdiff_t>(holed.size() / 2), holed.end(), '\0');
    const std::map<std::string, std::string> made{{"truncated.dcm", good.substr(0, good.size() / 2)},
                                                  {"header alone.dcm", good.substr(0, 400)},
                                                  {"empty.dcm", ""},
                                                  {"R-CC.png", "\x89PNG\r\n\x1a\nbroken"},
                                                  {"L-CC.jpg", std::string("\xff\xd8\xff\xe0", 4) + "no JPEG"},
                                                  {"L-MLO.tif", "II*"},
                                                  {"\xff\xfe bytes.dcm", "nonsense"},
                                                  {"<b>bold & more.dcm", "nonsense"}};
    std::set<std::string> names;
    for (const auto& [name, bytes] : made) {
        put(folder / name, bytes);
        names.insert(name);
    }
    fs::create_symlink("nowhere.dcm", folder / "link.dcm");
    names.insert("link.dcm");
    const fs::path data = dataFolder() / "dicom";
    for (const char* each :
         {"pydicom+pydicom-data/HTJ2KLossless_08_RGB.dcm", "cornerstonejs+cornerstoneWADOImageLoader/no-pixel-data.dcm",
          "pydicom+pydicom/test-SR.dcm"})
        if (fs::exists(data / each)) {
            fs::copy_file(data / each, folder / fs::path(each).filename());
            names.insert(fs::path(each).filename().string());
        }
    return names;
}

class Opening : public WindowFixture
{
public:
    ~Opening()
    {
        for (const char* each : {"mixed", "bad"}) // Qt cannot remove what is not named in UTF-8
            fs::remove_all(folder() / each);
    }
    ReadPage& read() { return window().read(); }
    QListWidget& problems()
    {
        for (auto* list : read().findChildren<QListWidget*>())
            if (list->accessibleName() == QStringLiteral("Files that are not shown, and why"))
                return *list;
        std::abort();
    }
    // Rows of the list that name a file; an empty reason counts for nothing.
    int rowsOf(const std::string& name)
    {
        int count = 0;
        const QString shown = QString::fromStdString(pathText(fs::path(name)));
        for (int row = 0; row < problems().count(); ++row) {
            const QString text = problems().item(row)->text().remove(QChar(0x200b));
            count += text.section(QLatin1String(":\n"), 0, 0).endsWith(shown) &&
                             !text.section(QLatin1String(":\n"), 1).trimmed().isEmpty()
                         ? 1
                         : 0;
        }
        return count;
    }
    void drop(const fs::path& path)
    {
        QMimeData data;
        data.setUrls({QUrl::fromEncoded("file://" + QByteArray::fromStdString(path.string()).toPercentEncoding("/"))});
        QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent event({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window(), &event);
    }
    bool dropAndWait(const fs::path& path)
    {
        QSignalSpy shown(&read(), &ReadPage::studyOnScreen);
        drop(path);
        return shown.count() > 0 || shown.wait(60000);
    }
    bool allFour()
    {
        return std::ranges::all_of(std::initializer_list<Slot>{Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO},
                                   [this](Slot slot) { return image(slot) != nullptr; });
    }
    // What the page before a study says.
    QString startText()
    {
        for (const QLabel* each : read().findChildren<QLabel*>())
            if (each->text().contains(QStringLiteral("<h3>")))
                return each->text();
        return {};
    }
};

} // namespace

class TestBadInput : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // The reader's own file is damaged: pictures are shown all the same, and what is the matter is told.
    void aDamagedReaderFileHidesNoPicture()
    {
        Opening fixture;
        const fs::path good = fixture.folder() / "good";
        for (const auto& [side, view] : four)
            put(good / (side + view + ".dcm"), mammogram(fixture.folder() / "one", side, view));
        const std::string noise(20000, 'x');
        put(fixture.folder() / "reader.db", noise);
        QSignalSpy told(&fixture.read(), &Page::told);
        QVERIFY(fixture.openAndWait(good));
        QCOMPARE(fixture.read().view().panes().size(), std::size_t{4});
        QStringList said;
        for (const auto& each : told)
            said << each.at(0).toString();
        QVERIFY2(!said.filter(QStringLiteral("can be neither read nor kept")).isEmpty(), qPrintable(said.join('|')));
        QCOMPARE(readText(fixture.folder() / "reader.db"), noise);
    }

    // An empty name, as a script gives it where a variable is not set, beside a good folder.
    void anEmptyNameNamesNothing()
    {
        Opening fixture;
        const fs::path good = fixture.folder() / "good";
        for (const auto& [side, view] : four)
            put(good / (side + view + ".dcm"), mammogram(fixture.folder() / "one", side, view));
        for (const std::vector<fs::path>& paths : {std::vector<fs::path>{good, ""}, {"", good}}) {
            QSignalSpy shown(&fixture.read(), &ReadPage::studyOnScreen);
            fixture.read().open(paths);
            QVERIFY(shown.count() > 0 || shown.wait(60000));
            QCOMPARE(fixture.problems().count(), 1);
            QVERIFY2(fixture.problems().item(0)->text().contains(QStringLiteral("an empty name")),
                     qPrintable(fixture.problems().item(0)->text()));
        }
    }

    // Dropped: the study among all of it is shown; every other file has one line with a reason, as many as told, and as
    // the command lists.
    void aMixedFolderShowsWhatIsThere()
    {
        Opening fixture;
        const fs::path folder = fixture.folder() / "mixed";
        for (const auto& [side, view] : four)
            put(folder / (side + view + ".dcm"), mammogram(fixture.folder() / "one", side, view));
        const auto names = putBadFiles(folder, fixture.folder() / "one");
        put(folder / "notes.txt", "what a disc holds beside");
        put(folder / "table.csv", "a,b\n1,2\n");
        QImage mask(60, 80, QImage::Format_Mono);
        mask.fill(1);
        QVERIFY(mask.save(QString::fromStdString((folder / "mask.png").string())));
        QSignalSpy told(&fixture.read(), &Page::told);
        QVERIFY(fixture.dropAndWait(folder));
        QVERIFY(fixture.allFour());
        for (const std::string& name : names)
            QVERIFY2(fixture.rowsOf(name) == 1, qPrintable(QStringLiteral("%1: %2 rows")
                                                               .arg(QString::fromStdString(pathText(fs::path(name))))
                                                               .arg(fixture.rowsOf(name))));
        for (const char* name : {"notes.txt", "table.csv", "mask.png"})
            QVERIFY2(fixture.rowsOf(name) <= 1, name); // not refused: beside the pictures
        const Outcome scanned = mamaCommand({"scan", "--json", text(folder)});
        QCOMPARE(scanned.status, 3);
        const auto refused = static_cast<int>(scanned.json().at("problems").size());
        const bool counted = std::ranges::any_of(told, [&](const QList<QVariant>& each) {
            return each[0].toString().startsWith(QString::number(refused) + QStringLiteral(" file(s) are not shown"));
        });
        QVERIFY2(counted, qPrintable(QString::number(refused)));
        fixture.screenshot(QStringLiteral("mixed-folder"));
    }

    // Each by itself, as the command line names files: nothing is half shown, the reason stands where the picture
    // would, and the window goes on.
    void eachOfThemAloneSaysWhy()
    {
        Opening fixture;
        const fs::path folder = fixture.folder() / "bad";
        fs::create_directories(folder);
        std::set<std::string> names = putBadFiles(folder, fixture.folder() / "one");
        // Its header is whole: only its pixels tell.
        const fs::path cut = dataFolder() / "dicom" / "pydicom+pydicom-data/emri_small_jpeg_2k_lossless_too_short.dcm";
        if (fs::exists(cut) && fs::copy_file(cut, folder / cut.filename()))
            names.insert(cut.filename().string());
        for (const std::string& name : names) {
            const QString shown = QString::fromStdString(pathText(fs::path(name)));
            QSignalSpy told(&fixture.read(), &Page::told);
            fixture.window().open({QString::fromStdString(pathText(folder / name))});
            const auto said = [&] {
                const bool message = std::ranges::any_of(
                    told, [&](const QList<QVariant>& each) { return each[0].toString().contains(shown); });
                return !fixture.read().studies().busy() &&
                       (message || fixture.startText().contains(shown.toHtmlEscaped()));
            };
            QTRY_VERIFY2_WITH_TIMEOUT(said(), qPrintable(shown + QStringLiteral(": ") + fixture.startText()), 20000);
            QVERIFY2(fixture.read().view().panes().empty(), qPrintable(shown));
        }
        const fs::path none = fixture.folder() / "not there";
        fixture.window().open({QString::fromStdString(none.string())});
        QTRY_VERIFY2(fixture.startText().contains(QStringLiteral("not there")), qPrintable(fixture.startText()));
        put(fixture.folder() / "good" / "a.dcm", mammogram(fixture.folder() / "one", "L", "CC"));
        QVERIFY(fixture.openAndWait(fixture.folder() / "good"));
        QVERIFY(fixture.image(Slot::LCC));
    }

    // A disc: what its directory names is shown, what is not there or leads out of the disc is told.
    void aDiscIsReadByItsDirectory()
    {
        Opening fixture;
        const fs::path disc = fixture.folder() / "disc";
        std::vector<std::vector<std::string>> names{{"DICOM", "GONE"}, {"..", "..", "one"}};
        for (const auto& [side, view] : four) {
            put(disc / "DICOM" / (side + view), mammogram(fixture.folder() / "one", side, view));
            names.push_back({"DICOM", side + view});
        }
        writeDirectory(disc / "DICOMDIR", names);
        QVERIFY(fixture.dropAndWait(disc / "DICOMDIR"));
        QVERIFY(fixture.allFour());
        QCOMPARE(fixture.rowsOf("GONE"), 1);
        QCOMPARE(fixture.rowsOf("DICOMDIR"), 1);
        QVERIFY(fixture.openAndWait(disc)); // its folder shows the same
        QVERIFY(fixture.allFour() && fixture.read().studies().studies().size() == 1);
    }

    // Entries that lead out, link, are encrypted or grow without measure are named and not unpacked; the rest opens.
    void aHostileArchiveIsNamed()
    {
        Opening fixture;
        const fs::path archive = fixture.folder() / "x.zip", outside = fixture.folder().parent_path() / "mama-up.dcm";
        std::vector<ZipPart> parts;
        const std::string image = mammogram(fixture.folder() / "one", "R", "CC");
        for (const auto& [side, view] : four)
            parts.push_back({side + view + ".dcm", mammogram(fixture.folder() / "one", side, view), true});
        parts.push_back({"../../mama-up.dcm", image});
        parts.push_back({"link.dcm", "/etc/passwd", false, 0, 0xFFFF, 3, 0120777});
        parts.push_back({"secret.dcm", image, false, 1});
        parts.push_back({"bomb.dcm", std::string(80U << 20U, '\0'), true});
        put(archive, zipOf(parts));
        QVERIFY(fixture.dropAndWait(archive));
        QVERIFY(fixture.allFour());
        for (const char* name : {"mama-up.dcm", "link.dcm", "secret.dcm", "bomb.dcm"})
            QVERIFY2(fixture.rowsOf(name) == 1, name);
        QVERIFY(!fs::exists(outside));
        put(fixture.folder() / "cut.zip", readText(archive).substr(0, 5000));
        QSignalSpy told(&fixture.read(), &Page::told);
        fixture.window().open({text(fixture.folder() / "cut.zip")});
        QTRY_VERIFY_WITH_TIMEOUT(fixture.startText().contains(QStringLiteral("cut.zip")), 20000);
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestBadInput test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_bad_input.moc"
