#include "app/workstation/shell/message_strip.h"

#include "widgets/look/tone.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace mama {

MessageStrip::MessageStrip(QWidget* parent) : QWidget(parent), m_text(new QLabel(this))
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
    row->setContentsMargins(6, 4, 4, 4);
    row->addWidget(m_text, 1);
    row->addWidget(close, 0, Qt::AlignTop);
    hide();
}

void MessageStrip::tell(const QString& text, bool isError)
{
    m_text->setText(text);
    setStyleSheet(QStringLiteral("mama--MessageStrip{background:%1} QLabel{color:#ffffff} "
                                 "QToolButton{color:#ffffff;border:1px solid transparent;padding:0 5px;font-size:16px} "
                                 "QToolButton:focus,QToolButton:hover{border-color:#ffffff}")
                      .arg(stripColour(isError ? Tone::Bad : Tone::Info).name()));
    setVisible(!text.isEmpty());
}

} // namespace mama
