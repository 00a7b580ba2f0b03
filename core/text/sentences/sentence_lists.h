#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// Sentences of one kind with the group that each belongs to (a line "## NAME" begins one).
struct SentenceList
{
    std::vector<std::string> texts;
    std::vector<int> groups; // of each, from 0
};
SentenceList parseSentenceList(std::string_view text);

// Compiled in from resources/sentences. Mammography in general terms; everyday sentences, in which a similarity means
// nothing; and what else may be asked by mistake: other organs and pictures, other languages, signs.
const SentenceList& lexiconSentences();
const SentenceList& neutralSentences();
const SentenceList& elsewhereSentences();

} // namespace mama
