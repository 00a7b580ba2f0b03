#include "core/library/patches/patch_codes.h"

#include "core/base/files.h"
#include "core/library/embeddings/crc32c.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <ostream>

namespace mama {
namespace {

constexpr std::array<char, 8> magic{'M', 'A', 'M', 'A', 'C', 'O', 'D', '1'};
constexpr std::uint32_t cutEvery = 1024; // images

// Then the mean [dim] float32, a byte an image whether its rows check, to a multiple of 8, and the codes.
struct Header
{
    std::array<char, 8> magic{};
    std::uint64_t images = 0, patches = 0;
    std::uint32_t dim = 0;
    std::uint32_t sum = 0; // CRC-32C of what follows
};
static_assert(sizeof(Header) == 32);

std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

} // namespace

std::optional<PatchCodes> PatchCodes::read(const PatchSet& set)
{
    const auto path = set.info().folder / patch_files::codes;
    if (std::error_code none; !std::filesystem::is_regular_file(path, none))
        return {};
    auto file = std::make_shared<const MappedFile>(path);
    const auto bytes = file->bytes();
    const auto dim = static_cast<std::size_t>(set.info().dim);
    PatchCodes out;
    out.m_words = (dim + 63) / 64;
    const std::size_t before = padded(sizeof(Header) + dim * sizeof(float) + set.size());
    Header header;
    if (bytes.size() != before + set.patches() * out.m_words * sizeof(std::uint64_t))
        return {};
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != magic || header.images != set.size() || header.patches != set.patches() || header.dim != dim ||
        header.sum != crc32c(bytes.subspan(sizeof header)))
        return {};
    out.m_mean.resize(dim);
    std::memcpy(out.m_mean.data(), bytes.data() + sizeof header, dim * sizeof(float));
    out.m_sound.resize(set.size());
    std::memcpy(out.m_sound.data(), bytes.data() + sizeof header + dim * sizeof(float), set.size());
    out.m_codes = reinterpret_cast<const std::uint64_t*>(bytes.data() + before);
    out.m_file = std::move(file);
    return out;
}

Cancellable<PatchCodes> PatchCodes::make(const PatchSet& set, const Job& job)
{
    const auto dim = static_cast<std::size_t>(set.info().dim);
    PatchCodes out;
    out.m_words = (dim + 63) / 64;
    out.m_made.assign(set.patches() * out.m_words, 0);
    std::vector<double> sum(dim, 0);
    std::vector<float> part(dim);
    std::size_t count = 0;
    for (std::uint32_t image = 0; image < set.size(); ++image) {
        if (image % cutEvery == 0 && job.cancelled())
            return {};
        out.m_sound.push_back(set.checks(image) ? 1 : 0);
        const PatchesOfImage each = set.image(image);
        if (out.m_sound.back() == 0 || each.size() == 0)
            continue;
        part.assign(dim, 0);
        for (std::size_t patch = 0; patch < each.size(); ++patch)
            for (std::size_t i = 0; i < dim; ++i)
                part[i] += static_cast<float>(each.rows[patch * dim + i]) * each.places[patch].scale;
        for (std::size_t i = 0; i < dim; ++i)
            sum[i] += static_cast<double>(part[i]);
        count += each.size();
        job.report(image, 2 * set.size(), "codes");
    }
    for (const double each : sum)
        out.m_mean.push_back(count > 0 ? static_cast<float>(each / static_cast<double>(count)) : 0.0F);
    for (std::uint32_t image = 0; image < set.size(); ++image) {
        if (image % cutEvery == 0 && job.cancelled())
            return {};
        const PatchesOfImage each = set.image(image);
        for (std::size_t patch = 0; patch < each.size(); ++patch) {
            std::uint64_t* const to = out.m_made.data() + (each.first + patch) * out.m_words;
            for (std::size_t i = 0; i < dim; ++i)
                if (static_cast<float>(each.rows[patch * dim + i]) * each.places[patch].scale > out.m_mean[i])
                    to[i / 64] |= std::uint64_t{1} << (i % 64);
        }
        job.report(set.size() + image, 2 * set.size(), "codes");
    }
    out.m_codes = out.m_made.data();
    return out;
}

void PatchCodes::write(const PatchSet& set) const
{
    std::string bytes(sizeof(Header), '\0');
    const auto add = [&](const auto& values) {
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values.front()));
    };
    add(m_mean);
    add(m_sound);
    bytes.resize(padded(bytes.size()));
    const std::span codes(m_codes, set.patches() * m_words);
    add(codes);
    Header header{magic, set.size(), set.patches(), static_cast<std::uint32_t>(set.info().dim), 0};
    header.sum = crc32c(std::as_bytes(std::span(bytes).subspan(sizeof header)));
    std::memcpy(bytes.data(), &header, sizeof header);
    writeAtomically(set.info().folder / patch_files::codes, std::string_view(bytes));
}

Cancellable<PatchCodes> PatchCodes::of(const PatchSet& set, const Job& job)
{
    if (auto known = read(set))
        return known;
    return make(set, job);
}

bool PatchCodes::keep(const PatchSet& set, const Job& job)
{
    if (read(set))
        return true;
    const auto made = make(set, job);
    if (made)
        made->write(set);
    return made.has_value();
}

std::vector<std::uint64_t> PatchCodes::codeOf(std::span<const float> vector) const
{
    std::vector<std::uint64_t> out(m_words, 0);
    for (std::size_t i = 0; i < vector.size(); ++i)
        if (vector[i] > m_mean[i])
            out[i / 64] |= std::uint64_t{1} << (i % 64);
    return out;
}

std::size_t PatchCodes::damaged() const
{
    return static_cast<std::size_t>(std::count(m_sound.begin(), m_sound.end(), 0));
}

} // namespace mama
