// Layout of the character map: sentencepiece normalizer.cc (DecodePrecompiledCharsMap); of its units: Darts-clone
// darts.h (DoubleArrayUnit). Fields of the model: sentencepiece_model.proto.
#include "core/text/tokenizer/sentence_piece_check.h"

#include "core/text/tokenizer/json_members.h"

#include <cstdint>
#include <cstring>

namespace mama::text {
namespace {

constexpr auto noModel = TextId("tokenizer.not_sentencepiece_model", "it is not a SentencePiece model");

// Fields of one protobuf message, as far as the model has them.
class Message
{
public:
    Message(std::string_view bytes, const std::string& where) : m_rest(bytes), m_where(where) {}

    bool next()
    {
        if (m_rest.empty())
            return false;
        const std::uint64_t tag = varint();
        if (tag > 0xFFFFFFFFU || tag >> 3 == 0)
            broken(m_where, {noModel});
        m_number = tag >> 3;
        m_content = {};
        switch (tag & 7) {
        case 0: varint(); break;
        case 1: take(8); break;
        case 2: m_content = take(varint()); break;
        case 5: take(4); break;
        default: broken(m_where, {noModel});
        }
        return true;
    }
    std::uint64_t number() const { return m_number; }
    std::string_view content() const { return m_content; } // of a string, bytes or message

private:
    std::string_view take(std::uint64_t size)
    {
        if (size > m_rest.size())
            broken(m_where, {TextId("tokenizer.sentencepiece_model_ends_within_field",
                                    "the SentencePiece model ends within a field")});
        const std::string_view taken = m_rest.substr(0, static_cast<std::size_t>(size));
        m_rest.remove_prefix(taken.size());
        return taken;
    }
    std::uint64_t varint()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(1)[0]);
            if (shift < 64)
                value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80)
                return value;
        }
        broken(m_where, {noModel});
    }

    std::string_view m_rest, m_content;
    const std::string& m_where;
    std::uint64_t m_number = 0;
};

std::uint32_t unitAt(std::string_view bytes, std::size_t index)
{
    std::uint32_t unit = 0;
    std::memcpy(&unit, bytes.data() + index * 4, 4);
    return unit;
}

// Size of the double array, the array, then the replacements, each ended by a NUL.
void checkCharacterMap(std::string_view map, const std::string& where)
{
    if (map.empty())
        return;
    const char* const reason = "the character map of the SentencePiece model is broken";
    const std::uint64_t size = map.size() > 4 ? unitAt(map, 0) : 0;
    if (size == 0 || size % 4 != 0 || size + 4 >= map.size() || map.back() != '\0')
        broken(where, reason);
    const std::string_view array = map.substr(4, static_cast<std::size_t>(size));
    const std::uint64_t count = size / 4, replacements = map.size() - 4 - size;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t unit = unitAt(array, i);
        if (unit >> 31)
            continue; // a value: nothing follows
        const std::uint64_t children = i ^ (static_cast<std::uint64_t>(unit >> 10) << ((unit & 0x200U) >> 6));
        if ((children | 0xFF) >= count)
            broken(where, reason);
        if ((unit & 0x100U) && (unitAt(array, static_cast<std::size_t>(children)) & 0x7FFFFFFFU) >= replacements)
            broken(where, reason);
    }
}

} // namespace

void checkSentencePieceModel(std::string_view model, const std::string& where)
{
    for (Message fields(model, where); fields.next();)
        if (fields.number() == 3 || fields.number() == 5) // normalizer_spec, denormalizer_spec
            for (Message specification(fields.content(), where); specification.next();)
                if (specification.number() == 2)
                    checkCharacterMap(specification.content(), where);
}

} // namespace mama::text
