// SetWriter: images with their files, and the regions of both.
#include "core/base/error.h"
#include "core/library/collection/set_writer_statements.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <unordered_set>
#include <utility>

namespace mama {
namespace {

void bind(SQLite::Statement& statement, int place, char side) { statement.bind(place, sideText(side)); }

void bindNumber(SQLite::Statement& statement, int place, int number)
{
    if (number > 0)
        statement.bind(place, number);
    else
        statement.bind(place);
}

std::pair<std::string, std::string> folderAndName(const std::string& path)
{
    const auto slash = path.rfind('/');
    return {slash == path.npos ? std::string() : path.substr(0, slash), path.substr(slash + 1)};
}

} // namespace

std::int64_t SetWriter::folderOf(const std::string& path)
{
    const auto [known, isNew] = m_folders.emplace(m_rows.root.string() + "|" + path, 0);
    if (!isNew)
        return known->second;
    SQLite::Statement& find = *m_statements->findFolder;
    find.reset();
    find.bind(1, m_root);
    find.bindNoCopy(2, path);
    if (find.executeStep())
        return known->second = find.getColumn(0).getInt64();
    SQLite::Statement& add = *m_statements->folder;
    add.bind(1, m_root);
    add.bindNoCopy(2, path);
    add.bind(3, m_batch);
    return known->second = insert(add);
}

// Each file is in a library once: else its pixels would count twice, and could lie in two parts of a split.
void SetWriter::refuseTaken(const std::string& path)
{
    const auto [folder, file] = folderAndName(path);
    SQLite::Statement owner(m_database, "SELECT dataset.name FROM file JOIN image ON image.file = file.id JOIN study ON"
                                        " study.id = study JOIN dataset ON dataset.id = dataset WHERE folder = ? AND"
                                        " file.name = ?");
    owner.bind(1, folderOf(folder));
    owner.bind(2, file);
    const std::string name = owner.executeStep() ? owner.getColumn(0).getString() : std::string();
    throw Error(ErrorCode::Data, {TextId("library.import_set", "import")}, path,
                {TextId("library.file_taken", "this file is an image of the data set %1 in this library already: undo "
                                              "that import first, or import into another library"),
                 name});
}

std::int64_t SetWriter::addImage(const SetImage& image)
{
    const auto [folder, name] = folderAndName(image.path);
    const std::string row = rowOf(image.row);
    SQLite::Statement &file = *m_statements->file, &add = *m_statements->image;
    file.bind(1, folderOf(folder));
    file.bindNoCopy(2, name);
    file.bind(3, image.released ? "listed" : "none");
    file.bind(4, m_batch);
    const bool isFree = file.exec() > 0;
    file.reset();
    if (!isFree)
        refuseTaken(image.path);
    add.bind(1, m_database.getLastInsertRowid());
    add.bind(2, m_studyIds[image.study]);
    bind(add, 3, image.side);
    add.bindNoCopy(4, image.view);
    add.bindNoCopy(5, image.modifiers);
    add.bindNoCopy(6, image.type);
    add.bindNoCopy(7, image.vendor);
    add.bindNoCopy(8, image.model);
    bindNumber(add, 9, image.rows);
    bindNumber(add, 10, image.columns);
    add.bind(11, image.released ? 0 : 1);
    add.bindNoCopy(12, row);
    add.bind(13, m_batch);
    ++m_result.images;
    return insert(add);
}

void SetWriter::addRegion(std::int64_t image, std::int64_t finding, const SetRegion& region)
{
    SQLite::Statement& add = *m_statements->annotation;
    add.bind(1, image);
    finding != 0 ? add.bind(2, finding) : add.bind(2);
    add.bind(3, region.kind);
    add.bind(4, static_cast<const void*>(region.geometry.data()),
             static_cast<int>(region.geometry.size() * sizeof(float)));
    add.bindNoCopy(5, region.note);
    add.bindNoCopy(6, m_rows.name);
    add.bindNoCopy(7, m_now);
    add.bind(8, m_batch);
    insert(add);
    ++m_result.annotations;
}

// An image that lies in another folder now: of the same study, by the same name, and the only one of both.
void SetWriter::findMovedImages()
{
    std::unordered_map<std::string, std::vector<std::string>> left; // paths by study and name
    std::unordered_map<std::string, bool> here;
    std::unordered_set<std::int64_t> found;
    for (const SetImage& image : m_rows.images) {
        here.emplace(image.path, true);
        if (const auto known = m_images.find(image.path); known != m_images.end())
            found.insert(known->second);
    }
    for (const auto& [path, id] : m_images)
        if (!here.contains(path) && !found.contains(id))
            left[std::to_string(m_known->studyOf(id)) + path.substr(path.rfind('/') + 1)].push_back(path);
    std::unordered_map<std::string, std::vector<const SetImage*>> fresh;
    for (const SetImage& image : m_rows.images)
        if (m_studyKnown[image.study] && !m_images.contains(image.path))
            fresh[std::to_string(m_studyIds[image.study]) + image.path.substr(image.path.rfind('/') + 1)].push_back(
                &image);
    SQLite::Statement taken(m_database, "SELECT 1 FROM file WHERE folder = ? AND name = ?");
    for (const auto& [key, images] : fresh) {
        const auto before = left.find(key);
        if (images.size() != 1 || before == left.end() || before->second.size() != 1)
            continue;
        const std::string& path = images.front()->path;
        const auto [inFolder, name] = folderAndName(path);
        const std::int64_t folder = folderOf(inFolder);
        taken.reset();
        taken.bind(1, folder);
        taken.bind(2, name);
        if (taken.executeStep())
            refuseTaken(path);
        const auto known = m_images.extract(before->second.front());
        m_known->moveFile(known.mapped(), folder);
        m_known->changed("path", known.key(), path);
        m_known->told({"image", known.mapped(), path, rowOf(images.front()->row)});
        m_images.emplace(path, known.mapped());
    }
}

void SetWriter::updateImage(std::int64_t id, const SetImage& image)
{
    m_known->compare(id, image, m_studyIds[image.study]);
    for (std::size_t i = m_known->compareRegions({"image", id, image.path, {}}, image.regions);
         i < image.regions.size(); ++i) {
        addRegion(id, 0, image.regions[i]);
        m_known->changed("region " + std::to_string(i + 1), "", "marked");
    }
}

void SetWriter::writeImages()
{
    if (m_known)
        findMovedImages();
    for (const SetImage& image : m_rows.images) {
        step(m_imageIds.size(), m_rows.images.size(), "images");
        const auto known = m_images.find(image.path);
        const bool isNew = known == m_images.end();
        const std::int64_t id = isNew ? addImage(image) : known->second;
        m_imageIds.push_back(id);
        if (isNew)
            for (const SetRegion& region : image.regions)
                addRegion(id, 0, region);
        else
            updateImage(id, image);
        for (const SetLabel& label : image.labels)
            putOwnLabel({"image", id, ' ', isNew, image.row}, label);
        if (!isNew)
            m_known->told({"image", id, image.path, rowOf(image.row)});
    }
}

} // namespace mama
