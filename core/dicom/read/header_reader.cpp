#include "core/dicom/read/header_reader.h"

#include "core/base/text_escape.h"
#include "core/dicom/data_set/tags.h"
#include "core/dicom/data_set/text_decoder.h"

#include <algorithm>

namespace mama {
namespace {

Code code(DcmItem& item, const TextDecoder& decode)
{
    Code out;
    for (const std::uint32_t tag : {0x00080100U, 0x00080119U, 0x00080120U}) // value, long value, URN
        if (out.value.empty())
            out.value = tags::text(item, tag);
    out.scheme = tags::text(item, 0x00080102);
    out.meaning = decode(tags::wholeText(item, 0x00080104));
    return out;
}

std::optional<Spacing> spacing(DcmItem& item, std::uint32_t tag, std::vector<UserText>& warnings)
{
    const auto row = tags::number(item, tag, 0), column = tags::number(item, tag, 1);
    if (row && column && *row > 0 && *column > 0 && tags::numbers(item, tag).size() == 2)
        return Spacing{*row, *column};
    if (const std::string said = tags::wholeText(item, tag); !said.empty())
        warnings.push_back(
            {TextId("decode.spacing_unreadable", "%1 spacing \"%2\" is not two positive numbers: it was left out"),
             tag == 0x00280030 ? "(0028,0030)" : "(0018,1164)", oneLine(said).substr(0, 60)});
    return std::nullopt;
}

constexpr std::size_t longestText = 1024; // of those that may be whole letters

void readIdentity(DcmItem& d, const TextDecoder& decode, ImageHeader& out)
{
    out.sopClass = tags::text(d, 0x00080016);
    out.sopUid = tags::text(d, 0x00080018);
    out.seriesUid = tags::text(d, 0x0020000E);
    out.studyUid = tags::text(d, 0x0020000D);
    out.modality = tags::text(d, 0x00080060);
    out.patientId = decode(tags::wholeText(d, 0x00100020));
    out.patientIdIssuer = decode(tags::wholeText(d, 0x00100021));
    out.accessionNumber = decode(tags::wholeText(d, 0x00080050));
    out.patientName = decode(tags::wholeText(d, 0x00100010), "\\^=");
    out.patientBirthDate = tags::text(d, 0x00100030);
    out.patientSex = tags::text(d, 0x00100040);
    out.studyDate = tags::text(d, 0x00080020);
    out.acquisitionDate = tags::text(d, 0x00080022);
    out.acquisitionTime = tags::text(d, 0x00080032);
    out.contentTime = tags::text(d, 0x00080033);
    out.studyDescription = decode(tags::wholeText(d, 0x00081030));
    out.seriesDescription = decode(tags::wholeText(d, 0x0008103E));
    out.paddle = decode(tags::wholeText(d, 0x001811A4));
    out.processing = decode(tags::wholeText(d, 0x00181400)).substr(0, longestText);
    out.comments = decode(tags::wholeText(d, 0x00204000)).substr(0, longestText);
    out.procedure = decode(tags::wholeText(d, 0x00400254)) + "; " + decode(tags::wholeText(d, 0x00321060));
    for (DcmItem* ordered : tags::items(d, 0x00081032))
        out.procedure += "; " + decode(tags::wholeText(*ordered, 0x00080104));
    out.procedure = out.procedure.size() > 4 ? out.procedure.substr(0, longestText) : std::string();
    out.bodyPart = tags::text(d, 0x00180015);
    out.protocolName = decode(tags::wholeText(d, 0x00181030));
    out.manufacturer = decode(tags::wholeText(d, 0x00080070));
    out.model = decode(tags::wholeText(d, 0x00081090));
    out.station = decode(tags::wholeText(d, 0x00081010));
    out.imageType = tags::texts(d, 0x00080008);
    out.presentationIntent = tags::text(d, 0x00080068);
    for (DcmItem* source : tags::items(d, 0x00082112))
        if (const std::string uid = tags::text(*source, 0x00081155); !uid.empty())
            out.sourceImages.push_back(uid);
}

// One side a frame: its own group, else the shared one. Empty if no group names any.
std::vector<std::string> frameSides(DcmItem& d)
{
    const auto side = [](DcmItem* anatomy) { return anatomy ? tags::text(*anatomy, 0x00209072) : std::string(); };
    DcmItem* shared = tags::firstItem(d, 0x52009229);
    const std::string common = shared ? side(tags::firstItem(*shared, 0x00209071)) : std::string();
    std::vector<std::string> out;
    for (DcmItem* frame : tags::items(d, 0x52009230)) {
        const std::string own = side(tags::firstItem(*frame, 0x00209071));
        out.push_back(own.empty() ? common : own);
    }
    if (out.empty() && !common.empty())
        out.push_back(common);
    if (std::all_of(out.begin(), out.end(), [](const std::string& each) { return each.empty(); }))
        out.clear();
    return out;
}

void readView(DcmItem& d, const TextDecoder& decode, ImageHeader& out)
{
    out.imageLaterality = tags::text(d, 0x00200062);
    out.laterality = tags::text(d, 0x00200060);
    out.frameLaterality = frameSides(d);
    const auto views = tags::items(d, 0x00540220);
    if (!views.empty()) {
        out.view = code(*views.front(), decode);
        for (DcmItem* modifier : tags::items(*views.front(), 0x00540222))
            out.viewModifiers.push_back(code(*modifier, decode));
    }
    if (views.size() > 1)
        out.warnings.push_back({TextId("decode.view_code_sequence_has_items",
                                       "(0054,0220) View Code Sequence has %1 items: the first was taken"),
                                views.size()});
    if (out.viewModifiers.empty()) // some writers put it beside the view, not inside
        for (DcmItem* modifier : tags::items(d, 0x00540222))
            out.viewModifiers.push_back(code(*modifier, decode));
    out.viewPosition = tags::text(d, 0x00185101);
    const auto orientation = tags::texts(d, 0x00200020);
    if (orientation.size() == 2)
        out.patientOrientation = {orientation[0], orientation[1]};
    out.horizontalFlip = tags::text(d, 0x00187034);
    out.partialView = tags::text(d, 0x00281350) == "YES";
    out.implantPresent = tags::text(d, 0x00281300) == "YES";
}

void readGeometry(DcmItem& d, ImageHeader& out)
{
    out.pixelSpacing = spacing(d, 0x00280030, out.warnings);
    if (!out.pixelSpacing)
        if (DcmItem* measures = tags::group(d, 0, 0x00289110))
            out.pixelSpacing = spacing(*measures, 0x00280030, out.warnings);
    out.imagerPixelSpacing = spacing(d, 0x00181164, out.warnings);
    out.spacingCalibration = tags::text(d, 0x00280A02);
    if (!tags::isContradictory(d, 0x00181114))
        out.magnification = tags::number(d, 0x00181114);
    if (const std::string said = tags::wholeText(d, 0x00181114); !out.magnification && !said.empty())
        out.warnings.push_back(
            {TextId("decode.magnification_unreadable",
                    "(0018,1114) Estimated Radiographic Magnification Factor \"%1\" is no number: it was left out"),
             oneLine(said).substr(0, 60)});
    const auto detector = tags::number(d, 0x00181110), patient = tags::number(d, 0x00181111);
    if (detector && patient && *patient > 0 && *detector >= *patient)
        out.distanceRatio = *detector / *patient;
    out.presentationLutShape = tags::text(d, 0x20500020);
    out.pixelIntensityRelationship = tags::text(d, 0x00281040);
    out.burnedInAnnotation = tags::text(d, 0x00280301);
}

int small(DcmItem& d, std::uint32_t tag, int otherwise)
{
    const auto value = tags::integer(d, tag).value_or(otherwise);
    return value >= 0 && value <= 0x7FFFFFFF ? static_cast<int>(value) : otherwise;
}

} // namespace

ImageHeader readHeader(DcmItem& d)
{
    ImageHeader out;
    out.format = "dicom";
    const TextDecoder decode(d);
    if (!decode.warning().empty())
        out.warnings.push_back(decode.warning());
    readIdentity(d, decode, out);
    readView(d, decode, out);
    readGeometry(d, out);
    out.photometric = tags::text(d, 0x00280004);
    out.rows = small(d, 0x00280010, 0);
    out.columns = small(d, 0x00280011, 0);
    out.frames = std::max(1, small(d, 0x00280008, 1));
    out.bitsAllocated = small(d, 0x00280100, 0);
    out.bitsStored = small(d, 0x00280101, out.bitsAllocated);
    out.channels = small(d, 0x00280002, 1);
    out.isSigned = small(d, 0x00280103, 0) == 1;
    return out;
}

FileKind kindOf(const std::string& sopClass, const std::string& modality, bool hasPixels, int bitsAllocated)
{
    const auto under = [&](const char* branch) {
        return sopClass.rfind(std::string("1.2.840.10008.") + branch, 0) == 0;
    };
    if (under("1.3.10"))
        return FileKind::DicomDirectory;
    if (under("5.1.4.1.1.88.59"))
        return FileKind::KeyObject;
    if (under("5.1.4.1.1.88.") || (!hasPixels && modality == "SR"))
        return FileKind::StructuredReport;
    if (under("5.1.4.1.1.11.") || (!hasPixels && modality == "PR"))
        return FileKind::PresentationState;
    if (under("5.1.4.1.1.104."))
        return FileKind::EncapsulatedPdf;
    if (under("5.1.4.1.1.66.4") || (hasPixels && bitsAllocated == 1))
        return FileKind::Segmentation;
    if (hasPixels)
        return FileKind::Image;
    // Waveforms, raw data, radiotherapy plans and structures hold no picture by their nature.
    for (const char* branch :
         {"5.1.4.1.1.9.", "5.1.4.1.1.66", "5.1.4.1.1.481.3", "5.1.4.1.1.481.4", "5.1.4.1.1.481.5", "5.1.4.1.1.481.8"})
        if (under(branch))
            return FileKind::NotAnImage;
    return FileKind::NoPixels;
}

} // namespace mama
