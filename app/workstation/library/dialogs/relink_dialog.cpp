#include "app/workstation/library/dialogs/relink_dialog.h"

#include "app/workstation/library/dialogs/table_look.h"
#include "core/base/path_text.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {
namespace {

constexpr std::size_t shownFiles = 2000;

QString shown(const std::filesystem::path& path) { return QString::fromStdString(pathText(path)); }

QString howKnown(RelinkedBy by)
{
    switch (by) {
    case RelinkedBy::Path: return RelinkDialog::tr("by its path's end");
    case RelinkedBy::Sop: return RelinkDialog::tr("by its SOP instance UID");
    case RelinkedBy::Content: return RelinkDialog::tr("by its bytes");
    case RelinkedBy::Pixels: return RelinkDialog::tr("by its pixels");
    }
    return {};
}

} // namespace

RelinkDialog::RelinkDialog(std::shared_ptr<Library> library, QWidget* parent)
    : QDialog(parent), m_library(std::move(library)), m_folder(new QLineEdit(this)), m_words(new QLabel(this)),
      m_files(new QTableWidget(this)), m_bar(new QProgressBar(this)), m_browse(new QPushButton(tr("&Browse…"), this)),
      m_search(new QPushButton(tr("&Search"), this)), m_relink(new QPushButton(tr("&Re-link"), this)),
      m_close(new QPushButton(tr("Close"), this))
{
    setWindowTitle(tr("Re-link missing files"));
    resize(900, 520);
    build();
    setBusy(false,
            tr("Nothing is changed before you re-link: choose the folder that the files lie below now. They are known "
               "again by their paths, SOP instance UIDs, bytes or pixels."));
    m_relink->setEnabled(false);
}

RelinkDialog::~RelinkDialog() { m_job.cancel(); }

void RelinkDialog::build()
{
    m_folder->setPlaceholderText(tr("Folder that the files lie below now"));
    m_folder->setAccessibleName(tr("Folder that the files lie below now"));
    m_folder->setObjectName(QStringLiteral("relink.folder"));
    m_relink->setObjectName(QStringLiteral("relink.relink"));
    m_words->setWordWrap(true);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_files->setColumnCount(3);
    m_files->setHorizontalHeaderLabels({tr("Was"), tr("Is now"), tr("Known again")});
    m_files->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_files->horizontalHeader()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    lookLikeList(*m_files);
    m_files->setTextElideMode(Qt::ElideLeft);
    m_files->verticalHeader()->hide();
    m_files->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_files->setSelectionBehavior(QAbstractItemView::SelectRows);
    for (QPushButton* each : {m_browse, m_search, m_relink, m_close})
        each->setAutoDefault(false);
    auto* first = new QHBoxLayout;
    first->addWidget(m_folder, 1);
    first->addWidget(m_browse);
    first->addWidget(m_search);
    auto* last = new QHBoxLayout;
    last->addWidget(m_bar, 1);
    last->addStretch();
    last->addWidget(m_relink);
    last->addWidget(m_close);
    auto* column = new QVBoxLayout(this);
    column->addLayout(first);
    column->addWidget(m_words);
    column->addWidget(m_files, 1);
    column->addLayout(last);
    connect(m_browse, &QPushButton::clicked, this, &RelinkDialog::browse);
    connect(m_search, &QPushButton::clicked, this, [this] { search(m_folder->text().trimmed()); });
    connect(m_folder, &QLineEdit::returnPressed, this, [this] { search(m_folder->text().trimmed()); });
    connect(m_relink, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_close, &QPushButton::clicked, this, &QDialog::reject);
}

void RelinkDialog::browse()
{
    const QString chosen =
        QFileDialog::getExistingDirectory(this, tr("Folder that the files lie below now"), m_folder->text());
    if (!chosen.isEmpty())
        search(chosen);
}

void RelinkDialog::search(const QString& folder)
{
    if (folder.isEmpty())
        return m_folder->setFocus();
    m_folder->setText(folder);
    m_plan = {};
    m_files->setRowCount(0);
    setBusy(true, tr("Looking for the missing files…"));
    m_job.cancel();
    m_job =
        BackgroundJob::start<RelinkPlan>(this, {[library = m_library, path = givenPath(folder.toStdString())](
                                                    const Job& job) { return findMissingFiles(*library, path, job); },
                                                [this](RelinkPlan plan) {
                                                    m_plan = std::move(plan);
                                                    showPlan();
                                                    Q_EMIT searched();
                                                },
                                                [this](const QString& reason) {
                                                    setBusy(false, reason);
                                                    Q_EMIT searched();
                                                },
                                                [this](quint64 done, quint64 total, const QString&) {
                                                    m_bar->setRange(0, static_cast<int>(std::max<quint64>(total, 1)));
                                                    m_bar->setValue(static_cast<int>(done));
                                                }});
}

void RelinkDialog::showPlan()
{
    const QLocale locale;
    const auto number = [&](std::size_t count) { return locale.toString(qulonglong(count)); };
    QString words = m_plan.missing == 0
                        ? tr("No file of the library is missing.")
                        : tr("%1 of %2 missing files were found below this folder.")
                              .arg(number(m_plan.found.size()), locale.toString(qlonglong(m_plan.missing)));
    for (const MovedRoot& each : m_plan.roots)
        words += QLatin1Char('\n') + tr("The folder %1 is now %2.").arg(shown(each.before), shown(each.now));
    if (!m_plan.lost.empty())
        words += QLatin1Char('\n') +
                 tr("%1 stay missing: nothing here is like them, or several files are. Another folder may "
                    "hold them. Of a file that was never read nothing but its path is known.")
                     .arg(number(m_plan.lost.size()));
    setBusy(false, words);
    m_files->setRowCount(static_cast<int>(std::min(shownFiles, m_plan.found.size() + m_plan.lost.size())));
    for (int row = 0; row < m_files->rowCount(); ++row) {
        const auto at = static_cast<std::size_t>(row);
        const bool found = at < m_plan.found.size();
        const QStringList texts =
            found ? QStringList{shown(m_plan.found[at].before), shown(m_plan.found[at].now),
                                howKnown(m_plan.found[at].by)}
                  : QStringList{shown(m_plan.lost[at - m_plan.found.size()]), {}, tr("still missing")};
        for (int column = 0; column < 3; ++column) {
            auto* item = new QTableWidgetItem(texts[column]);
            item->setToolTip(texts[column]);
            m_files->setItem(row, column, item);
        }
    }
    m_relink->setEnabled(!m_plan.found.empty());
    if (!m_plan.found.empty()) {
        m_relink->setDefault(true);
        m_relink->setFocus();
    }
}

void RelinkDialog::setBusy(bool busy, const QString& words)
{
    m_bar->setRange(0, 0);
    m_bar->setVisible(busy);
    m_words->setText(words);
    for (QWidget* each :
         {static_cast<QWidget*>(m_folder), static_cast<QWidget*>(m_browse), static_cast<QWidget*>(m_search)})
        each->setEnabled(!busy);
    m_relink->setEnabled(!busy && !m_plan.found.empty());
    m_close->setText(busy ? tr("Cancel") : tr("Close"));
}

} // namespace mama
