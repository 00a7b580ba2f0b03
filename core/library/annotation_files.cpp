#include "core/library/annotation_files.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/text_escape.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string cell(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == text.npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string numbers(const json& list)
{
    std::string out;
    if (list.is_array())
        for (const json& each : list)
            out += (out.empty() ? "" : " ") + each.dump();
    return out;
}

std::string scalar(const json& value)
{
    return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

void writeCsv(std::ostream& out, const std::vector<Annotation>& annotations)
{
    out << "id,image,frame,study,view,kind,value,unit,basis,text,author,at,pixels,mean,sd,min,max,row_mm,column_mm,"
           "geometry_pixels,geometry_mm,imported\r\n";
    for (const Annotation& each : annotations) {
        const json made = toJson(each);
        std::string row;
        for (const char* field :
             {"id", "image", "frame", "study", "view", "kind", "value", "unit", "basis", "text", "author", "at"})
            row += cell(scalar(made.at(field))) + ',';
        for (const char* field : {"n", "mean", "sd", "min", "max"})
            row += (made.at("figures").is_null() ? "" : made.at("figures").at(field).dump()) + ',';
        row += each.facts.mm ? json(each.facts.mm->row).dump() + ',' + json(each.facts.mm->column).dump() + ',' : ",,";
        row += numbers(made.at("geometry")) + ',' + numbers(made.at("geometry_mm")) + ',' +
               (each.imported ? "true" : "false");
        out << row << "\r\n";
    }
}

json cocoOf(const Annotation& each, std::int64_t id, std::int64_t image)
{
    const Outline outline = outlineOf(each.shape);
    double x0 = outline.places.front().x, y0 = outline.places.front().y, x1 = x0, y1 = y0;
    json polygon = json::array();
    for (const Point& at : outline.places) {
        x0 = std::min(x0, at.x);
        x1 = std::max(x1, at.x);
        y0 = std::min(y0, at.y);
        y1 = std::max(y1, at.y);
        polygon.push_back(at.x);
        polygon.push_back(at.y);
    }
    const auto area = measure(each.shape, std::nullopt);
    json made{{"id", id},
              {"image_id", image},
              {"category_id", static_cast<int>(each.shape.kind) + 1},
              {"iscrowd", 0},
              {"bbox", {x0, y0, x1 - x0, y1 - y0}},
              {"area", area && area->of == Measure::Of::Area ? area->value : (x1 - x0) * (y1 - y0)},
              {"segmentation", outline.closed ? json::array({polygon}) : json::array()}};
    made["attributes"] = toJson(each);
    return made;
}

void writeCoco(std::ostream& out, const std::vector<Annotation>& annotations)
{
    std::map<std::pair<std::string, int>, std::int64_t> ids;
    json images = json::array(), made = json::array(), categories = json::array();
    for (const Annotation& each : annotations) {
        const auto [found, isNew] = ids.try_emplace({each.image.key, each.image.frame}, 0);
        if (isNew) {
            found->second = static_cast<std::int64_t>(ids.size());
            images.push_back({{"id", found->second},
                              {"file_name", each.image.key},
                              {"frame", each.image.frame},
                              {"width", each.facts.columns},
                              {"height", each.facts.rows},
                              {"view", each.facts.view}});
        }
        made.push_back(cocoOf(each, static_cast<std::int64_t>(made.size()) + 1, found->second));
    }
    for (int kind = 0; kind <= static_cast<int>(ShapeKind::Point); ++kind)
        categories.push_back(
            {{"id", kind + 1}, {"name", name(static_cast<ShapeKind>(kind))}, {"supercategory", "annotation"}});
    out << dumped({{"info", {{"description", "annotations of MaMA Workstation; not for clinical use"}}},
                   {"images", images},
                   {"annotations", made},
                   {"categories", categories}})
        << "\n";
}

} // namespace

void writeAnnotations(std::ostream& out, const std::vector<Annotation>& annotations, AnnotationForm form)
{
    if (form == AnnotationForm::Csv)
        return writeCsv(out, annotations);
    if (form == AnnotationForm::Coco)
        return writeCoco(out, annotations);
    for (const Annotation& each : annotations)
        out << dumped(toJson(each)) << "\n";
}

std::vector<Annotation> readAnnotations(const std::string& text, const std::string& file)
{
    std::vector<Annotation> out;
    int line = 0;
    for (const std::string& each : splitLines(text)) {
        ++line;
        if (each.find_first_not_of(" \t\r") == each.npos)
            continue;
        const std::string where = file + ":" + std::to_string(line);
        const auto parsed = parseJson(each);
        if (const auto* fault = std::get_if<JsonFault>(&parsed))
            throw Error(ErrorCode::Format, {TextId("annotation.import", "import annotations")}, where, fault->why);
        try {
            out.push_back(annotationFrom(std::get<json>(parsed)));
        } catch (const Error& error) {
            throw Error(ErrorCode::Format, {TextId("annotation.import_line", "import annotations")}, where,
                        error.where().empty() ? error.why() : errorText({}, error.where(), error.why()));
        }
    }
    return out;
}

std::vector<Annotation> without(const std::vector<Annotation>& there, std::vector<Annotation> these)
{
    std::erase_if(these, [&](const Annotation& one) {
        return std::ranges::any_of(there, [&](const Annotation& other) {
            return one.image.key == other.image.key && one.image.frame == other.image.frame &&
                   one.shape == other.shape && one.text == other.text;
        });
    });
    return these;
}

} // namespace mama
