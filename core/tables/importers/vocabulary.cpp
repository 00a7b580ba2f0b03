#include "core/tables/importers/vocabulary.h"

namespace mama {

void Vocabulary::set(const std::string& task, const std::string& found, const std::string& means)
{
    m_words[{task, found}] = means;
}

void Vocabulary::add(std::span<const VocabularyWord> words)
{
    for (const VocabularyWord& word : words)
        m_words.emplace(std::pair(word.task, word.found), word.means);
}

std::optional<std::string> Vocabulary::meaning(const std::string& task, std::string_view found) const
{
    const auto word = m_words.find(std::pair(task, std::string(found)));
    return word == m_words.end() ? std::nullopt : std::optional(word->second);
}

} // namespace mama
