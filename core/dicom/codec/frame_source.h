#pragma once
#include "core/dicom/codec/compressed_stream.h"
#include "core/dicom/codec/pixel_layout.h"
#include "core/dicom/data_set/dicom_source.h"

namespace mama {

// One frame after decompression and before any interpretation of its values.
struct RawFrame
{
    std::vector<std::byte> bytes; // little endian, [rows, columns, samples], or [samples, rows, columns] if byPlane
    int bytesPerSample = 2;
    bool byPlane = false;
    bool isRgb = false; // the decoder has turned YBR into RGB
    bool lossy = false;
    int precision = 0;  // bits of the compressed stream; 0: not compressed
    int bitsUsed = 0;   // by samples that go beyond Bits Stored; 0: none does
    int lowestBit = -1; // where the value begins in a native word that is not as the header says; -1: it is
    bool streamSigned = false;
    std::vector<UserText> warnings; // stream and header at odds
};

// Finds the frames in native or encapsulated pixel data and decodes them one at a time.
class FrameSource
{
public:
    // Error(Format) if not even one frame is there, Error(Unsupported) for an unknown transfer syntax or one without a
    // decoder; fewer or more frames than stated are a warning, and those that exist are read. source and its pixel
    // data must outlive this.
    FrameSource(const DicomSource& source, const PixelData& pixels, const PixelLayout& layout);

    int frames() const { return m_frames; }
    const std::vector<UserText>& warnings() const { return m_warnings; }
    // 0-based. 12-bit packed samples come as 16 bits, single bits as bytes 0 and 1, YBR 4:2:2 with its colours
    // repeated. Error(Format) names the frame.
    RawFrame read(int frame) const;
    // Native data of single bits: the file's own packed bytes of all frames.
    std::vector<std::byte> packedBits() const;

private:
    void checkSyntax();
    void findNativeFrames();
    void findFragments();
    void groupByTable(const std::vector<std::uint64_t>& offsets);
    void groupByStart();
    RawFrame readNative(int frame) const;
    RawFrame readCompressed(int frame) const;
    std::vector<std::byte> compressedBytes(int frame) const;

    const DicomSource& m_source;
    const PixelData& m_pixels;
    const PixelLayout& m_layout;
    std::string m_where;
    int m_frames = 0;
    std::vector<std::pair<std::size_t, std::size_t>> m_runs; // first fragment and one past the last, per frame
    std::vector<UserText> m_warnings;
};

} // namespace mama
