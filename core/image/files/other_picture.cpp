#include "core/image/files/other_picture.h"

#include <cstring>
#include <string_view>

namespace mama {
namespace {

using namespace std::string_view_literals;

struct Kind
{
    std::size_t offset; // of the bytes that tell it
    std::string_view magic;
    const char* name;
};
constexpr Kind kinds[] = {{0, "GIF87a"sv, "GIF"},
                          {0, "GIF89a"sv, "GIF"},
                          {8, "WEBPVP8"sv, "WebP"},
                          {4, "ftyphei"sv, "HEIC"},
                          {4, "ftyphev"sv, "HEIC"},
                          {4, "ftypmif1"sv, "HEIC"},
                          {4, "ftypmsf1"sv, "HEIC"},
                          {4, "ftypavi"sv, "AVIF"},
                          {0, "\0\0\0\x0cJXL "sv, "JPEG XL"},
                          {0, "\0\0\0\x0cjP  "sv, "JPEG 2000"},
                          {0, "\xff\x4f\xff\x51"sv, "JPEG 2000"},
                          {0, "II\xbc\x01"sv, "JPEG XR"},
                          {0, "II+\0\x08\0\0\0"sv, "BigTIFF"},
                          {0, "MM\0+\0\x08\0\0"sv, "BigTIFF"},
                          {0, "8BPS\0"sv, "Photoshop"},
                          {0, "\x76\x2f\x31\x01"sv, "OpenEXR"},
                          {0, "SIMPLE  ="sv, "FITS"},
                          {0, "NRRD000"sv, "NRRD"},
                          {0, "ObjectType ="sv, "MetaImage"},
                          {0, "\x93NUMPY"sv, "NumPy"},
                          {344, "n+1\0"sv, "NIfTI"},
                          {344, "ni1\0"sv, "NIfTI"}};

bool hasAt(std::span<const std::byte> bytes, std::size_t at, std::string_view text)
{
    return bytes.size() >= at + text.size() && std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

// Two letters alone are too little: the fields that are always zero behind them, and the size of the next header.
bool isBmp(std::span<const std::byte> head)
{
    if (!hasAt(head, 0, "BM"sv) || head.size() < 26 || !hasAt(head, 6, "\0\0\0\0"sv))
        return false;
    const int next = std::to_integer<int>(head[14]);
    return hasAt(head, 15, "\0\0\0"sv) && (next == 12 || (next >= 40 && next <= 124));
}

bool isNetpbm(std::span<const std::byte> head)
{
    return head.size() > 3 && head[0] == std::byte{'P'} &&
           "13467Ff"sv.find(std::to_integer<char>(head[1])) != std::string_view::npos &&
           " \t\r\n"sv.find(std::to_integer<char>(head[2])) != std::string_view::npos &&
           "0123456789#-W"sv.find(std::to_integer<char>(head[3])) != std::string_view::npos;
}

} // namespace

const char* otherPicture(std::span<const std::byte> head)
{
    for (const Kind& kind : kinds)
        if (hasAt(head, kind.offset, kind.magic))
            return kind.name;
    return isBmp(head) ? "BMP" : isNetpbm(head) ? "PPM" : nullptr;
}

} // namespace mama
