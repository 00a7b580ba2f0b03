#include "widgets/look/user_text.h"
#include "widgets/viewer/pane_view_impl.h"

#include "core/base/error.h"
#include "widgets/viewer/scene/gpu.h"

#include <QOpenGLContext>
#include <QSurfaceFormat>
#include <cmath>
#include <vtkGenericOpenGLRenderWindow.h>

namespace mama::viewer {

PaneView::Impl::Impl(PaneView* owner) : q(owner)
{
    for (const auto& command : viewCommands())
        keys[command.command] = QKeySequence::fromString(QString::fromLatin1(command.key), QKeySequence::PortableText);
}

PaneView::Impl::~Impl() = default;

void PaneView::Impl::releaseGraphics()
{
    if (!window)
        return;
    q->makeCurrent();
    window->SetIsCurrent(true);
    scene.reset();
    window->ReleaseGraphicsResources(window);
    window->SetIsCurrent(false);
    window = nullptr;
    q->doneCurrent();
}

void PaneView::Impl::resized()
{
    const double unit = q->devicePixelRatioF();
    const int width = static_cast<int>(std::lround(q->width() * unit)),
              height = static_cast<int>(std::lround(q->height() * unit));
    model.setArea({0, 0, std::max(1, width), std::max(1, height - static_cast<int>(std::lround(legendHeight * unit)))});
}

Point PaneView::Impl::device(QPointF logical) const
{
    const double unit = q->devicePixelRatioF();
    return {logical.x() * unit, logical.y() * unit};
}

SceneFrame PaneView::Impl::frame()
{
    SceneFrame out;
    out.unit = q->devicePixelRatioF();
    out.width = std::max(1, static_cast<int>(std::lround(q->width() * out.unit)));
    out.height = std::max(1, static_cast<int>(std::lround(q->height() * out.unit)));
    out.style = style;
    for (const auto& hung : model.hung()) {
        const ViewCell& cell = model.cell(hung.slot);
        if (cell.image)
            out.panes.push_back(
                {cell.image, cell.overlay, hung.area, *model.transform(hung.slot), cell.shade, model.inverted});
    }
    annotations.draw(model, texts, style, out);
    if (crossHair)
        addCrossHair(out);
    if (loupe)
        addLoupe(out);
    return out;
}

// The pixel under the pointer stays in the middle; more detail than the base view, with its window and map.
void PaneView::Impl::addLoupe(SceneFrame& frame) const
{
    if (!pointer)
        return;
    const Point at = device(*pointer);
    const auto slot = model.slotAt(at);
    if (!slot || !model.cell(*slot).image)
        return;
    const auto base = *model.transform(*slot);
    const Point stored = base.toStored(at);
    const int side = std::max(16, static_cast<int>(std::lround(loupeSide * frame.unit)));
    const PixelRect area{static_cast<int>(std::lround(at.x)) - side / 2, static_cast<int>(std::lround(at.y)) - side / 2,
                         side, side};
    ViewTransform t{0, 0, base.scaleX * loupeMagnification, base.scaleY * loupeMagnification};
    t.originX = at.x - t.scaleX * stored.x;
    t.originY = at.y - t.scaleY * stored.y;
    const ViewCell& cell = model.cell(*slot);
    frame.loupes.push_back({cell.image, cell.overlay, area, t, cell.shade, model.inverted});
    const int thin = std::max(1, static_cast<int>(std::lround(2 * frame.unit)));
    for (const PixelRect& edge :
         {PixelRect{area.x, area.y, side, thin}, PixelRect{area.x, area.y + side - thin, side, thin},
          PixelRect{area.x, area.y, thin, side}, PixelRect{area.x + side - thin, area.y, thin, side}})
        frame.bars.push_back({edge, 0.55F, 0.6F, 0.66F, 1});
}

void PaneView::Impl::addCrossHair(SceneFrame& frame) const
{
    if (!pointer)
        return;
    const Point at = device(*pointer);
    const auto slot = model.slotAt(at);
    if (!slot || !model.cell(*slot).image)
        return;
    const Point depth = model.toDepth(*slot, at);
    const int thin = std::max(1, static_cast<int>(std::lround(frame.unit))),
              arm = static_cast<int>(std::lround(14 * frame.unit)), gap = static_cast<int>(std::lround(4 * frame.unit));
    for (const auto& hung : model.hung()) {
        if (hung.slot == *slot || !model.cell(hung.slot).image)
            continue;
        const Point p = model.fromDepth(hung.slot, depth);
        if (!hung.area.contains(p.x, p.y))
            continue;
        const int x = static_cast<int>(std::lround(p.x)), y = static_cast<int>(std::lround(p.y));
        for (const PixelRect& part : {PixelRect{x - arm, y, arm - gap, thin}, PixelRect{x + gap, y, arm - gap, thin},
                                      PixelRect{x, y - arm, thin, arm - gap}, PixelRect{x, y + gap, thin, arm - gap}})
            frame.bars.push_back({part, 0.35F, 0.85F, 1.0F, 0.95F});
    }
}

PaneView::PaneView(QWidget* parent) : QOpenGLWidget(parent), m(std::make_unique<Impl>(this))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumSize(320, 240);
    setAccessibleName(tr("Mammograms"));
    qRegisterMetaType<CursorInfo>();
}

PaneView::~PaneView()
{
    disconnect(m->contextGone);
    m->releaseGraphics();
}

void PaneView::setDefaultFormat()
{
    QSurfaceFormat format;
    format.setRenderableType(QSurfaceFormat::OpenGL);
    format.setVersion(3, 2);
    format.setProfile(QSurfaceFormat::CoreProfile);
    format.setDepthBufferSize(0);
    format.setStencilBufferSize(0);
    format.setSamples(0);
    QSurfaceFormat::setDefaultFormat(format);
}

void PaneView::initializeGL()
{
    // Called again after the widget moved to another window: the context is a new one.
    m->contextGone = connect(
        context(), &QOpenGLContext::aboutToBeDestroyed, this, [this] { m->releaseGraphics(); }, Qt::DirectConnection);
    m->window = vtkSmartPointer<vtkGenericOpenGLRenderWindow>::New();
    m->window->SetOwnContext(false);
    m->window->SetReadyForRendering(true);
    m->window->SetMapped(true);
    m->window->SetIsCurrent(true);
    m->window->SetSupportsOpenGL(true);
    m->window->SetIsDirect(true);
    m->window->SetFrameBlitModeToNoBlit();
    try {
        if (!m->window->InitializeFromCurrentContext())
            throw Error(ErrorCode::Unsupported, "view", "OpenGL",
                        "version 3.2 is needed; start with software rendering");
        m->scene = std::make_unique<Scene>(m->window);
        m->pending = true;
    } catch (const Error& error) {
        m->failed = true;
        m->scene.reset();
        Q_EMIT graphicsFailed(shownError(error));
    }
}

void PaneView::resizeGL(int, int) { m->resized(); }

void PaneView::paintGL()
{
    if (!m->scene)
        return;
    m->window->SetIsCurrent(true);
    takeContext(m->window);
    m->resized();
    const bool was = m->pending;
    try {
        m->pending = m->scene->render(m->frame());
    } catch (const Error& error) {
        m->pending = false;
        m->scene.reset();
        Q_EMIT graphicsFailed(shownError(error));
    }
    giveContextBack(m->window);
    m->window->SetIsCurrent(false);
    if (m->pending)
        update();
    else if (was)
        QMetaObject::invokeMethod(this, &PaneView::uploadsFinished, Qt::QueuedConnection);
}

void PaneView::setImage(Slot slot, std::shared_ptr<const ViewImage> image)
{
    if (slot == Slot::Extra)
        return;
    m->model.setImage(slot, std::move(image));
    m->forgetMeasurements(slot);
    m->texts.score[static_cast<std::size_t>(slot)].clear();
    m->pending = true;
    update();
}

const ViewImage* PaneView::image(Slot slot) const
{
    return slot == Slot::Extra ? nullptr : m->model.cell(slot).image.get();
}

void PaneView::setEmptyText(Slot slot, const QString& text)
{
    m->texts.empty[static_cast<std::size_t>(slot)] = text;
    update();
}

void PaneView::clearStudy()
{
    for (int i = 0; i < slotCount; ++i) {
        m->model.setImage(static_cast<Slot>(i), nullptr);
        m->texts.empty[static_cast<std::size_t>(i)].clear();
        m->texts.score[static_cast<std::size_t>(i)].clear();
    }
    m->forgetMeasurements();
    m->model.reset();
    m->texts.patient.clear();
    m->texts.legend = {};
    update();
    Q_EMIT zoomChanged();
    Q_EMIT aidsChanged();
}

void PaneView::setOverlay(Slot slot, std::shared_ptr<const MapOverlay> overlay)
{
    if (slot == Slot::Extra || !m->model.cell(slot).image)
        return;
    m->model.cell(slot).overlay = std::move(overlay);
    update();
}

void PaneView::setOverlayStyle(const OverlayStyle& style)
{
    if (style == m->style)
        return;
    m->style = style;
    update();
    Q_EMIT overlayStyleChanged();
}

const OverlayStyle& PaneView::overlayStyle() const { return m->style; }

void PaneView::setLegend(const OverlayLegend& legend)
{
    m->texts.legend = legend;
    update();
}

void PaneView::setScore(Slot slot, const QString& text)
{
    m->texts.score[static_cast<std::size_t>(slot)] = text;
    update();
}

void PaneView::Impl::changedWindow(Slot slot)
{
    q->update();
    for (const Slot other : model.windowGroup(slot))
        Q_EMIT q->windowChanged(other, model.cell(other).shade.window);
}

void PaneView::setWindow(Slot slot, const Window& window)
{
    m->model.setWindow(slot, window);
    update();
    Q_EMIT windowChanged(slot, m->model.cell(slot).shade.window);
}

void PaneView::setVoiChoice(Slot slot, int choice)
{
    m->model.setChoice(slot, choice);
    update();
    Q_EMIT windowChanged(slot, m->model.cell(slot).shade.window);
}

int PaneView::voiChoice(Slot slot) const { return m->model.cell(slot).shade.choice; }

Window PaneView::window(Slot slot) const { return m->model.cell(slot).shade.window; }

void PaneView::setWindowsLinked(bool linked) { m->model.windowsLinked = linked; }

void PaneView::setInverted(bool inverted)
{
    m->model.inverted = inverted;
    update();
    Q_EMIT aidsChanged();
}

bool PaneView::inverted() const { return m->model.inverted; }

} // namespace mama::viewer
