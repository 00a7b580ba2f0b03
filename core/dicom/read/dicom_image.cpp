#include "core/dicom/read/dicom_image.h"

#include "core/base/error_actions.h"
#include "core/dicom/codec/dcmtk_setup.h"
#include "core/dicom/data_set/header_dataset.h"
#include "core/dicom/data_set/tags.h"
#include "core/dicom/read/header_reader.h"
#include "core/dicom/read/lookup_tables.h"
#include "core/dicom/read/overlay_reader.h"
#include "core/dicom/read/pipeline_reader.h"

#include <algorithm>
#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>

namespace mama {

DicomImage::DicomImage(DicomSource source) : ImageFile(source.file->path()), m_source(std::move(source))
{
    setUpDcmtk();
    const std::string where = m_path.string();
    m_scan = scanDataSet(m_source.bytes, m_source.start, m_source.encoding, where);
    m_dataset = readHeaderDataset(m_source, m_scan, m_headerBytes);
    m_header = readHeader(*m_dataset);
    m_header.transferSyntax = m_source.transferSyntax;
    if (m_header.sopClass.empty())
        m_header.sopClass = m_source.mediaClass;
    warn(m_source.warnings);
    warn(m_scan.warnings);
    m_kind = kindOf(m_header.sopClass, m_header.modality, m_scan.pixels.has_value(), m_header.bitsAllocated);
    checkDamage();
    preparePixels();
}

DicomImage::~DicomImage() = default;

// Pixel data cut off before their end are refused as a whole: nothing is half shown.
void DicomImage::checkDamage() const
{
    if (!m_scan.pixels || m_scan.pixels->damage.empty())
        return;
    UserText why = m_scan.pixels->damage;
    if (m_header.frames > 1) {
        const int frame = static_cast<int>(m_scan.pixels->fragments.size()) + (m_scan.pixels->itemCut ? 1 : 0);
        why = {TextId("decode.frame_damaged", "frame %1 of %2: %3"), std::clamp(frame, 1, m_header.frames),
               m_header.frames, why};
    }
    throw Error(ErrorCode::Format, {action::decode}, m_path.string(), why);
}

void DicomImage::preparePixels()
{
    const std::string where = m_path.string();
    if (!m_scan.pixels) {
        m_pixelError = Error(ErrorCode::Unsupported, {action::decode}, where,
                             {TextId("decode.no_pixel_data", "%1: Pixel Data (7FE0,0010) is missing"), textOf(m_kind)});
        return;
    }
    try {
        m_layout = readPixelLayout(*m_dataset, where);
        m_frames = std::make_unique<FrameSource>(m_source, *m_scan.pixels, m_layout);
    } catch (const Error& error) {
        m_pixelError = error;
        return;
    }
    warn(m_layout.warnings);
    warn(m_frames->warnings());
    std::vector<UserText> grey; // known before a frame is decoded
    m_firstGrey = readPipeline(*m_dataset, 0, m_layout, grey);
    warn(grey);
    m_header.frames = m_frames->frames();
    m_header.bitsStored = m_layout.bitsStored;
    if (m_header.photometric.empty())
        m_header.photometric = m_layout.photometric;
    const auto groups = tags::items(*m_dataset, 0x52009230).size();
    if (groups > 0 && groups != static_cast<std::size_t>(m_header.frames))
        warn({{TextId("decode.per_frame_items", "(5200,9230) %1 per-frame items for %2 frames"), groups,
               m_header.frames}});
    if (m_kind == FileKind::Segmentation)
        warn({{TextId("decode.mask", "(0028,0100) a mask (segmentation), not an image")}});
    else if (m_layout.samples == 3 || m_layout.photometric == "PALETTE COLOR")
        warn({{TextId("decode.colour", "(0028,0004) %1: colour, not a mammogram"), m_layout.photometric}});
}

const FrameSource& DicomImage::frames() const
{
    if (m_pixelError)
        throw Error(*m_pixelError);
    return *m_frames;
}

RawFrame DicomImage::rawFrame(int frame)
{
    RawFrame raw = checked(*m_source.file, [&] { return frames().read(frame); });
    warn(raw.warnings);
    return raw;
}

StoredImage DicomImage::storedFrame(int frame) { return storedValues(rawFrame(frame), m_layout); }

StoredImage DicomImage::readFrame(int frame)
{
    const RawFrame raw = rawFrame(frame);
    Palette palette;
    if (m_layout.photometric == "PALETTE COLOR")
        palette = readPalette(*m_dataset, m_layout, m_path.string());
    return toRgb(storedValues(raw, m_layout), raw, m_layout, palette);
}

void DicomImage::checkSize(std::uint64_t count) const
{
    const std::uint64_t each = m_layout.pixels() * static_cast<std::uint64_t>(m_layout.samples) *
                               static_cast<std::uint64_t>(m_layout.bytesPerSample());
    if (each * count > largestFile)
        throw Error(ErrorCode::Memory, {action::decode}, m_path.string(),
                    {TextId("decode.frames_mib_over_limit_mib",
                            "%1 frames of %2 MiB are over the limit of %3 MiB; read them one by one"),
                     count, each >> 20, largestFile >> 20});
}

std::vector<std::byte> DicomImage::storedBytes()
{
    const FrameSource& source = frames();
    if (m_layout.bitsAllocated == 1 && !m_scan.pixels->encapsulated)
        return checked(*m_source.file, [&] { return source.packedBits(); });
    checkSize(static_cast<std::uint64_t>(source.frames()));
    std::vector<std::byte> out;
    for (int frame = 0; frame < source.frames(); ++frame) {
        const RawFrame raw = rawFrame(frame);
        if (frame == 0)
            out.reserve(raw.bytes.size() * static_cast<std::size_t>(m_scan.pixels->encapsulated ? 1 : source.frames()));
        out.insert(out.end(), raw.bytes.begin(), raw.bytes.end());
    }
    return out;
}

std::vector<std::byte> DicomImage::storedBytes(int frame) { return rawFrame(frame).bytes; }

GreyPipeline DicomImage::pipeline(int frame)
{
    static_cast<void>(frames());
    std::vector<UserText> warnings;
    GreyPipeline out = frame == 0 ? m_firstGrey : readPipeline(*m_dataset, frame, m_layout, warnings);
    if (m_layout.photometric == "PALETTE COLOR")
        out.bits = readPalette(*m_dataset, m_layout, m_path.string()).bits <= 8 ? 8 : 16;
    warn(warnings);
    return out;
}

std::vector<OverlayPlane> DicomImage::overlays()
{
    std::vector<std::uint16_t> words;
    if (!m_pixelError && hasEmbeddedOverlay(*m_dataset) && m_layout.samples == 1 && m_layout.bitsAllocated == 16) {
        const RawFrame raw = rawFrame(0);
        if (raw.bytesPerSample == 2) {
            words.resize(raw.bytes.size() / 2);
            std::memcpy(words.data(), raw.bytes.data(), words.size() * 2);
        }
    }
    return readOverlays(*m_dataset, words, m_header.rows, m_header.columns);
}

void DicomImage::warn(const std::vector<UserText>& warnings)
{
    for (const UserText& each : warnings)
        if (std::find(m_header.warnings.begin(), m_header.warnings.end(), each) == m_header.warnings.end())
            m_header.warnings.push_back(each);
}

} // namespace mama
