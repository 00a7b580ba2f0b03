#include "app/workstation/read/seen_pictures.h"

#include "core/base/error.h"
#include "core/study/study.h"
#include "widgets/look/shown_text.h"

#include <algorithm>
#include <cstring>

namespace mama {
namespace {

// The grid over the prepared picture itself.
Geometry gridOf(const Geometry& geometry)
{
    const Geometry::Chain& made = geometry.chain();
    Geometry::Chain chain;
    chain.storedColumns = chain.resizedColumns = made.inputSize.columns;
    chain.storedRows = chain.resizedRows = made.inputSize.rows;
    chain.crop = {0, 0, made.inputSize.columns - 1, made.inputSize.rows - 1};
    chain.inputColumns = made.inputSize.columns;
    chain.inputRows = made.inputSize.rows;
    chain.inputSize = made.inputSize;
    chain.patch = made.patch;
    return Geometry(chain);
}

// 1 where a cell lies in the breast, [rows / 8 up, columns / 8 up] of the picture.
Raster<std::uint8_t> breastOf(const Geometry& grid, const std::vector<std::uint8_t>& cells)
{
    const Extent size = grid.chain().inputSize;
    Raster<std::uint8_t> out((size.rows + 7) / 8, (size.columns + 7) / 8);
    for (int y = 0; y < out.rows; ++y)
        for (int x = 0; x < out.columns; ++x) {
            const auto cell = grid.patchAt({x * 8 + 4.0, y * 8 + 4.0});
            const std::size_t at =
                cell ? static_cast<std::size_t>(cell->first * grid.gridColumns() + cell->second) : cells.size();
            out.at(y, x) = at < cells.size() ? cells[at] : 0;
        }
    return out;
}

std::shared_ptr<const viewer::ViewImage> pictureOf(const protocol::PrepareReply& reply, const StudyImage& image)
{
    StoredImage stored{reply.size.rows, reply.size.columns, 1, SampleType::U8, {}};
    stored.bytes.resize(reply.picture.size());
    std::memcpy(stored.bytes.data(), reply.picture.data(), reply.picture.size());
    GreyPipeline pipeline;
    pipeline.voi.push_back({Window{127.5, 255, WindowFunction::LinearExact, "model"}, {}});
    StudyImage facts = image;
    facts.spacing = {};
    facts.mirrorForDisplay = facts.flipForDisplay = facts.mirrored = false;
    facts.chestWallColumn = -1;
    facts.header.frames = 1;
    facts.warnings.clear();
    facts.badges = {UserText{TextId("seen.as_model_sees", "as the model sees it: %1 × %2 pixels, not mirrored"),
                             reply.size.columns, reply.size.rows}};
    Raster<std::uint8_t> whole((stored.rows + 7) / 8, (stored.columns + 7) / 8);
    std::ranges::fill(whole.values, std::uint8_t{1});
    return viewer::ViewImage::make(stored, pipeline, facts, &whole);
}

} // namespace

SeenPictures::SeenPictures(ModelSession& session, viewer::PaneView& view, QObject* parent)
    : QObject(parent), m_session(session), m_view(view)
{
    connect(&session, &ModelSession::prepared, this, &SeenPictures::take);
    connect(&session, &ModelSession::notPrepared, this, [this](std::size_t image, const QString& reason) {
        if (on())
            m_view.setEmptyText(seenPane(image), reason);
    });
}

viewer::PaneId SeenPictures::seenPane(std::size_t image) const { return {m_study->uid + " seen", image}; }

void SeenPictures::show(std::shared_ptr<const Study> study)
{
    m_study = std::move(study);
    m_before = m_view.viewLayout();
    m_cells = m_cellsBefore = m_view.hung();
    m_grids.clear();
    std::vector<std::size_t> wanted;
    for (viewer::HungCell& cell : m_cells) {
        cell.turn = {};
        if (!cell.pane || cell.pane->image >= m_study->images.size())
            continue;
        wanted.push_back(cell.pane->image);
        cell.pane = seenPane(cell.pane->image);
        m_view.setEmptyText(*cell.pane, tr("preparing…"));
    }
    m_view.hang(m_cells);
    viewer::OverlayStyle style = m_view.overlayStyle();
    m_gridBefore = std::exchange(style.cells, true);
    m_airBefore = std::exchange(style.hideAir, false); // the model sees it too
    m_view.setOverlayStyle(style);
    Q_EMIT changed(true);
    for (const std::size_t image : wanted)
        m_session.prepare(image);
}

void SeenPictures::leave()
{
    if (!on())
        return;
    for (const viewer::HungCell& cell : std::exchange(m_cells, {}))
        if (cell.pane)
            m_view.setImage(*cell.pane, nullptr);
    m_grids.clear();
    viewer::OverlayStyle style = m_view.overlayStyle();
    style.cells = m_gridBefore;
    style.hideAir = m_airBefore;
    m_view.setOverlayStyle(style);
    Q_EMIT changed(false);
}

void SeenPictures::take(std::size_t image, const protocol::PrepareReply& reply)
{
    const auto cell =
        std::ranges::find_if(m_cells, [&](const viewer::HungCell& each) { return each.pane == seenPane(image); });
    if (!on() || cell == m_cells.end())
        return;
    try {
        const Geometry grid = gridOf(Geometry::fromJson(reply.patches.geometry));
        if (reply.picture.size() !=
            static_cast<std::size_t>(reply.size.rows) * static_cast<std::size_t>(reply.size.columns))
            throw Error(ErrorCode::Format, "read", "picture", "it has another size than it says");
        m_view.setImage(*cell->pane, pictureOf(reply, m_study->images[image]));
        m_grids[image] = {{}, grid, breastOf(grid, reply.patches.breast)};
    } catch (const std::exception& error) {
        m_view.setEmptyText(*cell->pane, shownError(error));
        return;
    }
    Q_EMIT changed(true); // for its map
}

void SeenPictures::showMaps(const SentenceResult* result)
{
    for (const auto& [image, grid] : m_grids) {
        std::shared_ptr<const viewer::MapOverlay> overlay;
        for (const SentenceMap& map : result ? result->maps : std::vector<SentenceMap>())
            if (map.pane == viewer::PaneId{m_study->uid, image} && map.overlay) {
                viewer::MapOverlay own = grid;
                own.values = map.overlay->values;
                own.difference = map.overlay->difference;
                overlay = std::make_shared<const viewer::MapOverlay>(std::move(own));
            }
        m_view.setOverlay(seenPane(image), overlay);
    }
}

} // namespace mama
