#include "core/image/files/jpeg_picture.h"

#include <csetjmp>
#include <cstdio>
// needs size_t and FILE first
#include <jerror.h>
#include <jpeglib.h>

namespace mama {
namespace {

// Keeps what the library says: the last error, and the first sign of damage.
struct Watcher
{
    jpeg_error_mgr manager;
    std::jmp_buf back;
    bool asStored = false; // no conversion of colours
    int damage = 0;
    int error = 0;
};

Watcher& watcherOf(j_common_ptr codec) { return *reinterpret_cast<Watcher*>(codec->err); }

[[noreturn]] void leave(j_common_ptr codec)
{
    Watcher& watcher = watcherOf(codec);
    watcher.error = codec->err->msg_code;
    std::longjmp(watcher.back, 1);
}

// A few bytes too many before a marker are common and harmless; many are the end of a picture that stood elsewhere: the
// data before them are not its own (zeros of a sparse copy). The rest means that samples are lost.
void note(j_common_ptr codec, int level)
{
    if (level >= 0)
        return;
    constexpr int harmless = 16;
    if (codec->err->msg_code == JWRN_EXTRANEOUS_DATA && codec->err->msg_parm.i[0] <= harmless)
        return;
    switch (codec->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA: return;
    default: break;
    }
    Watcher& watcher = watcherOf(codec);
    if (watcher.damage == 0)
        watcher.damage = codec->err->msg_code;
}

// A progressive picture whose last refinements never came is a blurred one.
bool isComplete(const jpeg_decompress_struct& codec)
{
    if (!codec.progressive_mode || !codec.coef_bits)
        return true;
    for (int component = 0; component < codec.num_components; ++component)
        for (int i = 0; i < DCTSIZE2; ++i)
            if (codec.coef_bits[component][i] > 0 || (i == 0 && codec.coef_bits[component][i] < 0))
                return false;
    return true;
}

// False where the library gave up.
bool decode(jpeg_decompress_struct& codec, Watcher& watcher, std::span<const std::byte> bytes, StoredImage& out)
{
    if (setjmp(watcher.back) != 0)
        return false;
    jpeg_create_decompress(&codec);
    jpeg_mem_src(&codec, reinterpret_cast<const unsigned char*>(bytes.data()),
                 static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&codec, TRUE);
    codec.out_color_space = codec.num_components == 1 ? JCS_GRAYSCALE : codec.num_components == 4 ? JCS_CMYK : JCS_RGB;
    if (watcher.asStored)
        codec.jpeg_color_space = codec.out_color_space = JCS_UNKNOWN;
    jpeg_start_decompress(&codec);
    out.rows = static_cast<int>(codec.output_height);
    out.columns = static_cast<int>(codec.output_width);
    out.channels = codec.output_components;
    out.type = SampleType::U8;
    out.bytes.resize(out.samples());
    while (codec.output_scanline < codec.output_height) {
        const std::size_t line = out.samples() / static_cast<std::size_t>(out.rows);
        auto* row = reinterpret_cast<JSAMPROW>(out.bytes.data() + line * codec.output_scanline);
        jpeg_read_scanlines(&codec, &row, 1);
    }
    if (watcher.damage == 0 && !isComplete(codec))
        watcher.damage = JWRN_JPEG_EOF;
    jpeg_finish_decompress(&codec);
    return true;
}

// Four inks, stored inverted as Adobe does.
StoredImage rgbFromInks(const StoredImage& inks)
{
    StoredImage out = inks;
    out.channels = 3;
    out.bytes.resize(out.samples());
    for (std::size_t i = 0; i < out.samples() / 3; ++i) {
        const int black = std::to_integer<int>(inks.bytes[4 * i + 3]);
        for (std::size_t c = 0; c < 3; ++c)
            out.bytes[3 * i + c] =
                static_cast<std::byte>(black - ((255 - std::to_integer<int>(inks.bytes[4 * i + c])) * black >> 8));
    }
    return out;
}

UserText reasonOf(int code)
{
    switch (code) {
    case JERR_SOF_UNSUPPORTED:
    case JERR_BAD_PRECISION:
    case JERR_ARITH_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
        return {TextId("picture.jpeg_kind_not_read",
                       "this kind of JPEG is not read; 8-bit baseline and progressive ones are")};
    case JWRN_JPEG_EOF:
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY:
        return {TextId("picture.jpeg_truncated", "truncated: the JPEG data end before the picture does")};
    default:
        return {TextId("picture.jpeg_damaged", "broken: the JPEG data are damaged, a part of the picture is missing")};
    }
}

std::optional<StoredImage> decodeWhole(std::span<const std::byte> bytes, bool asStored, UserText& why)
{
    jpeg_decompress_struct codec{};
    Watcher watcher{};
    watcher.asStored = asStored;
    codec.err = jpeg_std_error(&watcher.manager);
    watcher.manager.error_exit = leave;
    watcher.manager.emit_message = note;
    StoredImage out;
    const bool done = decode(codec, watcher, bytes, out);
    jpeg_destroy_decompress(&codec);
    if (!done || watcher.damage != 0) {
        why = reasonOf(watcher.damage != 0 ? watcher.damage : watcher.error);
        return std::nullopt;
    }
    return out;
}

} // namespace

std::optional<StoredImage> decodeJpegPicture(std::span<const std::byte> bytes, UserText& why)
{
    auto out = decodeWhole(bytes, false, why);
    return out && out->channels == 4 ? rgbFromInks(*out) : std::move(out);
}

std::optional<StoredImage> decodeJpegComponents(std::span<const std::byte> bytes, UserText& why)
{
    return decodeWhole(bytes, true, why);
}

} // namespace mama
