// StudySession: studies are looked for and found, at first and beside what is open.
#include "app/workstation/read/studies/study_session.h"
#include "widgets/look/shown_text.h"

#include <algorithm>
#include <iterator>

namespace mama {
namespace {

struct Opened
{
    ScanReport report;
    std::vector<PatientExams> patients;
};

} // namespace

void StudySession::open(const std::vector<std::filesystem::path>& paths, const std::filesystem::path& shown)
{
    m_paths = paths;
    scanPaths([shown](const Study& study) { return std::ranges::count(study.images, shown, &StudyImage::path) > 0; },
              false);
}

void StudySession::openAgain()
{
    if (m_current >= 0)
        scanPaths([uid = shown().uid](const Study& study) { return study.uid == uid; }, true);
}

void StudySession::scanPaths(IsIt isFirst, bool again)
{
    cancel();
    m_more.cancel();
    m_studies.clear();
    m_patients.clear();
    m_current = -1;
    m_prior = {};
    m_hangings.clear();
    m_placed.clear();
    m_problems.clear();
    m_others.clear();
    m_cache.clear();
    m_scanning = true;
    Q_EMIT scanStarted();
    Q_EMIT progress(tr("looking for studies"), 0, 0);
    BackgroundJob::Callbacks<Opened> calls;
    calls.work = [look = lookingFor(m_paths)](const Job& job) -> Cancellable<Opened> {
        auto report = look(job);
        if (!report)
            return {};
        std::vector<PatientExams> patients = byPatient(report->studies);
        return Opened{std::move(*report), std::move(patients)};
    };
    calls.progress = [this](quint64 done, quint64 total, const QString& phase) {
        if (m_scanning)
            Q_EMIT progress(phase, static_cast<qint64>(done), static_cast<qint64>(total));
    };
    calls.failed = [this](const QString& reason) {
        m_scanning = false;
        Q_EMIT progress({}, 0, -1);
        Q_EMIT scanFailed(reason);
    };
    calls.done = [this, isFirst = std::move(isFirst), again](Opened opened) {
        m_scanning = false;
        m_studies = std::move(opened.report.studies);
        m_patients = std::move(opened.patients);
        m_problems = std::move(opened.report.problems);
        m_others = std::move(opened.report.others);
        Q_EMIT progress({}, 0, -1);
        Q_EMIT scanned(m_problems, m_others);
        const auto first = std::ranges::find_if(m_studies, isFirst);
        const bool found = first != m_studies.end();
        if (!m_studies.empty())
            show(found ? static_cast<int>(first - m_studies.begin()) : 0);
        if (again && !found)
            Q_EMIT gone();
    };
    m_scan = BackgroundJob::start<Opened>(this, std::move(calls));
}

// Headers only: pixels are decoded once, when they are shown.
std::function<Cancellable<ScanReport>(const Job&)>
StudySession::lookingFor(std::vector<std::filesystem::path> paths) const
{
    return [paths = std::move(paths), complete = m_complete](const Job& job) -> Cancellable<ScanReport> {
        auto report = scan(paths, job, {.readPixels = false});
        if (report && complete)
            complete(*report, job);
        if (report)
            report->studies = inReadingOrder(std::move(report->studies));
        return report;
    };
}

void StudySession::add(const std::vector<std::filesystem::path>& paths,
                       std::function<void(const QString& problem)> done)
{
    std::vector<std::filesystem::path> fresh;
    std::ranges::copy_if(paths, std::back_inserter(fresh),
                         [this](const auto& path) { return std::ranges::find(m_paths, path) == m_paths.end(); });
    m_paths.insert(m_paths.end(), fresh.begin(), fresh.end());
    m_more.cancel();
    if (fresh.empty())
        return done({});
    m_more = BackgroundJob::start<ScanReport>(
        this,
        {lookingFor(std::move(fresh)), [this, done](ScanReport report) { done(takeAdded(std::move(report))); }, done});
}

QString StudySession::takeAdded(ScanReport report)
{
    const QString problem = !report.studies.empty()   ? QString()
                            : report.problems.empty() ? tr("no image files are there")
                                                      : shownText(report.problems.front().reason);
    for (Study& study : report.studies)
        if (std::ranges::find(m_studies, study.uid, &Study::uid) == m_studies.end())
            m_studies.push_back(std::move(study));
    m_patients = byPatient(m_studies);
    m_problems.insert(m_problems.end(), report.problems.begin(), report.problems.end());
    m_others.insert(m_others.end(), report.others.begin(), report.others.end());
    if (m_current >= 0 && !m_wantsPrior)
        findPrior();
    Q_EMIT added(m_problems, m_others);
    return problem;
}

} // namespace mama
