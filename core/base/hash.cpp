#include "core/base/hash.h"

#include "core/base/mapped_file.h"
#include "core/base/sha256_lanes.h"

#define OPENSSL_SUPPRESS_DEPRECATED // EVP hides the state, which two streams at once need
#include <algorithm>
#include <openssl/sha.h>
#include <sys/mman.h>
#include <zlib.h>

namespace mama {
namespace {

constexpr std::size_t blockSize = SHA256_CBLOCK;

// What is missing of the block that was begun, of these bytes.
std::span<const std::byte> restOfBlock(const SHA256_CTX& context, std::span<const std::byte> bytes)
{
    return bytes.first(std::min(bytes.size(), (blockSize - context.num) % blockSize));
}

void countBlocks(SHA256_CTX& context, std::size_t blocks)
{
    const std::uint64_t bits = ((std::uint64_t{context.Nh} << 32) | context.Nl) + std::uint64_t{blocks} * blockSize * 8;
    context.Nl = static_cast<SHA_LONG>(bits);
    context.Nh = static_cast<SHA_LONG>(bits >> 32);
}

} // namespace

struct Sha256::State
{
    SHA256_CTX context;
};

Sha256::Sha256() : m_state(std::make_unique<State>()) { SHA256_Init(&m_state->context); }

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) { SHA256_Update(&m_state->context, bytes.data(), bytes.size()); }

void Sha256::add(std::string_view text) { add(std::as_bytes(std::span(text))); }

void Sha256::addBoth(Sha256& first, std::span<const std::byte> firstBytes, Sha256& second,
                     std::span<const std::byte> secondBytes)
{
    SHA256_CTX &a = first.m_state->context, &b = second.m_state->context;
    if (hasShaInstructions()) {
        const auto take = [](Sha256& sum, std::span<const std::byte>& bytes, std::span<const std::byte> part) {
            sum.add(part);
            bytes = bytes.subspan(part.size());
        };
        take(first, firstBytes, restOfBlock(a, firstBytes));
        take(second, secondBytes, restOfBlock(b, secondBytes));
        const std::size_t blocks = std::min(firstBytes.size(), secondBytes.size()) / blockSize;
        if (a.num == 0 && b.num == 0 && blocks > 0) {
            addBlocks({a.h, firstBytes.data()}, {b.h, secondBytes.data()}, blocks);
            countBlocks(a, blocks);
            countBlocks(b, blocks);
            firstBytes = firstBytes.subspan(blocks * blockSize);
            secondBytes = secondBytes.subspan(blocks * blockSize);
        }
    }
    first.add(firstBytes);
    second.add(secondBytes);
}

std::string Sha256::finish()
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256_Final(digest.data(), &m_state->context);
    std::string text;
    for (const unsigned char byte : digest) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

std::string sha256(std::span<const std::byte> bytes)
{
    Sha256 hash;
    hash.add(bytes);
    return hash.finish();
}

std::string sha256(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

std::string sha256(const MappedFile& file, const Job& job)
{
    constexpr std::size_t piece = std::size_t{16} << 20; // a multiple of every page size
    Sha256 hash;
    for (auto bytes = file.bytes(); !bytes.empty(); bytes = bytes.subspan(std::min(piece, bytes.size()))) {
        if (job.cancelled())
            return {};
        const auto part = bytes.first(std::min(piece, bytes.size()));
        hash.add(part);
        ::madvise(const_cast<std::byte*>(part.data()), part.size(), MADV_DONTNEED);
    }
    return hash.finish();
}

std::string sha256OfFile(const std::filesystem::path& path, const Job& job)
{
    const MappedFile file(path);
    return checked(file, [&] { return sha256(file, job); });
}

std::uint32_t crc32(std::span<const std::byte> bytes)
{
    uLong value = ::crc32(0, nullptr, 0);
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min<std::size_t>(bytes.size(), 1U << 30));
        value = ::crc32(value, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(part.size()));
        bytes = bytes.subspan(part.size());
    }
    return static_cast<std::uint32_t>(value);
}

} // namespace mama
