// Byte-level pieces: GPT-2's regular expression as a scanner, and its table of printable bytes.
// Source: openai/gpt-2 encoder.py; the expression is
// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
#include "core/text/tokenizer/pipeline_parts.h"
#include "core/text/tokenizer/unicode.h"

#include <array>

namespace mama::text {
namespace {

struct ByteTable
{
    std::array<std::string, 256> characters;
    std::array<int, 512> bytes{};
};

const ByteTable& table()
{
    static const ByteTable made = [] {
        ByteTable t;
        t.bytes.fill(-1);
        char32_t free = 256;
        for (unsigned b = 0; b < 256; ++b) {
            const bool printable = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            const char32_t c = printable ? b : free++;
            unicode::append(t.characters[b], c);
            t.bytes[c] = static_cast<int>(b);
        }
        return t;
    }();
    return made;
}

enum class Kind { Space, Letter, Number, Other };

Kind kindOf(char32_t c)
{
    if (unicode::isLetter(c))
        return Kind::Letter;
    if (unicode::isSpace(c))
        return Kind::Space;
    return unicode::isNumber(c) ? Kind::Number : Kind::Other;
}

// Length of 's 't 're 've 'm 'll 'd at `at`, or 0.
std::size_t contraction(std::string_view text, std::size_t at)
{
    const std::string_view rest = text.substr(at + 1, 2);
    if (rest.empty())
        return 0;
    if (rest[0] == 's' || rest[0] == 't' || rest[0] == 'm' || rest[0] == 'd')
        return 2;
    return rest == "re" || rest == "ve" || rest == "ll" ? 3 : 0;
}

// End of the white space from `at`; its last character begins at `last`.
std::size_t spacesEnd(std::string_view text, std::size_t at, std::size_t& last)
{
    while (at < text.size()) {
        std::size_t next = at;
        if (kindOf(unicode::next(text, next)) != Kind::Space)
            break;
        last = at;
        at = next;
    }
    return at;
}

// End of the match that begins at `at`.
std::size_t matchEnd(std::string_view text, std::size_t at)
{
    if (text[at] == '\'')
        if (const std::size_t length = contraction(text, at))
            return at + length;
    std::size_t i = at;
    Kind kind = kindOf(unicode::next(text, i));
    if (text[at] == ' ' && i < text.size()) {
        std::size_t next = i;
        if (const Kind following = kindOf(unicode::next(text, next)); following != Kind::Space) {
            kind = following;
            i = next;
        }
    }
    if (kind == Kind::Space) {
        std::size_t last = at;
        const std::size_t end = spacesEnd(text, at, last);
        return end == text.size() || last == at ? end : last; // the last blank goes to the word behind it
    }
    while (i < text.size()) {
        std::size_t next = i;
        if (kindOf(unicode::next(text, next)) != kind)
            break;
        i = next;
    }
    return i;
}

Piece mapped(std::string_view text, bool first)
{
    Piece piece{{}, first};
    piece.text.reserve(text.size() + 2);
    for (const char c : text)
        piece.text += table().characters[static_cast<unsigned char>(c)];
    return piece;
}

} // namespace

const std::string& byteCharacter(unsigned char byte) { return table().characters[byte]; }

int characterByte(char32_t character) { return character < 512 ? table().bytes[character] : -1; }

PreTokenizer byteLevelPreTokenizer(bool addPrefixSpace, bool useExpression)
{
    return [=](Piece&& piece, std::vector<Piece>& pieces) {
        if (addPrefixSpace && !piece.text.starts_with(' '))
            piece.text.insert(0, 1, ' ');
        const std::string_view text = piece.text;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = useExpression ? matchEnd(text, at) : text.size();
            pieces.push_back(mapped(text.substr(at, end - at), piece.first && at == 0));
            at = end;
        }
    };
}

Decoder byteLevelDecoder()
{
    return [](const std::vector<std::string>& tokens) {
        std::string bytes;
        for (const std::string& token : tokens) {
            std::string own;
            bool all = true;
            for (std::size_t i = 0; i < token.size() && all;) {
                const int byte = characterByte(unicode::next(token, i));
                all = byte >= 0;
                own += static_cast<char>(byte);
            }
            bytes += all ? own : token; // an added token is written as it is
        }
        return std::vector<std::string>{unicode::wellFormed(bytes)};
    };
}

} // namespace mama::text
