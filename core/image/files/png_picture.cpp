#include "core/image/files/png_picture.h"

#include <csetjmp>
#include <cstring>
#include <png.h>
#include <vector>

namespace mama {
namespace {

struct Input
{
    std::span<const std::byte> bytes;
    std::size_t at = 0;
};

void readBytes(png_structp png, png_bytep to, png_size_t count)
{
    Input& input = *static_cast<Input*>(png_get_io_ptr(png));
    if (count > input.bytes.size() - input.at)
        png_error(png, "cut");
    std::memcpy(to, input.bytes.data() + input.at, count);
    input.at += count;
}

[[noreturn]] void leave(png_structp png, png_const_charp) { png_longjmp(png, 1); }
void pass(png_structp, png_const_charp) {} // odd chunks beside the picture

// Grey or RGB of 8 or 16 bits, in this machine's order.
void askForPlainSamples(png_structp png, png_infop info)
{
    if (png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    else if (png_get_bit_depth(png, info) < 8)
        png_set_expand_gray_1_2_4_to_8(png);
    png_set_strip_alpha(png);
    png_set_swap(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

// False where the library gave up. Everything with a destructor lives outside.
bool decode(png_structp png, png_infop info, StoredImage& out, std::vector<png_bytep>& rows)
{
    if (setjmp(png_jmpbuf(png)) != 0)
        return false;
    png_read_info(png, info);
    askForPlainSamples(png, info);
    out.rows = static_cast<int>(png_get_image_height(png, info));
    out.columns = static_cast<int>(png_get_image_width(png, info));
    out.channels = png_get_channels(png, info);
    out.type = png_get_bit_depth(png, info) > 8 ? SampleType::U16 : SampleType::U8;
    const std::size_t line = png_get_rowbytes(png, info);
    out.bytes.resize(line * static_cast<std::size_t>(out.rows));
    rows.resize(static_cast<std::size_t>(out.rows));
    for (std::size_t row = 0; row < rows.size(); ++row)
        rows[row] = reinterpret_cast<png_bytep>(out.bytes.data() + row * line);
    png_read_image(png, rows.data());
    png_read_end(png, nullptr);
    return true;
}

} // namespace

std::optional<StoredImage> decodePngPicture(std::span<const std::byte> bytes)
{
    Input input{bytes};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, leave, pass);
    png_infop info = png ? png_create_info_struct(png) : nullptr;
    StoredImage out;
    std::vector<png_bytep> rows;
    bool done = false;
    if (info) {
        png_set_read_fn(png, &input, readBytes);
        done = decode(png, info, out, rows);
    }
    png_destroy_read_struct(&png, &info, nullptr);
    return done ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace mama
