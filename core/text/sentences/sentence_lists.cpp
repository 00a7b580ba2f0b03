#include "core/text/sentences/sentence_lists.h"

#include "core/text/sentences/built_in_sentences.h"
#include "core/text/sentences/words.h"

namespace mama {

SentenceList parseSentenceList(std::string_view text)
{
    SentenceList out;
    int group = -1;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text::trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with("## ")) {
            ++group;
        } else if (!line.empty()) {
            out.texts.emplace_back(line);
            out.groups.push_back(group);
        }
    }
    return out;
}

const SentenceList& lexiconSentences()
{
    static const SentenceList list = parseSentenceList(builtInLexicon());
    return list;
}

const SentenceList& neutralSentences()
{
    static const SentenceList list = parseSentenceList(builtInNeutral());
    return list;
}

const SentenceList& elsewhereSentences()
{
    static const SentenceList list = parseSentenceList(builtInElsewhere());
    return list;
}

} // namespace mama
