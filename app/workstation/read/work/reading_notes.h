#pragma once
#include "app/workstation/engine/model_session.h"
#include "core/library/reading_event.h"
#include "widgets/viewer/pane_view.h"

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>

namespace mama {

class ReaderWork;

// The log of a read-first session: what hung, how it was windowed, zoomed and looked at, what was asked and when an
// output of a model came on the screen. What changes with every move of the mouse is written when it rests.
class ReadingNotes : public QObject
{
    Q_OBJECT
public:
    // Both must outlive this object.
    ReadingNotes(ReaderWork& work, viewer::PaneView& view, QObject* parent);

    void studyShown(const Study& study);
    void picturesShown(); // all of the study that hang
    void asked(const QString& sentence, const std::optional<ModelFacts>& model);
    void modelShown(const SentenceResult& result); // once a sentence and study
    void viewApart(const viewer::PaneView* view);  // of one image in a window of its own; null: there is none

private:
    void note(ReadingEvent event, nlohmann::json detail);
    void rested();
    void noteHanging();
    void noteApart();
    void noteZoom(const viewer::PaneView& view, const std::optional<viewer::PaneId>& pane);

    ReaderWork& m_work;
    viewer::PaneView& m_view;
    std::string m_study;
    std::set<std::string> m_seen; // studies of which outputs were shown in this window, in whatever session
    std::set<QString> m_shown;    // sentences whose results were on the screen
    QTimer m_rest;
    QPointer<const viewer::PaneView> m_apart;
    std::optional<viewer::PaneId> m_apartHung; // as was noted last
    bool m_zoomed = false, m_apartZoomed = false;
    std::set<viewer::PaneId> m_windowed;
    std::vector<viewer::PaneId> m_hung; // as was noted last
    viewer::ViewLayout m_layout = viewer::ViewLayout::Other;
    bool m_loupe = false, m_overlay = true;
};

} // namespace mama
