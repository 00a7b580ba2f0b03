#include "core/library/files/image_doubts.h"

#include "core/study/orientation.h"

#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

std::string english(const UserText& text) { return text.english(); }

// What header and names say among themselves, and against the library.
void addStatements(const LibraryImage& image, const StudyImage& said, std::vector<ImageDoubt>& doubts)
{
    for (const UserText& warning : said.warnings)
        if (warning.id() == "study.contradiction") {
            const std::string words = english(warning);
            doubts.push_back({words.starts_with("view") ? "view" : "side", words});
        }
    if (image.side != Side::Unknown && said.side != Side::Unknown && said.side != image.side)
        doubts.push_back({"side", english({TextId("library.side_differs", "side: the tables say %1, %2 says %3"),
                                           name(image.side), said.sideSource, name(said.side)})});
    if (!image.view.empty() && !said.view.empty() && image.view != said.view)
        doubts.push_back({"view", english({TextId("library.view_differs", "view: the tables say %1, %2 says %3"),
                                           image.view, said.viewSource, said.view})});
}

// Which edge the breast touches, against the side: PatientOrientation says how it is stored, where it is given.
void addWall(const LibraryImage& image, const StudyImage& said, const PixelEvidence& evidence,
             std::vector<ImageDoubt>& doubts)
{
    StudyImage seen;
    seen.side = image.side == Side::Unknown ? said.side : image.side;
    seen.view = image.view.empty() ? said.view : image.view;
    seen.header.patientOrientation = said.header.patientOrientation;
    orient(seen, evidence);
    for (const UserText& warning : seen.warnings)
        doubts.push_back({warning.id() == "study.stored_mirrored" ? "mirrored" : "wall", english(warning)});
}

} // namespace

std::vector<ImageDoubt> doubtsOf(const LibraryImage& image, const StudyImage& said, const PixelFacts& pixels)
{
    std::vector<ImageDoubt> doubts;
    addStatements(image, said, doubts);
    addWall(image, said, pixels.evidence, doubts);
    if (pixels.text)
        doubts.push_back(
            {"text", english({TextId("library.text_drawn", "text is drawn into the picture beside the breast")})});
    else if (said.header.burnedInAnnotation.starts_with("YES"))
        doubts.push_back({"text", english({TextId("library.text_said",
                                                  "BurnedInAnnotation says that there is text in the picture")})});
    return doubts;
}

std::string doubtsText(const std::vector<ImageDoubt>& doubts)
{
    if (doubts.empty())
        return {};
    json list = json::array();
    for (const ImageDoubt& each : doubts)
        list.push_back({{"kind", each.kind}, {"text", each.text}});
    return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<ImageDoubt> doubtsFromText(const std::string& text)
{
    std::vector<ImageDoubt> out;
    const json list = json::parse(text, nullptr, false);
    if (list.is_array())
        for (const json& each : list)
            if (each.is_object())
                out.push_back({each.value("kind", ""), each.value("text", "")});
    return out;
}

} // namespace mama
