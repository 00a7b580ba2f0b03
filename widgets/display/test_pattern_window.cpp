#include "widgets/display/test_pattern_window.h"

#include "widgets/display/test_pattern.h"

#include <QKeyEvent>
#include <QPainter>
#include <cmath>

namespace mama {

TestPatternWindow::TestPatternWindow(std::optional<Screen> screen, QWidget* parent)
    : QWidget(parent, Qt::Window), m_screen(screen)
{
    setObjectName(QStringLiteral("testPattern"));
    setWindowTitle(tr("Test pattern"));
    setAttribute(Qt::WA_DeleteOnClose);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::BlankCursor);
}

const QImage& TestPatternWindow::picture()
{
    const double unit = devicePixelRatioF();
    const QSize pixels(static_cast<int>(std::lround(width() * unit)), static_cast<int>(std::lround(height() * unit)));
    if (m_picture.size() != pixels) {
        m_picture = testPattern(pixels, m_page, m_standardised ? gsdfTable(*m_screen, 256) : std::vector<float>());
        m_picture.setDevicePixelRatio(unit);
    }
    return m_picture;
}

QString TestPatternWindow::words() const
{
    const QString what = m_page == 0 ? tr("Test pattern 1 of %1").arg(testPatternPages)
                                     : tr("Test pattern %1 of %2: grey value %3 of 255")
                                           .arg(m_page + 1)
                                           .arg(testPatternPages)
                                           .arg(testPatternLevel(m_page));
    const QString how =
        m_standardised ? tr("by the display function, of the screen as described") : tr("grey values as they are");
    return tr("%1 · %2 · not a medical display · ← →  %3  Esc")
        .arg(what, how, m_screen ? QStringLiteral("G") : QString());
}

void TestPatternWindow::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.drawImage(0, 0, picture());
    const QString text = words();
    const int high = fontMetrics().height() + 6, wide = fontMetrics().horizontalAdvance(text) + 16;
    const QRect plate((width() - wide) / 2, height() - high - 8, wide, high);
    painter.fillRect(plate, Qt::black);
    painter.setPen(QColor(200, 200, 200));
    painter.drawText(plate, Qt::AlignCenter, text);
}

void TestPatternWindow::turn(int by)
{
    m_page = (m_page + by + testPatternPages) % testPatternPages;
    m_picture = {};
    update();
}

void TestPatternWindow::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Escape: close(); return;
    case Qt::Key_Right:
    case Qt::Key_Space:
    case Qt::Key_PageDown: return turn(1);
    case Qt::Key_Left:
    case Qt::Key_PageUp: return turn(-1);
    case Qt::Key_G:
        if (m_screen) {
            m_standardised = !m_standardised;
            turn(0);
        }
        return;
    default: QWidget::keyPressEvent(event);
    }
}

void TestPatternWindow::mousePressEvent(QMouseEvent*) { close(); }

} // namespace mama
