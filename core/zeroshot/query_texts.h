#pragma once
#include "core/zeroshot/query.h"

namespace mama {

// The texts to encode: those asked, then the un-negated forms of those that negate, then one to take off the maps.
struct AskedTexts
{
    std::vector<QueriedText> texts;
    std::vector<std::string> toEncode;
    std::vector<std::size_t> unnegatedOf; // for toEncode[texts.size() + i]: index of its text
    bool minusLast = false;               // the last of toEncode is QueryOptions::minus
};
// How a query's texts are encoded.
TextOptions textOptionsOf(const QueryOptions& options);
// What each text says by itself, and of what; rules: how the model reads. Error(Usage) for an empty one.
AskedTexts readTexts(const QueryOptions& options, const CaptionRules& rules);

// What the model has made of each: its sentences, what was cut, words that it does not know.
void describeTexts(std::vector<QueriedText>& texts, const std::vector<std::shared_ptr<const EncodedText>>& encoded,
                   const Model& model, const QueryOptions& options);
// How familiar each is to the model; one more than there are texts: of the sentence that is taken off the maps.
void describeFamiliarity(std::vector<QueriedText>& texts, std::vector<Familiarity> familiarity);

} // namespace mama
