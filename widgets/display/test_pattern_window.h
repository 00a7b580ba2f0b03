#pragma once
#include "core/display/gsdf.h"

#include <QImage>
#include <QWidget>
#include <optional>

namespace mama {

// The test patterns on the whole of a screen, a pixel on a pixel. Arrows go through them, G draws them by the display
// function of the screen that was described, Esc or a click closes.
class TestPatternWindow : public QWidget
{
    Q_OBJECT
public:
    // screen: empty: none was described. Deletes itself when it is closed.
    explicit TestPatternWindow(std::optional<Screen> screen, QWidget* parent = nullptr);

    int page() const { return m_page; }
    bool standardised() const { return m_standardised; }
    const QImage& picture(); // as it is drawn now, device pixels, without the words

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    QString words() const;
    void turn(int by);

    std::optional<Screen> m_screen;
    int m_page = 0;
    bool m_standardised = false;
    QImage m_picture;
};

} // namespace mama
