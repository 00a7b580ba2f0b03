#pragma once
#include "core/library/collection/library.h"
#include "core/tables/importers/vocabulary.h"

#include <vector>

namespace mama {

// A word or code of a data set's tables in the library's vocabulary.
struct LibraryWord
{
    std::string dataset, task, found, means;
    bool value = false;  // importers read by it; false: it tells what a code means
    bool edited = false; // by a user
};
std::vector<LibraryWord> vocabularyOf(Library& library, const std::string& dataset = {}); // empty: of all
// By which the tables of a data set are read: what its importers know, and what users changed.
Vocabulary wordsOf(Library& library, const std::string& dataset);

// From the next import of the data set's tables on. Error(Usage) where the library has no such data set.
Change setWord(Library& library, const LibraryWord& word);

} // namespace mama
