// Studies of the list that are opened in Read, one after the other.
#include "app/workstation/library/library_page.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_place.h"

#include <algorithm>

namespace mama {

StudyToRead LibraryPage::toRead(const StudyFacts& facts) const
{
    StudyToRead study;
    study.study = facts.id;
    study.name = QString::fromStdString(facts.key);
    for (const FactImage& image : facts.images)
        if (!image.missing)
            study.files.push_back(image.path);
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
    m_reading = BackgroundJob::start<StudyFacts>(
        this, {[library = m_session->looker(), study = m_current](const Job&) { return studyFacts(*library, study); },
               [this](const StudyFacts& facts) {
                   StudyToRead study = toRead(facts);
                   if (study.files.empty())
                       return Q_EMIT told(tr("None of the files of %1 is there.").arg(study.name), true);
                   for (const FactImage& image : facts.images)
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
    m_readingBeside = BackgroundJob::start<StudyFacts>(
        this, {[library = m_session->looker(), next = m_shownIds[static_cast<std::size_t>(place)]](const Job&) {
                   return studyFacts(*library, next);
               },
               [this, take](const StudyFacts& facts) { take(toRead(facts)); },
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
