#pragma once
#include "app/workstation/engine/model_session.h"
#include "app/workstation/page/page.h"
#include "app/workstation/page/study_to_read.h"
#include "app/workstation/read/studies/recent_studies.h"
#include "app/workstation/read/studies/study_session.h"
#include "app/workstation/read/work/reader_work.h"
#include "core/hanging/hanging_plan.h"
#include "core/library/annotation.h"
#include "widgets/panels/score_table.h"
#include "widgets/viewer/pane_view.h"

#include <QPointer>
#include <QRectF>
#include <QSettings>
#include <filesystem>
#include <optional>
#include <vector>

class QBoxLayout;
class QLabel;
class QLineEdit;
class QMainWindow;
class QMenu;
class QStackedWidget;
class QToolBar;

namespace mama {

class BesidePictures;
class Drawer;
class ExamThumbs;
class Library;
class MapPanel;
class NotesPanel;
class NotesSession;
class PicturesApart;
class QueryPanel;
class ReadingNotes;
class SeenPictures;
class StudyLine;
class StudyPanel;
class VerdictBar;
class ViewApart;
class WindowList;

// The page on which a study is read and scored: studies on the left, its images, sentences and maps on the right. It
// ties the two sessions to the widgets and holds no logic of its own about studies, engine or maps.
class ReadPage : public Page
{
    Q_OBJECT
public:
    // The settings must outlive the page.
    ReadPage(const QString& engineProgram, QSettings& settings, QWidget* parent = nullptr);
    ~ReadPage() override;

    QMargins covered() const override;
    QList<QAction*> panels() const override { return m_panelActions; }
    bool takes(const QStringList& paths) const override;
    void open(const QStringList& paths) override;
    QString unsaved() const override;
    void keep() override;

    void open(const std::vector<std::filesystem::path>& paths, bool remember = true); // among what was opened before
    // The same of a list elsewhere: next and previous study go on along it.
    void openAlong(const StudyToRead& study, StudyBeside beside);
    // The image that is active when what was opened last is there: hung, if it hangs in no view.
    void showFirst(const std::filesystem::path& file, int frame);
    void setModel(const QString& folder);
    void takeHangingFile(const QString& file);                      // if it is right: else the one before stays
    void ask(const QString& sentence, const QString& heading = {}); // of the section of a report it stands in
    void askText(const QString& text);                              // a report: each of its sentences
    // The same, but in a read-first session it is asked when the verdict is locked.
    void askWhenFree(const QString& text);
    void repeat();               // the sentences that were not asked of this study
    QString displayNote() const; // how pictures are drawn, if not as they are; empty: they are
    void typeSentence();         // the keyboard goes to the field for one
    void cancel(); // what is under way: first what concerns the pictures; from a panel, back to the pictures

    void setLibrary(std::shared_ptr<Library> library); // that is open; null: none
    NotesSession& drawn() { return *m_drawn; }
    StudySession& studies() { return *m_studies; }
    ReaderWork& reader() { return *m_reader; }
    ModelSession& session() { return *m_session; }
    viewer::PaneView& view() { return *m_view; }
    PicturesApart& apart() { return *m_apart; }
    ViewApart& viewApart() { return *m_viewApart; }

Q_SIGNALS:
    // For measurements and screenshots: the first frame that shows all pictures of the study.
    void studyOnScreen();
    // All maps of the selected sentence are on screen.
    void mapsOnScreen();
    void caption(const QString& text); // "study 1 of 3", of the one on screen
    void readOut(const QString& text); // what lies under the pointer
    void displayNoted(const QString& text);
    void modelsAsked();  // the page of public models is wanted
    void libraryAsked(); // and the library
    // Images with regions like one of an image on screen, words of which tell people which.
    void regionAsked(const AnnotatedImage& image, const QRectF& box, const QString& words);
    void pinned(const QStringList& paths);        // the study on screen, for the checkpoints
    void reached(const mama::StudyToRead& study); // of the list that is read along

protected:
    QString whyNot(const QAction& command) const override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void buildContent();
    void buildStart();
    void answerAtStart();
    void showStart();
    void showStart(const std::vector<bool>& gone); // of what was opened before
    QString recentText(const std::vector<bool>& gone) const;
    void openRecent(int which);
    void openDemoStudies();
    void followLink(const QString& link);
    void useDemoModel();                    // told where there is none
    void wantThumbs();                      // of what is in sight
    enum class Along { Studies, Patients }; // of the list as it is shown
    int neighbour(Along along, int study, int by) const;
    void showNeighbour(Along along, int by);
    void buildPanels();
    void buildPanelCommands();
    void toggle(Drawer& drawer, int panel, QWidget* first);
    void buildCommands();
    void buildModelCommands();
    QMenu* buildViewCommands(); // the menu of layouts
    void buildTools(QMenu* layouts);
    void connectStudies();
    void connectLine();
    bool readsAlong() const; // a list elsewhere
    void connectSession();
    void connectPanels();
    void connectReader();
    void connectNotes();
    void connectFiles(); // read_page_files.cpp
    void watchFiles();   // of what is on screen
    void tellChanges(const std::vector<FileWatch::Change>& changes);
    QString changesText(const std::vector<FileWatch::Change>& changes) const;
    QString howToReadAnew() const;
    void findLike();
    void takeDrawn(viewer::PaneView& on, const viewer::PaneId& pane, const Shape& shape);
    void connectDrawing(viewer::PaneView& view);
    void writeNote(qint64 id);
    struct Line // of text, to be written on a picture
    {
        viewer::PaneView& on;
        QPointF place; // logical pixels of it
        QString text;
    };
    void edit(const Line& line, std::function<void(const QString&)> done);
    bool closeNoteEdit();
    void goToNote(qint64 id);
    void removeNotes(const QList<qint64>& ids);
    void showNotes();
    void showOffer();
    void undo();
    void buildNoteCommands(const QString& study);
    void addDrawTools();
    void switchReadFirst(bool on);
    void switchMarking(bool on);
    void mark(const viewer::PaneId& pane, Point at);
    void showMarks();
    void lockVerdict(Verdict verdict);
    void showGate();
    bool maySee(); // what a model says; else it is told why not
    void restore();

    QString listOfFiles() const; // how a person finds it
    void chooseFiles(bool folder);
    void chooseModel();
    void rememberModel(const QString& folder);
    void pinStudy();
    void showHeader(); // of the image under the pointer, else of the active one

    void showScanned(const std::vector<ScanProblem>& problems, const std::vector<ScanProblem>& others);
    void showStudy();
    void showWanted();
    void takePicture(const LoadedImage& image);
    void activate(int image); // of the study, if it hangs
    void selectActiveImage(); // in the list
    void hangExtra(int image);
    void hangIn(int image, const viewer::HungCell& cell); // where a reader dropped it
    void hang();                                          // as the studies' session says
    // The exam before this one, of the same patient.
    enum class Compare { Off, Beside, EightUp, Swapped };
    void buildPriorCommands();
    void compare(Compare how); // the same again: off
    void hangCompared(const viewer::Hanging& cells);
    void layOutCompared(viewer::ViewCommand layout); // while exams are beside each other
    void takePrior(const LoadedImage& image);
    void showExams();
    // The steps of the study's hanging: the reader's own file, or the built-in one.
    void buildHangingCommands();
    void buildDisplayCommands(); // read_page_display.cpp
    void drawForScreen();        // as the settings say
    void showTestPattern();
    void buildApart(QBoxLayout& home); // read_page_apart.cpp
    void buildViewApart();
    void connectViewApart();
    void toggleViewApart();
    viewer::PaneView& keyView() const;             // that the keys are for
    std::optional<viewer::PaneId> keyPane() const; // and its image
    void toPictures(Qt::FocusReason reason);       // the keyboard, wherever they are
    QString hangingFile() const;                   // in the settings' folder
    void readHangings();
    void fillHangings();
    void chooseHangingFile();
    void takeBuiltInHanging();
    void tellHanging(const QString& text, const std::filesystem::path& aside);
    QString planSteps();
    void stepByKey(int by); // first to a step that changes something
    void step(int by);
    void hangStep();
    viewer::Hanging cellsOf(const PlacedStep& step) const;
    bool hangs(const viewer::Hanging& cells) const; // on the screen, just so
    void lookAfterStep();                           // its line goes when something else hangs
    void chooseLayout(); // the one in which the study's pictures are larger, unless the user chose one
    const StudyImage* activeImage() const; // of the study on screen; null: none, or one of the prior exam
    void rehang();                         // and what follows from it
    void place(Slot slot);
    void undoPlace();
    void stepAlone(int by);
    void perform(viewer::ViewCommand command);
    void performOnPictures(viewer::ViewCommand command);
    void typeWindow();
    void measureScreen();
    void takeScreen();
    void selectSentence(int by);
    QString keyOf(const char* command) const; // as the reader's keyboard names it
    std::vector<ScoredImage> scoredColumns() const;
    static QString nameOf(const StudyImage& image); // its view, or its file
    void stepFrame(int by);                         // of the active image
    void showMaps();
    void showMapChoices(); // of the selected sentence and the model
    void followBeside();
    void chooseWay(const QString& way);
    void chooseBeside(const std::optional<QString>& way);
    void toggleSeen(); // the pictures that the model sees
    void hangBack();   // from them
    void coverLegend();
    void showStudyRange();
    void showReferenceRange();
    void showViewState();
    void updateHint();
    void updateCaption();
    QString searchedShort() const;
    void showSearch();

    QSettings& m_settings;
    StudySession* m_studies;
    StudyLine* m_line;
    ModelSession* m_session;
    ReaderWork* m_reader;
    ReadingNotes* m_notes = nullptr;
    NotesSession* m_drawn;
    NotesPanel* m_notesPanel = nullptr;
    QPointer<QLineEdit> m_noteEdit;                    // while a text is written on the pictures
    std::map<std::int64_t, std::int64_t> m_renumbered; // what is drawn, since it was shown last
    bool m_placedLast = false;                         // a view was given to an image after the last thing drawn
    SeenPictures* m_seen = nullptr;
    BesidePictures* m_besidePictures = nullptr;
    VerdictBar* m_verdict = nullptr;
    struct Locked
    {
        Verdict verdict;
        QString words;
    };
    std::map<std::string, Locked> m_lockedHere;             // in this session, by study
    std::map<std::string, std::vector<PlacedMark>> m_marks; // by study
    QStringList m_afterLock;                                // texts that the command line asks of the first study
    QMainWindow* m_frame;                                   // tools, and the content between its drawers
    QWidget* m_stage = nullptr;                             // pictures and verdict: what floating panels lie over
    Drawer *m_left = nullptr, *m_right = nullptr;
    QStackedWidget* m_content = nullptr;
    PicturesApart* m_apart = nullptr;
    ViewApart* m_viewApart = nullptr;
    bool m_shown = false, m_studyShown = false; // the page, and a study, ever
    QLabel* m_start = nullptr;
    viewer::PaneView* m_view = nullptr;
    StudyPanel* m_studyPanel = nullptr;
    ExamThumbs* m_thumbs = nullptr;
    FileWatch* m_files = nullptr;
    QString m_changedTold; // of files on the disk
    RecentStudies m_recent{m_settings};
    std::vector<std::filesystem::path> m_opened;                   // to be remembered when studies are found there
    std::optional<std::pair<std::filesystem::path, int>> m_wanted; // file and frame of showFirst()
    bool m_starting = true;                                        // the page before a study shows its own text
    QueryPanel* m_queryPanel = nullptr;
    MapPanel* m_mapPanel = nullptr;
    QToolBar* m_tools = nullptr;
    WindowList* m_windows = nullptr;
    QMenu* m_recentModels = nullptr;
    QList<QAction*> m_panelActions;
    QString m_encodingProblem, m_engineTold; // that it died
    Along m_along = Along::Studies;          // the reader went last
    Compare m_compare = Compare::Off;
    HangingPlans m_hangings;
    bool m_ownHangings = false; // of a file of the reader's: studies open at its first step
    std::string m_hangingText;  // of that file, as it was read
    QMenu* m_hangingMenu = nullptr;
    std::vector<PlacedStep> m_steps;                        // of the study on screen
    int m_step = -1;                                        // -1: none of them hangs
    QString m_stepTold;                                     // while that is so
    viewer::Hanging m_stepCells;                            // as they hung then
    viewer::ViewLayout m_layout = viewer::ViewLayout::Grid; // of the four views, chosen last
};

} // namespace mama
