#include "core/dicom/read/pipeline_reader.h"

#include "core/base/text_escape.h"
#include "core/dicom/data_set/tags.h"
#include "core/dicom/data_set/text_decoder.h"
#include "core/dicom/read/lookup_tables.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

// A stored value written as US or SS: brought into the range of the pixels.
std::int64_t storedFrom(std::int64_t value, const PixelLayout& layout)
{
    const auto bits = static_cast<unsigned>(layout.bitsStored);
    if (!layout.isSigned)
        return value < 0 ? value + 65536 : value;
    if (value >= std::int64_t{1} << (bits - 1)) // written unsigned, in 16 bits or in the stored ones
        value -= value >= 32768 ? 65536 : std::int64_t{1} << bits;
    return value;
}

void readPadding(DcmItem& d, const PixelLayout& layout, GreyPipeline& out)
{
    const auto value = tags::integer(d, 0x00280120);
    if (!value || layout.samples != 1)
        return;
    const std::int64_t first = storedFrom(*value, layout);
    const std::int64_t second = storedFrom(tags::integer(d, 0x00280121).value_or(*value), layout);
    out.padding = std::minmax(first, second);
}

double rescale(DcmItem& item, std::uint32_t tag, double otherwise, std::vector<UserText>& warnings)
{
    const auto value = tags::number(item, tag);
    const char* name = tag == 0x00281053 ? "(0028,1053) Rescale Slope" : "(0028,1052) Rescale Intercept";
    const std::string said = oneLine(tags::wholeText(item, tag)).substr(0, 60);
    if (!value && !said.empty())
        warnings.push_back({TextId("decode.rescale_unreadable", "%1 \"%2\" is no number: %3 was taken"), name, said,
                            static_cast<int>(otherwise)});
    else if (value && tags::isContradictory(item, tag))
        warnings.push_back(
            {TextId("decode.rescale_of_several", "%1 \"%2\" is more than one number: the first was taken"), name,
             said});
    return value.value_or(otherwise);
}

void readModality(DcmItem& d, int frame, const PixelLayout& layout, GreyPipeline& out, std::vector<UserText>& warnings)
{
    DcmItem* group = tags::group(d, frame, 0x00289145); // Pixel Value Transformation
    DcmItem& from = group ? *group : d;
    if (DcmItem* table = tags::firstItem(d, 0x00283000)) {
        out.modalityTable = readLookupTable(*table, layout.isSigned, warnings);
        if (out.modalityTable)
            return;
    }
    out.slope = rescale(from, 0x00281053, 1, warnings);
    out.intercept = rescale(from, 0x00281052, 0, warnings);
    if (out.slope == 0) {
        warnings.push_back({TextId("decode.rescale_slope_assumed", "(0028,1053) Rescale Slope is 0: 1 was assumed")});
        out.slope = 1;
    }
}

bool modalityIsSigned(const GreyPipeline& pipeline, const PixelLayout& layout)
{
    if (pipeline.modalityTable)
        return false;
    const double full = std::exp2(layout.bitsStored);
    const double low = layout.isSigned ? -full / 2 : 0, high = layout.isSigned ? full / 2 - 1 : full - 1;
    return std::min(low * pipeline.slope, high * pipeline.slope) + pipeline.intercept < 0;
}

WindowFunction windowFunction(DcmItem& from, std::vector<UserText>& warnings)
{
    const std::string name = tags::text(from, 0x00281056);
    if (name == "SIGMOID")
        return WindowFunction::Sigmoid;
    if (name == "LINEAR_EXACT")
        return WindowFunction::LinearExact;
    if (!name.empty() && name != "LINEAR")
        warnings.push_back({TextId("decode.voi_lut_function_not_known",
                                   "(0028,1056) VOI LUT Function is not known: LINEAR was taken")});
    return WindowFunction::Linear;
}

void readWindows(DcmItem& from, const TextDecoder& decode, GreyPipeline& out, std::vector<UserText>& warnings)
{
    const auto centres = tags::numbers(from, 0x00281050), widths = tags::numbers(from, 0x00281051);
    const auto explanations = tags::texts(from, 0x00281055), centreTexts = tags::texts(from, 0x00281050),
               widthTexts = tags::texts(from, 0x00281051);
    const auto said = [](const std::vector<std::string>& texts, std::size_t i) {
        return i < texts.size() ? oneLine(texts[i]).substr(0, 60) : std::string();
    };
    const WindowFunction function = windowFunction(from, warnings);
    if (centres.size() != widths.size())
        warnings.push_back({TextId("decode.window_centres_widths_pairs_taken",
                                   "(0028,1050) %1 window centres with (0028,1051) %2 widths: the pairs were taken"),
                            centres.size(), widths.size()});
    for (std::size_t i = 0; i < std::min(centres.size(), widths.size()); ++i) {
        const bool valid = std::isfinite(centres[i]) && std::isfinite(widths[i]) &&
                           (function == WindowFunction::Linear ? widths[i] >= 1 : widths[i] > 0);
        if (!valid) {
            warnings.push_back({TextId("decode.window_has_no_valid_centre",
                                       "window %1, (0028,1050) centre \"%2\" and (0028,1051) width \"%3\", is not "
                                       "valid: it was left out"),
                                i + 1, said(centreTexts, i), said(widthTexts, i)});
            continue;
        }
        VoiChoice choice;
        choice.window =
            Window{centres[i], widths[i], function, i < explanations.size() ? decode(explanations[i]) : std::string()};
        out.voi.push_back(std::move(choice));
    }
}

void readVoi(DcmItem& d, int frame, const PixelLayout& layout, GreyPipeline& out, std::vector<UserText>& warnings)
{
    const TextDecoder decode(d);
    DcmItem* group = tags::group(d, frame, 0x00289132); // Frame VOI LUT
    readWindows(group ? *group : d, decode, out, warnings);
    const bool signedInput = modalityIsSigned(out, layout);
    auto tables = tags::items(group ? *group : d, 0x00283010);
    constexpr std::size_t mostTables = 64;
    tables.resize(std::min(tables.size(), mostTables));
    for (DcmItem* item : tables) {
        auto table = readLookupTable(*item, signedInput, warnings);
        if (!table)
            continue;
        settleRange(*table, warnings);
        table->explanation = decode(tags::wholeText(*item, 0x00283003));
        VoiChoice choice;
        choice.table = std::move(table);
        out.voi.push_back(std::move(choice));
    }
}

} // namespace

GreyPipeline readPipeline(DcmItem& d, int frame, const PixelLayout& layout, std::vector<UserText>& warnings)
{
    GreyPipeline out;
    out.bits = layout.bitsStored;
    out.inverted = layout.photometric == "MONOCHROME1";
    if (layout.samples != 1 || layout.photometric == "PALETTE COLOR")
        return out;
    readPadding(d, layout, out);
    readModality(d, frame, layout, out, warnings);
    readVoi(d, frame, layout, out, warnings);
    // The presentation LUT shape says the same thing as the photometric interpretation, not a second inversion.
    const std::string shape = tags::text(d, 0x20500020);
    if ((shape == "INVERSE" && !out.inverted) || (shape == "IDENTITY" && out.inverted))
        warnings.push_back(
            {TextId(
                 "decode.presentation_lut_shape_contradicts_photometric",
                 "(2050,0020) Presentation LUT Shape %1 contradicts (0028,0004) %2: the photometric interpretation was followed"),
             shape, layout.photometric});
    return out;
}

} // namespace mama
