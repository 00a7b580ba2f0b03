// Several models side by side: their choice, their columns, and what the list is sorted and filtered by.
#include "app/workstation/library/ask_bar.h"
#include "app/workstation/library/library_map.h"
#include "app/workstation/library/library_page.h"
#include "app/workstation/library/models/score_texts.h"
#include "app/workstation/look/settings_keys.h"
#include "core/base/hash.h"
#include "widgets/library/filter_line.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_grid.h"
#include "widgets/library/study_table.h"

#include <algorithm>

namespace mama {
namespace {

QString choiceKey(const QString& folder)
{
    return settings_keys::askedModels(QString::fromStdString(sha256(folder.toStdString()).substr(0, 16)));
}

} // namespace

void LibraryPage::connectModels()
{
    connect(&m_ask->models(), &AskedModels::changed, this, &LibraryPage::takeModels);
    connect(m_session, &LibrarySession::stateChanged, m_ask, [this] {
        if (m_session->state() == LibrarySession::State::Open)
            m_ask->chooseModels(m_session->library()->folder(),
                                m_settings.value(choiceKey(m_session->folder())).toStringList());
    });
    connect(m_ask, &AskBar::modelsChosen, this,
            [this](const QStringList& keys) { m_settings.setValue(choiceKey(m_session->folder()), keys); });
}

// While one of them is waited for, the list stays as the last answers had it.
void LibraryPage::takeModels()
{
    if (!m_session->result().columns)
        return;
    const AskedModels& models = m_ask->models();
    showColumns();
    m_table->refresh();
    m_grid->refresh();
    m_map->refresh();
    std::vector<ModelScores> byModel;
    std::vector<std::string> names;
    for (const AskedModel& each : models.models()) {
        names.push_back((&each == &models.models().front() ? models.firstName() : each.model.name).toStdString());
        if (models.asked() && each.scores)
            byModel.push_back({names.back(), each.scores});
    }
    m_filter->setModels(models.several() ? std::move(names) : std::vector<std::string>());
    if (const auto study = m_session->result().columns->find(m_current); study && m_current != 0)
        m_details->setScores(studyScores(models, static_cast<std::uint32_t>(*study), m_ask->bestImageOf(*study)));
    const StudyQuestion& asked = m_session->question();
    const bool isThere = !isOfScores(asked.field) || !asked.scores ||
                         std::any_of(m_scoreColumns.begin(), m_scoreColumns.end(),
                                     [&](const auto& each) { return each.id.toStdString() == asked.field; });
    const bool same = byModel == asked.byModel && models.rankDifference() == asked.rankDifference;
    if ((same || models.busy()) && isThere)
        return;
    changeQuestion([&](StudyQuestion& question) {
        question.byModel = std::move(byModel);
        question.rankDifference = models.rankDifference();
        if (!isThere)
            question.field = "score";
    });
}

// Of those that have embeddings: others would say nothing.
std::vector<ViewModel> LibraryPage::viewModels() const
{
    std::vector<ViewModel> out;
    for (const AskedModel& each : m_ask->models().models())
        if (each.model.set)
            out.push_back({each.model.key.toStdString(), each.model.name.toStdString()});
    return out;
}

// None: those that are asked already.
void LibraryPage::chooseViewModels(const std::vector<ViewModel>& models)
{
    QStringList keys, gone;
    const auto& sets = m_ask->asked().sets();
    for (const ViewModel& each : models) {
        const QString key = QString::fromStdString(each.set);
        const bool isThere = m_ask->asked().loading() ||
                             std::any_of(sets.begin(), sets.end(), [&](const auto& set) { return keyOf(set) == key; });
        (isThere ? keys : gone) << (isThere ? key : QString::fromStdString(each.name));
    }
    if (!gone.isEmpty())
        Q_EMIT told(tr("The view asks %1, of which there are no embeddings in this library any more.")
                        .arg(gone.join(QStringLiteral(", "))),
                    false);
    if (keys.isEmpty() || keys == m_ask->models().choice())
        return;
    m_settings.setValue(choiceKey(m_session->folder()), keys);
    m_ask->chooseModels(m_session->library()->folder(), keys);
}

QString LibraryPage::cellTip(int row, int column) const
{
    if (column < 1 || static_cast<std::size_t>(column) > m_scoreColumns.size())
        return {};
    return scoreTip(m_ask->models(), studyAt(row), static_cast<std::size_t>(column - 1));
}

} // namespace mama
