#include "core/library/collection/vocabulary_words.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/library/collection/label_scale.h"
#include "core/library/collection/plural.h"
#include "core/tables/cell.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <array>

namespace mama {
namespace {

constexpr auto setting = TextId("library.set_word", "change the vocabulary");
constexpr auto noTask = TextId("library.no_word_task", "name what the word is of: birads, cancer, density, finding, "
                                                       "pathology or side, or a column whose codes it explains");
constexpr auto noWord = TextId("library.no_word", "give the word or code as the tables have it, in at most 1000 bytes "
                                                  "without line breaks");
constexpr std::array<std::string_view, 6> readTasks{"birads", "cancer", "density", "finding", "pathology", "side"};

bool isShortWord(std::string_view text)
{
    return !text.empty() && text.size() <= 1000 &&
           std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' '; });
}

// "mass, calcification" as "mass,calcification"; empty optional: one of them has no name.
std::optional<std::string> kindsOf(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string_view kind = trimmed(text.substr(at, end - at));
        if (kind.empty())
            return std::nullopt;
        out += (out.empty() ? "" : ",") + std::string(kind);
        at = end + 1;
    }
    return out;
}

// Of a word that tables are read by, whose meaning is made as importers write it.
UserText faultOfRead(LibraryWord& word)
{
    if (!isReadByWords(word.task))
        return {TextId("library.not_read", "tables are read by words of birads, cancer, density, finding, pathology "
                                           "and side alone: of %1 a word can only be told beside the code"),
                word.task};
    if (word.means.empty())
        return {}; // it says nothing
    if (word.task == "side" && word.means != "L" && word.means != "R")
        return {TextId("library.no_side", "a side is L or R")};
    if (word.task == "finding") {
        const auto kinds = kindsOf(word.means);
        if (!kinds)
            return {TextId("library.no_kinds", "kinds of a finding stand with a comma between, as mass,calcification")};
        word.means = *kinds;
        return {};
    }
    ScaledValue made = onScale(word.task, word.means);
    word.means = std::move(made.value);
    return made.fault;
}

std::string placeOf(std::span<const LibraryWord> words, const LibraryWord& word)
{
    const std::string name = word.task + " " + word.found;
    return words.size() == 1 ? name : "line " + std::to_string(&word - words.data() + 1) + ", " + name;
}

class WordWriter
{
public:
    explicit WordWriter(SQLite::Database& database)
        : m_find(database, "SELECT id, name FROM dataset WHERE name = ?1 COLLATE NOCASE OR importer = ?1"),
          m_set(database, "INSERT INTO vocabulary(task, dataset, found, means, value) VALUES (?1, ?2, ?3, ?4, ?5)"
                          " ON CONFLICT(task, dataset, found) DO UPDATE SET means = ?4, batch = NULL, value = ?5"
                          " WHERE means <> ?4 OR value <> ?5")
    {}
    // How many rows are others now; name: of its data set.
    std::int64_t write(const LibraryWord& word, std::string& name)
    {
        m_find.bind(1, word.dataset);
        if (!m_find.executeStep())
            throw Error(ErrorCode::Usage, {setting}, word.dataset,
                        {TextId("library.no_such_set", "the library has no data set of this name: import it first, its "
                                                       "words come with it")});
        const std::int64_t dataset = m_find.getColumn(0).getInt64();
        name = m_find.getColumn(1).getString();
        m_find.reset();
        m_set.bind(1, word.task);
        m_set.bind(2, dataset);
        m_set.bind(3, word.found);
        m_set.bind(4, word.means);
        m_set.bind(5, word.value ? 1 : 0);
        const int rows = m_set.exec();
        m_set.reset();
        return rows;
    }

private:
    SQLite::Statement m_find, m_set;
};

std::string wordsOfChange(std::span<const LibraryWord> words, const std::string& name)
{
    if (words.size() != 1)
        return "Change " + counted(static_cast<std::int64_t>(words.size()), "word") + " of the vocabulary";
    const LibraryWord& word = words.front();
    return name + ": " + word.task + " " + word.found + " means " + (word.means.empty() ? "nothing" : word.means);
}

} // namespace

std::vector<LibraryWord> vocabularyOf(Library& library, const std::string& dataset)
{
    std::vector<LibraryWord> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database,
                               "SELECT name, task, found, means, value, vocabulary.batch IS NULL FROM vocabulary"
                               " JOIN dataset ON dataset.id = dataset WHERE ?1 = '' OR name = ?1 COLLATE NOCASE"
                               " OR importer = ?1 ORDER BY name, value DESC, task, found");
        each.bind(1, dataset);
        while (each.executeStep())
            out.push_back({each.getColumn(0).getString(), each.getColumn(1).getString(), each.getColumn(2).getString(),
                           each.getColumn(3).getString(), each.getColumn(4).getInt() != 0,
                           each.getColumn(5).getInt() != 0});
    });
    return out;
}

Vocabulary wordsOf(Library& library, const std::string& dataset)
{
    Vocabulary words;
    for (const LibraryWord& word : vocabularyOf(library, dataset))
        if (word.value)
            words.set(word.task, word.found, word.means);
    return words;
}

bool isReadByWords(std::string_view task)
{
    return std::find(readTasks.begin(), readTasks.end(), task) != readTasks.end();
}

CheckedWord checkedWord(const LibraryWord& word)
{
    CheckedWord out{word};
    for (std::string* each : {&out.word.dataset, &out.word.task, &out.word.found, &out.word.means})
        *each = std::string(trimmed(*each));
    if (const std::string folded = asciiFolded(out.word.task); isReadByWords(folded))
        out.word.task = folded;
    const LibraryWord& now = out.word;
    if (!isShortWord(now.task))
        out.fault = {noTask};
    else if (!isShortWord(now.found))
        out.fault = {noWord};
    else if (!now.means.empty() && !isShortWord(now.means))
        out.fault = {TextId("library.long_meaning", "a meaning has at most 1000 bytes and no line breaks")};
    else if (now.value)
        out.fault = faultOfRead(out.word);
    return out;
}

Change setWords(Library& library, std::span<const LibraryWord> words)
{
    std::vector<LibraryWord> checked;
    for (const LibraryWord& each : words) {
        CheckedWord made = checkedWord(each);
        if (!made.fault.empty())
            throw Error(ErrorCode::Usage, {setting}, placeOf(words, each), made.fault);
        checked.push_back(std::move(made.word));
    }
    return library.change({"vocabulary", [&](SQLite::Database& database, std::int64_t) {
                               WordWriter writer(database);
                               std::int64_t rows = 0;
                               std::string name;
                               for (const LibraryWord& each : checked)
                                   rows += writer.write(each, name);
                               return Library::Done{wordsOfChange(checked, name), rows};
                           }});
}

} // namespace mama
