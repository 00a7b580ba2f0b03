#include "app/workstation/library/dialogs/problems_dialog.h"

#include "app/workstation/library/dialogs/table_look.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/handover/csv_row.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QShortcut>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <sstream>

namespace mama {

ProblemsDialog::ProblemsDialog(std::shared_ptr<Library> library, QWidget* parent)
    : QDialog(parent), m_library(std::move(library)), m_model(new ProblemModel(this)), m_kind(new QComboBox(this)),
      m_table(new QTableView(this)), m_words(new QLabel(this)), m_go(new QPushButton(tr("&Go to the image"), this)),
      m_copy(new QPushButton(tr("&Copy"), this)), m_save(new QPushButton(tr("&Save…"), this)),
      m_relink(new QPushButton(tr("&Re-link missing files…"), this))
{
    setWindowTitle(tr("File problems"));
    resize(980, 560);
    build();
    load();
}

ProblemsDialog::~ProblemsDialog() { m_job.cancel(); }

void ProblemsDialog::build()
{
    m_kind->setAccessibleName(tr("Which problems"));
    m_kind->setObjectName(QStringLiteral("problems.kind"));
    m_kind->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_words->setWordWrap(true);
    m_table->setModel(m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    lookLikeList(*m_table);
    m_table->setTextElideMode(Qt::ElideMiddle); // paths end in what tells them apart
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setStretchLastSection(true);
    auto* close = new QPushButton(tr("Close"), this);
    for (QPushButton* each : {m_copy, m_save, m_relink, close})
        each->setAutoDefault(false);
    m_go->setDefault(true);
    auto* top = new QHBoxLayout;
    top->addWidget(m_words, 1);
    top->addWidget(m_kind);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(m_relink);
    bottom->addStretch();
    for (QPushButton* each : {m_copy, m_save, m_go, close})
        bottom->addWidget(each);
    auto* column = new QVBoxLayout(this);
    column->addLayout(top);
    column->addWidget(m_table, 1);
    column->addLayout(bottom);
    connect(m_kind, &QComboBox::activated, this, [this] { m_model->choose(m_kind->currentData().toString()); });
    connect(m_table, &QTableView::doubleClicked, this, &ProblemsDialog::goTo);
    connect(m_go, &QPushButton::clicked, this, &ProblemsDialog::goTo);
    connect(m_copy, &QPushButton::clicked, this, &ProblemsDialog::copy);
    connect(m_save, &QPushButton::clicked, this, &ProblemsDialog::save);
    connect(m_relink, &QPushButton::clicked, this, [this] {
        Q_EMIT relinkAsked();
        accept();
    });
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(new QShortcut(QKeySequence::Copy, m_table, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated,
            this, &ProblemsDialog::copy);
}

void ProblemsDialog::load()
{
    m_words->setText(tr("Looking…"));
    for (QPushButton* each : {m_go, m_copy, m_save})
        each->setEnabled(false);
    m_relink->hide();
    m_job = BackgroundJob::start<std::vector<FileProblem>>(
        this, {[library = m_library](const Job&) { return fileProblems(*library); },
               [this](std::vector<FileProblem> problems) {
                   m_model->show(std::move(problems));
                   showKinds();
               },
               [this](const QString& reason) { m_words->setText(reason); }});
}

void ProblemsDialog::showKinds()
{
    const QLocale locale;
    const int all = m_model->rowCount();
    m_words->setText(all == 0 ? tr("Nothing was found. Files that were not read yet are not in this list.")
                              : tr("Found when the files were read; double-click a row to see its image."));
    m_kind->clear();
    m_kind->addItem(tr("All (%1)").arg(locale.toString(all)), QString());
    for (const auto& [kind, count] : m_model->kinds()) {
        m_kind->addItem(
            QStringLiteral("%1 (%2)").arg(ProblemModel::shownKind(kind.toStdString()), locale.toString(count)), kind);
        if (kind == QLatin1String("missing"))
            m_relink->show();
    }
    for (QPushButton* each : {m_go, m_copy, m_save})
        each->setEnabled(all > 0);
    m_table->resizeColumnsToContents();
    m_table->setColumnWidth(2, std::min(m_table->columnWidth(2), 420));
    if (all > 0)
        m_table->selectRow(0);
    m_table->setFocus();
}

void ProblemsDialog::goTo()
{
    if (const QModelIndex index = m_table->currentIndex(); index.isValid()) {
        const FileProblem& problem = m_model->at(index.row());
        Q_EMIT imageAsked(problem.study, problem.image);
        accept();
    }
}

void ProblemsDialog::copy()
{
    QStringList lines;
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    for (const QModelIndex& index : rows)
        lines << m_model->line(index.row());
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

void ProblemsDialog::save()
{
    const QString file = QFileDialog::getSaveFileName(this, tr("Save the list"), QStringLiteral("file-problems.csv"),
                                                      tr("Table (*.csv)"));
    if (file.isEmpty())
        return;
    std::ostringstream table;
    writeCsvRow(table, {"kind", "study", "image", "path", "text"});
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const FileProblem& each = m_model->at(row);
        writeCsvRow(table, {each.kind, each.studyKey, std::to_string(each.image), pathText(each.path), each.text});
    }
    try {
        writeAtomically(pathFromText(file.toStdString()), table.view());
        m_words->setText(tr("Saved: %1").arg(file));
    } catch (const Error& error) {
        m_words->setText(shownError(error));
    }
}

} // namespace mama
