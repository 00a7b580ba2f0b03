// What a reader drew, in the reader's file: each change is one command that can be taken back.
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/library/annotation_rows.h"
#include "core/library/reader_file.h"
#include "core/library/row_changes.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace mama {
namespace {

constexpr const char* table = "annotation";
constexpr auto changing = TextId("annotation.change", "annotation");

std::int64_t add(SQLite::Database& database, const Annotation& annotation)
{
    SQLite::Statement row(database,
                          "INSERT INTO annotation(image, frame, study, kind, geometry, text, author, at, facts)"
                          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    row.bind(1, annotation.image.key);
    row.bind(2, annotation.image.frame);
    row.bind(3, annotation.study);
    row.bind(4, name(annotation.shape.kind));
    bindAnnotation(row, 5, annotation);
    row.exec();
    return database.getLastInsertRowid();
}

[[noreturn]] void gone(const std::string& words)
{
    throw Error(ErrorCode::Data, {changing}, words,
                {TextId("annotation.gone", "another window deleted it: nothing was changed")});
}

void replace(SQLite::Database& database, const Annotation& annotation, const std::string& words)
{
    SQLite::Statement row(database, "UPDATE annotation SET geometry = ?, text = ?, author = ?, at = ?, facts = ?"
                                    " WHERE id = ?");
    bindAnnotation(row, 1, annotation);
    row.bind(6, annotation.id);
    if (row.exec() == 0)
        gone(words);
}

Annotation annotationOf(SQLite::Statement& row)
{
    Annotation out;
    out.id = row.getColumn(0).getInt64();
    out.image = {row.getColumn(1).getString(), row.getColumn(2).getInt(), {}};
    out.study = row.getColumn(3).getString();
    readAnnotation(row, 4, out);
    return out;
}

constexpr const char* select =
    "SELECT id, image, frame, study, kind, geometry, text, author, at, facts FROM annotation ";

struct Kept
{
    std::string changeSet, words, study;
};

Kept keptOf(SQLite::Database& database, std::int64_t command)
{
    SQLite::Statement find(database, "SELECT changeset, words, about, crc FROM command WHERE id = ?");
    find.bind(1, command);
    find.executeStep();
    Kept out{find.getColumn(0).getString(), find.getColumn(1).getString(), find.getColumn(2).getString()};
    if (crc32(std::as_bytes(std::span(out.changeSet))) != find.getColumn(3).getUInt())
        throw Error(ErrorCode::Format, {changing}, database.getFilename() + ", command " + std::to_string(command),
                    {TextId("annotation.damaged", "what would undo it is damaged: nothing was changed")});
    return out;
}

} // namespace

std::vector<Annotation> ReaderFile::annotations()
{
    std::vector<Annotation> out;
    m_database.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, std::string(select) + "ORDER BY id");
        while (each.executeStep())
            out.push_back(annotationOf(each));
    });
    return out;
}

std::vector<Annotation> ReaderFile::annotations(std::span<const AnnotatedImage> images)
{
    std::vector<Annotation> out;
    m_database.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, std::string(select) + "WHERE image = ? AND frame = ? ORDER BY id");
        for (const AnnotatedImage& image : images) {
            if (image.key.empty())
                continue;
            each.reset();
            each.bind(1, image.key);
            each.bind(2, image.frame);
            while (each.executeStep())
                out.push_back(annotationOf(each));
        }
    });
    return out;
}

AnnotationEdited ReaderFile::edit(std::int64_t session, const AnnotationEdit& edit)
{
    for (const Annotation& each : edit.put)
        checkAnnotation(each);
    const Stamp now = stamp(session);
    AnnotationEdited out{0, edit.words, {}};
    if (edit.put.empty() && edit.remove.empty())
        return out;
    m_database.write([&](SQLite::Database& database) {
        out.ids.clear();
        out.command = addCommand(database, now, "annotate", edit.words);
        const RowChanges changes(database.getHandle(), table);
        for (Annotation each : edit.put) {
            each.author = each.author.empty() ? now.author : each.author;
            each.at = each.at.empty() ? now.at : each.at;
            if (each.id > 0)
                replace(database, each, edit.words);
            out.ids.push_back(each.id > 0 ? each.id : add(database, each));
        }
        SQLite::Statement remove(database, "DELETE FROM annotation WHERE id = ?");
        for (const std::int64_t id : edit.remove) {
            remove.reset();
            remove.bind(1, id);
            if (remove.exec() == 0)
                gone(edit.words);
        }
        keepEdit(database, out.command, edit.study, changes.changeSet());
    });
    return out;
}

void ReaderFile::keepEdit(SQLite::Database& database, std::int64_t command, const std::string& study,
                          const std::string& changeSet)
{
    SQLite::Statement keep(database, "UPDATE command SET changeset = ?, crc = ?, about = ? WHERE id = ?");
    keep.bind(1, changeSet.data(), static_cast<int>(changeSet.size()));
    keep.bind(2, crc32(std::as_bytes(std::span(changeSet))));
    keep.bind(3, study);
    keep.bind(4, command);
    keep.exec();
}

// Of this session or of one that no longer runs, the last first: what another window did is not undone here.
std::int64_t ReaderFile::lastEdit(SQLite::Database& database, const EditTurn& turn)
{
    SQLite::Statement each(
        database, turn.undo
                      ? "SELECT id, session FROM command WHERE kind = 'annotate' AND about = ? AND undone_by IS"
                        " NULL ORDER BY id DESC"
                      : "SELECT command.id, turned.session FROM command JOIN command AS turned ON turned.id ="
                        " command.undone_by WHERE command.kind = 'annotate' AND command.about = ?1 AND turned.id >"
                        " (SELECT ifnull(max(id), 0) FROM command WHERE kind = 'annotate' AND about = ?1)"
                        " ORDER BY turned.id DESC");
    each.bind(1, turn.study);
    while (each.executeStep()) {
        const std::int64_t by = each.getColumn(1).getInt64();
        const std::lock_guard lock(m_mutex);
        if (by == turn.session || !m_locks.heldElsewhere(by))
            return each.getColumn(0).getInt64();
    }
    return 0;
}

AnnotationEdited ReaderFile::turnEdit(const EditTurn& turn)
{
    const Stamp now = stamp(turn.session);
    AnnotationEdited out;
    m_database.write([&](SQLite::Database& database) {
        const std::int64_t command = lastEdit(database, turn);
        if (command == 0)
            return;
        const Kept kept = keptOf(database, command);
        out.words = kept.words;
        out.command = addCommand(database, now, turn.undo ? "annotate.undo" : "annotate.redo",
                                 (turn.undo ? "Undo: " : "Redo: ") + kept.words);
        ChangedRow conflict;
        if (!applyChanges(database.getHandle(), kept.changeSet, turn.undo ? Direction::Undo : Direction::Do, conflict))
            throw Error(ErrorCode::Data, {changing}, kept.words,
                        {TextId("annotation.changed_since", "another window changed the same annotation since: nothing "
                                                            "was done")});
        SQLite::Statement mark(database, "UPDATE command SET undone_by = ? WHERE id = ?");
        if (turn.undo)
            mark.bind(1, out.command);
        mark.bind(2, command);
        mark.exec();
        SQLite::Statement of(database, "UPDATE command SET turns = ?, about = ? WHERE id = ?");
        of.bind(1, command);
        of.bind(2, turn.study);
        of.bind(3, out.command);
        of.exec();
    });
    return out;
}

AnnotationEdited ReaderFile::undoEdit(std::int64_t session, const std::string& study)
{
    return turnEdit({session, study, true});
}

AnnotationEdited ReaderFile::redoEdit(std::int64_t session, const std::string& study)
{
    return turnEdit({session, study, false});
}

EditOffer ReaderFile::editOffer(std::int64_t session, const std::string& study)
{
    EditOffer out;
    m_database.read([&](SQLite::Database& database) {
        for (const bool undo : {true, false})
            if (const std::int64_t command = lastEdit(database, {session, study, undo})) {
                SQLite::Statement words(database, "SELECT words FROM command WHERE id = ?");
                words.bind(1, command);
                words.executeStep();
                (undo ? out.undo : out.redo) = words.getColumn(0).getString();
            }
    });
    return out;
}

std::int64_t ReaderFile::changesByOthers()
{
    std::int64_t version = 0;
    m_database.read(
        [&](SQLite::Database& database) { version = database.execAndGet("PRAGMA data_version").getInt64(); });
    return version;
}

} // namespace mama
