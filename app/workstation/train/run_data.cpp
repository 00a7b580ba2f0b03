#include "app/workstation/train/run_data.h"

#include "app/workstation/runs/run_path.h"
#include "core/base/files.h"
#include "core/protocol/run_cohort.h"
#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProcess>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

QLabel* words(const char* name, QWidget* parent)
{
    auto* made = new QLabel(parent);
    made->setObjectName(QLatin1String(name));
    made->setWordWrap(true);
    made->setTextFormat(Qt::PlainText);
    made->setTextInteractionFlags(Qt::TextSelectableByMouse);
    made->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    return made;
}

QString cohortText(const RunCohort& cohort)
{
    const auto text = [](const std::string& value) { return QString::fromStdString(value); };
    QStringList lines{RunData::tr("Cohort %1: %2 studies of %3 patients, %4 images")
                          .arg(text(cohort.name))
                          .arg(cohort.studies)
                          .arg(cohort.patients)
                          .arg(cohort.images),
                      RunData::tr("Chosen by: %1").arg(text(cohort.expression)),
                      RunData::tr("Hash %1, of its split %2").arg(text(cohort.hash), text(cohort.splitHash))};
    for (const RunCohort::DataSet& each : cohort.sets)
        lines << (each.restricted ? RunData::tr("%1, restricted: %2. Nor may what is trained on it be passed on.")
                                  : RunData::tr("%1: %2"))
                     .arg(text(each.name), text(each.licence));
    return lines.join(QLatin1Char('\n'));
}

// "accuracy 0.812 (0.780 to 0.841)", of a report; empty: it has no such figure.
QString figureLine(const nlohmann::json& report, const char* name)
{
    const auto number = [](const nlohmann::json& value) { return shownNumber(value.get<double>(), 3); };
    const auto value = report.find(name);
    if (value == report.end() || !value->is_number())
        return {};
    const QString shown = QString::fromLatin1(name).replace(QLatin1Char('_'), QLatin1Char(' '));
    const nlohmann::json interval =
        report.value(nlohmann::json::json_pointer(std::string("/intervals/") + name), nlohmann::json());
    if (!interval.is_array() || interval.size() != 2 || !interval[0].is_number() || !interval[1].is_number())
        return RunData::tr("%1 %2 (no interval)").arg(shown, number(*value));
    return RunData::tr("%1 %2 (%3 to %4)").arg(shown, number(*value), number(interval[0]), number(interval[1]));
}

QString reportText(const nlohmann::json& report)
{
    if (!report.is_object())
        return {};
    QStringList figures;
    for (const char* name : {"accuracy", "balanced_accuracy", "macro_auc_ovr"})
        if (const QString line = figureLine(report, name); !line.isEmpty())
            figures << line;
    return RunData::tr("Test part, step %1: %2 images of %3 patients, label %4")
               .arg(report.value("step", std::int64_t(0)))
               .arg(report.value("n", std::int64_t(0)))
               .arg(report.value("patients", std::int64_t(0)))
               .arg(QString::fromStdString(report.value("label", std::string()))) +
           QLatin1Char('\n') + figures.join(QStringLiteral(" · "));
}

} // namespace

RunData::RunData(const QString& program, QWidget* parent) : QWidget(parent), m_program(program)
{
    m_cohort = words("runCohort", this);
    m_figures = words("runTestFigures", this);
    m_said = words("runTestSaid", this);
    m_evaluate = new QPushButton(tr("Evaluate on the test part"), this);
    m_evaluate->setObjectName(QStringLiteral("runEvaluate"));
    connect(m_evaluate, &QPushButton::clicked, this, &RunData::evaluate);
    auto* page = new QWidget(this);
    auto* inner = new QVBoxLayout(page);
    auto* row = new QHBoxLayout;
    row->addWidget(m_evaluate);
    row->addWidget(m_said, 1);
    inner->addWidget(m_cohort);
    inner->addWidget(m_figures);
    inner->addLayout(row);
    inner->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(page);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(scroll);
    show(nullptr);
}

RunData::~RunData()
{
    m_job.cancel();
    if (m_process) { // begun here, so it ends here
        m_process->disconnect(this);
        m_process->kill();
        m_process->waitForFinished(1000);
    }
}

QString RunData::text() const { return m_cohort->text(); }
QString RunData::figures() const { return m_figures->text(); }

void RunData::show(const RunView* run)
{
    m_run = run;
    const QString folder = run && run->state ? run->folder : QString();
    if (folder != m_folder || m_cohort->text().isEmpty()) {
        m_folder = folder;
        m_said->clear();
        load();
    }
    showButton();
}

void RunData::showButton()
{
    const bool has = m_run && m_run->state && !m_run->checkpoints.empty();
    m_evaluate->setEnabled(has && !m_process);
    m_evaluate->setToolTip(
        has ? tr("Its best checkpoint, else the last, on images of patients that it was not trained on")
            : tr("As soon as the run has a checkpoint"));
    m_evaluate->setVisible(m_run && m_run->state);
}

RunData::Known RunData::read(const QString& folder)
{
    Known known;
    if (const auto cohort = RunCohort::read(folderPath(folder)))
        known.cohort = cohortText(*cohort);
    else
        known.cohort = tr("The data set was not handed over by a library: nothing is known of its cohort and terms.");
    const std::filesystem::path report = folderPath(folder) / "test" / "report.json";
    std::error_code failed;
    if (std::filesystem::exists(report, failed))
        known.figures = reportText(readJson(report));
    return known;
}

void RunData::load()
{
    if (m_folder.isEmpty()) {
        m_cohort->setText(m_run ? tr("The run is not there yet.") : tr("Choose a run in the list."));
        m_figures->clear();
        return;
    }
    BackgroundJob::Callbacks<Known> calls;
    calls.work = [folder = m_folder](const Job&) -> Cancellable<Known> { return read(folder); };
    calls.done = [this](const Known& known) { take(known); };
    calls.failed = [this](const QString& reason) { take({reason, {}}); };
    m_job.cancel();
    m_job = BackgroundJob::start<Known>(this, std::move(calls));
}

void RunData::take(const Known& known)
{
    m_cohort->setText(known.cohort);
    m_figures->setText(known.figures);
    m_figures->setVisible(!known.figures.isEmpty());
    Q_EMIT loaded();
}

void RunData::evaluate()
{
    if (m_folder.isEmpty() || m_process)
        return;
    m_asked = m_folder;
    m_process = std::make_unique<QProcess>();
    m_process->setProgram(m_program);
    m_process->setArguments({QStringLiteral("--quiet"), QStringLiteral("evaluate"), QStringLiteral("--run"), m_asked});
    m_process->setStandardOutputFile(QProcess::nullDevice());
    m_said->setPalette({});
    m_said->setText(tr("Evaluating…"));
    const auto end = [this] {
        QString wrong;
        for (const QString& line : QString::fromUtf8(m_process->readAllStandardError()).split(QLatin1Char('\n')))
            if (line.startsWith(QLatin1String("error: ")))
                wrong = line.mid(7).trimmed();
        if (wrong.isEmpty() && m_process->error() == QProcess::FailedToStart)
            wrong = m_process->errorString();
        m_process.release()->deleteLater();
        QPalette colours;
        if (!wrong.isEmpty())
            colours.setColor(QPalette::WindowText, textColour(Tone::Bad, palette()));
        m_said->setPalette(colours);
        m_said->setText(m_asked == m_folder ? wrong : QString());
        load();
        showButton();
        Q_EMIT evaluated();
    };
    connect(m_process.get(), &QProcess::finished, this, end);
    connect(m_process.get(), &QProcess::errorOccurred, this, [end](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            end();
    });
    m_process->start();
    showButton();
}

} // namespace mama
