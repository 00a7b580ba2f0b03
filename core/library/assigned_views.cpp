#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/dicom/codes/view_codes.h"
#include "core/library/reader_file.h"
#include "core/library/row_changes.h"
#include "core/library/study_key.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace mama {
namespace {

constexpr auto assignView = TextId("library.action_assign", "assign side and view");
constexpr const char* table = "assigned_view";
constexpr std::string_view ofFile = "file:"; // in front of the hash of a file's bytes

std::string keyText(const ImageKey& key)
{
    if (!key.sopUid.empty())
        return studyKey(key.sopUid);
    return key.sha256.empty() ? "" : std::string(ofFile) + key.sha256;
}

void check(const ImageKey& image, const AssignedView& view)
{
    const auto& views = viewNames();
    if (keyText(image).empty() || image.frame < 0)
        throw Error(ErrorCode::Usage, {assignView}, "image", {TextId("library.no_image", "no image is named")});
    if (view.side == Side::Both ||
        (!view.view.empty() && std::find(views.begin(), views.end(), view.view) == views.end()))
        throw Error(ErrorCode::Usage, {assignView}, std::string(name(view.side)) + view.view,
                    {TextId("library.no_view", "there is no such side or view of one image")});
}

std::string wordsOf(const AssignedView& view)
{
    if (view == AssignedView{})
        return "Take back side and view";
    return std::string("Assign ") + name(view.side) + view.view;
}

AssignedView viewOf(SQLite::Statement& row, int column)
{
    const std::string side = row.getColumn(column).getString();
    return {side == "R"   ? Side::Right
            : side == "L" ? Side::Left
                          : Side::Unknown,
            row.getColumn(column + 1).getString()};
}

void bindKey(SQLite::Statement& statement, int place, const ImageKey& image)
{
    statement.bind(place, keyText(image));
    statement.bind(place + 1, image.frame);
    statement.bind(place + 2, image.sopUid.empty() ? static_cast<std::int64_t>(image.size) : std::int64_t{0});
}

void put(SQLite::Database& database, const ImageKey& image, const AssignedView& view, std::int64_t command)
{
    if (view == AssignedView{}) {
        SQLite::Statement remove(database, "DELETE FROM assigned_view WHERE image = ? AND frame = ? AND size = ?");
        bindKey(remove, 1, image);
        remove.exec();
        return;
    }
    SQLite::Statement row(database, "INSERT INTO assigned_view(image, frame, size, side, view, command)"
                                    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(image, frame, size) DO UPDATE SET"
                                    " side = excluded.side, view = excluded.view, command = excluded.command");
    bindKey(row, 1, image);
    row.bind(4, name(view.side));
    row.bind(5, view.view);
    row.bind(6, command);
    row.exec();
}

AssignedView find(SQLite::Database& database, const ImageKey& image)
{
    SQLite::Statement row(database, "SELECT side, view FROM assigned_view WHERE image = ? AND frame = ? AND size = ?");
    bindKey(row, 1, image);
    return row.executeStep() ? viewOf(row, 0) : AssignedView{};
}

ImageKey keyFrom(const ChangedKey& row)
{
    const bool file = row.text.starts_with(ofFile);
    return {file ? "" : row.text, file ? row.text.substr(ofFile.size()) : "", static_cast<std::uint64_t>(row.second),
            static_cast<int>(row.first)};
}

void keepChanges(SQLite::Database& database, std::int64_t command, const std::string& changes)
{
    SQLite::Statement keep(database, "UPDATE command SET changeset = ?, crc = ? WHERE id = ?");
    keep.bind(1, changes.data(), static_cast<int>(changes.size()));
    keep.bind(2, crc32(std::as_bytes(std::span(changes))));
    keep.bind(3, command);
    keep.exec();
}

struct DoneCommand
{
    std::string changeSet, words;
};

DoneCommand commandOf(SQLite::Database& database, std::int64_t command)
{
    SQLite::Statement done(database, "SELECT changeset, words, crc FROM command WHERE id = ?");
    done.bind(1, command);
    done.executeStep();
    DoneCommand out{done.getColumn(0).getString(), done.getColumn(1).getString()};
    if (crc32(std::as_bytes(std::span(out.changeSet))) != done.getColumn(2).getUInt())
        throw Error(ErrorCode::Format, {TextId("library.action_undo_command", "undo")},
                    database.getFilename() + ", command " + std::to_string(command),
                    {TextId("library.damaged_change_set", "what would undo it is damaged: assign anew")});
    return out;
}

// Empty: no image of its size is known, or it cannot be read.
std::optional<ImageKey> keyAmong(const ImageFileRef& image, const std::set<std::uint64_t>& sizes, const Job& job)
{
    if (!image.sopUid.empty())
        return ImageKey{image.sopUid, "", 0, image.frame};
    std::error_code failed;
    const std::uint64_t size = std::filesystem::file_size(image.path, failed);
    if (failed || !sizes.contains(size))
        return std::nullopt;
    try {
        return ImageKey{"", sha256OfFile(image.path, job), size, image.frame};
    } catch (const Error&) {
        return std::nullopt;
    }
}

nlohmann::json detailOf(const PlacedImage& placed)
{
    return {{"image", keyText(placed.image)},
            {"frame", placed.image.frame},
            {"side", name(placed.now.side)},
            {"view", placed.now.view},
            {"command", placed.command}};
}

} // namespace

ImageKey keyOfImage(const ImageFileRef& image)
{
    if (!image.sopUid.empty())
        return {image.sopUid, "", 0, image.frame};
    return {"", sha256OfFile(image.path), std::filesystem::file_size(image.path), image.frame};
}

PlacedImage ReaderFile::assign(std::int64_t session, const ImageKey& image, const AssignedView& view)
{
    check(image, view);
    const Stamp now = stamp(session);
    PlacedImage out{image, view, 0};
    m_database.write([&](SQLite::Database& database) {
        if (view == AssignedView{} && find(database, image) == view)
            return; // there is nothing to take back
        out.command = addCommand(database, now, "assign", wordsOf(view));
        const RowChanges changes(database.getHandle(), table);
        put(database, image, view, out.command);
        keepChanges(database, out.command, changes.changeSet());
        addEntry(database, now, ReadingEvent::Place, detailOf(out));
    });
    return out;
}

// Of this session or of one that no longer runs, the last first: what another window did is not undone here.
std::int64_t ReaderFile::lastCommand(SQLite::Database& database, std::int64_t session, bool undo)
{
    SQLite::Statement each(
        database, undo ? "SELECT id, session, kind FROM command WHERE crc IS NOT NULL AND kind IN ('assign', 'redo')"
                         " AND undone_by IS NULL ORDER BY id DESC"
                       : "SELECT id, session, kind FROM command WHERE kind = 'assign'"
                         " OR kind = 'undo' AND undone_by IS NULL ORDER BY id DESC");
    while (each.executeStep()) {
        const std::int64_t by = each.getColumn(1).getInt64();
        const std::lock_guard lock(m_mutex);
        if (by == session || !m_locks.heldElsewhere(by))
            return undo || each.getColumn(2).getString() == "undo" ? each.getColumn(0).getInt64() : 0;
    }
    return 0;
}

PlacedImage ReaderFile::takeBack(SQLite::Database& database, const Stamp& stamp, std::int64_t command, bool undo)
{
    auto [changeSet, words] = commandOf(database, command);
    PlacedImage out;
    out.image = keyFrom(changedKey(changeSet));
    words = words.substr(words.find(": ") == words.npos ? 0 : words.find(": ") + 2);
    out.command = addCommand(database, stamp, undo ? "undo" : "redo", (undo ? "Undo: " : "Redo: ") + words);
    const RowChanges changes(database.getHandle(), table);
    if (!undoChanges(database.getHandle(), changeSet))
        throw Error(ErrorCode::Data, {TextId("library.action_undo", "undo")}, words,
                    {TextId("library.changed_since", "another window changed the same image since")});
    keepChanges(database, out.command, changes.changeSet());
    SQLite::Statement mark(database, "UPDATE command SET undone_by = ? WHERE id = ?");
    mark.bind(1, out.command);
    mark.bind(2, command);
    mark.exec();
    out.now = find(database, out.image);
    addEntry(database, stamp, undo ? ReadingEvent::PlaceUndo : ReadingEvent::PlaceRedo, detailOf(out));
    return out;
}

std::optional<PlacedImage> ReaderFile::turnBack(std::int64_t session, bool undo)
{
    const Stamp now = stamp(session);
    std::optional<PlacedImage> out;
    m_database.write([&](SQLite::Database& database) {
        if (const std::int64_t command = lastCommand(database, session, undo))
            out = takeBack(database, now, command, undo);
    });
    return out;
}

std::optional<PlacedImage> ReaderFile::undoAssign(std::int64_t session) { return turnBack(session, true); }

std::optional<PlacedImage> ReaderFile::redoAssign(std::int64_t session) { return turnBack(session, false); }

Cancellable<std::vector<std::optional<AssignedView>>> ReaderFile::assigned(std::span<const ImageFileRef> images,
                                                                           const Job& job)
{
    std::map<std::tuple<std::string, int, std::uint64_t>, AssignedView> known;
    std::set<std::uint64_t> sizes;
    m_database.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT image, frame, size, side, view FROM assigned_view");
        while (each.executeStep()) {
            const auto size = static_cast<std::uint64_t>(each.getColumn(2).getInt64());
            known[{each.getColumn(0).getString(), each.getColumn(1).getInt(), size}] = viewOf(each, 3);
            if (size > 0)
                sizes.insert(size);
        }
    });
    std::vector<std::optional<AssignedView>> out(images.size());
    for (std::size_t i = 0; i < images.size() && !known.empty(); ++i) {
        if (job.cancelled())
            return std::nullopt;
        const auto key = keyAmong(images[i], sizes, job);
        const auto found = key ? known.find({keyText(*key), key->frame, key->size}) : known.end();
        if (found != known.end())
            out[i] = found->second;
    }
    return out;
}

} // namespace mama
