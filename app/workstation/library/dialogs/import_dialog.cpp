#include "app/workstation/library/dialogs/import_dialog.h"

#include "app/workstation/library/dialogs/issue_model.h"
#include "app/workstation/library/dialogs/mapping_dialog.h"
#include "app/workstation/library/dialogs/table_look.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/collection/set_import.h"
#include "core/tables/importers/data_sets.h"
#include "widgets/look/tone.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTableView>
#include <QTableWidget>
#include <QVBoxLayout>
#include <nlohmann/json.hpp>

namespace mama {

ImportDialog::ImportDialog(std::shared_ptr<Library> library, QWidget* parent)
    : QDialog(parent), m_library(std::move(library)), m_folder(new QLineEdit(this)), m_kind(new QComboBox(this)),
      m_table(new QPushButton(tr("&Table…"), this)), m_words(new QLabel(this)), m_terms(new QLabel(this)),
      m_issueTitle(new QLabel(this)), m_tables(new QTableWidget(this)), m_issues(new QTableView(this)),
      m_issueModel(new IssueModel(this)), m_bar(new QProgressBar(this)), m_check(new QPushButton(tr("&Check"), this)),
      m_save(new QPushButton(tr("&Save report…"), this)), m_import(new QPushButton(tr("&Import"), this)),
      m_close(new QPushButton(tr("Close"), this))
{
    setWindowTitle(tr("Import a data set"));
    resize(860, 620);
    m_pool.setMaxThreadCount(1);
    build();
    connect(m_check, &QPushButton::clicked, this, &ImportDialog::startChecking);
    connect(m_folder, &QLineEdit::returnPressed, this, &ImportDialog::startChecking);
    connect(m_import, &QPushButton::clicked, this, &ImportDialog::import);
    connect(m_save, &QPushButton::clicked, this, &ImportDialog::saveReport);
    connect(m_close, &QPushButton::clicked, this, &QDialog::reject);
    setIdle();
}

ImportDialog::~ImportDialog() { m_job.cancel(); }

void ImportDialog::build()
{
    m_folder->setPlaceholderText(tr("Folder of the data set: tables in it or in its folder tables"));
    m_folder->setAccessibleName(tr("Folder of the data set"));
    m_folder->setObjectName(QStringLiteral("import.folder"));
    m_kind->addItem(tr("Recognise it by its tables"), QString());
    QStringList titles;
    for (const DataSetReader& each : dataSetReaders()) {
        titles << QString::fromUtf8(each.title);
        m_kind->addItem(titles.back(), QString::fromUtf8(each.name));
    }
    m_kind->addItem(tr("Any folder of images"), QString::fromUtf8(folderSource));
    m_kind->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_kind->setAccessibleName(tr("Which data set"));
    m_kind->setObjectName(QStringLiteral("import.kind"));
    m_table->setToolTip(tr("A table of your own about the images of any folder: you say what its columns hold"));
    m_table->setObjectName(QStringLiteral("import.table"));
    connect(m_table, &QPushButton::clicked, this, &ImportDialog::browseTable);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &ImportDialog::showTable);
    m_check->setObjectName(QStringLiteral("import.check"));
    m_import->setObjectName(QStringLiteral("import.import"));
    m_import->setDefault(true);
    for (QPushButton* button : {m_check, m_save, m_close, m_table})
        button->setAutoDefault(false);
    for (QLabel* label : {m_words, m_terms, m_issueTitle}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    }
    m_tables->setColumnCount(6);
    m_tables->setHorizontalHeaderLabels(
        {tr("Table"), tr("Rows"), tr("Taken"), tr("Twice"), tr("Refused"), tr("Warnings")});
    m_tables->verticalHeader()->hide();
    m_tables->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_tables->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tables->setSelectionBehavior(QAbstractItemView::SelectRows);
    lookLikeList(*m_tables);
    for (int count = 1; count < m_tables->columnCount(); ++count)
        m_tables->horizontalHeaderItem(count)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_issues->setModel(m_issueModel);
    lookLikeList(*m_issues);
    m_issues->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_issues->verticalHeader()->hide();
    m_issues->horizontalHeader()->setStretchLastSection(true);
    auto* browse = new QPushButton(tr("&Browse…"), this);
    browse->setAutoDefault(false);
    connect(browse, &QPushButton::clicked, this, &ImportDialog::browse);
    auto* first = new QHBoxLayout;
    first->addWidget(m_folder, 1);
    first->addWidget(browse);
    first->addWidget(m_check);
    auto* second = new QHBoxLayout;
    second->addWidget(m_kind);
    second->addWidget(m_table);
    second->addStretch();
    auto* last = new QHBoxLayout;
    last->addWidget(m_bar, 1);
    last->addStretch();
    last->addWidget(m_save);
    last->addWidget(m_import);
    last->addWidget(m_close);
    auto* column = new QVBoxLayout(this);
    column->addLayout(first);
    column->addLayout(second);
    column->addWidget(m_words);
    column->addWidget(m_terms);
    column->addWidget(m_tables);
    column->addWidget(m_issueTitle);
    column->addWidget(m_issues, 1);
    column->addStretch(0);
    column->addLayout(last);
    m_words->setText(
        tr("Nothing is written before you import: first the tables are checked. Images stay where they are."));
    m_terms->setText(
        tr("Data sets are recognised by the columns of their tables: %1. Any other folder of images can be "
           "taken too, with a table of your own about them.")
            .arg(titles.join(QStringLiteral(", "))));
    showTables();
}

// Lists that say nothing are not there.
void ImportDialog::showTables()
{
    constexpr int mostTables = 5; // without scrolling
    const int rows = m_tables->rowCount(), header = m_tables->horizontalHeader()->sizeHint().height();
    m_tables->setVisible(rows > 0);
    m_tables->setFixedHeight(header + std::min(rows, mostTables) * m_tables->verticalHeader()->defaultSectionSize() +
                             2 * m_tables->frameWidth());
    m_issues->setVisible(m_issueModel->rowCount() > 0);
}

void ImportDialog::browse()
{
    const QString chosen = QFileDialog::getExistingDirectory(this, tr("Folder of the data set"), m_folder->text());
    if (!chosen.isEmpty())
        check(chosen);
}

void ImportDialog::browseTable()
{
    if (m_folder->text().trimmed().isEmpty()) {
        m_folder->setFocus();
        return showStopped(tr("First name the folder with the images."));
    }
    const QString chosen = QFileDialog::getOpenFileName(this, tr("Table about the images"), m_folder->text(),
                                                        tr("Tables (*.csv *.xlsx *.tsv *.txt);;All files (*)"));
    if (!chosen.isEmpty())
        useTable(chosen);
}

void ImportDialog::useTable(const QString& file)
{
    const std::filesystem::path table = givenPath(file.toStdString());
    MappingDialog dialog(m_library, {givenPath(m_folder->text().trimmed().toStdString()), table}, this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    m_source.table = table;
    m_source.mapping = dialog.mapping();
    m_kind->setCurrentIndex(m_kind->findData(QString::fromUtf8(folderSource)));
    showTable();
    startChecking();
}

// The table belongs to any folder of images, not to a data set that is known.
void ImportDialog::showTable()
{
    if (m_kind->currentData().toString() != QLatin1String(folderSource))
        m_source.table.clear();
    m_table->setText(m_source.table.empty() ? tr("&Table…")
                                            : QString::fromStdString(pathText(m_source.table.filename())));
}

void ImportDialog::check(const QString& folder)
{
    m_folder->setText(folder);
    startChecking();
}

void ImportDialog::startChecking()
{
    const QString folder = m_folder->text().trimmed();
    if (folder.isEmpty())
        return m_folder->setFocus();
    m_rows.reset();
    m_issueModel->clear();
    m_tables->setRowCount(0);
    m_issueTitle->clear();
    m_terms->clear();
    showTables();
    setBusy(tr("Reading the tables…"));
    m_job = BackgroundJob::start<std::shared_ptr<const SetRows>>(
        this,
        {[library = m_library,
          source = SetSource{givenPath(folder.toStdString()), m_kind->currentData().toString().toStdString(),
                             m_source.table, m_source.mapping}](const Job& job) {
             return std::make_shared<const SetRows>(readSet(source, library.get(), job));
         },
         [this](std::shared_ptr<const SetRows> rows) {
             m_rows = std::move(rows);
             setIdle();
             showReport();
             Q_EMIT checked();
         },
         [this](const QString& reason) {
             setIdle();
             showStopped(reason);
             Q_EMIT checked();
         }},
        &m_pool);
}

void ImportDialog::showStopped(const QString& reason)
{
    m_folder->setFocus();
    m_words->setText(QStringLiteral("<span style=\"color:%1\">%2</span>")
                         .arg(textColour(Tone::Bad, palette()).name(), reason.toHtmlEscaped()));
}

void ImportDialog::showReport()
{
    const SetReport& report = m_rows->report;
    const QLocale locale;
    m_words->setText(tr("<b>%1</b>: %2 patients, %3 studies, %4 images.")
                         .arg(QString::fromStdString(m_rows->name).toHtmlEscaped(),
                              locale.toString(qulonglong(report.patients)), locale.toString(qulonglong(report.studies)),
                              locale.toString(qulonglong(report.images))));
    m_terms->setText((m_rows->restricted ? tr("Terms (restricted: not to be passed on): %1") : tr("Terms: %1"))
                         .arg(QString::fromStdString(m_rows->licence)));
    m_tables->setRowCount(static_cast<int>(report.tables.size()));
    for (int row = 0; row < m_tables->rowCount(); ++row) {
        const TableReport& table = report.tables[static_cast<std::size_t>(row)];
        m_tables->setItem(row, 0, new QTableWidgetItem(QString::fromStdString(table.file)));
        const std::size_t counts[] = {table.rows, table.imported, table.duplicates.size(), table.rejected.size(),
                                      table.warnings.size()};
        for (int i = 0; i < 5; ++i) {
            auto* item = new QTableWidgetItem(locale.toString(qulonglong(counts[i])));
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_tables->setItem(row, i + 1, item);
        }
    }
    m_issueModel->show(report);
    m_issueTitle->setText(m_issueModel->rowCount() == 0
                              ? tr("Nothing was odd.")
                              : tr("What was odd (%1), by row of its table; a warning removes nothing:")
                                    .arg(locale.toString(m_issueModel->rowCount())));
    showTables();
    m_issues->resizeColumnsToContents();
    m_import->setEnabled(report.studies > 0);
    m_import->setFocus();
}

void ImportDialog::import()
{
    if (!m_rows)
        return;
    setBusy(tr("Importing…"));
    m_job = BackgroundJob::start<ImportResult>(
        this,
        {[library = m_library, rows = m_rows](const Job& job) { return importSet(*library, *rows, job); },
         [this](const ImportResult& result) {
             setIdle();
             if (result.change.command == 0) {
                 m_words->setText(tr("Nothing was new: the library is as it was."));
                 return m_import->setEnabled(false);
             }
             Q_EMIT imported(result.change);
             if (result.changed + result.gone == 0)
                 return accept();
             showChanges(result);
         },
         [this](const QString& reason) {
             setIdle();
             showStopped(reason);
         },
         [this](quint64 done, quint64 total, const QString&) {
             m_bar->setRange(0, 1000);
             m_bar->setValue(total > 0 ? static_cast<int>(1000 * done / total) : 0);
         }},
        &m_pool);
}

// What an import did to records that were there stays on screen.
void ImportDialog::showChanges(const ImportResult& result)
{
    const QLocale locale;
    m_words->setText(
        tr("Imported: %1 new studies, %2 new images; %3 records changed, %4 no longer in the tables and kept.")
            .arg(locale.toString(qlonglong(result.studies)), locale.toString(qlonglong(result.images)),
                 locale.toString(qlonglong(result.changed)), locale.toString(qlonglong(result.gone))));
    SetReport report;
    report.problems = result.problems;
    m_issueModel->show(report);
    m_issueTitle->setText(tr("What changed (%1):").arg(locale.toString(m_issueModel->rowCount())));
    showTables();
    m_issues->resizeColumnsToContents();
    m_import->setEnabled(false);
    m_close->setFocus();
}

void ImportDialog::setBusy(const QString& what)
{
    m_bar->setRange(0, 0);
    m_bar->show();
    m_words->setText(what);
    for (QWidget* each :
         {static_cast<QWidget*>(m_check), static_cast<QWidget*>(m_save), static_cast<QWidget*>(m_import),
          static_cast<QWidget*>(m_folder), static_cast<QWidget*>(m_kind), static_cast<QWidget*>(m_table)})
        each->setEnabled(false);
    m_close->setText(tr("Cancel"));
}

void ImportDialog::setIdle()
{
    m_bar->hide();
    for (QWidget* each : {static_cast<QWidget*>(m_check), static_cast<QWidget*>(m_folder),
                          static_cast<QWidget*>(m_kind), static_cast<QWidget*>(m_table)})
        each->setEnabled(true);
    m_save->setEnabled(m_rows != nullptr);
    m_import->setEnabled(m_rows != nullptr && m_rows->report.studies > 0);
    m_close->setText(tr("Close"));
}

void ImportDialog::saveReport()
{
    const QString file = QFileDialog::getSaveFileName(this, tr("Save the report"), QStringLiteral("import-report.csv"),
                                                      tr("Table (*.csv);;JSON (*.json);;Text (*.txt)"));
    if (file.isEmpty() || !m_rows)
        return;
    try {
        const std::filesystem::path path = pathFromText(file.toStdString());
        writeAtomically(path, std::string_view(reportFor(path, m_rows->report)));
        m_issueTitle->setText(tr("Saved: %1").arg(file));
    } catch (const Error& error) {
        showStopped(shownError(error));
    }
}

} // namespace mama
