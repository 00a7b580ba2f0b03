#include "core/library/collection/vocabulary_words.h"

#include "core/base/error.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace mama {

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

Change setWord(Library& library, const LibraryWord& word)
{
    return library.change(
        {"vocabulary", [&](SQLite::Database& database, std::int64_t) {
             SQLite::Statement find(database,
                                    "SELECT id, name FROM dataset WHERE name = ?1 COLLATE NOCASE OR importer = ?1");
             find.bind(1, word.dataset);
             if (!find.executeStep())
                 throw Error(
                     ErrorCode::Usage, {TextId("library.set_word", "change the vocabulary")}, word.dataset,
                     {TextId("library.no_such_set", "the library has no data set of this name: import it first, its "
                                                    "words come with it")});
             const std::int64_t dataset = find.getColumn(0).getInt64();
             const std::string name = find.getColumn(1).getString();
             SQLite::Statement set(database,
                                   "INSERT INTO vocabulary(task, dataset, found, means, value) VALUES (?1, ?2, ?3, ?4,"
                                   " ?5) ON CONFLICT(task, dataset, found) DO UPDATE SET means = ?4, batch = NULL,"
                                   " value = ?5 WHERE means <> ?4 OR value <> ?5");
             set.bind(1, word.task);
             set.bind(2, dataset);
             set.bind(3, word.found);
             set.bind(4, word.means);
             set.bind(5, word.value ? 1 : 0);
             return Library::Done{name + ": " + word.task + " " + word.found + " means " +
                                      (word.means.empty() ? "nothing" : word.means),
                                  set.exec()};
         }});
}

} // namespace mama
