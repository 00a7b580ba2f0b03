#include "core/base/hash.h"

#include "core/base/error.h"
#include "core/base/mapped_file.h"

#include <algorithm>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <zlib.h>

namespace mama {

struct Sha256::State
{
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256::Sha256() : m_state(std::make_unique<State>())
{
    if (!m_state->context || EVP_DigestInit_ex(m_state->context.get(), EVP_sha256(), nullptr) != 1)
        throw Error(ErrorCode::Internal, "hash", "", "SHA-256 is not available in this OpenSSL");
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes)
{
    EVP_DigestUpdate(m_state->context.get(), bytes.data(), bytes.size());
}

void Sha256::add(std::string_view text) { add(std::as_bytes(std::span(text))); }

std::string Sha256::finish()
{
    std::array<unsigned char, 32> digest{};
    unsigned int length = 0;
    EVP_DigestFinal_ex(m_state->context.get(), digest.data(), &length);
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
