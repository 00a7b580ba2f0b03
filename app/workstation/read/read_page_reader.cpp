// The reader's own work on the page: verdicts before the model, and their marks.
#include "app/workstation/page/drawer.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/work/notes_session.h"
#include "app/workstation/read/work/reading_notes.h"
#include "app/workstation/read/work/verdict_bar.h"
#include "widgets/panels/study_panel.h"

#include <QAction>
#include <QInputDialog>
#include <QLineEdit>
#include <QStackedWidget>
#include <algorithm>
#include <cmath>
#include <utility>

namespace mama {

using viewer::PaneView;

void ReadPage::connectReader()
{
    m_studies->setComplete(m_reader->assignments());
    m_notes = new ReadingNotes(*m_reader, *m_view, this);
    connect(m_reader, &ReaderWork::told, this, &ReadPage::told);
    connect(m_reader, &ReaderWork::gateChanged, this, &ReadPage::showGate);
    connect(m_reader, &ReaderWork::begun, this, [this] {
        if (m_studies->study())
            m_notes->studyShown(*m_studies->study());
    });
    connect(m_reader, &ReaderWork::locked, this, [this](const Verdict& verdict, const QString& words) {
        m_lockedHere[verdict.study] = {verdict, words};
        if (const auto at = std::ranges::find(m_studies->studies(), verdict.study, &Study::uid);
            at != m_studies->studies().end())
            m_studyPanel->setState(static_cast<int>(at - m_studies->studies().begin()), ExamState::Locked);
        Q_EMIT told({}, false); // what asked for it
        showGate();
        if (m_reader->mayShowModel(m_studies->study()))
            for (const QString& text : std::exchange(m_afterLock, {}))
                askText(text);
        if (m_content->currentWidget() == m_view)
            m_view->setFocus();
    });
    connect(m_verdict, &VerdictBar::lockAsked, this, &ReadPage::lockVerdict);
    connect(m_view, &PaneView::placeClicked, this, &ReadPage::mark);
}

void ReadPage::switchReadFirst(bool on)
{
    if (on && !m_reader->readFirst()) {
        bool given = false;
        const QString name =
            QInputDialog::getText(this, tr("Read first"), tr("Who reads? A name or pseudonym, kept with each verdict:"),
                                  QLineEdit::Normal, m_reader->author(), &given);
        if (!given || name.trimmed().isEmpty())
            return showGate();
        m_reader->setAuthor(name.trimmed());
    }
    m_lockedHere.clear();
    m_marks.clear();
    m_reader->setReadFirst(on);
    showMarks();
}

// Marks belong to a verdict that is not locked yet.
void ReadPage::switchMarking(bool on)
{
    const Study* study = m_studies->study();
    if (on && (!m_reader->readFirst() || !study)) {
        Q_EMIT told(tr("Marks are part of a verdict, given in a read-first session: Study ▸ Read first."), false);
        on = false;
    } else if (on && m_lockedHere.contains(study->uid)) {
        Q_EMIT told(tr("The verdict is locked: its marks stay as they are."), false);
        on = false;
    }
    m_view->setTool(on ? viewer::LeftTool::Mark : viewer::LeftTool::Pan);
}

// A click marks a place; one on a mark takes it away.
void ReadPage::mark(const viewer::PaneId& pane, Point at)
{
    const Study* study = m_studies->study();
    if (!study || pane.study != study->uid || pane.image >= study->images.size() || m_lockedHere.contains(study->uid))
        return;
    const StudyImage& image = study->images[pane.image];
    const auto transform = m_view->transform(pane);
    const double near = transform ? 10 * m_view->devicePixelRatioF() / std::abs(transform->scaleX) : 0;
    std::vector<PlacedMark>& marks = m_marks[study->uid];
    const auto isHere = [&](const PlacedMark& each) {
        return each.image.path == image.path && each.image.frame == image.frame &&
               std::hypot(each.at.x - at.x, each.at.y - at.y) <= near;
    };
    if (std::erase_if(marks, isHere) == 0)
        marks.push_back({{image.path, image.header.sopUid, image.frame}, at, image.side});
    showMarks();
}

void ReadPage::showMarks()
{
    const Study* study = m_studies->study();
    const auto marks = study ? m_marks.find(study->uid) : m_marks.end();
    std::map<viewer::PaneId, std::vector<Point>> places;
    if (marks != m_marks.end())
        for (const PlacedMark& each : marks->second)
            for (std::size_t i = 0; i < study->images.size(); ++i)
                if (study->images[i].path == each.image.path && study->images[i].frame == each.image.frame)
                    places[{study->uid, i}].push_back(each.at);
    m_view->setMarks(places);
    m_verdict->setMarks(marks == m_marks.end() ? 0 : static_cast<int>(marks->second.size()), keyOf("reading.mark"));
}

void ReadPage::lockVerdict(Verdict verdict)
{
    switchMarking(false);
    const auto marks = m_marks.find(verdict.study);
    m_reader->lock(std::move(verdict), marks == m_marks.end() ? std::vector<PlacedMark>() : marks->second);
}

// In a read-first session nothing of a model is on the screen before the verdict is locked.
void ReadPage::showGate()
{
    const Study* study = m_studies->study();
    const bool first = m_reader->readFirst(), open = m_reader->mayShowModel(study);
    m_session->setHeld(!open);
    if (!open)
        hangBack(); // from what the model sees
    m_verdict->setVisible(first);
    m_verdict->setStudy(study);
    const auto locked = study ? m_lockedHere.find(study->uid) : m_lockedHere.end();
    if (locked == m_lockedHere.end())
        m_verdict->setOpen();
    else
        m_verdict->setLocked(locked->second.verdict, locked->second.words);
    m_right->setNote(0, open ? QString() : tr("locked"));
    findChild<QAction*>(QStringLiteral("reading.first"))->setChecked(first);
    if (!first || locked != m_lockedHere.end())
        m_view->setTool(m_view->tool() == viewer::LeftTool::Mark ? viewer::LeftTool::Pan : m_view->tool());
    updateHint();
}

QString ReadPage::unsaved() const
{
    if (const int count = m_drawn->unsaved(); count > 0)
        return tr(
            "%n change(s) of what you drew are not on the disk yet: they would be lost. Close the window all the same?",
            nullptr, count);
    const bool marks = std::ranges::any_of(
        m_marks, [&](const auto& each) { return !each.second.empty() && !m_lockedHere.contains(each.first); });
    return m_reader->readFirst() && (m_verdict->hasDraft() || marks)
               ? tr("A verdict is not locked: it would be lost. Close the window all the same?")
               : QString();
}

bool ReadPage::maySee()
{
    if (m_reader->mayShowModel(m_studies->study()))
        return true;
    Q_EMIT told(tr("Read first: lock your verdict on this study, then ask the model."), false);
    m_verdict->setFocus(Qt::ShortcutFocusReason);
    return false;
}

} // namespace mama
