#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/library/jobs/map_job.h"
#include "app/workstation/library/study_result.h"
#include "core/library/map/library_map.h"
#include "widgets/library/map_colours.h"
#include "widgets/library/map_view.h"

class QAction;
class QComboBox;
class QLabel;
class QProgressBar;
class QStackedWidget;
class QToolButton;

namespace mama {

class StudyGrid;

// The map of a library beside the tiles of its studies, with what stands there while there is none: which embeddings it
// is of, how to make it, how far that is. Map and tiles show the page's list, and each what the other is pointed at.
class LibraryMap : public QWidget
{
    Q_OBJECT
public:
    // program: mama; place: the page's.
    LibraryMap(const QString& program, StudyPlace* place, QWidget* parent = nullptr);

    MapView& view() { return *m_view; }
    StudyGrid& tiles() { return *m_tiles; }
    MapJob& job() { return m_job; }
    void setSource(const std::function<StudyTile(int)>& source);
    // library: null: none is open. index: of the embeddings that are asked; null: there are none, or not yet.
    // Also after job() has finished: what was embedded meanwhile is on the new map.
    void setLibrary(const QString& library, std::shared_ptr<const EmbeddingIndex> index, bool loading);
    void setResult(const StudyResult& result, std::shared_ptr<const std::vector<float>> scores);
    void addCommand(QAction* action); // whose key works while map, tiles or words have the focus
    void setAwake(bool awake);        // whether it is on screen: else nothing is read
    void refresh();                   // pictures have come
    bool hasMap() const { return m_map && !m_isLoading; }
    bool isStale() const { return m_map && m_map->stale; }
    // Ids, rising, of images that were chosen one by one on a map of images; none: studies are selected as a whole.
    std::vector<std::int64_t> chosenImages() const;
    QString words() const; // what is said in place of the map, or below it
    void choose(MapLevel level, MapMethod method);
    void make();

Q_SIGNALS:
    void opened(int row);
    void wanted(); // other studies are looked at: their pictures
    void shown();  // a map is there, or what is said instead
    void chosen(); // other images, one by one

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Shown
    {
        MapHeader header;
        bool stale = false;
        std::vector<float> places;
        std::vector<std::uint32_t> studies; // of each point, by its place in the columns
        std::vector<std::int64_t> images;   // of each point; none: points are studies
    };
    struct Loaded
    {
        std::optional<Shown> map;
        std::size_t points = 0; // that a new map would have
        std::string problem;    // of a file that is damaged
    };
    static Loaded load(const QString& library, const EmbeddingIndex& index, const StudyColumns& columns,
                       const MapSettings& settings);
    QWidget* buildBar();
    void build();
    void reload();
    void take(Loaded found);
    void showRows();
    void showColours();
    void showFields();
    void showLegend(const MapColours& colours);
    void showState();
    void selectKind(const QString& link);
    MapSettings settings() const;

    StudyPlace* m_place;
    MapJob m_job;
    MapView* m_view;
    StudyGrid* m_tiles;
    QStackedWidget* m_content = nullptr; // words, map
    QWidget* m_tools = nullptr;          // of a map that is there
    QComboBox *m_level = nullptr, *m_method = nullptr, *m_field = nullptr;
    QToolButton *m_make = nullptr, *m_cancel = nullptr;
    QLabel *m_notice = nullptr, *m_legend = nullptr, *m_about = nullptr, *m_phase = nullptr;
    QProgressBar* m_bar = nullptr;
    QString m_library;
    std::shared_ptr<const EmbeddingIndex> m_index;
    std::shared_ptr<const StudyColumns> m_columns;
    std::vector<std::uint32_t> m_list;                             // studies of the list, by row
    std::shared_ptr<const std::vector<std::int64_t>> m_keptImages; // null: all
    std::shared_ptr<const std::vector<float>> m_scores;
    std::optional<Shown> m_map;
    std::size_t m_points = 0;
    QString m_problem;
    std::vector<std::uint8_t> m_kinds; // of studies
    BackgroundJob m_loading;
    bool m_isLoading = false, m_isLooking = false, m_isAwake = false, m_isDue = false;
};

} // namespace mama
