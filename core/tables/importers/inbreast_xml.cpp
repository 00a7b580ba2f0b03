#include "core/tables/importers/inbreast_xml.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/text_escape.h"
#include "core/tables/cell.h"
#include "core/tables/csv_file.h"

#include <cmath>
#include <pugixml.hpp>

namespace mama {
namespace {

// The value of a dictionary's key: the element behind it.
pugi::xml_node valueOf(const pugi::xml_node& dictionary, std::string_view name)
{
    for (pugi::xml_node key = dictionary.child("key"); key; key = key.next_sibling("key"))
        if (key.text().get() == name) {
            pugi::xml_node value = key.next_sibling();
            while (value && value.type() != pugi::node_element)
                value = value.next_sibling();
            return value;
        }
    return {};
}

bool addPoint(std::string_view text, std::vector<float>& points)
{
    text = trimmed(text);
    const std::size_t comma = text.find(',');
    if (!text.starts_with('(') || !text.ends_with(')') || comma == text.npos)
        return false;
    const auto x = asNumber(text.substr(1, comma - 1)), y = asNumber(text.substr(comma + 1, text.size() - comma - 2));
    if (!x || !y || std::abs(*x) > 1e6 || std::abs(*y) > 1e6)
        return false;
    points.push_back(static_cast<float>(std::max(*x, 0.0))); // beyond the frame: clipped
    points.push_back(static_cast<float>(std::max(*y, 0.0)));
    return true;
}

InbreastRegion regionOf(const pugi::xml_node& dictionary)
{
    InbreastRegion region;
    region.name = std::string(trimmed(valueOf(dictionary, "Name").text().get()));
    if (region.name.size() > longestCell) {
        region.fault = "a name of " + std::to_string(region.name.size()) + " bytes";
        region.name.clear();
    }
    if (const pugi::xml_node count = valueOf(dictionary, "NumberOfPoints"))
        region.pointsGiven = count.text().as_int(-1);
    for (const pugi::xml_node& point : valueOf(dictionary, "Point_px").children("string"))
        if (!addPoint(point.text().get(), region.points))
            region.fault = "unreadable point";
    if (region.fault.empty() && region.points.empty())
        region.fault = "no points";
    return region;
}

} // namespace

std::optional<InbreastRegions> readInbreastXml(const std::filesystem::path& file)
{
    std::string text;
    try {
        text = readText(file);
    } catch (const Error&) {
        return std::nullopt;
    }
    pugi::xml_document document;
    if (text.size() > 64'000'000 || text.find('\0') != text.npos || !isUtf8(text) ||
        !document.load_buffer(text.data(), text.size()))
        return std::nullopt;
    const pugi::xml_node images = valueOf(document.child("plist").child("dict"), "Images");
    if (!images)
        return std::nullopt;
    InbreastRegions out;
    for (const pugi::xml_node& image : images.children("dict")) {
        if (const pugi::xml_node count = valueOf(image, "NumberOfROIs"))
            out.regionsGiven = std::max(out.regionsGiven, 0) + count.text().as_int(0);
        for (const pugi::xml_node& region : valueOf(image, "ROIs").children("dict"))
            out.regions.push_back(regionOf(region));
    }
    return out;
}

} // namespace mama
