#include "widgets/panels/notes_panel.h"

#include "widgets/look/shown_text.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <map>
#include <utility>

namespace mama {
namespace {

enum Column { View, Kind, Value, Text };

qint64 idOf(const QTreeWidgetItem* item) { return item ? item->data(View, Qt::UserRole).toLongLong() : 0; }

// Each basis once; where there are several, with the views that have it.
QString basisOf(const std::vector<NoteRow>& rows)
{
    QStringList all;
    std::map<QString, QStringList> views;
    for (const NoteRow& row : rows) {
        if (row.basis.isEmpty())
            continue;
        if (!all.contains(row.basis))
            all << row.basis;
        if (QStringList& of = views[row.basis]; !of.contains(row.view))
            of << row.view;
    }
    if (all.size() > 1)
        for (QString& each : all)
            each = NotesPanel::tr("%1 (%2)").arg(each, views[each].join(QStringLiteral(", ")));
    return all.isEmpty() ? QString() : NotesPanel::tr("Basis: %1").arg(all.join(QStringLiteral("; ")));
}

} // namespace

NotesPanel::NotesPanel(QWidget* parent)
    : QWidget(parent), m_empty(new QLabel(this)), m_list(new QTreeWidget(this)), m_basis(new QLabel(this)),
      m_write(new QPushButton(tr("Text"), this)), m_remove(new QPushButton(tr("Delete"), this)),
      m_removeAll(new QPushButton(tr("Delete all"), this))
{
    setFocusPolicy(Qt::StrongFocus);
    m_empty->setWordWrap(true);
    m_empty->setTextFormat(Qt::PlainText);
    m_basis->setWordWrap(true);
    m_basis->setTextFormat(Qt::PlainText);
    m_list->setHeaderLabels({tr("View"), tr("What"), tr("Value"), tr("Text")});
    m_list->setAccessibleName(tr("Notes"));
    m_list->setRootIsDecorated(false);
    m_list->setWordWrap(true);
    m_list->setAlternatingRowColors(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    QHeaderView& header = *m_list->header();
    header.setStretchLastSection(false);
    header.setMinimumSectionSize(40);
    for (const int each : {View, Kind, Value}) // as wide as they need; texts are wrapped in what is left
        header.setSectionResizeMode(each, QHeaderView::ResizeToContents);
    header.setSectionResizeMode(Text, QHeaderView::Stretch);
    connect(
        &header, &QHeaderView::sectionResized, m_list,
        [this](int column, int before, int now) {
            if (column == Text && before != now) // rows are as high as the wrapped texts
                m_list->doItemsLayout();
        },
        Qt::QueuedConnection);
    m_list->installEventFilter(this);
    connect(m_list, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* now) {
        if (!m_filling && now)
            Q_EMIT chosen(idOf(now));
    });
    connect(m_list, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem* item) { Q_EMIT goThere(idOf(item)); });
    connect(m_list, &QTreeWidget::itemDoubleClicked, this, [this](QTreeWidgetItem*, int) { writeText(); });
    connect(m_list, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item, int column) {
        if (!m_filling && column == Text)
            Q_EMIT textChanged(idOf(item), item->text(Text).trimmed());
    });
    connect(m_write, &QPushButton::clicked, this, &NotesPanel::writeText);
    connect(m_remove, &QPushButton::clicked, this, [this] { Q_EMIT removeAsked(chosenIds()); });
    connect(m_removeAll, &QPushButton::clicked, this, [this] {
        QList<qint64> all;
        for (const NoteRow& row : m_rows)
            all << row.id;
        Q_EMIT removeAsked(all);
    });
    auto* buttons = new QHBoxLayout;
    for (QPushButton* each : {m_write, m_remove, m_removeAll})
        buttons->addWidget(each);
    buttons->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_empty);
    column->addWidget(m_list, 1);
    column->addWidget(m_basis);
    column->addLayout(buttons);
    column->addStretch(0);
    setRows({});
}

void NotesPanel::setEmptyText(const QString& text) { m_empty->setText(text); }

QList<qint64> NotesPanel::chosenIds() const
{
    QList<qint64> ids;
    for (const QTreeWidgetItem* item : m_list->selectedItems())
        ids << idOf(item);
    return ids;
}

void NotesPanel::setRows(const std::vector<NoteRow>& rows)
{
    const bool any = !rows.empty();
    m_empty->setVisible(!any);
    m_list->setVisible(any);
    m_basis->setText(basisOf(rows));
    m_basis->setVisible(!m_basis->text().isEmpty());
    setFocusProxy(any ? m_list : nullptr);
    for (QPushButton* each : {m_write, m_remove, m_removeAll})
        each->setVisible(any);
    if (rows == m_rows)
        return;
    const qint64 current = idOf(m_list->currentItem());
    const bool had = m_list->hasFocus();
    m_filling = true;
    m_rows = rows;
    m_list->clear();
    QTreeWidgetItem* wanted = nullptr;
    for (const NoteRow& row : rows) {
        auto* item = new QTreeWidgetItem(m_list, {row.view, row.kind, row.value, row.text});
        item->setFlags(item->flags() | Qt::ItemIsEditable);
        item->setData(View, Qt::UserRole, static_cast<qint64>(row.id));
        item->setTextAlignment(Value, Qt::AlignRight | Qt::AlignTop);
        for (const int each : {View, Kind, Text})
            item->setTextAlignment(each, Qt::AlignLeft | Qt::AlignTop);
        for (int each = View; each <= Text; ++each)
            item->setToolTip(each, plainTip(row.details));
        if (row.id == current)
            wanted = item;
    }
    if (wanted)
        m_list->setCurrentItem(wanted);
    m_filling = false;
    if (had && any)
        m_list->setFocus();
}

void NotesPanel::select(std::int64_t id)
{
    m_filling = true;
    if (id == 0)
        m_list->clearSelection();
    for (int row = 0; row < m_list->topLevelItemCount(); ++row)
        if (QTreeWidgetItem* item = m_list->topLevelItem(row); idOf(item) == id) {
            m_list->setCurrentItem(item);
            m_list->scrollToItem(item);
        }
    m_filling = false;
}

void NotesPanel::writeText()
{
    if (QTreeWidgetItem* item = m_list->currentItem())
        m_list->editItem(item, Text);
}

bool NotesPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_list || event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto& key = static_cast<const QKeyEvent&>(*event);
    if (key.key() == Qt::Key_Delete && !chosenIds().isEmpty()) {
        Q_EMIT removeAsked(chosenIds());
        return true;
    }
    if (key.key() == Qt::Key_F2) {
        writeText();
        return true;
    }
    if ((key.key() == Qt::Key_Return || key.key() == Qt::Key_Enter) && m_list->currentItem()) {
        Q_EMIT goThere(idOf(m_list->currentItem()));
        return true;
    }
    return false;
}

} // namespace mama
