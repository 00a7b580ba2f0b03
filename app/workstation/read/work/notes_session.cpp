#include "app/workstation/read/work/notes_session.h"

#include "app/workstation/read/studies/study_loader.h"
#include "core/base/error.h"
#include "core/library/studies/image_annotations.h"
#include "core/library/study_key.h"
#include "core/library/utc_time.h"
#include "widgets/viewer/scene/view_image.h"

#include <algorithm>

namespace mama {
namespace {

constexpr int retryMs = 3000, pollMs = 2000;

// One number space for both files.
std::int64_t shownId(std::int64_t id, bool inLibrary) { return 2 * id + (inLibrary ? 1 : 0); }
std::int64_t storedId(std::int64_t shown) { return shown / 2; }
bool ofLibrary(std::int64_t shown) { return shown > 0 && shown % 2 == 1; }

void measurePixels(Annotation& annotation, const viewer::ViewImage* picture)
{
    annotation.facts.figures.reset();
    if (!picture || picture->isColour() || !hasFigures(annotation.shape.kind))
        return;
    annotation.facts.afterLut = picture->afterLut();
    annotation.facts.figures = figuresOf(
        annotation.shape, picture->rows(), picture->columns(), [picture](int column, int row) -> std::optional<double> {
            return picture->padded(column, row) ? std::nullopt : std::optional(picture->storedValue(column, row));
        });
}

} // namespace

NotesSession::NotesSession(ReaderWork& work, QObject* parent) : QObject(parent), m_work(work)
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(retryMs);
    connect(&m_retry, &QTimer::timeout, this, &NotesSession::writeNext);
    m_poll.setInterval(pollMs);
    connect(&m_poll, &QTimer::timeout, this, &NotesSession::lookForOthers);
    m_poll.start();
}

void NotesSession::setLibrary(std::shared_ptr<Library> library)
{
    if (library == m_library)
        return;
    m_library = std::move(library);
    reload();
}

void NotesSession::setStudy(std::shared_ptr<const Study> study)
{
    ++m_generation;
    m_study = std::move(study);
    m_key = m_study ? studyKey(m_study->uid) : std::string();
    std::vector<Image> images;
    for (std::size_t i = 0; m_study && i < m_study->images.size(); ++i) {
        const StudyImage& each = m_study->images[i];
        Image image{{annotationKey(each.header.sopUid, {}), each.frame, each.path}, {}, nullptr, false};
        image.facts = {each.label,
                       each.spacing.mm,
                       each.spacing.basis.english(),
                       each.header.rows,
                       each.header.columns,
                       std::nullopt,
                       false};
        images.push_back(std::move(image));
    }
    m_images = std::move(images);
    m_stored = {};
    m_offer = {};
    show();
    Q_EMIT offerChanged();
    reload();
}

void NotesSession::setPicture(std::size_t index, const LoadedImage& loaded)
{
    if (index >= m_images.size() || !loaded.picture)
        return;
    Image& image = m_images[index];
    const StudyImage& facts = loaded.picture->facts();
    image.picture = loaded.picture;
    image.facts.mm = facts.spacing.mm;
    image.facts.basis = facts.spacing.basis.english();
    image.facts.rows = loaded.picture->rows();
    image.facts.columns = loaded.picture->columns();
    const std::string key = annotationKey(facts.header.sopUid, loaded.pixels);
    if (key == image.ref.key && facts.frame == image.ref.frame)
        return;
    image.ref.key = key;
    image.ref.frame = facts.frame;
    reload();
}

const ShownNote* NotesSession::find(std::int64_t id) const
{
    const auto found = std::ranges::find_if(m_shown, [&](const ShownNote& each) { return each.annotation.id == id; });
    return found == m_shown.end() ? nullptr : &*found;
}

bool NotesSession::mayDraw(std::size_t image) const
{
    return image < m_images.size() && m_images[image].picture && !m_images[image].ref.key.empty();
}

std::int64_t NotesSession::add(std::size_t image, const Shape& shape, const QString& text)
{
    if (!mayDraw(image))
        return 0;
    ShownNote note{image, {}, false};
    note.annotation.id = m_next--;
    note.annotation.image = m_images[image].ref;
    note.annotation.study = m_key;
    note.annotation.shape = shape;
    note.annotation.text = text.toStdString();
    note.annotation.facts = m_images[image].facts;
    const std::int64_t id = note.annotation.id;
    put(EditKind::Add, {std::move(note)});
    return id;
}

void NotesSession::move(std::int64_t id, const Shape& shape)
{
    if (const ShownNote* found = find(id)) {
        ShownNote note = *found;
        note.annotation.shape = shape;
        note.annotation.facts.figures.reset();
        note.annotation.facts.mm = m_images[note.image].facts.mm;
        note.annotation.facts.basis = m_images[note.image].facts.basis;
        put(EditKind::Move, {std::move(note)});
    }
}

void NotesSession::setText(std::int64_t id, const QString& text)
{
    const ShownNote* found = find(id);
    if (!found || found->annotation.text == text.toStdString())
        return;
    ShownNote note = *found;
    note.annotation.text = text.toStdString();
    put(EditKind::Text, {std::move(note)});
}

void NotesSession::put(EditKind kind, std::vector<ShownNote> notes)
{
    Step step;
    step.edit.study = m_key;
    for (ShownNote& note : notes) {
        Annotation& annotation = note.annotation;
        step.inLibrary = annotation.id > 0 ? ofLibrary(annotation.id) : m_images[note.image].inLibrary;
        step.ids.push_back(annotation.id);
        step.pictures.push_back(m_images[note.image].picture);
        annotation.author = m_work.author().toStdString();
        annotation.at.clear(); // when it is written
        step.edit.put.push_back(std::move(annotation));
    }
    step.edit.words = editWords(kind, step.edit.put);
    push(std::move(step));
}

// One command for each file that holds some of them.
void NotesSession::remove(const std::vector<std::int64_t>& ids)
{
    for (const bool inLibrary : {false, true}) {
        Step step;
        step.inLibrary = inLibrary;
        step.edit.study = m_key;
        std::vector<Annotation> gone;
        for (const std::int64_t id : ids)
            if (const ShownNote* note = find(id))
                if ((id > 0 ? ofLibrary(id) : m_images[note->image].inLibrary) == inLibrary) {
                    gone.push_back(note->annotation);
                    step.edit.remove.push_back(id);
                }
        if (gone.empty())
            continue;
        step.edit.words = editWords(EditKind::Remove, gone);
        push(std::move(step));
    }
}

void NotesSession::push(Step step)
{
    m_steps.push_back(std::move(step));
    show();
    if (!m_held)
        writeNext();
}

// What is not on the disk yet is only taken out of the queue.
void NotesSession::turn(bool undo)
{
    if (undo && m_held && !m_steps.empty()) {
        m_steps.pop_back();
        m_held = !m_steps.empty();
        if (!m_held)
            Q_EMIT outdated(m_heldTold);
        return show();
    }
    Step step;
    step.what = undo ? Step::What::Undo : Step::What::Redo;
    step.inLibrary = m_offersLibrary[undo ? 0 : 1];
    step.edit.study = m_key;
    if (m_study)
        push(std::move(step));
}

void NotesSession::undo() { turn(true); }

void NotesSession::redo() { turn(false); }

int NotesSession::unsaved() const { return static_cast<int>(m_steps.size()); }

NotesSession::Question NotesSession::question() const
{
    Question out{{}, m_key, m_library};
    for (const Image& image : m_images)
        out.images.push_back(image.ref);
    return out;
}

// On the reader's thread.
NotesSession::Stored NotesSession::read(const Question& question, ReaderFile* file, std::int64_t session)
{
    Stored out;
    out.inLibrary.resize(question.images.size());
    if (question.library && !question.images.empty()) {
        const auto known = imagesKnown(*question.library, question.images);
        for (std::size_t i = 0; i < known.size(); ++i)
            out.inLibrary[i] = known[i] != 0 && !question.images[i].key.empty();
        for (Annotation& each : annotationsOn(*question.library, question.images))
            out.notes.emplace_back(true, std::move(each));
        if (const auto done = question.library->lastDone(question.study))
            out.library.undo = done->words;
        if (const auto undone = question.library->lastUndone(question.study))
            out.library.redo = undone->words;
        out.libraryVersion = question.library->changesByOthers();
    }
    if (file) {
        for (Annotation& each : file->annotations(question.images))
            out.notes.emplace_back(false, std::move(each));
        if (!question.study.empty())
            out.reader = file->editOffer(session, question.study);
        out.readerVersion = file->changesByOthers();
    }
    return out;
}

void NotesSession::write(Step& step, const Question& question, ReaderFile* file, std::int64_t session, Stored& out)
{
    for (std::size_t i = 0; i < step.edit.put.size(); ++i)
        measurePixels(step.edit.put[i], step.pictures[i].get());
    const std::string& study = step.edit.study;
    Library* library = step.inLibrary ? question.library.get() : nullptr;
    if (step.inLibrary && !library)
        throw Error(ErrorCode::Data, {TextId("notes.write", "note")}, step.edit.words,
                    {TextId("notes.library_closed", "the library that it is kept in was closed: open it again")});
    if (step.what == Step::What::Edit) {
        out.made = library ? editAnnotations(*library, step.edit).ids : file->edit(session, step.edit).ids;
    } else if (library) {
        const auto of = step.what == Step::What::Undo ? library->lastDone(study) : library->lastUndone(study);
        if (of) {
            step.what == Step::What::Undo ? library->undo(of->id) : library->redo(of->id);
            out.words = QString::fromStdString(of->words);
        }
    } else {
        const AnnotationEdited turned =
            step.what == Step::What::Undo ? file->undoEdit(session, study) : file->redoEdit(session, study);
        if (turned.command != 0)
            out.words = QString::fromStdString(turned.words);
    }
}

void NotesSession::writeNext()
{
    if (m_writing || m_steps.empty())
        return;
    m_writing = true;
    Step step = m_steps.front();
    for (Annotation& each : step.edit.put)
        each.id = each.id > 0 ? storedId(each.id) : 0;
    for (std::int64_t& id : step.edit.remove)
        id = storedId(id);
    const auto stored = std::make_shared<Stored>();
    m_work.run(
        !step.inLibrary,
        [step = std::make_shared<Step>(std::move(step)), stored, question = question()](ReaderFile* file,
                                                                                        std::int64_t session) {
            Stored written;
            write(*step, question, file, session, written);
            *stored = read(question, file, session);
            stored->made = std::move(written.made);
            stored->words = std::move(written.words);
        },
        this,
        [this, stored, generation = m_generation](const std::optional<ReaderWork::Failure>& failure) {
            wrote(*stored, failure, generation);
        });
}

void NotesSession::wrote(const Stored& stored, const std::optional<ReaderWork::Failure>& failure, unsigned generation)
{
    m_writing = false;
    if (failure && failure->disk) { // it is tried again; what is drawn stays
        if (!std::exchange(m_held, true)) {
            m_heldTold = tr("Not saved yet, and tried again: %1").arg(failure->reason);
            Q_EMIT told(m_heldTold, true);
        }
        m_retry.start();
        return show();
    }
    if (m_steps.empty())
        return;
    const Step step = m_steps.front();
    m_steps.pop_front();
    if (std::exchange(m_held, false) && !failure) {
        Q_EMIT outdated(m_heldTold);
        Q_EMIT told(tr("What you drew is saved now."), false);
    }
    if (failure)
        Q_EMIT told(tr("That could not be done. %1").arg(failure->reason), true);
    for (std::size_t i = 0; i < stored.made.size() && i < step.ids.size(); ++i) {
        const std::int64_t number = shownId(stored.made[i], step.inLibrary);
        if (number != step.ids[i])
            Q_EMIT renumbered(step.ids[i], number);
        for (Step& later : m_steps) { // what was done meanwhile to one that had no number yet
            for (std::size_t k = 0; k < later.edit.put.size(); ++k)
                if (later.edit.put[k].id == step.ids[i])
                    later.edit.put[k].id = later.ids[k] = number;
            std::ranges::replace(later.edit.remove, step.ids[i], number);
        }
    }
    if (step.what != Step::What::Edit && !failure)
        Q_EMIT told(step.what == Step::What::Undo ? stored.words.isEmpty() ? tr("There is nothing to take back.")
                                                                           : tr("Undone: %1").arg(stored.words)
                    : stored.words.isEmpty() ? tr("There is nothing to do again: nothing was taken back last.")
                                                  : tr("Done again: %1").arg(stored.words),
                    false);
    if (failure || generation != m_generation)
        reload();
    else
        take(stored);
    writeNext();
}

void NotesSession::reload()
{
    const auto stored = std::make_shared<Stored>();
    m_work.run(
        false,
        [stored, question = question()](ReaderFile* file, std::int64_t session) {
            *stored = read(question, file, session);
        },
        this,
        [this, stored, generation = m_generation](const std::optional<ReaderWork::Failure>& failure) {
            if (failure)
                Q_EMIT told(tr("What was drawn before cannot be read. %1").arg(failure->reason), true);
            else if (generation == m_generation)
                take(*stored);
        });
}

// The library's command is offered where it is the later one's file; with both, the reader's own comes first.
void NotesSession::take(Stored stored)
{
    m_stored = std::move(stored);
    for (std::size_t i = 0; i < m_images.size() && i < m_stored.inLibrary.size(); ++i)
        m_images[i].inLibrary = m_stored.inLibrary[i];
    const bool library = std::ranges::any_of(m_images, &Image::inLibrary);
    m_offersLibrary[0] = library ? !m_stored.library.undo.empty() || m_stored.reader.undo.empty()
                                 : m_stored.reader.undo.empty() && !m_stored.library.undo.empty();
    m_offersLibrary[1] = library ? !m_stored.library.redo.empty() || m_stored.reader.redo.empty()
                                 : m_stored.reader.redo.empty() && !m_stored.library.redo.empty();
    m_offer = {m_offersLibrary[0] ? m_stored.library.undo : m_stored.reader.undo,
               m_offersLibrary[1] ? m_stored.library.redo : m_stored.reader.redo};
    show();
    Q_EMIT offerChanged();
}

// What is on the disk, with what waits to be written on top.
void NotesSession::show()
{
    std::vector<ShownNote> notes;
    const auto imageOf = [&](const AnnotatedImage& ref) {
        return static_cast<std::size_t>(
            std::ranges::find_if(
                m_images, [&](const Image& each) { return each.ref.key == ref.key && each.ref.frame == ref.frame; }) -
            m_images.begin());
    };
    for (const auto& [library, each] : m_stored.notes)
        if (const std::size_t image = imageOf(each.image); image < m_images.size()) {
            notes.push_back({image, each, false});
            notes.back().annotation.id = shownId(each.id, library);
        }
    for (const Step& step : m_steps) {
        if (step.edit.study != m_key)
            continue;
        for (const Annotation& each : step.edit.put) {
            const auto found =
                std::ranges::find_if(notes, [&](const ShownNote& note) { return note.annotation.id == each.id; });
            if (found != notes.end())
                *found = {found->image, each, m_held};
            else if (const std::size_t image = imageOf(each.image); image < m_images.size())
                notes.push_back({image, each, m_held});
        }
        std::erase_if(notes, [&](const ShownNote& note) {
            return std::ranges::find(step.edit.remove, note.annotation.id) != step.edit.remove.end();
        });
    }
    std::ranges::stable_sort(notes, {}, &ShownNote::image);
    m_shown = std::move(notes);
    Q_EMIT changed();
}

// Another window, or a shell.
void NotesSession::lookForOthers()
{
    if (!m_study || m_looking || m_writing || !m_steps.empty())
        return;
    m_looking = true;
    const auto versions = std::make_shared<std::pair<std::int64_t, std::int64_t>>();
    m_work.run(
        false,
        [versions, library = m_library](ReaderFile* file, std::int64_t) {
            *versions = {file ? file->changesByOthers() : 0, library ? library->changesByOthers() : 0};
        },
        this,
        [this, versions](const std::optional<ReaderWork::Failure>& failure) {
            m_looking = false;
            if (!failure && (versions->first != m_stored.readerVersion || versions->second != m_stored.libraryVersion))
                reload();
        });
}

} // namespace mama
