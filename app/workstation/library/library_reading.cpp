// Studies of the list that are opened in Read, one after the other.
#include "app/workstation/library/library_page.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_place.h"

#include <algorithm>

namespace mama {

struct LibraryPage::ExamFacts
{
    StudyFacts study;
    std::vector<StudyFacts> others; // of the same woman
};

LibraryPage::ExamFacts LibraryPage::examFacts(Library& library, std::int64_t study)
{
    ExamFacts exam{studyFacts(library, study), {}};
    for (const OtherStudy& other : exam.study.others)
        exam.others.push_back(studyFacts(library, other.id));
    return exam;
}

StudyToRead LibraryPage::toRead(const ExamFacts& exam) const
{
    const StudyFacts& facts = exam.study;
    StudyToRead study;
    study.study = facts.id;
    study.name = QString::fromStdString(facts.key);
    const auto put = [](const StudyFacts& of, std::vector<std::filesystem::path>& files) {
        for (const FactImage& image : of.images)
            if (!image.missing)
                files.push_back(image.path);
    };
    put(facts, study.files);
    for (const StudyFacts& other : exam.others)
        put(other, study.exams);
    const auto here = std::ranges::find(m_shownIds, facts.id);
    study.of = m_shownIds.size();
    study.place = here == m_shownIds.end() ? 0 : static_cast<std::size_t>(here - m_shownIds.begin()) + 1;
    return study;
}

// And back to this place by a key.
void LibraryPage::openCurrent()
{
    if (m_current == 0 || !m_session->library())
        return;
    m_reading.cancel();
    m_reading = BackgroundJob::start<ExamFacts>(
        this, {[library = m_session->looker(), study = m_current](const Job&) { return examFacts(*library, study); },
               [this](const ExamFacts& exam) {
                   StudyToRead study = toRead(exam);
                   if (study.files.empty())
                       return Q_EMIT told(tr("None of the files of %1 is there.").arg(study.name), true);
                   for (const FactImage& image : exam.study.images)
                       if (!image.missing && image.image.id == m_details->image())
                           study.first = {image.path, static_cast<int>(image.image.frame.value_or(0))};
                   Q_EMIT readAsked(study);
               },
               [this](const QString& reason) { Q_EMIT told(reason, true); }});
}

// Of the list as it is now.
void LibraryPage::giveBeside(std::int64_t study, int by, std::function<void(std::optional<StudyToRead>)> take)
{
    const auto here = std::ranges::find(m_shownIds, study);
    const auto place = (here - m_shownIds.begin()) + by;
    if (here == m_shownIds.end() || !m_session->library() || place < 0 || place >= std::ssize(m_shownIds))
        return take({});
    m_readingBeside.cancel();
    m_readingBeside = BackgroundJob::start<ExamFacts>(
        this, {[library = m_session->looker(), next = m_shownIds[static_cast<std::size_t>(place)]](const Job&) {
                   return examFacts(*library, next);
               },
               [this, take](const ExamFacts& exam) { take(toRead(exam)); },
               [this, take](const QString& reason) {
                   Q_EMIT told(reason, true);
                   take({});
               }});
}

void LibraryPage::setReadStudy(std::int64_t study)
{
    const auto here = std::ranges::find(m_shownIds, study);
    if (study != m_current && here != m_shownIds.end())
        m_place->setCurrent(static_cast<int>(here - m_shownIds.begin()));
}

} // namespace mama
