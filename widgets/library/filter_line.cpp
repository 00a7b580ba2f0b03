#include "widgets/library/filter_line.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QKeyEvent>
#include <QScrollBar>
#include <QStandardItemModel>
#include <algorithm>

namespace mama {
namespace {

constexpr int textRole = Qt::UserRole;
constexpr int shownRows = 12;

// Keys that belong to an open list before any shortcut.
bool isOfList(const QEvent& event)
{
    static constexpr int keys[] = {Qt::Key_Escape, Qt::Key_Return, Qt::Key_Enter, Qt::Key_Tab,    Qt::Key_Up,
                                   Qt::Key_Down,   Qt::Key_Home,   Qt::Key_End,   Qt::Key_PageUp, Qt::Key_PageDown};
    return event.type() == QEvent::ShortcutOverride &&
           std::find(std::begin(keys), std::end(keys), static_cast<const QKeyEvent&>(event).key()) != std::end(keys);
}

// A place in UTF-8 as a place in the text.
int placeIn(const QByteArray& text, std::size_t byte)
{
    return static_cast<int>(QString::fromUtf8(text.left(static_cast<qsizetype>(byte))).size());
}

} // namespace

FilterLine::FilterLine(QWidget* parent)
    : QLineEdit(parent), m_completer(new QCompleter(this)), m_offered(new QStandardItemModel(this))
{
    m_completer->setModel(m_offered);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    m_completer->setMaxVisibleItems(shownRows);
    m_completer->setWidget(this);
    m_completer->popup()->setObjectName(QStringLiteral("filter.offered"));
    m_completer->popup()->setFrameStyle(static_cast<int>(QFrame::Box) | static_cast<int>(QFrame::Plain));
    m_completer->popup()->installEventFilter(this);
    connect(m_completer, qOverload<const QModelIndex&>(&QCompleter::activated), this, &FilterLine::take);
    connect(this, &QLineEdit::textEdited, this, [this] { offer(false); });
}

void FilterLine::setColumns(const std::shared_ptr<const StudyColumns>& columns) { m_columns = columns; }

void FilterLine::setErrorLine(QWidget* line)
{
    m_errorLine = line;
    line->installEventFilter(this);
}

// It comes, goes and moves while the list is open.
bool FilterLine::eventFilter(QObject* watched, QEvent* event)
{
    const QEvent::Type type = event->type();
    if (isOfList(*event) && watched == m_completer->popup()) {
        event->accept();
        return true;
    }
    if (watched == m_errorLine && m_completer->popup()->isVisible() &&
        (type == QEvent::Show || type == QEvent::Hide || type == QEvent::Move || type == QEvent::Resize)) {
        const QModelIndex chosen = m_completer->popup()->currentIndex();
        showOffered();
        m_completer->popup()->setCurrentIndex(chosen);
    }
    return QLineEdit::eventFilter(watched, event);
}

void FilterLine::offer(bool asked)
{
    m_offered->clear();
    if (m_columns && !hasSelectedText()) {
        const QByteArray all = text().toUtf8();
        const auto cursor = static_cast<std::size_t>(text().left(cursorPosition()).toUtf8().size());
        m_now = completeFilter(*m_columns, {all.constData(), static_cast<std::size_t>(all.size())}, cursor, m_models);
        // What is typed whole already needs no offer.
        const QByteArray typed =
            all.mid(static_cast<qsizetype>(m_now.begin), static_cast<qsizetype>(m_now.end - m_now.begin));
        const bool whole = m_now.candidates.size() == 1 &&
                           QByteArray::fromStdString(m_now.candidates[0].text).trimmed().toLower() == typed.toLower();
        if (asked || (!m_now.asked && !whole))
            for (const FilterCandidate& each : m_now.candidates) {
                const QString put = QString::fromStdString(each.text), note = QString::fromStdString(each.note);
                auto* item = new QStandardItem(note.isEmpty() ? put : QStringLiteral("%1   %2").arg(put, note));
                item->setData(put, textRole);
                m_offered->appendRow(item);
            }
    }
    QAbstractItemView* popup = m_completer->popup();
    if (m_offered->rowCount() == 0)
        return popup->hide();
    showOffered();
    popup->setCurrentIndex({});
}

void FilterLine::showOffered()
{
    const QAbstractItemView* popup = m_completer->popup();
    QRect place = cursorRect();
    place.setWidth(popup->sizeHintForColumn(0) + popup->verticalScrollBar()->sizeHint().width() + 24);
    if (m_errorLine && m_errorLine->isVisible())
        place.setBottom(mapFromGlobal(m_errorLine->mapToGlobal(m_errorLine->rect().bottomLeft())).y());
    m_completer->complete(place);
}

void FilterLine::take(const QModelIndex& index)
{
    const QByteArray all = text().toUtf8();
    const int begin = placeIn(all, m_now.begin), end = placeIn(all, m_now.end);
    setSelection(begin, end - begin);
    insert(index.data(textRole).toString());
}

// Tab would leave the line before the list has seen it.
bool FilterLine::event(QEvent* event)
{
    if (isOfList(*event) && m_completer->popup()->isVisible()) {
        event->accept();
        return true;
    }
    if (event->type() == QEvent::KeyPress && m_completer->popup()->isVisible())
        if (const auto* key = static_cast<QKeyEvent*>(event); key->key() == Qt::Key_Tab) {
            keyPressEvent(static_cast<QKeyEvent*>(event));
            return true;
        }
    return QLineEdit::event(event);
}

void FilterLine::keyPressEvent(QKeyEvent* event)
{
    QAbstractItemView* popup = m_completer->popup();
    const int key = event->key();
    if (popup->isVisible() && key == Qt::Key_Tab) {
        const QModelIndex chosen =
            popup->currentIndex().isValid() ? popup->currentIndex() : popup->model()->index(0, 0);
        popup->hide();
        return take(chosen);
    }
    if (popup->isVisible() &&
        (key == Qt::Key_Escape || ((key == Qt::Key_Return || key == Qt::Key_Enter) && popup->currentIndex().isValid())))
        return event->ignore(); // the list's
    if (key == Qt::Key_Space && event->modifiers() == Qt::ControlModifier)
        return offer(true);
    if (key == Qt::Key_Return || key == Qt::Key_Enter)
        popup->hide();
    QLineEdit::keyPressEvent(event);
}

} // namespace mama
