#include "widgets/panels/sentence_edit.h"

#include <QClipboard>
#include <QCompleter>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QStringListModel>

namespace mama {

SentenceEdit::SentenceEdit(QWidget* parent) : QLineEdit(parent)
{
    auto* completer = new QCompleter(new QStringListModel(this), this);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setCompletionMode(QCompleter::InlineCompletion);
    setCompleter(completer);
    setMaxLength(100000);
    setClearButtonEnabled(true);
}

void SentenceEdit::setHistory(const QStringList& newestFirst)
{
    m_history = newestFirst;
    m_at = -1;
    static_cast<QStringListModel*>(completer()->model())->setStringList(m_history);
}

void SentenceEdit::remember(const QString& sentence)
{
    QStringList history = m_history;
    history.removeAll(sentence);
    history.prepend(sentence);
    while (history.size() > 200)
        history.removeLast();
    setHistory(history);
    Q_EMIT historyChanged();
}

void SentenceEdit::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Paste)) {
        const QString text = QGuiApplication::clipboard()->text();
        if (text.trimmed().contains(QLatin1Char('\n')))
            return Q_EMIT reportPasted(text);
    }
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && event->modifiers().testFlag(Qt::ShiftModifier)) { // whoever hears it may move the focus
        QLineEdit::keyPressEvent(event);
        setFocus(Qt::OtherFocusReason);
        return selectAll();
    }
    const int step = event->key() == Qt::Key_Up ? 1 : event->key() == Qt::Key_Down ? -1 : 0;
    if (step == 0 || event->modifiers() != Qt::NoModifier) {
        m_at = -1;
        QLineEdit::keyPressEvent(event);
        return;
    }
    if (m_at < 0)
        m_typed = text();
    m_at = qBound(-1, m_at + step, static_cast<int>(m_history.size()) - 1);
    setText(m_at < 0 ? m_typed : m_history.at(m_at));
}

} // namespace mama
