// What a curator says of studies, where they are seen: one command, one step of undo.
#include "app/workstation/library/dialogs/study_label_dialog.h"
#include "app/workstation/library/library_page.h"
#include "core/library/studies/kept_studies.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_place.h"

#include <algorithm>
#include <utility>

namespace mama {

// Of one study what is known of it says which findings and images there are.
void LibraryPage::labelSelected()
{
    const std::vector<std::int64_t> studies = target();
    if (refuseToWrite() || studies.empty() || refuseWrong())
        return;
    if (studies.size() > 1)
        return openLabels({static_cast<int>(studies.size()), labelThings(), {}, 0, {}, {}}, studies);
    m_labelling.cancel();
    m_labelling = BackgroundJob::start<StudyFacts>(
        this,
        {[library = m_session->looker(), study = studies.front()](const Job&) { return studyFacts(*library, study); },
         [this](const StudyFacts& facts) { labelStudy(facts, nullptr); },
         [this](const QString& reason) { Q_EMIT told(reason, true); }});
}

// label: that shall be another; null: none.
void LibraryPage::labelStudy(const StudyFacts& facts, const FactLabel* label)
{
    LabelQuestion question{1, labelThings(facts), {}, 0, {}, {}};
    if (label) {
        question.task = label->task;
        question.value = label->value;
        const auto isMeant = [&](const LabelThing& each) {
            return each.level == label->level && (each.level != "breast" || each.side == label->side) &&
                   (each.targets.empty() || each.targets.front() == label->target);
        };
        const auto found = std::find_if(question.things.begin(), question.things.end(), isMeant);
        question.thing = found == question.things.end() ? 0 : static_cast<int>(found - question.things.begin());
    }
    openLabels(std::move(question), {facts.id});
}

void LibraryPage::openLabels(LabelQuestion question, std::vector<std::int64_t> studies)
{
    const StudyColumns& columns = *m_session->result().columns;
    question.tasks = labelTasks(columns, studySet(columns, studies));
    StudyLabelDialog dialog(std::move(question), this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    m_actedOn.push_back(m_current);
    m_session->act([thing = dialog.thing(), task = dialog.task(), value = dialog.value(), settles = dialog.settles(),
                    studies = std::move(studies)](Library& library) {
        const std::vector<std::int64_t> targets =
            thing.targets.empty() ? targetsOf(library, thing.level, studies, {}) : thing.targets;
        return label(library, {thing.level, targets, thing.side, task, value, settles});
    });
}

// Says so where the library is open for reading only.
bool LibraryPage::refuseToWrite()
{
    if (m_session->readOnly())
        Q_EMIT told(tr("This library is open for reading only."), true);
    return m_session->readOnly();
}

} // namespace mama
