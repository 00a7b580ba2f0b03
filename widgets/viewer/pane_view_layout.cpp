#include "widgets/viewer/pane_view_impl.h"

#include <algorithm>
#include <cmath>

// The view's public functions about layout, zoom, the pointer and commands.
namespace mama::viewer {

QString toText(const CursorInfo& info)
{
    if (!info.inside)
        return {};
    QString text = QStringLiteral("%1   x %2  y %3   ").arg(slotName(info.slot)).arg(info.column).arg(info.row);
    text += info.padded ? PaneView::tr("padding") : PaneView::tr("value %1").arg(info.value, 0, 'g', 7);
    if (info.mm)
        text += QStringLiteral("   %1, %2 mm").arg(info.mm->x, 0, 'f', 1).arg(info.mm->y, 0, 'f', 1);
    if (info.depthMm)
        text += PaneView::tr("   %1 mm from the chest wall").arg(*info.depthMm, 0, 'f', 1);
    if (info.similarity)
        text += PaneView::tr("   similarity %1").arg(static_cast<double>(*info.similarity), 0, 'f', 3);
    return text;
}

void PaneView::Impl::setActive(Slot slot)
{
    if (model.active == slot)
        return;
    model.active = slot;
    if (model.layout() == ViewLayout::Single)
        model.setLayout(ViewLayout::Single);
    q->update();
    Q_EMIT q->activeImageChanged(slot);
}

void PaneView::Impl::performLayout(ViewLayout layout)
{
    beforeMaximise.reset();
    q->setViewLayout(layout);
}

void PaneView::setViewLayout(ViewLayout layout)
{
    m->model.setLayout(layout);
    if (!m->model.hungCell(m->model.active) && !m->model.hung().empty())
        m->setActive(m->model.hung().front().slot);
    m->pending = true;
    update();
    Q_EMIT layoutChanged(layout);
    Q_EMIT zoomChanged();
}

ViewLayout PaneView::viewLayout() const { return m->model.layout(); }

void PaneView::setMloFirst(bool first)
{
    m->model.setMloFirst(first);
    update();
}

void PaneView::setZoomMode(ZoomMode mode)
{
    m->model.setZoomMode(mode);
    m->pending = true;
    update();
    Q_EMIT zoomChanged();
}

ZoomMode PaneView::zoomMode() const { return m->model.zoomMode(); }

void PaneView::setPosesLinked(bool linked) { m->model.posesLinked = linked; }

void PaneView::setPose(Slot slot, const ViewPose& pose)
{
    m->model.setPose(slot, pose);
    m->pending = true;
    update();
    Q_EMIT zoomChanged();
}

ViewPose PaneView::pose(Slot slot) const { return m->model.cell(slot).pose; }

std::optional<ViewTransform> PaneView::transform(Slot slot) const { return m->model.transform(slot); }

Slot PaneView::activeSlot() const { return m->model.active; }

void PaneView::setActiveSlot(Slot slot)
{
    if (slot != Slot::Extra)
        m->setActive(slot);
}

void PaneView::maximise(std::optional<Slot> slot)
{
    if (slot) {
        if (m->model.layout() != ViewLayout::Single)
            m->beforeMaximise = m->model.layout();
        m->setActive(*slot);
        setViewLayout(ViewLayout::Single);
    } else if (m->model.layout() == ViewLayout::Single) {
        setViewLayout(m->beforeMaximise.value_or(ViewLayout::Grid));
        m->beforeMaximise.reset();
    }
}

void PaneView::setMirrored(Slot slot, bool mirrored)
{
    const ViewCell& cell = m->model.cell(slot);
    if (!cell.image)
        return;
    m->model.setMirror(slot, mirrored == cell.image->facts().mirrorForDisplay ? std::nullopt : std::optional(mirrored));
    update();
}

void PaneView::setLoupe(bool on, double magnification, int side)
{
    m->loupe = on;
    m->loupeMagnification = std::clamp(magnification, 1.0, 16.0);
    m->loupeSide = std::clamp(side, 64, 1024);
    update();
    Q_EMIT aidsChanged();
}

void PaneView::setCrossHair(bool on)
{
    m->crossHair = on;
    update();
    Q_EMIT aidsChanged();
}

void PaneView::setTexts(bool on)
{
    m->texts.shown = on;
    update();
    Q_EMIT aidsChanged();
}

void PaneView::setMeasuring(bool on)
{
    m->measuring = on;
    if (on)
        setCursor(Qt::CrossCursor);
    else
        unsetCursor();
    if (!on)
        m->forgetMeasurements();
    update();
    Q_EMIT aidsChanged();
}

std::optional<Measurement> PaneView::measurement(Slot slot) const
{
    for (const Measurement& each : m->texts.measurements)
        if (each.slot == slot)
            return each;
    return {};
}

void PaneView::Impl::measure(Slot slot, Point from, Point to)
{
    forgetMeasurements(slot);
    texts.measurements.push_back({slot, from, to});
}

void PaneView::Impl::forgetMeasurements(std::optional<Slot> slot)
{
    std::erase_if(texts.measurements, [&](const Measurement& each) { return !slot || each.slot == *slot; });
}

void PaneView::setPatientText(const QString& text)
{
    m->texts.patient = text;
    update();
}

void PaneView::setMouse(const ViewMouse& mouse) { m->mouse = mouse; }

void PaneView::setKeysEnabled(bool on) { m->keysEnabled = on; }

void PaneView::setKey(ViewCommand command, const QKeySequence& key) { m->keys[command] = key; }

bool PaneView::uploadsPending() const { return m->pending; }

CursorInfo PaneView::infoAt(QPointF position) const
{
    CursorInfo info;
    const Point at = m->device(position);
    const auto slot = m->model.slotAt(at);
    if (!slot || !m->model.cell(*slot).image)
        return info;
    const ViewCell& cell = m->model.cell(*slot);
    const ViewImage& image = *cell.image;
    const Point stored = m->model.transform(*slot)->toStored(at);
    if (!(stored.x >= 0 && stored.y >= 0 && stored.x < image.columns() && stored.y < image.rows()))
        return info;
    info.inside = true;
    info.slot = *slot;
    info.column = static_cast<int>(stored.x);
    info.row = static_cast<int>(stored.y);
    info.padded = image.padded(info.column, info.row);
    info.value = image.value(info.column, info.row);
    info.air = !image.inBreast(info.column, info.row);
    if (const auto& mm = image.facts().spacing.mm) {
        info.mm = Point{stored.x * mm->column, stored.y * mm->row};
        info.depthMm = m->model.toDepth(*slot, at).x;
    }
    if (cell.overlay) {
        info.similarity = cell.overlay->valueAt(stored);
        info.seen = info.similarity.has_value();
    }
    return info;
}

void PaneView::Impl::step(int direction)
{
    std::vector<Slot> order;
    for (const auto& hung : cells(model.layout() == ViewLayout::Single ? ViewLayout::Grid : model.layout(), false,
                                  model.active, {0, 0, 4, 4}))
        order.push_back(hung.slot);
    const auto at = std::find(order.begin(), order.end(), model.active) - order.begin();
    const auto n = static_cast<std::ptrdiff_t>(order.size());
    setActive(order[static_cast<std::size_t>((at + direction + n) % n)]);
    pending = true;
}

} // namespace mama::viewer
