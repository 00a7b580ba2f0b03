#include "core/library/studies/study_keys.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/tables/cell.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sstream>

namespace mama {

std::vector<std::int64_t> allStudies(Library& library)
{
    std::vector<std::int64_t> ids;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT id FROM study ORDER BY id");
        while (each.executeStep())
            ids.push_back(each.getColumn(0).getInt64());
    });
    return ids;
}

namespace {

constexpr auto finding = TextId("library.find_study", "find study");

// A study by its key, or by its data set and key; 0: none. Error(Usage) where two have it.
class KeyFinder
{
public:
    explicit KeyFinder(SQLite::Database& database)
        : m_plain(database, "SELECT min(study.id), count(*) FROM dataset JOIN study ON study.dataset = dataset.id"
                            " WHERE study.key = ?"),
          m_full(database, "SELECT study.id FROM dataset JOIN study ON study.dataset = dataset.id WHERE"
                           " dataset.name = ? AND study.key = ?")
    {}
    std::int64_t find(const std::string& key)
    {
        m_plain.reset();
        m_plain.bind(1, key);
        m_plain.executeStep();
        const int found = m_plain.getColumn(1).getInt();
        if (found > 1)
            throw Error(ErrorCode::Usage, {finding}, key,
                        {TextId("library.two_studies", "studies of two data sets have this key: write the data set's "
                                                       "name and a slash in front")});
        if (found == 1)
            return m_plain.getColumn(0).getInt64();
        for (std::size_t slash = key.find('/'); slash != key.npos; slash = key.find('/', slash + 1)) {
            m_full.reset();
            m_full.bind(1, key.substr(0, slash));
            m_full.bind(2, key.substr(slash + 1));
            if (m_full.executeStep())
                return m_full.getColumn(0).getInt64();
        }
        return 0;
    }

private:
    SQLite::Statement m_plain, m_full;
};

} // namespace

std::vector<std::int64_t> studiesNamed(Library& library, std::span<const std::string> keys)
{
    std::vector<std::int64_t> ids;
    library.read([&](SQLite::Database& database) {
        KeyFinder finder(database);
        for (const std::string& key : keys) {
            ids.push_back(finder.find(key));
            if (ids.back() == 0)
                throw Error(ErrorCode::Usage, {finding}, key,
                            {TextId("library.no_study_key", "no study of the library has this key")});
        }
    });
    return ids;
}

void writeKeys(const StudyColumns& columns, std::span<const std::uint32_t> studies, const std::filesystem::path& file)
{
    const StudyColumn* datasets = columns.column("dataset");
    std::string text;
    for (const std::uint32_t study : studies) {
        const std::string line = (datasets ? datasets->values[datasets->codes[study]] + "/" : "") + columns.key(study);
        if (line.find_first_of("\r\n") != line.npos || trimmed(line) != line)
            throw Error(
                ErrorCode::Data, {finding}, columns.key(study),
                {TextId("library.key_of_lines", "a key with line breaks or blanks at its ends does not stand in "
                                                "a list of a key a line")});
        text += line + '\n';
    }
    writeAtomically(file, std::string_view(text));
}

std::vector<std::string> keysInFile(const std::filesystem::path& file)
{
    std::vector<std::string> keys;
    std::string text = readText(file);
    if (text.starts_with("\xef\xbb\xbf")) // as other programs save a list
        text.erase(0, 3);
    std::istringstream lines(std::move(text));
    for (std::string line; std::getline(lines, line);)
        if (const std::string_view key = trimmed(line); !key.empty())
            keys.emplace_back(key);
    if (keys.empty())
        throw Error(ErrorCode::Usage, {finding}, pathText(file), {TextId("library.no_keys", "it names no study")});
    return keys;
}

} // namespace mama
