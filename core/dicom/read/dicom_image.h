#pragma once
#include "core/dicom/codec/frame_source.h"
#include "core/dicom/codec/sample_values.h"
#include "core/dicom/data_set/dicom_source.h"
#include "core/dicom/read/image_file.h"

#include "core/base/error.h"

class DcmDataset;

namespace mama {

// A DICOM file: the header through DCMTK, frames on demand from the mapped file.
class DicomImage : public ImageFile
{
public:
    // Reads the header. Error(Format) for a broken structure or truncated pixel data.
    explicit DicomImage(DicomSource source);
    ~DicomImage() override;

    FileKind kind() const override { return m_kind; }
    const ImageHeader& header() const override { return m_header; }
    StoredImage readFrame(int frame) override;
    StoredImage storedFrame(int frame) override;
    std::vector<std::byte> storedBytes() override;
    std::vector<std::byte> storedBytes(int frame) override;
    GreyPipeline pipeline(int frame) override;
    std::vector<OverlayPlane> overlays() override;

private:
    void preparePixels();
    void checkDamage() const;
    void checkSize(std::uint64_t frames) const;
    const FrameSource& frames() const;
    RawFrame rawFrame(int frame);
    void warn(const std::vector<UserText>& warnings);

    DicomSource m_source;
    DataSetScan m_scan;
    std::vector<std::byte> m_headerBytes; // when the header is not one piece
    std::unique_ptr<DcmDataset> m_dataset;
    ImageHeader m_header;
    FileKind m_kind = FileKind::NoPixels;
    PixelLayout m_layout;
    GreyPipeline m_firstGrey; // of frame 0
    std::unique_ptr<FrameSource> m_frames;
    std::optional<Error> m_pixelError; // why frames cannot be read
};

} // namespace mama
