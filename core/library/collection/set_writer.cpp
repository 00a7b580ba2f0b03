#include "core/library/collection/set_writer.h"

#include "core/library/collection/import_removal.h"
#include "core/library/collection/set_writer_statements.h"
#include "core/library/utc_time.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

void bindText(SQLite::Statement& statement, int place, const std::string& text)
{
    if (text.empty())
        statement.bind(place);
    else
        statement.bindNoCopy(place, text);
}

} // namespace

SetWriter::Statements::Statements(SQLite::Database& database)
    : patient(
          std::make_unique<SQLite::Statement>(database, "INSERT INTO patient(dataset, key, batch) VALUES (?, ?, ?)")),
      study(std::make_unique<SQLite::Statement>(
          database, "INSERT INTO study(patient, dataset, key, date, kind, age, description, split, row_of, batch)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      findFolder(std::make_unique<SQLite::Statement>(database, "SELECT id FROM folder WHERE root = ? AND path = ?")),
      folder(std::make_unique<SQLite::Statement>(database, "INSERT INTO folder(root, path, batch) VALUES (?, ?, ?)")),
      file(std::make_unique<SQLite::Statement>(database,
                                               "INSERT INTO file(folder, name, state, batch) VALUES (?, ?, ?, ?)"
                                               " ON CONFLICT(folder, name) DO NOTHING")),
      image(std::make_unique<SQLite::Statement>(
          database, "INSERT INTO image(file, study, side, view, modifiers, type, vendor, model, rows, cols, flags,"
                    " row_of, batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      finding(std::make_unique<SQLite::Statement>(
          database, "INSERT INTO finding(study, side, number, kinds, content, row_of, batch)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)")),
      annotation(std::make_unique<SQLite::Statement>(
          database, "INSERT INTO annotation(image, finding, kind, geometry, frame_note, author, at, batch)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)")),
      label(std::make_unique<SQLite::Statement>(
          database, "INSERT INTO label(level, target, side, task, value, source, author, at, row_of, batch)"
                    " VALUES (?, ?, ?, ?, ?, 'imported', ?, ?, ?, ?)")),
      replace(std::make_unique<SQLite::Statement>(database, "UPDATE label SET replaced_by = ? WHERE id = ?")),
      mask(std::make_unique<SQLite::Statement>(database,
                                               "INSERT INTO mask_file(image, finding, path, batch) VALUES (?, ?, ?, ?)"
                                               " ON CONFLICT(finding, path) DO NOTHING"))
{}

SetWriter::Statements::~Statements() = default;

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
    m_root = findOrAddRoot();
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
        if (each.getBindParameterCount() > 1)
            each.bind(2, m_root);
        while (each.executeStep())
            ids.emplace(each.getColumn(1).getString(), each.getColumn(0).getInt64());
    };
    read("SELECT id, key FROM patient WHERE dataset = ?", m_patients);
    read("SELECT id, key FROM study WHERE dataset = ?", m_studies);
    read(
        "SELECT image.id, ifnull(listed, ltrim(folder.path || '/' || file.name, '/')) FROM image JOIN study ON study.id ="
        " study JOIN file ON"
        " file.id = file JOIN folder ON folder.id = folder WHERE dataset = ?",
        m_images);
    // One that was found again under another name, if this folder is where: also by that.
    read(
        "SELECT image.id, ltrim(folder.path || '/' || file.name, '/') FROM image JOIN study ON study.id = study JOIN"
        " file ON file.id = file JOIN folder ON folder.id = folder WHERE dataset = ? AND root = ? AND listed IS NOT NULL",
        m_images);
    read("SELECT folder.id, root.path || '|' || folder.path FROM folder JOIN root ON root.id = root WHERE ? > 0",
         m_folders);
    SQLite::Statement each(
        m_database, "SELECT label.id, level, target, side, task, value FROM label JOIN study ON"
                    " study.id = target WHERE level IN ('study', 'breast') AND source = 'imported' AND replaced_by"
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
            SQLite::Statement& add = *m_statements->patient;
            add.bind(1, m_dataset);
            add.bindNoCopy(2, study.patient);
            add.bind(3, m_batch);
            patient->second = insert(add);
            ++m_result.patients;
        }
        const auto [known, isNew] = m_studies.emplace(study.key, 0);
        if (isNew) {
            SQLite::Statement& add = *m_statements->study;
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
        }
        m_studyIds.push_back(known->second);
        m_studyKnown.push_back(!isNew);
        for (const SetLabel& label : study.labels)
            putOwnLabel({"study", known->second, ' ', isNew, study.row}, label);
        if (!isNew && m_known)
            m_known->told({"study", known->second, study.key, rowOf(study.row)});
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

} // namespace mama
