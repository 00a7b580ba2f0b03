#include "core/base/npy.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/mapped_file.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <ostream>

namespace mama {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

std::size_t elementSize(const std::string& type)
{
    if (type == "b1")
        return 1;
    if (type.size() == 2 && std::string("iuf").find(type[0]) != std::string::npos) {
        const std::size_t bytes = static_cast<std::size_t>(type[1] - '0');
        const bool known = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
        if (known && !(type[0] == 'f' && bytes == 1))
            return bytes;
    }
    return 0;
}

// The text after 'key': in the header's Python dictionary.
std::string headerValue(const std::string& header, const std::string& key, const std::filesystem::path& path)
{
    const std::size_t at = header.find("'" + key + "'");
    const std::size_t colon = at == std::string::npos ? at : header.find(':', at);
    if (colon == std::string::npos)
        throw Error(ErrorCode::Format, "read array", path.string(), "header has no '" + key + "'");
    const std::size_t start = header.find_first_not_of(" ", colon + 1);
    return start == std::string::npos ? std::string() : header.substr(start);
}

std::vector<std::int64_t> parseShape(const std::string& text, const std::filesystem::path& path)
{
    const std::size_t end = text.find(')');
    if (text.empty() || text[0] != '(' || end == std::string::npos)
        throw Error(ErrorCode::Format, "read array", path.string(), "header has no valid shape");
    std::vector<std::int64_t> shape;
    std::int64_t number = -1;
    for (std::size_t i = 1; i <= end; ++i) {
        const char c = text[i];
        if (c >= '0' && c <= '9') {
            number = (number < 0 ? 0 : number) * 10 + (c - '0');
            if (number > (std::int64_t{1} << 50))
                throw Error(ErrorCode::Format, "read array", path.string(), "header has an impossible shape");
        } else if (c == ',' || c == ')') {
            if (number >= 0)
                shape.push_back(number);
            number = -1;
        } else if (c != ' ') {
            throw Error(ErrorCode::Format, "read array", path.string(), "header has no valid shape");
        }
    }
    return shape;
}

template <class To, class From>
std::vector<To> convert(std::span<const std::byte> bytes, std::size_t count)
{
    std::vector<To> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        From value;
        std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
        out[i] = static_cast<To>(value);
    }
    return out;
}

template <class To>
std::vector<To> convertAny(const NpyArray& array)
{
    const std::size_t n = array.size();
    const std::span<const std::byte> bytes = array.bytes;
    if (array.type == "f4")
        return convert<To, float>(bytes, n);
    if (array.type == "f8")
        return convert<To, double>(bytes, n);
    if (array.type == "i8")
        return convert<To, std::int64_t>(bytes, n);
    if (array.type == "u8")
        return convert<To, std::uint64_t>(bytes, n);
    if (array.type == "i4")
        return convert<To, std::int32_t>(bytes, n);
    if (array.type == "u4")
        return convert<To, std::uint32_t>(bytes, n);
    if (array.type == "i2")
        return convert<To, std::int16_t>(bytes, n);
    if (array.type == "u2")
        return convert<To, std::uint16_t>(bytes, n);
    if (array.type == "i1")
        return convert<To, std::int8_t>(bytes, n);
    if (array.type == "u1" || array.type == "b1")
        return convert<To, std::uint8_t>(bytes, n);
    if (array.type == "f2") {
        std::vector<To> out(n);
        for (std::size_t i = 0; i < n; ++i) {
            std::uint16_t half;
            std::memcpy(&half, bytes.data() + 2 * i, 2);
            out[i] = static_cast<To>(halfToFloat(half));
        }
        return out;
    }
    throw Error(ErrorCode::Internal, "convert array", "", "element type " + array.type);
}

} // namespace

std::size_t NpyArray::size() const
{
    std::size_t count = 1;
    for (const std::int64_t n : shape)
        count *= static_cast<std::size_t>(n);
    return count;
}

std::vector<float> NpyArray::asFloat() const { return convertAny<float>(*this); }
std::vector<double> NpyArray::asDouble() const { return convertAny<double>(*this); }
std::vector<std::int64_t> NpyArray::asInt64() const { return convertAny<std::int64_t>(*this); }

namespace {

NpyArray arrayIn(std::span<const std::byte> bytes, const std::filesystem::path& path)
{
    const auto fail = [&](const std::string& why) {
        return Error(ErrorCode::Format, "read array", path.string(), why);
    };
    if (bytes.size() < 12 || std::memcmp(bytes.data(), "\x93NUMPY", 6) != 0)
        throw fail("not a .npy file");
    const bool shortHeader = std::to_integer<int>(bytes[6]) == 1;
    std::uint32_t headerSize = 0;
    std::memcpy(&headerSize, bytes.data() + 8, shortHeader ? 2 : 4);
    const std::size_t start = (shortHeader ? 10U : 12U) + std::size_t{headerSize};
    if (start > bytes.size())
        throw fail("header of " + std::to_string(headerSize) + " bytes is longer than the file");
    const std::string header(reinterpret_cast<const char*>(bytes.data()) + (shortHeader ? 10 : 12), headerSize);

    NpyArray array;
    const std::string descr = headerValue(header, "descr", path);
    if (descr.size() < 5 || (descr[1] != '<' && descr[1] != '|' && descr[1] != '='))
        throw fail("element type " + descr.substr(0, 8) + " is not a little-endian number");
    array.type = descr.substr(2, 2);
    const std::size_t each = elementSize(array.type);
    if (each == 0 || descr[4] != '\'')
        throw fail("element type " + descr.substr(0, 8) + " is not supported");
    if (headerValue(header, "fortran_order", path).rfind("False", 0) != 0)
        throw fail("array is in Fortran order; save it in C order");
    array.shape = parseShape(headerValue(header, "shape", path), path);

    std::size_t count = 1;
    const std::size_t available = (bytes.size() - start) / each;
    for (const std::int64_t n : array.shape) {
        if (n != 0 && count > std::numeric_limits<std::size_t>::max() / static_cast<std::size_t>(n))
            throw fail("impossible shape");
        count *= static_cast<std::size_t>(n);
    }
    if (count > available)
        throw fail("shape needs " + std::to_string(count) + " elements, file holds " + std::to_string(available));
    const auto data = bytes.subspan(start, count * each);
    array.bytes.assign(data.begin(), data.end());
    return array;
}

} // namespace

NpyArray readNpy(const std::filesystem::path& path)
{
    const MappedFile file(path);
    return checked(file, [&] { return arrayIn(file.bytes(), path); });
}

void writeNpy(const std::filesystem::path& path, const NpyArray& array)
{
    if (array.bytes.size() != array.size() * elementSize(array.type))
        throw Error(ErrorCode::Internal, "write array", path.string(), "shape and number of elements differ");
    std::string shape;
    for (const std::int64_t n : array.shape)
        shape += std::to_string(n) + ", ";
    if (array.shape.size() > 1)
        shape.resize(shape.size() - 2);
    else if (!shape.empty())
        shape.resize(shape.size() - 1);
    const char order = array.type[1] == '1' ? '|' : '<';
    std::string header =
        std::string("{'descr': '") + order + array.type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
    const std::size_t padded = (10 + header.size() + 1 + 63) / 64 * 64;
    header.resize(padded - 10 - 1, ' ');
    header += '\n';
    writeAtomically(path, [&](std::ostream& out) {
        const auto length = static_cast<std::uint16_t>(header.size());
        out.write("\x93NUMPY\x01\x00", 8);
        out.write(reinterpret_cast<const char*>(&length), 2);
        out << header;
        out.write(reinterpret_cast<const char*>(array.bytes.data()), static_cast<std::streamsize>(array.bytes.size()));
    });
}

void writeNpy(const std::filesystem::path& path, std::span<const float> values, std::span<const std::int64_t> shape)
{
    NpyArray array;
    array.type = "f4";
    array.shape.assign(shape.begin(), shape.end());
    const auto bytes = std::as_bytes(values);
    array.bytes.assign(bytes.begin(), bytes.end());
    writeNpy(path, array);
}

float halfToFloat(std::uint16_t half)
{
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
    std::uint32_t exponent = (half >> 10) & 0x1FU;
    std::uint32_t mantissa = half & 0x3FFU;
    if (exponent == 31)
        return std::bit_cast<float>(sign | 0x7F800000U | (mantissa << 13));
    if (exponent == 0) {
        const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
    }
    return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

} // namespace mama
