#include "app/workstation/train/run_form.h"

#include "app/workstation/look/settings_keys.h"
#include "app/workstation/runs/run_presets.h"
#include "app/workstation/train/settings_tree.h"
#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDateTime>
#include <QDialogButtonBox>
#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScreen>
#include <QStandardPaths>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace mama {
namespace {

using nlohmann::json;

} // namespace

RunForm::RunForm(QSettings& settings, QWidget* parent) : QDialog(parent), m_settings(settings)
{
    setWindowTitle(tr("New run"));
    const QSize room = screen()->availableSize();
    resize(QSize(1180, 820).boundedTo((parent ? room.boundedTo(parent->window()->size()) : room) -
                                      QSize(40, 60))); // the frame has its part
    auto* column = new QVBoxLayout(this);
    column->addWidget(buildTop());
    m_tree = new SettingsTree(this);
    connect(m_tree, &SettingsTree::edited, this, &RunForm::check);
    column->addWidget(m_tree, 1);
    m_verdict = new QLabel(this);
    m_verdict->setObjectName(QStringLiteral("verdict"));
    m_verdict->setWordWrap(true);
    m_verdict->setTextFormat(Qt::PlainText);
    m_warnings = new QLabel(this);
    m_warnings->setObjectName(QStringLiteral("formWarnings"));
    m_warnings->setWordWrap(true);
    m_warnings->setTextFormat(Qt::PlainText);
    m_goTo = new QPushButton(this);
    m_goTo->setObjectName(QStringLiteral("goTo"));
    m_goTo->hide();
    connect(m_goTo, &QPushButton::clicked, this, &RunForm::goToProblem);
    auto* said = new QHBoxLayout;
    said->addWidget(m_verdict, 1);
    said->addWidget(m_goTo);
    m_resources = new QLabel(this);
    m_resources->setObjectName(QStringLiteral("resources"));
    m_resources->setWordWrap(true);
    m_resources->setTextFormat(Qt::PlainText);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_start = buttons->addButton(tr("Start the run"), QDialogButtonBox::AcceptRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &RunForm::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addLayout(said);
    column->addWidget(m_warnings);
    column->addWidget(m_resources);
    column->addWidget(buttons);
    const QString place =
        m_settings
            .value(settings_keys::runFolder,
                   QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) + QStringLiteral("/mama-runs"))
            .toString();
    m_folder->setText(place + QLatin1Char('/') +
                      QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")));
    connect(m_folder, &QLineEdit::textChanged, this, &RunForm::check);
    m_soon.setSingleShot(true);
    m_soon.setInterval(150);
    connect(&m_soon, &QTimer::timeout, this, &RunForm::checkNow);
    m_start->setEnabled(false);
    fillPresets();
    const QString last = m_settings.value(settings_keys::lastRun).toString();
    if (last.isEmpty())
        m_presets->setCurrentIndex(0);
    setConfig(json::parse((last.isEmpty() ? m_presets->currentData().toString() : last).toStdString(), nullptr, false));
}

QWidget* RunForm::buildTop()
{
    auto* top = new QWidget(this);
    m_folder = new QLineEdit(top);
    auto* chooseFolder = new QPushButton(tr("Browse…"), top);
    connect(chooseFolder, &QPushButton::clicked, this, [this] {
        if (const QString chosen =
                QFileDialog::getExistingDirectory(this, tr("Folder in which the run's folder is made"));
            !chosen.isEmpty())
            m_folder->setText(chosen + QLatin1Char('/') + QFileInfo(m_folder->text()).fileName());
    });
    auto* folder = new QHBoxLayout;
    folder->addWidget(m_folder, 1);
    folder->addWidget(chooseFolder);
    m_presets = new QComboBox(top);
    m_presets->setAccessibleName(tr("Preset"));
    auto* save = new QPushButton(tr("Save as preset…"), top);
    connect(save, &QPushButton::clicked, this, &RunForm::savePreset);
    connect(m_presets, &QComboBox::activated, this,
            [this] { setConfig(json::parse(m_presets->currentData().toString().toStdString(), nullptr, false)); });
    auto* presets = new QHBoxLayout;
    presets->addWidget(m_presets, 1);
    presets->addWidget(save);
    m_filter = new QLineEdit(top);
    m_filter->setObjectName(QStringLiteral("findSetting"));
    m_filter->setPlaceholderText(tr("Words of a setting or its meaning"));
    m_filter->setClearButtonEnabled(true);
    m_changedOnly = new QCheckBox(tr("Only those that differ from the default"), top);
    connect(m_filter, &QLineEdit::textChanged, this, &RunForm::filter);
    connect(m_changedOnly, &QCheckBox::toggled, this, &RunForm::filter);
    auto* find = new QHBoxLayout;
    find->addWidget(m_filter, 1);
    find->addWidget(m_changedOnly);
    auto* form = new QFormLayout(top);
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(tr("Run folder"), folder);
    form->addRow(tr("Preset"), presets);
    form->addRow(tr("Find"), find);
    return top;
}

void RunForm::setValue(const QString& key, const QString& value) { m_tree->setValue(key, value); }
void RunForm::setRunFolder(const QString& folder) { m_folder->setText(folder); }
QString RunForm::runFolder() const
{
    return m_folder->text().trimmed().isEmpty()
               ? QString()
               : QDir::cleanPath(QFileInfo(m_folder->text().trimmed()).absoluteFilePath());
}

json RunForm::config() const { return m_tree->config(); }

void RunForm::setConfig(const json& config)
{
    m_tree->setConfig(config);
    filter();
}

void RunForm::filter() { m_tree->filter(m_filter->text(), m_changedOnly->isChecked()); }

QString RunForm::problem() const { return runProblem(config(), runFolder()); }

void RunForm::check()
{
    m_verdictNow.reset();
    m_job.cancel();
    m_soon.start();
}

void RunForm::checkNow()
{
    m_tree->showDefaults();
    BackgroundJob::Callbacks<RunVerdict> calls;
    calls.work = [config = config(), folder = runFolder(), tables = m_tables](const Job&) -> Cancellable<RunVerdict> {
        return judgeRun(config, folder, tables.get());
    };
    calls.failed = [this](const QString& reason) {
        RunVerdict verdict;
        verdict.problem = reason;
        take(verdict);
    };
    calls.done = [this](const RunVerdict& verdict) { take(verdict); };
    m_job = BackgroundJob::start<RunVerdict>(this, std::move(calls));
}

void RunForm::take(const RunVerdict& verdict)
{
    m_verdictNow = verdict;
    const QString& refused = verdict.problem;
    const QString good = textColour(Tone::Good, palette()).name(), bad = textColour(Tone::Bad, palette()).name();
    m_refusedKey = m_tree->keyIn(refused);
    m_goTo->setVisible(!m_refusedKey.isEmpty());
    m_goTo->setText(tr("Go to %1").arg(m_refusedKey));
    const QString ready = verdict.warnings.isEmpty() ? tr("Ready to start.") : tr("Ready to start, but:");
    m_verdict->setText(refused.isEmpty() ? ready : refused);
    m_warnings->setText(verdict.warnings.join(QLatin1Char('\n')));
    m_warnings->setVisible(!verdict.warnings.isEmpty());
    m_warnings->setStyleSheet(
        QStringLiteral("color:%1;font-weight:bold").arg(textColour(Tone::Busy, palette()).name()));
    m_verdict->setStyleSheet(QStringLiteral("color:%1;font-weight:bold").arg(refused.isEmpty() ? good : bad));
    m_resources->setText((verdict.start.isEmpty() ? QString() : verdict.start + QLatin1Char('\n')) +
                         (verdict.data.isEmpty() ? QString() : verdict.data + QLatin1Char('\n')) + verdict.memory +
                         QLatin1Char('\n') + verdict.checkpoints);
    m_resources->setStyleSheet(verdict.tight ? QStringLiteral("color:%1").arg(bad) : QString());
    m_start->setEnabled(refused.isEmpty());
    m_start->setToolTip(refused.isEmpty() ? QString() : plainTip(refused));
    Q_EMIT checked();
    if (std::exchange(m_accepting, false) && refused.isEmpty())
        accept();
}

void RunForm::goToProblem()
{
    m_filter->clear();
    m_changedOnly->setChecked(false);
    m_tree->showKey(m_refusedKey);
}

void RunForm::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && m_verdictNow)
        take(*m_verdictNow); // the verdict's colour
    QDialog::changeEvent(event);
}

void RunForm::fillPresets()
{
    m_presets->clear();
    for (const RunPreset& preset : builtInPresets())
        m_presets->addItem(preset.title, QString::fromStdString(preset.config.dump()));
    m_settings.beginGroup(settings_keys::runPresets);
    for (const QString& name : m_settings.childKeys())
        m_presets->addItem(name, m_settings.value(name));
    m_settings.endGroup();
    m_presets->setCurrentIndex(-1);
    m_presets->setPlaceholderText(tr("As last time"));
}

void RunForm::savePreset()
{
    QString name = QInputDialog::getText(this, tr("Save as preset"), tr("Name")).simplified();
    name.replace(QLatin1Char('/'), QLatin1Char('-'));
    if (name.isEmpty())
        return;
    m_settings.setValue(settings_keys::runPreset(name), QString::fromStdString(config().dump()));
    fillPresets();
    m_presets->setCurrentIndex(m_presets->findText(name));
}

void RunForm::accept()
{
    if (!m_verdictNow) {
        m_accepting = true; // as soon as the check is done
        m_soon.stop();
        return checkNow();
    }
    if (!m_verdictNow->problem.isEmpty())
        return;
    m_settings.setValue(settings_keys::lastRun, QString::fromStdString(config().dump()));
    m_settings.setValue(settings_keys::runFolder, QFileInfo(runFolder()).absolutePath());
    QDialog::accept();
}

} // namespace mama
