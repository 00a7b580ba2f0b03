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
        names.push_back(each.model.name.toStdString());
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

QString LibraryPage::cellTip(int row, int column) const
{
    if (column < 1 || static_cast<std::size_t>(column) > m_scoreColumns.size())
        return {};
    return scoreTip(m_ask->models(), studyAt(row), static_cast<std::size_t>(column - 1));
}

} // namespace mama
