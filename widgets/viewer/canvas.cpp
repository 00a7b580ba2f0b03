#include "widgets/viewer/canvas.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLFramebufferObject>
#include <QOpenGLFunctions>
#include <QOpenGLWidget>
#include <QPainter>
#include <QTimer>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

namespace mama::viewer {
namespace {

// A context of its own, with a surface that is never shown.
struct OffScreen
{
    QOffscreenSurface surface; // outlives the context
    QOpenGLContext context;
    bool usable = false;

    OffScreen()
    {
        surface.create();
        usable = context.create() && context.makeCurrent(&surface);
    }
    bool drawnByProcessor()
    {
        const auto* name = reinterpret_cast<const char*>(context.functions()->glGetString(GL_RENDERER));
        const QString renderer = QString::fromLatin1(name ? name : "").toLower();
        for (const char* known : {"llvmpipe", "softpipe", "swrast", "software rasterizer", "swiftshader",
                                  "microsoft basic render", "gdi generic"})
            if (renderer.contains(QLatin1String(known)))
                return true;
        return false;
    }
};

class DirectWidget : public QOpenGLWidget
{
public:
    DirectWidget(QWidget* parent, const FramePainter& painter) : QOpenGLWidget(parent), m_painter(painter)
    {
        connect(this, &QOpenGLWidget::frameSwapped, this, m_painter.shown);
    }
    ~DirectWidget() override
    {
        disconnect(m_gone);
        release();
    }

protected:
    void initializeGL() override
    {
        // Called again after the window became another one: the context is new.
        m_gone = connect(
            context(), &QOpenGLContext::aboutToBeDestroyed, this, [this] { release(); }, Qt::DirectConnection);
        m_begun = true;
        m_painter.begin();
    }
    void paintGL() override { m_painter.paint(false); }

private:
    void release()
    {
        if (!std::exchange(m_begun, false))
            return;
        makeCurrent();
        m_painter.end();
        doneCurrent();
    }

    const FramePainter& m_painter;
    QMetaObject::Connection m_gone;
    bool m_begun = false;
};

class DirectCanvas : public Canvas
{
public:
    DirectCanvas(QWidget* parent, FramePainter painter)
        : m_painter(std::move(painter)), m_widget(std::make_unique<DirectWidget>(parent, m_painter))
    {}
    QWidget& widget() override { return *m_widget; }
    void redraw() override { m_widget->update(); }
    QImage grab() override { return m_widget->grabFramebuffer(); }

private:
    FramePainter m_painter;
    std::unique_ptr<DirectWidget> m_widget;
};

class CopiedWidget : public QWidget
{
public:
    CopiedWidget(QWidget* parent, const FramePainter& painter, std::unique_ptr<OffScreen> graphics)
        : QWidget(parent), m_painter(painter), m_graphics(std::move(graphics))
    {
        setAttribute(Qt::WA_OpaquePaintEvent);
        m_rest.setSingleShot(true);
        m_rest.setTimerType(Qt::PreciseTimer); // not before
        m_rest.setInterval(restAfter);
        connect(&m_rest, &QTimer::timeout, this, &CopiedWidget::redraw);
    }
    ~CopiedWidget() override
    {
        if (!m_graphics->usable || !m_graphics->context.makeCurrent(&m_graphics->surface))
            return;
        if (m_begun)
            m_painter.end();
        m_target.reset();
        m_graphics->context.doneCurrent();
    }

    void redraw()
    {
        m_stale = true;
        update();
    }

    // Null: there is no OpenGL, which is told once.
    const QImage& draw(bool quick)
    {
        if (!m_graphics->usable || !m_graphics->context.makeCurrent(&m_graphics->surface)) {
            if (!std::exchange(m_told, true))
                m_painter.failed(QCoreApplication::translate(
                    "PaneView", "OpenGL: no context can be made; start with software rendering"));
            return m_frame;
        }
        const QSize size = deviceSize();
        m_stale = false; // before the painter asks for the next frame
        if (!m_target || m_target->size() != size)
            m_target = std::make_unique<QOpenGLFramebufferObject>(size);
        m_target->bind();
        if (!std::exchange(m_begun, true))
            m_painter.begin();
        m_target->bind();
        QElapsedTimer timer;
        timer.start();
        const bool draft = m_painter.paint(quick);
        m_target->bind();
        read(size);
        if (!draft)
            m_slow = timer.elapsed() > longest;
        draft ? m_rest.start() : m_rest.stop();
        m_drawn.start();
        m_frame.setDevicePixelRatio(devicePixelRatioF());
        return m_frame;
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const QImage& frame = m_stale || m_frame.size() != deviceSize() ? draw(inMotion()) : m_frame;
        QPainter painter(this);
        if (frame.isNull())
            return painter.fillRect(rect(), Qt::black);
        painter.setCompositionMode(QPainter::CompositionMode_Source);
        painter.drawImage(0, 0, frame);
        QMetaObject::invokeMethod(this, m_painter.shown, Qt::QueuedConnection); // the window has it by then
    }

private:
    static constexpr int longest = 33, restAfter = 150; // ms

    bool inMotion() const { return m_slow && m_drawn.isValid() && m_drawn.elapsed() < restAfter; }
    QSize deviceSize() const
    {
        const double unit = devicePixelRatioF();
        return {std::max(1, static_cast<int>(std::lround(width() * unit))),
                std::max(1, static_cast<int>(std::lround(height() * unit)))};
    }

    // OpenGL's rows go up.
    void read(QSize size)
    {
        if (m_frame.size() != size)
            m_frame = QImage(size, QImage::Format_RGB32);
        const auto stride = static_cast<std::size_t>(size.width()) * 4;
        m_rows.resize(stride * static_cast<std::size_t>(size.height()));
        m_graphics->context.functions()->glReadPixels(0, 0, size.width(), size.height(), GL_BGRA,
                                                      GL_UNSIGNED_INT_8_8_8_8_REV, m_rows.data());
        for (int y = 0; y < size.height(); ++y)
            std::memcpy(m_frame.scanLine(y), m_rows.data() + stride * static_cast<std::size_t>(size.height() - 1 - y),
                        stride);
    }

    const FramePainter& m_painter;
    std::unique_ptr<OffScreen> m_graphics;
    std::unique_ptr<QOpenGLFramebufferObject> m_target;
    std::vector<std::uint8_t> m_rows;
    QImage m_frame;
    QTimer m_rest;         // a draft is in the window
    QElapsedTimer m_drawn; // the last frame
    bool m_begun = false, m_told = false, m_stale = true, m_slow = false;
};

class CopiedCanvas : public Canvas
{
public:
    CopiedCanvas(QWidget* parent, FramePainter painter, std::unique_ptr<OffScreen> graphics)
        : m_painter(std::move(painter)),
          m_widget(std::make_unique<CopiedWidget>(parent, m_painter, std::move(graphics)))
    {}
    QWidget& widget() override { return *m_widget; }
    void redraw() override { m_widget->redraw(); }
    QImage grab() override { return m_widget->draw(false); }

private:
    FramePainter m_painter;
    std::unique_ptr<CopiedWidget> m_widget;
};

} // namespace

std::unique_ptr<Canvas> makeCanvas(QWidget* parent, Presentation presentation, FramePainter painter)
{
    static std::optional<bool> byProcessor; // the same for the whole program
    std::unique_ptr<OffScreen> graphics;
    if (presentation == Presentation::Copied || (presentation == Presentation::Automatic && byProcessor.value_or(true)))
        graphics = std::make_unique<OffScreen>();
    if (graphics && presentation == Presentation::Automatic && !byProcessor)
        byProcessor = !graphics->usable || graphics->drawnByProcessor();
    std::unique_ptr<Canvas> canvas;
    if (presentation == Presentation::Direct || (presentation == Presentation::Automatic && !*byProcessor))
        canvas = std::make_unique<DirectCanvas>(parent, std::move(painter));
    else
        canvas = std::make_unique<CopiedCanvas>(parent, std::move(painter), std::move(graphics));
    canvas->widget().setAttribute(Qt::WA_TransparentForMouseEvents);
    canvas->widget().setFocusPolicy(Qt::NoFocus);
    return canvas;
}

} // namespace mama::viewer
