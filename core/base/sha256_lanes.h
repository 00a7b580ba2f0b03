#pragma once
#include <cstddef>
#include <cstdint>

namespace mama {

// Whether this processor has instructions for SHA-256. (OpenSSL uses them too; for one stream at a time.)
bool hasShaInstructions();

// One stream of SHA-256: its state, and whole blocks of 64 bytes that follow.
struct Sha256Lane
{
    std::uint32_t* state; // [8]
    const std::byte* blocks;
};
// Takes as many blocks of two streams in one loop: a round waits for the one before, and the other stream's rounds fill
// the wait, so that both take little longer than one. Needs hasShaInstructions(). FIPS 180-4, 6.2.2.
void addBlocks(const Sha256Lane& first, const Sha256Lane& second, std::size_t blocks);

} // namespace mama
