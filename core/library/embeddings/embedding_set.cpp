#include "core/library/embeddings/embedding_set.h"

#include "core/library/embeddings/crc32c.h"
#include "core/library/embeddings/half_float.h"
#include "core/library/embeddings/set_files.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

namespace fs = std::filesystem;

namespace mama {

static_assert(std::endian::native == std::endian::little, "rows and keys are little endian");

namespace set_files {
namespace {

int digitOf(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

} // namespace

std::optional<Name> nameOf(std::string_view hash, int frame)
{
    constexpr std::size_t bytes = 32;
    Name name{};
    if (hash.size() != 2 * bytes)
        return {};
    for (std::size_t i = 0; i < bytes; ++i) {
        const int high = digitOf(hash[2 * i]), low = digitOf(hash[2 * i + 1]);
        if (high < 0 || low < 0)
            return {};
        name[i] = static_cast<std::byte>(16 * high + low);
    }
    const auto number = static_cast<std::int32_t>(frame);
    std::memcpy(name.data() + bytes, &number, sizeof number);
    return name;
}

} // namespace set_files

namespace {

std::uint64_t startOf(const std::byte* key)
{
    std::uint64_t start = 0;
    std::memcpy(&start, key, sizeof start);
    return start;
}

} // namespace

// Keys first: what a key names is on the disk before it.
EmbeddingSet::EmbeddingSet(const fs::path& folder)
    : m_info(readSetInfo(folder)), m_keys(folder / set_files::keys), m_rows(folder / set_files::rows)
{
    const std::size_t rowBytes = 2 * static_cast<std::size_t>(m_info.dim);
    checkRows(std::min(m_keys.bytes().size() / set_files::keyBytes, m_rows.bytes().size() / rowBytes));
    m_info.rows = static_cast<std::int64_t>(m_sound.size());
    for (std::size_t i = 0; i < m_sound.size(); ++i)
        if (m_sound[i])
            m_places.push_back(
                {startOf(m_keys.bytes().data() + i * set_files::keyBytes), static_cast<std::uint32_t>(i)});
    std::sort(m_places.begin(), m_places.end(),
              [](const Place& a, const Place& b) { return std::tie(a.start, a.row) < std::tie(b.start, b.row); });
}

void EmbeddingSet::checkRows(std::size_t keys)
{
    const std::size_t rowBytes = 2 * static_cast<std::size_t>(m_info.dim);
    m_sound.assign(keys, false);
    std::size_t end = 0;
    for (std::size_t i = 0; i < keys; ++i) {
        std::uint32_t sum = 0;
        std::memcpy(&sum, m_keys.bytes().data() + i * set_files::keyBytes + 36, sizeof sum);
        m_sound[i] = crc32c(m_rows.bytes().subspan(i * rowBytes, rowBytes)) == sum;
        if (m_sound[i])
            end = i + 1;
    }
    m_sound.resize(end);
}

std::size_t EmbeddingSet::damaged() const
{
    return static_cast<std::size_t>(std::count(m_sound.begin(), m_sound.end(), false));
}

std::string_view EmbeddingSet::nameAt(std::uint32_t row) const
{
    return {reinterpret_cast<const char*>(m_keys.bytes().data()) + row * set_files::keyBytes,
            std::tuple_size_v<set_files::Name>};
}

std::optional<std::uint32_t> EmbeddingSet::findName(std::string_view name) const
{
    const std::uint64_t start = startOf(reinterpret_cast<const std::byte*>(name.data()));
    auto place = std::lower_bound(m_places.begin(), m_places.end(), start,
                                  [](const Place& a, std::uint64_t wanted) { return a.start < wanted; });
    for (; place != m_places.end() && place->start == start; ++place)
        if (nameAt(place->row) == name)
            return place->row;
    return {};
}

std::optional<std::uint32_t> EmbeddingSet::find(std::string_view hash, int frame) const
{
    const auto name = set_files::nameOf(hash, frame);
    return name ? findName({reinterpret_cast<const char*>(name->data()), name->size()}) : std::nullopt;
}

void EmbeddingSet::each(const std::function<void(std::string_view name, std::uint32_t row)>& work) const
{
    for (std::uint32_t row = 0; row < m_sound.size(); ++row)
        if (m_sound[row])
            work(nameAt(row), row);
}

const std::uint16_t* EmbeddingSet::rows() const
{
    return reinterpret_cast<const std::uint16_t*>(m_rows.bytes().data());
}

std::span<const std::uint16_t> EmbeddingSet::row(std::uint32_t index) const
{
    const auto dim = static_cast<std::size_t>(m_info.dim);
    return {rows() + index * dim, dim};
}

std::vector<float> EmbeddingSet::vector(std::uint32_t index) const
{
    std::vector<float> out;
    for (const std::uint16_t half : row(index))
        out.push_back(floatOf(half));
    return out;
}

} // namespace mama
