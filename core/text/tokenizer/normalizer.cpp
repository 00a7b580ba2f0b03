// Normalizers of tokenizer.json, as the `tokenizers` library defines them.
#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_parts.h"
#include "core/text/tokenizer/unicode.h"

namespace mama::text {
namespace {

using unicode::Form;

template <class Predicate>
std::string without(Predicate unwanted, const std::string& text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const char32_t c = unicode::next(text, i);
        if (!unwanted(c))
            unicode::append(result, c);
    }
    return result;
}

std::string cleaned(const std::string& text, bool clean, bool chinese)
{
    std::string result;
    result.reserve(text.size() + 8);
    for (std::size_t i = 0; i < text.size();) {
        const char32_t c = unicode::next(text, i);
        if (clean && (c == 0 || c == 0xFFFD || unicode::isControl(c)))
            continue;
        if (clean && unicode::isSpace(c)) {
            result += ' ';
        } else if (chinese && unicode::isChinese(c)) {
            result += ' ';
            unicode::append(result, c);
            result += ' ';
        } else {
            unicode::append(result, c);
        }
    }
    return result;
}

Normalizer replacer(const nlohmann::json& description, const std::string& where)
{
    const auto pattern = std::make_shared<const TextPattern>(description, where);
    return [pattern, by = stringAt(description, "content", "", where)](std::string& text) {
        text = pattern->replaced(text, by);
    };
}

Normalizer stripper(bool left, bool right)
{
    return [left, right](std::string& text) {
        std::size_t begin = 0, end = 0;
        bool seen = false;
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t at = i;
            if (unicode::isSpace(unicode::next(text, i)))
                continue;
            if (!seen)
                begin = at;
            seen = true;
            end = i;
        }
        if (!seen)
            begin = left ? text.size() : 0;
        if (!right)
            end = text.size();
        begin = left ? begin : 0;
        text = end > begin ? text.substr(begin, end - begin) : std::string();
    };
}

Normalizer sequence(const nlohmann::json& description, const std::string& where)
{
    std::vector<Normalizer> steps;
    const nlohmann::json& list = arrayAt(description, "normalizers", where);
    for (std::size_t i = 0; i < list.size(); ++i)
        steps.push_back(makeNormalizer(list[i], inside(where, i)));
    return [steps, where](std::string& text) {
        for (const Normalizer& step : steps) {
            const std::size_t before = text.size();
            step(text);
            if (text.size() > before)
                checkGrowth(text.size(), where);
        }
    };
}

Normalizer unicodeForm(Form form)
{
    return [form](std::string& text) { text = unicode::normalized(text, form); };
}

std::string inByteCharacters(const std::string& text)
{
    std::string result;
    for (const char c : text)
        result += byteCharacter(static_cast<unsigned char>(c));
    return result;
}

} // namespace

Normalizer bertNormalizer(bool cleanText, bool spaceChinese, bool stripAccents, bool lowercase)
{
    return [=](std::string& text) {
        if (cleanText || spaceChinese)
            text = cleaned(text, cleanText, spaceChinese);
        if (stripAccents)
            text = without(unicode::isNonspacingMark, unicode::normalized(text, Form::Nfd));
        if (lowercase)
            text = unicode::lower(text);
    };
}

Normalizer makeNormalizer(const nlohmann::json& description, const std::string& where)
{
    if (description.is_null())
        return {};
    const std::string type = typeOf(description, where);
    if (type == "BertNormalizer") {
        const bool lowercase = flagAt(description, "lowercase", true, where);
        return bertNormalizer(flagAt(description, "clean_text", true, where),
                              flagAt(description, "handle_chinese_chars", true, where),
                              flagAt(description, "strip_accents", lowercase, where), lowercase);
    }
    if (type == "Sequence")
        return sequence(description, where);
    if (type == "NFC")
        return unicodeForm(Form::Nfc);
    if (type == "NFD")
        return unicodeForm(Form::Nfd);
    if (type == "NFKC")
        return unicodeForm(Form::Nfkc);
    if (type == "NFKD")
        return unicodeForm(Form::Nfkd);
    if (type == "Lowercase")
        return [](std::string& text) { text = unicode::lower(text); };
    if (type == "StripAccents")
        return [](std::string& text) { text = without(unicode::isMark, text); };
    if (type == "Strip")
        return stripper(flagAt(description, "strip_left", true, where),
                        flagAt(description, "strip_right", true, where));
    if (type == "Replace")
        return replacer(description, where);
    if (type == "Prepend")
        return [front = stringAt(description, "prepend", "", where)](std::string& text) {
            if (!text.empty())
                text.insert(0, front);
        };
    if (type == "ByteLevel")
        return [](std::string& text) { text = inByteCharacters(text); };
    unsupported("normalizer", type, where);
}

} // namespace mama::text
