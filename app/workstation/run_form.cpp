#include "app/workstation/run_form.h"

#include "app/workstation/run_presets.h"
#include "core/training/settings.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDateTime>
#include <QDialogButtonBox>
#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScreen>
#include <QStandardPaths>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace mama {
namespace {

using nlohmann::json;
using Type = SettingInfo::Type;
const QString presetGroup = QStringLiteral("runs/presets");

json::json_pointer pointerOf(std::string key)
{
    std::replace(key.begin(), key.end(), '.', '/');
    return json::json_pointer("/" + key);
}

QString textOf(const json& value) { return value.is_string() ? QString::fromStdString(value.get<std::string>()) : QString::fromStdString(value.dump()); }

// What cannot be read as a number stays a text, so that the check names it.
json valueOf(const SettingInfo& info, const QString& text)
{
    if (info.type == Type::Flag)
        return text == QLatin1String("true");
    bool isNumber = false;
    if (info.type == Type::Integer) {
        const qint64 whole = text.toLongLong(&isNumber);
        if (isNumber)
            return whole;
    }
    if (info.type == Type::Number || info.type == Type::Integer) {
        const double number = text.toDouble(&isNumber);
        if (isNumber)
            return number;
    }
    return text.toStdString();
}

QString rangeOf(const SettingInfo& info)
{
    if (info.type != Type::Integer && info.type != Type::Number)
        return {};
    if (info.high >= 1e9) // nothing bounds it
        return QCoreApplication::translate("mama::RunForm", "%1 or more").arg(info.low, 0, 'g', 6);
    return QCoreApplication::translate("mama::RunForm", "%1 to %2").arg(info.low, 0, 'g', 6).arg(info.high, 0, 'g', 6);
}

} // namespace

RunForm::RunForm(QSettings& settings, QWidget* parent) : QDialog(parent), m_settings(settings)
{
    setWindowTitle(tr("New run"));
    const QSize room = screen()->availableSize();
    resize(QSize(1180, 820).boundedTo((parent ? room.boundedTo(parent->window()->size()) : room) - QSize(40, 60))); // the frame has its part
    auto* column = new QVBoxLayout(this);
    column->addWidget(buildTop());
    buildTable();
    column->addWidget(m_table, 1);
    m_verdict = new QLabel(this);
    m_verdict->setObjectName(QStringLiteral("verdict"));
    m_verdict->setWordWrap(true);
    m_resources = new QLabel(this);
    m_resources->setObjectName(QStringLiteral("resources"));
    m_resources->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_start = buttons->addButton(tr("Start the run"), QDialogButtonBox::AcceptRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &RunForm::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addWidget(m_verdict);
    column->addWidget(m_resources);
    column->addWidget(buttons);
    const QString place = m_settings.value(QStringLiteral("runs/folder"), QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) + QStringLiteral("/mama-runs")).toString();
    m_folder->setText(place + QLatin1Char('/') + QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")));
    connect(m_folder, &QLineEdit::textChanged, this, &RunForm::check);
    m_soon.setSingleShot(true);
    m_soon.setInterval(150);
    connect(&m_soon, &QTimer::timeout, this, &RunForm::checkNow);
    m_start->setEnabled(false);
    fillPresets();
    const QString last = m_settings.value(QStringLiteral("runs/last")).toString();
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
        if (const QString chosen = QFileDialog::getExistingDirectory(this, tr("Folder in which the run's folder is made")); !chosen.isEmpty())
            m_folder->setText(chosen + QLatin1Char('/') + QFileInfo(m_folder->text()).fileName());
    });
    auto* folder = new QHBoxLayout;
    folder->addWidget(m_folder, 1);
    folder->addWidget(chooseFolder);
    m_presets = new QComboBox(top);
    m_presets->setAccessibleName(tr("Preset"));
    auto* save = new QPushButton(tr("Save as preset…"), top);
    auto* dataSet = new QPushButton(tr("Data folder…"), top);
    auto* model = new QPushButton(tr("Start model…"), top);
    connect(save, &QPushButton::clicked, this, &RunForm::savePreset);
    connect(dataSet, &QPushButton::clicked, this, [this] { browse(QStringLiteral("data.root"), tr("Data set: folder with images/ and tables/")); });
    connect(model, &QPushButton::clicked, this, [this] { browse(QStringLiteral("model.start"), tr("Model folder to start from (model.json)")); });
    connect(m_presets, &QComboBox::activated, this, [this] { setConfig(json::parse(m_presets->currentData().toString().toStdString(), nullptr, false)); });
    auto* presets = new QHBoxLayout;
    presets->addWidget(m_presets, 1);
    for (QPushButton* button : {save, dataSet, model})
        presets->addWidget(button);
    m_filter = new QLineEdit(top);
    m_filter->setPlaceholderText(tr("Words of a setting or its meaning"));
    m_filter->setClearButtonEnabled(true);
    connect(m_filter, &QLineEdit::textChanged, this, &RunForm::filter);
    auto* form = new QFormLayout(top);
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(tr("Run folder"), folder);
    form->addRow(tr("Preset"), presets);
    form->addRow(tr("Find"), m_filter);
    return top;
}

void RunForm::buildTable()
{
    const auto infos = trainingSettings();
    m_table = new QTableWidget(static_cast<int>(infos.size()), 6, this);
    m_table->setAccessibleName(tr("Settings"));
    m_table->setHorizontalHeaderLabels({tr("Setting"), tr("Value"), tr("Default"), tr("Range"), tr("Unit"), tr("Meaning")});
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setAlternatingRowColors(true);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setStretchLastSection(true);
    const int widths[] = {210, 210, 90, 120, 100};
    for (int column = 0; column < 5; ++column)
        m_table->setColumnWidth(column, widths[column]);
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const SettingInfo& info = infos[static_cast<std::size_t>(row)];
        const QString key = QString::fromStdString(info.key), meaning = QString::fromStdString(info.meaning);
        const QString texts[] = {key, {}, {}, rangeOf(info), QString::fromStdString(info.unit), meaning};
        for (int column = 0; column < 6; ++column) {
            auto* cell = new QTableWidgetItem(texts[column]);
            cell->setToolTip(column == 1 ? meaning : texts[column]);
            m_table->setItem(row, column, cell);
        }
        QWidget* editor = nullptr;
        if (info.type == Type::Choice || info.type == Type::Flag) {
            auto* box = new QComboBox(m_table);
            for (const std::string& choice : info.type == Type::Flag ? std::vector<std::string>{"false", "true"} : info.choices)
                box->addItem(QString::fromStdString(choice));
            connect(box, &QComboBox::currentIndexChanged, this, &RunForm::check);
            editor = box;
        } else {
            auto* line = new QLineEdit(m_table);
            line->setPlaceholderText(tr("default"));
            connect(line, &QLineEdit::textChanged, this, &RunForm::check);
            editor = line;
        }
        editor->setAccessibleName(key);
        editor->setAccessibleDescription(meaning);
        m_editors.insert(key, editor);
        m_table->setCellWidget(row, 1, editor);
    }
}

QString RunForm::text(const QString& key) const
{
    QWidget* editor = m_editors.value(key);
    if (const auto* box = qobject_cast<QComboBox*>(editor))
        return box->currentText();
    const auto* line = qobject_cast<QLineEdit*>(editor);
    return line ? line->text().trimmed() : QString();
}

void RunForm::setValue(const QString& key, const QString& value)
{
    if (auto* box = qobject_cast<QComboBox*>(m_editors.value(key)))
        box->setCurrentText(value);
    if (auto* line = qobject_cast<QLineEdit*>(m_editors.value(key))) {
        line->setText(value);
        line->setCursorPosition(0); // of a long text its beginning is shown
    }
}

void RunForm::setRunFolder(const QString& folder) { m_folder->setText(folder); }
QString RunForm::runFolder() const { return m_folder->text().trimmed().isEmpty() ? QString() : QDir::cleanPath(QFileInfo(m_folder->text().trimmed()).absoluteFilePath()); }

// A line left empty is a default; a choice always says something.
json RunForm::config() const
{
    json config = json::object();
    for (const SettingInfo& info : trainingSettings()) {
        const QString said = text(QString::fromStdString(info.key));
        if (!said.isEmpty())
            config[pointerOf(info.key)] = valueOf(info, said);
    }
    return config;
}

void RunForm::setConfig(const json& wanted)
{
    const json config = wanted.is_object() ? wanted : json::object();
    for (const SettingInfo& info : trainingSettings()) {
        const QSignalBlocker blocked(m_editors.value(QString::fromStdString(info.key)));
        const auto place = pointerOf(info.key);
        const bool needed = info.type == Type::Choice || info.type == Type::Flag;
        const bool said = config.contains(place);
        setValue(QString::fromStdString(info.key), said ? textOf(config.at(place)) : needed ? textOf(Settings::defaultOf(info, config)) : QString());
    }
    check();
}

void RunForm::filter(const QString& words)
{
    const QStringList all = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QString text = m_table->item(row, 0)->text() + QLatin1Char(' ') + m_table->item(row, 5)->text();
        m_table->setRowHidden(row, !std::all_of(all.begin(), all.end(), [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); }));
    }
}

QString RunForm::problem() const { return runProblem(config(), runFolder()); }

void RunForm::showDefaults()
{
    const json now = config();
    const auto infos = trainingSettings();
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QString standard = textOf(Settings::defaultOf(infos[static_cast<std::size_t>(row)], now));
        m_table->item(row, 2)->setText(standard.isEmpty() ? QStringLiteral("—") : standard);
    }
}

void RunForm::check()
{
    m_verdictNow.reset();
    m_job.cancel();
    m_soon.start();
}

void RunForm::checkNow()
{
    showDefaults();
    BackgroundJob::Callbacks<RunVerdict> calls;
    calls.work = [config = config(), folder = runFolder()](const Job&) -> Cancellable<RunVerdict> { return judgeRun(config, folder); };
    calls.failed = [this](const QString& reason) { take({reason, {}, {}, false}); };
    calls.done = [this](const RunVerdict& verdict) { take(verdict); };
    m_job = BackgroundJob::start<RunVerdict>(this, std::move(calls));
}

void RunForm::take(const RunVerdict& verdict)
{
    m_verdictNow = verdict;
    const QString& refused = verdict.problem;
    const bool dark = palette().color(QPalette::Window).lightness() < 128;
    const QString good = dark ? QStringLiteral("#5fd38d") : QStringLiteral("#1c7a43"), bad = dark ? QStringLiteral("#ff7b8a") : QStringLiteral("#b4233a");
    m_verdict->setText(refused.isEmpty() ? tr("Ready to start.") : refused);
    m_verdict->setStyleSheet(QStringLiteral("color:%1;font-weight:bold").arg(refused.isEmpty() ? good : bad));
    m_resources->setText(verdict.memory + QLatin1Char('\n') + verdict.checkpoints);
    m_resources->setStyleSheet(verdict.tight ? QStringLiteral("color:%1").arg(bad) : QString());
    m_start->setEnabled(refused.isEmpty());
    m_start->setToolTip(refused);
    Q_EMIT checked();
    if (std::exchange(m_accepting, false) && refused.isEmpty())
        accept();
}

void RunForm::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && m_verdictNow)
        take(*m_verdictNow); // the verdict's colour
    QDialog::changeEvent(event);
}

void RunForm::browse(const QString& key, const QString& title)
{
    if (const QString chosen = QFileDialog::getExistingDirectory(this, title, text(key)); !chosen.isEmpty())
        setValue(key, chosen);
}

void RunForm::fillPresets()
{
    m_presets->clear();
    for (const RunPreset& preset : builtInPresets())
        m_presets->addItem(preset.title, QString::fromStdString(preset.config.dump()));
    m_settings.beginGroup(presetGroup);
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
    m_settings.setValue(presetGroup + QLatin1Char('/') + name, QString::fromStdString(config().dump()));
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
    m_settings.setValue(QStringLiteral("runs/last"), QString::fromStdString(config().dump()));
    m_settings.setValue(QStringLiteral("runs/folder"), QFileInfo(runFolder()).absolutePath());
    QDialog::accept();
}

} // namespace mama
