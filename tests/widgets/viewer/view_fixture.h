#pragma once
#include "tests/widgets/viewer/synthetic.h"

#include <QApplication>
#include <QMouseEvent>
#include <QTest>
#include <cmath>

// A view in a real window, and hands for it.
namespace mama::test {

// Waits for the upload of all detail and grabs what the window shows, device pixels.
inline QImage grab(viewer::PaneView& view)
{
    view.redraw();
    QCoreApplication::processEvents();
    QImage image = view.grabFrame();
    while (view.uploadsPending())
        image = view.grabFrame();
    return view.grabFrame().convertToFormat(QImage::Format_RGB32);
}

// Without texts on the images.
inline std::unique_ptr<viewer::PaneView> show(QSize size)
{
    auto view = std::make_unique<viewer::PaneView>();
    view->resize(size);
    view->show();
    if (!QTest::qWaitForWindowExposed(view.get()))
        qWarning("the window was not exposed");
    view->setStandardViews(fourViews());
    viewer::Aids aids;
    aids.texts = aids.labels = false;
    view->setAids(aids);
    return view;
}

inline int grey(const QImage& image, int x, int y) { return qRed(image.pixel(x, y)); }

// The screen pixel in whose middle the stored pixel's middle lies.
inline QPoint screenOf(const viewer::PaneView& view, Slot slot, int column, int row)
{
    const Point p = view.transform(paneOf(slot))->toScreen({column + 0.5, row + 0.5});
    return {static_cast<int>(std::floor(p.x)), static_cast<int>(std::floor(p.y))};
}

inline void move(viewer::PaneView& view, QPointF to, Qt::MouseButton button = Qt::LeftButton)
{
    QMouseEvent event(QEvent::MouseMove, to, view.mapToGlobal(to), Qt::NoButton, button, {});
    QCoreApplication::sendEvent(&view, &event);
}

inline void drag(viewer::PaneView& view, QPoint from, QPoint to)
{
    QTest::mousePress(&view, Qt::LeftButton, {}, from);
    move(view, to);
    QTest::mouseRelease(&view, Qt::LeftButton, {}, to);
}

inline void turnWheel(viewer::PaneView& view, QPointF at, int eighths, Qt::KeyboardModifiers with = {})
{
    QWheelEvent wheel(at, view.mapToGlobal(at), {}, {0, eighths}, Qt::NoButton, with, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&view, &wheel);
}

// A window that keeps what is drawn, as the reading page does.
struct Keeper
{
    explicit Keeper(viewer::PaneView& shown) : view(shown)
    {
        QObject::connect(&view, &viewer::PaneView::noteDrawn, &view,
                         [this](const viewer::PaneId& pane, const Shape& shape) {
                             viewer::Note note;
                             note.id = ++last;
                             note.shape = shape;
                             notes[pane].push_back(note);
                             view.setNotes(notes);
                         });
        QObject::connect(&view, &viewer::PaneView::noteMoved, &view, [this](qint64 id, const Shape& shape) {
            for (auto& [pane, list] : notes)
                for (viewer::Note& note : list)
                    if (note.id == id)
                        note.shape = shape;
            view.setNotes(notes);
        });
    }
    viewer::PaneView& view;
    std::map<viewer::PaneId, std::vector<viewer::Note>> notes;
    std::int64_t last = 0;
};

} // namespace mama::test
