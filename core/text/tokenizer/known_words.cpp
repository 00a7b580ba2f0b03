#include "core/text/tokenizer/known_words.h"

#include <algorithm>
#include <array>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace mama {
namespace {

struct Letters
{
    int count = 0, longestRun = 0; // letters and digits; of them in a row
    bool whole = false;            // a character that is a word by itself: an ideograph, a digit
};

Letters lettersOf(std::string_view text)
{
    Letters out;
    int run = 0;
    const auto wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
    for (std::int32_t at = 0; at < wide.length(); at = wide.moveIndex32(at, 1)) {
        const UChar32 c = wide.char32At(at);
        if (u_isalnum(c) != 0) {
            ++out.count;
            out.longestRun = std::max(out.longestRun, ++run);
            out.whole = out.whole || u_isdigit(c) != 0 || u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) != 0;
        } else if (u_getIntPropertyValue(c, UCHAR_CANONICAL_COMBINING_CLASS) == 0) {
            run = 0; // no accent of the letter before
        }
    }
    return out;
}

bool isSpecial(const std::string& token)
{
    static constexpr std::array names{"[CLS]", "[SEP]", "[PAD]", "[MASK]", "<s>", "</s>", "<pad>", "<mask>"};
    return std::find(names.begin(), names.end(), token) != names.end() ||
           (token.starts_with("<|") && token.ends_with("|>"));
}

bool isUnknown(const std::string& token) { return token == "[UNK]" || token == "<unk>" || token == "<|unknowntext|>"; }

// "<0xE4>": a byte of a character that the vocabulary lacks.
bool isByte(const std::string& token) { return token.size() == 6 && token.starts_with("<0x") && token.back() == '>'; }

} // namespace

UserText unknownWords(const Tokenizer& tokenizer, const std::string& text)
{
    const Letters all = lettersOf(text);
    if (all.count == 0)
        return {TextId("tokenizer.no_word", "the text holds no word: its similarity means nothing")};
    std::size_t known = 0, unknown = 0;
    for (const std::int32_t id : tokenizer.encodePlain(text)) {
        std::string token = tokenizer.decode({id});
        token.erase(0, token.find_first_not_of(' ') == token.npos ? token.size() : token.find_first_not_of(' '));
        if (isUnknown(token) || isByte(token)) {
            ++unknown;
            continue;
        }
        const Letters letters = isSpecial(token) ? Letters() : lettersOf(token);
        known += letters.count > 1 || letters.whole ? 1 : 0;
    }
    const bool lettersOnly = all.longestRun == 1 && unknown == 0; // "a": there is nothing longer to be known
    if (known == 0 && !lettersOnly)
        return {TextId(
            "tokenizer.nothing_known",
            "no word of the text is known to the model's vocabulary: it is not understood, and its similarity means nothing")};
    if (unknown > 0)
        return {TextId("tokenizer.some_unknown",
                       "%1 words or characters of the text are not in the model's vocabulary: they are not understood"),
                unknown};
    return {};
}

} // namespace mama
