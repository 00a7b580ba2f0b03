#include "app/workstation/read/work/reading_notes.h"

#include "app/workstation/read/work/reader_work.h"
#include "core/study/study.h"

#include <array>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr int restMs = 500; // no move for so long: it is written

const char* name(viewer::ViewLayout layout)
{
    static constexpr std::array names{"grid", "row", "cc", "mlo", "right", "left", "single", "other"};
    return names[static_cast<std::size_t>(layout)];
}

// A word that the log keeps: 64 of its characters.
std::string word(const QString& text)
{
    std::string kept;
    for (const char c : text.left(64).toStdString())
        kept +=
            std::isalnum(static_cast<unsigned char>(c)) || std::string_view(" .+-_").find(c) != std::string_view::npos
                ? c
                : '_';
    return kept.substr(0, 64);
}

nlohmann::json hungImage(const StudyImage& facts)
{
    nlohmann::json image{{"frame", facts.frame}, {"slot", mama::name(facts.slot)}};
    if (!facts.header.sopUid.empty())
        image["image"] = facts.header.sopUid;
    return image;
}

void nameModel(nlohmann::json& detail, const std::optional<ModelFacts>& model)
{
    if (!model)
        return;
    detail["model"] = word(model->name);
    detail["hash"] = word(model->hash);
}

} // namespace

ReadingNotes::ReadingNotes(ReaderWork& work, viewer::PaneView& view, QObject* parent)
    : QObject(parent), m_work(work), m_view(view)
{
    m_rest.setSingleShot(true);
    m_rest.setInterval(restMs);
    connect(&m_rest, &QTimer::timeout, this, &ReadingNotes::rested);
    connect(&m_view, &viewer::PaneView::windowChanged, this, [this](const viewer::PaneId& pane) {
        m_windowed.insert(pane);
        m_rest.start();
    });
    connect(&m_view, &viewer::PaneView::zoomChanged, this, [this] {
        m_zoomed = true;
        m_rest.start();
    });
    connect(&m_view, &viewer::PaneView::aidsChanged, this, [this] {
        if (std::exchange(m_loupe, m_view.aids().loupe) != m_view.aids().loupe)
            note(ReadingEvent::Loupe, {{"on", m_view.aids().loupe}, {"factor", m_view.aids().loupeMagnification}});
    });
    connect(&m_view, &viewer::PaneView::overlayStyleChanged, this, [this] {
        const bool on = m_view.overlayStyle().visible;
        if (std::exchange(m_overlay, on) != on && !m_shown.empty()) // else there is no map to show or hide
            note(ReadingEvent::Overlay, {{"on", on}});
    });
}

void ReadingNotes::note(ReadingEvent event, nlohmann::json detail)
{
    if (m_study.empty())
        return;
    detail["study"] = m_study;
    m_work.note(event, detail);
}

void ReadingNotes::studyShown(const Study& study)
{
    m_rest.stop();
    m_windowed.clear();
    m_zoomed = false;
    m_shown.clear();
    m_study = study.uid;
    m_layout = viewer::ViewLayout::Other;
    m_hung.clear();
    m_apartHung.reset();
    nlohmann::json images = nlohmann::json::array();
    for (const StudyImage& image : study.images)
        if (!image.header.sopUid.empty())
            images.push_back(image.header.sopUid);
    note(ReadingEvent::StudyShown, {{"images", std::move(images)}});
    if (m_seen.contains(m_study)) // a verdict that follows is not one before the model
        note(ReadingEvent::ModelShown, {{"what", "seen before"}});
    m_zoomed = true; // how it hangs first
    m_rest.start();
}

void ReadingNotes::picturesShown()
{
    m_zoomed = true;
    m_rest.start();
}

void ReadingNotes::rested()
{
    for (const viewer::PaneId& pane : std::exchange(m_windowed, {}))
        if (const viewer::ViewImage* image = m_view.image(pane)) {
            const viewer::Shade shade = m_view.shade(pane);
            note(ReadingEvent::Window, {{"image", image->facts().header.sopUid},
                                        {"centre", shade.window.centre},
                                        {"width", shade.window.width}});
        }
    noteApart();
    if (!std::exchange(m_zoomed, false))
        return;
    noteHanging();
    noteZoom(m_view, m_view.activePane());
}

void ReadingNotes::noteZoom(const viewer::PaneView& view, const std::optional<viewer::PaneId>& pane)
{
    if (const viewer::ViewImage* image = pane ? view.image(*pane) : nullptr)
        note(ReadingEvent::Zoom, {{"image", image->facts().header.sopUid}, {"factor", view.pose(*pane).pixelsPerMm}});
}

void ReadingNotes::viewApart(const viewer::PaneView* view)
{
    if (view && view != m_apart)
        for (const auto changed : {&viewer::PaneView::zoomChanged, &viewer::PaneView::uploadsFinished})
            connect(view, changed, this, [this] {
                m_apartZoomed = true;
                m_rest.start();
            });
    m_apart = view;
    m_rest.start();
}

// Its image when that is another one, and how it is zoomed.
void ReadingNotes::noteApart()
{
    const auto pane = m_apart ? m_apart->activePane() : std::nullopt;
    const viewer::ViewImage* image = pane ? m_apart->image(*pane) : nullptr;
    const auto hung = image ? pane : std::nullopt;
    if (std::exchange(m_apartHung, hung) != hung)
        note(ReadingEvent::Hung,
             {{"name", "apart"},
              {"hung", image ? nlohmann::json::array({hungImage(image->facts())}) : nlohmann::json::array()}});
    if (std::exchange(m_apartZoomed, false) && hung)
        noteZoom(*m_apart, hung);
}

// Which images hang, each with its place, when that has changed.
void ReadingNotes::noteHanging()
{
    std::vector<viewer::PaneId> panes = m_view.panes();
    if (std::exchange(m_layout, m_view.viewLayout()) == m_view.viewLayout() && panes == m_hung)
        return;
    m_hung = std::move(panes);
    nlohmann::json images = nlohmann::json::array();
    for (const viewer::PaneId& pane : m_hung)
        images.push_back(hungImage(m_view.image(pane)->facts()));
    note(ReadingEvent::Hung, {{"name", name(m_layout)}, {"hung", std::move(images)}});
}

void ReadingNotes::asked(const QString& sentence, const std::optional<ModelFacts>& model)
{
    nlohmann::json detail{{"texts", nlohmann::json::array({sentence.toStdString()})}};
    nameModel(detail, model);
    note(ReadingEvent::Ask, std::move(detail));
}

void ReadingNotes::modelShown(const SentenceResult& result)
{
    m_seen.insert(m_study);
    if (!m_shown.insert(result.scores.sentence).second)
        return;
    nlohmann::json detail{{"what", result.maps.empty() ? "scores" : "scores and maps"}};
    nameModel(detail, result.model);
    note(ReadingEvent::ModelShown, detail);
}

} // namespace mama
