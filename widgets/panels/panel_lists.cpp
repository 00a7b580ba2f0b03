#include "widgets/panels/panel_lists.h"

#include "widgets/look/shown_text.h"
#include "widgets/panels/study_texts.h"
#include "widgets/viewer/dragged_image.h"

#include <QLabel>
#include <QListWidget>
#include <QMimeData>

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

namespace {

class ImageList : public QListWidget
{
public:
    using QListWidget::QListWidget;

protected:
    Qt::DropActions supportedDropActions() const override { return Qt::CopyAction; }
    QMimeData* mimeData(const QList<QListWidgetItem*>& items) const override
    {
        if (items.isEmpty())
            return nullptr;
        const QVariant image = items.front()->data(draggedRole);
        return viewer::draggedImage(image.isValid() ? image.toInt() : row(items.front())).release();
    }
};

QListWidget* prepared(QListWidget* list, const QString& name)
{
    list->setAccessibleName(name);
    list->setWordWrap(true);
    list->setAlternatingRowColors(true);
    list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel); // an item may be taller than the list
    return list;
}

} // namespace

QListWidget* makeList(QWidget* parent, const QString& name) { return prepared(new QListWidget(parent), name); }

QListWidget* makeImageList(QWidget* parent, const QString& name)
{
    QListWidget* list = prepared(new ImageList(parent), name);
    list->setDragDropMode(QAbstractItemView::DragOnly);
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
