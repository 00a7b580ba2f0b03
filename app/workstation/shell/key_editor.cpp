#include "app/workstation/shell/key_editor.h"

#include "app/workstation/shell/key_field.h"

#include <QComboBox>

namespace mama {

QString gestureTitle(const MouseGesture& gesture)
{
    using Part = MouseGesture::Part;
    using Held = MouseGesture::Held;
    const QString part = gesture.part == Part::Left     ? KeyEditor::tr("Left button")
                         : gesture.part == Part::Middle ? KeyEditor::tr("Middle button")
                         : gesture.part == Part::Right  ? KeyEditor::tr("Right button")
                                                        : KeyEditor::tr("Wheel");
    const QString held = gesture.held == Held::Shift  ? KeyEditor::tr("Shift")
                         : gesture.held == Held::Ctrl ? KeyEditor::tr("Ctrl")
                         : gesture.held == Held::Alt  ? KeyEditor::tr("Alt")
                                                      : QString();
    return held.isEmpty() ? part : KeyEditor::tr("%1 with %2").arg(part, held);
}

QString actTitle(MouseAct act)
{
    switch (act) {
    case MouseAct::Tool: return KeyEditor::tr("the chosen tool");
    case MouseAct::Pan: return KeyEditor::tr("pan");
    case MouseAct::Window: return KeyEditor::tr("window");
    case MouseAct::Zoom: return KeyEditor::tr("zoom");
    case MouseAct::Frames: return KeyEditor::tr("next or previous frame");
    case MouseAct::Views: return KeyEditor::tr("next or previous view");
    case MouseAct::Nothing: break;
    }
    return KeyEditor::tr("nothing");
}

QWidget* KeyEditor::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex& index) const
{
    if (index.column() != keyColumn || !index.parent().isValid())
        return nullptr;
    const QVariant place = index.siblingAtColumn(0).data(gestureRole);
    if (!place.isValid()) {
        auto* field = new KeyField(parent);
        connect(field, &KeyField::pressed, this, [this, field] { finish(field); });
        connect(field, &KeyField::givenUp, this, [this, field] { finish(field); });
        return field;
    }
    const MouseGesture& gesture = mouseGestures()[place.toUInt()];
    auto* acts = new QComboBox(parent);
    if (gesture.held != MouseGesture::Held::Nothing)
        acts->addItem(tr("as without the key"));
    for (const MouseAct act : actsOf(gesture.part))
        acts->addItem(actTitle(act), static_cast<int>(act));
    connect(acts, &QComboBox::activated, this, [this, acts] { finish(acts); });
    return acts;
}

bool KeyEditor::eventFilter(QObject* editor, QEvent* event)
{
    const bool isKey = event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
    return !(isKey && qobject_cast<KeyField*>(editor)) && QStyledItemDelegate::eventFilter(editor, event);
}

void KeyEditor::finish(QWidget* editor) const
{
    auto* self = const_cast<KeyEditor*>(this); // Qt makes editors in const functions
    Q_EMIT self->commitData(editor);
    Q_EMIT self->closeEditor(editor);
}

void KeyEditor::setEditorData(QWidget* editor, const QModelIndex& index) const
{
    if (auto* acts = qobject_cast<QComboBox*>(editor))
        acts->setCurrentText(index.data().toString());
}

void KeyEditor::setModelData(QWidget* editor, QAbstractItemModel*, const QModelIndex& index) const
{
    if (const auto* key = qobject_cast<KeyField*>(editor); key && !key->key().isEmpty())
        Q_EMIT keyChosen(index, key->key());
    if (const auto* acts = qobject_cast<QComboBox*>(editor)) {
        const QVariant act = acts->currentData();
        Q_EMIT actChosen(index, act.isValid() ? std::optional(static_cast<MouseAct>(act.toInt())) : std::nullopt);
    }
}

} // namespace mama
