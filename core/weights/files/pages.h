#pragma once
#include "core/base/hash.h"
#include "core/base/mapped_file.h"
#include "core/weights/files/weight_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace mama::weights {

// Calls `use` on pieces of the bytes in order. Pages of a mapped file are given back behind it, so that passing
// over a file of any size keeps little of it in memory. `mapped` must be false for bytes that are not a file's:
// their content would be lost.
template <class Use>
void inPieces(std::span<const std::byte> bytes, bool mapped, const Use& use)
{
    constexpr std::size_t piece = std::size_t{16} << 20U;
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(piece, bytes.size()));
        use(part);
        const auto begin = (reinterpret_cast<std::uintptr_t>(part.data()) + page - 1) / page * page;
        const auto end = reinterpret_cast<std::uintptr_t>(part.data() + part.size()) / page * page;
        if (mapped && end > begin)
            ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
        bytes = bytes.subspan(part.size());
    }
}

// The same over the pieces of a tensor.
template <class Use>
void inPieces(const std::vector<TensorBytes>& pieces, const Use& use)
{
    for (const TensorBytes& piece : pieces)
        inPieces(piece.bytes, piece.copy == nullptr, use);
}

// SHA-256 of several files as one, from theirs (name -> sum): of "SUM  NAME" lines in the order of the names.
inline std::string hashOfSums(const std::map<std::string, std::string>& sums)
{
    Sha256 hash;
    for (const auto& [name, sum] : sums)
        hash.add(sum + "  " + name + "\n");
    return hash.finish();
}

} // namespace mama::weights
