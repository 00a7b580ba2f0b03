// The tiles by the values of their files, and the window that these are shown by.
#include "app/workstation/library/library_page.h"
#include "app/workstation/library/pictures/stored_pictures.h"
#include "app/workstation/library/pictures/tile_pictures.h"
#include "app/workstation/look/settings_keys.h"
#include "widgets/library/study_grid.h"

#include <QAction>
#include <QLocale>
#include <QMenu>
#include <algorithm>
#include <cmath>

namespace mama {
namespace {

constexpr int zoomWithBits = 320; // from this width of a tile on a thumbnail is too little
constexpr double step = 0.05, factor = 1.15, leastWidth = 0.001, mostWidth = 20;

} // namespace

void LibraryPage::buildBits()
{
    const QString menu = QStringLiteral("&Library");
    const auto onTiles = [this](QAction* action) {
        action->setProperty("ofPictures", true);
        m_whenOpen.push_back(action);
        m_grid->addAction(action);
    };
    m_bits = add(menu, {"library.bits", tr("Stored values in the tiles"), [] {}});
    m_bits->setCheckable(true);
    m_bits->setToolTip(tr("Tiles with the 12 to 16 bits of their files, by a window that keys change; tiles from %1 "
                          "pixels on are always shown so")
                           .arg(zoomWithBits));
    m_bits->setChecked(m_settings.value(settings_keys::libraryBits).toBool());
    onTiles(m_bits);
    connect(m_bits, &QAction::toggled, this, &LibraryPage::showBits);
    QMenu* window = addSubmenu(menu, tr("Window of the tiles"));
    const auto by = [&](const Command& command) { onTiles(add(window, command)); };
    by({"library.window.brighter", tr("Brighter"), [this] { changeWindow(-step, 1); }});
    by({"library.window.darker", tr("Darker"), [this] { changeWindow(step, 1); }});
    by({"library.window.more", tr("More contrast"), [this] { changeWindow(0, 1 / factor); }});
    by({"library.window.less", tr("Less contrast"), [this] { changeWindow(0, factor); }});
    by({"library.window.reset", tr("As the files say"), [this] { changeWindow(0, 0); }});
    connect(m_stored, &StoredPictures::changed, m_grid, qOverload<>(&StudyGrid::refresh));
    connect(m_grid, &StudyGrid::zoomed, this, &LibraryPage::showBits);
}

bool LibraryPage::showsBits() const
{
    return !m_isTable && !m_isMap && (m_bits->isChecked() || m_grid->zoom() >= zoomWithBits);
}

// By how much of the window's width it moves, and how many times as wide it becomes; 0: as it was.
void LibraryPage::changeWindow(double centre, double width)
{
    if (!showsBits())
        m_bits->setChecked(true);
    WindowChange change = m_stored->window();
    change.centre += centre * change.width;
    change.width = std::clamp(change.width * width, leastWidth, mostWidth);
    m_stored->setWindow(width == 0 ? WindowChange() : change);
    showSummary();
}

// Of the studies on screen alone: a file is large.
void LibraryPage::wantStored()
{
    std::vector<std::pair<std::int64_t, std::array<TilePicture, 4>>> studies;
    const StudyResult& result = m_session->result();
    const auto [first, last] = m_grid->shown();
    for (int row = std::max(first, 0); showsBits() && result.columns && row <= last; ++row)
        if (static_cast<std::size_t>(row) < result.rows.size()) {
            const std::int64_t study = result.columns->id(studyAt(row));
            studies.emplace_back(study, m_pictures->pictures(study));
        }
    m_stored->want(studies);
}

void LibraryPage::showBits()
{
    wantStored();
    m_grid->refresh();
    showSummary();
}

void LibraryPage::putStored(std::array<TilePicture, 4>& pictures) const
{
    for (TilePicture& each : pictures)
        if (const QImage picture = m_stored->picture(each.image); each.image != 0 && !picture.isNull())
            each.picture = picture;
}

QString LibraryPage::bitsText() const
{
    if (!showsBits())
        return {};
    const double width = m_stored->window().width;
    return m_stored->window() == WindowChange() ? tr(" · by stored values")
                                                : tr(" · by stored values, window %1 % wide")
                                                      .arg(QLocale().toString(100 * width, 'f', width < 0.1 ? 1 : 0));
}

} // namespace mama
