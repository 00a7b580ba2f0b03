#pragma once
#include "core/library/collection/library.h"

#include <map>
#include <memory>
#include <string_view>

namespace mama {

// One bit a study.
class StudySet
{
public:
    explicit StudySet(std::size_t size = 0, bool all = false);
    std::size_t size() const { return m_size; }
    // Below size(), which is not checked: half a million of them are looked at for one filter.
    bool has(std::size_t study) const { return (m_words.data()[study / 64] >> (study % 64) & 1) != 0; }
    void add(std::size_t study) { m_words.data()[study / 64] |= std::uint64_t{1} << (study % 64); }
    std::size_t count() const;
    void keep(const StudySet& other); // of the same size
    void join(const StudySet& other); // of the same size
    void invert();

private:
    void clearRest();
    std::size_t m_size;
    std::vector<std::uint64_t> m_words;
};

// What a value is said of. Each study has two breasts, the right one first: item 2 * study and the next.
enum class StudyLevel : std::uint8_t { Study, Breast, Image, Finding };

// The images or findings of all studies, in the order of their studies.
struct StudyItems
{
    std::vector<std::uint32_t> study;
    std::string side; // of each: R, L; B: both; ' ': not said
};

// A field that studies are told apart by. Of a field of images, breasts or findings a study has as many values as rows;
// code 0 is "not given".
struct StudyColumn
{
    std::string name;                                     // "density", "view", "mass_shape"
    std::vector<std::string> values{""};                  // by code
    std::shared_ptr<const std::vector<std::uint32_t>> of; // the study of each row, rising; empty: row i is study i
    std::vector<std::uint16_t> codes;
    std::uint8_t levels = 1;            // one bit for each level that has a row
    std::vector<std::uint32_t> items{}; // of each row: what it is said of, level << 30 | item; empty: row i is item i
    bool ofLabels = false;              // tables and readers say it of things: it can be said otherwise
    std::vector<std::string> means{};   // by code, as the data sets' legends say; empty: none has one of this field
    // "oval" of "O"; empty: no legend says what it means.
    std::string_view meaning(std::size_t code) const { return means.empty() ? std::string_view() : means[code]; }
    std::size_t studyOf(std::size_t row) const { return of ? (*of)[row] : row; }
    bool saidOf(StudyLevel level) const { return (levels >> static_cast<int>(level) & 1) != 0; }
    StudyLevel levelOf(std::size_t row) const
    {
        return !items.empty() ? static_cast<StudyLevel>(items[row] >> 30) : of ? StudyLevel::Image : StudyLevel::Study;
    }
    std::size_t itemOf(std::size_t row) const { return items.empty() ? row : items[row] & 0x3FFFFFFF; }
};

// Where each study stands among all by its key, its patient or its date. 0: it has none.
struct StudyPlaces
{
    std::vector<std::uint32_t> ofValue, valueOf; // place of each value; value of each study, empty: its own
    std::uint32_t of(std::size_t study) const { return ofValue[valueOf.empty() ? study : valueOf[study]]; }
};

// What is filtered, counted and sorted, in memory: every study of a library with its fields and tags, as of one moment.
// A copy shares all but the tags.
class StudyColumns
{
public:
    // Error(Data) names a field with more than 65,535 values, except those that are keys, which are not counted.
    explicit StudyColumns(Library& library);
    // The same studies with the tags of now: after a command that did nothing but tag.
    StudyColumns withTags(Library& library) const;
    bool sameRows(const StudyColumns& other) const { return m_rows == other.m_rows; } // they differ in tags alone

    std::size_t size() const { return m_rows->ids.size(); }
    std::int64_t id(std::size_t study) const { return m_rows->ids[study]; }
    const std::vector<std::int64_t>& ids() const { return m_rows->ids; } // of all studies, rising
    std::optional<std::size_t> find(std::int64_t id) const;              // empty: it is not in the library
    const std::string& key(std::size_t study) const { return m_rows->keys[study]; }
    const std::string& patient(std::size_t study) const { return m_rows->patients[m_rows->patientOf[study]]; }
    const std::string& date(std::size_t study) const { return m_rows->dates[m_rows->dateOf[study]]; } // "": not given
    std::int64_t images(std::size_t study) const { return m_rows->images[study]; }
    const StudyPlaces* places(std::string_view field) const; // "study", "patient", "date"; null: no such field
    const std::vector<StudyColumn>& columns() const { return m_rows->columns; }
    const StudyColumn* column(std::string_view name) const; // null: there is none
    const StudyItems& items(StudyLevel level) const;        // of images or findings
    const StudySet* tag(std::string_view name) const;       // null: there is none; case does not matter
    struct TaggedStudies
    {
        std::string name; // as its maker wrote it
        StudySet studies;
    };
    const std::map<std::string, TaggedStudies>& tags() const { return m_tags; } // by name in small letters

private:
    struct Rows
    {
        std::vector<std::int64_t> ids; // rising
        std::vector<std::string> keys, patients, dates;
        std::vector<std::uint32_t> patientOf, dateOf; // of each study, in the lists before
        StudyPlaces byKey, byPatient, byDate;
        std::vector<std::int64_t> images;
        StudyItems pictures, findings;
        std::vector<StudyColumn> columns;
    };
    struct Reading; // study_columns_read.cpp
    static std::shared_ptr<const Rows> readRows(SQLite::Database& database);
    void readTags(SQLite::Database& database);

    std::shared_ptr<const Rows> m_rows;
    std::map<std::string, TaggedStudies> m_tags;
};

} // namespace mama
