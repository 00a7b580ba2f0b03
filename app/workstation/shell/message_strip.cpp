#include "app/workstation/shell/message_strip.h"

#include "widgets/look/tone.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QTimer>
#include <QToolButton>
#include <algorithm>

namespace mama {

MessageStrip::MessageStrip(const QWidget& beside, QWidget* parent)
    : QWidget(parent), m_beside(beside), m_text(new QLabel(this))
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
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
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
    const QWidget& row = *m_beside.parentWidget();
    const QPoint corner = row.mapTo(parentWidget(), QPoint(0, 0));
    const int tabs = m_beside.sizeHint().width() + gap, oneLine = m_beside.sizeHint().height();
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
    if (watched == parent() && event->type() == QEvent::Resize && isVisible())
        place();
    return QWidget::eventFilter(watched, event);
}

// What goes wrong at once is told at once: the keys' file and the hanging's, say.
void MessageStrip::tell(const QString& text, bool isError)
{
    const bool further = m_justFailed && isError && !text.isEmpty() && text != m_text->text();
    m_text->setText(further ? m_text->text() + QLatin1Char('\n') + text : text);
    m_justFailed = isError && !text.isEmpty();
    QTimer::singleShot(0, this, [this] { m_justFailed = false; });
    setStyleSheet(QStringLiteral("mama--MessageStrip{background:%1} QLabel{color:#ffffff} "
                                 "QToolButton{color:#ffffff;border:1px solid transparent;padding:0 5px;font-size:16px} "
                                 "QToolButton:focus,QToolButton:hover{border-color:#ffffff}")
                      .arg(stripColour(isError ? Tone::Bad : Tone::Info).name()));
    setVisible(!text.isEmpty());
    if (isVisible())
        place();
}

} // namespace mama
