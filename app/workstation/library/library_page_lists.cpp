// What stands in grid, table, map and details, and where the place is in them.
#include "app/workstation/library/ask_bar.h"
#include "app/workstation/library/library_map.h"
#include "app/workstation/library/library_page.h"
#include "app/workstation/library/models/score_texts.h"
#include "app/workstation/library/pictures/tile_pictures.h"
#include "app/workstation/look/settings_keys.h"
#include "core/library/studies/filter_edit.h"
#include "widgets/library/facet_panel.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_grid.h"
#include "widgets/library/study_table.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <algorithm>

namespace mama {
namespace {

constexpr int ownColumns = 5; // study, patient, date, images, tags; after the first stand the scores

QString shownValue(const StudyColumn& column, std::uint32_t study)
{
    if (!column.of)
        return QString::fromStdString(column.values[column.codes[study]]);
    const auto [first, last] = std::equal_range(column.of->begin(), column.of->end(), study);
    QStringList values;
    for (auto row = first; row != last; ++row)
        if (const std::uint16_t code = column.codes[static_cast<std::size_t>(row - column.of->begin())]) {
            const QString value = QString::fromStdString(column.values[code]);
            if (!values.contains(value))
                values << value;
        }
    values.sort();
    return values.join(QStringLiteral(", "));
}

} // namespace

void LibraryPage::connectLists()
{
    m_grid->setSource([this](int row) { return tile(row); });
    connect(m_grid, &StudyGrid::shownChanged, this, &LibraryPage::wantPictures);
    connect(m_grid, &StudyGrid::opened, this, &LibraryPage::openCurrent);
    connect(m_grid, &StudyGrid::relinkAsked, this, &LibraryPage::relinkFiles);
    connect(m_table, &StudyTable::opened, this, &LibraryPage::openCurrent);
    m_map->setSource([this](int row) { return tile(row); });
    connect(m_map, &LibraryMap::chosen, this, &LibraryPage::showSummary);
    connect(m_map, &LibraryMap::opened, this, &LibraryPage::openCurrent);
    connect(&m_map->job(), &MapJob::finished, this, [this] { m_ask->asked().reload(); });
    connect(m_map, &LibraryMap::wanted, this, &LibraryPage::wantPictures);
    connect(&m_ask->asked(), &AskSession::loaded, this, [this] {
        const AskSession& asked = m_ask->asked();
        m_map->setLibrary(m_session->folder(), asked.sharedIndex(), asked.loading());
    });
    connect(m_table, &StudyTable::sortAsked, this, [this](const QString& column, Qt::SortOrder order) {
        if (column == QLatin1String("tag")) // a study has any number of them
            return showColumns();
        changeQuestion([&](StudyQuestion& question) {
            question.field = column.toStdString();
            question.descending = order == Qt::DescendingOrder;
        });
    });
    connect(m_place, &StudyPlace::currentChanged, this, &LibraryPage::showCurrent);
    connect(m_place, &StudyPlace::selectionChanged, this, &LibraryPage::showSummary);
    connect(m_facets, &FacetPanel::turned, this, [this](const QString& field, const QString& value) {
        setFilter(QString::fromStdString(
            filterText(turned(m_session->result().clauses, field.toStdString(), value.toStdString()))));
    });
    connect(m_chips, &QLabel::linkActivated, this, [this](const QString& link) {
        if (link == QLatin1String("kept"))
            return keepNone();
        auto clauses = m_session->result().clauses;
        const auto at = link.toULongLong();
        if (at < clauses.size())
            clauses.erase(clauses.begin() + static_cast<std::ptrdiff_t>(at));
        setFilter(QString::fromStdString(filterText(clauses)));
    });
    connect(m_details, &StudyDetails::opened, this, [this](std::int64_t image) {
        m_details->setImage(image);
        openCurrent();
    });
    connect(m_details, &StudyDetails::labelAsked, this, &LibraryPage::labelStudy);
    connect(m_details, &StudyDetails::studyAsked, this, &LibraryPage::goToStudy);
}

void LibraryPage::goToStudy(std::int64_t study)
{
    const auto& rows = m_session->result().rows;
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [&](std::uint32_t each) { return m_session->result().columns->id(each) == study; });
    if (found != rows.end())
        return m_place->setCurrent(static_cast<int>(found - rows.begin()));
    m_returnTo = study;
    keepNone();
    setFilter({});
}

// Where it lies among the others is seen there, and Read shows it first.
void LibraryPage::goToImage(std::int64_t study, std::int64_t image)
{
    m_showDetails->setChecked(true);
    m_details->setImage(image);
    goToStudy(study);
}

std::uint32_t LibraryPage::studyAt(int row) const { return m_session->result().rows[static_cast<std::size_t>(row)]; }

// The table's columns are those that the library has.
void LibraryPage::showColumns()
{
    const StudyColumns& columns = *m_session->result().columns;
    std::vector<std::string> names;
    for (const StudyColumn& column : columns.columns())
        names.push_back(column.name);
    m_table->setSorting(QString::fromStdString(m_session->question().field),
                        m_session->question().descending ? Qt::DescendingOrder : Qt::AscendingOrder);
    std::vector<StudyTableColumn> scores = scoreColumns(m_ask->models());
    if (names == m_columnNames && scores == m_scoreColumns)
        return showSorting();
    const QByteArray state =
        m_columnNames.empty() ? m_settings.value(settings_keys::libraryColumns).toByteArray() : m_table->saveColumns();
    m_columnNames = std::move(names);
    m_scoreColumns = std::move(scores);
    std::vector<StudyTableColumn> shown{{QStringLiteral("study"), tr("Study"), false, 170, false}};
    shown.insert(shown.end(), m_scoreColumns.begin(), m_scoreColumns.end());
    shown.push_back({QStringLiteral("patient"), tr("Patient"), false, 110, false});
    shown.push_back({QStringLiteral("date"), tr("Date"), false, 100, false});
    shown.push_back({QStringLiteral("images"), tr("Images"), true, 60, false});
    shown.push_back({QStringLiteral("tag"), tr("Tags"), false, 120, false});
    const QSignalBlocker quiet(m_sort);
    m_sort->clear();
    m_cells.clear();
    for (const auto& [id, title] : {std::pair{"date", tr("Date")}, {"study", tr("Study")}, {"patient", tr("Patient")}})
        m_sort->addItem(title, QLatin1String(id));
    for (const std::string& name : m_columnNames) {
        const QString id = QString::fromStdString(name),
                      title = QString(id).replace(QLatin1Char('_'), QLatin1Char(' '));
        static const QStringList first{QStringLiteral("density"), QStringLiteral("birads"), QStringLiteral("cancer"),
                                       QStringLiteral("age"), QStringLiteral("dataset")};
        m_sort->addItem(title, id);
        if (name == "images") // stands among the table's own
            continue;
        shown.push_back({id, title, false, 110, !first.contains(id)});
        m_cells.push_back(static_cast<std::size_t>(&name - m_columnNames.data()));
    }
    m_table->setColumns(
        std::move(shown), [this](int row, int column) { return cell(row, column); },
        [this](int row, int column) { return cellTip(row, column); });
    m_table->restoreColumns(state);
    showSorting();
}

void LibraryPage::showSorting()
{
    for (int i = m_sort->count() - 1; i >= 0; --i)
        if (isOfScores(m_sort->itemData(i).toString().toStdString()))
            m_sort->removeItem(i);
    int at = 0;
    for (const StudyTableColumn& each : m_scoreColumns)
        if (m_session->question().scores)
            m_sort->insertItem(at++,
                               m_scoreColumns.size() > 1 && each.id.startsWith(QLatin1String("score"))
                                   ? tr("Score: %1").arg(each.title)
                                   : each.title,
                               each.id);
    m_sort->setCurrentIndex(std::max(m_sort->findData(QString::fromStdString(m_session->question().field)), 0));
}

QString LibraryPage::cell(int row, int column) const
{
    const StudyColumns& columns = *m_session->result().columns;
    const std::uint32_t study = studyAt(row);
    const int scores = static_cast<int>(m_scoreColumns.size());
    if (column == 0)
        return QString::fromStdString(columns.key(study));
    if (const auto score = column == 1 ? m_ask->scoreOf(study) : std::nullopt)
        return shownNumber(*score, 3);
    if (column <= scores)
        return scoreCell(m_ask->models(), study, static_cast<std::size_t>(column - 1));
    switch (column - scores) {
    case 1: return QString::fromStdString(columns.patient(study));
    case 2: return QString::fromStdString(columns.date(study));
    case 3: return QString::number(columns.images(study));
    case 4: {
        QStringList names;
        for (const Tag& tag : m_session->tags())
            if (const StudySet* tagged = columns.tag(tag.name); tagged && tagged->has(study))
                names << QString::fromStdString(tag.name);
        return names.join(QStringLiteral(", "));
    }
    default: break;
    }
    const auto at = static_cast<std::size_t>(column - scores - ownColumns);
    return at < m_cells.size() ? shownValue(columns.columns()[m_cells[at]], study) : QString();
}

StudyTile LibraryPage::tile(int row) const
{
    const StudyColumns& columns = *m_session->result().columns;
    const std::uint32_t study = studyAt(row);
    StudyTile tile;
    tile.title = QString::fromStdString(columns.key(study));
    tile.date = QString::fromStdString(columns.date(study));
    for (const Tag& tag : m_session->tags())
        if (const StudySet* tagged = columns.tag(tag.name); tagged && tagged->has(study))
            tile.tags.emplace_back(QString::fromStdString(tag.colour));
    tile.pictures = m_pictures->pictures(columns.id(study));
    tile.others = othersNote(m_ask->models(), study);
    if (!tile.others.isEmpty())
        tile.note = scoreCell(m_ask->models(), study, 0);
    if (showsBits())
        putStored(tile.pictures);
    if (const auto score = m_ask->scoreOf(study)) {
        tile.note = shownNumber(*score, 3);
        const std::int64_t best = m_ask->bestImageOf(study);
        for (int view = 0; view < 4 && best != 0; ++view)
            if (const TilePicture& picture = tile.pictures[static_cast<std::size_t>(view)]; picture.image == best) {
                tile.best = view;
                tile.note += QStringLiteral(" · ") + picture.name;
                tile.found = m_ask->placeOf(study);
            }
    }
    return tile;
}

// What is on screen first, then what comes next when one scrolls on.
void LibraryPage::wantPictures()
{
    wantStored();
    const StudyResult& result = m_session->result();
    if (!result.columns || result.rows.empty())
        return m_pictures->want({});
    auto [first, last] = m_isMap ? m_map->tiles().shown() : m_grid->shown();
    if (m_isTable && !m_isMap)
        first = last = m_place->current();
    std::vector<std::int64_t> studies;
    if (const int under = m_isMap ? m_map->view().hoveredRow() : -1; under >= 0)
        studies.push_back(result.columns->id(studyAt(under)));
    const int end = static_cast<int>(result.rows.size()) - 1; // grid or tiles may not know the new list yet
    first = std::clamp(first, 0, end);
    const int ahead = std::clamp(2 * last - first + 1, first, end);
    for (int row = first; row <= ahead; ++row)
        studies.push_back(result.columns->id(studyAt(row)));
    m_pictures->want(studies);
}

void LibraryPage::showCurrent()
{
    const StudyResult& result = m_session->result();
    const int row = m_place->current();
    const std::int64_t study =
        row >= 0 && static_cast<std::size_t>(row) < result.rows.size() ? result.columns->id(studyAt(row)) : 0;
    if ((m_isTable || m_isMap) && study != m_current)
        wantPictures();
    m_current = study;
    m_facts.cancel();
    if (study == 0)
        return m_details->clear(tr("No study is chosen."));
    if (!m_showDetails->isChecked())
        return;
    m_facts = BackgroundJob::start<StudyFacts>(
        this, {[library = m_session->looker(), study](const Job&) { return studyFacts(*library, study); },
               [this](const StudyFacts& facts) { showDetails(facts); },
               [this](const QString& reason) { m_details->clear(reason); }});
}

void LibraryPage::showDetails(const StudyFacts& facts)
{
    if (facts.id != m_current)
        return;
    const auto study = m_session->result().columns->find(facts.id);
    m_details->setScores(
        study ? studyScores(m_ask->models(), static_cast<std::uint32_t>(*study), m_ask->bestImageOf(*study))
              : std::vector<StudyScore>());
    m_details->show(facts, m_pictures->pictures(facts.id));
}

std::vector<std::int64_t> LibraryPage::target() const
{
    std::vector<std::int64_t> studies;
    for (const int row : m_place->target())
        studies.push_back(m_session->result().columns->id(studyAt(row)));
    return studies;
}

} // namespace mama
