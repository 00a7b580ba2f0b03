#include "core/dicom/codec/jpeg2000_decode.h"

#include "core/dicom/codec/decoder_watch.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <openjpeg.h>

namespace mama {
namespace {

struct Input
{
    std::span<const std::byte> bytes;
    std::size_t at = 0;
};

OPJ_SIZE_T readInput(void* buffer, OPJ_SIZE_T size, void* user)
{
    auto& input = *static_cast<Input*>(user);
    const std::size_t count = std::min<std::size_t>(size, input.bytes.size() - input.at);
    if (count == 0)
        return static_cast<OPJ_SIZE_T>(-1);
    std::memcpy(buffer, input.bytes.data() + input.at, count);
    input.at += count;
    return count;
}

OPJ_OFF_T skipInput(OPJ_OFF_T size, void* user)
{
    auto& input = *static_cast<Input*>(user);
    if (size < 0)
        return -1;
    const std::size_t count = std::min(static_cast<std::size_t>(size), input.bytes.size() - input.at);
    input.at += count;
    return static_cast<OPJ_OFF_T>(count);
}

OPJ_BOOL seekInput(OPJ_OFF_T to, void* user)
{
    auto& input = *static_cast<Input*>(user);
    if (to < 0 || static_cast<std::size_t>(to) > input.bytes.size())
        return OPJ_FALSE;
    input.at = static_cast<std::size_t>(to);
    return OPJ_TRUE;
}

template <class T>
void interleave(const opj_image_t& image, std::vector<std::byte>& out)
{
    const std::size_t components = image.numcomps;
    const std::size_t pixels = std::size_t{image.comps[0].w} * image.comps[0].h;
    out.resize(pixels * components * sizeof(T));
    for (std::size_t c = 0; c < components; ++c) {
        const OPJ_INT32* values = image.comps[c].data;
        for (std::size_t i = 0; i < pixels; ++i) {
            const T value = static_cast<T>(values[i]);
            std::memcpy(out.data() + (i * components + c) * sizeof(T), &value, sizeof(T));
        }
    }
}

bool matches(const opj_image_t& image, const StreamInfo& info)
{
    if (image.numcomps != static_cast<OPJ_UINT32>(info.components))
        return false;
    return std::all_of(image.comps, image.comps + image.numcomps, [&](const opj_image_comp_t& each) {
        return each.data && each.w == info.columns && each.h == info.rows;
    });
}

} // namespace

std::vector<std::byte> decodeJpeg2000(std::span<const std::byte> bytes, const StreamInfo& info, UserText& why)
{
    // Always the bare codestream: the container's colour boxes have no say in DICOM.
    Input input{bytes.subspan(info.start, info.length)};
    const std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)> stream(opj_stream_create(1 << 16, OPJ_TRUE),
                                                                              opj_stream_destroy);
    const std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)> codec(opj_create_decompress(OPJ_CODEC_J2K),
                                                                           opj_destroy_codec);
    if (!stream || !codec) {
        why = {TextId("decode.openjpeg_could_not_start", "OpenJPEG could not start")};
        return {};
    }
    opj_stream_set_read_function(stream.get(), readInput);
    opj_stream_set_skip_function(stream.get(), skipInput);
    opj_stream_set_seek_function(stream.get(), seekInput);
    opj_stream_set_user_data(stream.get(), &input, nullptr);
    opj_stream_set_user_data_length(stream.get(), input.bytes.size());
    opj_set_warning_handler(
        codec.get(), [](const char*, void*) { DecoderWatch::doubt(); }, nullptr);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_image_t* made = nullptr;
    // Strict (the default): a truncated stream is an error, not half a picture.
    bool good = opj_setup_decoder(codec.get(), &parameters) && opj_read_header(stream.get(), codec.get(), &made);
    const std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)> image(made, opj_image_destroy);
    good = good && opj_decode(codec.get(), stream.get(), image.get()) && opj_end_decompress(codec.get(), stream.get());
    if (!good || !matches(*image, info)) {
        why = {TextId("decode.stream_does_not_hold_picture", "the JPEG 2000 stream is damaged or ends before the "
                                                             "picture that its header announces does")};
        return {};
    }
    std::vector<std::byte> out;
    if (info.precision <= 8)
        interleave<std::uint8_t>(*image, out);
    else if (info.precision <= 16)
        interleave<std::uint16_t>(*image, out);
    else
        interleave<std::uint32_t>(*image, out);
    return out;
}

} // namespace mama
