#include "app/workstation/shell/message_strip.h"

#include "widgets/look/tone.h"

#include <QEnterEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <algorithm>

namespace mama {

MessageStrip::MessageStrip(const QWidget& beside, QWidget* parent)
    : QWidget(parent), m_beside(&beside), m_text(new QLabel(this))
{
    setAttribute(Qt::WA_StyledBackground);
    m_text->setObjectName(QStringLiteral("message"));
    m_text->setTextFormat(Qt::PlainText); // names of files are no markup
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QToolButton(this);
    close->setObjectName(QStringLiteral("messageClose"));
    close->setText(QStringLiteral("×"));
    close->setToolTip(tr("Put this message away"));
    close->setAccessibleName(tr("Put this message away"));
    close->setAutoRaise(true);
    connect(close, &QToolButton::clicked, this, &MessageStrip::putAway);
    m_span.setSingleShot(true);
    connect(&m_span, &QTimer::timeout, this, &MessageStrip::nextAction);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(6, 2, 4, 2);
    row->addWidget(m_text, 1);
    row->addWidget(close, 0, Qt::AlignVCenter);
    parent->installEventFilter(this);
    hide();
}

// Its words wrap: the narrower the window, the higher it is.
void MessageStrip::place()
{
    constexpr int gap = 12;
    if (!m_beside)
        return;
    QWidget& row = *m_beside->parentWidget();
    for (QWidget* moves : {&row, row.parentWidget()}) // as panels beside it open and close
        if (moves)
            moves->installEventFilter(this);
    const QPoint corner = row.mapTo(parentWidget(), QPoint(0, 0));
    const int tabs = m_beside->sizeHint().width() + gap, oneLine = m_beside->sizeHint().height();
    int left = tabs, width = row.width() - left;
    if (heightForWidth(width) > oneLine) {
        left = std::max(tabs, m_covered.left());
        width = row.width() - m_covered.right() - left;
    }
    setGeometry(corner.x() + left, corner.y(), width, std::max(heightForWidth(width), oneLine));
    raise();
}

void MessageStrip::setCovered(const QMargins& covered)
{
    m_covered = covered;
    if (isVisible())
        place();
}

bool MessageStrip::eventFilter(QObject* watched, QEvent* event)
{
    const QWidget* row = m_beside ? m_beside->parentWidget() : nullptr;
    const bool ours = watched == parent() || watched == row || (row && watched == row->parentWidget());
    if (ours && (event->type() == QEvent::Resize || event->type() == QEvent::Move) && isVisible())
        place();
    return QWidget::eventFilter(watched, event);
}

void MessageStrip::enterEvent(QEnterEvent* event)
{
    m_span.stop();
    QWidget::enterEvent(event);
}

void MessageStrip::leaveEvent(QEvent* event)
{
    if (!m_notice.isEmpty())
        m_span.start();
    QWidget::leaveEvent(event);
}

int MessageStrip::spanOf(const QString& notice)
{
    constexpr int glance = 3000, letter = 70; // about 14 letters a second are read
    return glance + letter * static_cast<int>(notice.size());
}

// What goes wrong at once is told at once: the keys' file and the hanging's, say.
void MessageStrip::tell(const QString& text, bool isError)
{
    if (text.isEmpty() || (isError && !m_justFailed))
        m_errors.clear();
    m_notice.clear();
    if (isError && !text.isEmpty()) {
        if (!m_errors.contains(text))
            m_errors << text;
        m_justFailed = true;
        QTimer::singleShot(0, this, [this] { m_justFailed = false; });
    } else if (!text.isEmpty()) {
        m_notice = text;
        m_span.setInterval(spanOf(text));
        if (!underMouse())
            m_span.start();
    }
    showNow();
}

void MessageStrip::tellForGood(const QString& error)
{
    m_lasting << error;
    showNow();
}

void MessageStrip::withdraw(const QString& text)
{
    m_errors.removeAll(text);
    if (m_notice == text)
        m_notice.clear();
    showNow();
}

void MessageStrip::nextAction()
{
    if (m_notice.isEmpty())
        return;
    m_notice.clear();
    showNow();
}

bool MessageStrip::putAway()
{
    if (m_notice.isEmpty() && m_errors.isEmpty() && m_lasting.isEmpty())
        return false;
    if (m_notice.isEmpty()) {
        m_errors.clear();
        m_lasting.clear();
    }
    m_notice.clear();
    showNow();
    return true;
}

void MessageStrip::showNow()
{
    const bool isError = m_notice.isEmpty();
    const QString text = isError ? (m_lasting + m_errors).join(QLatin1Char('\n')) : m_notice;
    if (isError)
        m_span.stop();
    setVisible(!text.isEmpty());
    if (text.isEmpty())
        return;
    m_text->setText(text);
    setStyleSheet(QStringLiteral("mama--MessageStrip{background:%1} QLabel{color:#ffffff} "
                                 "QToolButton{color:#ffffff;border:1px solid transparent;padding:0 5px;font-size:16px} "
                                 "QToolButton:focus,QToolButton:hover{border-color:#ffffff}")
                      .arg(stripColour(isError ? Tone::Bad : Tone::Info).name()));
    if (isVisible())
        place();
}

} // namespace mama
