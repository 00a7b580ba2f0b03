#pragma once
#include "core/keys/mouse_map.h"

#include <QStyledItemDelegate>
#include <optional>

namespace mama {

QString gestureTitle(const MouseGesture& gesture); // "Left button with Ctrl"
QString actTitle(MouseAct act);

// The column of keys in a tree of commands and gestures: a key is pressed into its row, what the mouse does is chosen
// from a list. The tree is told, not its model.
class KeyEditor : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    static constexpr int keyColumn = 1;
    static constexpr int gestureRole = Qt::UserRole + 1; // of column 0: place in mouseGestures(); none: a command

    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;

protected:
    bool eventFilter(QObject* editor, QEvent* event) override; // Tab and Enter are keys like others

Q_SIGNALS:
    void keyChosen(const QModelIndex& index, const QString& key) const;                // portable text
    void actChosen(const QModelIndex& index, std::optional<mama::MouseAct> act) const; // empty: as without the key

private:
    void finish(QWidget* editor) const;
};

} // namespace mama
