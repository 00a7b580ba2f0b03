#include "core/dicom/read/overlay_reader.h"

#include "core/dicom/codec/pixel_layout.h"
#include "core/dicom/data_set/tags.h"
#include "core/dicom/data_set/text_decoder.h"

namespace mama {
namespace {

int limited(std::optional<std::int64_t> value, int otherwise)
{
    return value && *value >= -65536 && *value <= 65536 ? static_cast<int>(*value) : otherwise;
}

// Origin is a pair: the row first.
void readOrigin(DcmItem& d, std::uint32_t group, OverlayPlane& out)
{
    const auto words = tags::words(d, group | 0x0050);
    if (words.size() < 2)
        return;
    out.originRow = static_cast<std::int16_t>(words[0]);
    out.originColumn = static_cast<std::int16_t>(words[1]);
}

} // namespace

bool hasEmbeddedOverlay(DcmItem& d)
{
    for (std::uint32_t group = firstOverlay; group <= lastOverlay; group += nextOverlay)
        if (isEmbeddedOverlay(d, group))
            return true;
    return false;
}

std::vector<OverlayPlane> readOverlays(DcmItem& d, const std::vector<std::uint16_t>& embedded, int imageRows,
                                       int imageColumns)
{
    std::vector<OverlayPlane> planes;
    const TextDecoder decode(d);
    for (std::uint32_t group = firstOverlay; group <= lastOverlay; group += nextOverlay) {
        OverlayPlane plane;
        readOrigin(d, group, plane);
        plane.label = decode(tags::wholeText(d, group | 0x1500));
        if (isEmbeddedOverlay(d, group)) {
            const int bit = limited(tags::integer(d, group | 0x0102), -1);
            if (bit < 0 || bit > 15 || embedded.empty())
                continue;
            plane.bits = Raster<std::uint8_t>(imageRows, imageColumns);
            for (std::size_t i = 0; i < plane.bits.values.size() && i < embedded.size(); ++i)
                plane.bits.values[i] = embedded[i] >> bit & 1;
            planes.push_back(std::move(plane));
            continue;
        }
        const int rows = limited(tags::integer(d, group | 0x0010), 0),
                  columns = limited(tags::integer(d, group | 0x0011), 0);
        const auto data = tags::bytes(d, group | 0x3000);
        if (rows <= 0 || columns <= 0 ||
            static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) > data.size() * 8)
            continue;
        plane.bits = Raster<std::uint8_t>(rows, columns);
        for (std::size_t i = 0; i < plane.bits.values.size(); ++i)
            plane.bits.values[i] = data[i / 8] >> (i % 8) & 1;
        planes.push_back(std::move(plane));
    }
    return planes;
}

} // namespace mama
