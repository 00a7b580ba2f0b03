#include "app/workstation/shell/key_field.h"

#include <QKeyEvent>
#include <QKeySequence>

namespace mama {
namespace {

bool isModifier(int key)
{
    return key == Qt::Key_Shift || key == Qt::Key_Control || key == Qt::Key_Alt || key == Qt::Key_Meta ||
           key == Qt::Key_AltGr || key == Qt::Key_CapsLock || key == Qt::Key_NumLock || key == 0 ||
           key == Qt::Key_unknown;
}

// "+" is "+" on a keyboard that needs Shift for it, and on one that does not.
bool shiftIsInTheSign(const QKeyEvent& event)
{
    const QString text = event.text();
    return text.size() == 1 && text[0].isPrint() && !text[0].isLetter() && !text[0].isSpace();
}

} // namespace

KeyField::KeyField(QWidget* parent) : QLineEdit(parent)
{
    setReadOnly(true);
    setPlaceholderText(tr("press a key (Esc ends)"));
    setAccessibleName(tr("Press the key"));
}

bool KeyField::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept(); // no command of the window
        return true;
    }
    if (event->type() != QEvent::KeyPress)
        return QLineEdit::event(event);
    const auto& press = static_cast<const QKeyEvent&>(*event);
    if (isModifier(press.key()))
        return true;
    Qt::KeyboardModifiers held = press.modifiers() & ~(Qt::KeypadModifier | Qt::GroupSwitchModifier);
    if ((held & Qt::ShiftModifier) && shiftIsInTheSign(press))
        held &= ~Qt::KeyboardModifiers(Qt::ShiftModifier);
    if (press.key() == Qt::Key_Escape && held == Qt::NoModifier) {
        Q_EMIT givenUp();
        return true;
    }
    m_key = QKeySequence(QKeyCombination(held, static_cast<Qt::Key>(press.key()))).toString(QKeySequence::PortableText);
    Q_EMIT pressed();
    return true;
}

} // namespace mama
