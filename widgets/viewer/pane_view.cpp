#include "widgets/look/shown_text.h"
#include "widgets/viewer/pane_view_impl.h"

#include "core/base/error.h"
#include "widgets/viewer/scene/gpu.h"
#include "widgets/viewer/window_tool.h"
#include "widgets/viewer/zoom_tool.h"

#include <QOpenGLContext>
#include <QSurfaceFormat>
#include <cmath>
#include <utility>
#include <vtkGenericOpenGLRenderWindow.h>

namespace mama::viewer {

PaneView::Impl::Impl(PaneView* owner)
    : q(owner), rightTool(std::make_unique<WindowTool>()), middleTool(std::make_unique<ZoomTool>())
{
    for (const LeftTool each : {LeftTool::Pan, LeftTool::Measure, LeftTool::Mark})
        leftTools[each] = makeTool(each);
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
    const int room = annotations.legendRoom(model, texts, style, q->size());
    const bool alone = model.hung().size() == 1; // a panel would cover the whole of it
    const int before = alone ? static_cast<int>(std::lround(texts.coveredLeft * unit)) : 0,
              after = alone ? static_cast<int>(std::lround(texts.coveredRight * unit)) : 0;
    model.setArea({before, 0, std::max(1, width - before - after),
                   std::max(1, height - static_cast<int>(std::lround(room * unit)))});
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
    for (const HungCell& cell : model.hung())
        if (const Pane* pane = cell.pane ? model.pane(*cell.pane) : nullptr)
            out.panes.push_back(
                {pane->image, pane->overlay, cell.area, *model.transform(*cell.pane), pane->shade, model.inverted});
    annotations.draw(model, texts, style, out);
    if (style.cells && style.visible && pointer)
        addCellValue(model, device(*pointer), sprites, out);
    if (aids.loupe && pointer)
        addLoupe(model, aids, device(*pointer), out); // before the tools: what they drew is in it too
    for (const auto& [kind, tool] : leftTools)
        tool->paint(model, sprites, out);
    sprites.endFrame();
    if (aids.crossHair && pointer)
        addCrossHair(model, device(*pointer), out);
    return out;
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

void PaneView::setImage(const PaneId& pane, std::shared_ptr<const ViewImage> image)
{
    m->model.setImage(pane, std::move(image));
    for (const auto& [kind, tool] : m->leftTools)
        tool->forget(pane);
    m->texts.score.erase(pane);
    m->texts.doubt.erase(pane);
    m->pending = true;
    update();
}

const ViewImage* PaneView::image(const PaneId& pane) const
{
    const Pane* found = m->model.pane(pane);
    return found ? found->image.get() : nullptr;
}

std::vector<PaneId> PaneView::panes() const
{
    std::vector<PaneId> ids;
    for (const auto& [id, pane] : m->model.panes())
        ids.push_back(id);
    return ids;
}

void PaneView::setEmptyText(const PaneId& pane, const QString& text)
{
    m->texts.missing[pane] = text;
    update();
}

void PaneView::setEmptyText(const QString& text)
{
    m->texts.nothing = text;
    update();
}

void PaneView::clear()
{
    m->model.clear();
    for (const auto& [kind, tool] : m->leftTools)
        tool->forget({});
    const ViewTexts before = std::exchange(m->texts, {});
    m->texts.shown = m->aids.texts;
    m->texts.coveredLeft = before.coveredLeft;
    m->texts.coveredRight = before.coveredRight;
    m->aids.inverted = m->model.inverted;
    update();
    Q_EMIT zoomChanged();
    Q_EMIT aidsChanged();
}

void PaneView::setOverlay(const PaneId& pane, std::shared_ptr<const MapOverlay> overlay)
{
    m->model.setOverlay(pane, std::move(overlay));
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

void PaneView::setMarks(const std::map<PaneId, std::vector<Point>>& marks)
{
    m->texts.marks = marks;
    update();
}

void PaneView::setCovered(int left, int right)
{
    m->texts.coveredLeft = left;
    m->texts.coveredRight = right;
    update();
}

void PaneView::setScore(const PaneId& pane, const QString& text, const QString& doubt)
{
    m->texts.score[pane] = text;
    m->texts.doubt[pane] = doubt;
    update();
}

void PaneView::setWindow(const PaneId& pane, const Window& window)
{
    m->model.setWindow(pane, window);
    update();
    Q_EMIT windowChanged(pane, shade(pane).window);
}

void PaneView::setVoiChoice(const PaneId& pane, int choice)
{
    m->model.setChoice(pane, choice);
    update();
    Q_EMIT windowChanged(pane, shade(pane).window);
}

Shade PaneView::shade(const PaneId& pane) const
{
    const Pane* found = m->model.pane(pane);
    return found ? found->shade : Shade();
}

bool PaneView::uploadsPending() const { return m->pending; }

CursorInfo PaneView::infoAt(QPointF position) const { return cursorInfo(m->model, m->device(position)); }

} // namespace mama::viewer
