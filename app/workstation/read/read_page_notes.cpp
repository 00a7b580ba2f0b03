// What the reader draws on the page: shown, listed, written on, taken back.
#include "app/workstation/page/drawer.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/work/notes_session.h"
#include "core/base/path_text.h"
#include "widgets/look/shown_text.h"
#include "widgets/panels/notes_panel.h"

#include <QAction>
#include <QApplication>
#include <QLineEdit>
#include <QStackedWidget>
#include <algorithm>

namespace mama {

using viewer::PaneView;

namespace {

viewer::Note noteOf(const ShownNote& from)
{
    return {from.annotation.id,
            from.annotation.shape,
            QString::fromStdString(from.annotation.text),
            from.annotation.facts.figures,
            from.annotation.facts.afterLut,
            from.unsaved};
}

NoteRow rowOf(const ShownNote& from, const Study& study)
{
    const StudyImage& image = study.images[from.image];
    const viewer::Note note = noteOf(from);
    const Shape& shape = from.annotation.shape;
    NoteRow row;
    row.id = from.annotation.id;
    row.view = QString::fromStdString(image.label.empty() ? pathText(image.path.filename()) : image.label);
    row.kind = viewer::kindText(shape.kind);
    row.value = viewer::listedValue(note, image.spacing);
    row.basis = viewer::basisText(viewer::asMeasured(shape), image.spacing);
    row.text = note.text;
    QStringList details{row.view + QStringLiteral(" · ") + row.kind};
    details << viewer::detailsOf(note, image.spacing);
    if (!from.annotation.author.empty())
        details << ReadPage::tr("%1, %2").arg(QString::fromStdString(from.annotation.author),
                                              QString::fromStdString(from.annotation.at));
    if (from.unsaved)
        details << ReadPage::tr("not saved yet");
    row.details = details.join(QLatin1Char('\n'));
    return row;
}

} // namespace

void ReadPage::setLibrary(std::shared_ptr<Library> library) { m_drawn->setLibrary(std::move(library)); }

void ReadPage::connectNotes()
{
    connect(m_drawn, &NotesSession::changed, this, &ReadPage::showNotes);
    connect(m_drawn, &NotesSession::renumbered, this, [this](qint64 from, qint64 to) { m_renumbered[from] = to; });
    connect(m_drawn, &NotesSession::offerChanged, this, &ReadPage::showOffer);
    connect(m_drawn, &NotesSession::told, this, &ReadPage::told);
    connectDrawing(*m_view);
    connect(m_drawn, &NotesSession::outdated, this, &ReadPage::outdated);
    connect(m_view, &PaneView::noteSelected, m_notesPanel, &NotesPanel::select);
    const auto showHow = [this] {
        m_notesPanel->setEmptyText(
            tr("Nothing is drawn on this study yet. Draw on a picture with %1 (distance), %2 (area), %3 (angle), %4 (values "
               "in a circle), %5 (note) or %6 (box), or with the tool bar's button; View ▸ Measure and note has them all.")
                .arg(keyOf("view.measure"), keyOf("view.draw.area"), keyOf("view.draw.angle"),
                     keyOf("view.draw.circle"), keyOf("view.draw.note"), keyOf("view.draw.box")));
    };
    for (QAction* each : m_view->actions())
        if (each->objectName().startsWith(QLatin1String("view.draw.")) ||
            each->objectName() == QLatin1String("view.measure"))
            connect(each, &QAction::changed, m_notesPanel, showHow);
    showHow();
    connect(m_notesPanel, &NotesPanel::chosen, this, [this](qint64 id) { m_view->selectNote(id); });
    connect(m_notesPanel, &NotesPanel::goThere, this, &ReadPage::goToNote);
    connect(m_notesPanel, &NotesPanel::textChanged, this,
            [this](qint64 id, const QString& text) { m_drawn->setText(id, text.left(1000)); });
    connect(m_notesPanel, &NotesPanel::removeAsked, this, [this](const QList<qint64>& ids) { removeNotes(ids); });
    showOffer();
}

void ReadPage::connectDrawing(PaneView& view)
{
    connect(&view, &PaneView::noteDrawn, this,
            [this, &view](const viewer::PaneId& pane, const Shape& shape) { takeDrawn(view, pane, shape); });
    connect(&view, &PaneView::noteMoved, this, [this](qint64 id, const Shape& shape) {
        m_placedLast = false;
        m_drawn->move(id, shape);
    });
    connect(&view, &PaneView::shapeRefused, this,
            [this](ShapeKind kind) { Q_EMIT told(viewer::refusedText(kind), false); });
    connect(&view, &PaneView::noteTextAsked, this, &ReadPage::writeNote);
}

// A shape is kept as it was drawn; a note asks for its words first.
void ReadPage::takeDrawn(PaneView& on, const viewer::PaneId& pane, const Shape& shape)
{
    const Study* study = m_studies->study();
    if (!study || pane.study != study->uid || !m_drawn->mayDraw(pane.image))
        return Q_EMIT told(tr("This picture is none of the study's own: draw on those."), false);
    if (shape.kind != ShapeKind::Note) {
        m_placedLast = false;
        return m_view->selectNote(m_drawn->add(pane.image, shape));
    }
    const Point at = handlesOf(shape).front();
    edit({on, on.placeOf(pane, at), {}}, [this, pane, shape](const QString& text) {
        const Study* now = m_studies->study();
        if (!text.isEmpty() && now && now->uid == pane.study) {
            m_placedLast = false;
            m_view->selectNote(m_drawn->add(pane.image, shape, text));
        }
    });
}

void ReadPage::writeNote(qint64 id)
{
    const ShownNote* note = m_drawn->find(id);
    const Study* study = m_studies->study();
    if (!note || !study)
        return Q_EMIT told(tr("Choose what was drawn first: click it, or its row among the notes."), false);
    const Point at = handlesOf(note->annotation.shape).front();
    PaneView& on = keyView();
    edit({on, on.placeOf({study->uid, note->image}, at), QString::fromStdString(note->annotation.text)},
         [this, id](const QString& text) {
             m_placedLast = false;
             m_drawn->setText(id, text);
         });
}

// What is chosen, by the rectangle around it, in the library that is open.
void ReadPage::findLike()
{
    const auto chosen = m_view->selectedNote();
    const ShownNote* note = chosen ? m_drawn->find(*chosen) : nullptr;
    const Study* study = m_studies->study();
    if (!note || !study)
        return Q_EMIT told(
            tr("Draw a box around a region with %1 and choose it: images with parts like it are looked for in "
               "the library that is open.")
                .arg(keyOf("view.draw.box")),
            false);
    const Outline outline = outlineOf(note->annotation.shape);
    double left = outline.places.front().x, right = left, top = outline.places.front().y, bottom = top;
    for (const Point& each : outline.places) {
        left = std::min(left, each.x);
        right = std::max(right, each.x);
        top = std::min(top, each.y);
        bottom = std::max(bottom, each.y);
    }
    const StudyImage& image = study->images[note->image];
    Q_EMIT regionAsked(note->annotation.image, {left, top, std::max(right - left, 1.0), std::max(bottom - top, 1.0)},
                       QString::fromStdString(image.label.empty() ? pathText(image.path.filename()) : image.label));
}

// A line to write on, over the pictures: Enter keeps it, Esc or a click elsewhere does not.
void ReadPage::edit(const Line& line, std::function<void(const QString&)> done)
{
    delete m_noteEdit;
    m_noteEdit = new QLineEdit(line.text, &line.on);
    m_noteEdit->setObjectName(QStringLiteral("note.text"));
    m_noteEdit->setAccessibleName(tr("Text of the note"));
    m_noteEdit->setPlaceholderText(tr("Text, then Enter"));
    m_noteEdit->setMaxLength(500);
    m_noteEdit->resize(std::min(280, std::max(120, line.on.width() - 16)), m_noteEdit->sizeHint().height());
    const QPoint at = line.place.toPoint() + QPoint(10, 10);
    m_noteEdit->move(std::clamp(at.x(), 0, std::max(0, line.on.width() - m_noteEdit->width())),
                     std::clamp(at.y(), 0, std::max(0, line.on.height() - m_noteEdit->height())));
    connect(m_noteEdit, &QLineEdit::returnPressed, this, [this, done = std::move(done)] {
        const QString given = m_noteEdit->text().trimmed();
        closeNoteEdit();
        done(given);
    });
    m_noteEdit->show();
    m_noteEdit->raise();
    m_noteEdit->setFocus(Qt::ShortcutFocusReason);
    connect(qApp, &QApplication::focusChanged, m_noteEdit, [this](const QWidget* from, const QWidget* to) {
        if (m_noteEdit && from == m_noteEdit && to && to != m_noteEdit && m_noteEdit->window()->isAncestorOf(to))
            closeNoteEdit();
    });
}

bool ReadPage::closeNoteEdit()
{
    if (!m_noteEdit)
        return false;
    QLineEdit* edit = m_noteEdit;
    m_noteEdit = nullptr;
    edit->hide();
    edit->deleteLater();
    if (edit->parentWidget() == m_view)
        toPictures(Qt::OtherFocusReason);
    else
        edit->parentWidget()->setFocus(Qt::OtherFocusReason);
    return true;
}

void ReadPage::goToNote(qint64 id)
{
    const ShownNote* note = m_drawn->find(id);
    const Study* study = m_studies->study();
    if (!note || !study)
        return;
    const viewer::PaneId pane{study->uid, note->image};
    const auto& hung = m_view->hung();
    if (std::ranges::none_of(hung, [&](const viewer::HungCell& cell) { return cell.pane == pane; }))
        m_studies->showAlone(static_cast<int>(note->image));
    m_view->showNote(id);
}

void ReadPage::removeNotes(const QList<qint64>& ids)
{
    if (ids.isEmpty())
        return Q_EMIT told(tr("Nothing is chosen: click what was drawn, or its row among the notes."), false);
    m_placedLast = false;
    m_drawn->remove({ids.begin(), ids.end()});
    const QString key = keyOf("study.undo");
    Q_EMIT told(ids.size() == 1 ? tr("Deleted. %1 brings it back.").arg(key)
                                : tr("%1 are deleted. %2 brings them back.").arg(ids.size()).arg(key),
                false);
}

void ReadPage::showNotes()
{
    const Study* study = m_studies->study();
    std::map<viewer::PaneId, std::vector<viewer::Note>> notes;
    std::vector<NoteRow> rows;
    if (study)
        for (const ShownNote& each : m_drawn->notes()) {
            if (each.image >= study->images.size())
                continue;
            notes[{study->uid, each.image}].push_back(noteOf(each));
            rows.push_back(rowOf(each, *study));
        }
    const auto chosen = m_view->selectedNote();
    const auto now = chosen ? m_renumbered.find(*chosen) : m_renumbered.end();
    m_view->setNotes(std::move(notes));
    m_notesPanel->setRows(rows);
    if (now != m_renumbered.end())
        m_view->selectNote(now->second);
    m_renumbered.clear();
    m_notesPanel->select(m_view->selectedNote().value_or(0));
    m_right->setNote(2, rows.empty() ? QString() : QString::number(rows.size()));
}

void ReadPage::showOffer()
{
    const EditOffer& offer = m_drawn->offer();
    for (const auto& [id, words, title] :
         {std::tuple{"study.undo", offer.undo, tr("&Undo")}, {"study.redo", offer.redo, tr("Red&o")}})
        if (auto* action = findChild<QAction*>(QLatin1String(id)))
            action->setText(words.empty() ? title : title + QStringLiteral(": ") + QString::fromStdString(words));
}

// The last thing that was done on this page: a view given to an image, or something drawn.
void ReadPage::undo()
{
    if (m_placedLast || (m_drawn->offer().undo.empty() && m_drawn->unsaved() == 0))
        return undoPlace();
    m_drawn->undo();
}

} // namespace mama
