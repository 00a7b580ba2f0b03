#include "widgets/viewer/note_layer.h"

#include "core/study/study.h"
#include "widgets/viewer/label_places.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <set>

namespace mama::viewer {
namespace {

constexpr double reach = 7; // logical pixels within which a hand takes hold

int scaled(double logical, double unit) { return static_cast<int>(std::lround(logical * unit)); }

double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

Point nearestOn(Point a, Point b, Point to)
{
    const double dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    const double share = square > 0 ? std::clamp(((to.x - a.x) * dx + (to.y - a.y) * dy) / square, 0.0, 1.0) : 0;
    return {a.x + share * dx, a.y + share * dy};
}

Point nearestOn(const Outline& outline, const ViewTransform& transform, Point to)
{
    Point best = transform.toScreen(outline.places.front());
    const std::size_t lines = outline.places.size() - (outline.closed ? 0 : 1);
    for (std::size_t i = 0; i < lines; ++i) {
        const Point at = nearestOn(transform.toScreen(outline.places[i]),
                                   transform.toScreen(outline.places[(i + 1) % outline.places.size()]), to);
        if (distance(at, to) < distance(best, to))
            best = at;
    }
    return best;
}

// The middle of where a shape reaches farthest to each side, of what of it lies in the area.
LabelPlaces::Touch touchOf(const Shape& shape, const ViewTransform& transform, const PixelRect& area)
{
    std::vector<Point> seen;
    for (const Point& each : outlineOf(shape).places)
        if (const Point at = transform.toScreen(each); area.contains(at.x, at.y))
            seen.push_back(at);
    if (seen.empty())
        seen.push_back({area.x + area.width / 2.0, area.y + area.height / 2.0});
    const auto middle = [&](double Point::*of, double sign, double Point::*wanted) {
        double most = -1e30, first = 0, last = 0;
        for (const Point& each : seen) {
            const double reached = sign * each.*of;
            if (reached > most + 0.5)
                first = last = each.*wanted;
            else if (reached < most - 0.5)
                continue;
            most = std::max(most, reached);
            first = std::min(first, each.*wanted);
            last = std::max(last, each.*wanted);
        }
        return static_cast<int>(std::lround((first + last) / 2));
    };
    return {middle(&Point::x, 1, &Point::y), middle(&Point::x, -1, &Point::y), middle(&Point::y, 1, &Point::x),
            middle(&Point::y, -1, &Point::x)};
}

// Equal keys, equal pictures: nothing of it tells where on the screen it lies, so that panning draws nothing anew.
std::string keyOf(std::uint64_t version, const NoteLook& look, const ViewTransform& t, const PixelRect& whole,
                  const PixelRect& part, const PixelRect& hole)
{
    std::string key = std::to_string(version) + (look.selected ? 's' : '-') + (look.hovered ? 'h' : '-') +
                      (look.unsaved ? 'u' : '-') + (look.open ? 'o' : '-') + (t.lying ? 'l' : '-');
    for (const double each : {t.scaleX, t.scaleY, look.unit, std::round((t.originX - whole.x) * 16),
                              std::round((t.originY - whole.y) * 16)})
        key += ' ' + std::to_string(each);
    for (const int each : {part.x - whole.x, part.y - whole.y, part.width, part.height, hole.x - whole.x,
                           hole.y - whole.y, hole.width, hole.height})
        key += ' ' + std::to_string(each);
    return key;
}

} // namespace

void NoteLayer::set(std::map<PaneId, std::vector<Note>> notes)
{
    std::map<std::int64_t, Kept> kept;
    for (const auto& [pane, list] : notes)
        for (const Note& note : list) {
            const auto before = find(note.id);
            const auto had = m_kept.find(note.id);
            if (before && had != m_kept.end() && before->note->shape == note.shape)
                kept[note.id] = std::move(had->second);
            else
                kept[note.id].version = ++m_version;
        }
    m_kept = std::move(kept);
    m_notes = std::move(notes);
    if (selected && !m_kept.contains(*selected))
        selected.reset();
    if (hovered && !m_kept.contains(hovered->id))
        hovered.reset();
    if (moving && !m_kept.contains(moving->first))
        moving.reset();
}

std::optional<NoteLayer::Place> NoteLayer::find(std::int64_t id) const
{
    for (const auto& [pane, list] : m_notes)
        for (const Note& note : list)
            if (note.id == id)
                return Place{pane, &note};
    return std::nullopt;
}

std::vector<Note> NoteLayer::notesOn(const PaneId& pane) const
{
    const auto found = m_notes.find(pane);
    return found == m_notes.end() ? std::vector<Note>() : found->second;
}

bool NoteLayer::starred(const PaneId& pane, const SpacingFact& spacing) const
{
    if (draft && draft->pane == pane)
        return isUncorrected(spacing);
    const auto found = m_notes.find(pane);
    return m_shown && found != m_notes.end() &&
           std::ranges::any_of(found->second, [&](const Note& note) { return bearsStar(note, spacing); });
}

// Handles of the chosen one first, then what was drawn last.
std::optional<NoteLayer::Hit> NoteLayer::hit(const ViewModel& model, const Look& look) const
{
    const auto transform = model.transform(look.pane);
    const auto list = m_notes.find(look.pane);
    if (!m_shown || !transform || list == m_notes.end())
        return std::nullopt;
    const double near = reach * look.unit / look.magnification;
    std::optional<Hit> line;
    const auto tryOne = [&](const Note& note) -> std::optional<Hit> {
        const std::vector<Point> handles = handlesOf(note.shape);
        for (std::size_t i = 0; i < handles.size(); ++i) {
            const Point at = transform->toScreen(handles[i]);
            if (distance(at, look.at) <= near)
                return Hit{note.id, static_cast<int>(i)};
        }
        const Outline outline = outlineOf(note.shape);
        const std::size_t lines = outline.places.size() - (outline.closed ? 0 : 1);
        for (std::size_t i = 0; i < lines && !line; ++i)
            if (distance(look.at, nearestOn(transform->toScreen(outline.places[i]),
                                            transform->toScreen(outline.places[(i + 1) % outline.places.size()]),
                                            look.at)) <= near)
                line = Hit{note.id, -1};
        return std::nullopt;
    };
    if (const auto chosen = selected ? find(*selected) : std::nullopt; chosen && chosen->pane == look.pane)
        if (const auto found = tryOne(*chosen->note))
            return found;
    for (auto note = list->second.rbegin(); note != list->second.rend(); ++note)
        if (const auto found = tryOne(*note))
            return found;
    for (const Label& label : m_labels)
        if (!line && label.pane == look.pane && label.area.contains(look.at.x, look.at.y))
            line = Hit{label.id, -1};
    return line;
}

std::vector<NoteLayer::Item> NoteLayer::itemsOn(const PaneId& pane, double unit)
{
    std::vector<Item> items;
    const auto list = m_notes.find(pane);
    if (m_shown && list != m_notes.end())
        for (const Note& note : list->second) {
            Item item{note, pane, &m_kept.at(note.id), {}};
            if (moving && moving->first == note.id && !(moving->second == note.shape)) {
                item.note.shape = moving->second;
                item.note.figures.reset();
                item.kept = &m_draftKept;
                m_draftKept.version = ++m_version;
            }
            item.look = {selected == note.id, hovered && hovered->id == note.id, note.unsaved, false, unit};
            items.push_back(std::move(item));
        }
    if (draft && draft->pane == pane) {
        m_draftKept.version = ++m_version;
        Note note;
        note.shape = draft->shape;
        items.push_back({note, pane, &m_draftKept, {false, false, false, draft->open, unit}});
    }
    return items;
}

void NoteLayer::paint(const ViewModel& model, TextSprites& text, SceneFrame& frame)
{
    m_labels.clear();
    for (const HungCell& cell : model.hung())
        if (cell.pane && model.pane(*cell.pane))
            paintCell(model, cell, text, frame);
}

// In a cell and, where the loupe shows another scale, in the loupe instead: lines lie on the tissue in both.
void NoteLayer::paintCell(const ViewModel& model, const HungCell& cell, TextSprites& text, SceneFrame& frame)
{
    const std::vector<Item> items = itemsOn(*cell.pane, frame.unit);
    if (items.empty())
        return;
    const ViewImage& image = *model.pane(*cell.pane)->image;
    const auto loupe =
        std::ranges::find_if(frame.loupes, [&](const ScenePane& one) { return one.image.get() == &image; });
    const Ground ground{*model.transform(*cell.pane), cell.area,
                        frame.loupes.empty() ? PixelRect() : frame.loupes.front().area};
    const std::size_t texts = frame.sprites.size();
    for (const Item& item : items) {
        paintShape(item, item.kept->base, ground, text, frame);
        if (loupe != frame.loupes.end())
            paintShape(item, item.kept->inLoupe, {loupe->transform, loupe->area, {}}, text, frame);
    }
    SceneFrame labels; // their places keep off the texts that were there before the lines
    labels.unit = frame.unit;
    labels.sprites.assign(frame.sprites.begin(), frame.sprites.begin() + static_cast<std::ptrdiff_t>(texts));
    paintLabels(items, ground, image, text, labels);
    frame.bars.insert(frame.bars.end(), labels.bars.begin(), labels.bars.end());
    frame.sprites.insert(frame.sprites.end(), labels.sprites.begin() + static_cast<std::ptrdiff_t>(texts),
                         labels.sprites.end());
}

// Whether there is anything of it in its area.
bool NoteLayer::paintShape(const Item& item, Drawn& drawn, const Ground& ground, TextSprites& text, SceneFrame& frame)
{
    if (item.note.shape.numbers.empty())
        return false;
    const PixelRect whole = noteArea(item.note.shape, ground.transform, item.look.unit),
                    part = intersected(whole, ground.area), hole = intersected(part, ground.hole);
    if (part.empty() || (hole.width == part.width && hole.height == part.height))
        return false;
    if (std::string key = keyOf(item.kept->version, item.look, ground.transform, whole, part, hole); drawn.key != key) {
        QImage picture = drawNote(item.note.shape, item.look, ground.transform, part);
        if (!hole.empty()) {
            QPainter eraser(&picture);
            eraser.setCompositionMode(QPainter::CompositionMode_Clear);
            eraser.fillRect(hole.x - part.x, hole.y - part.y, hole.width, hole.height, Qt::transparent);
        }
        drawn.sprite = text.picture(picture);
        drawn.key = std::move(key);
    }
    drawn.sprite.x = part.x;
    drawn.sprite.y = part.y;
    frame.sprites.push_back(drawn.sprite);
    return true;
}

void NoteLayer::paintLabels(const std::vector<Item>& items, const Ground& ground, const ViewImage& image,
                            TextSprites& text, SceneFrame& frame)
{
    const double unit = frame.unit;
    LabelPlaces places(ground.area);
    for (const Sprite& each : frame.sprites)
        places.keepFree({each.x, each.y, each.width, each.height});
    places.keepFree(ground.hole, 2);
    constexpr double airFirst = 2e-5; // rather beside the breast, if a side is there
    const Box breast = image.breastBox();
    const Point a = ground.transform.toScreen({double(breast.x0), double(breast.y0)}),
                b = ground.transform.toScreen({breast.x1 + 1.0, breast.y1 + 1.0});
    places.keepFree({static_cast<int>(std::min(a.x, b.x)), static_cast<int>(std::min(a.y, b.y)),
                     static_cast<int>(std::abs(b.x - a.x)), static_cast<int>(std::abs(b.y - a.y))},
                    airFirst);
    for (const Item& item : items)
        if (!item.note.shape.numbers.empty())
            places.keepFree(lesionArea(item.note.shape, ground.transform, unit), 2);
    for (const Item& item : items) {
        if (item.note.shape.numbers.empty() ||
            intersected(noteArea(item.note.shape, ground.transform, unit), ground.area).empty())
            continue;
        const std::vector<TextLine> lines = labelOf(item.note, image.facts().spacing, ground.area.width, unit);
        if (lines.empty())
            continue;
        Sprite words = text.text(lines, false, std::max(40, ground.area.width - scaled(8, unit)), unit);
        const PixelRect label = places.place(lesionArea(item.note.shape, ground.transform, unit),
                                             touchOf(item.note.shape, ground.transform, ground.area), words.width,
                                             words.height, scaled(6, unit));
        words.x = label.x;
        words.y = label.y;
        frame.bars.push_back({label, 0, 0, 0, 0.5F});
        paintLeader(item, label, ground, text, frame);
        frame.sprites.push_back(words);
        if (item.note.id != 0)
            m_labels.push_back({item.pane, item.note.id, label});
    }
}

// From a label that stands away from its shape.
void NoteLayer::paintLeader(const Item& item, const PixelRect& label, const Ground& ground, TextSprites& text,
                            SceneFrame& frame)
{
    const double unit = item.look.unit;
    const PixelRect seen = intersected(lesionArea(item.note.shape, ground.transform, unit), ground.area);
    const PixelRect shape = noteArea(item.note.shape, ground.transform, unit);
    const QRectF from(label.x, label.y, label.width, label.height);
    const Point touched =
        nearestOn(outlineOf(item.note.shape), ground.transform, {from.center().x(), from.center().y()});
    const QPointF nearest(touched.x, touched.y);
    const QPointF start(std::clamp(nearest.x(), from.left(), from.right()),
                        std::clamp(nearest.y(), from.top(), from.bottom()));
    const double gap = std::hypot(nearest.x() - start.x(), nearest.y() - start.y());
    const bool close = gap < 12 * unit && item.note.shape.kind != ShapeKind::Note;
    if (!ground.area.contains(nearest.x(), nearest.y()) || close || seen.empty() ||
        ground.hole.contains(nearest.x(), nearest.y()))
        return;
    const QRectF bounds = QRectF(start, nearest).normalized().adjusted(-2 * unit, -2 * unit, 2 * unit, 2 * unit);
    const QRect part = bounds.toAlignedRect();
    const PixelRect area{part.x(), part.y(), part.width(), part.height()};
    Drawn& drawn = item.kept->leader;
    const QPointF offset(start.x() - area.x, start.y() - area.y), other(nearest.x() - area.x, nearest.y() - area.y);
    std::string key = std::to_string(shape.width);
    for (const double each : {offset.x(), offset.y(), other.x(), other.y(), unit})
        key += ' ' + std::to_string(std::round(each * 16));
    if (drawn.key != key) {
        drawn.sprite = text.picture(drawLeader(start, nearest, colourOf(item.note.shape.kind), unit, area));
        drawn.key = std::move(key);
    }
    drawn.sprite.x = area.x;
    drawn.sprite.y = area.y;
    frame.sprites.push_back(drawn.sprite);
}

} // namespace mama::viewer
