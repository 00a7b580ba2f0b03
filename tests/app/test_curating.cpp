// What a curator sets and finds again: studies kept in a chip, views, words of the tables.
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include "app/workstation/library/dialogs/study_label_dialog.h"
#include "app/workstation/library/dialogs/tag_dialog.h"
#include "app/workstation/library/dialogs/vocabulary_dialog.h"
#include "app/workstation/library/pictures/stored_pictures.h"
#include "app/workstation/library/pictures/tile_pictures.h"
#include "core/base/files.h"
#include "core/library/collection/set_import.h"
#include "core/library/studies/kept_studies.h"
#include "core/library/studies/study_keys.h"
#include "core/tables/importers/data_sets.h"
#include "widgets/library/filter_line.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_grid.h"

#include <QAbstractItemView>
#include <QAction>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTextBrowser>
#include <QTimer>
#include <QToolButton>
#include <nlohmann/json.hpp>

using namespace mama;
using test::mamaCommand;
using test::WindowFixture;

class TestCurating : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    static constexpr int women = 20;

    QString path(const QString& name) const { return m_folder.filePath(name); }
    // Tables alone: nothing here looks at pictures.
    QString makeLibrary(const QString& name, int first = 1) const
    {
        const std::filesystem::path root = path(name).toStdString();
        std::string table = "patient_id,image_id,laterality,view,age,cancer,BIRADS,density\n";
        for (int i = first; i < first + women; ++i)
            table += std::to_string(i) + "," + std::to_string(100 + i) + ",L,CC," + std::to_string(40 + i) + ",0,1," +
                     "ABCD"[i % 4] + "\n";
        writeAtomically(root / "set/train.csv", std::string_view(table));
        Library::create(root / "lib");
        Library library(root / "lib");
        importSet(library, readRsnaSet(root / "set"));
        return path(name + QStringLiteral("/lib"));
    }
    static LibraryPage* openAndWait(WindowFixture& fixture, const QString& library)
    {
        fixture.window().showPage(fixture.window().library());
        fixture.window().activateWindow();
        LibraryPage& page = fixture.window().library();
        static_cast<Page&>(page).open(QStringList{library});
        return QTest::qWaitFor([&] { return page.place().rows() > 0; }, 20000) ? &page : nullptr;
    }
    static QString chips(LibraryPage& page) { return page.findChild<QLabel*>(QStringLiteral("library.chips"))->text(); }
    static void command(LibraryPage& page, const char* id) { page.findChild<QAction*>(QLatin1String(id))->trigger(); }
    static void keep(LibraryPage& page, std::initializer_list<int> rows)
    {
        std::vector<bool> selected(static_cast<std::size_t>(page.place().rows()));
        for (const int row : rows)
            selected[static_cast<std::size_t>(row)] = true;
        page.place().select(std::move(selected));
        command(page, "library.keep");
    }
    static std::vector<std::int64_t> shown(LibraryPage& page)
    {
        std::vector<std::int64_t> ids;
        for (const std::uint32_t row : page.session().result().rows)
            ids.push_back(page.session().result().columns->id(row));
        std::sort(ids.begin(), ids.end());
        return ids;
    }

    static QString lastAction(LibraryPage& page)
    {
        return page.findChild<QLabel*>(QStringLiteral("library.last"))->text();
    }
    // What a filter leaves of the page's columns, whatever is on screen.
    static std::vector<std::uint32_t> studiesOf(LibraryPage& page, const char* filter)
    {
        return answer(page.session().result().columns, {.filter = filter}).rows;
    }
    static bool isOf(const StudyDetails& details, const QString& link, const char* task)
    {
        bool isNumber = false;
        const int number = link.section(QLatin1Char(':'), 1).toInt(&isNumber);
        const FactLabel* label = isNumber ? labelOf(details.facts(), number) : nullptr;
        return label && label->task == task;
    }
    // In the dialog that the next action opens.
    static void inDialog(std::function<void(StudyLabelDialog&)> then)
    {
        QTimer::singleShot(0, qApp, [then] {
            QTRY_VERIFY(qobject_cast<StudyLabelDialog*>(QApplication::activeModalWidget()));
            auto* dialog = qobject_cast<StudyLabelDialog*>(QApplication::activeModalWidget());
            then(*dialog);
            if (dialog->isVisible())
                dialog->reject();
        });
    }

private Q_SLOTS:
    // A selection that became a chip is there at the next start, in its own library alone, until it is taken off.
    void whatIsKeptComesBack()
    {
        const QString library = makeLibrary(QStringLiteral("kept"));
        WindowFixture fixture;
        LibraryPage* page = openAndWait(fixture, library);
        QVERIFY(page);
        keep(*page, {2, 5, 6, 11});
        QTRY_COMPARE(page->place().rows(), 4);
        const auto kept = shown(*page);
        fixture.endWindow();
        fixture.newWindow();
        page = openAndWait(fixture, library);
        QVERIFY(page);
        QCOMPARE(page->place().rows(), 4); // from the first list on
        QVERIFY(shown(*page) == kept);
        QVERIFY2(chips(*page).contains(QStringLiteral("4 kept")), qPrintable(chips(*page)));
        fixture.screenshot(QStringLiteral("library-kept-again"));
        keep(*page, {0, 1}); // of those
        QTRY_COMPARE(page->place().rows(), 2);

        page = openAndWait(fixture, makeLibrary(QStringLiteral("kept-other")));
        QVERIFY(page);
        QTRY_COMPARE(page->place().rows(), women);
        page = openAndWait(fixture, library);
        QTRY_COMPARE(page->place().rows(), 2);
        Q_EMIT page->findChild<QLabel*>(QStringLiteral("library.chips"))->linkActivated(QStringLiteral("kept"));
        QTRY_COMPARE(page->place().rows(), women);
        fixture.endWindow();
        // Another library in its place: ids are others' now.
        QVERIFY(std::filesystem::remove_all(path(QStringLiteral("kept")).toStdString()) > 0);
        fixture.newWindow();
        page = openAndWait(fixture, makeLibrary(QStringLiteral("kept"), 300));
        QVERIFY(page);
        QCOMPARE(page->place().rows(), women);
    }

    // A view under a name holds what was kept with it; a command lists the same studies.
    void aViewHoldsWhatIsKept()
    {
        const QString library = makeLibrary(QStringLiteral("view"));
        WindowFixture fixture;
        LibraryPage* page = openAndWait(fixture, library);
        QVERIFY(page);
        keep(*page, {1, 3, 4});
        QTRY_COMPARE(page->place().rows(), 3);
        const auto kept = shown(*page);
        QTimer::singleShot(0, page, [] {
            auto* dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            dialog->setTextValue(QStringLiteral("Mine"));
            dialog->accept();
        });
        command(*page, "library.view");
        QTRY_COMPARE(page->session().views().size(), std::size_t(1));
        Q_EMIT page->findChild<QLabel*>(QStringLiteral("library.chips"))->linkActivated(QStringLiteral("kept"));
        QTRY_COMPARE(page->place().rows(), women);
        QMenu* views = page->findChild<QToolButton*>(QStringLiteral("library.views"))->menu();
        Q_EMIT views->aboutToShow();
        views->actions().front()->trigger();
        QTRY_COMPARE(page->place().rows(), 3);
        QVERIFY(shown(*page) == kept);
        const auto listed = mamaCommand({"library", "list", "--library", library, "--view", "mine", "--json"}).json();
        std::vector<std::int64_t> ids;
        for (const auto& each : listed.at("studies"))
            ids.push_back(each.at("id").get<std::int64_t>());
        std::sort(ids.begin(), ids.end());
        QVERIFY(ids == kept);
        QVERIFY(mamaCommand({"library", "view", "--library", library, "--json"}).json().at("views").at(0).at("kept") ==
                3);
    }

    // Words of the tables: searched, edited, added; what cannot be is told with its line and why, and is not saved.
    void wordsAreReadAndEdited()
    {
        const QString library = makeLibrary(QStringLiteral("words"));
        WindowFixture fixture;
        LibraryPage* page = openAndWait(fixture, library);
        QVERIFY(page);
        QTimer::singleShot(0, page, [&] {
            auto* dialog = qobject_cast<VocabularyDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            dialog->activateWindow();
            QVERIFY(QTest::qWaitForWindowActive(dialog));
            auto* table = dialog->findChild<QTableView*>();
            auto* words = dialog->findChild<QLabel*>(QStringLiteral("vocabulary.words"));
            auto* save = dialog->findChild<QPushButton*>(QStringLiteral("vocabulary.save"));
            auto* find = dialog->findChild<QLineEdit*>(QStringLiteral("vocabulary.find"));
            QTRY_VERIFY(table->model()->rowCount() > 6);
            const int all = table->model()->rowCount();
            find->setText(QStringLiteral("dens"));
            QTRY_COMPARE(table->model()->rowCount(), 4);
            QVERIFY(!save->isEnabled());
            const auto cell = [&](int row, int column) { return table->model()->index(row, column); };
            const int line = table->model()->headerData(2, Qt::Vertical).toInt(); // also while it is narrowed
            QCOMPARE(cell(2, VocabularyModel::Word).data().toString(), QStringLiteral("C"));
            QVERIFY(!(cell(2, VocabularyModel::Word).flags() & Qt::ItemIsEditable));
            // By keys: Enter edits the meaning of the current row.
            table->setCurrentIndex(cell(2, VocabularyModel::Word));
            const auto opened = [&] { // the windows of other tests take the keyboard away
                dialog->activateWindow();
                table->setFocus();
                QTest::keyClick(table, Qt::Key_Return);
                return table->viewport()->findChild<QLineEdit*>();
            };
            QVERIFY(QTest::qWaitFor(opened, 20000));
            auto* editor = table->viewport()->findChild<QLineEdit*>();
            editor->selectAll();
            QTest::keyClicks(editor, QStringLiteral("x"));
            QTest::keyClick(editor, Qt::Key_Return);
            QTRY_VERIFY2(words->text().startsWith(QStringLiteral("Line %1 (").arg(line)), qPrintable(words->text()));
            QVERIFY2(words->text().contains(QStringLiteral("density C): ")), qPrintable(words->text()));
            QVERIFY2(words->text().contains(QStringLiteral("A, B, C or D")), qPrintable(words->text()));
            QVERIFY(!save->isEnabled());
            dialog->grab().save(QStringLiteral("screenshots/library-vocabulary-wrong.png"));
            table->model()->setData(cell(2, VocabularyModel::Means), QStringLiteral(" d "));
            QCOMPARE(cell(2, VocabularyModel::Means).data().toString(), QStringLiteral("D"));
            QVERIFY(save->isEnabled());
            // One that is added: told what is missing until it is whole, and that the vocabulary has it already.
            QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("vocabulary.add")), Qt::LeftButton);
            QTRY_COMPARE(table->model()->rowCount(), 5);
            table->model()->setData(cell(4, VocabularyModel::Task), QStringLiteral("Density"));
            QVERIFY2(words->text().contains(QStringLiteral("as the tables have it")), qPrintable(words->text()));
            table->model()->setData(cell(4, VocabularyModel::Word), QStringLiteral("A"));
            QVERIFY2(words->text().contains(QStringLiteral("has this word already")), qPrintable(words->text()));
            table->model()->setData(cell(4, VocabularyModel::Word), QStringLiteral("fatty"));
            table->model()->setData(cell(4, VocabularyModel::Means), QStringLiteral("a"));
            QCOMPARE(cell(4, VocabularyModel::Means).data().toString(), QStringLiteral("A"));
            find->clear();
            QTRY_COMPARE(table->model()->rowCount(), all + 1);
            dialog->grab().save(QStringLiteral("screenshots/library-vocabulary.png"));
            QVERIFY(save->isEnabled());
            // Left without saving it asks, and stays where that is said.
            QTimer::singleShot(0, dialog, [] {
                auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
                QVERIFY(box);
                box->button(QMessageBox::No)->click();
            });
            dialog->reject();
            QVERIFY(dialog->isVisible());
            QTest::mouseClick(save, Qt::LeftButton);
        });
        const std::size_t before = page->session().library()->commands().size();
        command(*page, "library.vocabulary");
        QTRY_COMPARE(page->session().library()->commands().size(), before + 1); // one command, one undo
        QTRY_COMPARE(page->findChild<QLabel*>(QStringLiteral("library.last"))->text(),
                     QStringLiteral("Change 2 words of the vocabulary"));
        const Vocabulary read = wordsOf(*page->session().library(), "rsna");
        QCOMPARE(read.meaning("density", "C").value_or(""), std::string("D"));
        QCOMPARE(read.meaning("density", "fatty").value_or(""), std::string("A"));
        command(*page, "library.undo");
        QTRY_COMPARE(wordsOf(*page->session().library(), "rsna").meaning("density", "C").value_or(""),
                     std::string("C"));
        // The command says the same of a wrong one.
        const auto refused = mamaCommand(
            {"library", "vocabulary", "set", "--library", library, "--dataset", "rsna", "density", "C", "x"});
        QVERIFY(refused.status != 0);
        QVERIFY2(refused.err.contains("A, B, C or D"), refused.err.constData());
    }

    // A label is edited where it is seen: by mouse in the details, by keys on all that is selected; each one step of
    // undo, which leads back to the study also when the filter had taken it away.
    void aLabelIsEditedWhereItIsSeen()
    {
        const QString library = makeLibrary(QStringLiteral("labels"));
        WindowFixture fixture;
        LibraryPage* page = openAndWait(fixture, library);
        QVERIFY(page && QTest::qWaitForWindowActive(&fixture.window()));
        page->findChild<QAction*>(QStringLiteral("library.details"))->setChecked(true);
        auto* grid = page->findChild<StudyGrid*>(QStringLiteral("studyGrid"));
        auto* details = page->findChild<StudyDetails*>();
        const auto rows = [&](const char* filter) { return static_cast<int>(studiesOf(*page, filter).size()); };
        const int dense = rows("density = D"), thin = rows("density = A");
        QVERIFY(dense > 1 && thin > 1 && dense + thin < women);
        page->setFilter(QStringLiteral("density = A"));
        QTRY_COMPARE(page->place().rows(), thin);
        const std::int64_t first = page->session().result().columns->id(page->session().result().rows.front());
        page->place().setCurrent(0);
        QTRY_COMPARE(details->study(), first);

        // By mouse: the value is a link.
        const auto link = [&](const QString& begins) {
            auto* text = details->text();
            for (int y = 0; y < text->viewport()->height(); y += 4)
                for (int x = 0; x < text->viewport()->width(); x += 4)
                    if (const QString at = text->anchorAt({x, y});
                        at.startsWith(begins) && isOf(*details, at, "density"))
                        return QPoint(x, y);
            return QPoint(-1, -1);
        };
        QVERIFY(details->text()->find(QStringLiteral("density"))); // scrolls there
        const QPoint at = link(QStringLiteral("label:"));
        QVERIFY(at.x() >= 0);
        fixture.screenshot(QStringLiteral("library-label-link"));
        bool asked = false;
        inDialog([&](StudyLabelDialog& dialog) {
            QCOMPARE(dialog.task(), std::string("density"));
            QCOMPARE(dialog.value(), std::string("A")); // as it is now
            QCOMPARE(dialog.thing().level, std::string("breast"));
            auto* value = dialog.findChild<QLineEdit*>(QStringLiteral("label.value"));
            auto* ok = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
            QTest::keyClicks(value, QStringLiteral("E"));
            QVERIFY(!ok->isEnabled()); // off the scale
            value->clear();
            QTest::keyClicks(value, QStringLiteral("d"));
            QVERIFY(ok->isEnabled());
            dialog.grab().save(QStringLiteral("screenshots/library-label.png"));
            asked = true;
            QTest::keyClick(value, Qt::Key_Return);
        });
        QTest::mouseClick(details->text()->viewport(), Qt::LeftButton, {}, at);
        QVERIFY(asked);
        QTRY_COMPARE(page->place().rows(), thin - 1); // the next one stands in its place
        QCOMPARE(lastAction(*page), QStringLiteral("Label density D on 1 left breast"));
        grid->setFocus();
        QTest::keyClick(grid, Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(page->place().rows(), thin);
        QTRY_COMPARE(details->study(), first);

        // By keys: every study that matches.
        page->setFilter({});
        QTRY_COMPARE(page->place().rows(), women);
        const std::size_t before = page->session().library()->commands().size();
        QTest::keyClick(grid, Qt::Key_A, Qt::ControlModifier);
        inDialog([&](StudyLabelDialog& dialog) {
            QVERIFY(
                !dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->isEnabled()); // nothing is said
            auto* values = dialog.findChild<QListWidget*>();
            QVERIFY2(values->item(0)->text().contains(QStringLiteral("%1 of %2").arg(thin).arg(women)),
                     qPrintable(values->item(0)->text()));
            auto* value = dialog.findChild<QLineEdit*>(QStringLiteral("label.value"));
            QTest::keyClicks(value, QStringLiteral("c"));
            QTest::keyClick(value, Qt::Key_Return);
        });
        QTest::keyClick(grid, Qt::Key_L, Qt::ShiftModifier);
        QTRY_COMPARE(static_cast<int>(studiesOf(*page, "density = C").size()), women);
        QCOMPARE(lastAction(*page), QStringLiteral("Label density C on %1 studies").arg(women));
        QCOMPARE(page->session().library()->commands().size(), before + 1);
        inDialog([&](StudyLabelDialog& dialog) { // the same again changes nothing
            QTest::keyClicks(dialog.findChild<QLineEdit*>(QStringLiteral("label.value")), QStringLiteral("c"));
            dialog.accept();
        });
        QSignalSpy unchanged(&page->session(), &LibrarySession::unchanged);
        QTest::keyClick(grid, Qt::Key_L, Qt::ShiftModifier);
        QTRY_COMPARE(unchanged.count(), 1);
        QTest::keyClick(grid, Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(static_cast<int>(studiesOf(*page, "density = A").size()), thin);
        QCOMPARE(static_cast<int>(studiesOf(*page, "density = D").size()), dense);
        QTest::keyClick(grid, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE(static_cast<int>(studiesOf(*page, "density = C").size()), women);
    }

    // A tag is found by any part of its name, whatever its letters' case, and keeps its digit whatever becomes of
    // others.
    void aTagIsFoundByAnyPartAndKeepsItsDigit()
    {
        const QString folder = makeLibrary(QStringLiteral("tags"));
        Library library(folder.toStdString());
        const std::vector<std::int64_t> studies = allStudies(library);
        const std::vector<std::int64_t> one{studies.front()};
        for (const char* name : {"Seen twice", "poor quality", "motion"})
            tag(library, {name, "study", one});
        const auto digits = [&] {
            std::map<std::string, int> out;
            for (const Tag& each : tags(library))
                out[each.name] = each.key.value_or(0);
            return out;
        };
        QVERIFY((digits() == std::map<std::string, int>{{"Seen twice", 1}, {"poor quality", 2}, {"motion", 3}}));
        deleteTag(library, "poor quality");
        renameTag(library, "motion", "a blur"); // another place among the names
        tag(library, {"new", "study", one});    // takes the digit that is free
        QVERIFY((digits() == std::map<std::string, int>{{"Seen twice", 1}, {"a blur", 3}, {"new", 2}}));
        for (int i = 0; i < 8; ++i)
            tag(library, {"more " + std::to_string(i), "study", one});
        QCOMPARE(digits()["more 7"], 0); // there are nine
        QCOMPARE(digits()["a blur"], 3);
        const auto chosen = [&](const QString& typed) {
            TagDialog dialog(tags(library), 1);
            dialog.findChild<QLineEdit*>()->setText(typed);
            return dialog.name();
        };
        QCOMPARE(chosen(QStringLiteral("TWI")), QStringLiteral("Seen twice"));
        QCOMPARE(chosen(QStringLiteral("lur")), QStringLiteral("a blur"));
        QCOMPARE(chosen(QStringLiteral("unheard")), QStringLiteral("unheard"));
    }

    // Tiles by the values of their files: a window set by keys brings out what a thumbnail of 8 bits has lost.
    void windowingATileBringsOutItsBits()
    {
        const QString library = makeLibrary(QStringLiteral("bits"));
        std::string text = "P5\n300 400\n65535\n";
        for (int row = 0; row < 400; ++row)
            for (int column = 0; column < 300; ++column) {
                const int value = row < 20 ? 65535 * column / 299 : column < 150 ? 19650 : 19690;
                text += static_cast<char>(value >> 8);
                text += static_cast<char>(value & 255);
            }
        for (int i = 1; i <= women; ++i)
            writeAtomically(path(QStringLiteral("bits/set/train_images/%1/%2.dcm").arg(i).arg(100 + i)).toStdString(),
                            std::string_view(text));
        WindowFixture fixture;
        LibraryPage* page = openAndWait(fixture, library);
        QVERIFY(page);
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        auto* grid = page->findChild<StudyGrid*>(QStringLiteral("studyGrid"));
        const auto& pictures = *page->findChild<StoredPictures*>();
        const auto& thumbs = *page->findChild<TilePictures*>();
        const std::int64_t study = page->session().result().columns->id(page->session().result().rows.front());
        qint64 image = 0;
        const auto thumb = [&] {
            for (const TilePicture& each : thumbs.pictures(study))
                if (each.state == TilePicture::State::Ready) {
                    image = each.image;
                    return each.picture;
                }
            return QImage();
        };
        QTRY_VERIFY_WITH_TIMEOUT(!thumb().isNull(), 20000);
        QVERIFY(pictures.picture(image).isNull()); // not before it is asked for
        const auto apart = [](const QImage& picture) {
            const int row = picture.height() * 3 / 4;
            return std::abs(qGray(picture.pixel(picture.width() * 4 / 5, row)) -
                            qGray(picture.pixel(picture.width() / 5, row)));
        };
        QVERIFY(apart(thumb()) <= 1);
        grid->setFocus();
        QTest::keyClick(grid, Qt::Key_Z);
        QTRY_VERIFY_WITH_TIMEOUT(!pictures.picture(image).isNull(), 20000);
        QVERIFY(apart(pictures.picture(image)) <= 1);
        const auto said = [&] { return page->findChild<QLabel*>(QStringLiteral("library.summary"))->text(); };
        QVERIFY2(said().contains(QStringLiteral("stored values")), qPrintable(said()));
        const QImage before = grid->grab().toImage();
        for (int i = 0; i < 4; ++i)
            QTest::keyClick(grid, Qt::Key_Up, Qt::ControlModifier);
        for (int i = 0; i < 33; ++i)
            QTest::keyClick(grid, Qt::Key_Right, Qt::ControlModifier);
        QTRY_VERIFY2_WITH_TIMEOUT(apart(pictures.picture(image)) >= 12,
                                  qPrintable(QString::number(apart(pictures.picture(image)))), 10000);
        QCOMPARE(page->place().current(), 0); // those keys move nothing
        QVERIFY(grid->grab().toImage() != before);
        fixture.screenshot(QStringLiteral("library-bits"));
        QTest::keyClick(grid, Qt::Key_R);
        QTRY_VERIFY(apart(pictures.picture(image)) <= 1);
        QTest::keyClick(grid, Qt::Key_Z);
        QVERIFY(pictures.picture(image).isNull());
        grid->setZoom(400); // so large that a thumbnail is too little
        Q_EMIT grid->zoomed(400);
        QTRY_VERIFY_WITH_TIMEOUT(!pictures.picture(image).isNull(), 20000);
    }

    // What is wrong with a filter can be read while the list of what can follow is open.
    void theListLeavesTheErrorInSight()
    {
        WindowFixture fixture;
        LibraryPage* page = openAndWait(fixture, makeLibrary(QStringLiteral("error")));
        QVERIFY(page);
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        auto* line = page->findChild<FilterLine*>();
        auto* wrong = page->findChild<QLabel*>(QStringLiteral("library.wrong"));
        line->setFocus();
        QTest::keyClicks(line, QStringLiteral("age >= 1 and dens"));
        QTRY_VERIFY(wrong->isVisible());
        QWidget* list = nullptr;
        for (QWidget* each : QApplication::topLevelWidgets())
            if (each->objectName() == QLatin1String("filter.offered") && each->isVisible())
                list = each;
        QVERIFY(list);
        const auto below = [&] { return wrong->mapToGlobal(wrong->rect().bottomLeft()).y(); };
        QTRY_VERIFY2(list->geometry().top() >= below(),
                     qPrintable(QStringLiteral("%1 < %2").arg(list->geometry().top()).arg(below())));
        fixture.screenshot(QStringLiteral("library-error-and-list"));

        // Esc, as a key of the window: first the list goes, then the line is left.
        QTest::keyClick(fixture.window().windowHandle(), Qt::Key_Escape);
        QTRY_VERIFY(!list->isVisible());
        QVERIFY(line->hasFocus());
        QTest::keyClick(fixture.window().windowHandle(), Qt::Key_Escape);
        QTRY_VERIFY(page->findChild<StudyGrid*>(QStringLiteral("studyGrid"))->hasFocus());
        QCOMPARE(line->text(), QStringLiteral("age >= 1 and dens"));

        // What does not fit is whole in the tip.
        page->setFilter(QStringLiteral("no_such_field = 1"));
        QTRY_VERIFY(wrong->toolTip().contains(QStringLiteral("no_such_field")));
        fixture.window().resize(1280, 800);
        QTRY_VERIFY(wrong->fontMetrics().horizontalAdvance(wrong->text()) < wrong->width());
    }
};

QTEST_MAIN(TestCurating)
#include "test_curating.moc"
