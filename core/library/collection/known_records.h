#pragma once
#include "core/library/collection/earlier_values.h"
#include "core/library/collection/finding_match.h"
#include "core/library/collection/set_import.h"

#include <unordered_map>

namespace mama {

// What earlier imports brought of a data set, compared with what its tables say now: facts that differ are changed, and
// each record that changed is told with what it was.
class KnownRecords
{
public:
    KnownRecords(SQLite::Database& database, std::int64_t batch, ImportResult& result);
    ~KnownRecords();

    struct Record
    {
        const char* level;   // "study", "image", "finding", "breast"
        std::int64_t id = 0; // 0: only its labels change, and they have a row of their own
        std::string name, row;
    };
    struct Label // that counts of what was imported
    {
        std::int64_t id = 0;
        std::string value;
    };
    std::unordered_map<std::string, Label> labelsOf(std::int64_t finding); // by task
    std::vector<KnownFinding> findingsOf(std::int64_t study);
    std::int64_t studyOf(std::int64_t image);

    // ---- a record's facts, then changed() for each label that differs, then told(). row: as it is told in the
    // library.
    void compare(std::int64_t id, const SetStudy& now, std::int64_t patient);
    void compare(std::int64_t id, const SetImage& now, std::int64_t study);
    void compare(const KnownFinding& before, const SetFinding& now, bool kindsSaid);
    // Regions of an image that belong to no finding, or of a finding. Returns how many of them are known.
    std::size_t compareRegions(const Record& owner, std::span<const SetRegion> now);
    void moveFile(std::int64_t image, std::int64_t folder);
    void changed(const std::string& what, const std::string& before, const std::string& now);
    // What the tables say no more of a record that they have.
    void withdraw(std::int64_t label, const std::string& task, const std::string& value);
    bool told(const Record& record); // ends the record; false: nothing of it had changed
    void setContent(std::int64_t finding, std::uint64_t content);
    void gone(const std::string& record, const std::string& detail);

private:
    void text(const EarlierValues::Place& place, const std::string& before, const std::string& now);
    void number(const EarlierValues::Place& place, std::int64_t before, std::int64_t now);

    struct Queries;
    std::unique_ptr<Queries> m_queries;
    EarlierValues m_earlier;
    ImportResult& m_result;
    std::string m_what; // changed of the record so far
};

} // namespace mama
