#include "widgets/panels/panel_lists.h"

#include "widgets/look/shown_text.h"
#include "widgets/panels/study_texts.h"

#include <QLabel>
#include <QListWidget>

namespace mama {

QLabel* heading(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    label->setWordWrap(true);
    return label;
}

QListWidget* makeList(QWidget* parent, const QString& name)
{
    auto* list = new QListWidget(parent);
    list->setAccessibleName(name);
    list->setWordWrap(true);
    list->setAlternatingRowColors(true);
    list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel); // an item may be taller than the list
    return list;
}

void tell(QListWidgetItem* item, const QString& text, const QString& tip)
{
    item->setText(breakable(text));
    item->setData(Qt::AccessibleTextRole, text);
    item->setToolTip(plainTip(tip));
    item->setData(Qt::AccessibleDescriptionRole, tip);
}

} // namespace mama
