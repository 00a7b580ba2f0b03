#include "app/workstation/runs/run_colours.h"
#include "app/workstation/shell/main_window.h"
#include "app/workstation/train/health_rules.h"
#include "app/workstation/train/label_dialog.h"
#include "app/workstation/train/log_view.h"
#include "app/workstation/train/run_list.h"
#include "app/workstation/train/run_model.h"
#include "app/workstation/train/run_scatter.h"
#include "app/workstation/train/run_table.h"
#include "app/workstation/train/train_page.h"
#include "core/base/files.h"
#include "core/protocol/run_health.h"
#include "core/protocol/run_liveness.h"
#include "tests/app/mama_command.h"
#include "widgets/charts/curve_legend.h"
#include "widgets/charts/scatter_plot.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QComboBox>
#include <QDir>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTextBlock>
#include <QTranslator>
#include <QtTest>
#include <cmath>
#include <ctime>
#include <fstream>
#include <set>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

// The train page with many runs, in the real window: folders of runs, filter, table, scatter, labels, files of curves,
// the search in the log.
class TestTrainRuns : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_temporary;
    std::unique_ptr<QSettings> m_settings;

    QString pathOf(const QString& name) const { return m_temporary->filePath(name); }
    static QString program() { return qEnvironmentVariable("MAMA_BIN") + QStringLiteral("/mama"); }

    // As a run writes it, without a flush to the disk for each file.
    QString writeRun(const QString& name, int number, RunStatus status = RunStatus::Finished, int steps = 60) const
    {
        const RunFolder run(pathOf(name).toStdString());
        fs::create_directories(run.path());
        const double rate = 1e-5 * std::pow(10, number % 4);
        std::ofstream(run.configFile()) << nlohmann::json{{"task", "pretrain"},
                                                          {"batch", 8 << (number % 3)},
                                                          {"seed", number},
                                                          {"schedule", {{"max_lr", rate}}},
                                                          {"model", {{"start", number % 2 ? "/m/dinov2" : "/m/demo"}}},
                                                          {"evaluate_every", 20}};
        RunState state;
        state.status = status;
        state.task = "pretrain";
        state.step = steps;
        state.steps = status == RunStatus::Finished ? steps : 1000;
        state.started = 1764000000 + 3600.0 * number;
        state.heartbeat = unixTime();
        state.pid = QCoreApplication::applicationPid();
        state.host = hostName();
        state.elapsedSeconds = 60 + number;
        state.best = BestCheckpoint{40, "density_auc", 0.6 + 0.3 * std::fmod(number * 0.37, 1.0)};
        if (status == RunStatus::Failed)
            state.reason = "the loss is not a number";
        std::ofstream(run.stateFile()) << state.toJson();
        std::ofstream metrics(run.metricsFile(), std::ios::binary);
        for (int step = 1; step <= steps; ++step) {
            StepRecord record;
            record.step = step;
            record.epoch = step / 20.0;
            record.samples = step * 8;
            record.time = state.started + step;
            record.lr = rate;
            record.loss = (3 + number % 5) / std::sqrt(double(step)) + 0.1 * std::sin(step * 1.7 + number);
            record.terms = {{"clip", record.loss / 2}};
            record.imagesPerSecond = 20;
            metrics << toJson(RunRecord(record)) << "\n";
            if (step % 20 == 0)
                metrics << toJson(RunRecord(EvalRecord{step,
                                                       record.time,
                                                       "validation",
                                                       {{"density_auc", {state.best->value, 0.5, 0.9, 40}},
                                                        {"val_loss", {record.loss + 0.2, 0, 9, 40}}}}))
                        << "\n";
        }
        metrics.close();
        std::ofstream(run.logFile()) << "2026-11-29 08:00:00 begun\n";
        return pathOf(name);
    }
    std::unique_ptr<MainWindow> open() const
    {
        auto window = std::make_unique<MainWindow>(program(), *m_settings);
        window->show();
        window->showPage(window->train());
        return window;
    }
    static double threadTime() // ms
    {
        timespec now{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
    }
    static void shoot(MainWindow& window, const QString& name)
    {
        QDir().mkpath(QStringLiteral("screenshots"));
        for (const Theme theme : {Theme::Dark, Theme::Light})
            for (const QSize size : {QSize(1600, 1000), QSize(1280, 800)}) {
                applyTheme(*qApp, theme);
                window.resize(size);
                QTest::qWait(300); // for the drawing alone: nothing is judged
                window.grab().save(
                    QStringLiteral("screenshots/runs-%1-%2-%3.png").arg(name, nameOf(theme)).arg(size.width()));
            }
    }
    static QLineEdit* filter(MainWindow& window) { return window.findChild<QLineEdit*>(QStringLiteral("runFilter")); }
    static QString count(MainWindow& window) { return window.findChild<QLabel*>(QStringLiteral("runCount"))->text(); }
    static QStringList shown(MainWindow& window)
    {
        QStringList names;
        for (const auto& run : window.train().list().model().shown())
            names << QString::fromStdString(run->name());
        return names;
    }

private Q_SLOTS:
    void init()
    {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<QSettings>(pathOf(QStringLiteral("settings.ini")), QSettings::IniFormat);
        qputenv("MAMA_CACHE", QFile::encodeName(pathOf(QStringLiteral("cache"))));
    }

    // The case train-folder-of-runs.
    void aFolderOfRunsIsWatched()
    {
        for (int i = 1; i <= 19; ++i)
            writeRun(QStringLiteral("all/run-%1").arg(i), i, i == 7 ? RunStatus::Failed : RunStatus::Finished);
        fs::create_directories(pathOf(QStringLiteral("all/broken")).toStdString());
        writeAtomically(pathOf(QStringLiteral("all/broken/state.json")).toStdString(), "{");
        fs::create_directories(pathOf(QStringLiteral("empty")).toStdString());
        const QString newest = pathOf(QStringLiteral("all/run-19")), third = pathOf(QStringLiteral("all/run-3"));
        {
            auto window = open();
            QLabel* strip = nullptr;
            window->train().tryRun(pathOf(QStringLiteral("empty")));
            for (QLabel* label : window->findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(QStringLiteral("holds no run")))
                    strip = label;
            QVERIFY(strip);
            QVERIFY(window->train().takes({pathOf(QStringLiteral("all"))}));
            QVERIFY(!window->train().takes({pathOf(QStringLiteral("empty"))}));
            window->train().tryRun(pathOf(QStringLiteral("all")));
            QVERIFY(!strip->isVisible()); // of a folder before this one
            QTRY_COMPARE(count(*window), QStringLiteral("20 runs"));
            const QAbstractItemModelTester tester(&window->train().list().model());
            QTRY_VERIFY(window->train().current());
            QCOMPARE(window->train().current()->folder, newest); // newest first, and it is chosen
            QCOMPARE(shown(*window).first(), QStringLiteral("run-19"));
            QCOMPARE(shown(*window).last(), QStringLiteral("broken"));
            QTRY_COMPARE(window->train().plot().points(newest), std::size_t(60));
            shoot(*window, QStringLiteral("folder"));
            writeRun(QStringLiteral("all/run-20"), 20);
            QTRY_COMPARE(count(*window), QStringLiteral("21 runs"));
            QCOMPARE(shown(*window).first(), QStringLiteral("run-20"));
            QCOMPARE(window->train().current()->folder, newest); // what is looked at stays
            fs::remove_all(pathOf(QStringLiteral("all/run-20")).toStdString());
            fs::remove_all(pathOf(QStringLiteral("all/run-2")).toStdString());
            QTRY_COMPARE(count(*window), QStringLiteral("19 runs"));
            window->train().list().choose(third);
            QTRY_COMPARE(window->train().plot().points(third), std::size_t(60));
            window->train().list().choose(pathOf(QStringLiteral("all/broken")));
            QTRY_VERIFY(
                window->findChild<QLabel*>(QStringLiteral("runStatus"))->text().contains(QStringLiteral("state.json")));
            shoot(*window, QStringLiteral("broken"));
            window->train().list().choose(third);
            window->close();
        }
        auto window = open();
        QTRY_VERIFY(window->train().current());
        QCOMPARE(window->train().current()->folder, third); // the one shown last
        // A run that is looked at says that it is gone until another one is chosen.
        fs::remove_all(third.toStdString());
        QTRY_VERIFY(
            window->findChild<QLabel*>(QStringLiteral("runStatus"))->text().contains(QStringLiteral("not there")));
        window->train().list().choose(newest);
        QTRY_COMPARE(count(*window), QStringLiteral("18 runs"));
        writeRun(QStringLiteral("older/run-0"), 0); // of another folder its newest, however old
        window->train().openRun(pathOf(QStringLiteral("older")));
        QTRY_VERIFY(window->train().current() &&
                    window->train().current()->folder == pathOf(QStringLiteral("older/run-0")));
        window->train().openRun(pathOf(QStringLiteral("all")));
        QCOMPARE(window->train().current()->folder, newest);
        window->train().openRun(pathOf(QStringLiteral("older")));
        QCOMPARE(window->train().current()->folder, pathOf(QStringLiteral("older/run-0")));
        window->train().list().forgetChosen();
        QVERIFY(!window->train().list().isEmpty());
        window->train().list().forgetChosen();
        QVERIFY(window->train().list().isEmpty());
        QVERIFY(window->findChild<QLabel*>(QStringLiteral("trainStart"))->isVisible());
    }

    // On the command line as dropped: a run is no study without pictures.
    void aRunIsOpenedWhereRunsAre()
    {
        const QString run = writeRun(QStringLiteral("all/run-1"), 1);
        for (const QString& given : {run, pathOf(QStringLiteral("all"))}) {
            MainWindow window(program(), *m_settings);
            window.show();
            window.open({given});
            QVERIFY(window.train().isVisible() && !window.read().isVisible());
            QTRY_VERIFY(window.train().current() && window.train().current()->folder == run);
        }
    }

    // A configuration that is missing or broken hides neither state nor curves.
    void aRunWithoutItsConfigurationIsShown()
    {
        const QString run = writeRun(QStringLiteral("all/run-1"), 1);
        fs::remove(RunFolder(run.toStdString()).configFile());
        auto window = open();
        window->train().openRun(run);
        QTRY_COMPARE(window->train().plot().points(run), std::size_t(60));
        const auto* status = window->findChild<QLabel*>(QStringLiteral("runStatus"));
        QVERIFY(status->text().startsWith(QStringLiteral("Finished — but: ")));
        QVERIFY(status->text().contains(QStringLiteral("config.json")));
        QTRY_COMPARE(window->train().list().model().indexOf(run).data().toString(), QStringLiteral("run-1 — finished"));
    }

    // What people write, or files hold, is no markup: in heading, status, list, tooltips, read-outs.
    void namesAreNoMarkup()
    {
        const QString run = writeRun(QStringLiteral("all/run-1"), 1, RunStatus::Failed);
        RunState state = RunFolder(run.toStdString()).state();
        state.reason = "<b>tensor</b> <i>&amp; more</i>";
        RunFolder(run.toStdString()).writeState(state);
        RunNotes{"<h1>Big</h1>", "", "a <b>note</b>", {}, {}}.write(run.toStdString());
        auto window = open();
        window->train().openRun(run);
        QTRY_COMPARE(window->train().plot().points(run), std::size_t(60));
        const auto shown = [&] { // heading and status follow the curve's first points
            std::vector<const QLabel*> labels;
            for (const QLabel* label : window->train().findChildren<QLabel*>())
                if (label->text().contains(QStringLiteral("<h1>Big")) ||
                    label->text().contains(QStringLiteral("<b>tensor")))
                    labels.push_back(label);
            return labels;
        };
        QTRY_VERIFY(shown().size() >= 2);
        for (const QLabel* label : shown())
            QCOMPARE(label->textFormat(), Qt::PlainText);
        const QString tip = window->train().list().model().indexOf(run).data(Qt::ToolTipRole).toString();
        QVERIFY2(tip.contains(QStringLiteral("&lt;b&gt;note")), qPrintable(tip));
        shoot(*window, QStringLiteral("markup"));
    }

    // Sweeps have runs of the same names: told apart wherever a run is named.
    void runsOfTheSameNameAreToldApart()
    {
        const QString one = writeRun(QStringLiteral("a/run-1"), 1), two = writeRun(QStringLiteral("b/run-1"), 2);
        writeRun(QStringLiteral("b/run-2"), 3);
        auto window = open();
        window->train().openRun(pathOf(QStringLiteral("a")));
        window->train().openRun(pathOf(QStringLiteral("b")));
        QTRY_COMPARE(count(*window), QStringLiteral("3 runs"));
        RunModel& model = window->train().list().model();
        QCOMPARE(model.titleOf(one), QStringLiteral("a/run-1"));
        QCOMPARE(model.titleOf(two), QStringLiteral("b/run-1"));
        QCOMPARE(model.titleOf(pathOf(QStringLiteral("b/run-2"))), QStringLiteral("run-2"));
        QVERIFY(model.indexOf(two).data().toString().startsWith(QStringLiteral("b/run-1 — ")));
        window->train().list().choose(one);
        model.setTicked(two, true);
        QTRY_COMPARE(window->train().plot().points(one), std::size_t(60));
        QTRY_COMPARE(window->train().plot().points(two), std::size_t(60));
        QCOMPARE(window->train().current()->name(), QStringLiteral("a/run-1"));
        window->train().saveCurves(pathOf(QStringLiteral("same.csv")));
        const std::string rows = readText(pathOf(QStringLiteral("same.csv")).toStdString());
        QVERIFY(rows.find("\"a/run-1\",1,") != std::string::npos && rows.find("\"b/run-1\",1,") != std::string::npos);
        window->train().showView(TrainPage::View::Table);
        QVERIFY(window->train().table().tabbed().contains(QStringLiteral("\nb/run-1\t")));
        window->train().showView(TrainPage::View::Run);
        shoot(*window, QStringLiteral("same-names"));
        for (const auto& run : mamaCommand({"run", "list", pathOf(QStringLiteral("a"))}).json())
            QCOMPARE(run.at("title").get<std::string>(), std::string("run-1")); // alone in its list
    }

    // One that lost its configuration, among twenty, is no difference between the others.
    void aRunWithoutItsConfigurationSpoilsNoColumns()
    {
        for (int i = 1; i <= 6; ++i)
            writeRun(QStringLiteral("all/run-%1").arg(i), i);
        auto window = open();
        window->train().openRun(pathOf(QStringLiteral("all")));
        QTRY_COMPARE(count(*window), QStringLiteral("6 runs"));
        window->train().showView(TrainPage::View::Table);
        const QStringList columns = window->train().list().model().columns();
        QVERIFY(columns.contains(QStringLiteral("batch")) && !columns.contains(QStringLiteral("evaluate_every")));
        fs::remove(RunFolder(pathOf(QStringLiteral("all/run-3")).toStdString()).configFile());
        const RunModel& model = window->train().list().model();
        QTRY_VERIFY(model.entry(pathOf(QStringLiteral("all/run-3")))->settings().empty());
        QCOMPARE(model.columns(), columns);
        window->train().showView(TrainPage::View::Scatter);
        QCOMPARE(window->findChild<QComboBox*>(QStringLiteral("scatterX"))->currentText(), QStringLiteral("batch"));
        const auto keys = keysOf(model.all());
        QVERIFY(keys.same.contains(QStringLiteral("evaluate_every")));
    }

    void manyAreSelectedAndAFolderIsClosed()
    {
        for (int i = 1; i <= 4; ++i)
            writeRun(QStringLiteral("all/run-%1").arg(i), i);
        const QString alone = writeRun(QStringLiteral("alone"), 9);
        auto window = open();
        window->train().openRun(alone);
        window->train().openRun(pathOf(QStringLiteral("all")));
        QTRY_COMPARE(count(*window), QStringLiteral("5 runs"));
        RunList& list = window->train().list();
        auto* view = window->findChild<QListView*>(QStringLiteral("runs"));
        const auto click = [&](int row, Qt::KeyboardModifiers keys) {
            QTest::mouseClick(view->viewport(), Qt::LeftButton, keys,
                              view->visualRect(list.model().index(row, 0)).center());
        };
        click(1, Qt::NoModifier);
        click(3, Qt::ShiftModifier);
        QCOMPARE(view->selectionModel()->selectedRows().size(), qsizetype(3));
        QCOMPARE(list.chosen(), list.model().folderOf(list.model().index(3, 0)));
        QTest::keyClick(view, Qt::Key_Space); // a tick counts for all of them
        QCOMPARE(list.model().ticked().size(), qsizetype(3));
        QCOMPARE(view->selectionModel()->selectedRows().size(), qsizetype(3));
        shoot(*window, QStringLiteral("selected"));
        const auto act = [&](const QString& text) {
            for (QAction* action : view->actions())
                if (action->text() == text)
                    return action->trigger();
            QFAIL(qPrintable(text));
        };
        act(QStringLiteral("Draw the selected runs no more"));
        QCOMPARE(list.model().ticked().size(), qsizetype(0));
        act(QStringLiteral("Close its folder"));
        QTRY_COMPARE(count(*window), QStringLiteral("1 run"));
        QCOMPARE(list.chosen(), alone);
        act(QStringLiteral("Take off the list"));
        QVERIFY(list.isEmpty());
    }

    void oneAmongAThousandIsFound()
    {
        for (int i = 0; i < 1000; ++i)
            writeRun(QStringLiteral("all/run-%1").arg(i), i, i % 50 == 7 ? RunStatus::Failed : RunStatus::Finished, 20);
        RunNotes{"Needle", "", "", {"lora"}, {}}.write(pathOf(QStringLiteral("all/run-507")).toStdString());
        auto window = open();
        QElapsedTimer clock;
        clock.start();
        window->train().openRun(pathOf(QStringLiteral("all")));
        QTRY_COMPARE_WITH_TIMEOUT(count(*window), QStringLiteral("1000 runs"), 20000);
        const qint64 listed = clock.elapsed();
        qint64 slowest = 0;
        const QString text = QStringLiteral("status:failed batch=8 tag:lora needle");
        double work = 0;               // of this thread, whatever else the machine does
        for (const QChar key : text) { // each key filters anew
            const double before = threadTime();
            clock.restart();
            QTest::keyClick(filter(*window), key.toLatin1());
            work = std::max(work, threadTime() - before);
            QCoreApplication::processEvents(QEventLoop::ExcludeSocketNotifiers, 1);
            slowest = std::max(slowest, clock.elapsed());
        }
        QCOMPARE(shown(*window), QStringList{QStringLiteral("Needle")});
        clock.restart();
        filter(*window)->clear();
        QCoreApplication::processEvents();
        const qint64 cleared = clock.elapsed();
        qInfo(
            "1,000 runs: listed after %lld ms; a key in the filter takes %.1f ms of work at most, with the drawing and "
            "the machine's other load %lld ms; all of them back %lld ms",
            listed, work, slowest, cleared);
        QVERIFY(work < 50);
        shoot(*window, QStringLiteral("thousand"));
        window->train().showView(TrainPage::View::Table);
        shoot(*window, QStringLiteral("table-thousand"));
        window->train().showView(TrainPage::View::Scatter);
        shoot(*window, QStringLiteral("scatter-thousand"));
        window->train().showView(TrainPage::View::Run);
        filter(*window)->setText(QStringLiteral("bacth=8"));
        QVERIFY(count(*window).contains(QStringLiteral("called bacth.")));
        shoot(*window, QStringLiteral("filter-slip"));
        filter(*window)->setText(QStringLiteral("batch=\"8"));
        QVERIFY(count(*window).contains(QStringLiteral("not closed")));
        filter(*window)->setText(QStringLiteral("loss<")); // half of a condition leaves nothing out
        QVERIFY2(count(*window).startsWith(QStringLiteral("1000 runs")), qPrintable(count(*window)));
        filter(*window)->setText(QStringLiteral("loss<0.9 tag:lora"));
        QVERIFY(count(*window).startsWith(QStringLiteral("1 of 1000 runs")) ||
                count(*window).startsWith(QStringLiteral("0 of 1000 runs")));
        filter(*window)->setText(QStringLiteral("run-99 -lora"));
        QCOMPARE(shown(*window).first(), QStringLiteral("run-999"));
        QCOMPARE(shown(*window).size(), qsizetype(11));
        QVERIFY(window->train().current()); // what is chosen stays, shown in the list or not
    }

    void tableAndScatter()
    {
        for (int i = 1; i <= 20; ++i)
            writeRun(QStringLiteral("all/run-%1").arg(i), i, i == 4 ? RunStatus::Failed : RunStatus::Finished);
        for (int i = 1; i <= 3; ++i)
            RunNotes{i == 1 ? "The base line" : "", "ablation", "a note", {"lora", "wide"}, {}}.write(
                pathOf(QStringLiteral("all/run-%1").arg(i)).toStdString());
        auto window = open();
        window->train().openRun(pathOf(QStringLiteral("all")));
        QTRY_COMPARE(count(*window), QStringLiteral("20 runs"));
        RunModel& model = window->train().list().model();
        window->train().showView(TrainPage::View::Table);
        auto* table = window->findChild<QTableView*>(QStringLiteral("runTable"));
        QVERIFY(table->isVisible());
        for (const char* key :
             {"status", "batch", "schedule.max_lr", "model.start", "best", "loss", "validation val_loss"})
            QVERIFY2(model.columns().contains(QLatin1String(key)), key);
        QVERIFY(!model.columns().contains(QStringLiteral("task"))); // the same in all
        model.setData(model.indexOf(pathOf(QStringLiteral("all/run-3"))), Qt::Checked, Qt::CheckStateRole);
        shoot(*window, QStringLiteral("table"));
        const auto column = static_cast<int>(model.columns().indexOf(QStringLiteral("schedule.max_lr"))) + 1;
        model.sort(column, Qt::AscendingOrder);
        QCOMPARE(model.index(0, column).data().toString(), QStringLiteral("1e-05"));
        QCOMPARE(model.index(19, column).data().toString(), QStringLiteral("0.01"));
        const QString first = model.folderOf(model.index(5, 0));
        table->setFocus();
        table->setCurrentIndex(model.index(5, 0));
        QCOMPARE(window->train().current()->folder, first);
        QVERIFY(window->train().table().tabbed().startsWith(QStringLiteral("Run\tstatus\tstep")));
        QCOMPARE(window->train().table().tabbed().count(QLatin1Char('\n')), qsizetype(21));

        window->train().showView(TrainPage::View::Scatter);
        RunScatter& scatter = window->train().scatter();
        scatter.setAxes(QStringLiteral("schedule.max_lr"), QStringLiteral("loss"));
        QVERIFY(scatter.plot().logarithmicX());
        QTest::qWait(60);
        const QString wanted = pathOf(QStringLiteral("all/run-6"));
        QWidget* inner = scatter.plot().childAt(scatter.plot().placeOf(wanted).toPoint());
        const QPoint place = inner->mapFrom(&scatter.plot(), scatter.plot().placeOf(wanted).toPoint());
        QTest::mouseMove(inner, place);
        auto* told = window->findChild<QLabel*>(QStringLiteral("scatterReadOut"));
        QTRY_VERIFY(told->text().startsWith(QStringLiteral("run-6: schedule.max_lr = 0.001, loss = ")));
        shoot(*window, QStringLiteral("scatter"));
        applyTheme(*qApp, Theme::Dark);
        QTest::qWait(60);
        QTest::mouseClick(inner, Qt::LeftButton, {},
                          inner->mapFrom(&scatter.plot(), scatter.plot().placeOf(wanted).toPoint()));
        QCOMPARE(window->train().current()->folder, wanted);
        scatter.setAxes(QStringLiteral("model.start"), QStringLiteral("best"));
        shoot(*window, QStringLiteral("scatter-words"));
        scatter.setAxes(QStringLiteral("batch"), QStringLiteral("validation density_auc"));
        QVERIFY(!scatter.plot().logarithmicX());
        filter(*window)->setText(QStringLiteral("nothing at all"));
        shoot(*window, QStringLiteral("scatter-none"));
    }

    void labelsAreKeptWithTheRun()
    {
        const QString run = writeRun(QStringLiteral("all/run-1"), 1), other = writeRun(QStringLiteral("all/run-2"), 2);
        auto window = open();
        window->train().openRun(pathOf(QStringLiteral("all")));
        QTRY_COMPARE(count(*window), QStringLiteral("2 runs"));
        window->train().list().choose(run);
        QTimer::singleShot(0, this, [] {
            auto* dialog = qobject_cast<LabelDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            dialog->findChild<QLineEdit*>(QStringLiteral("labelName"))->setText(QStringLiteral("  Base line "));
            dialog->findChild<QLineEdit*>(QStringLiteral("labelTags"))->setText(QStringLiteral("lora, wide"));
            dialog->findChild<QLineEdit*>(QStringLiteral("labelGroup"))->setText(QStringLiteral("ablation"));
            dialog->findChild<QPlainTextEdit*>()->setPlainText(QStringLiteral("a note\nof two lines"));
            QDir().mkpath(QStringLiteral("screenshots"));
            dialog->grab().save(QStringLiteral("screenshots/runs-label.png"));
            dialog->accept();
        });
        window->train().list().labelChosen();
        QCOMPARE(window->train().list().model().indexOf(run).data().toString(),
                 QStringLiteral("ablation / Base line — finished [lora, wide]"));
        QTRY_COMPARE(window->train().current()->name(), QStringLiteral("Base line"));
        const auto listed = mamaCommand({"run", "list", pathOf(QStringLiteral("all")), "--filter", "tag:lora"}).json();
        QCOMPARE(listed.size(), std::size_t(1));
        QCOMPARE(listed[0].at("name").get<std::string>(), std::string("Base line"));
        QCOMPARE(mamaCommand({"run", "label", other, "--tag", "lora,new", "--group", "g"}).status, 0);
        QTRY_COMPARE(window->train().list().model().indexOf(other).data().toString(),
                     QStringLiteral("g / run-2 — finished [lora, new]"));
        window->train().list().choose(other);
        QCOMPARE(mamaCommand({"run", "label", other, "--name", "Renamed elsewhere"}).status, 0);
        QTRY_COMPARE(window->train().current()->name(), QStringLiteral("Renamed elsewhere"));
        QCOMPARE(mamaCommand({"run", "show", other}).json().at("group").get<std::string>(), std::string("g"));
        QCOMPARE(mamaCommand({"run", "list", pathOf(QStringLiteral("all")), "--filter", "batch>many"}).status, 2);
        // Notes that cannot be read are told, and kept beside the new ones.
        const fs::path notes = fs::path(run.toStdString()) / RunNotes::fileName;
        writeAtomically(notes, std::string_view("{ mine"));
        window->train().list().choose(run);
        QTimer::singleShot(0, this, [] {
            auto* dialog = qobject_cast<LabelDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            const auto* problem = dialog->findChild<QLabel*>(QStringLiteral("labelProblem"));
            QVERIFY(problem && problem->text().contains(QStringLiteral("notes.json.damaged")));
            dialog->findChild<QLineEdit*>(QStringLiteral("labelName"))->setText(QStringLiteral("Anew"));
            dialog->grab().save(QStringLiteral("screenshots/runs-label-damaged.png"));
            dialog->accept();
        });
        window->train().list().labelChosen();
        QTRY_COMPARE(window->train().current()->name(), QStringLiteral("Anew"));
        QCOMPARE(readText(notes.string() + ".damaged"), std::string("{ mine"));
    }

    void coloursStayWithTheirRuns()
    {
        QStringList runs;
        for (int i = 0; i < 40; ++i)
            runs << QStringLiteral("/somewhere/run-%1").arg(i);
        RunColours colours(*m_settings);
        const auto first = colours.numbers(runs.mid(0, 5));
        std::set<int> numbers(first.begin(), first.end());
        QCOMPARE(numbers.size(), std::size_t(5));
        const auto all = colours.numbers(runs);
        numbers = std::set<int>(all.begin(), all.end());
        QCOMPARE(numbers.size(), std::size_t(40)); // none twice
        for (const QString& run : runs.mid(0, 5))
            QCOMPARE(all[run], first[run]);
        QCOMPARE(RunColours(*m_settings).numbers(runs), all); // another session
        QSettings apart(pathOf(QStringLiteral("apart.ini")), QSettings::IniFormat);
        const QString one = runs[11];
        QCOMPARE(RunColours(apart).numbers({one}), RunColours(apart).numbers({one}));
        QSettings elsewhere(pathOf(QStringLiteral("elsewhere.ini")), QSettings::IniFormat);
        QCOMPARE(RunColours(elsewhere).numbers({QStringLiteral("/elsewhere/run-11")}).first(), // by the folder's name
                 RunColours(apart).numbers({one}).first());
    }

    void curvesAreSaved()
    {
        const QString run = writeRun(QStringLiteral("all/run-1"), 1);
        for (int i = 2; i <= 9; ++i)
            writeRun(QStringLiteral("all/run-%1").arg(i), i);
        const RunFolder of(run.toStdString());
        StepRecord broken;
        broken.step = 61;
        broken.loss = std::nan("");
        of.append(broken);
        broken.step = 62;
        broken.loss = 0.5;
        of.append(broken);
        auto window = open();
        window->train().openRun(pathOf(QStringLiteral("all")));
        QTRY_COMPARE(count(*window), QStringLiteral("9 runs"));
        window->train().list().choose(run);
        for (int i = 2; i <= 9; ++i)
            window->train().list().model().setTicked(pathOf(QStringLiteral("all/run-%1").arg(i)), true);
        QTRY_COMPARE(window->train().plot().points(run), std::size_t(62));
        QTRY_COMPARE(window->train().plot().points(pathOf(QStringLiteral("all/run-9"))), std::size_t(60));
        const auto* told = window->findChild<QLabel*>(QStringLiteral("curveReadOut"));
        window->train().list().choose(pathOf(QStringLiteral("all/run-2")));
        window->train().list().choose(run);
        QCOMPARE(told->text(),
                 QStringLiteral(
                     "✕ The loss of 1 step is not finite, the first is step 61; crosses at the lower edge mark them."));
        // What evaluations bring appears by itself, the validation's loss too.
        QStringList curves;
        for (const QComboBox* box : window->findChildren<QComboBox*>())
            if (box->accessibleName() == QLatin1String("Curve"))
                for (int i = 0; i < box->count(); ++i)
                    curves << box->itemText(i);
        QVERIFY(curves.contains(QStringLiteral("validation val_loss")) && curves.contains(QStringLiteral("term clip")));
        shoot(*window, QStringLiteral("nine-curves"));
        applyTheme(*qApp, Theme::Dark);
        for (const char* ending : {"png", "svg", "csv"}) {
            const QString file = pathOf(QStringLiteral("curves.")) + QLatin1String(ending);
            window->train().saveCurves(file);
            QVERIFY2(QFileInfo(file).size() > 1000, ending);
            QFile::copy(file, QStringLiteral("screenshots/runs-saved.") + QLatin1String(ending));
        }
        QCOMPARE(QImage(pathOf(QStringLiteral("curves.png"))).pixelColor(0, 0), QColor(Qt::white)); // in any theme
        QFile table(pathOf(QStringLiteral("curves.csv")));
        QVERIFY(table.open(QIODevice::ReadOnly));
        const QByteArray rows = table.readAll();
        QCOMPARE(rows.count('\n'), qsizetype(1 + 62 + 8 * 60));
        QVERIFY(rows.startsWith("run,step,epoch,samples,time,\"loss\",\"loss exponential average 0.90\"\n"));
        QVERIFY(QRegularExpression(QStringLiteral("\n\"run-1\",61,[^\n]*,nan,nan\n"))
                    .match(QString::fromUtf8(rows))
                    .hasMatch());
        const auto message = [&] {
            for (const QLabel* label : window->findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(QStringLiteral("curves.txt")))
                    return true;
            return false;
        };
        const QPoint before = window->train().list().mapTo(window.get(), QPoint());
        window->train().saveCurves(pathOf(QStringLiteral("curves.txt")));
        QCoreApplication::processEvents();
        QCOMPARE(window->train().list().mapTo(window.get(), QPoint()), before); // nothing moves for a message
        shoot(*window, QStringLiteral("message"));
        QVERIFY(message() && !QFileInfo::exists(pathOf(QStringLiteral("curves.txt"))));
        window->train().saveCurves(QStringLiteral("/proc/none/curves.txt.png"));
        QVERIFY(message());
    }

    // Hits by read-out: each is a curve of its own with its name, in legend, read-out below the mouse and file; another
    // one that comes while the run goes on has its own place.
    void readOutsAreCurvesOfTheirOwn()
    {
        const QString one = writeRun(QStringLiteral("ways/one"), 1), two = writeRun(QStringLiteral("ways/two"), 2);
        const auto evaluate = [](const QString& run, int step,
                                 const std::vector<std::pair<const char*, double>>& hits) {
            EvalRecord record{step, 1764000000.0 + step, "validation", {}};
            for (const auto& [name, value] : hits)
                record.metrics[name] = {value, value - 0.1, value + 0.1, 30};
            RunFolder(run.toStdString()).append(record);
        };
        for (const int step : {20, 40})
            evaluate(one, step, {{"mass_hit_self-2", 0.5 + step / 400.0}, {"mass_hit_value-only", 0.4}});
        auto window = open();
        TrainPage& page = window->train();
        page.openRun(pathOf(QStringLiteral("ways")));
        QTRY_COMPARE(count(*window), QStringLiteral("2 runs"));
        page.list().choose(one);
        QComboBox* curve = nullptr;
        for (QComboBox* each : window->findChildren<QComboBox*>())
            if (each->accessibleName() == QLatin1String("Curve"))
                curve = each;
        const QString byReadOut = QStringLiteral("validation mass_hit by read-out");
        QTRY_VERIFY(curve && curve->findText(byReadOut) >= 0);
        const auto* legend = window->findChild<CurveLegend*>();
        QVERIFY(!legend->isVisible()); // of one curve a run the list is the legend
        window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window.get()));
        curve->setFocus(); // by keys
        QTest::keyClick(curve, Qt::Key_Home);
        while (curve->currentText() != byReadOut)
            QTest::keyClick(curve, Qt::Key_Down);
        const auto titles = [&] {
            QStringList all;
            for (const DrawnCurve& each : legend->entries())
                all << each.title;
            return all;
        };
        QTRY_COMPARE(titles(), (QStringList{QStringLiteral("one · self-2"), QStringLiteral("one · value-only")}));
        QVERIFY(legend->isVisible());
        QVERIFY(legend->entries()[0].number != legend->entries()[1].number);
        QCOMPARE(page.plot().points(one), std::size_t(2));

        // The run goes on with more of them: each curve holds its own values.
        evaluate(one, 60, {{"mass_hit", 0.05}, {"mass_hit_self-2", 0.7}, {"mass_hit_value-only", 0.4}});
        QTRY_COMPARE(titles(), (QStringList{QStringLiteral("one · standard"), QStringLiteral("one · self-2"),
                                            QStringLiteral("one · value-only")}));
        QTRY_COMPARE(page.plot().points(one), std::size_t(1));
        for (const int step : {20, 40})
            evaluate(two, step, {{"mass_hit", 0.2}, {"mass_hit_neighbour", 0.3}});
        page.list().model().setTicked(two, true);
        QTRY_COMPARE(titles().size(), qsizetype(5));
        std::set<int> numbers;
        for (const DrawnCurve& each : legend->entries())
            numbers.insert(each.number);
        QCOMPARE(numbers.size(), std::size_t(5));
        shoot(*window, QStringLiteral("by-read-out"));

        // A click on one of them chooses its run, whose name is told below the mouse.
        auto* axes = page.plot().findChild<QWidget*>();
        const auto* told = window->findChild<QLabel*>(QStringLiteral("curveReadOut"));
        QTest::mouseMove(axes, QPoint(static_cast<int>(page.plot().xOf(40)), axes->height() / 3));
        QTRY_VERIFY2(told->text().contains(QStringLiteral("one · self-2: step 40, 0.6")), qPrintable(told->text()));
        const QString file = pathOf(QStringLiteral("ways.csv"));
        page.saveCurves(file);
        const std::string rows = readText(file.toStdString());
        QVERIFY2(rows.find("\"one · self-2\",40,") != std::string::npos, rows.c_str());
        QVERIFY2(rows.find("\"two · neighbour\",40,") != std::string::npos, rows.c_str());

        // Another curve: one a run again, by the run's own name.
        curve->setFocus();
        QTest::keyClick(curve, Qt::Key_Home);
        QTRY_VERIFY(!legend->isVisible());
        QCOMPARE(page.plot().points(one), std::size_t(60));
        QTest::mouseMove(axes, QPoint(static_cast<int>(page.plot().xOf(40)), axes->height() / 2));
        QTRY_VERIFY2(told->text().contains(QStringLiteral("one: step ")), qPrintable(told->text()));
    }

    // The case train-log-search, and what a search says of itself.
    void theWholeLogIsSearched()
    {
        const QString run = writeRun(QStringLiteral("long"), 1);
        {
            std::ofstream log(RunFolder(run.toStdString()).logFile(), std::ios::binary);
            for (int line = 1; line <= 200000; ++line)
                log << (line == 150000 || line == 9 ? "2026-11-29 08:00:00 the Needle\n"
                                                    : "2026-11-29 08:00:00 step\n");
        }
        auto window = open();
        window->train().openRun(run);
        QTRY_COMPARE(window->train().plot().points(run), std::size_t(60));
        const auto* text = window->findChild<QPlainTextEdit*>(QStringLiteral("logText"));
        const auto* state = window->findChild<QLabel*>(QStringLiteral("logState"));
        window->train().findInLog();
        QTRY_VERIFY(state->text().contains(QStringLiteral("A search goes through the whole file")));
        QTest::keyClicks(window->focusWidget(), QStringLiteral("nEEdle"));
        QTRY_COMPARE(text->toPlainText(),
                     QStringLiteral("     9  2026-11-29 08:00:00 the Needle\n150000  2026-11-29 08:00:00 the Needle"));
        QVERIFY2(state->text().startsWith(
                     QStringLiteral("Line 9: 1 of 2 lines that hold it, in the whole log: 200,000 lines, ")),
                 qPrintable(state->text()));
        QTest::keyClick(window->focusWidget(), Qt::Key_Return);
        QVERIFY(state->text().startsWith(QStringLiteral("Line 150,000: 2 of 2")));
        QTest::keyClick(window->focusWidget(), Qt::Key_Return, Qt::ShiftModifier);
        QVERIFY(state->text().startsWith(QStringLiteral("Line 9: 1 of 2")));
        shoot(*window, QStringLiteral("log-hits"));
        RunFolder(run.toStdString()).log("another needle"); // it goes on
        QTRY_VERIFY(state->text().contains(QStringLiteral("1 of 3 lines")));
        auto* around = window->findChild<LogView*>()->findChild<QAbstractButton*>();
        for (QAbstractButton* each : window->findChild<LogView*>()->findChildren<QAbstractButton*>())
            if (each->text() == QLatin1String("lines around"))
                around = each;
        around->click();
        QTRY_COMPARE(text->toPlainText().count(QLatin1Char('\n')), qsizetype(108)); // 8 before and 100 after the ninth
        shoot(*window, QStringLiteral("log-around"));
        auto* words = qobject_cast<QLineEdit*>(window->focusWidget());
        for (QLineEdit* each : window->findChild<LogView*>()->findChildren<QLineEdit*>())
            words = each;
        // Words far to the right are brought into view.
        RunFolder(run.toStdString()).log(std::string(1500, 'x') + " far away");
        around->click();
        words->setText(QStringLiteral("far away"));
        QTRY_VERIFY(state->text().startsWith(QStringLiteral("Line 200,002: 1 of 1")));
        QTRY_VERIFY(text->textCursor().block().text().endsWith(QStringLiteral("far away")));
        QVERIFY(text->viewport()->rect().contains(text->cursorRect()));
        shoot(*window, QStringLiteral("log-far"));
        words->setText(QStringLiteral("no such words"));
        QTRY_VERIFY(state->text().startsWith(QStringLiteral("No line holds it, in the whole log")));
        words->clear();
        QTRY_VERIFY(text->toPlainText().contains(QStringLiteral("another needle\n")) &&
                    text->toPlainText().endsWith(QStringLiteral("far away")));
    }

    // The window's thread goes on while a large log is searched, which tells how far it is and can be stopped.
    void aSearchIsStopped()
    {
        const QString run = writeRun(QStringLiteral("large"), 1);
        std::string piece;
        while (piece.size() < (8 << 20))
            piece += "2026-11-29 08:00:00 step 12345 of 100000, loss 0.3141, 21.5 images/s, memory 2210 MB\n";
        {
            std::ofstream log(RunFolder(run.toStdString()).logFile(), std::ios::binary);
            const int pieces = qEnvironmentVariableIntValue("MAMA_LOG_PIECES");
            for (int i = 0; i < (pieces > 0 ? pieces : 64); ++i)
                log << piece;
        }
        auto window = open();
        window->train().openRun(run);
        QTRY_COMPARE(window->train().plot().points(run), std::size_t(60));
        const auto* state = window->findChild<QLabel*>(QStringLiteral("logState"));
        auto* stop = window->findChild<QPushButton*>(QStringLiteral("logCancel"));
        window->train().findInLog();
        QTest::keyClicks(window->focusWidget(), QStringLiteral("needle"));
        QTRY_VERIFY(state->text().startsWith(QStringLiteral("Searching: ")));
        QVERIFY(stop->isVisible());
        window->resize(1280, 800);
        QCoreApplication::processEvents();
        window->grab().save(QStringLiteral("screenshots/runs-searching-1280.png"));
        stop->click();
        QTRY_VERIFY2(state->text().contains(QStringLiteral("the search was stopped")), qPrintable(state->text()));
        QVERIFY(!stop->isVisible());
        QElapsedTimer clock, between;
        clock.start();
        between.start();
        qint64 slowest = 0;
        for (QLineEdit* each : window->findChild<LogView*>()->findChildren<QLineEdit*>())
            each->setText(QStringLiteral("memory"));
        while (!state->text().contains(QStringLiteral("whole log")) && clock.elapsed() < 60000) {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
            slowest = std::max(slowest, between.restart());
        }
        qInfo("%.2f GB searched in %lld ms; the window's thread was late by %lld ms at most",
              double(fs::file_size(RunFolder(run.toStdString()).logFile())) / 1e9, clock.elapsed(), slowest);
        QVERIFY(state->text().contains(QStringLiteral("whole log")));
    }

    void whatIsOddStandsNearTheState()
    {
        for (const std::string_view rule : healthRules()) {
            const QString name = QString::fromUtf8(rule.data(), static_cast<qsizetype>(rule.size()));
            QVERIFY2(ruleText(name).startsWith(name + QStringLiteral(": ")), qPrintable(name)); // each is stated
        }
        const QString run = writeRun(QStringLiteral("odd"), 1, RunStatus::Running);
        RunState state = RunFolder(run.toStdString()).state();
        state.unreadable = {12, 0.05, {"/d/a.dcm"}};
        RunFolder(run.toStdString()).writeState(state);
        auto window = open();
        window->train().openRun(run);
        const auto* health = window->findChild<QLabel*>(QStringLiteral("runHealth"));
        QTRY_VERIFY(health->isVisible());
        QVERIFY2(health->text().contains(QStringLiteral("12")) &&
                     health->text().contains(QStringLiteral("images-refused")),
                 qPrintable(health->text()));
        QVERIFY(health->toolTip().contains(ruleText(QStringLiteral("images-refused"))));
        shoot(*window, QStringLiteral("health"));
    }

    void helpNeedsNoDisplay()
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
            environment.remove(QLatin1String(name));
        process.setProcessEnvironment(environment);
        const QString window = qEnvironmentVariable("MAMA_BIN") + QStringLiteral("/mama-workstation");
        for (const char* option : {"--help", "-h", "--version", "--help-all"}) {
            process.start(window, {QLatin1String(option)});
            QVERIFY(process.waitForFinished());
            QCOMPARE(process.exitStatus(), QProcess::NormalExit);
            QCOMPARE(process.exitCode(), 0);
            QVERIFY(process.readAllStandardOutput().contains("mama-workstation"));
        }
        process.start(window, {});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 1);
        const QByteArray said = process.readAllStandardError();
        QVERIFY(said.startsWith("error: there is no display"));
        QCOMPARE(said.count('\n'), qsizetype(1));
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    QTranslator translator; // plurals
    if (translator.load(QStringLiteral(MAMA_TRANSLATIONS "/mama_en.qm")))
        QCoreApplication::installTranslator(&translator);
    TestTrainRuns test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_train_runs.moc"
