#pragma once
#include "core/library/collection/known_records.h"

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

// Writes a data set's rows inside of one transaction: what is new of them, and what they say otherwise. Throws
// ImportCancelled.
class SetWriter
{
public:
    SetWriter(SQLite::Database& database, const SetRows& rows, const Job& job);
    ~SetWriter();
    ImportResult write(std::int64_t command);

private:
    using Ids = std::unordered_map<std::string, std::int64_t>;
    struct Current : KnownRecords::Label // of a breast or an image
    {
        bool inTables = false;
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
    [[noreturn]] void refuseTaken(const std::string& path);
    std::int64_t addImage(const SetImage& image);
    void addRegion(std::int64_t image, std::int64_t finding, const SetRegion& region);
    void findMovedImages();
    void updateImage(std::int64_t id, const SetImage& image);
    void matchKnownFindings();
    void writeFindings();
    void updateFinding(const KnownFinding& known, const SetFinding& finding);
    void addMasks(std::int64_t id, const SetFinding& finding);
    void writeBreasts();
    void writeMeanings();
    void withdrawLabels();
    void tellGone();
    void putOwnLabel(const Owner& owner, const SetLabel& label); // of a study, a breast or an image
    void putLabel(const Owner& owner, const SetLabel& label, const KnownRecords::Label* known);
    std::string rowOf(const RowOf& row) const;
    void step(std::size_t done, std::size_t total, std::string_view phase) const;

    SQLite::Database& m_database;
    const SetRows& m_rows;
    const Job& m_job;
    std::string m_now;
    std::int64_t m_dataset = 0, m_batch = 0, m_root = 0;
    Ids m_patients, m_studies, m_images, m_folders; // known ones by key
    std::unordered_map<std::string, Current> m_labels;
    std::vector<std::int64_t> m_studyIds, m_imageIds;         // of the rows
    std::vector<char> m_studyKnown;                           // of the rows
    std::unordered_map<std::size_t, KnownFinding> m_findings; // known ones by the row that is them
    struct Statements;
    std::unique_ptr<Statements> m_statements;
    ImportResult m_result;
    std::unique_ptr<KnownRecords> m_known; // null: the data set is new
};

} // namespace mama
