#include "core/library/collection/set_writer.h"

#include "core/library/collection/import_removal.h"
#include "core/library/utc_time.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

void bind(SQLite::Statement& statement, int place, char side)
{
    statement.bind(place, side == ' ' ? std::string() : std::string(1, side));
}

void bindText(SQLite::Statement& statement, int place, const std::string& text)
{
    if (text.empty())
        statement.bind(place);
    else
        statement.bindNoCopy(place, text);
}

void bindNumber(SQLite::Statement& statement, int place, int number)
{
    if (number > 0)
        statement.bind(place, number);
    else
        statement.bind(place);
}

std::string labelKey(const char* level, std::int64_t target, std::string_view side, std::string_view task)
{
    return std::string(level) + '|' + std::to_string(target) + '|' + std::string(side) + '|' + std::string(task);
}

std::string sideText(char side) { return side == ' ' ? std::string() : std::string(1, side); }

} // namespace

struct SetWriter::Statements
{
    explicit Statements(SQLite::Database& database)
        : patient(database, "INSERT INTO patient(dataset, key, batch) VALUES (?, ?, ?)"),
          study(database, "INSERT INTO study(patient, dataset, key, date, kind, age, description, split, row_of, batch)"
                          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
          folder(database, "INSERT INTO folder(root, path, batch) VALUES (?, ?, ?)"),
          file(database, "INSERT INTO file(folder, name, state, batch) VALUES (?, ?, ?, ?)"),
          image(database,
                "INSERT INTO image(file, study, side, view, modifiers, type, vendor, model, rows, cols, flags,"
                " row_of, batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
          finding(database, "INSERT INTO finding(study, side, number, kinds, content, row_of, batch)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?)"),
          annotation(database, "INSERT INTO annotation(image, finding, kind, geometry, frame_note, author, at, batch)"
                               " VALUES (?, ?, 'box', ?, ?, ?, ?, ?)"),
          label(database, "INSERT INTO label(level, target, side, task, value, source, author, at, row_of, batch)"
                          " VALUES (?, ?, ?, ?, ?, 'imported', ?, ?, ?, ?)"),
          replace(database, "UPDATE label SET replaced_by = ? WHERE id = ?")
    {}
    SQLite::Statement patient, study, folder, file, image, finding, annotation, label, replace;
};

SetWriter::SetWriter(SQLite::Database& database, const SetRows& rows, const Job& job)
    : m_database(database), m_rows(rows), m_job(job), m_now(utcNow()),
      m_statements(std::make_unique<Statements>(database))
{}

SetWriter::~SetWriter() = default;

std::int64_t SetWriter::insert(SQLite::Statement& statement)
{
    statement.exec();
    statement.reset();
    return m_database.getLastInsertRowid();
}

void SetWriter::step(std::size_t done, std::size_t total, std::string_view phase) const
{
    if (done % 4096 != 0)
        return;
    if (m_job.cancelled())
        throw ImportCancelled();
    m_job.report(done, total, phase);
}

std::string SetWriter::rowOf(const RowOf& row) const
{
    return m_rows.tables[row.table] + ":" + std::to_string(row.row);
}

ImportResult SetWriter::write(std::int64_t command)
{
    m_database.exec("PRAGMA cache_size=-131072"); // 128 MB: half a million rows are inserted into several indexes
    beginBatch(command);
    writeStudies();
    writeImages();
    writeFindings();
    writeBreasts();
    writeMeanings();
    if (m_known) {
        withdrawLabels();
        tellGone();
    }
    indexTexts(m_database, command);
    m_database.exec("PRAGMA cache_size=-8192");
    return m_result;
}

void SetWriter::beginBatch(std::int64_t command)
{
    SQLite::Statement find(m_database, "SELECT id FROM dataset WHERE name = ?");
    find.bind(1, m_rows.name);
    const bool isKnown = find.executeStep();
    if (isKnown) {
        m_dataset = find.getColumn(0).getInt64();
        readKnown();
    } else {
        SQLite::Statement add(m_database, "INSERT INTO dataset(importer, name, version, licence, restricted)"
                                          " VALUES (?, ?, '', ?, ?)");
        add.bind(1, m_rows.importer);
        add.bind(2, m_rows.name);
        add.bind(3, m_rows.licence);
        add.bind(4, m_rows.restricted ? 1 : 0);
        m_dataset = insert(add);
    }
    SQLite::Statement add(m_database,
                          "INSERT INTO batch(dataset, command, started, state, report) VALUES (?, ?, ?, 'tables', ?)");
    add.bind(1, m_dataset);
    add.bind(2, command);
    add.bind(3, m_now);
    add.bind(4, toJson(m_rows.report).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    m_batch = insert(add);
    m_root = findOrAddRoot();
    if (isKnown)
        m_known = std::make_unique<KnownRecords>(m_database, m_batch, m_result);
}

std::int64_t SetWriter::findOrAddRoot()
{
    std::error_code failed;
    auto path = std::filesystem::canonical(m_rows.root, failed);
    if (failed)
        path = std::filesystem::absolute(m_rows.root);
    SQLite::Statement find(m_database, "SELECT id FROM root WHERE path = ?");
    find.bind(1, path.string());
    if (find.executeStep())
        return find.getColumn(0).getInt64();
    SQLite::Statement add(m_database, "INSERT INTO root(path, label) VALUES (?, ?)");
    add.bind(1, path.string());
    add.bind(2, m_rows.name);
    return insert(add);
}

void SetWriter::readKnown()
{
    const auto read = [&](const char* query, Ids& ids) {
        SQLite::Statement each(m_database, query);
        each.bind(1, m_dataset);
        while (each.executeStep())
            ids.emplace(each.getColumn(1).getString(), each.getColumn(0).getInt64());
    };
    read("SELECT id, key FROM patient WHERE dataset = ?", m_patients);
    read("SELECT id, key FROM study WHERE dataset = ?", m_studies);
    read("SELECT image.id, folder.path || '/' || file.name FROM image JOIN study ON study.id = study JOIN file ON"
         " file.id = file JOIN folder ON folder.id = folder WHERE dataset = ?",
         m_images);
    read("SELECT folder.id, root.path || '|' || folder.path FROM folder JOIN root ON root.id = root WHERE ? > 0",
         m_folders);
    SQLite::Statement each(m_database,
                           "SELECT label.id, level, target, side, task, value FROM label JOIN study ON"
                           " study.id = target WHERE level = 'breast' AND source = 'imported' AND replaced_by"
                           " IS NULL AND dataset = ?1 UNION ALL SELECT label.id, level, target, label.side,"
                           " task, value FROM label JOIN image ON image.id = target JOIN study ON study.id ="
                           " study WHERE level = 'image' AND source = 'imported' AND replaced_by IS NULL AND"
                           " dataset = ?1");
    each.bind(1, m_dataset);
    while (each.executeStep())
        m_labels[labelKey(each.getColumn(1).getText(), each.getColumn(2).getInt64(), each.getColumn(3).getText(),
                          each.getColumn(4).getText())] = {
            {each.getColumn(0).getInt64(), each.getColumn(5).getString()}, false};
}

void SetWriter::writeStudies()
{
    for (const SetStudy& study : m_rows.studies) {
        step(m_studyIds.size(), m_rows.studies.size(), "studies");
        const auto [patient, newPatient] = m_patients.emplace(study.patient, 0);
        if (newPatient) {
            SQLite::Statement& add = m_statements->patient;
            add.bind(1, m_dataset);
            add.bindNoCopy(2, study.patient);
            add.bind(3, m_batch);
            patient->second = insert(add);
            ++m_result.patients;
        }
        const auto [known, isNew] = m_studies.emplace(study.key, 0);
        if (isNew) {
            SQLite::Statement& add = m_statements->study;
            const std::string row = rowOf(study.row);
            double age = 0;
            const bool hasAge =
                std::from_chars(study.age.data(), study.age.data() + study.age.size(), age).ec == std::errc();
            add.bind(1, patient->second);
            add.bind(2, m_dataset);
            add.bindNoCopy(3, study.key);
            bindText(add, 4, study.date);
            add.bindNoCopy(5, study.kind);
            hasAge ? add.bind(6, age) : add.bind(6);
            add.bindNoCopy(7, study.description);
            add.bindNoCopy(8, study.split);
            add.bindNoCopy(9, row);
            add.bind(10, m_batch);
            known->second = insert(add);
            ++m_result.studies;
        } else if (m_known) {
            m_known->compare(known->second, study, patient->second);
            m_known->told({"study", known->second, study.key, rowOf(study.row)});
        }
        m_studyIds.push_back(known->second);
        m_studyKnown.push_back(!isNew);
    }
}

std::int64_t SetWriter::folderOf(const std::string& path)
{
    const auto [known, isNew] = m_folders.emplace(m_rows.root.string() + "|" + path, 0);
    if (!isNew)
        return known->second;
    SQLite::Statement find(m_database, "SELECT id FROM folder WHERE root = ? AND path = ?");
    find.bind(1, m_root);
    find.bind(2, path);
    if (find.executeStep())
        return known->second = find.getColumn(0).getInt64();
    SQLite::Statement& add = m_statements->folder;
    add.bind(1, m_root);
    add.bindNoCopy(2, path);
    add.bind(3, m_batch);
    return known->second = insert(add);
}

std::int64_t SetWriter::addImage(const SetImage& image)
{
    const auto slash = image.path.rfind('/');
    const std::string folder = slash == image.path.npos ? "" : image.path.substr(0, slash),
                      name = slash == image.path.npos ? image.path : image.path.substr(slash + 1),
                      row = rowOf(image.row);
    SQLite::Statement &file = m_statements->file, &add = m_statements->image;
    file.bind(1, folderOf(folder));
    file.bindNoCopy(2, name);
    file.bind(3, image.released ? "listed" : "none");
    file.bind(4, m_batch);
    add.bind(1, insert(file));
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

void SetWriter::addBox(std::int64_t image, std::int64_t finding, const SetBox& box)
{
    const float corners[4] = {box.x0, box.y0, box.x1, box.y1};
    SQLite::Statement& add = m_statements->annotation;
    add.bind(1, image);
    finding != 0 ? add.bind(2, finding) : add.bind(2);
    add.bind(3, static_cast<const void*>(corners), sizeof corners);
    add.bindNoCopy(4, box.note);
    add.bindNoCopy(5, m_rows.name);
    add.bindNoCopy(6, m_now);
    add.bind(7, m_batch);
    insert(add);
    ++m_result.annotations;
}

// An image that lies in another folder now: of the same study, by the same name, and the only one of both.
void SetWriter::findMovedImages()
{
    std::unordered_map<std::string, std::vector<std::string>> left; // paths by study and name
    std::unordered_map<std::string, bool> here;
    for (const SetImage& image : m_rows.images)
        here.emplace(image.path, true);
    for (const auto& [path, id] : m_images)
        if (!here.contains(path))
            left[std::to_string(m_known->studyOf(id)) + path.substr(path.rfind('/') + 1)].push_back(path);
    std::unordered_map<std::string, std::vector<const SetImage*>> fresh;
    for (const SetImage& image : m_rows.images)
        if (m_studyKnown[image.study] && !m_images.contains(image.path))
            fresh[std::to_string(m_studyIds[image.study]) + image.path.substr(image.path.rfind('/') + 1)].push_back(
                &image);
    for (const auto& [key, images] : fresh) {
        const auto before = left.find(key);
        if (images.size() != 1 || before == left.end() || before->second.size() != 1)
            continue;
        const std::string& path = images.front()->path;
        const auto slash = path.rfind('/');
        const auto known = m_images.extract(before->second.front());
        m_known->moveFile(known.mapped(), folderOf(slash == path.npos ? "" : path.substr(0, slash)));
        m_known->changed("path", known.key(), path);
        m_known->told({"image", known.mapped(), path, rowOf(images.front()->row)});
        m_images.emplace(path, known.mapped());
    }
}

void SetWriter::updateImage(std::int64_t id, const SetImage& image)
{
    m_known->compare(id, image, m_studyIds[image.study]);
    for (std::size_t i = m_known->compareBoxes({"image", id, image.path, {}}, image.boxes); i < image.boxes.size();
         ++i) {
        addBox(id, 0, image.boxes[i]);
        m_known->changed("box " + std::to_string(i + 1), "", "marked");
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
            for (const SetBox& box : image.boxes)
                addBox(id, 0, box);
        else
            updateImage(id, image);
        for (const SetLabel& label : image.labels)
            putOwnLabel({"image", id, ' ', isNew, image.row}, label);
        if (!isNew)
            m_known->told({"image", id, image.path, rowOf(image.row)});
    }
}

void SetWriter::matchKnownFindings()
{
    std::unordered_map<std::uint32_t, std::vector<std::size_t>> rows; // by study
    if (!m_rows.findings.empty())
        for (std::uint32_t study = 0; study < m_studyKnown.size(); ++study)
            if (m_studyKnown[study])
                rows[study];
    for (std::size_t i = 0; i < m_rows.findings.size(); ++i)
        if (const auto found = rows.find(m_rows.findings[i].study); found != rows.end())
            found->second.push_back(i);
    for (const auto& [study, indices] : rows) {
        std::vector<KnownFinding> known = m_known->findingsOf(m_studyIds[study]);
        std::vector<TableFinding> now;
        for (const std::size_t i : indices) {
            const SetFinding& finding = m_rows.findings[i];
            now.push_back({&finding, finding.image && finding.box ? m_imageIds[*finding.image] : 0});
        }
        const auto matches = matchFindings(known, now);
        std::vector<char> found(known.size());
        for (std::size_t i = 0; i < indices.size(); ++i)
            if (matches[i] >= 0) {
                found[static_cast<std::size_t>(matches[i])] = 1;
                m_findings.emplace(indices[i], known[static_cast<std::size_t>(matches[i])]);
            }
        for (std::size_t i = 0; i < known.size(); ++i)
            if (!found[i])
                m_known->gone("finding of study " + m_rows.studies[study].key,
                              (known[i].side.empty() ? "" : known[i].side + " ") + std::to_string(known[i].number) +
                                  ", from " + known[i].row + ": kept");
    }
}

void SetWriter::updateFinding(const KnownFinding& known, const SetFinding& finding)
{
    if (known.content == static_cast<std::int64_t>(finding.content) && known.kinds == finding.kinds)
        return;
    m_known->compare(known, finding, m_rows.tasks.contains("kinds"));
    auto before = m_known->labelsOf(known.id);
    for (const SetLabel& label : finding.labels) {
        const auto found = before.find(label.task);
        putLabel({"finding", known.id, ' ', false, finding.row}, label,
                 found == before.end() ? nullptr : &found->second);
        if (found != before.end())
            before.erase(found);
    }
    const std::string& study = m_rows.studies[finding.study].key;
    for (const auto& [task, label] : before)
        if (m_rows.tasks.contains(task))
            m_known->withdraw(label.id, task, label.value);
        else
            m_known->gone("finding of study " + study, task + " " + label.value + ", a column that is not there: kept");
    const std::span<const SetBox> boxes =
        finding.image && finding.box ? std::span(&*finding.box, 1) : std::span<const SetBox>();
    if (m_known->compareBoxes({"finding", known.id, "of study " + study, {}}, boxes) < boxes.size()) {
        addBox(m_imageIds[*finding.image], known.id, *finding.box);
        m_known->changed("box", "", "marked");
    }
    if (m_known->told({"finding", known.id, "of study " + study, rowOf(finding.row)}))
        m_known->setContent(known.id, finding.content);
}

void SetWriter::writeFindings()
{
    if (m_known)
        matchKnownFindings();
    for (std::size_t i = 0; i < m_rows.findings.size(); ++i) {
        const SetFinding& finding = m_rows.findings[i];
        step(i, m_rows.findings.size(), "findings");
        if (const auto known = m_findings.find(i); known != m_findings.end()) {
            updateFinding(known->second, finding);
            continue;
        }
        const std::string row = rowOf(finding.row);
        SQLite::Statement& add = m_statements->finding;
        add.bind(1, m_studyIds[finding.study]);
        bind(add, 2, finding.side);
        add.bind(3, finding.number);
        add.bindNoCopy(4, finding.kinds);
        add.bind(5, static_cast<std::int64_t>(finding.content));
        add.bindNoCopy(6, row);
        add.bind(7, m_batch);
        const std::int64_t id = insert(add);
        ++m_result.findings;
        if (finding.image && finding.box)
            addBox(m_imageIds[*finding.image], id, *finding.box);
        for (const SetLabel& label : finding.labels)
            putLabel({"finding", id, ' ', true, finding.row}, label, nullptr);
    }
}

// Tables repeat a breast's labels on each of its images: the first counts.
void SetWriter::writeBreasts()
{
    std::unordered_map<std::string, bool> written;
    std::size_t done = 0;
    for (const SetBreast& breast : m_rows.breasts) {
        step(done++, m_rows.breasts.size(), "labels of breasts");
        const std::int64_t study = m_studyIds[breast.study];
        for (const SetLabel& label : breast.labels)
            if (written.emplace(labelKey("breast", study, sideText(breast.side), label.task), true).second)
                putOwnLabel({"breast", study, breast.side, !m_studyKnown[breast.study], breast.row}, label);
        if (m_known)
            m_known->told({"breast", 0, m_rows.studies[breast.study].key + " " + sideText(breast.side), {}});
    }
}

// What a user changed stays.
void SetWriter::writeMeanings()
{
    SQLite::Statement add(m_database,
                          "INSERT INTO vocabulary(task, dataset, found, means, batch) VALUES (?, ?, ?, ?, ?)"
                          " ON CONFLICT DO NOTHING");
    for (const SetMeaning& each : m_rows.meanings) {
        add.bind(1, each.column);
        add.bind(2, m_dataset);
        add.bind(3, each.code);
        add.bind(4, each.meaning);
        add.bind(5, m_batch);
        m_result.meanings += add.exec();
        add.reset();
    }
}

// Labels of breasts and images that the tables have, which say them no more.
void SetWriter::withdrawLabels()
{
    std::unordered_map<std::int64_t, std::string> breasts, images;
    for (std::size_t i = 0; !m_rows.breasts.empty() && i < m_studyIds.size(); ++i)
        if (m_studyKnown[i])
            breasts.emplace(m_studyIds[i], m_rows.studies[i].key);
    for (std::size_t i = 0; i < m_imageIds.size(); ++i)
        images.emplace(m_imageIds[i], m_rows.images[i].path);
    for (const auto& [key, label] : m_labels) {
        if (label.inTables)
            continue;
        const std::size_t first = key.find('|'), second = key.find('|', first + 1), third = key.find('|', second + 1);
        const bool ofBreast = key.starts_with("breast");
        const auto& owners = ofBreast ? breasts : images;
        const auto owner = owners.find(std::stoll(key.substr(first + 1, second - first - 1)));
        if (owner == owners.end())
            continue;
        const std::string task = key.substr(third + 1), side = key.substr(second + 1, third - second - 1),
                          name = owner->second + (side.empty() ? "" : " " + side);
        if (!m_rows.tasks.contains(task)) {
            m_known->gone((ofBreast ? "breast " : "image ") + name, task + " " + label.value + ": kept");
            continue;
        }
        m_known->withdraw(label.id, task, label.value);
        m_known->told({ofBreast ? "breast" : "image", 0, name, {}});
    }
}

// Studies and images of earlier imports that the tables have no longer.
void SetWriter::tellGone()
{
    std::vector<std::int64_t> studies = m_studyIds, images = m_imageIds;
    std::sort(studies.begin(), studies.end());
    std::sort(images.begin(), images.end());
    for (const auto& [key, id] : m_studies)
        if (!std::binary_search(studies.begin(), studies.end(), id))
            m_known->gone("study " + key, "kept, with what it has");
    if (m_rows.images.empty())
        return;
    for (const auto& [path, id] : m_images)
        if (!std::binary_search(images.begin(), images.end(), id) &&
            std::binary_search(studies.begin(), studies.end(), m_known->studyOf(id)))
            m_known->gone("image " + path, "kept");
    std::sort(m_result.problems.begin(), m_result.problems.end());
}

void SetWriter::putOwnLabel(const Owner& owner, const SetLabel& label)
{
    Current* known = nullptr;
    if (!owner.isNew)
        if (const auto found = m_labels.find(labelKey(owner.level, owner.id, sideText(owner.side), label.task));
            found != m_labels.end())
            known = &found->second;
    if (known)
        known->inTables = true;
    putLabel(owner, label, known);
}

void SetWriter::putLabel(const Owner& owner, const SetLabel& label, const KnownRecords::Label* known)
{
    if (known && known->value == label.value)
        return;
    const std::string side = sideText(owner.side), row = rowOf(owner.row);
    SQLite::Statement& add = m_statements->label;
    add.bind(1, owner.level);
    add.bind(2, owner.id);
    add.bindNoCopy(3, side);
    add.bind(4, label.task);
    add.bindNoCopy(5, label.value);
    add.bindNoCopy(6, m_rows.name);
    add.bindNoCopy(7, m_now);
    add.bindNoCopy(8, row);
    add.bind(9, m_batch);
    const std::int64_t id = insert(add);
    ++m_result.labels;
    if (!owner.isNew)
        m_known->changed(label.task, known ? known->value : "", label.value);
    if (!known)
        return;
    SQLite::Statement& replace = m_statements->replace;
    replace.bind(1, id);
    replace.bind(2, known->id);
    replace.exec();
    replace.reset();
}

} // namespace mama
