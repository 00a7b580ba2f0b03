#include "app/workstation/read/studies/study_line.h"

#include "app/workstation/read/studies/study_session.h"

#include <algorithm>
#include <utility>

namespace mama {

StudyLine::StudyLine(StudySession& studies, QObject* parent) : QObject(parent), m_studies(studies)
{
    connect(&m_studies, &StudySession::scanned, this, &StudyLine::takeScanned);
    connect(&m_studies, &StudySession::studyShown, this, &StudyLine::shown);
    connect(&m_studies, &StudySession::studyComplete, this, [this] { reach(1); });
}

void StudyLine::start(StudyToRead first, StudyBeside beside)
{
    clear();
    m_beside = std::move(beside);
    m_stops.push_back({std::move(first), {}, {}});
}

void StudyLine::clear()
{
    ++m_run;
    m_stops.clear();
    m_reached = 0;
    m_asking = m_going = 0;
}

// Of every stop, among the studies that are open; all of them may have been looked for anew.
void StudyLine::takeScanned()
{
    ++m_run;
    m_asking = m_going = 0;
    findStudies();
}

void StudyLine::findStudies()
{
    for (Stop& stop : m_stops) {
        stop.studies.clear();
        const auto isOfIt = [&](const StudyImage& image) {
            return std::ranges::count(stop.what.files, image.path) > 0;
        };
        for (const Study& study : m_studies.studies())
            if (std::ranges::any_of(study.images, isOfIt))
                stop.studies.push_back(study.uid);
    }
}

std::optional<StudyLine::Position> StudyLine::position() const
{
    const Study* study = m_studies.study();
    for (std::size_t i = 0; study && i < m_stops.size(); ++i)
        if (const auto found = std::ranges::find(m_stops[i].studies, study->uid); found != m_stops[i].studies.end())
            return Position{i, static_cast<std::size_t>(found - m_stops[i].studies.begin())};
    return {};
}

const StudyToRead* StudyLine::current() const
{
    const auto here = position();
    return here ? &m_stops[here->stop].what : nullptr;
}

const std::string* StudyLine::beside(int by) const
{
    const auto here = position();
    if (!here)
        return nullptr;
    const auto& own = m_stops[here->stop].studies;
    if (by > 0 ? here->study + 1 < own.size() : here->study > 0)
        return &own[by > 0 ? here->study + 1 : here->study - 1];
    for (std::size_t i = here->stop; by > 0 ? i + 1 < m_stops.size() : i > 0;) {
        by > 0 ? ++i : --i;
        if (const auto& studies = m_stops[i].studies; !studies.empty())
            return by > 0 ? &studies.front() : &studies.back();
    }
    return nullptr;
}

int StudyLine::placeOf(const std::string& uid) const
{
    const auto found = std::ranges::find(m_studies.studies(), uid, &Study::uid);
    return found == m_studies.studies().end() ? -1 : static_cast<int>(found - m_studies.studies().begin());
}

int StudyLine::neighbour(int by) const
{
    const std::string* uid = beside(by);
    return uid ? placeOf(*uid) : -1;
}

void StudyLine::go(int by)
{
    const auto here = position();
    if (!here)
        return;
    const int study = neighbour(by);
    if (study < 0) {
        m_going = by;
        return reach(by);
    }
    tellPassed(by);
    m_studies.show(study);
}

int StudyLine::passed(int by) const
{
    int count = 0;
    const auto last = static_cast<std::ptrdiff_t>(m_stops.size()) - 1;
    for (auto i = static_cast<std::ptrdiff_t>(position()->stop) + by; i >= 0 && i <= last; i += by, ++count)
        if (!m_stops[static_cast<std::size_t>(i)].studies.empty())
            return count;
    return count;
}

void StudyLine::tellPassed(int by)
{
    const int count = passed(by);
    const auto last = static_cast<std::ptrdiff_t>(position()->stop) + static_cast<std::ptrdiff_t>(by) * count;
    if (count > 0)
        Q_EMIT passedOver(count, m_stops[static_cast<std::size_t>(last)].what,
                          m_stops[static_cast<std::size_t>(last)].problem);
}

void StudyLine::shown()
{
    m_going = 0; // the reader went elsewhere, or is there
    const StudyToRead* here = current();
    if (!here || here->study == m_reached)
        return;
    m_reached = here->study;
    Q_EMIT reached(*here);
}

void StudyLine::reach(int by)
{
    if (m_asking != 0 || !position() || beside(by))
        return;
    m_asking = by;
    m_beside(edge(by).what.study, by, [this, by, run = m_run](std::optional<StudyToRead> next) {
        if (run == m_run)
            take(by, std::move(next));
    });
}

void StudyLine::take(int by, std::optional<StudyToRead> next)
{
    if (!next) {
        m_asking = 0;
        if (std::exchange(m_going, 0) != by)
            return;
        tellPassed(by);
        return Q_EMIT ended(by);
    }
    Stop stop{std::move(*next), {}, tr("none of its files is there")};
    const bool isThere = !stop.what.files.empty();
    const std::vector<std::filesystem::path> files = stop.what.withExams();
    by > 0 ? m_stops.push_back(std::move(stop)) : m_stops.push_front(std::move(stop));
    if (!isThere)
        return added(by);
    m_studies.add(files, [this, by, run = m_run](const QString& problem) {
        if (run != m_run)
            return;
        edge(by).problem = problem.isEmpty() ? tr("none of its files can be read") : problem;
        findStudies();
        added(by);
    });
}

void StudyLine::added(int by)
{
    constexpr int mostPassed = 20; // by one press: a disk that is not there holds no reader up
    m_asking = 0;
    const bool nothing = edge(by).studies.empty();
    if (nothing && m_going == by && passed(by) % mostPassed == 0) {
        m_going = 0;
        return tellPassed(by);
    }
    if (m_going != 0)
        return nothing || m_going != by ? reach(m_going) : go(by);
    if (by > 0 && !nothing)
        m_studies.readAhead(neighbour(by));
}

} // namespace mama
