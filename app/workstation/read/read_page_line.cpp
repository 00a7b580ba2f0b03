// From one study to the next: along the list on the left, or along a list elsewhere.
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/studies/study_line.h"
#include "widgets/panels/study_panel.h"

namespace mama {

void ReadPage::connectLine()
{
    connect(m_studies, &StudySession::added, this,
            [this](const std::vector<ScanProblem>& problems, const std::vector<ScanProblem>& others) {
                m_studyPanel->addStudies(m_studies->studies(), m_studies->patients());
                m_studyPanel->setFiles(problems, others);
                if (m_studies->study())
                    showExams(); // its prior may be among them
            });
    connect(m_line, &StudyLine::reached, this, &ReadPage::reached);
    connect(m_line, &StudyLine::ended, this, [this](int by) {
        Q_EMIT told(by > 0 ? tr("This is the last study of the library's list.")
                           : tr("This is the first study of the library's list."),
                    false);
    });
    connect(m_line, &StudyLine::passedOver, this, [this](int count, const StudyToRead& study, const QString& why) {
        Q_EMIT told(count == 1
                        ? tr("%1 was passed over: %2.").arg(study.name, why)
                        : tr("%n studies were passed over, the last %1: %2.", nullptr, count).arg(study.name, why),
                    true);
    });
}

// A search in the list on the left goes before it.
bool ReadPage::readsAlong() const { return m_line->current() && m_studyPanel->searched().isEmpty(); }

int ReadPage::neighbour(Along along, int study, int by) const
{
    if (along == Along::Studies && study == m_studies->current() && readsAlong())
        return m_line->neighbour(by);
    return along == Along::Patients ? m_studyPanel->neighbourPatient(study, by) : m_studyPanel->neighbour(study, by);
}

void ReadPage::showNeighbour(Along along, int by)
{
    m_along = along;
    if (along == Along::Studies && readsAlong())
        return m_line->go(by);
    if (const int study = neighbour(along, m_studies->current(), by); study >= 0)
        return m_studies->show(study);
    const bool patients = along == Along::Patients;
    QString text =
        by > 0 ? (patients ? tr("This is the last patient of the list.") : tr("This is the last study of the list."))
               : (patients ? tr("This is the first patient of the list.") : tr("This is the first study of the list."));
    if (const QString searched = searchedShort(); !searched.isEmpty())
        text = tr("%1 The list holds what “%2” finds; Esc in it ends the search.").arg(text, searched);
    Q_EMIT told(text, false);
}

} // namespace mama
