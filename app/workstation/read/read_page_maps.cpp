// Maps on the page: which, less what, on what scale, and the pictures that the model sees.
#include "app/workstation/engine/map_range.h"
#include "app/workstation/engine/show_result.h"
#include "app/workstation/page/drawer.h"
#include "app/workstation/read/beside_pictures.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/seen_pictures.h"
#include "app/workstation/read/work/reading_notes.h"
#include "app/workstation/screens/pictures_apart.h"
#include "core/protocol/map_way.h"
#include "widgets/look/shown_text.h"
#include "widgets/panels/map_panel.h"
#include "widgets/panels/query_panel.h"

#include <QAction>
#include <QTimer>
#include <algorithm>
#include <tuple>
#include <utility>

namespace mama {

// The maps of the selected sentence, or none: overlays come only from the reply that belongs to that row.
void ReadPage::showMaps()
{
    const auto result = m_session->result(m_queryPanel->selectedRow());
    showMapChoices();
    m_mapPanel->setMapsThere(result && !result->maps.empty());
    if (m_view->overlayStyle().basis == viewer::RangeBasis::Reference)
        showReferenceRange();
    showResult(*m_view, result ? &*result : nullptr);
    m_seen->showMaps(result ? &*result : nullptr);
    m_besidePictures->showMaps(result ? &*result : nullptr);
    if (result && result->scores.state == SentenceScores::State::Done)
        m_notes->modelShown(*result);
    if (result && !result->maps.empty())
        QTimer::singleShot(0, this, &ReadPage::mapsOnScreen);
}

// The colour scale from the lowest to the highest similarity inside the breasts on screen, until another study comes.
void ReadPage::showStudyRange()
{
    const auto range = similarityRange(m_session->maps(m_queryPanel->selectedRow()), *m_view);
    if (!range)
        return;
    viewer::OverlayStyle style = m_view->overlayStyle();
    style.basis = viewer::RangeBasis::Study;
    std::tie(style.low, style.high) = *range;
    m_view->setOverlayStyle(style);
    m_mapPanel->setStyle(style);
}

// The scale that is the same for every study: of the chosen sentence in the model's reference, else all of -1 to 1.
void ReadPage::showReferenceRange()
{
    viewer::OverlayStyle style = m_view->overlayStyle();
    const auto result = m_session->result(m_queryPanel->selectedRow());
    const auto range = result ? result->scores.mapRange : std::nullopt;
    style.basis = viewer::RangeBasis::Reference;
    style.low = range ? (*range)[0] : -1;
    style.high = range ? (*range)[1] : 1;
    m_view->setOverlayStyle(style);
    m_mapPanel->setStyle(style);
}

void ReadPage::showMapChoices()
{
    const auto& model = m_session->model();
    const auto result = m_session->result(m_queryPanel->selectedRow());
    MapPanel::Ways ways{{}, m_session->mapWay(), m_session->besideWay(), m_session->wayNote()};
    for (const QString& way : model ? model->mapWays : QStringList())
        ways.all.append({way, shownText(mapWayMeaning(way.toStdString()))});
    m_mapPanel->setWays(ways);
    m_mapPanel->setChoicesThere(model && model->maps);
    QStringList others;
    for (const SentenceScores& row : m_session->scores())
        if (!result || row.sentence != result->scores.sentence)
            others << row.sentence;
    const MapLess& less = m_session->mapLess();
    m_mapPanel->setLess(less.what, less.sentence, others, m_session->meanMapsFit());
    m_mapPanel->setSentences(result && !result->maps.empty() ? result->map.sentences : QStringList(),
                             result ? result->map.sentence : 0);
}

// The way that hung beside comes here: the one that was here hangs beside then.
void ReadPage::chooseWay(const QString& way)
{
    const auto& model = m_session->model();
    const auto named = [&](const QString& each) { return each.isEmpty() && model ? model->mapWays.value(0) : each; };
    const QString before = named(m_session->mapWay());
    m_session->setMapWay(way);
    if (m_session->besideWay() && named(*m_session->besideWay()) == named(way))
        m_session->setBesideWay(before);
    showMapChoices();
}

// A second map of each picture on the right, or none.
void ReadPage::chooseBeside(const std::optional<QString>& way)
{
    hangBack();
    if (way && (m_compare != Compare::Off || m_step >= 0)) { // beside this exam alone
        m_compare = Compare::Off;
        m_step = -1;
        hang();
    }
    m_session->setBesideWay(way);
    followBeside();
    showMaps();
}

// The second map is of what was asked of this study: without that its pictures hang as always.
void ReadPage::followBeside()
{
    using State = SentenceScores::State;
    const bool asked = std::ranges::any_of(m_session->scores(), [](const SentenceScores& row) {
        return row.state == State::Waiting || row.state == State::Done;
    });
    const bool wanted = asked && m_session->besideWay() && m_studies->study() && m_compare == Compare::Off &&
                        (m_step < 0 || m_studies->alone() >= 0) && !m_seen->on();
    if (wanted != m_besidePictures->on())
        wanted ? m_besidePictures->show() : m_besidePictures->leave();
}

void ReadPage::toggleSeen()
{
    if (m_seen->on())
        return hangBack();
    findChild<QAction*>(QStringLiteral("view.seen"))->setChecked(false);
    const Study* study = m_studies->study();
    if (!study || m_view->hung().empty())
        return;
    if (!maySee())
        return;
    if (!m_session->model())
        return Q_EMIT told(tr("No model is loaded: what it sees depends on the model."), false);
    if (m_session->besideWay())
        chooseBeside({});
    if (std::exchange(m_compare, Compare::Off) != Compare::Off)
        hang(); // the model sees this exam alone
    m_seen->show(std::make_shared<const Study>(*study));
}

void ReadPage::hangBack()
{
    if (!m_seen->on())
        return;
    const bool single = m_seen->before() == viewer::ViewLayout::Single;
    const viewer::Hanging cells = m_seen->cellsBefore();
    m_seen->leave();
    if (m_studies->alone() >= 0)
        m_view->hang(cells);
    else
        m_view->setViewLayout(m_layout);
    if (single)
        m_view->setViewLayout(viewer::ViewLayout::Single);
    showMaps();
}

// Where a panel lies over the pictures their legend keeps clear of it.
// Panels lie over the pictures only where those are at home.
void ReadPage::coverLegend()
{
    const bool home = !m_apart->isApart();
    m_view->setNoticeElsewhere(home); // below, in the window
    m_view->setCovered(home ? m_left->covers() : 0, home ? m_right->covers() : 0);
}

} // namespace mama
