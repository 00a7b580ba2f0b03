#pragma once
#include "app/workstation/engine/model_session.h"
#include "app/workstation/library/jobs/command_process.h"
#include "app/workstation/library/jobs/embed_job.h"
#include "app/workstation/library/library_session.h"
#include "app/workstation/page/page.h"
#include "app/workstation/page/study_to_read.h"
#include "core/library/annotation.h"
#include "core/library/patches/patch_index.h"
#include "core/library/studies/study_facts.h"
#include "widgets/library/study_table_model.h"

#include <QElapsedTimer>
#include <QSettings>

class QComboBox;
class QLabel;
class QMenu;
class QLineEdit;
class QProgressBar;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace mama {

class AskBar;
class FacetPanel;
class LibraryMap;
class FilterLine;
class RangeHistogram;
class LibraryNotice;
class StoredPictures;
class StudyDetails;
class StudyGrid;
class StudyPlace;
class StudyTable;
class TilePictures;

// The page on which a collection is looked at, searched, tagged and split. Grid, table, map and counts show one result;
// it ties the session to them and knows nothing of how studies are stored, filtered or drawn.
class LibraryPage : public Page
{
    Q_OBJECT
public:
    // program: mama; session: whose engine answers sentences. Settings and session must outlive the page.
    struct Means
    {
        QString program;
        ModelSession& session;
        QSettings& settings;
    };
    explicit LibraryPage(const Means& means, QWidget* parent = nullptr);
    ~LibraryPage() override;

    bool takes(const QStringList& paths) const override; // a library's folder
    void open(const QStringList& paths) override;
    void keep() override;
    void takeKeyboard() override;

    LibrarySession& session() { return *m_session; }
    StudyPlace& place() { return *m_place; }
    AskBar& ask() { return *m_ask; }
    LibraryMap& map() { return *m_map; }
    void setFilter(const QString& text);
    void setReadFirst(bool on);            // nothing that a model says is shown
    void openCurrent();                    // in Read, at the image that something led to
    void setReadStudy(std::int64_t study); // Read went on to it: the way back leads there
    void giveBeside(std::int64_t study, int by, std::function<void(std::optional<StudyToRead>)> take); // StudyBeside
    // Images like the region under a box on one of the library, which must be open. words: of the image.
    void askRegion(const AnnotatedImage& image, const ImageBox& box, const QString& words);
    void setAway(bool away) const; // Read shows a study of it: the way back is open

Q_SIGNALS:
    void readAsked(const mama::StudyToRead& study);
    void trainAsked(const QString& folder); // that a cohort was handed over to

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    // library_page.cpp
    void connectSession();
    void openFolder(const QString& folder, bool make);
    void rememberFolder(const QString& folder);
    void showState();
    void showResult();
    void showWrong(const QString& reason, int at);
    void showBelow(const QString& words, int at);
    void showSummary();
    void showWhere();   // which library it is
    bool refuseWrong(); // says so where the filter is wrong: what is on screen is not what it says
    void changeQuestion(const std::function<void(StudyQuestion&)>& change);

    // library_page_lists.cpp: what stands in grid, table, map and details
    void connectLists();
    void showColumns();
    void showSorting();
    void showCurrent();
    void showDetails(const StudyFacts& facts);
    void wantPictures();
    QString cell(int row, int column) const;
    QString cellTip(int row, int column) const;
    struct StudyTile tile(int row) const;
    struct ExamFacts;
    static ExamFacts examFacts(Library& library, std::int64_t study); // any thread
    StudyToRead toRead(const ExamFacts& exam) const;
    std::uint32_t studyAt(int row) const;     // of the result's columns
    std::vector<std::int64_t> target() const; // the studies that a command acts on
    void goToStudy(std::int64_t study);
    void goToImage(std::int64_t study, std::int64_t image); // of the study, in the details

    // library_page_setup.cpp
    void build(const Means& means);
    QWidget* buildHead(const Means& means);
    QWidget* buildFoot();
    void buildCommands();
    void buildTagCommands();
    void addToLists(QAction* action);

    // library_keep.cpp: what the selection becomes
    void keepSelected();
    void keepNone();
    void setKept(std::vector<std::int64_t> studies, std::vector<std::int64_t> images = {});
    void keepAsBefore();
    QString keptKey() const;
    std::size_t chosenImages() const;
    void freezeSelected();
    void saveSelected();
    void saveImages(const std::vector<std::int64_t>& images);
    QString chipsText() const;
    // library_labels.cpp
    void labelSelected();
    void labelStudy(const StudyFacts& facts, const FactLabel* label);
    void openLabels(struct LabelQuestion question, std::vector<std::int64_t> studies);
    bool refuseToWrite();
    // library_models.cpp: several models side by side
    void connectModels();
    void takeModels();
    std::vector<ViewModel> viewModels() const;
    void chooseViewModels(const std::vector<ViewModel>& models);
    // library_page_bits.cpp: tiles by the values of their files
    void buildBits();
    bool showsBits() const;
    void changeWindow(double centre, double width);
    void wantStored();
    void showBits();
    void putStored(std::array<struct TilePicture, 4>& pictures) const;
    QString bitsText() const;
    // library_page_views.cpp
    QWidget* buildFields();
    QToolButton* buildViews();
    void showHistogram();
    void fillViews();
    void saveView();
    void applyView(const SavedView& view);

    // library_page_actions.cpp
    void follow(const QString& command); // of the notice
    void chooseFolder(bool make);
    void importSet();
    void handOver();
    void takeScores(std::shared_ptr<const std::vector<float>> scores);
    void makePhantoms();
    // library_regions.cpp
    void makePatches();
    void connectPatches(const ModelSession& model);
    void confirmPatches();
    void tagByDigit(int digit);
    void tagByName();
    void turnTag(const std::string& name);
    void undo();
    void escape();
    enum class As { Grid, Table, Map };
    void showAs(As as);
    void toggleDetails();
    void backUp();
    void saveLog();
    void checkFile();
    void showHeaders(qint64 done, qint64 total);
    void showFiles(quint64 done, quint64 total);
    void tellUnread();
    void sayJob(const QString& words);
    std::pair<int, int> unreadImages() const;
    void turnJob(); // pauses what runs below the list, or goes on
    void showProblems();
    void relinkFiles();
    void editVocabulary();
    void readFiles();

    QSettings& m_settings;
    LibrarySession* m_session;
    StudyPlace* m_place;
    TilePictures* m_pictures;
    StoredPictures* m_stored;
    QStackedWidget* m_content = nullptr; // notice, grid, table, map
    LibraryNotice* m_notice = nullptr;
    StudyGrid* m_grid = nullptr;
    StudyTable* m_table = nullptr;
    LibraryMap* m_map = nullptr;
    StudyDetails* m_details = nullptr;
    FacetPanel* m_facets = nullptr;
    QSplitter* m_parts = nullptr;
    QWidget *m_headRow = nullptr, *m_footRow = nullptr;
    FilterLine* m_filter = nullptr;
    RangeHistogram* m_histogram = nullptr;
    QWidget* m_fields = nullptr; // histogram and facets
    QMenu* m_views = nullptr;
    AskBar* m_ask = nullptr;
    QLabel *m_wrong = nullptr, *m_chips = nullptr, *m_summary = nullptr, *m_last = nullptr, *m_job = nullptr,
           *m_where = nullptr;
    QComboBox* m_sort = nullptr;
    QToolButton *m_direction = nullptr, *m_undoButton = nullptr, *m_pause = nullptr;
    QProgressBar* m_bar = nullptr;
    QAction *m_undo = nullptr, *m_redo = nullptr, *m_asTable = nullptr, *m_asGrid = nullptr, *m_asMap = nullptr,
            *m_showDetails = nullptr, *m_back = nullptr, *m_bits = nullptr;
    std::vector<QAction*> m_digits;   // 1 to 9
    std::vector<QAction*> m_whenOpen; // commands that need a library
    BackgroundJob m_facts, m_reading, m_readingBeside, m_labelling, m_phantoms;
    CommandProcess m_sizing; // says what patches would take
    EmbedRequest m_patchesAsked;
    std::string m_sizes; // what it said
    const ModelSession* m_model = nullptr;
    bool m_wasShown = false, m_isTable = false, m_isMap = false, m_isReadFirst = false, m_headersWanted = false;
    std::int64_t m_current = 0;             // study on which the place stands; 0: none
    std::vector<std::int64_t> m_actedOn;    // the study that each of this window's commands was given at
    std::int64_t m_returnTo = 0;            // the place goes there with the next result
    std::vector<std::int64_t> m_shownIds;   // of the rows that the place has
    std::vector<std::string> m_columnNames; // of the studies
    std::vector<StudyTableColumn> m_scoreColumns;
    std::vector<std::size_t> m_cells; // of the table's columns behind its own: which of the studies'
    std::pair<std::string, bool> m_sortedBefore{"date", true}; // before a sentence was asked
    std::optional<std::pair<std::string, bool>> m_sortWanted;  // of a view, once its sentence is answered
    std::pair<quint64, quint64> m_files{0, 0};                 // that were read, and all
    QElapsedTimer m_filesSince;                                // since the reading of files began or went on
    quint64 m_filesBefore = 0;                                 // read when it did
    bool m_filesPaused = false;
    std::pair<QString, int> m_below{{}, -1};                  // words below the filter, and at which letter of it
    bool m_sized = false, m_toTop = false, m_isWrong = false; // toTop: the next list is looked at from its best
};

} // namespace mama
