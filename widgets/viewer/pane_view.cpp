#include "widgets/look/shown_text.h"
#include "widgets/viewer/pane_view_impl.h"

#include "core/base/error.h"
#include "core/study/study.h"
#include "widgets/viewer/scene/gpu.h"
#include "widgets/viewer/window_tool.h"
#include "widgets/viewer/zoom_tool.h"

#include <QSurfaceFormat>
#include <cmath>
#include <utility>
#include <vtkGenericOpenGLRenderWindow.h>

namespace mama::viewer {

PaneView::Impl::Impl(PaneView* owner, Presentation presentation)
    : q(owner), rightTool(std::make_unique<WindowTool>()), middleTool(std::make_unique<ZoomTool>())
{
    for (int each = 0; each <= static_cast<int>(LeftTool::Contour); ++each)
        leftTools[static_cast<LeftTool>(each)] = makeTool(
            static_cast<LeftTool>(each), notes,
            [this](const PaneId& pane, const Shape& shape) { Q_EMIT q->noteDrawn(pane, shape); },
            [this](ShapeKind kind) { Q_EMIT q->shapeRefused(kind); });
    grabTool = std::make_unique<GrabTool>(
        notes, [this](std::int64_t id, const Shape& shape) { Q_EMIT q->noteMoved(id, shape); });
    canvas = makeCanvas(owner, presentation,
                        {[this] { beginGraphics(); }, [this](bool quick) { return paintFrame(quick); },
                         [this] { endGraphics(); },
                         [this] {
                             tellUnderPointer();
                             Q_EMIT q->frameShown();
                         },
                         [this](const QString& reason) { Q_EMIT q->graphicsFailed(reason); }});
}

PaneView::Impl::~Impl() = default;

void PaneView::Impl::beginGraphics()
{
    window = vtkSmartPointer<vtkGenericOpenGLRenderWindow>::New();
    window->SetOwnContext(false);
    window->SetReadyForRendering(true);
    window->SetMapped(true);
    window->SetIsCurrent(true);
    window->SetSupportsOpenGL(true);
    window->SetIsDirect(true);
    window->SetFrameBlitModeToNoBlit();
    try {
        if (!window->InitializeFromCurrentContext())
            throw Error(ErrorCode::Unsupported, "view", "OpenGL",
                        "version 3.2 is needed; start with software rendering");
        scene = std::make_unique<Scene>(window);
        pending = true;
    } catch (const Error& error) {
        scene.reset();
        Q_EMIT q->graphicsFailed(shownError(error));
    }
}

bool PaneView::Impl::paintFrame(bool quick)
{
    if (!scene)
        return false;
    window->SetIsCurrent(true);
    takeContext(window);
    resized();
    const bool was = pending;
    try {
        SceneFrame now = frame();
        now.draft = quick;
        pending = scene->render(now);
    } catch (const Error& error) {
        pending = false;
        scene.reset();
        Q_EMIT q->graphicsFailed(shownError(error));
    }
    giveContextBack(window);
    window->SetIsCurrent(false);
    if (pending)
        QMetaObject::invokeMethod(q, &PaneView::redraw, Qt::QueuedConnection);
    else if (was)
        QMetaObject::invokeMethod(q, &PaneView::uploadsFinished, Qt::QueuedConnection);
    return scene && scene->drafted();
}

void PaneView::Impl::endGraphics()
{
    window->SetIsCurrent(true);
    scene.reset();
    window->ReleaseGraphicsResources(window);
    window->SetIsCurrent(false);
    window = nullptr;
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
    out.greys = greys;
    for (const HungCell& cell : model.hung())
        if (const Pane* pane = cell.pane ? model.pane(*cell.pane) : nullptr)
            out.panes.push_back(
                {pane->image, pane->overlay, cell.area, *model.transform(*cell.pane), pane->shade, model.inverted});
    texts.starred.clear();
    for (const HungCell& cell : model.hung())
        if (const Pane* pane = cell.pane ? model.pane(*cell.pane) : nullptr;
            pane && notes.starred(*cell.pane, pane->image->facts().spacing))
            texts.starred.insert(*cell.pane);
    annotations.draw(model, texts, style, out);
    if (style.cells && style.visible && pointer)
        addCellValue(model, device(*pointer), sprites, out);
    if (aids.loupe && pointer)
        addLoupe(model, aids, device(*pointer), out); // before the notes: they are in it too
    notes.paint(model, sprites, out);
    if (aids.loupe && pointer)
        addLoupeText(model, aids, device(*pointer), sprites, out);
    sprites.endFrame();
    if (dropArea)
        addFrameOf(*dropArea, out);
    if (aids.crossHair && pointer)
        addCrossHair(model, device(*pointer), out);
    return out;
}

PaneView::PaneView(QWidget* parent, Presentation presentation)
    : QWidget(parent), m(std::make_unique<Impl>(this, presentation))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAcceptDrops(true);
    setMinimumSize(320, 240);
    setAccessibleName(tr("Mammograms"));
    qRegisterMetaType<CursorInfo>();
}

PaneView::~PaneView() = default;

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

void PaneView::resizeEvent(QResizeEvent*)
{
    m->canvas->widget().setGeometry(rect());
    m->resized();
}

void PaneView::setImage(const PaneId& pane, std::shared_ptr<const ViewImage> image)
{
    m->model.setImage(pane, std::move(image));
    if (m->notes.draft && m->notes.draft->pane == pane)
        m->leftTools.at(m->left)->giveUp();
    m->texts.score.erase(pane);
    m->texts.doubt.erase(pane);
    m->pending = true;
    redraw();
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
    redraw();
}

void PaneView::setEmptyText(const QString& text)
{
    m->texts.nothing = text;
    redraw();
}

void PaneView::clear()
{
    m->model.clear();
    m->leftTools.at(m->left)->giveUp();
    m->grabTool->giveUp();
    setNotes({});
    const ViewTexts before = std::exchange(m->texts, {});
    m->texts.all = m->aids.texts;
    m->texts.labels = m->aids.labels;
    m->texts.noticeElsewhere = before.noticeElsewhere;
    m->texts.coveredLeft = before.coveredLeft;
    m->texts.coveredRight = before.coveredRight;
    m->aids.inverted = m->model.inverted;
    redraw();
    Q_EMIT zoomChanged();
    Q_EMIT aidsChanged();
}

void PaneView::setOverlay(const PaneId& pane, std::shared_ptr<const MapOverlay> overlay)
{
    m->model.setOverlay(pane, std::move(overlay));
    redraw();
}

void PaneView::setOverlayStyle(const OverlayStyle& style)
{
    if (style == m->style)
        return;
    m->style = style;
    redraw();
    Q_EMIT overlayStyleChanged();
}

const OverlayStyle& PaneView::overlayStyle() const { return m->style; }

void PaneView::setLegend(const OverlayLegend& legend)
{
    m->texts.legend = legend;
    redraw();
}

void PaneView::setExams(const std::map<std::string, ExamRole>& exams)
{
    m->texts.exams = exams;
    redraw();
}

void PaneView::setMarks(const std::map<PaneId, std::vector<Point>>& marks)
{
    m->texts.marks = marks;
    redraw();
}

void PaneView::setCovered(int left, int right)
{
    m->texts.coveredLeft = left;
    m->texts.coveredRight = right;
    redraw();
}

void PaneView::setNoticeElsewhere(bool elsewhere)
{
    m->texts.noticeElsewhere = elsewhere;
    redraw();
}

void PaneView::setScore(const PaneId& pane, const QString& text, const QString& doubt)
{
    m->texts.score[pane] = text;
    m->texts.doubt[pane] = doubt;
    redraw();
}

void PaneView::setWindow(const PaneId& pane, const Window& window)
{
    m->model.setWindow(pane, window);
    redraw();
    Q_EMIT windowChanged(pane, shade(pane).window);
}

void PaneView::setVoiChoice(const PaneId& pane, int choice)
{
    m->model.setChoice(pane, choice);
    redraw();
    Q_EMIT windowChanged(pane, shade(pane).window);
}

void PaneView::chooseAlike(const PaneId& pane, int choice)
{
    m->model.chooseAlike(pane, choice);
    m->changedWindows(pane);
}

std::vector<PaneId> PaneView::windowGroup(const PaneId& pane) const { return m->model.windowGroup(pane); }

bool PaneView::hasOwnWindow(const PaneId& pane) const
{
    const Pane* found = m->model.pane(pane);
    return found && m->model.hasOwnWindow(*found);
}

Shade PaneView::shade(const PaneId& pane) const
{
    const Pane* found = m->model.pane(pane);
    return found ? found->shade : Shade();
}

bool PaneView::uploadsPending() const { return m->pending; }

void PaneView::redraw()
{
    m->canvas->redraw();
    Q_EMIT shownChanged();
}

QImage PaneView::grabFrame() { return m->canvas->grab(); }

CursorInfo PaneView::infoAt(QPointF position) const { return cursorInfo(m->model, m->device(position)); }

} // namespace mama::viewer
