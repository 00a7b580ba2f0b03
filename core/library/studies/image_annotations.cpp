#include "core/library/studies/image_annotations.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/annotation_rows.h"
#include "core/library/collection/file_place.h"
#include "core/library/utc_time.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr auto changing = TextId("annotation.change_in_library", "annotation");
constexpr std::string_view ofPixels = "pixels:";

std::int64_t first(SQLite::Database& database, const char* query, const std::string& value, int frame)
{
    SQLite::Statement find(database, query);
    find.bind(1, value);
    find.bind(2, frame);
    return find.executeStep() ? find.getColumn(0).getInt64() : 0;
}

// Whether the file of a row is the one at `path`.
bool liesAt(SQLite::Statement& row, const fs::path& path)
{
    std::error_code failed;
    const fs::path root = row.getColumn(1).getString(),
                   below = fs::path(row.getColumn(2).getString()) / row.getColumn(3).getString();
    return fs::equivalent(root / below, path, failed) || fs::equivalent(placeOfFile(root, below), path, failed);
}

std::int64_t byPlace(SQLite::Database& database, const AnnotatedImage& image)
{
    SQLite::Statement each(database, "SELECT image.id, root.path, folder.path, file.name FROM file JOIN folder ON"
                                     " folder.id = file.folder JOIN root ON root.id = folder.root JOIN image ON"
                                     " image.file = file.id WHERE file.name = ? AND ifnull(frame, ?2) = ?2"
                                     " ORDER BY image.id");
    each.bind(1, image.path.filename().string());
    each.bind(2, image.frame);
    while (each.executeStep())
        if (liesAt(each, image.path))
            return each.getColumn(0).getInt64();
    return 0;
}

std::int64_t idOf(SQLite::Database& database, const AnnotatedImage& image)
{
    std::int64_t id = 0;
    if (image.key.starts_with(ofPixels))
        id = first(database,
                   "SELECT image.id FROM file JOIN image ON image.file = file.id WHERE pixels = ? AND"
                   " ifnull(frame, ?2) = ?2 ORDER BY image.id",
                   image.key.substr(ofPixels.size()), image.frame);
    else if (!image.key.empty())
        id = first(database,
                   "SELECT image.id FROM file JOIN image ON image.file = file.id WHERE sop = ? AND"
                   " ifnull(frame, ?2) = ?2 ORDER BY image.id",
                   image.key, image.frame);
    return id != 0 || image.path.empty() ? id : byPlace(database, image);
}

Annotation annotationOf(SQLite::Statement& row)
{
    Annotation out;
    out.id = row.getColumn(0).getInt64();
    readAnnotation(row, 1, out);
    out.image.frame = row.getColumn(7).getInt();
    out.imported = row.getColumn(8).getInt() != 0;
    return out;
}

constexpr const char* columns = "annotation.id, annotation.kind, geometry, text, author, at, facts, annotation.frame,"
                                " annotation.batch IS NOT NULL";

std::int64_t put(SQLite::Database& database, const Annotation& annotation, const std::string& words)
{
    if (annotation.id > 0) {
        SQLite::Statement row(database, "UPDATE annotation SET geometry = ?, text = ?, author = ?, at = ?, facts = ?"
                                        " WHERE id = ? AND batch IS NULL");
        bindAnnotation(row, 1, annotation);
        row.bind(6, annotation.id);
        if (row.exec() == 0)
            throw Error(ErrorCode::Data, {changing}, words,
                        {TextId("annotation.gone_in_library", "it is not there any more: nothing was changed")});
        return annotation.id;
    }
    const std::int64_t image = idOf(database, annotation.image);
    if (image == 0)
        throw Error(ErrorCode::Data, {changing}, annotation.image.key,
                    {TextId("annotation.no_such_image",
                            "the library has no such image, or has not read its header yet (mama library headers): "
                            "nothing was changed")});
    SQLite::Statement row(database, "INSERT INTO annotation(image, kind, frame_note, frame, geometry, text, author, at,"
                                    " facts) VALUES (?, ?, '', ?, ?, ?, ?, ?, ?)");
    row.bind(1, image);
    row.bind(2, name(annotation.shape.kind));
    row.bind(3, annotation.image.frame);
    bindAnnotation(row, 4, annotation);
    row.exec();
    return database.getLastInsertRowid();
}

// What the library itself knows of an image, where nobody said more.
void completeFrom(SQLite::Statement& row, Annotation& annotation)
{
    AnnotationFacts& facts = annotation.facts;
    if (facts.view.empty())
        facts.view = row.getColumn(9).getString() + row.getColumn(10).getString();
    if (facts.rows == 0) {
        facts.rows = row.getColumn(11).getInt();
        facts.columns = row.getColumn(12).getInt();
    }
    if (!facts.mm && row.getColumn(13).getDouble() > 0 && row.getColumn(14).getDouble() > 0) {
        facts.mm = Spacing{row.getColumn(13).getDouble(), row.getColumn(14).getDouble()};
        facts.basis = "as the library knows it";
    }
}

} // namespace

std::vector<std::int64_t> imagesKnown(Library& library, std::span<const AnnotatedImage> images)
{
    std::vector<std::int64_t> out;
    library.read([&](SQLite::Database& database) {
        out.clear();
        for (const AnnotatedImage& image : images)
            out.push_back(idOf(database, image));
    });
    return out;
}

std::vector<Annotation> annotationsOn(Library& library, std::span<const AnnotatedImage> images)
{
    std::vector<Annotation> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, std::string("SELECT ") + columns +
                                             " FROM annotation WHERE image = ? AND frame = ? AND batch IS NULL"
                                             " ORDER BY id");
        for (const AnnotatedImage& image : images) {
            each.reset();
            each.bind(1, idOf(database, image));
            each.bind(2, image.frame);
            while (each.executeStep()) {
                out.push_back(annotationOf(each));
                out.back().image = image;
            }
        }
    });
    return out;
}

std::vector<Annotation> allAnnotations(Library& library)
{
    std::vector<Annotation> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(
            database,
            std::string("SELECT ") + columns +
                ", image.side, image.view, ifnull(image.rows, 0), ifnull(image.cols, 0), ifnull(mm_row, 0),"
                " ifnull(mm_col, 0), ifnull(sop, ''), ifnull(pixels, ''), root.path, folder.path, file.name,"
                " ifnull(study.uid, study.key) FROM annotation JOIN image ON image.id = annotation.image JOIN"
                " study ON study.id = image.study JOIN file ON file.id = image.file JOIN folder ON folder.id ="
                " file.folder JOIN root ON root.id = folder.root ORDER BY annotation.id");
        while (each.executeStep()) {
            Annotation found = annotationOf(each);
            completeFrom(each, found);
            found.image.path = fs::path(each.getColumn(17).getString()) / each.getColumn(18).getString() /
                               each.getColumn(19).getString();
            found.image.key = annotationKey(each.getColumn(15).getString(), each.getColumn(16).getString());
            if (found.image.key.empty())
                found.image.key = pathText(found.image.path);
            found.study = each.getColumn(20).getString();
            out.push_back(std::move(found));
        }
    });
    return out;
}

AnnotationEdited editAnnotations(Library& library, const AnnotationEdit& edit)
{
    for (const Annotation& each : edit.put)
        checkAnnotation(each);
    AnnotationEdited out{0, edit.words, {}};
    const Change change = library.change(
        {"annotate", [&](SQLite::Database& database, std::int64_t) {
             out.ids.clear();
             for (Annotation each : edit.put) {
                 each.author = each.author.empty() ? library.author() : each.author;
                 each.at = each.at.empty() ? utcNow() : each.at;
                 out.ids.push_back(put(database, each, edit.words));
             }
             SQLite::Statement remove(database, "DELETE FROM annotation WHERE id = ? AND batch IS NULL");
             for (const std::int64_t id : edit.remove) {
                 remove.reset();
                 remove.bind(1, id);
                 if (remove.exec() == 0)
                     throw Error(ErrorCode::Data, {changing}, edit.words,
                                 {TextId("annotation.deleted_in_library", "another window deleted it: nothing was "
                                                                          "changed")});
             }
             return Library::Done{edit.words, static_cast<std::int64_t>(edit.put.size() + edit.remove.size()),
                                  edit.study};
         }});
    out.command = change.command;
    return out;
}

} // namespace mama
