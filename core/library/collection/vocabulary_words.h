#pragma once
#include "core/library/collection/library.h"
#include "core/tables/importers/vocabulary.h"

#include <span>
#include <vector>

namespace mama {

// A word or code of a data set's tables in the library's vocabulary.
struct LibraryWord
{
    std::string dataset, task, found, means;
    bool value = false;  // importers read by it; false: it tells what a code means
    bool edited = false; // by a user
    bool operator==(const LibraryWord&) const = default;
};
std::vector<LibraryWord> vocabularyOf(Library& library, const std::string& dataset = {}); // empty: of all
// By which the tables of a data set are read: what its importers know, and what users changed.
Vocabulary wordsOf(Library& library, const std::string& dataset);

// A word as it is kept: without blanks at its ends, tasks that tables are read by in small letters, its meaning as
// importers write it (density "c" is "C"; kinds of a finding without blanks about their commas). fault: why it cannot
// be one; empty: it can.
struct CheckedWord
{
    LibraryWord word;
    UserText fault{};
};
CheckedWord checkedWord(const LibraryWord& word);
// Whether importers read a column of the task by words: "birads", "cancer", "density", "finding", "pathology", "side".
bool isReadByWords(std::string_view task);

// All in one command, from the next import of the data sets' tables on. Error(Usage) names the first that is no word,
// as "line 2" of several, or the data set that the library has not; then nothing is changed.
Change setWords(Library& library, std::span<const LibraryWord> words);
inline Change setWord(Library& library, const LibraryWord& word) { return setWords(library, {&word, 1}); }

} // namespace mama
