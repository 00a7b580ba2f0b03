// The page Library in a real window, over synthetic studies. By hand: MAMA_STUDIES=2000, and MAMA_PATIENCE=3600 for
// the commands.
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include "app/workstation/library/ask_bar.h"
#include "app/workstation/library/dialogs/handover_dialog.h"
#include "app/workstation/library/dialogs/import_dialog.h"
#include "app/workstation/library/dialogs/mapping_dialog.h"
#include "app/workstation/library/library_map.h"
#include "app/workstation/library/library_notice.h"
#include "core/base/files.h"
#include "core/library/collection/library.h"
#include "core/library/handover/image_list.h"
#include "core/library/studies/cohorts.h"
#include "core/library/studies/kept_studies.h"
#include "core/library/studies/labels.h"
#include "core/library/studies/study_keys.h"
#include "widgets/library/facet_panel.h"
#include "widgets/library/range_histogram.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_grid.h"
#include "widgets/library/study_table.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDirIterator>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QRegularExpression>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

using namespace mama;
using test::mamaCommand;
using test::WindowFixture;

class TestLibraryPage : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QString m_phantoms, m_library;

    static int patients()
    {
        return qEnvironmentVariableIsSet("MAMA_STUDIES") ? qEnvironmentVariableIntValue("MAMA_STUDIES") : 12;
    }
    // Milliseconds for what takes some for the studies of the short form.
    static int patience(int some) { return some * std::max(1, patients() / 100); }

    QString path(const QString& name) const { return m_folder.filePath(name); }
    // A copy of the filled library.
    QString copyOfLibrary(const QString& name)
    {
        Library(m_library.toStdString(), Access::Read).backUp(path(name).toStdString());
        return path(name);
    }
    static LibraryPage& shown(WindowFixture& fixture)
    {
        fixture.window().showPage(fixture.window().library());
        fixture.window().activateWindow();
        return fixture.window().library();
    }
    static bool openAndWait(WindowFixture& fixture, const QString& library)
    {
        LibraryPage& page = shown(fixture);
        static_cast<Page&>(page).open(QStringList{library});
        return QTest::qWaitFor([&] { return page.place().rows() > 0; }, patience(20000));
    }
    static QString summary(LibraryPage& page)
    {
        return page.findChild<QLabel*>(QStringLiteral("library.summary"))->text();
    }
    static QString filter(LibraryPage& page)
    {
        return page.findChild<QLineEdit*>(QStringLiteral("library.filter"))->text();
    }
    static QString chips(LibraryPage& page) { return page.findChild<QLabel*>(QStringLiteral("library.chips"))->text(); }
    static QString lastAction(LibraryPage& page)
    {
        return page.findChild<QLabel*>(QStringLiteral("library.last"))->text();
    }
    static StudyGrid& grid(LibraryPage& page) { return *page.findChild<StudyGrid*>(); }
    static QString key(LibraryPage& page, int row)
    {
        const StudyResult& result = page.session().result();
        return QString::fromStdString(result.columns->key(result.rows[static_cast<std::size_t>(row)]));
    }
    static int tagged(LibraryPage& page, const char* tag)
    {
        const StudySet* set = page.session().result().columns->tag(tag);
        return set ? static_cast<int>(set->count()) : 0;
    }
    // Types into the dialog that the next action opens, and accepts it.
    static void answerTagDialog(const QString& name)
    {
        QTimer::singleShot(0, [name] {
            auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            auto* part = dialog->findChild<QLineEdit*>();
            QTest::keyClicks(part, name);
            QTest::keyClick(part, Qt::Key_Return);
        });
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_phantoms = path(QStringLiteral("phantoms"));
        const auto made = mamaCommand({"phantom", "--seed", "1000000", "--studies", QString::number(patients()),
                                       "--size", "256x208", "--out", m_phantoms});
        QCOMPARE(made.status, 0);
    }

    // From nothing to studies: a new library, a data set checked and imported.
    void aDataSetIsCheckedAndImported()
    {
        WindowFixture fixture;
        LibraryPage& page = shown(fixture);
        QTRY_VERIFY(page.findChild<LibraryNotice*>()->isVisible());
        fixture.screenshot(QStringLiteral("library-start"));
        m_library = path(QStringLiteral("library"));
        page.session().open(m_library, true);
        QTRY_COMPARE(page.session().state(), LibrarySession::State::Open);
        QTRY_VERIFY(page.findChild<LibraryNotice*>()->text().contains(QStringLiteral("import")));
        fixture.screenshot(QStringLiteral("library-empty"));
        int issues = -1;
        QTimer::singleShot(0, &page, [&] {
            auto* dialog = qobject_cast<ImportDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            QSignalSpy checked(dialog, &ImportDialog::checked);
            dialog->check(path(QStringLiteral("nowhere")));
            QVERIFY(checked.wait(20000));
            QVERIFY(!dialog->rows());
            dialog->check(m_phantoms);
            QVERIFY(checked.wait(patience(20000)));
            QVERIFY(dialog->rows());
            issues = dialog->findChild<QTableView*>()->model()->rowCount();
            dialog->grab().save(QStringLiteral("screenshots/library-import.png"));
            QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("import.import")), Qt::LeftButton);
        });
        page.findChild<QAction*>(QStringLiteral("library.import"))->trigger();
        QVERIFY(issues >= 0);
        QTRY_VERIFY_WITH_TIMEOUT(page.place().rows() >= patients(), patience(20000));
        QTRY_COMPARE_WITH_TIMEOUT(page.session().headersLeft(), std::int64_t{0}, patience(30000));
        QVERIFY2(lastAction(page).startsWith(QStringLiteral("Import phantoms")), qPrintable(lastAction(page)));
        QTRY_VERIFY(!page.session().readingHeaders());
        fixture.screenshot(QStringLiteral("library-grid"));
        // Closing ends the process' hold; the next window opens the same library by itself.
    }

    // A table of one's own: columns are found by their names, chosen by hand, tried at once on the whole table.
    void columnsOfATableAreChosenOverItsRows()
    {
        QTemporaryDir made;
        const std::filesystem::path root = made.path().toStdString();
        std::string table = "file;who;side;density;note\n";
        for (int i = 0; i < 30; ++i) {
            const std::string name = "p" + std::to_string(i) + ".png";
            writeAtomically(root / "set" / name, std::string_view("x"));
            table += name + ";" + std::to_string(i / 2) + ";" + (i % 2 == 0 ? "R" : "L") + ";" +
                     (i == 3 ? "dense" : "2") + ";n" + std::to_string(i) + "\n";
        }
        writeAtomically(root / "own.csv", std::string_view(table));
        mama::Library::create(root / "lib");
        const auto library = std::make_shared<mama::Library>(root / "lib");
        MappingDialog dialog(library, {root / "set", root / "own.csv"});
        dialog.show();
        QSignalSpy counted(&dialog, &MappingDialog::counted);
        auto* words = dialog.findChild<QLabel*>(QStringLiteral("mapping.words"));
        auto* use = dialog.findChild<QPushButton*>(QStringLiteral("mapping.use"));
        QVERIFY(counted.wait(20000));
        QVERIFY2(words->text().contains(QStringLiteral("patient")), qPrintable(words->text())); // is not said yet
        QVERIFY(!use->isEnabled());
        dialog.choose(1, QStringLiteral("patient"));
        dialog.choose(4, QStringLiteral("label"));
        QVERIFY(counted.wait(20000));
        QVERIFY2(words->text().contains(
                     QStringLiteral("images 30, exams 15, patients 15; rows refused 0, twice 0; warnings 1")),
                 qPrintable(words->text()));
        QTRY_VERIFY(use->isEnabled());
        QVERIFY(dialog.mapping().fields.at("density") == "density" && dialog.mapping().labels.contains("note"));
        dialog.grab().save(QStringLiteral("screenshots/library-columns.png"));
        dialog.choose(2, QStringLiteral("patient")); // a field stands in one column
        QVERIFY(dialog.mapping().fields.at("patient") == "side" && !dialog.mapping().fields.contains("side"));
    }

    void theLastLibraryOpensByItself()
    {
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, m_library));
        const int rows = fixture.window().library().place().rows();
        fixture.endWindow();
        fixture.newWindow();
        LibraryPage& page = shown(fixture);
        QTRY_COMPARE_WITH_TIMEOUT(page.place().rows(), rows, 20000);
    }

    // One result: list, counts and summary agree, whatever is filtered, by text or by choosing.
    void filterCountsAndListAgree()
    {
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, m_library));
        LibraryPage& page = fixture.window().library();
        const int all = page.place().rows();
        auto* facets = page.findChild<FacetPanel*>();
        int tried = 0;
        for (int i = 0; i < facets->topLevelItemCount(); ++i) {
            const QString field = facets->topLevelItem(i)->data(0, Qt::UserRole).toString();
            if (facets->topLevelItem(i)->childCount() == 0 || field == QLatin1String("tag"))
                continue;
            const QString value = facets->topLevelItem(i)->child(0)->data(0, Qt::UserRole).toString();
            const int count = facets->topLevelItem(i)->child(0)->data(0, Qt::UserRole + 1).toInt();
            facets->topLevelItem(i)->setExpanded(true);
            QSignalSpy changed(&page.session(), &LibrarySession::resultChanged);
            facets->setFocus();
            facets->setCurrentItem(facets->topLevelItem(i)->child(0));
            QTest::keyClick(facets, Qt::Key_Space);
            QVERIFY(changed.count() > 0 || changed.wait(5000));
            QCOMPARE(page.place().rows(), count);
            QVERIFY2(!filter(page).isEmpty(), qPrintable(field + value));
            if (count < all)
                QVERIFY2(summary(page).startsWith(QStringLiteral("%1 of %2 studies").arg(count).arg(all)),
                         qPrintable(summary(page)));
            changed.clear();
            page.setFilter({});
            QVERIFY(changed.count() > 0 || changed.wait(5000));
            QCOMPARE(page.place().rows(), all);
            ++tried;
        }
        QVERIFY(tried > 3);
    }

    // What is wrong with a filter stands below it; the list stays. What leaves nothing says which clause did it.
    void aWrongFilterAndOneWithoutAHitSaySo()
    {
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, m_library));
        LibraryPage& page = fixture.window().library();
        const int all = page.place().rows();
        auto* wrong = page.findChild<QLabel*>(QStringLiteral("library.wrong"));
        for (const char* text : {"density in", "no_such_field = 3", "density = 1 or age > 3", "tag:nobody", "age >"}) {
            page.setFilter(QString::fromLatin1(text));
            QTRY_VERIFY2(wrong->isVisible(), text);
            QVERIFY(!wrong->text().isEmpty());
            QCOMPARE(page.place().rows(), all);
        }
        fixture.screenshot(QStringLiteral("library-wrong"));
        page.setFilter(QStringLiteral("side = R and age > 500"));
        auto* notice = page.findChild<LibraryNotice*>();
        QTRY_VERIFY(notice->isVisible());
        QVERIFY2(notice->text().contains(QStringLiteral("age &gt; 500")), qPrintable(notice->text()));
        fixture.screenshot(QStringLiteral("library-no-hit"));
        page.setFilter(QStringLiteral("view = nosuchview")); // warned of, with those there are
        QTRY_VERIFY2(wrong->text().contains(QStringLiteral("MLO")), qPrintable(wrong->text()));
        page.setFilter(QStringLiteral("side = R and age > 500"));
        QTRY_VERIFY(notice->text().contains(QStringLiteral("age &gt; 500")));
        Q_EMIT notice->linkActivated(QStringLiteral("without:1"));
        QTRY_COMPARE(page.place().rows(), all);
        QCOMPARE(filter(page), QStringLiteral("side = R"));
    }

    // Where the filter is wrong or leaves nothing, keys lead out of it as the mouse does.
    void keysLeadOutOfAWrongFilterAndOfNoHit()
    {
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, m_library));
        LibraryPage& page = fixture.window().library();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        auto* line = page.findChild<QLineEdit*>(QStringLiteral("library.filter"));
        auto* wrong = page.findChild<QLabel*>(QStringLiteral("library.wrong"));
        line->setFocus();
        QTest::keyClicks(line, QStringLiteral("age >= 1 and den"));
        QTest::keyClick(line, Qt::Key_Escape); // what is offered
        line->setFocus();
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_VERIFY(wrong->isVisible());
        QVERIFY(line->hasFocus());
        QTest::keyClick(line, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(line, QStringLiteral("age > 500"));
        QTest::keyClick(line, Qt::Key_Return);
        auto* notice = page.findChild<LibraryNotice*>();
        QTRY_VERIFY(notice->isVisible());
        notice->setFocus();
        fixture.window().activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        QTest::keyClick(notice, Qt::Key_Slash);
        QTRY_VERIFY(page.findChild<QLineEdit*>(QStringLiteral("library.ask"))->hasFocus());
        notice->setFocus();
        QTest::keyClick(notice, Qt::Key_F);
        QTRY_VERIFY(line->hasFocus());
        QCOMPARE(line->selectedText(), QStringLiteral("age > 500"));
    }

    // Before there are embeddings a sentence is typed into its line, and no letter of it is a command.
    void aSentenceWithoutEmbeddingsIsNoCommand()
    {
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, m_library));
        LibraryPage& page = fixture.window().library();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        auto* line = page.findChild<QLineEdit*>(QStringLiteral("library.ask"));
        const std::size_t before = page.session().library()->commands().size();
        QTRY_VERIFY(!page.ask().asked().loading());
        QSignalSpy told(&page, &Page::told);
        grid(page).setFocus();
        QTest::keyClick(&grid(page), Qt::Key_Slash);
        QTRY_VERIFY(line->hasFocus());
        QVERIFY(!told.isEmpty() && told.back().front().toString().contains(QStringLiteral("embeddings")));
        QTest::keyClicks(line, QStringLiteral("mass"));
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(line->text(), QStringLiteral("mass"));
        QVERIFY(line->hasFocus() && !QApplication::activeModalWidget() && grid(page).isVisible());
        QCOMPARE(page.session().library()->commands().size(), before);
    }

    // The third view: what is said before there are embeddings and a map, the map as the process makes it, one
    // selection for map, tiles and grid, and what is selected as a chip, a cohort and a file of exactly those studies.
    void theMapSelectsAndKeeps()
    {
        const QString library = copyOfLibrary(QStringLiteral("map"));
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, library));
        LibraryPage& page = fixture.window().library();
        LibraryMap& map = page.map();
        const auto command = [&](const char* id) { page.findChild<QAction*>(QLatin1String(id))->trigger(); };
        const int all = page.place().rows();
        command("library.map");
        QTRY_VERIFY2(map.words().contains(QStringLiteral("no embeddings")), qPrintable(map.words()));
        fixture.screenshot(QStringLiteral("library-map-no-embeddings"));
        QCOMPARE(mamaCommand({"--quiet", "library", "embed", "--library", library, "--model",
                              QString::fromStdString((test::sourceFolder() / "resources/demo").string())})
                     .status,
                 0);
        page.ask().asked().reload();
        QTRY_VERIFY2_WITH_TIMEOUT(map.words().contains(QStringLiteral("no map")), qPrintable(map.words()), 20000);
        fixture.screenshot(QStringLiteral("library-map-none"));
        map.make();
        QVERIFY(map.job().running());
        QTRY_VERIFY_WITH_TIMEOUT(map.hasMap() && !map.job().running(), 60000);
        QVERIFY(!map.isStale());
        QVERIFY(fixture.window().focusWidget() == &map.view()); // keys work at once
        QCOMPARE(static_cast<int>(map.view().points()), all);
        QVERIFY2(map.words().contains(QStringLiteral("trustworthiness")), qPrintable(map.words()));
        fixture.screenshot(QStringLiteral("library-map"));

        MapView& view = map.view();
        QCOMPARE(page.place().rows(), all);
        const QRectF left(-1, -1, view.width() / 2.0, view.height() + 2.0);
        view.select(left, {});
        std::set<std::string> inside;
        const StudyResult& result = page.session().result();
        for (const int row : page.place().selection())
            inside.insert(result.columns->key(result.rows[static_cast<std::size_t>(row)]));
        QVERIFY(!inside.empty() && static_cast<int>(inside.size()) < all);
        command("library.grid"); // one selection
        QCOMPARE(page.place().selected(), static_cast<int>(inside.size()));
        command("library.map");

        std::vector<std::int64_t> chosen;
        for (const int row : page.place().selection())
            chosen.push_back(result.columns->id(result.rows[static_cast<std::size_t>(row)]));
        QTimer::singleShot(0, [] {
            auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            QTest::keyClicks(dialog->findChild<QLineEdit*>(), QStringLiteral("left half"));
            QTest::keyClick(dialog->findChild<QLineEdit*>(), Qt::Key_Return);
        });
        command("library.freeze");
        QTRY_VERIFY2(lastAction(page).startsWith(QStringLiteral("Freeze cohort left half")),
                     qPrintable(lastAction(page)));
        QCOMPARE(cohortNamed(*page.session().library(), "left half").studies, static_cast<std::int64_t>(inside.size()));

        // What the mouse is over in one of the two is marked in the other.
        const auto marks = [](QWidget& in, const auto& pointed) {
            const QImage before = in.grab().toImage();
            pointed(1);
            const bool marked = in.grab().toImage() != before;
            pointed(-1);
            return marked && in.grab().toImage() == before;
        };
        QVERIFY(marks(*map.tiles().viewport(), [&](int row) { Q_EMIT view.hovered(row); }));
        QVERIFY(marks(view, [&](int row) { Q_EMIT map.tiles().hovered(row); }));

        command("library.keep");
        QTRY_COMPARE(page.place().rows(), static_cast<int>(inside.size()));
        for (int row = 0; row < page.place().rows(); ++row)
            QVERIFY(inside.contains(key(page, row).toStdString()));
        QVERIFY(chips(page).contains(QStringLiteral("%1 kept").arg(inside.size())));
        QCOMPARE(static_cast<int>(map.view().points()), all); // the others are faint, not gone
        fixture.screenshot(QStringLiteral("library-map-kept"));
        for (const Facet& facet : page.session().result().facets) { // of those that are kept
            std::size_t count = 0;
            for (const FacetValue& value : facet.values)
                count = std::max(count, value.count);
            QVERIFY2(count <= inside.size(), facet.field.c_str());
        }
        const std::filesystem::path list = path(QStringLiteral("list.txt")).toStdString();
        writeKeys(*page.session().result().columns, page.session().result().rows, list);
        std::vector<std::int64_t> read = studiesNamed(*page.session().library(), keysInFile(list));
        std::sort(read.begin(), read.end());
        std::sort(chosen.begin(), chosen.end());
        QVERIFY(read == chosen);
        page.setFilter(QStringLiteral("age > 500"));
        QTRY_VERIFY(page.findChild<LibraryNotice*>()->isVisible());
        QVERIFY(page.findChild<LibraryNotice*>()->text().contains(QStringLiteral("what was kept")));
        Q_EMIT page.findChild<LibraryNotice*>()->linkActivated(QStringLiteral("all"));
        QTRY_COMPARE(page.place().rows(), all);
        QVERIFY(!chips(page).contains(QStringLiteral("kept")));

        // Legend, facets and what a press on the legend selects are of one count.
        auto* fields = page.findChild<QComboBox*>(QStringLiteral("map.field"));
        auto* legend = page.findChild<QLabel*>(QStringLiteral("map.legend"));
        int compared = 0;
        for (const char* filterText : {"", "age > 50", "view = CC"}) {
            QSignalSpy changed(&page.session(), &LibrarySession::resultChanged);
            page.setFilter(QString::fromLatin1(filterText));
            QVERIFY(changed.count() > 0 || changed.wait(5000));
            for (const char* field : {"kind", "dataset", "year"}) { // of studies: one value each
                fields->setCurrentIndex(fields->findData(QLatin1String(field)));
                const StudyResult& now = page.session().result();
                const StudyColumn& column = *now.columns->column(field);
                std::map<QString, int> expected;
                for (const std::uint32_t study : now.rows)
                    ++expected[QString::fromStdString(column.values[column.codes[study]])];
                const QRegularExpression entry(QStringLiteral("href=\"(\\d+)\"[^>]*>([^<]+)</a>&nbsp;(\\d+)"));
                for (auto found = entry.globalMatch(legend->text()); found.hasNext(); ++compared) {
                    const auto one = found.next();
                    QCOMPARE(one.captured(3).toInt(), expected[one.captured(2)]);
                    Q_EMIT legend->linkActivated(one.captured(1));
                    QCOMPARE(page.place().selected(), one.captured(3).toInt());
                }
            }
        }
        QVERIFY2(compared >= 6, qPrintable(QString::number(compared)));
        page.setFilter({});
        page.place().selectNone();
        QTRY_COMPARE(page.place().rows(), all);
        page.setReadFirst(true); // it lies as a model sees the images
        QVERIFY(!view.isVisible() && !page.findChild<QAction*>(QStringLiteral("library.map"))->isEnabled());
        page.setReadFirst(false);
        command("library.map");
        QVERIFY(view.isVisible());

        map.choose(MapLevel::Image, MapMethod::Pca); // another one, not made yet
        QTRY_VERIFY(!map.hasMap());
        map.make();
        QTRY_VERIFY_WITH_TIMEOUT(map.hasMap() && !map.job().running(), 60000);
        QVERIFY(static_cast<int>(map.view().points()) > all);
        // Single images are chosen on it, kept in a chip and written to a file: just these.
        for (const std::size_t point : {0U, 5U}) // two small boxes
            view.select(QRectF(view.placeOf(point) - QPointF(2, 2), QSizeF(4, 4)), Qt::ControlModifier);
        const std::vector<std::int64_t> images = map.chosenImages();
        std::vector<std::int64_t> theirs;
        for (const int row : page.place().selection())
            theirs.push_back(result.columns->id(result.rows[static_cast<std::size_t>(row)]));
        const std::size_t allTheirs = targetsOf(*page.session().library(), "image", theirs, {}).size();
        QVERIFY2(!images.empty() && images.size() < allTheirs,
                 qPrintable(QStringLiteral("%1 of %2 images").arg(images.size()).arg(allTheirs)));
        QVERIFY2(summary(page).contains(
                     QStringLiteral("%1 images of %2 studies selected").arg(images.size()).arg(theirs.size())),
                 qPrintable(summary(page)));
        fixture.screenshot(QStringLiteral("library-map-images"));
        command("library.keep");
        QTRY_COMPARE(page.place().rows(), static_cast<int>(theirs.size()));
        QVERIFY2(
            chips(page).contains(QStringLiteral("%1 images of %2 studies kept").arg(images.size()).arg(theirs.size())),
            qPrintable(chips(page)));
        // A cohort of them holds more, also when only the chip is left to tell of them.
        for (const bool onMap : {false, true}) {
            if (onMap)
                view.select(QRectF(-1, -1, view.width() + 2.0, view.height() + 2.0), {});
            QString asked;
            QTimer::singleShot(0, [&asked] {
                auto* dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
                QVERIFY(dialog);
                asked = dialog->labelText();
                dialog->reject();
            });
            command("library.freeze");
            QVERIFY2(asked.contains(QStringLiteral("%1 single image").arg(images.size())), qPrintable(asked));
            QVERIFY2(asked.contains(QStringLiteral("with all images")), qPrintable(asked));
        }
        view.select(QRectF(-1, -1, view.width() + 2.0, view.height() + 2.0), {}); // no others can be chosen
        QVERIFY(map.chosenImages() == images);
        const std::filesystem::path table = path(QStringLiteral("images.csv")).toStdString();
        QCOMPARE(writeImageList(*page.session().library(), images, theirs, table), images.size());
        const auto idsIn = [](const std::filesystem::path& file) {
            std::vector<std::int64_t> ids;
            std::ifstream lines(file);
            for (std::string line; std::getline(lines, line);)
                if (!line.starts_with("dataset,"))
                    ids.push_back(QString::fromStdString(line).section(QLatin1Char(','), 2, 2).toLongLong());
            std::sort(ids.begin(), ids.end());
            return ids;
        };
        QVERIFY(idsIn(table) == images);
        SavedView saved;
        saved.name = "images of a map";
        saved.kept = rangesText(*page.session().question().kept);
        saved.keptImages = rangesText(*page.session().question().keptImages);
        page.session().act([saved](Library& changed) { return saveView(changed, saved); });
        QTRY_COMPARE(page.session().views().size(), std::size_t(1));
        const QString listed = path(QStringLiteral("listed.csv"));
        QCOMPARE(mamaCommand({"library", "list", "--library", library, "--view", "images of a map", "--images", listed})
                     .status,
                 0);
        QVERIFY(idsIn(listed.toStdString()) == images);
        page.place().selectNone();
        QVERIFY(map.chosenImages().empty());
        Q_EMIT page.findChild<QLabel*>(QStringLiteral("library.chips"))->linkActivated(QStringLiteral("kept"));
        QTRY_COMPARE(page.place().rows(), all);
        // Others are embedded, by a shell: told, until it is made again.
        const QString more = path(QStringLiteral("more"));
        QCOMPARE(
            mamaCommand({"phantom", "--seed", "2000000", "--studies", "3", "--size", "256x208", "--out", more}).status,
            0);
        QCOMPARE(mamaCommand({"import", "embed", more, "--library", library}).status, 0);
        QCOMPARE(mamaCommand({"--quiet", "library", "embed", "--library", library, "--model",
                              QString::fromStdString((test::sourceFolder() / "resources/demo").string())})
                     .status,
                 0);
        QTRY_VERIFY_WITH_TIMEOUT(page.place().rows() > all, 20000);
        QTRY_VERIFY_WITH_TIMEOUT(map.isStale(), 20000);
        QVERIFY2(map.words().contains(QStringLiteral("make it again")), qPrintable(map.words()));
        fixture.screenshot(QStringLiteral("library-map-stale"));
        map.make();
        QTRY_VERIFY_WITH_TIMEOUT(map.hasMap() && !map.isStale() && !map.job().running(), 60000);
        QVERIFY(std::filesystem::remove_all((library + QStringLiteral("/maps")).toStdString()) > 1); // may be deleted
        map.choose(MapLevel::Study, MapMethod::Umap);
        QTRY_VERIFY2(map.words().contains(QStringLiteral("no map")), qPrintable(map.words()));
    }

    // By keys alone: a tag is made, its digit sets it on study after study, also when a filter takes each away; undo
    // goes back to the study, tomorrow too.
    void tagsAreSetByDigitsAndUndone()
    {
        const QString library = copyOfLibrary(QStringLiteral("tags"));
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, library));
        LibraryPage& page = fixture.window().library();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        grid(page).setFocus();
        const int all = page.place().rows();
        const QString first = key(page, 0), second = key(page, 1);
        answerTagDialog(QStringLiteral("seen"));
        QTest::keyClick(&grid(page), Qt::Key_T);
        QTRY_COMPARE(tagged(page, "seen"), 1);
        QCOMPARE(lastAction(page), QStringLiteral("Tag seen on 1 study"));
        QTest::keyClick(&grid(page), Qt::Key_1); // the digit that the tag got: it takes it away again
        QTRY_COMPARE(tagged(page, "seen"), 0);
        page.setFilter(QStringLiteral("not tag:seen"));
        QTRY_COMPARE(page.place().rows(), all);
        QTest::qWait(50);
        for (int i = 0; i < 3; ++i) {
            QTest::keyClick(&grid(page), Qt::Key_1);
            QTRY_COMPARE(page.place().rows(), all - 1 - i);
        }
        QCOMPARE(tagged(page, "seen"), 3);
        QVERIFY(key(page, 0) != first);
        for (int i = 0; i < 3; ++i) {
            QTest::keyClick(&grid(page), Qt::Key_Z, Qt::ControlModifier);
            QTRY_COMPARE(tagged(page, "seen"), 2 - i);
        }
        QTRY_COMPARE(page.place().rows(), all);
        QTRY_COMPARE(key(page, page.place().current()), first);
        QTest::keyClick(&grid(page), Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(page.place().selected(), all);
        QVERIFY(summary(page).contains(QStringLiteral("%1 selected").arg(all)));
        QTest::keyClick(&grid(page), Qt::Key_1);
        QTRY_COMPARE(tagged(page, "seen"), all);
        fixture.endWindow();
        fixture.newWindow();
        QVERIFY(openAndWait(fixture, library));
        LibraryPage& again = fixture.window().library();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        QCOMPARE(tagged(again, "seen"), all);
        grid(again).setFocus();
        QTest::keyClick(&grid(again), Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(tagged(again, "seen"), 0);
        QTest::keyClick(&grid(again), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE(tagged(again, "seen"), all);
    }

    // Another program's change is on screen within two seconds, and its undo is not offered here.
    void othersChangesAreSeen()
    {
        const QString library = copyOfLibrary(QStringLiteral("others"));
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, library));
        LibraryPage& page = fixture.window().library();
        QTest::qWait(1200); // it has looked once
        const auto before = page.session().lastDone();
        QCOMPARE(mamaCommand({"library", "tag", "--library", library, "--name", "shell", "--all"}).status, 0);
        QTRY_COMPARE_WITH_TIMEOUT(tagged(page, "shell"), page.place().rows(), 2000);
        QCOMPARE(page.session().lastDone()->id, before->id);
    }

    // Enter reads the study; Backspace leads back to it, with filter, place and selection as they were.
    void aStudyIsReadAndTheWayBackKnown()
    {
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, m_library));
        LibraryPage& page = fixture.window().library();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        page.setFilter(QStringLiteral("side = R"));
        QTRY_COMPARE(page.session().question().filter, std::string("side = R"));
        grid(page).setFocus();
        page.place().setCurrent(3);
        const QString study = key(page, 3);
        QSignalSpy read(&fixture.window().read(), &ReadPage::studyOnScreen);
        QTest::keyClick(&grid(page), Qt::Key_Return);
        if (read.count() == 0 && !read.wait(10000))
            fixture.screenshot(QStringLiteral("library-read"));
        QVERIFY(read.count() > 0);
        QVERIFY(fixture.window().read().isVisible());
        fixture.window().read().view().setFocus();
        QTest::keyClick(&fixture.window().read().view(), Qt::Key_Backspace);
        QTRY_VERIFY(page.isVisible());
        QCOMPARE(page.place().current(), 3);
        QCOMPARE(key(page, 3), study);
        QCOMPARE(filter(page), QStringLiteral("side = R"));
    }

    // Next and previous study go along the library's list, as it is filtered and sorted; the next one is decoded ahead.
    // What is not there is told and passed over, and the way back leads to the study that was read last.
    void theListIsReadOn()
    {
        const QString library = copyOfLibrary(QStringLiteral("read-on"));
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, library));
        LibraryPage& page = fixture.window().library();
        ReadPage& read = fixture.window().read();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        QVERIFY(page.place().rows() > 5);
        const auto filesOf = [&](int row) {
            const StudyResult& result = page.session().result();
            Library opened(library.toStdString(), Access::Read);
            std::vector<std::filesystem::path> files;
            for (const FactImage& image :
                 studyFacts(opened, result.columns->id(result.rows[static_cast<std::size_t>(row)])).images)
                files.push_back(image.path);
            return files;
        };
        const auto reads = [&](int row) {
            const Study* study = read.studies().study();
            return study && !study->images.empty() && std::ranges::count(filesOf(row), study->images[0].path) > 0;
        };
        const auto press = [&](Qt::Key key) { QTest::keyClick(&read.view(), key, Qt::ControlModifier); };
        QStringList told;
        connect(&read, &Page::told, this, [&](const QString& text) { told << text; });
        page.place().setCurrent(page.place().rows() - 3);
        const int start = page.place().current();
        grid(page).setFocus();
        QTest::keyClick(&grid(page), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(reads(start), patience(20000));
        // Ahead: open beside it, and its pictures in memory before anybody asks.
        const auto isAhead = [&](int row) {
            const auto files = filesOf(row);
            return std::ranges::any_of(read.studies().studies(), [&](const Study& study) {
                return std::ranges::count(files, study.images[0].path) > 0 && read.studies().cache().find(study.uid);
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(isAhead(start + 1), patience(20000));
        press(Qt::Key_PageDown);
        QVERIFY(reads(start + 1)); // at once
        press(Qt::Key_PageUp);
        QVERIFY(reads(start));
        press(Qt::Key_PageUp); // none was open before it
        QTRY_VERIFY_WITH_TIMEOUT(reads(start - 1), patience(20000));
        QTest::keyClick(&read.view(), Qt::Key_Backspace);
        QTRY_VERIFY(page.isVisible());
        QCOMPARE(page.place().current(), start - 1);

        const auto away = filesOf(start + 1);
        for (const auto& file : away)
            std::filesystem::rename(file, file.string() + ".away");
        const auto back = qScopeGuard([&] {
            for (const auto& file : away)
                std::filesystem::rename(file.string() + ".away", file);
        });
        QTest::keyClick(&grid(page), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(read.isVisible() && reads(start - 1), patience(20000));
        press(Qt::Key_PageDown);
        QTRY_VERIFY_WITH_TIMEOUT(reads(start), patience(20000));
        told.clear();
        press(Qt::Key_PageDown);
        QTRY_VERIFY_WITH_TIMEOUT(reads(start + 2), patience(20000));
        QVERIFY2(told.join(u'\n').contains(key(page, start + 1)), qPrintable(told.join(u'\n')));
        press(Qt::Key_PageDown);
        QTRY_VERIFY_WITH_TIMEOUT(told.back().contains(QStringLiteral("last study of the library's list")),
                                 patience(20000));
        QVERIFY(reads(start + 2));
    }

    // A study that is read from the library has its woman's other exams beside it, wherever the list has them.
    void theLibraryKnowsThePriors()
    {
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, m_library));
        LibraryPage& page = fixture.window().library();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        Library opened(m_library.toStdString(), Access::Read);
        const StudyResult& result = page.session().result();
        int current = -1;
        StudyFacts facts;
        for (int row = 0; current < 0 && row < page.place().rows(); ++row) {
            facts = studyFacts(opened, result.columns->id(result.rows[static_cast<std::size_t>(row)]));
            if (std::ranges::any_of(facts.others, [&](const OtherStudy& other) { return other.date < facts.date; }))
                current = row;
        }
        QVERIFY2(current >= 0, "no study of the phantoms has a prior");
        page.place().setCurrent(current);
        grid(page).setFocus();
        QTest::keyClick(&grid(page), Qt::Key_Return);
        StudySession& studies = fixture.window().read().studies();
        QTRY_VERIFY_WITH_TIMEOUT(studies.study() && studies.priorStudy(), patience(20000));
        QVERIFY(std::ranges::any_of(
            facts.images, [&](const FactImage& image) { return image.path == studies.study()->images[0].path; }));
        QVERIFY(studies.priorStudy()->date < studies.study()->date && studies.isNewest());
    }

    // The whole way in the window, and by commands over a copy: embedded, asked, tagged, frozen, split, handed over.
    // Scores are those of mama search, the hashes are the same, and so are the tables that a run would read.
    void theThinPathIsThatOfTheCommands()
    {
        const QString library = copyOfLibrary(QStringLiteral("thin")),
                      twin = copyOfLibrary(QStringLiteral("thin-twin"));
        WindowFixture fixture;
        const QString model = test::text(fixture.importModel());
        MAMA_NEED(!model.isEmpty(), "parity/mama-ckpt");
        fixture.window().read().setModel(model);
        QVERIFY(openAndWait(fixture, library));
        LibraryPage& page = fixture.window().library();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.window().read().session().model().has_value(), 60000);
        auto* embed = page.findChild<QToolButton*>(QStringLiteral("library.embed"));
        QTRY_VERIFY(embed->isVisible() && embed->isEnabled());
        QTest::mouseClick(embed, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(page.ask().job().state(), EmbedJob::State::Finished, patience(180000));
        auto* line = page.findChild<QLineEdit*>(QStringLiteral("library.ask"));
        QTRY_VERIFY_WITH_TIMEOUT(line->isEnabled(), patience(20000));
        grid(page).setFocus();
        QTest::keyClick(&grid(page), Qt::Key_Slash);
        QTRY_VERIFY(line->hasFocus());
        QTest::keyClicks(line, QStringLiteral("There is a mass."));
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(page.session().result().columns && page.session().question().field == "score", true,
                                  patience(60000));
        QTRY_VERIFY(page.ask().asked().answer());
        QTRY_VERIFY(grid(page).hasFocus()); // digits tag what was found
        QCOMPARE(page.place().current(), 0);
        QTest::qWait(300); // the list is sorted by it
        fixture.screenshot(QStringLiteral("library-asked"));
        const auto* words = page.findChild<QLabel*>(QStringLiteral("library.answer"));
        QVERIFY(words->textFormat() == Qt::RichText && words->text().contains(QStringLiteral("There is a mass.")));
        const int all = page.place().rows();
        QCOMPARE(mamaCommand({"library", "embed", "--library", twin, "--model", model, "--json"}).status, 0);
        const test::Outcome found =
            mamaCommand({"search", "--library", twin, "--model", model, "--text", "There is a mass.", "--top",
                         QString::number(all), "--no-peaks", "--json"});
        QCOMPARE(found.status, 0);
        const auto studies = found.json().at("studies");
        QCOMPARE(studies.size(), static_cast<std::size_t>(all));
        const StudyResult& result = page.session().result();
        for (int row = 0; row < all; ++row) {
            const auto& here = studies.at(static_cast<std::size_t>(row));
            QCOMPARE(key(page, row), QString::fromStdString(here.at("study").get<std::string>()));
            const float score = (*page.session().question().scores)[result.rows[static_cast<std::size_t>(row)]];
            QVERIFY(std::abs(score - here.at("score").get<double>()) < 2e-3);
        }
        // A cut-off of the score is a clause; with the sentence it is kept under a name.
        auto* histogram = page.findChild<RangeHistogram*>();
        QVERIFY(histogram->isVisible());
        QSignalSpy ranged(histogram, &RangeHistogram::ranged);
        const QRect bars = histogram->bars().rect();
        QTest::mousePress(&histogram->bars(), Qt::LeftButton, {}, {bars.width() / 2, 20});
        QTest::mouseRelease(&histogram->bars(), Qt::LeftButton, {}, {bars.width() - 5, 20});
        QCOMPARE(ranged.count(), 1);
        QTRY_VERIFY(filter(page).startsWith(QStringLiteral("score >= ")) && page.place().rows() < all);
        const int above = page.place().rows();
        QTimer::singleShot(0, &page, [&] {
            auto* dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            dialog->setTextValue(QStringLiteral("Likely"));
            dialog->accept();
        });
        QTest::keyClick(&grid(page), Qt::Key_V);
        QTRY_COMPARE(page.session().views().size(), std::size_t(1));
        fixture.screenshot(QStringLiteral("library-cut-off"));
        page.ask().clear();
        page.setFilter({});
        QTRY_COMPARE(page.place().rows(), all);
        auto* views = page.findChild<QToolButton*>(QStringLiteral("library.views"))->menu();
        Q_EMIT views->aboutToShow();
        views->actions().front()->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(page.session().question().scores && page.place().rows() == above, 60000);
        page.setFilter({});
        QTRY_COMPARE(page.place().rows(), all);
        // Tag, filter, hand over.
        page.setFilter(QStringLiteral("age >= 50"));
        QTRY_VERIFY(page.place().rows() < all && page.place().rows() > 3);
        grid(page).setFocus();
        QTest::keyClick(&grid(page), Qt::Key_A, Qt::ControlModifier);
        answerTagDialog(QStringLiteral("older"));
        QTest::keyClick(&grid(page), Qt::Key_T);
        QTRY_VERIFY(tagged(page, "older") > 3);
        page.setFilter(QStringLiteral("tag:older"));
        QTRY_COMPARE(page.place().rows(), tagged(page, "older"));
        page.place().selectNone();
        const QString folder = path(QStringLiteral("handed"));
        QTimer::singleShot(0, &page, [&] {
            auto* dialog = qobject_cast<HandoverDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            dialog->findChild<QLineEdit*>(QStringLiteral("handoverName"))->setText(QStringLiteral("older"));
            dialog->findChild<QLineEdit*>(QStringLiteral("handoverFolder"))->setText(folder);
            auto* begin = dialog->findChild<QPushButton*>(QStringLiteral("handoverBegin"));
            QTRY_VERIFY_WITH_TIMEOUT(begin->isEnabled(), patience(20000));
            dialog->findChild<QCheckBox*>(QStringLiteral("handoverTrain"))->setChecked(false);
            QTest::mouseClick(begin, Qt::LeftButton);
        });
        QTest::keyClick(&grid(page), Qt::Key_S, Qt::ShiftModifier);
        QVERIFY(QFile::exists(folder + QStringLiteral("/cohort.json")));
        QTRY_VERIFY(lastAction(page).startsWith(QStringLiteral("Split"))); // undo is of the hand-over's last command
        QCOMPARE(mamaCommand({"library", "tag", "--library", twin, "--name", "older", "--where", "age >= 50"}).status,
                 0);
        QCOMPARE(
            mamaCommand({"library", "cohort", "--library", twin, "--name", "older", "--where", "tag:older"}).status, 0);
        QCOMPARE(mamaCommand({"library", "split", "--library", twin, "--cohort", "older"}).status, 0);
        const QString other = path(QStringLiteral("handed-twin"));
        QVERIFY(
            mamaCommand({"library", "export", "--library", twin, "--cohort", "older", "--training", other}).status >=
            0);
        const auto read = [](const QString& file) { return nlohmann::json::parse(readText(file.toStdString())); };
        const auto here = read(folder + QStringLiteral("/cohort.json")),
                   there = read(other + QStringLiteral("/cohort.json"));
        QVERIFY(here.at("hash") == there.at("hash"));
        QVERIFY(here.at("split").at("hash") == there.at("split").at("hash"));
        QDirIterator files(folder, {QStringLiteral("*.csv")}, QDir::Files, QDirIterator::Subdirectories);
        int compared = 0;
        while (files.hasNext()) {
            const QString file = files.next();
            QCOMPARE(readText(file.toStdString()), readText((other + file.mid(folder.size())).toStdString()));
            ++compared;
        }
        QVERIFY(compared >= 3);
    }

    // Letters of the list are letters in the filter; keys of the pictures are not taken from the reading page.
    void keysBelongToWhatHasTheFocus()
    {
        WindowFixture fixture;
        QVERIFY(openAndWait(fixture, m_library));
        LibraryPage& page = fixture.window().library();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        grid(page).setFocus();
        QTest::keyClick(&grid(page), Qt::Key_B);
        auto* table = page.findChild<StudyTable*>();
        QTRY_VERIFY(table->isVisible());
        QVERIFY(table->hasFocus());
        QTest::keyClick(table, Qt::Key_G);
        QTRY_VERIFY(grid(page).isVisible());
        QTest::keyClick(&grid(page), Qt::Key_F);
        auto* line = page.findChild<QLineEdit*>(QStringLiteral("library.filter"));
        QTRY_VERIFY(line->hasFocus());
        QTest::keyClicks(line, QStringLiteral("age >= 1"));
        QCOMPARE(line->text(), QStringLiteral("age >= 1"));
        QVERIFY(grid(page).isVisible());
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_VERIFY(grid(page).hasFocus());
        QTest::keyClick(&grid(page), Qt::Key_A, Qt::ControlModifier);
        QVERIFY(page.place().selected() > 0);
        QTest::keyClick(&grid(page), Qt::Key_Escape); // not the reading page's
        QCOMPARE(page.place().selected(), 0);
        QVERIFY(grid(page).hasFocus());
        line->setFocus();
        QTest::keyClick(line, Qt::Key_Escape);
        QVERIFY(grid(page).hasFocus());
        QTest::keyClick(&fixture.window(), Qt::Key_2, Qt::ControlModifier);
        QTRY_VERIFY(fixture.window().train().isVisible());
        QTest::keyClick(&fixture.window(), Qt::Key_3, Qt::ControlModifier);
        QTRY_VERIFY(page.isVisible());
        QVERIFY(grid(page).hasFocus());
        // Under a filter that is wrong nothing is done to the list before it.
        page.setFilter(QStringLiteral("age >= 1 and"));
        QTRY_VERIFY(page.findChild<QLabel*>(QStringLiteral("library.wrong"))->isVisible());
        const std::size_t before = page.session().library()->commands().size();
        QTest::keyClick(&grid(page), Qt::Key_S);
        QTest::keyClick(&grid(page), Qt::Key_S, Qt::ShiftModifier);
        QTest::keyClick(&grid(page), Qt::Key_T);
        QVERIFY(!QApplication::activeModalWidget());
        QCOMPARE(page.session().library()->commands().size(), before);
        page.setFilter({});
        QAction* place = fixture.window().read().findChild<QAction*>(QStringLiteral("study.undo"));
        QCOMPARE(place->shortcutContext(), Qt::WidgetShortcut); // Ctrl+Z is the library's now
        fixture.window().showPage(fixture.window().read());
        QCOMPARE(place->shortcutContext(), Qt::WindowShortcut);
    }
};

QTEST_MAIN(TestLibraryPage)
#include "test_library_page.moc"
