#include "app/workstation/library/dialogs/mapping_dialog.h"

#include "app/workstation/library/dialogs/table_look.h"
#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/collection/saved_mappings.h"
#include "core/library/collection/set_source.h"
#include "core/tables/table_file.h"
#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr std::size_t shownRows = 8;
constexpr auto ownLabel = "label";

struct EnoughRows
{
};

QString wordsOf(const SetReport& report)
{
    const QLocale locale;
    std::size_t warnings = 0, duplicates = 0;
    for (const TableReport& table : report.tables) {
        warnings += table.warnings.size();
        duplicates += table.duplicates.size();
    }
    return MappingDialog::tr(
               "With these columns: images %1, exams %2, patients %3; rows refused %4, twice %5; warnings %6, "
               "problems %7.")
        .arg(locale.toString(qulonglong(report.images)), locale.toString(qulonglong(report.studies)),
             locale.toString(qulonglong(report.patients)), locale.toString(qulonglong(report.rejected())),
             locale.toString(qulonglong(duplicates)), locale.toString(qulonglong(warnings)),
             locale.toString(qulonglong(report.problems.size())));
}

} // namespace

MappingDialog::MappingDialog(std::shared_ptr<Library> library, Files files, QWidget* parent)
    : QDialog(parent), m_library(std::move(library)), m_files(std::move(files)), m_table(new QTableWidget(this)),
      m_words(new QLabel(this)), m_saved(new QComboBox(this)), m_save(new QPushButton(tr("&Save"), this)),
      m_use(new QPushButton(tr("&Use these columns"), this)), m_cancel(new QPushButton(tr("Cancel"), this))
{
    setWindowTitle(tr("Columns of %1").arg(QString::fromStdString(pathText(m_files.table.filename()))));
    resize(900, 460);
    m_pool.setMaxThreadCount(1);
    m_later.setSingleShot(true);
    m_later.setInterval(250);
    connect(&m_later, &QTimer::timeout, this, &MappingDialog::count);
    build();
    say(tr("Reading the table…"), false);
    m_job = BackgroundJob::start<Preview>(
        this,
        {[kept = m_library, table = m_files.table](const Job&) { return load(kept.get(), table); },
         [this](const Preview& preview) { fill(preview); }, [this](const QString& reason) { say(reason, true); }},
        &m_pool);
}

MappingDialog::~MappingDialog() { m_job.cancel(); }

void MappingDialog::build()
{
    auto* help =
        new QLabel(tr("Say above each column what it holds. The image file and the patient (or the exam) are needed; "
                      "a column can also be kept as a label of its own name."),
                   this);
    help->setWordWrap(true);
    m_words->setWordWrap(true);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_words->setObjectName(QStringLiteral("mapping.words"));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    lookLikeList(*m_table);
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->verticalHeader()->hide();
    m_saved->setEditable(true);
    m_saved->setInsertPolicy(QComboBox::NoInsert);
    m_saved->setAccessibleName(tr("Saved columns"));
    m_saved->lineEdit()->setPlaceholderText(tr("Name to save these columns by"));
    m_saved->setMinimumWidth(240);
    m_use->setDefault(true);
    m_use->setEnabled(false);
    m_use->setObjectName(QStringLiteral("mapping.use"));
    for (QPushButton* button : {m_save, m_cancel})
        button->setAutoDefault(false);
    connect(m_use, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_save, &QPushButton::clicked, this, &MappingDialog::save);
    connect(m_saved, &QComboBox::activated, this, [this] {
        if (const auto found = m_preview.saved.find(m_saved->currentText().toStdString());
            found != m_preview.saved.end())
            apply(found->second);
    });
    auto* last = new QHBoxLayout;
    last->addWidget(m_saved);
    last->addWidget(m_save);
    last->addStretch();
    last->addWidget(m_use);
    last->addWidget(m_cancel);
    auto* column = new QVBoxLayout(this);
    column->addWidget(help);
    column->addWidget(m_table, 1);
    column->addWidget(m_words);
    column->addLayout(last);
}

MappingDialog::Preview MappingDialog::load(Library* library, const std::filesystem::path& table)
{
    Preview preview;
    const auto open = openTable(table);
    preview.heading = open->heading();
    try {
        open->read([&](const CsvRecord& record) {
            preview.rows.emplace_back(record.fields.begin(), record.fields.end());
            if (preview.rows.size() == shownRows)
                throw EnoughRows();
        });
    } catch (const EnoughRows&) { // the rest is read by the dry run
    }
    preview.mapping = mappingFor(library, preview.heading);
    if (library != nullptr)
        preview.saved = savedMappings(*library);
    return preview;
}

void MappingDialog::fill(const Preview& preview)
{
    m_preview = preview;
    const int columns = static_cast<int>(preview.heading.size());
    m_table->setColumnCount(columns);
    m_table->setRowCount(static_cast<int>(preview.rows.size()) + 1);
    for (int column = 0; column < columns; ++column) {
        const QString name = QString::fromStdString(preview.heading[static_cast<std::size_t>(column)]);
        m_table->setHorizontalHeaderItem(column, new QTableWidgetItem(name.isEmpty() ? tr("(no name)") : name));
        auto* choice = new QComboBox(m_table);
        choice->addItem(tr("not used"), QString());
        for (const MappedField& field : mappedFields())
            choice->addItem(QString::fromUtf8(field.words), QString::fromUtf8(field.name));
        choice->addItem(tr("label of its own"), QString::fromUtf8(ownLabel));
        choice->setAccessibleName(tr("What the column %1 holds").arg(name));
        choice->setEnabled(!name.isEmpty());
        connect(choice, &QComboBox::currentIndexChanged, this, [this, column] { changed(column); });
        m_choices.push_back(choice);
        m_table->setCellWidget(0, column, choice);
        for (std::size_t row = 0; row < preview.rows.size(); ++row)
            m_table->setItem(
                static_cast<int>(row) + 1, column,
                new QTableWidgetItem(
                    QString::fromStdString(preview.rows[row][static_cast<std::size_t>(column)]).simplified()));
    }
    for (const auto& [name, mapping] : preview.saved)
        m_saved->addItem(QString::fromStdString(name));
    m_saved->setCurrentIndex(-1);
    apply(preview.mapping);
    m_table->resizeColumnsToContents();
    m_table->setRowHeight(0, m_choices.empty() ? 0 : m_choices.front()->sizeHint().height() + 4);
    for (int column = 0; column < columns; ++column)
        m_table->setColumnWidth(column, std::clamp(m_table->columnWidth(column), 130, 260));
    m_use->setFocus();
}

void MappingDialog::apply(const TableMapping& mapping)
{
    for (std::size_t column = 0; column < m_choices.size(); ++column) {
        QString field;
        const auto isIt = [&](const std::string& name) {
            const auto place = findColumn(m_preview.heading, name);
            return place && *place == column;
        };
        for (const auto& [name, of] : mapping.labels)
            if (isIt(of))
                field = QString::fromUtf8(ownLabel);
        for (const auto& [name, of] : mapping.fields)
            if (isIt(of))
                field = QString::fromStdString(name);
        const QSignalBlocker quiet(m_choices[column]);
        m_choices[column]->setCurrentIndex(std::max(0, m_choices[column]->findData(field)));
    }
    m_later.start();
}

void MappingDialog::choose(int column, const QString& field)
{
    QComboBox* choice = m_choices.at(static_cast<std::size_t>(column));
    choice->setCurrentIndex(std::max(0, choice->findData(field)));
}

// A field stands in one column.
void MappingDialog::changed(int column)
{
    const QString field = m_choices[static_cast<std::size_t>(column)]->currentData().toString();
    for (std::size_t other = 0; other < m_choices.size(); ++other)
        if (static_cast<int>(other) != column && !field.isEmpty() && field != QLatin1String(ownLabel) &&
            m_choices[other]->currentData().toString() == field) {
            const QSignalBlocker quiet(m_choices[other]);
            m_choices[other]->setCurrentIndex(0);
        }
    m_later.start();
}

TableMapping MappingDialog::mapping() const
{
    TableMapping made;
    for (std::size_t column = 0; column < m_choices.size(); ++column) {
        const std::string field = m_choices[column]->currentData().toString().toStdString(),
                          name = m_preview.heading[column];
        if (field == ownLabel)
            made.labels[name] = name;
        else if (!field.empty())
            made.fields[field] = name;
    }
    return made;
}

void MappingDialog::count()
{
    const TableMapping now = mapping();
    m_job.cancel();
    m_use->setEnabled(false);
    if (const UserText fault = faultOf(now, m_preview.heading); !fault.empty()) {
        say(shownText(fault), true);
        Q_EMIT counted();
        return;
    }
    say(tr("Trying it on the whole table…"), false);
    m_job = BackgroundJob::start<SetReport>(
        this,
        {[library = m_library, source = SetSource{m_files.root, "folder", m_files.table, now}](const Job&) {
             return readSet(source, library.get()).report;
         },
         [this](const SetReport& report) {
             say(wordsOf(report), report.images == 0);
             m_use->setEnabled(report.images > 0);
             Q_EMIT counted();
         },
         [this](const QString& reason) {
             say(reason, true);
             Q_EMIT counted();
         }},
        &m_pool);
}

void MappingDialog::say(const QString& words, bool wrong)
{
    m_words->setText(words);
    QPalette colours = palette();
    if (wrong)
        colours.setColor(QPalette::WindowText, textColour(Tone::Bad, palette()));
    m_words->setPalette(colours);
}

void MappingDialog::save()
{
    try {
        const std::string name = m_saved->currentText().trimmed().toStdString();
        saveMapping(*m_library, name, mapping());
        m_preview.saved[name] = mapping();
        if (m_saved->findText(QString::fromStdString(name)) < 0)
            m_saved->addItem(QString::fromStdString(name));
        say(tr("Saved: %1").arg(QString::fromStdString(name)), false);
    } catch (const Error& error) {
        say(shownError(error), true);
    }
}

} // namespace mama
