#pragma once
#include "core/dicom/read/image_header.h"
#include "core/image/grey_pipeline.h"
#include "core/image/stored_image.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mama {

class MappedFile;

// A binary overlay plane (60xx): row and column of its first pixel are 1-based and may lie outside the image.
struct OverlayPlane
{
    int originRow = 1, originColumn = 1;
    Raster<std::uint8_t> bits;
    std::string label;
};

// What is in a file that may be an image. Kind tells the rest apart: they are listed, not failed. Segmentation:
// single bits or the segmentation class, a mask. NoPixels: an image's header without pixel data. NotAnImage: a DICOM
// object that never holds a picture (waveform, plan, raw data).
enum class FileKind {
    Image,
    StructuredReport,
    PresentationState,
    KeyObject,
    EncapsulatedPdf,
    DicomDirectory,
    Segmentation,
    NoPixels,
    NotAnImage
};
const char* name(FileKind kind); // in English
UserText textOf(FileKind kind);

// One image file, DICOM (with or without preamble) or PNG, JPEG, TIFF, PGM. Opening reads the header only;
// frames are decoded on demand. Not shared between threads.
class ImageFile
{
public:
    // Error names the file as given, and the tag or transfer syntax that is wrong; also for a file that is neither
    // DICOM nor a picture, and for truncated pixel data.
    static std::unique_ptr<ImageFile> open(const std::filesystem::path& path);
    // The same of one that is mapped already, for who also reads its bytes.
    static std::unique_ptr<ImageFile> open(const std::shared_ptr<const MappedFile>& file);
    virtual ~ImageFile() = default;

    virtual FileKind kind() const = 0;
    virtual const ImageHeader& header() const = 0;
    // Stored integers of one frame, 0-based: masked to BitsStored, sign extended; YBR and palette colours as RGB. A
    // file of single bits gives 0 and 1. What the stream and the header disagree about is added to the header's
    // warnings. Memory is bounded by the file's size and a stated maximum before
    // anything is allocated. Error(Unsupported) names the transfer syntax; Error(Format) the frame.
    virtual StoredImage readFrame(int frame) = 0;
    // The same in the file's own terms: YBR stays YBR, a palette image gives its indices.
    virtual StoredImage storedFrame(int frame) { return readFrame(frame); }
    // As stored bytes for checksums: every frame after decompression and before masking and sign extension, little
    // endian, [frames, rows, columns, channels] in the file's photometric interpretation (YBR 4:2:2 with its colours
    // repeated). Uncompressed colour by plane stays by plane and single bits stay packed, as gdcm and dcmtk give them;
    // 12-bit packed samples come as 16-bit words.
    virtual std::vector<std::byte> storedBytes() = 0;
    // Of one frame; single bits come as bytes 0 and 1, since frames need not start at a byte.
    virtual std::vector<std::byte> storedBytes(int frame) { return readFrame(frame).bytes; }
    // Grey pipeline of a frame (functional groups may differ by frame).
    virtual GreyPipeline pipeline(int frame) = 0;
    virtual std::vector<OverlayPlane> overlays() = 0;
    const std::filesystem::path& path() const { return m_path; }

protected:
    explicit ImageFile(std::filesystem::path path) : m_path(std::move(path)) {}
    std::filesystem::path m_path;
};

} // namespace mama
