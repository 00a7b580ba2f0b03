#include "app/workstation/read/studies/study_session.h"

#include "core/study/side_and_view.h"
#include "core/study/slots.h"

#include <algorithm>
#include <numeric>

namespace mama {
namespace {

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

void StudySession::readAhead(int study) { load(study, true); }

void StudySession::findPrior()
{
    const PatientExams& patient = patientOf(static_cast<std::size_t>(m_current));
    m_prior = priorOf(m_studies, patient, static_cast<std::size_t>(m_current));
    m_newest = m_studies[patient.front()].date <= shown().date;
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
    m_reading.clear();
    m_waiting = 0;
    m_current = study;
    m_cache.hold(shown().uid);
    findPrior();
    m_wantsPrior = false;
    const bool seen = !m_hangings.try_emplace(shown().uid, hangingOf(shown())).second;
    std::vector<std::filesystem::path> changed;
    for (const std::size_t image : changedOnDisk())
        changed.push_back(shown().images[image].path);
    if (!changed.empty())
        m_cache.forget(shown().uid); // what was read ahead, or earlier, is no longer so
    Q_EMIT studyShown();
    if (seen && !changed.empty())
        Q_EMIT readAnew(changed);
    if (const auto* pictures = m_cache.find(shown().uid)) {
        for (const LoadedImage& image : PictureCache::Pictures(*pictures))
            Q_EMIT pictureReady(image);
        Q_EMIT progress({}, 0, -1);
        Q_EMIT studyComplete();
        load(m_following(study), true);
        return;
    }
    load(study, false);
}

std::vector<std::size_t> StudySession::changedOnDisk() const
{
    std::vector<std::size_t> changed;
    if (const auto* pictures = study() ? m_cache.find(study()->uid) : nullptr)
        for (const LoadedImage& each : *pictures)
            if (each.changedOnDisk(study()->images.at(each.index)))
                changed.push_back(each.index);
    return changed;
}

std::vector<FileWatch::File> StudySession::filesRead() const
{
    std::vector<FileWatch::File> files;
    const int prior = m_wantsPrior ? static_cast<int>(*m_prior.study) : -1;
    for (const int each : {m_current, prior}) {
        if (each < 0)
            continue;
        const Study& of = m_studies[static_cast<std::size_t>(each)];
        const auto* pictures = m_cache.find(of.uid);
        if (const auto arriving = m_arriving.find(each); !pictures && arriving != m_arriving.end())
            pictures = &arriving->second;
        if (pictures)
            for (const LoadedImage& image : *pictures)
                files.push_back({of.images.at(image.index).path, image.file});
    }
    return files;
}

// The four views; where the study has none of them, or one image and no other, that image alone.
StudySession::Hanging StudySession::hangingOf(const Study& study)
{
    Hanging hanging{viewer::standardViews(study), -1, {}};
    if (study.images.size() == 1 || (hanging.views.empty() && !study.images.empty()))
        hanging.showAlone(0);
    return hanging;
}

void StudySession::Hanging::showAlone(std::size_t image)
{
    alone = static_cast<int>(image);
    shown.insert(image);
}

const StudySession::Hanging& StudySession::now() const
{
    static const Hanging nothing;
    return m_current < 0 ? nothing : m_hangings.at(study()->uid);
}

StudyImage* StudySession::imageAt(int image)
{
    return m_current < 0 || image < 0 || image >= static_cast<int>(shown().images.size())
               ? nullptr
               : &shown().images[static_cast<std::size_t>(image)];
}

std::set<std::size_t> StudySession::images(const Hanging& hanging)
{
    std::set<std::size_t> all;
    for (const auto& [slot, pane] : hanging.views)
        all.insert(pane.image);
    if (hanging.alone >= 0)
        all.insert(static_cast<std::size_t>(hanging.alone));
    return all;
}

// Where no image has a place among the views, all of them count for the study, looked at or not.
std::vector<std::size_t> StudySession::beside() const
{
    if (m_current < 0 || !viewer::standardViews(*study()).empty()) {
        std::set<std::size_t> all = now().shown; // and those that nobody placed yet
        for (std::size_t i = 0; m_current >= 0 && i < study()->images.size(); ++i)
            if (study()->images[i].side == Side::Unknown && study()->images[i].view.empty())
                all.insert(i);
        return {all.begin(), all.end()};
    }
    std::vector<std::size_t> all(study()->images.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

const PatientExams& StudySession::patientOf(std::size_t study) const
{
    return *std::ranges::find_if(
        m_patients, [&](const PatientExams& exams) { return std::ranges::find(exams, study) != exams.end(); });
}

void StudySession::readPrior()
{
    m_wantsPrior = m_prior.study.has_value();
    if (!m_wantsPrior)
        return;
    if (const auto* pictures = m_cache.find(priorStudy()->uid)) {
        for (const LoadedImage& image : PictureCache::Pictures(*pictures))
            Q_EMIT priorReady(image);
        return;
    }
    const int wanted = static_cast<int>(*m_prior.study);
    if (const auto arriving = m_arriving.find(wanted); arriving != m_arriving.end())
        for (const LoadedImage& image : PictureCache::Pictures(arriving->second))
            Q_EMIT priorReady(image); // it is being read ahead
    load(wanted, true);
}

bool StudySession::swapIn(int image)
{
    const StudyImage* chosen = imageAt(image);
    const Slot slot = !chosen ? Slot::Extra : chosen->slot == Slot::Extra ? slotOf(*chosen) : chosen->slot;
    return slot != Slot::Extra && swapIn(image, slot);
}

bool StudySession::swapIn(int image, Slot slot)
{
    const StudyImage* chosen = imageAt(image);
    if (!chosen || slot == Slot::Extra)
        return false;
    const auto index = static_cast<std::size_t>(image);
    const viewer::PaneId pane{shown().uid, index};
    viewer::StandardViews& views = now().views;
    const auto there = views.find(slot);
    if (const auto before = std::ranges::find(views, pane, &viewer::StandardViews::value_type::second);
        before != views.end() && before->first != slot && there != views.end())
        before->second = there->second;
    else if (before != views.end() && before->first != slot)
        views.erase(before);
    views[slot] = pane;
    now().alone = -1;
    if (chosen->slot == Slot::Extra)
        now().shown.insert(index);
    readMissing(index);
    rehung();
    return true;
}

void StudySession::showAlone(int image)
{
    const StudyImage* chosen = imageAt(image);
    if (!chosen)
        return;
    const auto index = static_cast<std::size_t>(image);
    now().alone = image;
    if (chosen->slot == Slot::Extra)
        now().shown.insert(index);
    readMissing(index);
    rehung();
}

void StudySession::look(int image)
{
    const StudyImage* chosen = imageAt(image);
    if (!chosen)
        return;
    const auto index = static_cast<std::size_t>(image);
    if (chosen->slot == Slot::Extra)
        now().shown.insert(index);
    readMissing(index);
}

void StudySession::showViews()
{
    if (!hanging().empty())
        now().alone = -1;
}

void StudySession::rehung()
{
    Q_EMIT hangingChanged();
    if (const auto* pictures = m_cache.find(shown().uid))
        for (const LoadedImage& image : PictureCache::Pictures(*pictures))
            Q_EMIT pictureReady(image);
}

bool StudySession::place(int image, Slot slot)
{
    StudyImage* chosen = imageAt(image);
    if (!chosen || slot == Slot::Extra)
        return false;
    if (chosen->side != Side::Unknown && !chosen->view.empty() && chosen->sideSource != "reader")
        return false;
    m_placed.push_back({shown().uid, *chosen});
    setByReader(*chosen, slot == Slot::RCC || slot == Slot::RMLO ? Side::Right : Side::Left,
                slot == Slot::RCC || slot == Slot::LCC ? "CC" : "MLO");
    fillSlots(shown());
    m_cache.forget(shown().uid);
    const auto& all = shown().images;
    Hanging hanging{viewer::standardViews(shown()), -1, {}};
    for (std::size_t i = 0; i < all.size(); ++i)
        if (hanging.alone < 0 && (all[i].side == Side::Unknown || all[i].view.empty()))
            hanging.showAlone(i); // the next one that is to be placed
        else if (all[i].sideSource == "reader" && all[i].slot == Slot::Extra)
            hanging.shown.insert(i); // another image has its place: it stands beside
    now() = std::move(hanging);
    show(m_current);
    return true;
}

bool StudySession::undoPlace()
{
    if (m_placed.empty())
        return false;
    const Placed before = m_placed.back();
    m_placed.pop_back();
    const auto study = std::ranges::find(m_studies, before.study, &Study::uid);
    if (study == m_studies.end())
        return false;
    const auto same = [&](const StudyImage& each) {
        return each.path == before.image.path && each.frame == before.image.frame;
    };
    const auto placed = std::ranges::find_if(study->images, same);
    if (placed == study->images.end())
        return false;
    *placed = before.image;
    fillSlots(*study);
    m_cache.forget(study->uid);
    Hanging hanging{viewer::standardViews(*study), -1, {}};
    hanging.showAlone(static_cast<std::size_t>(std::ranges::find_if(study->images, same) - study->images.begin()));
    m_hangings[study->uid] = std::move(hanging);
    show(static_cast<int>(study - m_studies.begin()));
    return true;
}

// What is being read with the study comes by itself.
void StudySession::readMissing(std::size_t image)
{
    const auto* kept = m_cache.find(shown().uid);
    if (!kept || std::ranges::find(*kept, image, &LoadedImage::index) == kept->end())
        m_jobs.push_back(readOne(image));
}

BackgroundJob StudySession::readOne(std::size_t image)
{
    BackgroundJob::Callbacks<LoadedImage> calls;
    calls.work = [facts = shown().images[image], image](const Job&) -> Cancellable<LoadedImage> {
        return loadImage(facts, image);
    };
    calls.done = [this](LoadedImage loaded) {
        if (loaded.picture)
            shown().images[loaded.index] = loaded.picture->facts();
        m_cache.add(shown().uid, loaded);
        Q_EMIT pictureReady(loaded);
        Q_EMIT studyComplete();
    };
    calls.failed = [this, image](const QString& reason) {
        Q_EMIT pictureReady({image, nullptr, reason.toStdString()});
    };
    return BackgroundJob::start<LoadedImage>(this, std::move(calls));
}

void StudySession::showFrame(int image, int frame)
{
    if (m_current < 0)
        return;
    StudyImage& chosen = shown().images.at(static_cast<std::size_t>(image));
    chosen.frame = std::clamp(frame, 0, std::max(0, chosen.header.frames - 1));
    m_cache.clear();
    m_frame.cancel();
    m_frame = readOne(static_cast<std::size_t>(image));
}

void StudySession::cancel()
{
    m_scan.cancel();
    m_frame.cancel();
    for (BackgroundJob& job : m_jobs)
        job.cancel();
    m_jobs.clear();
    m_arriving.clear();
    m_reading.clear();
    m_scanning = false;
    m_waiting = 0;
    Q_EMIT progress({}, 0, -1);
}

// Reads a study's hung images, one job each; ahead: for later, into the cache only.
void StudySession::load(int study, bool ahead)
{
    if (study < 0 || study >= static_cast<int>(m_studies.size()) ||
        m_cache.find(m_studies[static_cast<std::size_t>(study)].uid) || (ahead && !m_reading.insert(study).second))
        return;
    const std::set<std::size_t> hung =
        images(study == m_current ? now() : hangingOf(m_studies[static_cast<std::size_t>(study)]));
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
            take(study, ahead, {index, nullptr, reason.toStdString()}, count);
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
    if (m_wantsPrior && m_prior.study == static_cast<std::size_t>(study))
        Q_EMIT priorReady(image);
    if (!ahead) {
        --m_waiting;
        Q_EMIT pictureReady(image);
        Q_EMIT progress(tr("reading images"), static_cast<qint64>(expected - m_waiting), static_cast<qint64>(expected));
    }
    if (arrived.size() < expected)
        return;
    m_cache.put(m_studies[static_cast<std::size_t>(study)].uid, std::move(arrived));
    m_arriving.erase(study);
    m_reading.erase(study);
    if (!ahead) {
        Q_EMIT progress({}, 0, -1);
        Q_EMIT studyComplete();
        load(m_following(study), true);
    }
}

} // namespace mama
