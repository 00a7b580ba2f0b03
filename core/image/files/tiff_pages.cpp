#include "core/image/files/tiff_pages.h"

#include "core/image/files/byte_cursor.h"

#include <algorithm>
#include <set>

namespace mama {
namespace {

constexpr std::size_t mostPages = 65536;

bool isLittle(std::span<const std::byte> bytes) { return !bytes.empty() && bytes[0] == std::byte{'I'}; }

void readEntry(ByteCursor& in, std::size_t at, TiffPage& page)
{
    const auto tag = in.number(at, 2), type = in.number(at + 2, 2), count = in.number(at + 4, 4);
    const std::size_t size = type == 3 ? 2 : 4;
    const std::size_t where = count * size > 4 ? in.number(at + 8, 4) : at + 8;
    switch (tag) {
    case 254: page.reduced = (in.number(where, size) & 5U) != 0; break; // NewSubfileType: reduced copy, mask
    case 256: page.columns = in.number(where, size); break;
    case 257: page.rows = in.number(where, size); break;
    case 258: page.bits = in.number(where, size); break;
    case 262: page.photometric = in.number(where, size); break;
    case 274: page.orientation = static_cast<int>(in.number(where, size)); break;
    case 277: page.samples = in.number(where, size); break;
    default: break;
    }
}

} // namespace

bool TiffPage::likeThat(const TiffPage& other) const
{
    return rows == other.rows && columns == other.columns && bits == other.bits && samples == other.samples;
}

std::vector<TiffPage> tiffPages(std::span<const std::byte> bytes, bool& whole)
{
    std::vector<TiffPage> pages;
    ByteCursor in(bytes, isLittle(bytes));
    whole = in.number(2, 2) == 42; // BigTIFF has no use for pictures under 4 GB
    std::set<std::uint64_t> seen;
    for (std::uint64_t directory = in.number(4, 4); whole && directory != 0; directory = in.number(directory, 4)) {
        TiffPage page;
        page.directory = static_cast<std::uint32_t>(directory);
        const auto entries = in.number(directory, 2);
        for (std::uint64_t i = 0; i < entries && in.ok(); ++i)
            readEntry(in, directory + 2 + 12 * i, page);
        directory += 2 + 12 * entries; // where the next one's offset stands
        if (page.orientation < 1 || page.orientation > 8)
            page.orientation = 1;
        whole = in.ok() && seen.insert(page.directory).second && pages.size() < mostPages;
        if (whole)
            pages.push_back(page);
    }
    return pages;
}

std::vector<std::byte> withFirstPage(std::span<const std::byte> bytes, const TiffPage& page)
{
    std::vector<std::byte> out(bytes.begin(), bytes.end());
    for (std::size_t i = 0; i < 4; ++i)
        out[4 + (isLittle(bytes) ? i : 3 - i)] = static_cast<std::byte>(page.directory >> (8 * i));
    return out;
}

} // namespace mama
