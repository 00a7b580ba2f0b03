#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mama {

// What a word or code of a data set's tables means in the library: density "2" means "B". Tasks are the library's:
// "density", "birads", "pathology", "finding" (kinds of a finding, a comma between).
struct VocabularyWord
{
    const char* task;
    const char* found;
    const char* means;
};

// The words that an importer knows, and those that a user changed or added.
class Vocabulary
{
public:
    using Words = std::map<std::pair<std::string, std::string>, std::string, std::less<>>; // by task and word

    void set(const std::string& task, const std::string& found, const std::string& means);
    void add(std::span<const VocabularyWord> words); // what is there already stays
    // Empty optional: the word is not known.
    std::optional<std::string> meaning(const std::string& task, std::string_view found) const;
    const Words& words() const { return m_words; }

private:
    Words m_words;
};

} // namespace mama
