#include "tests/core/study/synthetic_mammogram.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <stdexcept>
#include <vector>

namespace mama::test {
namespace {

constexpr Uint16 Rows = 160, Columns = 120;

void set(DcmItem& item, const std::string& keyword, const std::string& value)
{
    DcmTag tag;
    if (DcmTag::findTagFromName(keyword.c_str(), tag).bad())
        throw std::runtime_error("no such tag: " + keyword);
    if (value.empty())
        item.findAndDeleteElement(tag);
    else if (item.putAndInsertString(tag, value.c_str()).bad())
        throw std::runtime_error("cannot set " + keyword);
}

void addCode(DcmItem& item, const DcmTagKey& sequence, const std::string& value, const std::string& scheme)
{
    DcmItem* code = nullptr;
    item.findOrCreateSequenceItem(sequence, code, 0);
    code->putAndInsertString(DCM_CodeValue, value.c_str());
    code->putAndInsertString(DCM_CodingSchemeDesignator, scheme.c_str());
    code->putAndInsertString(DCM_CodeMeaning, "as coded");
}

} // namespace

void write(const SyntheticMammogram& image, const std::filesystem::path& path)
{
    DcmFileFormat file;
    DcmDataset& data = *file.getDataset();
    char uid[100];
    const std::map<std::string, std::string> standard{
        {"SOPClassUID", UID_DigitalMammographyXRayImageStorageForPresentation},
        {"SOPInstanceUID", dcmGenerateUniqueIdentifier(uid)},
        {"StudyInstanceUID", "1.2.3.4"},
        {"SeriesInstanceUID", "1.2.3.4.5"},
        {"Modality", "MG"},
        {"StudyDate", "20260101"},
        {"PresentationIntentType", "FOR PRESENTATION"},
        {"PhotometricInterpretation", "MONOCHROME2"},
        {"AcquisitionTime", "100000"}};
    for (const auto& [keyword, value] : standard)
        set(data, keyword, value);
    for (const auto& [keyword, value] : image.tags)
        set(data, keyword, value);
    if (!image.viewCode.empty()) {
        addCode(data, DCM_ViewCodeSequence, image.viewCode, image.viewScheme);
        DcmItem* view = nullptr;
        data.findAndGetSequenceItem(DCM_ViewCodeSequence, view);
        if (!image.modifierCode.empty()) {
            addCode(*view, DCM_ViewModifierCodeSequence, image.modifierCode, image.viewScheme);
            DcmItem* code = nullptr;
            view->findAndGetSequenceItem(DCM_ViewModifierCodeSequence, code);
            code->putAndInsertString(DCM_CodeMeaning, image.modifierMeaning.c_str());
        }
    }
    for (const auto& [tag, value] : {std::pair{DCM_Rows, Rows},
                                     {DCM_Columns, Columns},
                                     {DCM_SamplesPerPixel, Uint16{1}},
                                     {DCM_BitsAllocated, Uint16{16}},
                                     {DCM_BitsStored, Uint16{12}},
                                     {DCM_HighBit, Uint16{11}},
                                     {DCM_PixelRepresentation, Uint16{0}}})
        data.putAndInsertUint16(tag, value);
    std::vector<Uint16> pixels(std::size_t{Rows} * Columns, 40);
    for (int r = 0; r < Rows && !image.blank; ++r)
        for (int c = 0; c < Columns; ++c) {
            const double x = (image.chestWallRight ? Columns - c - 0.5 : c + 0.5) / (0.7 * Columns),
                         y = (r + 0.5 - Rows / 2.0) / (0.4 * Rows);
            if (x * x + y * y < 1)
                pixels[static_cast<std::size_t>(r * Columns + c)] = 2000;
        }
    data.putAndInsertUint16Array(DCM_PixelData, pixels.data(), static_cast<unsigned long>(pixels.size()));
    if (file.saveFile(path.c_str(), EXS_LittleEndianExplicit).bad())
        throw std::runtime_error("cannot write " + path.string());
}

} // namespace mama::test
