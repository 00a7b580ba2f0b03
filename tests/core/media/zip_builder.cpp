#include "tests/core/media/zip_builder.h"

#include <stdexcept>
#include <zlib.h>

namespace mama::test {
namespace {

void put(std::string& to, std::uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        to += static_cast<char>(value >> (8 * i));
}

std::string deflated(const std::string& data)
{
    z_stream stream{};
    if (deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("deflate");
    std::string out(deflateBound(&stream, data.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

// What local header and list have in common: version to extra field's length.
std::string middle(const ZipPart& part, std::size_t packed)
{
    const auto crc = static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(part.data.data()), static_cast<uInt>(part.data.size())));
    std::string out;
    put(out, 20, 2);
    put(out, part.flags, 2);
    put(out, part.method != 0xFFFF ? part.method : part.deflated ? 8U : 0U, 2);
    put(out, 0x21, 4); // time and date
    put(out, part.crc.value_or(crc), 4);
    put(out, packed, 4);
    put(out, part.size.value_or(static_cast<std::uint32_t>(part.data.size())), 4);
    put(out, part.name.size(), 2);
    put(out, 0, 2);
    return out;
}

} // namespace

std::string zipSaying(std::uint64_t entries, const std::vector<ZipPart>& parts)
{
    std::string out, list;
    for (const ZipPart& part : parts) {
        const std::string data = part.deflated ? deflated(part.data) : part.data;
        const std::string common = middle(part, data.size());
        const std::size_t at = out.size();
        out += "PK\3\4" + common + part.name + data;
        list += "PK\1\2";
        put(list, 20U | (std::uint32_t{part.system} << 8U), 2);
        list += common;
        put(list, 0, 2); // comment
        put(list, 0, 2); // disk
        put(list, 0, 2); // internal attributes
        put(list, part.system == 3 ? std::uint64_t{part.mode} << 16U : 0U, 4);
        put(list, at, 4);
        list += part.name;
    }
    const std::size_t at = out.size();
    out += list;
    if (entries > 0xFFFF) { // zip64: its record, where that lies, then the plain one
        const std::size_t record = out.size();
        out += "PK\6\6";
        put(out, 44, 8);
        put(out, 45, 2);
        put(out, 45, 2);
        put(out, 0, 8);
        put(out, entries, 8);
        put(out, entries, 8);
        put(out, list.size(), 8);
        put(out, at, 8);
        out += std::string("PK\6\7") + std::string(4, '\0');
        put(out, record, 8);
        put(out, 1, 4);
    }
    out += std::string("PK\5\6") + std::string(4, '\0');
    put(out, entries > 0xFFFF ? 0xFFFF : entries, 2);
    put(out, entries > 0xFFFF ? 0xFFFF : entries, 2);
    put(out, list.size(), 4);
    put(out, at, 4);
    put(out, 0, 2);
    return out;
}

std::string zipOf(const std::vector<ZipPart>& parts) { return zipSaying(parts.size(), parts); }

} // namespace mama::test
