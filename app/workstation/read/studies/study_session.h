#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/read/studies/file_watch.h"
#include "app/workstation/read/studies/picture_cache.h"
#include "core/study/patients.h"
#include "core/study/scan.h"
#include "widgets/viewer/scene/hanging.h"

#include <QObject>
#include <QString>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <vector>

namespace mama {

// The studies that are open, which of their images hang, and the pictures of the one on screen; scans, reads and reads
// ahead on pool threads.
class StudySession : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    // What is said of scanned images beside their files, on the scan's thread.
    using Complete = std::function<void(ScanReport&, const Job&)>;
    void setComplete(Complete complete) { m_complete = std::move(complete); }
    // Which study follows another one for the reader, to be read ahead; -1: none.
    void setFollowing(std::function<int(int)> following) { m_following = std::move(following); }
    // Scans files and folders and shows the study of that file, or the first. What was open before goes.
    void open(const std::vector<std::filesystem::path>& paths, const std::filesystem::path& shown = {});
    // The same again, as it is there now, and shows the study that is on screen, if it is still there.
    void openAgain();
    // More beside what is open, after it; paths that were opened already are not looked at again. `done` comes with why
    // there is nothing to be read in them; empty: there is. Not at all: something else was opened.
    void add(const std::vector<std::filesystem::path>& paths, std::function<void(const QString& problem)> done);
    void readAhead(int study);
    void show(int study);
    void cancel();

    // Hangs an extra image of the current study in its view's place; the study itself stays as it is: what hangs there
    // by rule is still the view's, in scores too. False: its side is not known, so it has no place.
    bool swapIn(int image);
    // The same in a place of the caller's choice; what hung there goes where the image hung, if it did.
    bool swapIn(int image, Slot slot);
    void showAlone(int image); // by itself, whatever it is
    void showViews();          // the four views again, if the study has any
    void look(int image);      // reads one that hangs beside the four views, or instead of one
    // Another frame of a stack in its place, as near to the one asked for as there is.
    void showFrame(int image, int frame);
    // Side and view of an image for which neither header nor name says both. False: they are said.
    bool place(int image, Slot slot);
    bool undoPlace(); // the last one, and shows its study; false: there is none

    // The exam before the one on screen, of the same patient (core/study/patients.h). Its hung images are read, if they
    // were not yet, and come as priorReady.
    const Prior& prior() const { return m_prior; }
    const Study* priorStudy() const { return m_prior.study ? &m_studies[*m_prior.study] : nullptr; }
    void readPrior();
    bool isNewest() const { return m_newest; } // of its patient's exams
    const std::vector<PatientExams>& patients() const { return m_patients; }

    // Patient by patient, the newest exam first.
    const std::vector<Study>& studies() const { return m_studies; }
    int current() const { return m_current; }
    const Study* study() const { return m_current < 0 ? nullptr : &m_studies[static_cast<std::size_t>(m_current)]; }
    const viewer::StandardViews& hanging() const { return now().views; }
    int alone() const { return now().alone; } // the image shown by itself; -1: the views
    // Images that were hung or shown by themselves, and are none of the study's four: scored in columns of their own.
    std::vector<std::size_t> beside() const;
    // Images of the study on screen whose files are others now than those that were read for the pictures.
    std::vector<std::size_t> changedOnDisk() const;
    // Those of the study on screen and of its prior, if that is wanted, as far as they are read or were refused.
    std::vector<FileWatch::File> filesRead() const;
    PictureCache& cache() { return m_cache; }
    // Files of the scans that were refused; a licence text beside the images is none.
    int refused() const { return static_cast<int>(std::ranges::count(m_problems, true, &ScanProblem::refused)); }
    bool busy() const { return m_scanning || m_waiting > 0; }

Q_SIGNALS:
    void scanStarted();
    void scanned(const std::vector<mama::ScanProblem>& problems, const std::vector<mama::ScanProblem>& others);
    void added(const std::vector<mama::ScanProblem>& problems, const std::vector<mama::ScanProblem>& others); // of all
    void scanFailed(const QString& reason);
    void gone(); // what was open before it was opened again: another study is shown, or none
    void readAnew(const std::vector<std::filesystem::path>& files); // of a study shown again: they are others now
    void studyShown();                                              // cells are to be emptied; pictures follow
    void hangingChanged();                                          // of the study on screen; what is missing follows
    void pictureReady(const mama::LoadedImage& image);
    void priorReady(const mama::LoadedImage& image);                // of priorStudy()
    void studyComplete();                                           // every hung image is there or refused
    void progress(const QString& phase, qint64 done, qint64 total); // total < 0: nothing is under way

private:
    struct Hanging
    {
        viewer::StandardViews views;
        int alone = -1;
        std::set<std::size_t> shown; // extras
        void showAlone(std::size_t image);
    };
    struct Placed // what it was before
    {
        std::string study;
        StudyImage image;
    };
    static Hanging hangingOf(const Study& study);
    static std::set<std::size_t> images(const Hanging& hanging);
    Study& shown() { return m_studies[static_cast<std::size_t>(m_current)]; }
    StudyImage* imageAt(int image); // of the study on screen; null: none
    const Hanging& now() const;
    Hanging& now() { return m_hangings.at(shown().uid); }
    using IsIt = std::function<bool(const Study&)>;
    void scanPaths(IsIt isFirst, bool again); // of the study to be shown; of none: the first
    std::function<Cancellable<ScanReport>(const Job&)> lookingFor(std::vector<std::filesystem::path> paths) const;
    QString takeAdded(ScanReport report); // why there is nothing of it
    void findPrior();                     // of the study on screen
    void load(int study, bool ahead);
    const PatientExams& patientOf(std::size_t study) const;
    void take(int study, bool ahead, LoadedImage image, std::size_t expected);
    BackgroundJob readOne(std::size_t image); // of the study on screen
    void readMissing(std::size_t image);      // beside those that hung when the study was shown
    void rehung();

    std::vector<std::filesystem::path> m_paths; // that were opened
    std::vector<Study> m_studies;
    int m_current = -1;
    std::vector<PatientExams> m_patients;
    Prior m_prior;                             // of the study on screen
    bool m_wantsPrior = false;                 // its pictures
    bool m_newest = true;                      // the study on screen
    std::map<std::string, Hanging> m_hangings; // of the studies that were shown, by UID
    std::vector<Placed> m_placed;
    bool m_scanning = false;
    std::size_t m_waiting = 0;
    std::vector<BackgroundJob> m_jobs;             // of the study on screen
    std::vector<ScanProblem> m_problems, m_others; // of the scans of what is open
    BackgroundJob m_scan, m_more, m_frame;
    Complete m_complete;
    std::function<int(int)> m_following = [](int study) { return study + 1; };
    PictureCache m_cache;
    std::map<int, PictureCache::Pictures> m_arriving;
    std::set<int> m_reading; // studies that are read ahead
};

} // namespace mama
