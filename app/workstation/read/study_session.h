#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/read/study_loader.h"
#include "core/study/scan.h"

#include <QObject>
#include <QString>
#include <filesystem>
#include <map>
#include <vector>

namespace mama {

// The studies that are open and the pictures of the one on screen; scans, reads and reads ahead on pool threads.
class StudySession : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    // Scans files and folders and shows the first study. What was open before goes.
    void open(const std::vector<std::filesystem::path>& paths);
    void show(int study);
    // Hangs an extra image of the current study in its view's slot, and the one that was there among the extras.
    // False: its side is not known, so it has no place.
    bool swapIn(int image);
    // Another frame of a stack in its place, as near to the one asked for as there is.
    void showFrame(int image, int frame);
    void cancel();

    const std::vector<Study>& studies() const { return m_studies; }
    int current() const { return m_current; }
    const Study* study() const { return m_current < 0 ? nullptr : &m_studies[static_cast<std::size_t>(m_current)]; }
    bool busy() const { return m_scanning || m_waiting > 0; }

Q_SIGNALS:
    void scanStarted();
    void scanned(const std::vector<mama::ScanProblem>& problems, const std::vector<mama::ScanProblem>& others);
    void scanFailed(const QString& reason);
    void studyShown(); // cells are to be emptied; pictures follow
    void pictureReady(const mama::LoadedImage& image);
    void studyComplete();                                           // every hung image is there or refused
    void progress(const QString& phase, qint64 done, qint64 total); // total < 0: nothing is under way

private:
    void load(int study, bool ahead);
    void take(int study, bool ahead, LoadedImage image, std::size_t expected);

    std::vector<Study> m_studies;
    int m_current = -1;
    bool m_scanning = false;
    std::size_t m_waiting = 0;
    std::vector<BackgroundJob> m_jobs; // of the study on screen
    BackgroundJob m_scan, m_frame;
    PictureCache m_cache;
    std::map<int, PictureCache::Pictures> m_arriving;
};

} // namespace mama
