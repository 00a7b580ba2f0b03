#include "app/workstation/read/study_session.h"

#include <algorithm>

namespace mama {
namespace {

std::vector<std::size_t> hungImages(const Study& study)
{
    std::vector<std::size_t> hung;
    for (std::size_t i = 0; i < study.images.size(); ++i)
        if (study.images[i].slot != Slot::Extra)
            hung.push_back(i);
    return hung;
}

// The slot where an image of this view would hang.
Slot slotOf(const StudyImage& image)
{
    const bool right = image.side == Side::Right;
    if (image.side != Side::Right && image.side != Side::Left)
        return Slot::Extra;
    const bool craniocaudal = image.view.find("CC") != std::string::npos || image.view == "FB";
    return craniocaudal ? (right ? Slot::RCC : Slot::LCC) : (right ? Slot::RMLO : Slot::LMLO);
}

} // namespace

void StudySession::open(const std::vector<std::filesystem::path>& paths)
{
    cancel();
    m_studies.clear();
    m_current = -1;
    m_cache.clear();
    m_scanning = true;
    Q_EMIT scanStarted();
    Q_EMIT progress(tr("looking for studies"), 0, 0);
    BackgroundJob::Callbacks<ScanReport> calls;
    // Headers only: pixels are decoded once, when they are shown.
    calls.work = [paths](const Job& job) { return scan(paths, job, {.readPixels = false}); };
    calls.progress = [this](quint64 done, quint64 total, const QString& phase) {
        if (m_scanning)
            Q_EMIT progress(phase, static_cast<qint64>(done), static_cast<qint64>(total));
    };
    calls.failed = [this](const QString& reason) {
        m_scanning = false;
        Q_EMIT progress({}, 0, -1);
        Q_EMIT scanFailed(reason);
    };
    calls.done = [this](ScanReport report) {
        m_scanning = false;
        m_studies = std::move(report.studies);
        Q_EMIT progress({}, 0, -1);
        Q_EMIT scanned(report.problems, report.others);
        if (!m_studies.empty())
            show(0);
    };
    m_scan = BackgroundJob::start<ScanReport>(this, std::move(calls));
}

void StudySession::show(int study)
{
    if (study < 0 || study >= static_cast<int>(m_studies.size()))
        return;
    for (BackgroundJob& job : m_jobs)
        job.cancel();
    m_frame.cancel();
    m_jobs.clear();
    m_arriving.clear();
    m_waiting = 0;
    m_current = study;
    Q_EMIT studyShown();
    if (const auto* pictures = m_cache.find(m_studies[static_cast<std::size_t>(study)].uid)) {
        for (const LoadedImage& image : *pictures)
            Q_EMIT pictureReady(image);
        Q_EMIT progress({}, 0, -1);
        Q_EMIT studyComplete();
        load(study + 1, true);
        return;
    }
    load(study, false);
}

bool StudySession::swapIn(int image)
{
    if (m_current < 0)
        return false;
    Study& study = m_studies[static_cast<std::size_t>(m_current)];
    if (image < 0 || image >= static_cast<int>(study.images.size()))
        return false;
    StudyImage& chosen = study.images[static_cast<std::size_t>(image)];
    if (chosen.slot != Slot::Extra)
        return true;
    const Slot slot = slotOf(chosen);
    if (slot == Slot::Extra)
        return false;
    for (StudyImage& other : study.images)
        if (other.slot == slot)
            other.slot = Slot::Extra;
    chosen.slot = slot;
    m_cache.clear();
    show(m_current);
    return true;
}

void StudySession::showFrame(int image, int frame)
{
    if (m_current < 0)
        return;
    StudyImage& shown = m_studies[static_cast<std::size_t>(m_current)].images.at(static_cast<std::size_t>(image));
    shown.frame = std::clamp(frame, 0, std::max(0, shown.header.frames - 1));
    m_cache.clear();
    m_frame.cancel();
    BackgroundJob::Callbacks<LoadedImage> calls;
    calls.work = [facts = shown, image](const Job&) -> Cancellable<LoadedImage> {
        return loadImage(facts, static_cast<std::size_t>(image));
    };
    calls.done = [this](const LoadedImage& loaded) {
        if (loaded.picture)
            m_studies[static_cast<std::size_t>(m_current)].images[loaded.index] = loaded.picture->facts();
        Q_EMIT pictureReady(loaded);
        Q_EMIT studyComplete();
    };
    calls.failed = [this, image](const QString& reason) {
        LoadedImage refused;
        refused.index = static_cast<std::size_t>(image);
        refused.problem = reason.toStdString();
        Q_EMIT pictureReady(refused);
    };
    m_frame = BackgroundJob::start<LoadedImage>(this, std::move(calls));
}

void StudySession::cancel()
{
    m_scan.cancel();
    m_frame.cancel();
    for (BackgroundJob& job : m_jobs)
        job.cancel();
    m_jobs.clear();
    m_arriving.clear();
    m_scanning = false;
    m_waiting = 0;
    Q_EMIT progress({}, 0, -1);
}

// Reads a study's hung images, one job each; ahead: for later, into the cache only.
void StudySession::load(int study, bool ahead)
{
    if (study < 0 || study >= static_cast<int>(m_studies.size()) ||
        m_cache.find(m_studies[static_cast<std::size_t>(study)].uid))
        return;
    const std::vector<std::size_t> hung = hungImages(m_studies[static_cast<std::size_t>(study)]);
    if (!ahead) {
        m_waiting = hung.size();
        Q_EMIT progress(tr("reading images"), 0, static_cast<qint64>(hung.size()));
        if (hung.empty()) {
            Q_EMIT progress({}, 0, -1);
            Q_EMIT studyComplete();
        }
    }
    for (const std::size_t index : hung) {
        BackgroundJob::Callbacks<LoadedImage> calls;
        calls.work = [facts = m_studies[static_cast<std::size_t>(study)].images[index],
                      index](const Job& job) -> Cancellable<LoadedImage> {
            if (job.cancelled())
                return {};
            return loadImage(facts, index);
        };
        calls.failed = [this, study, ahead, index, count = hung.size()](const QString& reason) {
            LoadedImage refused;
            refused.index = index;
            refused.problem = reason.toStdString();
            take(study, ahead, refused, count);
        };
        calls.done = [this, study, ahead, count = hung.size()](LoadedImage image) {
            take(study, ahead, std::move(image), count);
        };
        m_jobs.push_back(BackgroundJob::start<LoadedImage>(this, std::move(calls)));
    }
}

void StudySession::take(int study, bool ahead, LoadedImage image, std::size_t expected)
{
    if (image.picture)
        m_studies[static_cast<std::size_t>(study)].images[image.index] = image.picture->facts();
    PictureCache::Pictures& arrived = m_arriving[study];
    arrived.push_back(image);
    if (!ahead) {
        --m_waiting;
        Q_EMIT pictureReady(image);
        Q_EMIT progress(tr("reading images"), static_cast<qint64>(expected - m_waiting), static_cast<qint64>(expected));
    }
    if (arrived.size() < expected)
        return;
    m_cache.put(m_studies[static_cast<std::size_t>(study)].uid, std::move(arrived));
    m_arriving.erase(study);
    if (!ahead) {
        Q_EMIT progress({}, 0, -1);
        Q_EMIT studyComplete();
        load(study + 1, true);
    }
}

} // namespace mama
