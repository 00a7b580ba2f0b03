#include "core/dicom/codec/frame_source.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/dicom/codec/bit_use.h"
#include "core/dicom/codec/frame_codec.h"
#include "core/dicom/codec/native_frame.h"
#include "core/dicom/codec/rle_frame.h"
#include "core/dicom/data_set/element_header.h"
#include "core/image/zero_holes.h"

#include <algorithm>

namespace mama {
namespace {

constexpr auto fewerFrames = TextId("decode.fewer_frames", "%1 Number of Frames is %2, Pixel Data holds %3");
constexpr auto moreFrames =
    TextId("decode.more_frames", "%1 Number of Frames is %2 (1 if missing), Pixel Data holds %3: all are there to see");

} // namespace

FrameSource::FrameSource(const DicomSource& source, const PixelData& pixels, const PixelLayout& layout)
    : m_source(source), m_pixels(pixels), m_layout(layout), m_where(source.file->path().string())
{
    if (pixels.tag != 0x7FE00010)
        throw Error(ErrorCode::Unsupported, {action::decode}, m_where,
                    {TextId("decode.floating_point_pixels_not_read", "%1 floating point pixels are not read"),
                     tagText(pixels.tag)});
    checkSyntax();
    if (pixels.encapsulated)
        findFragments();
    else
        findNativeFrames();
}

// A syntax that nobody here knows may hold the pixels in any order: noise would look like a picture.
void FrameSource::checkSyntax()
{
    const std::string& uid = m_source.transferSyntax;
    const PixelCoding coding = pixelCoding(uid);
    if (coding == PixelCoding::Unknown)
        throw Error(
            ErrorCode::Unsupported, {action::decode}, m_where,
            {TextId("decode.transfer_syntax_unknown",
                    "transfer syntax %1: how it holds its pixels is not known here; convert to explicit little endian"),
             transferSyntaxText(uid)});
    if (m_pixels.encapsulated && !hasDecoder(uid))
        throw Error(ErrorCode::Unsupported, {action::decode}, m_where,
                    {TextId("decode.no_decoder",
                            "transfer syntax %1 has no decoder here; convert to JPEG 2000 or explicit little endian"),
                     transferSyntaxText(uid)});
    if (!m_pixels.encapsulated && coding == PixelCoding::Compressed)
        m_warnings.push_back(
            {TextId("decode.not_compressed_as_said",
                    "%1 Pixel Data are not compressed, as transfer syntax %2 says: they were read as they lie"),
             tagText(m_pixels.tag), transferSyntaxText(uid)});
}

void FrameSource::findNativeFrames()
{
    const std::uint64_t frameBits = m_layout.nativeFrameBits();
    const std::uint64_t available = std::uint64_t{m_pixels.value.length} * 8 / frameBits;
    if (available == 0)
        throw Error(ErrorCode::Format, {action::decode}, m_where,
                    {TextId("decode.pixel_data_holds_bytes_one", "%1 Pixel Data holds %2 bytes, one frame needs %3"),
                     tagText(m_pixels.tag), m_pixels.value.length, (frameBits + 7) / 8});
    // Whole frames beyond those stated are frames, where the statement is a number; other bytes are nobody's.
    const auto stated = static_cast<std::uint64_t>(m_layout.frames);
    const bool whole =
        !m_layout.framesDoubtful && std::uint64_t{m_pixels.value.length} * 8 - available * frameBits < 16;
    m_frames = static_cast<int>(std::min<std::uint64_t>(whole ? available : std::min(available, stated), 0x7FFFFFFF));
    if (m_frames < m_layout.frames)
        m_warnings.push_back({fewerFrames, tagText(0x00280008), m_layout.frames, m_frames});
    else if (m_frames > m_layout.frames)
        m_warnings.push_back({moreFrames, tagText(0x00280008), m_layout.frames, m_frames});
    const std::uint64_t used = (static_cast<std::uint64_t>(m_frames) * frameBits + 7) / 8;
    if (m_pixels.value.length > used + 1)
        m_warnings.push_back({TextId("decode.bytes_after_frames", "%1 Pixel Data holds %2 bytes after its %3 frames"),
                              tagText(m_pixels.tag), m_pixels.value.length - used, m_frames});
}

void FrameSource::findFragments()
{
    const std::size_t count = m_pixels.fragments.size();
    const auto stated = static_cast<std::size_t>(m_layout.frames);
    if (count == 0)
        throw Error(ErrorCode::Format, {action::decode}, m_where,
                    {TextId("decode.pixel_data_holds_no_compressed", "%1 Pixel Data holds no compressed frame"),
                     tagText(m_pixels.tag)});
    if (count > stated)
        groupByStart(); // a frame may lie in several fragments, but each of its own begins a stream
    if (m_runs.size() > stated) {
        m_warnings.push_back({moreFrames, tagText(0x00280008), stated, m_runs.size()});
    } else if (stated == 1) {
        m_runs.assign(1, {0, count});
    } else if (count <= stated) {
        for (std::size_t i = 0; i < count; ++i)
            m_runs.emplace_back(i, i + 1);
    } else {
        std::vector<std::uint64_t> offsets;
        for (std::size_t i = 0; i + 4 <= m_pixels.offsetTable.length; i += 4)
            offsets.push_back(readNumber(m_source.bytes, m_pixels.offsetTable.offset + i, 4, false));
        groupByTable(offsets); // else they stay as the streams' starts say
    }
    m_frames = static_cast<int>(m_runs.size());
    if (m_runs.size() < stated)
        m_warnings.push_back({fewerFrames, tagText(0x00280008), stated, m_frames});
}

// The basic offset table, if it has one entry a frame and each points at a fragment.
void FrameSource::groupByTable(const std::vector<std::uint64_t>& offsets)
{
    if (offsets.size() != static_cast<std::size_t>(m_layout.frames))
        return;
    std::vector<std::size_t> starts;
    std::size_t fragment = 0;
    for (const std::uint64_t offset : offsets) {
        const std::uint64_t wanted = m_pixels.firstItem + offset + 8; // an item's value follows its header
        while (fragment < m_pixels.fragments.size() && m_pixels.fragments[fragment].offset < wanted)
            ++fragment;
        if (fragment == m_pixels.fragments.size() || m_pixels.fragments[fragment].offset != wanted ||
            (!starts.empty() && starts.back() == fragment))
            return;
        starts.push_back(fragment);
    }
    m_runs.clear();
    for (std::size_t i = 0; i < starts.size(); ++i)
        m_runs.emplace_back(starts[i], i + 1 < starts.size() ? starts[i + 1] : m_pixels.fragments.size());
}

// Without a table: a frame starts at each fragment that begins a stream; the rest continue the one before.
void FrameSource::groupByStart()
{
    const bool rle = m_source.transferSyntax == "1.2.840.10008.1.2.5";
    for (std::size_t i = 0; i < m_pixels.fragments.size(); ++i) {
        const auto fragment = m_source.bytes.subspan(m_pixels.fragments[i].offset, m_pixels.fragments[i].length);
        if (m_runs.empty() || (rle ? beginsRle(fragment, m_layout) : beginsStream(fragment)))
            m_runs.emplace_back(i, i + 1);
        else
            m_runs.back().second = i + 1;
    }
}

RawFrame FrameSource::read(int frame) const
{
    if (frame < 0 || frame >= m_frames)
        throw Error(ErrorCode::Usage, {action::decode}, m_where,
                    {TextId("decode.no_such_frame", "frame %1 was asked for, the file has %2 (counted from 0)"), frame,
                     m_frames});
    return m_pixels.encapsulated ? readCompressed(frame) : readNative(frame);
}

RawFrame FrameSource::readNative(int frame) const
{
    const auto value = m_source.bytes.subspan(m_pixels.value.offset, m_pixels.value.length);
    RawFrame out;
    out.bytesPerSample = m_layout.bytesPerSample();
    out.byPlane = m_layout.byPlane && !m_layout.subsampled();
    const bool turnedWords = m_source.pixelsBigEndian && m_layout.bitsAllocated > 8;
    const bool turned = turnedWords || (m_source.encoding == Encoding::ExplicitBig && m_pixels.words);
    out.bytes = nativeFrame(value, frame, m_layout, turned);
    if (m_layout.bitsAllocated == 1 || m_layout.bitsAllocated == 12)
        return out;
    const bool shifted = m_layout.highBit + 1 != m_layout.bitsStored;
    std::vector<std::byte> all; // of every frame, so that each is read alike
    for (int other = 0; shifted && other < m_frames; ++other) {
        const auto words = nativeFrame(value, other, m_layout, turned);
        all.insert(all.end(), words.begin(), words.end());
    }
    takeUsedBits(out, m_layout, shifted ? all : out.bytes);
    const int inRow = out.byPlane ? 1 : m_layout.samples;
    if (UserText hole = zerosInTheMidst({out.bytes, static_cast<std::size_t>(out.bytesPerSample),
                                         static_cast<std::size_t>(m_layout.columns) * static_cast<std::size_t>(inRow)});
        !hole.empty())
        out.warnings.push_back(std::move(hole));
    return out;
}

std::vector<std::byte> FrameSource::packedBits() const
{
    const std::uint64_t bytes = (m_layout.nativeFrameBits() * static_cast<std::uint64_t>(m_frames) + 7) / 8;
    auto out = m_source.bytes.subspan(m_pixels.value.offset, bytes);
    std::vector<std::byte> packed(out.begin(), out.end());
    if (m_source.encoding == Encoding::ExplicitBig && m_pixels.words)
        for (std::size_t i = 0; i + 1 < packed.size(); i += 2)
            std::swap(packed[i], packed[i + 1]);
    return packed;
}

std::vector<std::byte> FrameSource::compressedBytes(int frame) const
{
    const auto [from, to] = m_runs[static_cast<std::size_t>(frame)];
    std::vector<std::byte> out;
    for (std::size_t i = from; i < to; ++i) {
        const auto part = m_source.bytes.subspan(m_pixels.fragments[i].offset, m_pixels.fragments[i].length);
        out.insert(out.end(), part.begin(), part.end());
    }
    return out;
}

RawFrame FrameSource::readCompressed(int frame) const
{
    const std::string& uid = m_source.transferSyntax;
    UserText why;
    auto out = decodeFrame(uid, compressedBytes(frame), m_layout, why);
    if (!out)
        throw Error(ErrorCode::Format, {action::decode}, m_where,
                    {TextId("decode.frame_of_transfer_syntax", "frame %1 of %2, transfer syntax %3: %4"), frame + 1,
                     m_frames, transferSyntaxText(uid), why});
    return std::move(*out);
}

} // namespace mama
