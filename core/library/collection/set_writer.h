#pragma once
#include "core/library/collection/set_import.h"

#include <memory>
#include <string_view>
#include <unordered_map>

namespace SQLite {
class Statement;
}

namespace mama {

struct ImportCancelled
{
};

// Writes a data set's rows inside of one transaction: what is new of them. Throws ImportCancelled.
class SetWriter
{
public:
    SetWriter(SQLite::Database& database, const SetRows& rows, const Job& job);
    ~SetWriter();
    ImportResult write(std::int64_t command);

private:
    using Ids = std::unordered_map<std::string, std::int64_t>;
    struct Current // a label that counts
    {
        std::int64_t id = 0;
        std::string value;
    };
    struct Owner // whose labels are written
    {
        const char* level;
        std::int64_t id = 0;
        char side = ' ';
        bool isNew = true;
        RowOf row;
    };

    std::int64_t insert(SQLite::Statement& statement);
    void beginBatch(std::int64_t command);
    std::int64_t findOrAddRoot();
    void readKnown();
    void writeStudies();
    void writeImages();
    std::int64_t folderOf(const std::string& path);
    std::int64_t addImage(const SetImage& image);
    void addBox(std::int64_t image, std::int64_t finding, const SetBox& box);
    void writeFindings();
    void writeBreasts();
    void writeMeanings();
    void putLabel(const Owner& owner, const SetLabel& label);
    std::string rowOf(const RowOf& row) const;
    void step(std::size_t done, std::size_t total, std::string_view phase) const;

    SQLite::Database& m_database;
    const SetRows& m_rows;
    const Job& m_job;
    std::string m_now;
    std::int64_t m_dataset = 0, m_batch = 0, m_root = 0;
    Ids m_patients, m_studies, m_images, m_folders, m_findings; // known ones by key
    std::unordered_map<std::string, Current> m_labels;
    std::vector<std::int64_t> m_studyIds, m_imageIds; // of the rows
    std::vector<char> m_newImages;
    struct Statements;
    std::unique_ptr<Statements> m_statements;
    ImportResult m_result;
};

} // namespace mama
