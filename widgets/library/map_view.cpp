#include "widgets/library/map_view.h"

#include "widgets/library/tile_painter.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace mama {
namespace {

constexpr double margin = 16, reach = 9; // pixels around all points; of the cursor
constexpr double mostZoom = 4000;        // times the whole map

} // namespace

MapView::MapView(StudyPlace* place, QWidget* parent)
    : QWidget(parent), m_place(place), m_painter(std::make_unique<TilePainter>())
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Map of the studies"));
    setMinimumSize(160, 120);
    connect(place, &StudyPlace::rowsChanged, this, &MapView::takeList);
    connect(place, &StudyPlace::selectionChanged, this, [this] {
        if (!m_isChoosing && !std::exchange(m_chosen, {}).empty())
            Q_EMIT pointsChosen();
        repaintAll();
    });
    connect(place, &StudyPlace::currentChanged, this, [this](int row) {
        update();
        const QString title = m_source && row >= 0 && row < m_place->rows() ? m_source(row).title : QString();
        setAccessibleDescription(title);
    });
}

MapView::~MapView() = default;

void MapView::setPoints(std::vector<float> places)
{
    m_places = std::move(places);
    m_rows.assign(m_places.size() / 2, -1);
    m_kinds.assign(m_rows.size(), 0);
    m_firstOf.clear();
    m_chosen.clear();
    m_hovered = m_hoveredRow = -1;
    double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
    for (std::size_t i = 0; i < m_places.size(); i += 2) {
        left = std::min(left, double(m_places[i]));
        right = std::max(right, double(m_places[i]));
        top = std::min(top, double(m_places[i + 1]));
        bottom = std::max(bottom, double(m_places[i + 1]));
    }
    m_bounds = m_places.empty() ? QRectF(0, 0, 1, 1) : QRectF(QPointF(left, top), QPointF(right, bottom));
    fit();
}

void MapView::setRows(std::vector<int> rows)
{
    rows.resize(m_rows.size(), -1);
    m_rows = std::move(rows);
    m_firstOf.assign(static_cast<std::size_t>(m_place->rows()) + 1, 0);
    for (int& row : m_rows) {
        row = row < m_place->rows() ? row : -1;
        if (row >= 0)
            ++m_firstOf[static_cast<std::size_t>(row)];
    }
    std::partial_sum(m_firstOf.begin(), m_firstOf.end(), m_firstOf.begin());
    m_byRow.resize(m_firstOf.back());
    for (std::size_t point = m_rows.size(); point-- > 0;)
        if (m_rows[point] >= 0)
            m_byRow[--m_firstOf[static_cast<std::size_t>(m_rows[point])]] = static_cast<std::uint32_t>(point);
    m_hovered = -1;
    repaintAll();
}

// Another list: none of its rows until they are told.
void MapView::takeList()
{
    std::fill(m_rows.begin(), m_rows.end(), -1);
    m_firstOf.clear();
    m_chosen.clear();
    m_hovered = m_hoveredRow = -1;
    repaintAll();
}

void MapView::setKinds(std::vector<std::uint8_t> kinds, std::vector<QColor> colours)
{
    kinds.resize(m_rows.size(), 0);
    m_kinds = std::move(kinds);
    m_colours = std::move(colours);
    repaintAll();
}

void MapView::setSource(std::function<StudyTile(int)> source) { m_source = std::move(source); }

void MapView::refresh() { update(); }

void MapView::setTool(Tool tool)
{
    m_tool = tool;
    endDrag();
    tool == Tool::Pan ? setCursor(Qt::OpenHandCursor) : setCursor(Qt::CrossCursor);
}

void MapView::fit()
{
    m_isWhole = true;
    m_centre = m_bounds.center();
    const double width = std::max(this->width() - 2 * margin, 1.0), height = std::max(this->height() - 2 * margin, 1.0);
    const double wide = m_bounds.width() > 0 ? width / m_bounds.width() : INFINITY,
                 high = m_bounds.height() > 0 ? height / m_bounds.height() : INFINITY;
    m_scale = std::isinf(std::min(wide, high)) ? 1 : std::min(wide, high);
    repaintAll();
}

QPointF MapView::placeOf(std::size_t point) const
{
    return {(double(m_places[2 * point]) - m_centre.x()) * m_scale + width() / 2.0,
            (double(m_places[2 * point + 1]) - m_centre.y()) * m_scale + height() / 2.0};
}

void MapView::zoomBy(double factor, const QPointF& around)
{
    const double size = std::max({m_bounds.width(), m_bounds.height(), 1e-9});
    const double least = std::min(width(), height()) / size / 4, most = mostZoom * least;
    const double scale = std::clamp(m_scale * factor, least, std::max(least, most));
    const QPointF middle(width() / 2.0, height() / 2.0);
    m_centre += (around - middle) * (1 / m_scale - 1 / scale); // what is under the cursor stays there
    m_scale = scale;
    m_isWhole = false;
    repaintAll();
}

void MapView::panBy(const QPointF& pixels)
{
    m_isWhole = false;
    m_centre -= pixels / m_scale;
    m_centre.setX(std::clamp(m_centre.x(), m_bounds.left(), m_bounds.right()));
    m_centre.setY(std::clamp(m_centre.y(), m_bounds.top(), m_bounds.bottom()));
    repaintAll();
}

int MapView::pointAt(const QPointF& at) const
{
    const auto x = static_cast<float>((at.x() - width() / 2.0) / m_scale + m_centre.x()),
               y = static_cast<float>((at.y() - height() / 2.0) / m_scale + m_centre.y());
    const double within = std::max(reach, dotSize() / 2.0 + 2) / m_scale;
    auto nearest = static_cast<float>(within * within);
    int found = -1;
    const float* places = m_places.data();
    const int* rows = m_rows.data();
    for (std::size_t i = 0, n = m_rows.size(); i < n; ++i) {
        const float dx = places[2 * i] - x, dy = places[2 * i + 1] - y, squares = dx * dx + dy * dy;
        if (squares < nearest && rows[i] >= 0) {
            nearest = squares;
            found = static_cast<int>(i);
        }
    }
    return found;
}

// The region is drawn once, then every point looks up its pixel: a lasso of any number of corners costs the same.
void MapView::select(const QPolygonF& around, Qt::KeyboardModifiers modifiers)
{
    QImage mask(size(), QImage::Format_Grayscale8);
    mask.fill(0);
    QPainter painter(&mask);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Qt::white);
    painter.drawPolygon(around, Qt::WindingFill);
    painter.end();
    const bool adds = modifiers.testFlag(Qt::ControlModifier), takes = modifiers.testFlag(Qt::ShiftModifier);
    std::vector<bool> chosen(m_choosesPoints ? m_rows.size() : static_cast<std::size_t>(m_place->rows()));
    if (adds || takes)
        for (std::size_t i = 0; i < chosen.size(); ++i)
            chosen[i] = m_choosesPoints ? isListedAndChosen(i) : m_place->isSelected(static_cast<int>(i));
    for (std::size_t point = 0; point < m_rows.size(); ++point) {
        if (m_rows[point] < 0)
            continue;
        const QPointF at = placeOf(point);
        const int x = static_cast<int>(std::floor(at.x())), y = static_cast<int>(std::floor(at.y()));
        if (x >= 0 && y >= 0 && x < mask.width() && y < mask.height() && mask.constScanLine(y)[x] != 0)
            chosen[m_choosesPoints ? point : static_cast<std::size_t>(m_rows[point])] = !takes;
    }
    m_choosesPoints ? choose(std::move(chosen)) : m_place->select(std::move(chosen));
}

void MapView::setChoosesPoints(bool on)
{
    m_choosesPoints = on;
    if (!on)
        m_chosen.clear();
}

// Just these points; the list has their studies selected.
void MapView::choose(std::vector<bool> points)
{
    std::vector<bool> selected(static_cast<std::size_t>(m_place->rows()));
    for (std::size_t point = 0; point < points.size(); ++point)
        if (points[point])
            selected[static_cast<std::size_t>(m_rows[point])] = true;
    m_chosen = std::move(points);
    m_isChoosing = true;
    m_place->select(std::move(selected));
    m_isChoosing = false;
    repaintAll();
    Q_EMIT pointsChosen();
}

std::vector<std::uint32_t> MapView::chosenPoints() const
{
    std::vector<std::uint32_t> out;
    for (std::size_t point = 0; point < m_chosen.size(); ++point)
        if (m_chosen[point])
            out.push_back(static_cast<std::uint32_t>(point));
    return out;
}

std::span<const std::uint32_t> MapView::pointsOf(int row) const
{
    const auto at = static_cast<std::size_t>(row);
    if (row < 0 || at + 1 >= m_firstOf.size())
        return {};
    return std::span(m_byRow).subspan(m_firstOf[at], m_firstOf[at + 1] - m_firstOf[at]);
}

void MapView::setHovered(int row)
{
    if (std::exchange(m_hoveredRow, row) != row)
        update();
}

// None while another, shorter list comes: others hear of it first.
int MapView::hoveredRow() const
{
    const int row = m_hovered >= 0 ? m_rows[static_cast<std::size_t>(m_hovered)] : -1;
    return row < m_place->rows() ? row : -1;
}

void MapView::hover(int point)
{
    if (point == m_hovered)
        return;
    const int before = hoveredRow();
    m_hovered = point;
    update();
    if (hoveredRow() != before)
        Q_EMIT hovered(hoveredRow());
}

} // namespace mama
