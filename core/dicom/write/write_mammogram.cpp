#include "core/dicom/write/write_mammogram.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/dicom/codec/dcmtk_setup.h"

#include <algorithm>
#include <cstdio>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <span>
#include <vector>

namespace mama {
namespace {

std::string decimal(double value)
{
    char text[17]; // a DS holds 16 characters
    std::snprintf(text, sizeof text, "%.8g", value);
    return text;
}

void require(bool good, const std::filesystem::path& path, const char* why)
{
    if (!good)
        throw Error(ErrorCode::Usage, "write mammogram", path.string(), why);
}

void check(const SyntheticMammogram& image, const std::filesystem::path& path)
{
    const Raster<std::uint16_t>& p = image.pixels;
    require(p.rows > 0 && p.columns > 0 && p.rows <= 65535 && p.columns <= 65535, path,
            "rows and columns must be 1 to 65535");
    require(p.values.size() == static_cast<std::size_t>(p.rows) * static_cast<std::size_t>(p.columns), path,
            "pixels do not fill rows x columns");
    require(image.bitsStored >= 9 && image.bitsStored <= 16, path, "bits stored must be 9 to 16");
    const int most = (1 << image.bitsStored) - 1;
    require(std::ranges::all_of(p.values, [most](std::uint16_t v) { return v <= most; }), path,
            "a pixel exceeds the bits stored");
    require(image.spacing.row > 0 && image.spacing.column > 0, path, "the pixel spacing must be positive");
    require(image.side == Side::Left || image.side == Side::Right, path, "the side must be left or right");
    require(image.view == View::CC || image.view == View::MLO, path, "the view must be CC or MLO");
    require(image.window == WindowFunction::Linear || image.window == WindowFunction::Sigmoid, path,
            "the window must be linear or sigmoid");
    require(image.windowWidth >= 1, path, "the window's width must be at least 1");
}

class Writer
{
public:
    explicit Writer(const std::filesystem::path& path) : m_path(path) {}
    void text(DcmItem& item, const DcmTagKey& tag, const std::string& value)
    {
        good(item.putAndInsertString(tag, value.c_str()));
    }
    void number(DcmItem& item, const DcmTagKey& tag, int value)
    {
        good(item.putAndInsertUint16(tag, static_cast<Uint16>(value)));
    }
    void code(DcmItem& item, const Code& code)
    {
        text(item, DCM_CodeValue, code.value);
        text(item, DCM_CodingSchemeDesignator, code.scheme);
        text(item, DCM_CodeMeaning, code.meaning);
    }
    DcmItem& item(DcmItem& parent, const DcmTagKey& sequence)
    {
        DcmItem* made = nullptr;
        good(parent.findOrCreateSequenceItem(sequence, made, -2));
        return *made;
    }
    void good(const OFCondition& condition) const
    {
        if (condition.bad())
            throw Error(ErrorCode::Io, "write mammogram", m_path.string(),
                        {TextId("write.data_set_not_written", "the data set could not be made or written")});
    }

private:
    std::filesystem::path m_path;
};

void identify(Writer& w, DcmDataset& d, const SyntheticMammogram& image)
{
    w.text(d, DCM_SOPClassUID, UID_DigitalMammographyXRayImageStorageForPresentation);
    w.text(d, DCM_SOPInstanceUID, image.sopUid);
    w.text(d, DCM_StudyInstanceUID, image.studyUid);
    w.text(d, DCM_SeriesInstanceUID, image.seriesUid);
    w.text(d, DCM_StudyDate, image.date);
    w.text(d, DCM_ContentDate, image.date);
    w.text(d, DCM_StudyTime, "");
    w.text(d, DCM_ContentTime, "");
    w.text(d, DCM_ReferringPhysicianName, "");
    w.text(d, DCM_StudyID, "");
    w.text(d, DCM_AccessionNumber, image.accession);
    w.text(d, DCM_Modality, "MG");
    w.text(d, DCM_PresentationIntentType, "FOR PRESENTATION");
    w.text(d, DCM_ImageType, "DERIVED\\PRIMARY");
    w.text(d, DCM_Manufacturer, "MaMA synthetic phantom");
    w.text(d, DCM_ManufacturerModelName, image.model);
    w.text(d, DCM_StudyDescription, image.studyDescription);
    w.text(d, DCM_SeriesDescription, "SYNTHETIC phantom, no patient");
    w.text(d, DCM_ImageComments, "SYNTHETIC phantom, no patient. Not for clinical use.");
    w.text(d, DCM_PatientName, "SYNTHETIC^PHANTOM");
    w.text(d, DCM_PatientID, image.patientId);
    w.text(d, DCM_PatientBirthDate, "");
    w.text(d, DCM_PatientSex, "F");
    w.text(d, DCM_SeriesNumber, "1");
    w.text(d, DCM_InstanceNumber, std::to_string(image.instance));
}

void place(Writer& w, DcmDataset& d, const SyntheticMammogram& image)
{
    const bool left = image.side == Side::Left, cc = image.view == View::CC;
    w.text(d, DCM_BodyPartExamined, "BREAST");
    w.text(d, DCM_ImageLaterality, name(image.side));
    w.text(d, DCM_OrganExposed, "BREAST");
    w.text(d, DCM_ViewPosition, name(image.view));
    w.text(d, DCM_PatientOrientation, std::string(left ? "A\\" : "P\\") + (cc ? "" : "F") + (left ? "R" : "L"));
    DcmItem& view = w.item(d, DCM_ViewCodeSequence);
    w.code(view, codeOf(image.view));
    w.good(view.insertEmptyElement(DCM_ViewModifierCodeSequence));
    w.code(w.item(d, DCM_AnatomicRegionSequence), {"76752008", "SCT", "Breast"});
    w.good(d.insertEmptyElement(DCM_AcquisitionContextSequence));
    w.text(d, DCM_PositionerType, "MAMMOGRAPHIC");
    w.text(d, DCM_BurnedInAnnotation, "NO");
    w.text(d, DCM_BreastImplantPresent, "NO");
    w.text(d, DCM_PartialView, "NO");
    w.text(d, DCM_ImagerPixelSpacing, decimal(image.spacing.row) + "\\" + decimal(image.spacing.column));
}

void addPixels(Writer& w, DcmDataset& d, const SyntheticMammogram& image)
{
    w.number(d, DCM_SamplesPerPixel, 1);
    w.text(d, DCM_PhotometricInterpretation, "MONOCHROME2");
    w.number(d, DCM_Rows, image.pixels.rows);
    w.number(d, DCM_Columns, image.pixels.columns);
    w.number(d, DCM_BitsAllocated, 16);
    w.number(d, DCM_BitsStored, image.bitsStored);
    w.number(d, DCM_HighBit, image.bitsStored - 1);
    w.number(d, DCM_PixelRepresentation, 0);
    w.text(d, DCM_PixelIntensityRelationship, "LOG");
    w.good(d.putAndInsertSint16(DCM_PixelIntensityRelationshipSign, -1)); // bright is dense: less X-ray
    w.text(d, DCM_RescaleIntercept, "0");
    w.text(d, DCM_RescaleSlope, "1");
    w.text(d, DCM_RescaleType, "US");
    w.text(d, DCM_PresentationLUTShape, "IDENTITY");
    w.text(d, DCM_LossyImageCompression, "00");
    w.text(d, DCM_WindowCenter, decimal(image.windowCentre));
    w.text(d, DCM_WindowWidth, decimal(image.windowWidth));
    w.text(d, DCM_VOILUTFunction, image.window == WindowFunction::Sigmoid ? "SIGMOID" : "LINEAR");
    w.good(d.putAndInsertUint16Array(DCM_PixelData, image.pixels.values.data(),
                                     static_cast<unsigned long>(image.pixels.values.size())));
}

std::vector<char> encode(Writer& w, DcmFileFormat& file, std::size_t pixelBytes)
{
    std::vector<char> bytes(pixelBytes + 65536); // the header's texts are bounded and short
    DcmOutputBufferStream stream(bytes.data(), static_cast<offile_off_t>(bytes.size()));
    file.transferInit();
    w.good(file.write(stream, EXS_LittleEndianExplicit, EET_ExplicitLength, nullptr));
    file.transferEnd();
    void* start = nullptr;
    offile_off_t length = 0;
    stream.flushBuffer(start, length);
    bytes.resize(static_cast<std::size_t>(length));
    return bytes;
}

} // namespace

void writeMammogram(const std::filesystem::path& path, const SyntheticMammogram& image)
{
    check(image, path);
    setUpDcmtk();
    Writer w(path);
    DcmFileFormat file;
    DcmDataset& d = *file.getDataset();
    identify(w, d, image);
    place(w, d, image);
    addPixels(w, d, image);
    const std::vector<char> bytes = encode(w, file, image.pixels.values.size() * 2);
    writeAtomically(path, std::as_bytes(std::span(bytes)));
}

} // namespace mama
