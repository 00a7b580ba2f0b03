// The hand-over's dialog, and the form of a run that opens with what it made.
#include "app/workstation/library/dialogs/handover_dialog.h"
#include "app/workstation/look/theme.h"
#include "app/workstation/train/run_check.h"
#include "app/workstation/train/run_data.h"
#include "app/workstation/train/run_form.h"
#include "app/workstation/train/settings_tree.h"
#include "app/workstation/train/train_page.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/library/collection/set_import.h"
#include "core/library/studies/study_keys.h"
#include "core/tables/importers/data_sets.h"
#include "core/training/settings/settings.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTimer>
#include <QtTest>
#include <nlohmann/json.hpp>

using namespace mama;
namespace fs = std::filesystem;

namespace {

// RSNA's table: every woman with four images; site 1 has readings.
void writeRsna(const fs::path& root, int women)
{
    std::string table = "site_id,patient_id,image_id,laterality,view,age,cancer,biopsy,invasive,BIRADS,implant,density,"
                        "machine_id,difficult_negative_case\n";
    for (int i = 0; i < women; ++i)
        for (const char* view : {"L,CC", "L,MLO", "R,CC", "R,MLO"}) {
            const std::string image = std::to_string(1000 * (i + 1) + (view[0] == 'L') * 2 + (view[2] == 'C'));
            table += "1," + std::to_string(i + 1) + "," + image + "," + view + "," + std::to_string(40 + i % 40) + "," +
                     std::to_string(view[0] == 'L' && i % 10 == 0) + ",0,0," + std::to_string(i % 3) + ",0," +
                     "ABCD"[i % 4] + ",49,False\n";
            writeAtomically(root / "train_images" / std::to_string(i + 1) / (image + ".dcm"), std::string_view("x"));
        }
    writeAtomically(root / "train.csv", std::string_view(table));
}

} // namespace

class TestHandoverDialog : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    std::shared_ptr<Library> m_library;
    std::vector<std::int64_t> m_studies;

    QString pathOf(const QString& name) const { return m_folder.filePath(name); }
    std::unique_ptr<QSettings> settings() const
    {
        auto made = std::make_unique<QSettings>(pathOf(QStringLiteral("settings.ini")), QSettings::IniFormat);
        made->setValue(QStringLiteral("library/handover"), pathOf(QStringLiteral("out")));
        return made;
    }
    HandoverChoice choice() const
    {
        return {QStringLiteral("density in (A, B, C, D) and view = MLO"),
                m_studies,
                {m_studies.begin(), m_studies.begin() + 12},
                {QStringLiteral("cancer"), QStringLiteral("density")},
                0};
    }
    template <class T>
    static T* part(QWidget& of, const char* name)
    {
        return of.findChild<T*>(QLatin1String(name));
    }
    static void shoot(QDialog& dialog, const QString& name)
    {
        QDir().mkpath(QStringLiteral("screenshots"));
        for (const Theme theme : {Theme::Dark, Theme::Light}) {
            applyTheme(*qApp, theme);
            QTest::qWait(80); // for the drawing alone: nothing is judged
            dialog.grab().save(QStringLiteral("screenshots/handover-%1-%2.png").arg(name, nameOf(theme)));
        }
    }

private Q_SLOTS:
    void initTestCase()
    {
        const fs::path root = pathOf(QStringLiteral("set")).toStdString();
        writeRsna(root, 120);
        const fs::path folder = pathOf(QStringLiteral("lib")).toStdString();
        Library::create(folder);
        m_library = std::make_shared<Library>(folder, Access::Write, "curator");
        importSet(*m_library, readRsnaSet(root));
        m_studies = allStudies(*m_library);
    }

    void saysWhatGoesInAndWhatIsWrong()
    {
        const auto kept = settings();
        HandoverDialog dialog(m_library, choice(), *kept);
        QSignalSpy planned(&dialog, &HandoverDialog::planned);
        dialog.show();
        QVERIFY(!part<QPushButton>(dialog, "handoverBegin")->isEnabled());
        QTRY_COMPARE(planned.size(), 1);
        auto* plan = part<QLabel>(dialog, "handoverPlan");
        // Twelve are selected, so they are offered first.
        QVERIFY(part<QRadioButton>(dialog, "handoverSelected")->isChecked());
        QVERIFY2(plan->text().startsWith(QStringLiteral("12 studies of 12 patients, 48 images; 48 ")),
                 qPrintable(plan->text()));
        part<QRadioButton>(dialog, "handoverFiltered")->click();
        QTRY_COMPARE(planned.size(), 2);
        QVERIFY2(plan->text().startsWith(QStringLiteral("120 studies of 120 patients, 480 images")),
                 qPrintable(plan->text()));
        QVERIFY(plan->text().contains(QStringLiteral("no description of the procedure: 480")));
        QVERIFY(!plan->text().contains(QStringLiteral("single image")));
        // Chosen image by image on a map: what goes in is more, and it is said.
        HandoverChoice ofImages = choice();
        ofImages.images = 20;
        HandoverDialog other(m_library, ofImages, *kept);
        QSignalSpy seen(&other, &HandoverDialog::planned);
        QTRY_COMPARE(seen.size(), 1);
        const QString told = part<QLabel>(other, "handoverPlan")->text();
        QVERIFY2(told.contains(QStringLiteral("20 single image")) && told.endsWith(QStringLiteral("with all images.")),
                 qPrintable(told));
        QVERIFY(part<QLabel>(dialog, "handoverTerms")->text().contains(QStringLiteral("restricted")));
        // No whole caption: captions of what is known are offered, and classes of every label.
        auto* learnt = part<QComboBox>(dialog, "handoverLearnt");
        QCOMPARE(learnt->currentData().toString(), QStringLiteral("known"));
        QVERIFY(learnt->findData(QStringLiteral("label:cancer")) > 0);
        QVERIFY(learnt->findData(QStringLiteral("whole")) < 0);
        QVERIFY(part<QPushButton>(dialog, "handoverBegin")->isEnabled());
        shoot(dialog, QStringLiteral("ready"));
        auto* problem = part<QLabel>(dialog, "handoverProblem");
        part<QSpinBox>(dialog, "handoverShare2")->setValue(30);
        QVERIFY(problem->text().contains(QStringLiteral("110 %")));
        QVERIFY(!part<QPushButton>(dialog, "handoverBegin")->isEnabled());
        shoot(dialog, QStringLiteral("wrong"));
        part<QSpinBox>(dialog, "handoverShare2")->setValue(20);
        QVERIFY(problem->isHidden());
        part<QLineEdit>(dialog, "handoverName")->clear();
        QVERIFY(problem->text().contains(QStringLiteral("no name")));
    }

    // One click where the defaults fit; each step is a command; the next one finds its name taken.
    void handsOverAndAsksForARun()
    {
        const auto kept = settings();
        const std::size_t before = m_library->commands().size();
        HandoverDialog dialog(m_library, choice(), *kept);
        QSignalSpy planned(&dialog, &HandoverDialog::planned), wanted(&dialog, &HandoverDialog::trainWanted),
            changed(&dialog, &HandoverDialog::changed);
        dialog.show();
        QTRY_COMPARE(planned.size(), 1);
        part<QRadioButton>(dialog, "handoverFiltered")->click();
        QTRY_COMPARE(planned.size(), 2);
        auto* strata = part<QComboBox>(dialog, "handoverStrata");
        strata->setCurrentIndex(strata->findData(QStringLiteral("cancer")));
        const QString name = part<QLineEdit>(dialog, "handoverName")->text(),
                      folder = part<QLineEdit>(dialog, "handoverFolder")->text();
        QCOMPARE(folder, pathOf(QStringLiteral("out/")) + name);
        QTest::mouseClick(part<QPushButton>(dialog, "handoverBegin"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(wanted.size(), 1, 30000);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(wanted.first().first().toString(), folder);
        const auto commands = m_library->commands();
        QCOMPARE(commands.size(), before + 2);
        QCOMPARE(commands[before].kind, std::string("cohort"));
        QCOMPARE(commands[before + 1].kind, std::string("split"));
        const Cohort cohort = cohortNamed(*m_library, name.toStdString());
        QCOMPARE(cohort.expression, choice().filter.toStdString());
        QCOMPARE(cohort.studies, std::int64_t(120));
        const nlohmann::json settings = readJson(fs::path(folder.toStdString()) / "train.json");
        QCOMPARE(settings["data"]["captions"].get<std::string>(), std::string("known"));

        HandoverDialog next(m_library, choice(), *kept);
        QSignalSpy seen(&next, &HandoverDialog::planned);
        next.show();
        QTRY_COMPARE(seen.size(), 1);
        QVERIFY(part<QLineEdit>(next, "handoverName")->text() != name);
        part<QLineEdit>(next, "handoverName")->setText(name);
        QVERIFY(part<QLabel>(next, "handoverProblem")->text().contains(QStringLiteral("of this name")));
        part<QLineEdit>(next, "handoverName")->setText(QStringLiteral("other"));
        part<QLineEdit>(next, "handoverFolder")->setText(folder);
        QSignalSpy refused(&next, &HandoverDialog::refused);
        next.accept();
        QTRY_COMPARE(refused.size(), 1);
        QVERIFY(part<QLabel>(next, "handoverProblem")->text().contains(QStringLiteral("something already")));
        QVERIFY(next.isVisible());
        QCOMPARE(m_library->commands().size(), before + 2);
        shoot(next, QStringLiteral("refused"));

        // The form of a run with all that filled in.
        TrainPage page(QStringLiteral("mama"), *kept);
        bool looked = false;
        QTimer::singleShot(0, &page, [&] {
            auto* form = qobject_cast<RunForm*>(QApplication::activeModalWidget());
            if (!form)
                return;
            looked = true;
            QCOMPARE(form->tree().value(QStringLiteral("data.root")), folder);
            QCOMPARE(form->tree().value(QStringLiteral("data.split_file")), folder + QStringLiteral("/split.csv"));
            form->reject();
        });
        page.newRunFrom(folder);
        QVERIFY(looked);
        QSignalSpy told(&page, &TrainPage::told);
        page.newRunFrom(pathOf(QStringLiteral("nowhere")));
        QCOMPARE(told.size(), 1);
        QVERIFY(told.first().first().toString().contains(QStringLiteral("nowhere")));
    }

    // What the form says of the tables before a run begins; read once for as long as they stay as they are.
    void theFormSaysWhatIsLeftOut()
    {
        const fs::path folder = pathOf(QStringLiteral("said")).toStdString();
        freezeStudies(*m_library, "said", {m_studies});
        splitCohort(*m_library, {"said"});
        exportTraining(*m_library, "said", folder);
        nlohmann::json config = readJson(folder / "train.json");
        TablesSeen seen;
        QString lines = seen.look(Settings::resolve(config)).lines.join(QLatin1Char('\n'));
        QVERIFY2(lines.startsWith(QStringLiteral("Images to train 336, to validate 48, to test 96")),
                 qPrintable(lines));
        QVERIFY(lines.contains(QStringLiteral("Cohort said, ")));
        QVERIFY(lines.contains(QStringLiteral("RSNA-Mammo is restricted: ")));
        config["task"] = "probe";
        config["data"]["label"] = "cancer";
        lines = seen.look(Settings::resolve(config)).lines.join(QLatin1Char('\n'));
        QVERIFY2(lines.contains(QStringLiteral("Images by cancer: 0: 456, 1: 24")), qPrintable(lines));
        config["task"] = "pretrain";
        config["data"]["captions"] = "whole";
        try {
            seen.look(Settings::resolve(config));
            QFAIL("no image has a whole caption");
        } catch (const Error& error) {
            const std::string told = error.what();
            QVERIFY2(told.find("data.captions known") != told.npos && told.find("procedure: 480") != told.npos,
                     told.c_str());
        }
    }

    // What a run was trained on, beside its figures, and what went wrong with an evaluation, in place.
    void theRunSaysItsCohortAndTerms()
    {
        const QString run = pathOf(QStringLiteral("run"));
        fs::create_directories(run.toStdString());
        fs::copy_file(pathOf(QStringLiteral("said/cohort.json")).toStdString(),
                      (run + QStringLiteral("/cohort.json")).toStdString());
        RunData data(QStringLiteral("/nowhere/mama"));
        QSignalSpy loaded(&data, &RunData::loaded), evaluated(&data, &RunData::evaluated);
        data.resize(900, 220);
        static_cast<QWidget&>(data).show();
        RunView view;
        view.folder = run;
        view.state = RunState();
        view.checkpoints.push_back({10, {}});
        data.show(&view);
        QTRY_COMPARE(loaded.size(), 1);
        QVERIFY2(data.text().contains(QStringLiteral("Cohort said: 120 studies of 120 patients, 480 images")),
                 qPrintable(data.text()));
        QVERIFY(data.text().contains(QStringLiteral("restricted")));
        QVERIFY(data.figures().isEmpty());
        part<QPushButton>(data, "runEvaluate")->click();
        QTRY_COMPARE(evaluated.size(), 1);
        QVERIFY(!part<QLabel>(data, "runTestSaid")->text().isEmpty());
        QTRY_COMPARE(loaded.size(), 2);
        writeAtomically(fs::path(run.toStdString()) / "test/report.json",
                        std::string_view(R"({"step": 10, "n": 96, "patients": 24, "label": "cancer", "accuracy": 0.75,
                                             "intervals": {"accuracy": [0.7, 0.8]}})"));
        data.show(nullptr);
        data.show(&view);
        QTRY_VERIFY(data.figures().contains(QStringLiteral("accuracy 0.750 (0.700 to 0.800)")));
        QVERIFY(data.figures().contains(QStringLiteral("96 images of 24 patients")));
        QDir().mkpath(QStringLiteral("screenshots"));
        for (const Theme theme : {Theme::Dark, Theme::Light}) {
            applyTheme(*qApp, theme);
            QTest::qWait(80); // for the drawing alone: nothing is judged
            data.grab().save(QStringLiteral("screenshots/handover-run-%1.png").arg(nameOf(theme)));
        }
    }

    void closingTakesBackWhatWasBegun()
    {
        const auto kept = settings();
        const std::size_t cohortsBefore = cohorts(*m_library).size();
        HandoverDialog dialog(m_library, choice(), *kept);
        QSignalSpy planned(&dialog, &HandoverDialog::planned), changed(&dialog, &HandoverDialog::changed);
        dialog.show();
        QTRY_COMPARE(planned.size(), 1);
        part<QLineEdit>(dialog, "handoverName")->setText(QStringLiteral("cancelled"));
        dialog.accept();
        QVERIFY(dialog.working());
        dialog.reject();
        QTRY_COMPARE(changed.size(), 1);
        QVERIFY(!dialog.working());
        QVERIFY(dialog.isVisible());
        // It was cancelled in time, or was done already: never half.
        const bool there = QFileInfo::exists(pathOf(QStringLiteral("out/cancelled/cohort.json")));
        QCOMPARE(cohorts(*m_library).size(), cohortsBefore + (there ? 1 : 0));
        QCOMPARE(QFileInfo::exists(pathOf(QStringLiteral("out/cancelled"))), there);
        dialog.reject();
        QVERIFY(!dialog.isVisible());
    }
};

QTEST_MAIN(TestHandoverDialog)
#include "test_handover_dialog.moc"
