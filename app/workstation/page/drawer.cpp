#include "app/workstation/page/drawer.h"

#include <QAbstractButton>
#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QMouseEvent>
#include <QPainter>
#include <QStackedWidget>
#include <QStyle>
#include <QStyleOption>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace mama {
namespace {

constexpr int narrowest = 240, widest = 640, gripWidth = 5;

// Words from bottom to top on the edge: "Ask  A".
class EdgeButton : public QAbstractButton
{
public:
    explicit EdgeButton(QWidget* parent) : QAbstractButton(parent)
    {
        setCheckable(true);
        setFocusPolicy(Qt::StrongFocus);
        setCursor(Qt::PointingHandCursor);
    }

    QSize sizeHint() const override { return {Drawer::edgeWidth, fontMetrics().horizontalAdvance(text()) + 24}; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        const QPalette& colours = palette();
        if (isChecked() || underMouse())
            painter.fillRect(rect(), colours.color(isChecked() ? QPalette::Button : QPalette::Midlight));
        if (isChecked())
            painter.fillRect(QRect(0, 0, 2, height()), colours.color(QPalette::Highlight));
        painter.setPen(colours.color(QPalette::WindowText));
        painter.save();
        painter.translate(0, height());
        painter.rotate(-90);
        painter.drawText(QRect(0, 0, height(), width()), Qt::AlignCenter, text());
        painter.restore();
        if (hasFocus()) {
            QStyleOptionFocusRect focus;
            focus.initFrom(this);
            focus.rect = rect().adjusted(2, 2, -2, -2);
            style()->drawPrimitive(QStyle::PE_FrameFocusRect, &focus, &painter, this);
        }
    }
};

} // namespace

Drawer::Drawer(Side side, QWidget* stage, QWidget* parent)
    : QWidget(parent), m_side(side), m_stage(stage), m_frame(new QFrame(this)), m_panels(new QStackedWidget(m_frame)),
      m_grip(new QWidget(m_frame)), m_edge(new QWidget(this))
{
    m_frame->setAutoFillBackground(true);
    m_frame->hide();
    m_grip->setFixedWidth(gripWidth);
    m_grip->setCursor(Qt::SplitHCursor);
    m_grip->installEventFilter(this);
    m_stage->installEventFilter(this);
    m_panels->installEventFilter(this);
    auto* inner = new QHBoxLayout(m_frame);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->setSpacing(0);
    auto* keys = new QVBoxLayout(m_edge);
    keys->setContentsMargins(0, 4, 0, 0);
    keys->setSpacing(2);
    keys->addStretch(1);
    m_edge->setFixedWidth(edgeWidth);
    auto* whole = new QHBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    if (side == Side::Right) {
        inner->addWidget(m_grip);
        inner->addWidget(m_panels, 1);
        whole->addWidget(m_frame);
        whole->addWidget(m_edge);
    } else {
        inner->addWidget(m_panels, 1);
        inner->addWidget(m_grip);
        whole->addWidget(m_edge);
        whole->addWidget(m_frame);
    }
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
}

int Drawer::add(const QString& title, QWidget* panel)
{
    auto* framed = new QWidget(m_panels);
    auto* layout = new QVBoxLayout(framed);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(panel);
    const int index = m_panels->addWidget(framed);
    auto* button = new EdgeButton(m_edge);
    button->setText(title);
    button->setAccessibleName(title);
    static_cast<QVBoxLayout*>(m_edge->layout())->insertWidget(index, button);
    m_buttons.push_back(button);
    m_words.emplace_back();
    connect(button, &QAbstractButton::clicked, this, [this, index] {
        if (m_current == index)
            close();
        else
            open(index);
    });
    return index;
}

void Drawer::setKey(int panel, const QString& key)
{
    m_words[static_cast<std::size_t>(panel)].key = key;
    label(panel);
}

void Drawer::setNote(int panel, const QString& note)
{
    m_words[static_cast<std::size_t>(panel)].note = note;
    label(panel);
}

void Drawer::label(int panel)
{
    QAbstractButton* button = m_buttons[static_cast<std::size_t>(panel)];
    const auto& [key, note] = m_words[static_cast<std::size_t>(panel)];
    const QString title = button->accessibleName();
    button->setText(title + (key.isEmpty() ? QString() : QStringLiteral("  ") + key) +
                    (note.isEmpty() ? QString() : QStringLiteral("  · ") + note));
    button->setToolTip(key.isEmpty() ? title : tr("%1 (%2)").arg(title, key));
    button->updateGeometry();
}

void Drawer::open(int panel)
{
    m_current = panel;
    m_panels->setCurrentIndex(panel);
    for (std::size_t i = 0; i < m_buttons.size(); ++i)
        m_buttons[i]->setChecked(static_cast<int>(i) == panel);
    m_frame->setVisible(panel >= 0);
    place();
    Q_EMIT changed(panel);
}

void Drawer::close() { open(-1); }

bool Drawer::holds(const QWidget* widget) const
{
    return widget && (isAncestorOf(widget) || m_frame->isAncestorOf(widget));
}

void Drawer::setPanelWidth(int width)
{
    m_width = std::clamp(width, narrowest, widest);
    place();
}

void Drawer::setFloating(bool floating)
{
    if (floating == m_floating)
        return;
    m_floating = floating;
    auto* row = static_cast<QHBoxLayout*>(layout());
    if (floating) {
        row->removeWidget(m_frame);
        m_frame->setParent(parentWidget());
    } else {
        m_frame->setParent(this);
        row->insertWidget(m_side == Side::Right ? 0 : 1, m_frame);
    }
    m_frame->setFrameShape(floating ? QFrame::StyledPanel : QFrame::NoFrame);
    m_frame->setVisible(m_current >= 0);
    place();
}

int Drawer::covers() const { return m_floating && m_current >= 0 ? m_frame->width() : 0; }

// As the reader drew it, but never so narrow that something is cut.
int Drawer::wanted() const
{
    const QWidget* open = m_panels->currentWidget();
    return std::max(m_width, open ? open->minimumSizeHint().width() + m_grip->width() + 2 * m_frame->frameWidth() : 0);
}

// Docked, the layout does the rest; floating, it lies at the stage's side.
void Drawer::place()
{
    const QRect room(m_stage->mapTo(m_stage->window(), QPoint(0, 0)), m_stage->size());
    if (!m_floating) {
        m_frame->setFixedWidth(wanted());
    } else {
        const int width = std::min(wanted(), std::max(narrowest, room.width() - 40));
        const QPoint corner = m_frame->parentWidget()->mapFrom(m_stage->window(), room.topLeft());
        m_frame->setFixedWidth(width);
        m_frame->setGeometry(corner.x() + (m_side == Side::Right ? room.width() - width : 0), corner.y(), width,
                             room.height());
        m_frame->raise();
    }
    if (std::exchange(m_covers, covers()) != covers())
        Q_EMIT coversChanged();
}

void Drawer::dragTo(int globalX)
{
    const QRect now(m_frame->mapToGlobal(QPoint(0, 0)), m_frame->size());
    setPanelWidth(m_side == Side::Right ? now.right() - globalX : globalX - now.left());
}

bool Drawer::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_grip && event->type() == QEvent::MouseMove &&
        (static_cast<QMouseEvent*>(event)->buttons() & Qt::LeftButton)) {
        dragTo(static_cast<QMouseEvent*>(event)->globalPosition().toPoint().x());
        return true;
    }
    if (watched == m_stage && m_floating && (event->type() == QEvent::Resize || event->type() == QEvent::Move))
        place();
    if (watched == m_panels && event->type() == QEvent::LayoutRequest && m_current >= 0)
        place(); // what it holds has become wider or narrower
    return QWidget::eventFilter(watched, event);
}

} // namespace mama
