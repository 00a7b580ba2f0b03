#include "core/base/folded_text.h"

namespace mama {
namespace {

// Small letter of a letter of U+0080 to U+07FF whose small letter is as long in UTF-8; else itself. Source: the simple
// case folding of Unicode's CaseFolding.txt.
unsigned smallLetter(unsigned letter)
{
    const bool even = letter % 2 == 0;
    if ((letter >= 0xC0 && letter <= 0xDE && letter != 0xD7) || (letter >= 0x391 && letter <= 0x3A9) ||
        (letter >= 0x410 && letter <= 0x42F))
        return letter + 0x20;
    if (letter >= 0x400 && letter <= 0x40F)
        return letter + 0x50;
    const bool evenFirst = (letter >= 0x100 && letter <= 0x137 && letter != 0x130) ||
                           (letter >= 0x14A && letter <= 0x177) || (letter >= 0x460 && letter <= 0x481);
    const bool oddFirst = (letter >= 0x139 && letter <= 0x148) || (letter >= 0x179 && letter <= 0x17E);
    return letter + ((evenFirst && even) || (oddFirst && !even) ? 1 : 0);
}

} // namespace

void fold(char* text, std::size_t size)
{
    for (std::size_t at = 0; at < size; ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 'A' && byte <= 'Z') {
            text[at] = static_cast<char>(byte + ('a' - 'A'));
        } else if (byte >= 0xC3 && byte <= 0xDF && at + 1 < size) {
            const auto next = static_cast<unsigned char>(text[at + 1]);
            if ((next & 0xC0U) != 0x80U)
                continue;
            const unsigned small = smallLetter(((byte & 0x1FU) << 6U) | (next & 0x3FU));
            text[at] = static_cast<char>(0xC0U | (small >> 6U));
            text[++at] = static_cast<char>(0x80U | (small & 0x3FU));
        }
    }
}

std::string asciiFolded(std::string_view text)
{
    std::string made(text);
    for (char& c : made)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    return made;
}

std::string folded(std::string_view text)
{
    std::string made(text);
    fold(made.data(), made.size());
    return made;
}

} // namespace mama
