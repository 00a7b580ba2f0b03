#include "app/workstation/train/run_list.h"

#include "app/workstation/look/settings_keys.h"

#include <QDir>
#include <QFileInfo>
#include <QIcon>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPixmap>
#include <QPushButton>
#include <QVBoxLayout>

namespace mama {
namespace {

QString folderOf(const QListWidgetItem* item) { return item ? item->data(Qt::UserRole).toString() : QString(); }

} // namespace

RunList::RunList(QSettings& settings, QWidget* parent)
    : QWidget(parent), m_settings(settings), m_list(new QListWidget(this))
{
    m_list->setAccessibleName(tr("Runs"));
    m_list->setTextElideMode(Qt::ElideMiddle);
    auto* make = new QPushButton(tr("New run…"), this);
    auto* open = new QPushButton(tr("Open run…"), this);
    m_forget = new QPushButton(tr("Take off the list"), this);
    connect(make, &QPushButton::clicked, this, &RunList::newAsked);
    connect(open, &QPushButton::clicked, this, &RunList::openAsked);
    connect(m_forget, &QPushButton::clicked, this, &RunList::forgetChosen);
    connect(m_list, &QListWidget::currentItemChanged, this, [this] {
        showButtons();
        Q_EMIT changed();
    });
    connect(m_list, &QListWidget::itemChanged, this, &RunList::changed);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(new QLabel(tr("Runs (ticked ones are drawn too)"), this));
    column->addWidget(m_list, 1);
    for (QPushButton* button : {make, open, m_forget})
        column->addWidget(button);
    showButtons();
}

void RunList::restore()
{
    for (const QString& folder : m_settings.value(settings_keys::knownRuns).toStringList())
        add(folder);
    if (m_list->count() > 0)
        m_list->setCurrentRow(0);
}

void RunList::add(const QString& folder)
{
    if (item(folder))
        return;
    auto* made = new QListWidgetItem(QFileInfo(folder).fileName());
    made->setData(Qt::UserRole, folder);
    made->setToolTip(QDir::toNativeSeparators(folder));
    made->setFlags(made->flags() | Qt::ItemIsUserCheckable);
    made->setCheckState(Qt::Unchecked);
    {
        const QSignalBlocker blocked(m_list); // an item that is made is not changed
        m_list->addItem(made);
    }
    remember();
    Q_EMIT added(folder);
}

void RunList::choose(const QString& folder)
{
    if (QListWidgetItem* wanted = item(folder))
        m_list->setCurrentItem(wanted);
}

void RunList::forgetChosen()
{
    const QString folder = chosen();
    if (folder.isEmpty())
        return;
    {
        const QSignalBlocker blocked(m_list); // the owner forgets it first
        delete item(folder);
    }
    remember();
    showButtons();
    Q_EMIT removed(folder);
    Q_EMIT changed();
}

bool RunList::isEmpty() const { return m_list->count() == 0; }

QString RunList::chosen() const { return folderOf(m_list->currentItem()); }

QString RunList::ticked() const
{
    for (int row = 0; row < m_list->count(); ++row)
        if (const QListWidgetItem* each = m_list->item(row);
            each != m_list->currentItem() && each->checkState() == Qt::Checked)
            return folderOf(each);
    return {};
}

bool RunList::drawn(const QString& folder) const
{
    const QListWidgetItem* of = item(folder);
    return of && (of == m_list->currentItem() || of->checkState() == Qt::Checked);
}

void RunList::setState(const QString& folder, const QString& text, const QString& tip)
{
    QListWidgetItem* row = item(folder);
    if (!row || (row->text() == text && row->toolTip() == tip))
        return;
    const QSignalBlocker blocked(m_list);
    row->setText(text);
    row->setToolTip(tip);
}

void RunList::setColour(const QString& folder, const QColor& colour)
{
    QListWidgetItem* row = item(folder);
    if (!row)
        return;
    const QSignalBlocker blocked(m_list);
    QPixmap swatch(12, 12);
    swatch.fill(colour.isValid() ? palette().color(QPalette::Base)
                                 : QColor(Qt::transparent)); // the edge shows on a chosen row too
    if (colour.isValid())
        QPainter(&swatch).fillRect(1, 1, 10, 10, colour);
    QIcon plain(swatch);
    plain.addPixmap(swatch, QIcon::Selected); // untinted
    row->setIcon(plain);
}

QListWidgetItem* RunList::item(const QString& folder) const
{
    for (int row = 0; row < m_list->count(); ++row)
        if (folderOf(m_list->item(row)) == folder)
            return m_list->item(row);
    return nullptr;
}

void RunList::remember()
{
    QStringList folders;
    for (int row = 0; row < m_list->count(); ++row)
        folders << folderOf(m_list->item(row));
    m_settings.setValue(settings_keys::knownRuns, folders);
}

void RunList::showButtons()
{
    const bool any = m_list->currentItem();
    m_forget->setEnabled(any);
    m_forget->setToolTip(any ? tr("The run and its folder stay as they are") : tr("No run is chosen."));
}

} // namespace mama
