#pragma once
#include "core/base/user_text.h"

#include <cstddef>
#include <optional>
#include <span>

namespace mama {

// An uncompressed picture's samples in the order of its file.
struct SampleRows
{
    std::span<const std::byte> bytes;
    std::size_t bytesPerSample = 2;
    std::size_t perRow = 0; // samples of a row, all channels
};

// Whether a part of the file seems to have been lost to zeros, as unfinished copies and sparse files have it; empty:
// nothing tells. Zeros are good values too: black air, borders, bars between pictures and black boxes are rows that end
// at the same columns as their neighbours, or recede bit by bit. What ends in the midst of a row whose neighbours go
// on, with a row's worth of zeros or more beside it, is told; holes that cover whole rows or lie in the air cannot be.
UserText zerosInTheMidst(const SampleRows& picture);

// What PackBits data (TIFF 6.0, section 9; DICOM PS3.5 G.3) make of zeros, over all parts of a picture.
class PackBitsZeros
{
public:
    // rowBytes: bytes of an unpacked row, which is packed for itself.
    void add(std::span<const std::byte> packed, std::size_t rowBytes);
    // Where in the last part, or one before it, zeros stand that no encoder writes: several runs of one zero behind
    // each other, or many zeros within a literal run though repeats are used elsewhere.
    std::optional<std::size_t> hole() const { return m_singles || !m_repeats ? m_singles : m_inLiteral; }

private:
    std::optional<std::size_t> m_singles, m_inLiteral;
    bool m_repeats = false;
};

} // namespace mama
