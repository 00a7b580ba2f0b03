#include "app/workstation/checkpoints/checkpoint_panel.h"
#include "app/workstation/runs/run_launch.h"
#include "app/workstation/runs/run_presets.h"
#include "app/workstation/shell/main_window.h"
#include "app/workstation/train/run_form.h"
#include "app/workstation/train/run_list.h"
#include "app/workstation/train/run_model.h"
#include "app/workstation/train/setting_groups.h"
#include "app/workstation/train/settings_tree.h"
#include "app/workstation/train/train_page.h"
#include "core/base/files.h"
#include "core/base/npy.h"
#include "core/protocol/run_folder.h"
#include "core/protocol/run_liveness.h"
#include "core/training/settings/settings.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"
#include "tests/support/small_data_set.h"
#include "widgets/look/tone.h"

#include <QAbstractItemView>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTimer>
#include <QTranslator>
#include <QWheelEvent>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <set>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

// The train page in the real window. First against records that the test writes as a run does, so that every state is
// met; then with `mama train` itself.
class TestTrainPage : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;

    QString pathOf(const QString& name) const { return m_folder.filePath(name); }
    std::unique_ptr<QSettings> settings() const
    {
        return std::make_unique<QSettings>(pathOf(QStringLiteral("settings.ini")), QSettings::IniFormat);
    }
    static QString program() { return qEnvironmentVariable("MAMA_BIN") + QStringLiteral("/mama"); }

    static RunState stateOf(RunStatus status)
    {
        RunState state;
        state.status = status;
        state.task = "pretrain";
        state.step = 200;
        state.steps = 1000;
        state.epoch = 2.5;
        state.samples = 6400;
        state.started = unixTime() - 300;
        state.heartbeat = unixTime();
        state.pid = QCoreApplication::applicationPid();
        state.host = hostName();
        state.elapsedSeconds = 300;
        state.eta = std::pair{1100.0, 1300.0};
        state.best = BestCheckpoint{150, "density_auc", 0.71};
        return state;
    }
    static StepRecord stepOf(std::int64_t step)
    {
        StepRecord record;
        record.step = step;
        record.epoch = static_cast<double>(step) / 80;
        record.samples = step * 32;
        record.time = unixTime() - 300 + static_cast<double>(step);
        record.lr = 4e-5;
        record.loss = 4 / std::sqrt(static_cast<double>(step)) + 0.1 * std::sin(static_cast<double>(step * step));
        record.terms = {{"clip", record.loss / 2}};
        record.imagesPerSecond = 21.5;
        record.loadingShare = 0.03;
        record.memoryMb = 2210;
        record.cpu = 1.9;
        return record;
    }
    void writeRun(const QString& name, RunStatus status, int seed) const
    {
        const RunFolder run(pathOf(name).toStdString());
        run.writeConfig({{"task", "pretrain"}, {"seed", seed}, {"batch", 8 * seed}});
        for (int step = 1; step <= 200; ++step)
            run.append(stepOf(step));
        run.append(EvalRecord{200, unixTime(), "validation", {{"density_auc", {0.70 + 0.01 * seed, 0.65, 0.78, 400}}}});
        run.append(EventRecord{120, unixTime() - 180, "late_loss", "local loss begins"});
        run.append(EventRecord{100, unixTime() - 200, "checkpoint", ""});
        run.log("step 200, loss 0.31");
        run.log("checkpoint step-100 written");
        run.writeState(stateOf(status));
    }
    static void shoot(MainWindow& window, const QString& name)
    {
        QDir().mkpath(QStringLiteral("screenshots"));
        for (const Theme theme : {Theme::Dark, Theme::Light})
            for (const QSize size : {QSize(1600, 1000), QSize(1280, 800)}) {
                applyTheme(*qApp, theme);
                window.resize(size);
                QCoreApplication::processEvents();
                QTest::qWait(60); // for the drawing alone: nothing is judged
                window.grab().save(
                    QStringLiteral("screenshots/train-%1-%2-%3.png").arg(name, nameOf(theme)).arg(size.width()));
            }
    }
    static QString statusOf(MainWindow& window)
    {
        return window.findChild<QLabel*>(QStringLiteral("runStatus"))->text();
    }
    static QPushButton* button(MainWindow& window, const char* name)
    {
        return window.findChild<QPushButton*>(QLatin1String(name));
    }

private Q_SLOTS:
    void initTestCase() { qputenv("MAMA_CACHE", QFile::encodeName(pathOf(QStringLiteral("engine-cache")))); }

    void curvesMoveAndStatesAreTrue()
    {
        const auto kept = settings();
        MainWindow window(program(), *kept);
        window.show();
        window.showPage(window.train());
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        for (const QDockWidget* panel : window.findChildren<QDockWidget*>())
            QVERIFY(!panel->isVisible());
        QVERIFY(!button(window, "runStop")->isEnabled());
        QVERIFY(!button(window, "runStop")->toolTip().isEmpty());
        QVERIFY(window.findChild<QLabel*>(QStringLiteral("trainStart"))->isVisible());
        QVERIFY(!window.train().plot().isVisible()); // no bare axes
        shoot(window, QStringLiteral("empty"));

        const QString path = pathOf(QStringLiteral("one"));
        writeRun(QStringLiteral("one"), RunStatus::Running, 1);
        window.train().openRun(path);
        QTRY_COMPARE(window.train().plot().points(path), std::size_t(200));
        QTRY_COMPARE(statusOf(window), QStringLiteral("Running"));
        const RunFolder run(path.toStdString());
        run.append(stepOf(201));
        QTRY_COMPARE(window.train().plot().points(path), std::size_t(201));
        QCOMPARE(window.train().current()->markers().size(), std::size_t(2));
        shoot(window, QStringLiteral("running"));

        button(window, "runPause")->click();
        std::optional<ControlRequest> asked;
        const auto taken = [&] {
            if (!asked) // the macro looks once more after a success
                asked = run.takeControl();
            return asked.has_value();
        };
        QTRY_VERIFY(taken());
        QCOMPARE(asked->ask, ControlRequest::Ask::Pause);
        run.writeState(stateOf(RunStatus::Paused));
        QTRY_COMPARE(statusOf(window), QStringLiteral("Paused"));
        QCOMPARE(button(window, "runPause")->text(), QStringLiteral("Continue"));
        shoot(window, QStringLiteral("paused"));

        RunState state = stateOf(RunStatus::Running);
        state.heartbeat = unixTime() - 16;
        state.pid = 0;
        run.writeState(state);
        QTRY_VERIFY(statusOf(window).startsWith(QStringLiteral("Died")));
        QVERIFY(button(window, "runResume")->isEnabled());
        QVERIFY(!button(window, "runStop")->isEnabled());
        shoot(window, QStringLiteral("died"));

        state = stateOf(RunStatus::Failed);
        state.reason = "the loss is not a number at step 201";
        run.writeState(state);
        QTRY_COMPARE(statusOf(window), QStringLiteral("Failed: the loss is not a number at step 201"));
        shoot(window, QStringLiteral("failed"));

        state = stateOf(RunStatus::Finished);
        state.step = state.steps;
        run.writeState(state);
        QTRY_COMPARE(statusOf(window), QStringLiteral("Finished"));
        QVERIFY(!button(window, "runResume")->isEnabled());
        shoot(window, QStringLiteral("finished"));
    }

    // A run that has no step yet, one that is gone and one that cannot be read: words, no axes; what is asked stands
    // there.
    void runsWithoutCurvesAreExplained()
    {
        QSettings apart(pathOf(QStringLiteral("apart.ini")), QSettings::IniFormat);
        MainWindow window(program(), apart);
        window.show();
        window.showPage(window.train());
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        const auto* none = window.findChild<QLabel*>(QStringLiteral("noCurve"));
        const RunFolder run(pathOf(QStringLiteral("loading")).toStdString());
        run.writeConfig({{"task", "pretrain"}});
        run.log("preparing images");
        RunState state = stateOf(RunStatus::Starting);
        state.step = 0;
        run.writeState(state);
        window.train().openRun(pathOf(QStringLiteral("loading")));
        QVERIFY(!window.findChild<QLabel*>(QStringLiteral("trainStart"))->isVisible());
        QTRY_COMPARE(statusOf(window), QStringLiteral("Starting: preparing images"));
        QTRY_VERIFY(none->isVisible() && none->text().contains(QStringLiteral("first step")));
        shoot(window, QStringLiteral("starting"));
        button(window, "runStop")->click();
        QTRY_VERIFY(
            statusOf(window).contains(QStringLiteral("Stopping: it ends when the piece of loading under way is done")));
        QVERIFY(!button(window, "runStop")->isEnabled());
        shoot(window, QStringLiteral("stopping"));
        QVERIFY(run.takeControl());
        state = stateOf(RunStatus::Stopped);
        state.step = 0;
        state.reason = "asked for by a monitor, while it was loading";
        run.writeState(state);
        QTRY_COMPARE(
            statusOf(window),
            QStringLiteral(
                "Stopped: asked for by a monitor, while it was loading. Resume begins anew: there is no checkpoint."));
        QVERIFY(none->isVisible() && none->text().contains(QStringLiteral("before its first step")));

        run.append(stepOf(1));
        run.append(stepOf(2));
        QTRY_VERIFY(!none->isVisible());
        run.writeState(stateOf(RunStatus::Running));
        QTRY_COMPARE(statusOf(window), QStringLiteral("Running"));
        button(window, "runStop")->click();
        QTRY_VERIFY(statusOf(window).endsWith(
            QStringLiteral("Stopping: it ends after the step under way, with a checkpoint.")));

        // Another run where this one was: nothing of it is left.
        fs::remove_all(run.path());
        run.writeConfig({{"task", "probe"}});
        run.log("new");
        state = stateOf(RunStatus::Starting);
        state.step = 0;
        run.writeState(state);
        QTRY_COMPARE(statusOf(window), QStringLiteral("Starting: new"));
        QTRY_VERIFY(none->isVisible());
        QVERIFY(window.train().current()->curves().isEmpty());
        QCOMPARE(window.train().current()->log.size(), 1);
        QCOMPARE(window.train().current()->config.value("task", ""), std::string("probe"));

        window.train().openRun(pathOf(QStringLiteral("nowhere")));
        QTRY_VERIFY(statusOf(window).contains(QStringLiteral("is not there any more")));
        QTRY_VERIFY(none->isVisible());
        const fs::path broken = pathOf(QStringLiteral("unreadable")).toStdString();
        fs::create_directories(broken);
        writeAtomically(broken / "config.json", "{");
        writeAtomically(broken / "state.json", "{");
        window.train().openRun(pathOf(QStringLiteral("unreadable")));
        QTRY_VERIFY(statusOf(window).contains(QStringLiteral("config.json")));
        const auto* list = window.train().findChild<QListView*>(QStringLiteral("runs"));
        QTRY_VERIFY(list->currentIndex().data().toString().endsWith(QStringLiteral("cannot be read")));
        shoot(window, QStringLiteral("unreadable"));
    }

    void aReopenedWindowFindsItsRuns()
    {
        const auto kept = settings();
        MainWindow window(program(), *kept);
        window.show();
        window.showPage(window.train());
        const QString path = pathOf(QStringLiteral("one")), second = pathOf(QStringLiteral("two"));
        QTRY_COMPARE(window.train().plot().points(path), std::size_t(201));
        writeRun(QStringLiteral("two"), RunStatus::Finished, 2);
        window.train().openRun(second);
        QTRY_COMPARE(window.train().plot().points(second), std::size_t(200));
        RunModel& model = window.train().list().model();
        QVERIFY(model.setData(model.indexOf(path), Qt::Checked, Qt::CheckStateRole));
        QTRY_COMPARE(window.train().plot().points(path), std::size_t(201));
        window.train().findChild<QTabWidget*>()->setCurrentIndex(2);
        QTRY_VERIFY(model.indexOf(second).data(Qt::DecorationRole).isValid());
        int differences = 0;
        for (const QTableWidget* table : window.train().findChildren<QTableWidget*>())
            if (table->accessibleName() == QLatin1String("Settings that differ"))
                differences = table->rowCount();
        QCOMPARE(differences, 2);                      // seed and batch
        for (const QString& folder : {path, second}) { // the legend
            const QImage swatch = model.indexOf(folder).data(Qt::DecorationRole).value<QIcon>().pixmap(14).toImage();
            QCOMPARE(swatch.pixelColor(swatch.width() / 2, swatch.height() / 2), window.train().plot().colour(folder));
        }
        QVERIFY(window.train().checkpoints().strip().accessibleDescription().contains(
            QStringLiteral("keep_every"))); // neither run keeps any
        const auto labels = window.train().findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
            return label->text().startsWith(QStringLiteral("2 settings differ."));
        }));
        shoot(window, QStringLiteral("compare"));
        window.findChild<QAction*>(QStringLiteral("train.find"))->trigger();
        QVERIFY(window.focusWidget());
        QTest::keyClicks(window.focusWidget(), QStringLiteral("CHECKPOINT"));
        const auto* log = window.train().findChild<QPlainTextEdit*>(QStringLiteral("logText"));
        QTRY_COMPARE(log->toPlainText().count(QLatin1Char('\n')), 0);
        QTRY_VERIFY(log->toPlainText().endsWith(QStringLiteral("checkpoint step-100 written")));
        shoot(window, QStringLiteral("log"));
        window.showPage(window.read());
        for (const QDockWidget* panel : window.findChildren<QDockWidget*>())
            QVERIFY(panel->isVisible());
    }

    void theFormChecksBeforeTheLaunch()
    {
        const auto kept = settings();
        RunForm form(*kept);
        form.setRunFolder(pathOf(QStringLiteral("three")));
        form.show();
        QVERIFY(form.problem().contains(QStringLiteral("data.root")));
        form.setValue(QStringLiteral("batch"), QStringLiteral("0"));
        QVERIFY(form.problem().contains(QStringLiteral("out of range")));
        form.setValue(QStringLiteral("batch"), QStringLiteral("many"));
        QVERIFY(form.problem().contains(QStringLiteral("number")));
        form.setValue(QStringLiteral("batch"), {});
        for (const RunPreset& preset : builtInPresets()) { // each leaves something to go along
            form.setConfig(preset.config);
            const Settings chosen = Settings::resolve(preset.config);
            QCOMPARE(chosen.integer("keep_every") % chosen.integer("checkpoint_every"), std::int64_t{0});
            const std::int64_t left = chosen.integer("steps") / chosen.integer("keep_every");
            QVERIFY2(left >= 5 && left <= 15, qPrintable(preset.title));
        }
        form.setValue(QStringLiteral("keep_every"), QStringLiteral("0"));
        QTRY_VERIFY(form.findChild<QLabel*>(QStringLiteral("resources"))
                        ->text()
                        .contains(QStringLiteral("only the last and the best stay")));
        // A model by its name, as for the command; a set of somebody else's is named; a warning is not green.
        fs::create_directories(pathOf(QStringLiteral("rsna/images")).toStdString());
        writeAtomically(pathOf(QStringLiteral("rsna/train.csv")).toStdString(),
                        std::string_view("site_id,patient_id,image_id,laterality,view,age,machine_id\n"));
        form.setConfig({{"steps", 20}});
        form.setValue(QStringLiteral("data.root"), pathOf(QStringLiteral("rsna")));
        form.setValue(QStringLiteral("model.start"), QStringLiteral("demo"));
        QVERIFY2(form.problem().contains(QStringLiteral("RSNA-Mammo")), qPrintable(form.problem()));
        QVERIFY2(!form.problem().contains(QStringLiteral("model.start")), qPrintable(form.problem()));
        const auto* warnings = form.findChild<QLabel*>(QStringLiteral("formWarnings"));
        QTRY_VERIFY(warnings->isVisible() && warnings->text().startsWith(QStringLiteral("loss.late_loss 8000")));
        QVERIFY(!warnings->styleSheet().contains(textColour(Tone::Good, form.palette()).name()));
        form.grab().save(QStringLiteral("screenshots/train-form-warning.png"));
        form.setValue(QStringLiteral("model.start"), QStringLiteral("nobody"));
        QVERIFY(form.problem().contains(QStringLiteral("model.start: nobody")));
        form.setConfig(builtInPresets().front().config);
        form.setRunFolder(pathOf(QStringLiteral("one")));
        QVERIFY(form.problem().contains(QStringLiteral("holds a run already")));
        QTRY_VERIFY(
            form.findChild<QLabel*>(QStringLiteral("verdict"))->text().contains(QStringLiteral("holds a run already")));
        for (const Theme theme : {Theme::Dark, Theme::Light}) {
            applyTheme(*qApp, theme);
            QCoreApplication::processEvents();
            form.grab().save(QStringLiteral("screenshots/train-form-%1.png").arg(nameOf(theme)));
        }
        form.accept();
        QVERIFY(form.isVisible());
    }

    // What the run would refuse or warn of when it has read the tables, the form says first, by the setting.
    void theFormAsksTheTables()
    {
        MAMA_NEED(fs::exists(parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        const fs::path root = pathOf(QStringLiteral("asked")).toStdString();
        QCOMPARE(importTinyModel(root / "model").status, 0);
        writeSmallDataSet(root / "set", 10);
        QSettings apart(pathOf(QStringLiteral("asked.ini")), QSettings::IniFormat);
        RunForm form(apart);
        form.setRunFolder(pathOf(QStringLiteral("asked/run")));
        form.show();
        form.setConfig({{"task", "pretrain"},
                        {"model", {{"start", (root / "model").string()}}},
                        {"data", {{"root", (root / "set").string()}, {"test_share", 0}, {"validation_share", 0.2}}},
                        {"loss", {{"late_loss", 1}}},
                        {"batch", 32}});
        auto* verdict = form.findChild<QLabel*>(QStringLiteral("verdict"));
        auto* warnings = form.findChild<QLabel*>(QStringLiteral("formWarnings"));
        auto* goTo = form.findChild<QPushButton*>(QStringLiteral("goTo"));
        QTRY_COMPARE(verdict->text(), QStringLiteral("Ready to start."));
        form.setValue(QStringLiteral("batch"), QStringLiteral("33"));
        QTRY_COMPARE(verdict->text(), QStringLiteral("Ready to start, but:"));
        QVERIFY2(warnings->text().startsWith(QStringLiteral("batch is 33 and there are 32 training images")),
                 qPrintable(warnings->text()));
        form.grab().save(QStringLiteral("screenshots/train-form-batch.png"));
        const auto refuses = [&](const char* key, const char* value, const char* named, const char* before) {
            form.setValue(QLatin1String(key), QLatin1String(value));
            QTRY_COMPARE(goTo->text(), QStringLiteral("Go to ") + QLatin1String(named));
            QVERIFY(goTo->isVisible());
            QVERIFY2(!verdict->text().startsWith(QStringLiteral("Ready")), qPrintable(verdict->text()));
            form.setValue(QLatin1String(key), QLatin1String(before));
            QTRY_VERIFY(verdict->text().startsWith(QStringLiteral("Ready")));
        };
        refuses("data.test_share", "0.76", "data.validation_share", "0"); // beside 0.2 of ten patients none is left
        refuses("sampler", "balanced", "data.label", "shuffled");
        form.setValue(QStringLiteral("evaluate_every"), QStringLiteral("10"));
        refuses("best_metric", "birads_auc", "best_metric", "");
        refuses("best_metric", "val_loss", "best_metric", "");
        fs::remove(root / "set/lesions.csv"); // the tables are looked at again
        refuses("task", "warm-start", "data.root", "pretrain");
    }

    void theFormIsGroupedAndFolds()
    {
        std::multiset<std::string> grouped;
        for (const SettingGroup& group : settingGroups())
            for (const auto* keys : {&group.usual, &group.rare})
                grouped.insert(keys->begin(), keys->end());
        QCOMPARE(grouped.size(), trainingSettings().size());
        for (const SettingInfo& info : trainingSettings())
            QVERIFY2(grouped.count(info.key) == 1, info.key.c_str());
        const QStringList groups = [] {
            QStringList titles;
            for (const SettingGroup& group : settingGroups())
                titles << group.title;
            return titles;
        }();
        QVERIFY(!groups.contains(QStringLiteral("Further settings"))); // each has its place

        QSettings apart(pathOf(QStringLiteral("form.ini")), QSettings::IniFormat);
        RunForm form(apart);
        form.show();
        QVERIFY(QTest::qWaitForWindowExposed(&form));
        SettingsTree& tree = form.tree();
        // Default, range, unit and meaning of every setting are in its row.
        for (const SettingInfo& info : trainingSettings()) {
            const auto rows = tree.findItems(QString::fromStdString(info.key), Qt::MatchExactly | Qt::MatchRecursive);
            QCOMPARE(rows.size(), 1);
            const std::string standard =
                info.standard.is_string() ? info.standard.get<std::string>() : info.standard.dump();
            QCOMPARE(rows[0]->text(2), standard.empty() ? QStringLiteral("—") : QString::fromStdString(standard));
            QCOMPARE(rows[0]->text(3).isEmpty(),
                     info.type != SettingInfo::Type::Integer && info.type != SettingInfo::Type::Number);
            QCOMPARE(rows[0]->text(4), QString::fromStdString(info.unit.english()));
            QCOMPARE(rows[0]->text(5), QString::fromStdString(info.meaning.english()));
        }
        // What is rarely changed is folded, says what a preset changed in it, and is passed over by the tab key.
        QWidget* rare = tree.editor(QStringLiteral("optimizer.beta1"));
        QVERIFY(!rare->isVisible());
        form.setValue(QStringLiteral("optimizer.beta1"), QStringLiteral("0.8"));
        tree.showDefaults();
        const auto parts = tree.findItems(QStringLiteral("Rarely changed (5, of them changed: 1)"),
                                          Qt::MatchExactly | Qt::MatchRecursive);
        QCOMPARE(parts.size(), 1);
        QWidget* before = tree.editor(QStringLiteral("data.limit"));
        before->setFocus();
        QTest::keyClick(before, Qt::Key_Tab);
        QCOMPARE(form.focusWidget(), tree.editor(QStringLiteral("model.start")));
        // What was left at its default follows the task; what was chosen stays.
        form.setValue(QStringLiteral("sampler"), QStringLiteral("lesions"));
        form.setValue(QStringLiteral("task"), QStringLiteral("probe"));
        QTRY_COMPARE(tree.value(QStringLiteral("data.label")), QStringLiteral("birads"));
        QCOMPARE(tree.value(QStringLiteral("sampler")), QStringLiteral("lesions"));
        form.setConfig({{"task", "finetune"}, {"data", {{"label", "none"}}}, {"optimizer", {{"beta1", 0.8}}}});
        QCOMPARE(tree.value(QStringLiteral("data.label")), QStringLiteral("none"));
        form.setConfig({{"optimizer", {{"beta1", 0.8}}}});
        QCOMPARE(tree.value(QStringLiteral("data.label")), QStringLiteral("none"));
        // The wheel scrolls and changes nothing.
        const auto* task = qobject_cast<QComboBox*>(tree.editor(QStringLiteral("task")));
        QWheelEvent wheel(QPointF(5, 5), task->mapToGlobal(QPointF(5, 5)), {}, {0, -120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(tree.editor(QStringLiteral("task")), &wheel);
        QCOMPARE(task->currentText(), QStringLiteral("pretrain"));
        // Found, and only what was changed.
        const auto shown = [&](const char* key) { return tree.editor(QLatin1String(key))->isVisible(); };
        auto* find = form.findChild<QLineEdit*>(QStringLiteral("findSetting"));
        find->setText(QStringLiteral("second moment"));
        QTRY_VERIFY(shown("optimizer.beta2") && !shown("optimizer.beta1") && !shown("task"));
        find->setText(QStringLiteral("Lesion masks")); // a heading
        QTRY_VERIFY(shown("dense.sentences") && shown("dense.positive_weight") && !shown("task"));
        find->clear();
        QTRY_VERIFY(shown("task") && !shown("optimizer.beta1"));
        auto* changed = form.findChild<QCheckBox*>();
        changed->setChecked(true);
        QTRY_VERIFY(shown("optimizer.beta1") && !shown("task"));
        // From the verdict to the setting that it names.
        QTRY_VERIFY(form.findChild<QPushButton*>(QStringLiteral("goTo"))->isVisible());
        form.findChild<QPushButton*>(QStringLiteral("goTo"))->click();
        QTRY_COMPARE(form.focusWidget(), tree.editor(QStringLiteral("model.start"))); // the first of both
        QVERIFY(!changed->isChecked());
        form.setValue(QStringLiteral("optimizer.beta1"), QStringLiteral("2"));
        QTRY_COMPARE(form.findChild<QPushButton*>(QStringLiteral("goTo"))->text(),
                     QStringLiteral("Go to optimizer.beta1"));
        form.findChild<QPushButton*>(QStringLiteral("goTo"))->click();
        QTRY_COMPARE(form.focusWidget(), rare);
        QTRY_VERIFY(tree.viewport()->rect().contains(rare->geometry().center()));
    }

    // The whole way with the real program: make a run, launch, curves, close, reopen, stop, resume, scrub.
    void aRealRunOutlivesTheWindow()
    {
        const fs::path study = dataFolder() / "four-view";
        MAMA_NEED(fs::exists(parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        MAMA_NEED(fs::exists(study), "data/four-view");
        const fs::path root = m_folder.path().toStdString();
        QCOMPARE(importTinyModel(root / "model").status, 0);
        writeSmallDataSet(root / "set", 16);
        const auto kept = settings();
        RunForm form(*kept);
        const QString path = pathOf(QStringLiteral("real"));
        form.setRunFolder(path);
        for (const auto& [key, value] : {std::pair{"task", "pretrain"},
                                         {"data.root", "@/set"},
                                         {"model.start", "@/model"},
                                         {"batch", "4"},
                                         {"accumulation", "1"},
                                         {"steps", "1000000"},
                                         {"schedule.warm_up_steps", "2"},
                                         {"schedule.max_lr", "0.01"},
                                         {"data.validation_share", "0.2"},
                                         {"data.test_share", "0"},
                                         {"data.cache", "@/cache"},
                                         {"threads", "1"},
                                         {"checkpoint_every", "10"},
                                         {"keep_every", "10"},
                                         {"stop.divergence", "0"}, // it learns nothing: a rule would end it first
                                         {"loss.late_loss", "15"}})
            form.setValue(QLatin1String(key), QString::fromLatin1(value).replace(QLatin1Char('@'), m_folder.path()));
        QCOMPARE(form.problem(), QString());
        form.show();
        form.accept();
        QTRY_COMPARE(form.result(), int(QDialog::Accepted));
        QCOMPARE(launchRun(program(), form.runFolder(), form.config()), QString());
        QVERIFY(wasLaunched(path));
        {
            MainWindow window(program(), *kept);
            window.show();
            window.showPage(window.train());
            window.train().openRun(path);
            QTRY_VERIFY2_WITH_TIMEOUT(window.train().plot().points(path) > 0, qPrintable(launchProblem(path)), 60000);
            QVERIFY(!wasLaunched(path)); // its configuration is its own by now
            for (const auto& entry : fs::directory_iterator(m_folder.path().toStdString())) // nothing lies beside it
                QVERIFY2(!entry.path().filename().string().starts_with("real."), entry.path().c_str());
            const std::size_t seen = window.train().plot().points(path);
            QTRY_VERIFY_WITH_TIMEOUT(window.train().plot().points(path) > seen, 20000);
            window.close();
        }
        MainWindow window(program(), *kept);
        window.show();
        window.showPage(window.train());
        window.train().openRun(path);
        QTRY_VERIFY_WITH_TIMEOUT(window.train().plot().points(path) > 0, 20000);
        QTRY_COMPARE(statusOf(window), QStringLiteral("Running"));
        reportStalls();
        QTRY_VERIFY_WITH_TIMEOUT(window.train().current()->checkpoints.size() >= 2, 60000);
        button(window, "runStop")->click();
        QTRY_VERIFY2_WITH_TIMEOUT(statusOf(window).startsWith(QStringLiteral("Stopped")), qPrintable(statusOf(window)),
                                  60000);
        const std::int64_t stopped = window.train().current()->state->step;
        QTRY_VERIFY(button(window, "runResume")->isEnabled());
        button(window, "runResume")->click();
        QTRY_VERIFY_WITH_TIMEOUT(window.train().current()->state && window.train().current()->state->step > stopped,
                                 60000);
        button(window, "runStop")->click();
        QTRY_VERIFY2_WITH_TIMEOUT(statusOf(window).startsWith(QStringLiteral("Stopped")), qPrintable(statusOf(window)),
                                  60000);
        QCOMPARE(window.train().current()->lateLoss(), std::optional(15.0));
        scrub(window, study);
    }

private:
    // Similarities of the study by `mama query` with one checkpoint, by slot, and fused.
    std::map<std::string, double> asked(const QString& run, std::int64_t step, const fs::path& study,
                                        const QString& sentence) const
    {
        const Outcome outcome =
            mamaCommand({"query", "--model", QStringLiteral("%1/checkpoints/step-%2").arg(run).arg(step), "--study",
                         text(study), "--text", sentence, "--json"});
        std::map<std::string, double> scores;
        const nlohmann::json reply = outcome.json();
        for (const nlohmann::json& image : reply.value("images", nlohmann::json::array()))
            scores[image.at("slot")] = image.at("scores").at(0);
        scores["study"] = reply.at("study").at("scores").at(0);
        return scores;
    }

    struct Scrubbed
    {
        QString run;
        fs::path study;
        QString sentence;
        std::int64_t first, last; // steps
    };
    // One of its checkpoints in another read-out, by mouse and keys: maps as `mama query` draws them, similarities as
    // they were; the legend names each.
    void scrubReadOuts(MainWindow& window, const Scrubbed& of)
    {
        CheckpointPanel& panel = window.train().checkpoints();
        CheckpointSession& session = panel.session();
        const auto shown = [&](std::int64_t step) { return session.result(step, of.sentence); };
        const auto values = [&](std::int64_t step) { return shown(step)->maps[0].overlay->values.values; };
        QComboBox* way = nullptr;
        for (QComboBox* each : panel.findChildren<QComboBox*>())
            if (each->accessibleName() == QLatin1String("Way of the map"))
                way = each;
        QVERIFY(way && way->isVisible());
        QCOMPARE(way->count(), 1 + 6);
        const std::vector<float> standard = values(of.last);
        QCOMPARE(shown(of.last)->map.way, QStringLiteral("standard"));
        const double study = shown(of.last)->scores.study;

        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        const int self2 = way->findData(QStringLiteral("self-2"));
        QVERIFY(pickByMouse(*way, self2));
        QTRY_COMPARE(session.mapWay(), QStringLiteral("self-2"));
        QTRY_VERIFY_WITH_TIMEOUT(shown(of.last) && !shown(of.last)->maps.empty(), 60000);
        QCOMPARE(shown(of.last)->map.way, QStringLiteral("self-2"));
        QCOMPARE(shown(of.last)->scores.study, study);
        QVERIFY(values(of.last) != standard);
        const fs::path maps = pathOf(QStringLiteral("scrubbed")).toStdString();
        const nlohmann::json reply =
            mamaCommand({"query", "--model", QStringLiteral("%1/checkpoints/step-%2").arg(of.run).arg(of.last),
                         "--study", text(of.study), "--text", of.sentence, "--map-way", "self-2", "--maps", text(maps),
                         "--json"})
                .json();
        QCOMPARE(reply.at("provenance").at("map_way").get<std::string>(), std::string("self-2"));
        const std::size_t hung = shown(of.last)->maps[0].pane.image; // in the order of the slots
        std::vector<float> expected;
        for (const nlohmann::json& map : reply.at("maps"))
            if (reply.at("images").at(map.at("image").get<std::size_t>()).at("slot") == name(static_cast<Slot>(hung)))
                expected = readNpy(map.at("path").get<std::string>()).asFloat();
        QCOMPARE(values(of.last).size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(std::isnan(expected[i]) || std::abs(values(of.last)[i] - expected[i]) < 1e-5F);
        shoot(window, QStringLiteral("checkpoints-self-2"));

        panel.strip().setFocus(); // the same way at another checkpoint
        QTest::keyClick(&panel.strip(), Qt::Key_Home);
        QTRY_VERIFY_WITH_TIMEOUT(shown(of.first) && !shown(of.first)->maps.empty(), 60000);
        QCOMPARE(shown(of.first)->map.way, QStringLiteral("self-2"));
        QTest::keyClick(&panel.strip(), Qt::Key_End);
        QTRY_VERIFY(!session.working());
        way->setFocus(); // back by keys: what was seen is there at once
        QTest::keyClick(way, Qt::Key_Home);
        QCOMPARE(session.mapWay(), QString());
        QVERIFY(shown(of.last) && values(of.last) == standard);
        QTRY_VERIFY(!session.working());
    }

    void scrub(MainWindow& window, const fs::path& study)
    {
        const QString sentence = QStringLiteral("There is a mass."), run = window.train().current()->folder;
        CheckpointPanel& panel = window.train().checkpoints();
        CheckpointSession& session = panel.session();
        window.train().findChild<QTabWidget*>()->setCurrentWidget(&panel);
        panel.pinStudy({text(study)});
        panel.pinSentence(sentence);
        panel.pinSentence(QStringLiteral("The breasts are extremely dense."));
        QTRY_VERIFY(panel.strip().ticks().size() >= 2);
        const auto steps = session.steps();
        const std::int64_t first = steps.front().first, last = steps.back().first;
        QCOMPARE(session.chosen(), last);
        QTRY_VERIFY_WITH_TIMEOUT(session.result(last, sentence), 60000);
        panel.strip().setFocus();
        QTest::keyClick(&panel.strip(), Qt::Key_Home);
        QCOMPARE(session.chosen(), first);
        QTRY_VERIFY_WITH_TIMEOUT(session.result(first, sentence), 60000);
        for (const std::int64_t step : {first, last}) {
            const auto& scores = session.result(step, sentence)->scores;
            const auto expected = asked(run, step, study, sentence);
            QCOMPARE(expected.size(), std::size_t(5));
            QCOMPARE(scores.images.size(), std::size_t(4));
            for (const auto& [pane, value] : scores.images) {
                const Slot slot = static_cast<Slot>(pane.image); // a study's hung images come in this order
                QVERIFY2(std::abs(value - expected.at(name(slot))) < 1e-5, name(slot)); // another process, same weights
            }
            QVERIFY(std::abs(scores.study - expected.at("study")) < 1e-5);
            QCOMPARE(session.result(step, sentence)->maps.size(), std::size_t(4));
        }
        QVERIFY(std::abs(session.result(first, sentence)->scores.study - session.result(last, sentence)->scores.study) >
                1e-4);

        // Back by the mouse: at once, and the curve's cursor with it.
        QTRY_VERIFY(!session.working());
        QTest::mouseClick(&panel.strip(), Qt::LeftButton, {},
                          panel.strip().placeOf(static_cast<double>(last)).toPoint());
        QCOMPARE(session.chosen(), last);
        QVERIFY(session.result(session.chosen(), sentence) && !session.working());
        QCOMPARE(panel.view().panes().size(), std::size_t(4));
        scrubReadOuts(window, {run, study, sentence, first, last});
        session.scoreAll();
        QTRY_VERIFY_WITH_TIMEOUT(
            std::all_of(steps.begin(), steps.end(),
                        [&](const auto& step) { return session.result(step.first, sentence) != nullptr; }),
            120000);
        QTRY_VERIFY(!panel.view().uploadsPending());
        shoot(window, QStringLiteral("checkpoints"));

        // What its run deletes keeps its scores; what was not asked of it cannot be had any more.
        fs::remove_all(RunFolder(run.toStdString()).checkpointFolder(first));
        QTRY_VERIFY(!panel.strip().ticks().front().there);
        panel.strip().goTo(static_cast<double>(first));
        QVERIFY(session.result(first, sentence) && session.problem(first).isEmpty());
        panel.pinSentence(QStringLiteral("No mass."));
        QVERIFY(session.problem(first).contains(QStringLiteral("is gone")));

        // The second engine ends when nobody looks; the reading page's own was never started.
        session.setIdleTime(20);
        window.showPage(window.read());
        QTRY_COMPARE(session.session().engine().state(), EngineProcess::State::Stopped);
        QCOMPARE(window.read().session().engine().state(), EngineProcess::State::Stopped);
        QVERIFY(window.read().session().modelFolder().isEmpty());
    }

    // How late a timer of 5 ms fires in the window's thread while training runs. Reported, not judged: the machine
    // may be shared.
    static void reportStalls()
    {
        std::vector<double> late;
        QElapsedTimer clock;
        clock.start();
        qint64 previous = 0;
        QTimer timer;
        timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&timer, &QTimer::timeout, [&] {
            const qint64 now = clock.nsecsElapsed();
            late.push_back(std::max(0.0, static_cast<double>(now - previous) / 1e6 - 5));
            previous = now;
        });
        timer.start(5);
        QTRY_VERIFY_WITH_TIMEOUT(late.size() >= 1500, 30000);
        std::sort(late.begin(), late.end());
        qInfo("window's thread while training: late by %.1f ms in the median, %.1f ms at 99.9 %%, %.1f ms at most",
              late[late.size() / 2], late[late.size() * 999 / 1000], late.back());
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    QTranslator translator; // plurals
    if (translator.load(QStringLiteral(MAMA_TRANSLATIONS "/mama_en.qm")))
        QCoreApplication::installTranslator(&translator);
    TestTrainPage test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_train_page.moc"
