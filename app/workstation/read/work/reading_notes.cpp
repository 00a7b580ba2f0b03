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
    if (!std::exchange(m_zoomed, false))
        return;
    noteHanging();
    const auto active = m_view.activePane();
    if (const viewer::ViewImage* image = active ? m_view.image(*active) : nullptr) {
        const viewer::ViewPose pose = m_view.pose(*active);
        note(ReadingEvent::Zoom, {{"image", image->facts().header.sopUid}, {"factor", pose.pixelsPerMm}});
    }
}

// Which images hang, each with its place, when that has changed.
void ReadingNotes::noteHanging()
{
    std::vector<viewer::PaneId> panes = m_view.panes();
    if (std::exchange(m_layout, m_view.viewLayout()) == m_view.viewLayout() && panes == m_hung)
        return;
    m_hung = std::move(panes);
    nlohmann::json images = nlohmann::json::array();
    for (const viewer::PaneId& pane : m_hung) {
        const StudyImage& facts = m_view.image(pane)->facts();
        nlohmann::json image{{"frame", facts.frame}, {"slot", mama::name(facts.slot)}};
        if (!facts.header.sopUid.empty())
            image["image"] = facts.header.sopUid;
        images.push_back(std::move(image));
    }
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
