// Several models over one library, in a real window: chosen by mouse and keys, shown side by side, against what the
// commands say.
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include "app/workstation/library/ask_bar.h"
#include "app/workstation/library/models/model_choice.h"
#include "core/base/files.h"
#include "core/library/collection/library.h"
#include "core/library/studies/study_facts.h"
#include "widgets/library/range_histogram.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_grid.h"
#include "widgets/library/study_table.h"

#include <QAction>
#include <QComboBox>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTextBrowser>
#include <QTimer>
#include <QToolButton>
#include <map>
#include <nlohmann/json.hpp>

using namespace mama;
using test::mamaCommand;
using test::text;
using test::WindowFixture;

namespace {

constexpr int studies = 8, patience = 120'000; // ms

QString demo() { return text(test::sourceFolder() / "resources/demo"); }

// A copy of a model under a name of its own, which is another model.
void renameModel(const std::filesystem::path& model, const std::string& name)
{
    nlohmann::json description = readJson(model / "model.json");
    description["name"] = name;
    writeAtomically(model / "model.json", description.dump());
}

} // namespace

class TestLibraryModels : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QString m_library = m_folder.filePath(QStringLiteral("library"));
    std::filesystem::path m_second = std::filesystem::path(m_folder.path().toStdString()) / "second";
    nlohmann::json m_told; // what the command says of both models, by key

    struct Page
    {
        LibraryPage& page;
        AskBar& ask = page.ask();
        AskedModels& models = page.ask().models();
        ModelChoice& choice = *page.findChild<ModelChoice*>();
        StudyTable& table = *page.findChild<StudyTable*>();
        QLabel& others = *page.findChild<QLabel*>(QStringLiteral("library.others"));

        QString key(int row) const
        {
            const StudyResult& result = page.session().result();
            return QString::fromStdString(result.columns->key(result.rows[static_cast<std::size_t>(row)]));
        }
        int column(const QString& title) const
        {
            for (int i = 0; i < table.model()->columnCount(); ++i)
                if (table.model()->headerData(i, Qt::Horizontal).toString() == title)
                    return i;
            return -1;
        }
        QString cell(int row, const QString& title, int role = Qt::DisplayRole) const
        {
            return table.model()->index(row, column(title)).data(role).toString();
        }
        bool answered() const { return ask.asked().answer() && !ask.asked().busy() && !models.busy(); }
        void clickHeader(const QString& title) const
        {
            QHeaderView* header = table.horizontalHeader();
            QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                              {header->sectionViewportPosition(column(title)) + 10, header->height() / 2});
        }
    };

    static Page openAndWait(WindowFixture& fixture, const QString& library)
    {
        fixture.window().resize(1280, 800);
        fixture.window().showPage(fixture.window().library());
        fixture.window().activateWindow();
        LibraryPage& page = fixture.window().library();
        static_cast<mama::Page&>(page).open(QStringList{library});
        const bool shown = QTest::qWaitFor(
            [&] {
                return page.session().folder() == library && page.place().rows() > 0 && !page.ask().asked().loading() &&
                       !page.session().readingHeaders();
            },
            patience);
        if (!shown)
            QTest::qFail("the library is not shown", __FILE__, __LINE__);
        return {page};
    }
    static void load(WindowFixture& fixture, const QString& model)
    {
        fixture.window().read().setModel(model);
        const auto& loaded = fixture.window().read().session().model();
        QTRY_VERIFY_WITH_TIMEOUT(loaded && loaded->folder.endsWith(model.section(QLatin1Char('/'), -1)), patience);
    }
    // In the menu that is open then.
    static QAction* actionOf(QMenu* menu, const QString& begin)
    {
        for (QAction* action : menu->actions())
            if (action->text().startsWith(begin))
                return action;
        return nullptr;
    }
    // Opens the menu by a press and presses the line that begins so.
    static void press(const Page& at, const QString& begin)
    {
        bool pressed = false;
        QTimer::singleShot(100, &at.choice, [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            QVERIFY(menu);
            QAction* action = actionOf(menu, begin);
            QVERIFY(action);
            QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action).center());
            pressed = true;
        });
        QTest::mouseClick(&at.choice, Qt::LeftButton);
        QTRY_VERIFY(pressed);
    }
    static void askByKeys(const Page& at, const QString& sentence)
    {
        auto* line = at.page.findChild<QLineEdit*>(QStringLiteral("library.ask"));
        QVERIFY(QTest::qWaitForWindowActive(at.page.window()));
        at.page.takeKeyboard();
        QTRY_VERIFY(QApplication::focusWidget());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Slash);
        QTRY_VERIFY(line->hasFocus());
        QTest::keyClicks(line, sentence);
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(at.answered(), patience);
    }
    QString copyOfLibrary(const QString& name) const
    {
        const QString copy = m_folder.filePath(name);
        Library(m_library.toStdString(), Access::Read).backUp(copy.toStdString());
        std::filesystem::copy((m_library + QStringLiteral("/embeddings")).toStdString(),
                              (copy + QStringLiteral("/embeddings")).toStdString(),
                              std::filesystem::copy_options::recursive);
        return copy;
    }
    static QStringList names(const AskedModels& models)
    {
        QStringList out;
        for (const AskedModel& each : models.models())
            out << each.model.name;
        return out;
    }

private Q_SLOTS:
    // The second model sees as the demo does and understands nothing: its heads are random. It has half of the studies.
    void initTestCase()
    {
        const QString data = m_folder.filePath(QStringLiteral("data"));
        QCOMPARE(mamaCommand({"phantom", "--seed", "1000000", "--studies", QString::number(studies), "--priors", "0",
                              "--size", "256x208", "--out", data})
                     .status,
                 0);
        QCOMPARE(mamaCommand({"import", "embed", data, "--library", m_library}).status, 0);
        const auto resources = test::sourceFolder() / "resources/demo";
        QCOMPARE(mamaCommand({"checkpoint", "start", text(resources / "model-description.json"), "--image-model",
                              text(resources), "--texts", text(resources / "texts.txt"), "--seed", "42", "--out",
                              text(m_second)})
                     .status,
                 0);
        renameModel(m_second, "second");
        QCOMPARE(mamaCommand({"library", "embed", "--library", m_library, "--model", demo()}).status, 0);
        const StudyColumns columns(*std::make_unique<Library>(m_library.toStdString(), Access::Read));
        QStringList half;
        for (std::size_t study = 0; study < columns.size() / 2; ++study)
            half << QString::fromStdString(columns.key(study));
        QCOMPARE(mamaCommand({"library", "embed", "--library", m_library, "--model", text(m_second), "--where",
                              QStringLiteral("study in (%1)").arg(half.join(QStringLiteral(", ")))})
                     .status,
                 0);
        const auto told = mamaCommand({"search", "--library", m_library, "--text", "There is a mass.", "--model",
                                       demo(), "--model", text(m_second), "--top", "100", "--json"})
                              .json();
        for (const nlohmann::json& each : told.at("studies"))
            m_told[each.at("study").get<std::string>()] = each;
        QCOMPARE(m_told.size(), std::size_t(studies));
    }

    // One press on a menu, and the same sentence ranks by both; what is not embedded says so and how it is made.
    void aSecondModelIsAskedBeside()
    {
        const QString library = copyOfLibrary(QStringLiteral("beside"));
        WindowFixture fixture;
        load(fixture, demo());
        Page at = openAndWait(fixture, library);
        at.page.findChild<QAction*>(QStringLiteral("library.table"))->trigger();
        at.page.findChild<QAction*>(QStringLiteral("library.details"))->setChecked(true);
        QTRY_VERIFY(at.choice.isVisible());
        QCOMPARE(at.choice.text(), QStringLiteral("demo"));
        QVERIFY(at.column(QStringLiteral("Score")) == 1 && !at.models.several());
        askByKeys(at, QStringLiteral("There is a mass."));
        QTRY_VERIFY(at.cell(0, QStringLiteral("Score")).size() > 3);
        fixture.screenshot(QStringLiteral("library-one-model"));

        press(at, QStringLiteral("second"));
        QTRY_VERIFY_WITH_TIMEOUT(at.models.several() && at.answered() && at.models.ranks(), patience);
        QCOMPARE(names(at.models), (QStringList{"demo", "second"}));
        QCOMPARE(at.choice.text(), QStringLiteral("demo + 1"));
        QVERIFY(at.column(QStringLiteral("demo")) == 1 && at.column(QStringLiteral("second")) == 2);
        const QString difference = QStringLiteral("Difference in rank");
        QCOMPARE(at.table.horizontalHeader()->visualIndex(at.column(difference)), 3);
        QTRY_COMPARE(at.page.session().question().byModel.size(), std::size_t(2));
        int without = 0;
        for (int row = 0; row < studies; ++row) {
            const nlohmann::json& told = m_told.at(at.key(row).toStdString());
            QVERIFY(std::abs(at.cell(row, QStringLiteral("demo")).toDouble() - told["scores"][0].get<double>()) < 2e-3);
            if (told["scores"][1].is_null()) {
                ++without;
                QCOMPARE(at.cell(row, QStringLiteral("second")), QStringLiteral("–"));
                QVERIFY(at.cell(row, QStringLiteral("second"), Qt::ToolTipRole).contains("no embeddings"));
                QCOMPARE(at.cell(row, difference), QStringLiteral("–"));
                continue;
            }
            QVERIFY(std::abs(at.cell(row, QStringLiteral("second")).toDouble() - told["scores"][1].get<double>()) <
                    2e-3);
            QCOMPARE(at.cell(row, difference).section(QLatin1Char(' '), 0, 0).toDouble(),
                     told["difference"].get<double>());
        }
        QCOMPARE(without, studies / 2);
        QVERIFY2(at.others.isVisible() && at.others.text().contains(QStringLiteral("of 4 of 8 studies")),
                 qPrintable(at.others.text()));
        fixture.screenshot(QStringLiteral("library-two-models"));
        const auto* words = at.page.findChild<QLabel*>(QStringLiteral("library.answer"));
        QVERIFY2(words->text().contains(QStringLiteral("second, trained on")), qPrintable(words->text()));

        // Sorted by a press on either column; what has no score stands last.
        const auto isSorted = [&](const QString& title) {
            double last = 1e9;
            for (int row = 0; row < studies; ++row) {
                const QString cell = at.cell(row, title).section(QLatin1Char(' '), 0, 0);
                const double value = cell == QStringLiteral("–") ? -1e9 : cell.toDouble();
                if (value > last)
                    return false;
                last = value;
            }
            return true;
        };
        for (const QString& title : {QStringLiteral("second"), difference}) {
            at.clickHeader(title);
            QTRY_VERIFY2(isSorted(title), qPrintable(title));
        }
        QCOMPARE(at.page.session().question().field, std::string(rankDifference));
        const auto farthest =
            mamaCommand({"search", "--library", library, "--text", "There is a mass.", "--model", demo(), "--model",
                         text(m_second), "--by-difference", "--top", "2", "--json"})
                .json()
                .at("studies");
        QCOMPARE(farthest.size(), std::size_t(2));
        for (int row = 0; row < 2; ++row)
            QCOMPARE(at.cell(row, difference).section(QLatin1Char(' '), 0, 0).toDouble(),
                     farthest[static_cast<std::size_t>(row)]["difference"].get<double>());

        // Tiles and details say it too.
        const QString note = [&] {
            at.page.findChild<QAction*>(QStringLiteral("library.grid"))->trigger();
            return at.page.findChild<StudyGrid*>()->describe(0);
        }();
        QVERIFY2(note.contains(QStringLiteral("second ")), qPrintable(note));
        at.page.place().setCurrent(0);
        auto* details = at.page.findChild<StudyDetails*>();
        QTRY_VERIFY2(details->text()->toPlainText().contains(QStringLiteral("rank ")) &&
                         details->text()->toPlainText().contains(QStringLiteral("second")),
                     qPrintable(details->text()->toPlainText()));
        QTRY_VERIFY(at.page.findChild<StudyGrid*>()->isVisible());
        fixture.screenshot(QStringLiteral("library-two-models-grid"));

        // A filter by the second one's score; another sentence keeps the order.
        const double cut = at.models.models()[1].scores->at(0) - 1e-4;
        at.page.setFilter(QStringLiteral("score:second >= %1").arg(cut, 0, 'f', 6));
        int above = 0;
        for (const auto& [study, told] : m_told.items())
            above += !told["scores"][1].is_null() && told["scores"][1].get<double>() >= cut;
        QTRY_COMPARE(at.page.place().rows(), above);
        at.page.setFilter({});
        QTRY_COMPARE(at.page.place().rows(), studies);

        // The rest is embedded by the link.
        Q_EMIT at.others.linkActivated(QStringLiteral("embed:") + at.models.models()[1].model.key);
        QTRY_COMPARE_WITH_TIMEOUT(at.ask.job().state(), EmbedJob::State::Finished, patience);
        QTRY_VERIFY_WITH_TIMEOUT(at.answered() && at.models.ranks() && at.models.ranks()->studies == studies, patience);
        QVERIFY2(!at.others.isVisible(), qPrintable(at.others.text()));
        for (int row = 0; row < studies; ++row)
            QVERIFY(at.cell(row, QStringLiteral("second")) != QStringLiteral("–"));

        // Cleared, nothing is sorted by what is not asked any more.
        at.ask.clear();
        QTRY_COMPARE(at.page.session().question().field, std::string("date"));
        QVERIFY(at.page.session().question().byModel.empty());
        QCOMPARE(at.cell(0, QStringLiteral("second")), QString());
    }

    // By keys alone; the choice is there at the next start, of this library and no other.
    void theChoiceIsKept()
    {
        const QString library = copyOfLibrary(QStringLiteral("kept")), other = copyOfLibrary(QStringLiteral("other"));
        WindowFixture fixture;
        load(fixture, demo());
        {
            Page at = openAndWait(fixture, library);
            QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
            QTRY_VERIFY(at.choice.isVisible());
            at.page.takeKeyboard();
            bool seen = false;
            QTimer::singleShot(300, &at.choice, [&] {
                auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
                QVERIFY(menu);
                QTRY_VERIFY(actionOf(menu, QStringLiteral("demo (8 of 8 studies)")) &&
                            actionOf(menu, QStringLiteral("second (4 of 8 studies)")));
                QVERIFY(menu->actions().front()->isChecked() && !menu->actions().at(1)->isChecked());
                QVERIFY(menu->actions().front()->toolTip().contains(QStringLiteral("phantoms")));
                fixture.screenshot(QStringLiteral("library-models-menu"));
                QTest::keyClick(menu, Qt::Key_Down);
                QTest::keyClick(menu, Qt::Key_Down);
                QTest::keyClick(menu, Qt::Key_Return);
                seen = true;
            });
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_M, Qt::ShiftModifier);
            QTRY_VERIFY(seen);
            QTRY_VERIFY(at.models.several());
        }
        fixture.endWindow();
        fixture.newWindow();
        {
            Page at = openAndWait(fixture, library);
            QTRY_COMPARE_WITH_TIMEOUT(names(at.models), (QStringList{"demo", "second"}), patience);
            // Another is shown first: its scores are the order, and the first one stays beside it.
            QTRY_VERIFY(at.choice.isVisible());
            QTimer::singleShot(100, &at.choice, [&] {
                auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
                QVERIFY(menu);
                QAction* first = actionOf(menu, QStringLiteral("Shown first"));
                QVERIFY(first && first->menu());
                actionOf(first->menu(), QStringLiteral("second"))->trigger();
                menu->close();
            });
            QTest::mouseClick(&at.choice, Qt::LeftButton);
            QTRY_COMPARE_WITH_TIMEOUT(names(at.models), (QStringList{"second", "demo"}), patience);
        }
        fixture.endWindow();
        fixture.newWindow();
        {
            Page at = openAndWait(fixture, library);
            QTRY_COMPARE_WITH_TIMEOUT(names(at.models), (QStringList{"second", "demo"}), patience);
            press(at, QStringLiteral("second")); // the one that is shown first goes, the next is first
            QTRY_COMPARE_WITH_TIMEOUT(names(at.models), (QStringList{"demo"}), patience);
            press(at, QStringLiteral("demo")); // the last stays
            QCOMPARE(names(at.models), (QStringList{"demo"}));
        }
        Page elsewhere = openAndWait(fixture, other);
        QTRY_COMPARE_WITH_TIMEOUT(names(elsewhere.models), (QStringList{"demo"}), patience);
    }

    // A histogram of the second one's score filters by it; a view asks the models that it was saved with, and is sorted
    // and filtered by what they say.
    void aViewKeepsItsModels()
    {
        const QString library = copyOfLibrary(QStringLiteral("views"));
        WindowFixture fixture;
        load(fixture, demo());
        Page at = openAndWait(fixture, library);
        at.page.findChild<QAction*>(QStringLiteral("library.table"))->trigger();
        QTRY_VERIFY(at.choice.isVisible());
        press(at, QStringLiteral("second"));
        QTRY_VERIFY(at.models.several());
        askByKeys(at, QStringLiteral("There is a mass."));
        QTRY_COMPARE_WITH_TIMEOUT(at.page.session().question().byModel.size(), std::size_t(2), patience);

        auto* histogram = at.page.findChild<RangeHistogram*>();
        auto* field = histogram->findChild<QComboBox*>();
        QTRY_VERIFY(field->findData(QStringLiteral("score:second")) > 0);
        field->setCurrentIndex(field->findData(QStringLiteral("score:second")));
        Q_EMIT field->activated(field->currentIndex());
        const auto& shown = at.page.session().result().histogram;
        QTRY_VERIFY(shown && shown->field == "score:second");
        std::size_t all = 0;
        for (const std::size_t count : shown->all)
            all += count;
        QCOMPARE(all, std::size_t(studies / 2)); // those that it has embeddings of
        fixture.screenshot(QStringLiteral("library-histogram-of-a-model"));
        histogram->bars().setFocus();
        QTest::keyClick(&histogram->bars(), Qt::Key_Right);
        QTRY_VERIFY2(at.page.session().question().filter.starts_with("score:second >= "),
                     at.page.session().question().filter.c_str());
        QTRY_VERIFY(at.page.place().rows() < studies / 2 && at.page.place().rows() > 0);
        at.clickHeader(QStringLiteral("second"));
        QTRY_COMPARE(at.page.session().question().field, std::string("score:second"));
        const int left = at.page.place().rows();
        const QString first = at.key(0), filter = QString::fromStdString(at.page.session().question().filter);

        QTimer::singleShot(0, &at.page, [] {
            QTRY_VERIFY(qobject_cast<QInputDialog*>(QApplication::activeModalWidget()));
            auto* dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
            dialog->setTextValue(QStringLiteral("by both"));
            dialog->accept();
        });
        at.page.findChild<QAction*>(QStringLiteral("library.view"))->trigger();
        QTRY_COMPARE(at.page.session().views().size(), std::size_t(1));
        const SavedView& view = at.page.session().views().front();
        QCOMPARE(view.models.size(), std::size_t(2));
        QVERIFY(view.models[0].name == "demo" && view.models[1].name == "second");

        at.ask.clear();
        at.page.setFilter({});
        press(at, QStringLiteral("second"));
        QTRY_VERIFY(!at.models.several());
        QTRY_COMPARE(at.page.place().rows(), studies);
        auto* views = at.page.findChild<QToolButton*>(QStringLiteral("library.views"))->menu();
        Q_EMIT views->aboutToShow();
        views->actions().front()->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(names(at.models), (QStringList{"demo", "second"}), patience);
        QTRY_COMPARE_WITH_TIMEOUT(at.page.place().rows(), left, patience);
        QTRY_COMPARE(at.page.session().question().field, std::string("score:second"));
        QCOMPARE(at.key(0), first);
        QCOMPARE(QString::fromStdString(at.page.session().question().filter), filter);
    }

    // A model that is loaded and has embedded nothing here can be chosen: its column is empty, and one press fills it.
    void aModelWithoutEmbeddingsSaysSo()
    {
        const QString library = copyOfLibrary(QStringLiteral("without"));
        const auto third = std::filesystem::path(m_folder.path().toStdString()) / "third";
        std::filesystem::copy(test::sourceFolder() / "resources/demo", third, std::filesystem::copy_options::recursive);
        renameModel(third, "third");
        WindowFixture fixture;
        load(fixture, text(third));
        Page at = openAndWait(fixture, library);
        at.page.findChild<QAction*>(QStringLiteral("library.table"))->trigger();
        QTRY_VERIFY(at.choice.isVisible());
        press(at, QStringLiteral("third"));
        QTRY_COMPARE(names(at.models), (QStringList{"demo", "third"}));
        for (int row = 0; row < studies; ++row)
            QCOMPARE(at.cell(row, QStringLiteral("third")), QStringLiteral("–"));
        QVERIFY(at.cell(0, QStringLiteral("third"), Qt::ToolTipRole).contains(QStringLiteral("no embeddings")));
        QVERIFY2(at.others.isVisible() && at.others.text().contains(QStringLiteral("no embeddings here yet")),
                 qPrintable(at.others.text()));
        fixture.screenshot(QStringLiteral("library-model-without-embeddings"));
        Q_EMIT at.others.linkActivated(QStringLiteral("embed:") + at.models.models()[1].model.key);
        QTRY_COMPARE_WITH_TIMEOUT(at.ask.job().state(), EmbedJob::State::Finished, patience);
        QTRY_COMPARE_WITH_TIMEOUT(at.models.studiesOf(at.models.models()[1].model), std::optional<std::size_t>(studies),
                                  patience);
        QVERIFY(!at.others.isVisible());
        // The demo leads, and its engine has another model: it is loaded by the link, and both answer.
        load(fixture, demo());
        askByKeys(at, QStringLiteral("There is a mass."));
        QTRY_VERIFY_WITH_TIMEOUT(at.models.ranks() && at.models.ranks()->studies == studies, patience);
        for (int row = 0; row < studies; ++row) // the same weights
            QCOMPARE(at.cell(row, QStringLiteral("third")), at.cell(row, QStringLiteral("demo")));
    }

    // A region drawn in Read is asked of the model that leads, and by one press of another one that has patches; each
    // time the list is that of the command, with the image itself first.
    void aRegionIsAskedOfAnotherModel()
    {
        const QString library = copyOfLibrary(QStringLiteral("regions"));
        for (const QString& model : {demo(), text(m_second)})
            QCOMPARE(mamaCommand({"library", "patches", "make", "--library", library, "--model", model}).status, 0);
        WindowFixture fixture;
        load(fixture, demo());
        Page at = openAndWait(fixture, library);
        const std::int64_t study = at.page.session().result().columns->id(at.page.session().result().rows[2]);
        const StudyFacts facts = studyFacts(*at.page.session().looker(), study);
        const FactImage& image = facts.images.at(1);
        AnnotatedImage drawn{{}, 0, image.path};
        Q_EMIT fixture.window().read().regionAsked(drawn, QRectF(60, 90, 70, 80), QStringLiteral("L CC"));
        const auto answer = [&] { return at.ask.asked().answer(); };
        QTRY_VERIFY_WITH_TIMEOUT(answer() && !at.ask.asked().busy(), patience);
        auto* words = at.page.findChild<QLabel*>(QStringLiteral("library.answer"));
        const auto isThatOfTheCommand = [&](const QString& name) {
            QTRY_COMPARE_WITH_TIMEOUT(answer() ? answer()->model : QString(), name, patience);
            QTRY_COMPARE(at.page.session().question().field, std::string("score"));
            QTRY_COMPARE(at.key(0), QString::fromStdString(facts.key)); // itself
            QVERIFY2(words->text().contains(QStringLiteral("model: ") + name), qPrintable(words->text()));
            const nlohmann::json told = mamaCommand({"search", "--library", library, "--model", name, "--region",
                                                     text(image.path) + ":60,90,70,80", "--top", "100", "--json"})
                                            .json()
                                            .at("images");
            std::map<std::string, double> best; // of each study
            for (const nlohmann::json& each : told)
                best.emplace(each.at("study").get<std::string>(), each.at("score").get<double>());
            QCOMPARE(best.size(), std::size_t(studies));
            for (const FoundStudy& each : answer()->best)
                QVERIFY(std::abs(best.at(at.page.session().result().columns->key(each.study)) - each.score) < 1e-5);
        };
        isThatOfTheCommand(QStringLiteral("demo"));
        QVERIFY2(words->text().contains(QStringLiteral("Ask second")), qPrintable(words->text()));
        fixture.screenshot(QStringLiteral("library-region"));
        static const QRegularExpression link(QStringLiteral("href=\"(patches-of:[^\"]+)\""));
        Q_EMIT words->linkActivated(link.match(words->text()).captured(1));
        isThatOfTheCommand(QStringLiteral("second"));
        QVERIFY2(words->text().contains(QStringLiteral("Ask demo")), qPrintable(words->text()));
        fixture.screenshot(QStringLiteral("library-region-of-another"));
        Q_EMIT words->linkActivated(QStringLiteral("end"));
        QTRY_COMPARE(at.page.session().question().field, std::string("date"));
        QVERIFY(!words->isVisible());
    }

    // Its folder is gone: told in one line, and the other one answers.
    void aModelThatIsGoneIsTold()
    {
        const QString library = copyOfLibrary(QStringLiteral("gone"));
        WindowFixture fixture;
        load(fixture, demo());
        Page at = openAndWait(fixture, library);
        QTRY_VERIFY(at.choice.isVisible());
        press(at, QStringLiteral("second"));
        QTRY_VERIFY(at.models.several());
        const auto away = m_second.parent_path() / "away";
        std::filesystem::rename(m_second, away);
        askByKeys(at, QStringLiteral("There is a mass."));
        QVERIFY2(at.others.isVisible() && at.others.text().startsWith(QStringLiteral("second: ")),
                 qPrintable(at.others.text()));
        QTRY_COMPARE(at.page.session().question().field, std::string("score"));
        std::filesystem::rename(away, m_second);
        askByKeys(at, QStringLiteral("There are calcifications."));
        QTRY_VERIFY_WITH_TIMEOUT(at.models.ranks() && at.models.ranks()->studies == studies / 2, patience);
    }
};

QTEST_MAIN(TestLibraryModels)
#include "test_library_models.moc"
