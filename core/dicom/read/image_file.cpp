#include "core/dicom/read/image_file.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/dicom/read/archive.h"
#include "core/dicom/read/dicom_image.h"
#include "core/image/files/raster_file.h"

#include <algorithm>

namespace mama {
namespace {

// PNG, JPEG, TIFF (each page a frame) or PGM: no millimetres, side and view from the name at most.
class PictureImage : public ImageFile
{
public:
    PictureImage(std::shared_ptr<const MappedFile> file, const RasterFileInfo& info)
        : ImageFile(file->path()), m_file(std::move(file))
    {
        m_header.format = info.format;
        m_header.rows = static_cast<int>(info.rows);
        m_header.columns = static_cast<int>(info.columns);
        m_header.bitsAllocated = m_header.bitsStored = info.bits > 8 ? 16 : 8;
        m_header.frames = info.frames();
        m_header.warnings = info.warnings;
    }

    FileKind kind() const override { return FileKind::Image; }
    const ImageHeader& header() const override { return m_header; }
    std::vector<std::byte> storedBytes() override
    {
        std::vector<std::byte> out;
        for (int frame = 0; frame < m_header.frames; ++frame) {
            const StoredImage image = readFrame(frame);
            out.insert(out.end(), image.bytes.begin(), image.bytes.end());
        }
        return out;
    }
    using ImageFile::storedBytes;
    std::vector<OverlayPlane> overlays() override { return {}; }

    StoredImage readFrame(int frame) override
    {
        UserText doubt;
        StoredImage image = checked(*m_file, [&] { return readRaster(m_file->bytes(), m_path, frame, &doubt); });
        if (!doubt.empty() && std::ranges::find(m_header.warnings, doubt) == m_header.warnings.end())
            m_header.warnings.push_back(doubt);
        // Only now it is known whether there is colour.
        m_header.channels = image.channels;
        m_header.photometric = image.channels == 3 ? "RGB" : "MONOCHROME2";
        return image;
    }

    GreyPipeline pipeline(int) override
    {
        GreyPipeline out;
        if (m_header.bitsStored == 8) { // black is 0 and white 255: a picture is shown as it is
            VoiChoice choice;
            choice.window = Window{127.5, 255, WindowFunction::LinearExact, "full scale"};
            out.voi.push_back(choice);
        }
        return out;
    }

private:
    std::shared_ptr<const MappedFile> m_file;
    ImageHeader m_header;
};

TextIdFor<> idOf(FileKind kind)
{
    switch (kind) {
    case FileKind::Image: return TextId("file_kind.image", "image");
    case FileKind::StructuredReport: return TextId("file_kind.structured_report", "structured report");
    case FileKind::PresentationState: return TextId("file_kind.presentation_state", "presentation state");
    case FileKind::KeyObject: return TextId("file_kind.key_object_selection", "key object selection");
    case FileKind::EncapsulatedPdf: return TextId("file_kind.encapsulated_document", "encapsulated document");
    case FileKind::DicomDirectory: return TextId("file_kind.dicom_directory", "DICOM directory");
    case FileKind::Segmentation: return TextId("file_kind.segmentation", "segmentation");
    case FileKind::NoPixels: return TextId("file_kind.no_pixel_data", "no pixel data");
    case FileKind::NotAnImage: return TextId("file_kind.not_an_image_object", "not an image object");
    }
    return TextId("file_kind.none", "");
}

} // namespace

const char* name(FileKind kind) { return idOf(kind).english; }

UserText textOf(FileKind kind) { return {idOf(kind)}; }

namespace {

constexpr auto overLimit = TextId("decode.file_over_limit", "%1 MiB: image files of over %2 MiB are not read");

UserText tooLarge(const MappedFile& file) { return {overLimit, file.bytes().size() >> 20, largestFile >> 20}; }

UserText whyNoImage(const MappedFile& file)
{
    if (file.bytes().empty())
        return {TextId("decode.empty_file", "the file is empty")};
    if (const Archive* archive = archiveOf(file.bytes()))
        return archiveText(*archive);
    if (const UserText other = otherPictureText(file.bytes()); !other.empty())
        return other;
    const UserText neither{TextId("decode.neither_dicom_nor_picture", "neither DICOM nor PNG, JPEG, TIFF or PGM")};
    return file.bytes().size() > largestFile
               ? UserText{TextId("decode.neither_and_too_large", "%1; %2"), neither, tooLarge(file)}
               : neither;
}

std::unique_ptr<ImageFile> openMapped(const std::shared_ptr<const MappedFile>& file)
{
    const auto refuse = [&](ErrorCode code, const UserText& why) {
        return Error(code, {action::decode}, file->path().string(), why);
    };
    // A DICOM file's preamble may be a TIFF header (PS3.10 7.1): DICOM is looked for first.
    const bool dicom = hasDicomMagic(file->bytes());
    if (dicom && file->bytes().size() > largestFile)
        throw refuse(ErrorCode::Unsupported, tooLarge(*file));
    const RasterFileInfo info = dicom ? RasterFileInfo{} : inspectRaster(file->bytes(), file->path());
    if (!info.format.empty() && file->bytes().size() > largestFile)
        throw refuse(ErrorCode::Unsupported, tooLarge(*file));
    if (!info.format.empty())
        return std::make_unique<PictureImage>(file, info);
    auto source = readDicomSource(file);
    if (!source)
        throw refuse(ErrorCode::Format, whyNoImage(*file));
    if (file->bytes().size() > largestFile)
        throw refuse(ErrorCode::Unsupported, tooLarge(*file));
    return std::make_unique<DicomImage>(std::move(*source));
}

} // namespace

std::unique_ptr<ImageFile> ImageFile::open(const std::filesystem::path& path)
{
    return open(std::make_shared<const MappedFile>(path));
}

std::unique_ptr<ImageFile> ImageFile::open(const std::shared_ptr<const MappedFile>& file)
{
    return checked(*file, [&] { return openMapped(file); });
}

} // namespace mama
