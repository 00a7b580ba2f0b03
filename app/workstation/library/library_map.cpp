#include "app/workstation/library/library_map.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "widgets/library/study_grid.h"
#include "widgets/look/shown_text.h"

#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QStackedWidget>
#include <algorithm>

namespace mama {
namespace {

constexpr std::uint32_t gone = ~std::uint32_t{0};

// The study of each point, by its place in the columns.
std::vector<std::uint32_t> studiesOf(const EmbeddingMap& map, const EmbeddingIndex& index, const StudyColumns& columns)
{
    std::vector<std::uint32_t> out;
    out.reserve(map.ids.size());
    if (map.header.settings.level == MapLevel::Study) {
        for (const std::int64_t id : map.ids)
            out.push_back(static_cast<std::uint32_t>(columns.find(id).value_or(gone)));
        return out;
    }
    std::vector<std::pair<std::int64_t, std::uint32_t>> images;
    for (std::uint32_t study = 0; study < index.size(); ++study)
        for (const IndexedImage& image : index.imagesOf(study))
            images.emplace_back(image.image, study);
    std::sort(images.begin(), images.end());
    for (const std::int64_t id : map.ids) {
        const auto found = std::lower_bound(images.begin(), images.end(), std::pair(id, std::uint32_t{0}));
        out.push_back(found != images.end() && found->first == id ? found->second : gone);
    }
    return out;
}

QString phaseWords(const QString& phase)
{
    const std::pair<const char*, QString> all[] = {{"read", LibraryMap::tr("reading the embeddings")},
                                                   {"principal axes", LibraryMap::tr("principal axes")},
                                                   {"neighbours", LibraryMap::tr("nearest neighbours")},
                                                   {"graph", LibraryMap::tr("graph")},
                                                   {"lay out", LibraryMap::tr("laying out")},
                                                   {"place the rest", LibraryMap::tr("placing the rest")},
                                                   {"measure", LibraryMap::tr("measuring")}};
    for (const auto& [name, words] : all)
        if (phase == QLatin1String(name))
            return words;
    return LibraryMap::tr("starting");
}

} // namespace

LibraryMap::Loaded LibraryMap::load(const QString& library, const EmbeddingIndex& index, const StudyColumns& columns,
                                    const MapSettings& settings)
{
    const MapPoints points(index, columns.ids(), settings.level);
    Loaded out{{}, points.size(), {}};
    const std::filesystem::path folder = pathFromText(library.toStdString());
    std::filesystem::path file = mapFile(folder, index.info(), settings);
    if (std::error_code none; !std::filesystem::is_regular_file(file, none)) {
        file.clear();
        for (const StoredMap& each : storedMaps(folder)) // one of other settings, from the shell
            if (each.header.set == pathText(index.info().folder.filename()) &&
                each.header.settings.level == settings.level && each.header.settings.method == settings.method)
                file = each.file;
    }
    if (file.empty())
        return out;
    try {
        EmbeddingMap map = readMap(file);
        out.map = Shown{map.header,
                        map.header.rowsHash != points.hash(),
                        std::move(map.places),
                        studiesOf(map, index, columns),
                        {}};
        if (settings.level == MapLevel::Image)
            out.map->images = std::move(map.ids);
    } catch (const Error& error) {
        out.problem = shownError(error).toStdString();
    }
    return out;
}

void LibraryMap::setLibrary(const QString& library, std::shared_ptr<const EmbeddingIndex> index, bool loading)
{
    if (library != m_library)
        m_job.cancel();
    m_library = library;
    m_index = std::move(index);
    m_isLooking = loading;
    reload();
}

void LibraryMap::setAwake(bool awake)
{
    m_isAwake = awake;
    if (awake && m_isDue)
        reload();
}

void LibraryMap::reload()
{
    m_loading.cancel();
    m_isDue = !m_isAwake;
    if (m_isDue)
        return;
    m_isLoading = false;
    if (!m_index || !m_columns || m_index->size() != m_columns->size())
        return take({});
    m_isLoading = true;
    showState();
    m_loading = BackgroundJob::start<Loaded>(
        this, {[library = m_library, index = m_index, columns = m_columns, settings = settings()](const Job&) {
                   return load(library, *index, *columns, settings);
               },
               [this](Loaded found) { take(std::move(found)); },
               [this](const QString& reason) {
                   take({{}, 0, reason.toStdString()});
               }});
}

void LibraryMap::take(Loaded found)
{
    m_isLoading = false;
    m_map = std::move(found.map);
    m_points = found.points;
    m_problem = QString::fromStdString(found.problem);
    m_view->setPoints(m_map ? std::move(m_map->places) : std::vector<float>());
    m_view->setChoosesPoints(m_map && !m_map->images.empty());
    showRows();
    showColours();
    // Principal axes take seconds: nobody is asked.
    if (!m_map && settings().method == MapMethod::Pca && m_problem.isEmpty() && m_job.problem().isEmpty())
        make();
    showState();
    Q_EMIT shown();
}

void LibraryMap::setResult(const StudyResult& result, std::shared_ptr<const std::vector<float>> scores)
{
    const bool otherStudies = !m_columns || !result.columns || !m_columns->sameRows(*result.columns);
    const bool newlyAsked = scores && !m_scores, noLonger = !scores && m_scores;
    m_columns = result.columns;
    m_list = result.rows;
    m_keptImages = result.keptImages;
    m_scores = std::move(scores);
    showFields();
    if (newlyAsked)
        m_field->setCurrentIndex(m_field->findData(QStringLiteral("score")));
    else if (noLonger && m_field->currentIndex() < 0)
        m_field->setCurrentIndex(0);
    if (otherStudies)
        return reload();
    showRows();
    showColours();
}

void LibraryMap::showRows()
{
    if (!m_map || !m_columns)
        return;
    std::vector<int> rowOf(m_columns->size(), -1), rows;
    for (std::size_t row = 0; row < m_list.size(); ++row)
        rowOf[m_list[row]] = static_cast<int>(row);
    rows.reserve(m_map->studies.size());
    const auto& images = m_map->images;
    for (std::size_t point = 0; point < m_map->studies.size(); ++point) {
        const std::uint32_t study = m_map->studies[point];
        const bool isKept = !m_keptImages || images.empty() ||
                            std::binary_search(m_keptImages->begin(), m_keptImages->end(), images[point]);
        rows.push_back(isKept && study < rowOf.size() ? rowOf[study] : -1);
    }
    m_view->setRows(std::move(rows));
}

std::vector<std::int64_t> LibraryMap::chosenImages() const
{
    std::vector<std::int64_t> out;
    for (const std::uint32_t point : m_view->chosenPoints())
        if (m_map && point < m_map->images.size())
            out.push_back(m_map->images[point]);
    std::sort(out.begin(), out.end());
    return out;
}

// The fields that the library has; the chosen one stays. At first one of those that a reader asks for first.
void LibraryMap::showFields()
{
    QString before = m_field->currentData().toString();
    if (m_field->count() <= 1 && m_columns)
        for (const char* first : {"dataset", "birads", "density"})
            if (const StudyColumn* column = m_columns->column(first); column && column->values.size() > 2)
                before = QLatin1String(first);
    const QSignalBlocker quiet(m_field);
    m_field->clear();
    m_field->addItem(tr("One colour"), QString());
    if (m_scores)
        m_field->addItem(tr("Score of the sentence"), QStringLiteral("score"));
    if (m_columns)
        for (const StudyColumn& column : m_columns->columns()) {
            const QString id = QString::fromStdString(column.name);
            m_field->addItem(QString(id).replace(QLatin1Char('_'), QLatin1Char(' ')), id);
        }
    m_field->setCurrentIndex(std::max(0, m_field->findData(before)));
}

void LibraryMap::showColours()
{
    if (!m_map || !m_columns)
        return m_legend->clear();
    const QString field = m_field->currentData().toString();
    const StudyColumn* column = m_columns->column(field.toStdString());
    const MapColours colours = field == QLatin1String("score") && m_scores ? coloursOfScores(*m_scores, palette())
                               : column ? coloursOfField(*m_columns, *column, palette())
                                        : plainColours(m_columns->size(), palette());
    m_kinds = colours.kinds;
    std::vector<std::uint8_t> kinds;
    kinds.reserve(m_map->studies.size());
    for (const std::uint32_t study : m_map->studies)
        kinds.push_back(study < m_kinds.size() ? m_kinds[study] : std::uint8_t{0});
    m_view->setKinds(std::move(kinds), colours.colours);
    showLegend(colours);
}

// What each colour means, and of how many studies of the list that are on the map; a press selects them.
void LibraryMap::showLegend(const MapColours& colours)
{
    std::vector<bool> onMap(m_columns->size(), false);
    for (const std::uint32_t study : m_map->studies)
        if (study < onMap.size())
            onMap[study] = true;
    std::vector<qlonglong> counts(colours.colours.size(), 0);
    for (const std::uint32_t study : m_list)
        if (onMap[study])
            ++counts[colours.kinds[study]];
    const QLocale locale;
    const auto swatch = [&](std::size_t kind, const char* sign) {
        return QStringLiteral("<span style=\"color:%1\">%2</span>")
            .arg(colours.colours[kind].name(), QString::fromUtf8(sign));
    };
    const auto entry = [&](std::size_t kind) {
        return QStringLiteral("%1&nbsp;<a href=\"%2\" style=\"text-decoration:none\">%3</a>&nbsp;%4")
            .arg(swatch(kind, "⬤"))
            .arg(kind)
            .arg(colours.words[kind].toHtmlEscaped(), locale.toString(counts[kind]));
    };
    QStringList parts;
    if (colours.isRamp) {
        QString steps;
        for (std::size_t kind = 1; kind < colours.colours.size(); ++kind)
            steps += swatch(kind, "█");
        if (!colours.words[1].isEmpty())
            parts << QStringLiteral("%1&nbsp;%2&nbsp;%3").arg(colours.words[1], steps, colours.words[2]);
    } else if (!m_field->currentData().toString().isEmpty()) {
        for (std::size_t kind = 1; kind < counts.size(); ++kind)
            parts << entry(kind);
    }
    if (counts[0] > 0)
        parts << entry(0);
    m_legend->setText(parts.join(QStringLiteral(" &nbsp; ")));
    m_legend->setVisible(!parts.isEmpty());
}

void LibraryMap::selectKind(const QString& link)
{
    const auto kind = static_cast<std::uint8_t>(link.toUInt());
    std::vector<bool> onMap(m_kinds.size(), false), selected(m_list.size());
    for (const std::uint32_t study : m_map ? m_map->studies : std::vector<std::uint32_t>())
        if (study < onMap.size())
            onMap[study] = true;
    for (std::size_t row = 0; row < m_list.size(); ++row)
        selected[row] = onMap[m_list[row]] && m_kinds[m_list[row]] == kind;
    m_place->select(std::move(selected));
}

MapSettings LibraryMap::settings() const
{
    MapSettings settings;
    settings.level = static_cast<MapLevel>(m_level->currentData().toInt());
    settings.method = static_cast<MapMethod>(m_method->currentData().toInt());
    return settings;
}

void LibraryMap::choose(MapLevel level, MapMethod method)
{
    m_level->setCurrentIndex(m_level->findData(static_cast<int>(level)));
    m_method->setCurrentIndex(m_method->findData(static_cast<int>(method)));
}

void LibraryMap::make()
{
    if (!m_index || m_job.running() || m_points < fewestMapPoints)
        return;
    m_problem.clear();
    m_job.start({m_library, QString::fromStdString(pathText(m_index->info().folder.filename())),
                 QString::fromLatin1(name(settings().level)), QString::fromLatin1(name(settings().method))});
}

QString LibraryMap::words() const { return m_content->currentIndex() == 0 ? m_notice->text() : m_about->text(); }

// What stands where the map will, and the line about the one that is there.
void LibraryMap::showState()
{
    const QLocale locale;
    const bool images = settings().level == MapLevel::Image, running = m_job.running();
    const QString count = locale.toString(qulonglong(m_points)), what = images ? tr("images") : tr("studies");
    const QString problem = m_job.problem().isEmpty() ? m_problem : m_job.problem();
    QString text;
    if (!m_index)
        text =
            m_isLooking || m_isLoading
                ? tr("<p>Looking for embeddings…</p>")
                : tr("<h3>There are no embeddings yet</h3><p>A map lays like beside like, as a model sees them: choose "
                     "a model (Ctrl+M) and embed the images with the button beside the sentence.</p>");
    else if (m_isLoading)
        text = tr("<p>Looking for the map…</p>");
    else if (m_points < fewestMapPoints)
        text = tr("<h3>Too few %1 have embeddings</h3><p>There are %2; a map wants %3 at least.</p>")
                   .arg(what, count)
                   .arg(fewestMapPoints);
    else if (running)
        text = tr("<p>The map of %1 %2 is being made. What is on it appears when it is complete.</p>").arg(count, what);
    else
        text = tr("<h3>There is no map of the %1 yet</h3><p><a href=\"make\">Make a map of %2 %1</a></p>")
                   .arg(what, count);
    if (!problem.isEmpty() && !running)
        text += QStringLiteral("<p>%1</p>").arg(problem.toHtmlEscaped());
    m_notice->setText(text);
    // What is hidden hands the focus on to whatever comes next.
    const QWidget* before = window()->focusWidget();
    const bool there = m_map.has_value(), focused = before && (before == m_notice || before == m_view);
    m_content->setCurrentIndex(there ? 1 : 0);
    m_tools->setVisible(there);
    setFocusProxy(there ? static_cast<QWidget*>(m_view) : m_notice);
    if (focused)
        setFocus();
    const bool can = m_index && m_points >= fewestMapPoints;
    m_make->setVisible(can && !running && m_map.has_value());
    m_phase->setVisible(running);
    m_bar->setVisible(running);
    m_cancel->setVisible(running);
    m_phase->setText(phaseWords(m_job.phase()));
    m_bar->setRange(0, m_job.total() > 0 ? 1000 : 0);
    m_bar->setValue(m_job.total() > 0 ? static_cast<int>(1000 * m_job.done() / m_job.total()) : 0);
    if (m_map) { // one that is read again stays in sight
        const MapHeader& header = m_map->header;
        QString about = tr("%1 of %2 %3 · trustworthiness %4 · %5")
                            .arg(header.settings.method == MapMethod::Umap ? tr("UMAP") : tr("Principal axes"),
                                 locale.toString(qulonglong(header.points)),
                                 header.settings.level == MapLevel::Image ? tr("images") : tr("studies"),
                                 shownNumber(header.trustworthiness, 2), QString::fromStdString(header.modelName));
        if (header.laidOut < header.points)
            about += tr(" · %1 laid out, the rest placed among them").arg(locale.toString(qulonglong(header.laidOut)));
        if (m_map->stale)
            about += tr(" · embeddings have come or gone since: make it again");
        if (!problem.isEmpty() && !running)
            about += QStringLiteral(" · ") + problem;
        m_about->setText(about);
        m_about->setToolTip(plainTip(
            tr("Trustworthiness: how far the 15 neighbours on the map are neighbours in the data (1: all of them), over "
               "%1 of the points. Directions, distances between groups and their sizes mean nothing.")
                .arg(locale.toString(qulonglong(header.measuredOn)))));
    }
}

void LibraryMap::addCommand(QAction* action)
{
    for (QWidget* each :
         {static_cast<QWidget*>(m_view), static_cast<QWidget*>(m_tiles), static_cast<QWidget*>(m_notice)})
        each->addAction(action);
}

void LibraryMap::setSource(const std::function<StudyTile(int)>& source)
{
    m_tiles->setSource(source);
    m_view->setSource(source);
}

void LibraryMap::refresh()
{
    m_tiles->refresh();
    m_view->refresh();
}

void LibraryMap::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_legend)
        showColours();
}

} // namespace mama
