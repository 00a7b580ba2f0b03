#include "core/library/annotation.h"

#include "core/base/error.h"
#include "core/base/text_escape.h"
#include "core/library/verdict.h"

#include <cstring>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

constexpr auto keeping = TextId("annotation.keep", "annotation");
constexpr std::size_t longestText = 2000;

std::string article(ShapeKind kind)
{
    const std::string word = name(kind);
    return (std::string_view("aeiou").find(word.front()) != std::string_view::npos ? "an " : "a ") + word;
}

json spacingJson(const std::optional<Spacing>& mm) { return mm ? json{mm->row, mm->column} : json(); }

std::optional<Spacing> spacingFrom(const json& from)
{
    if (!from.is_array() || from.size() != 2)
        return std::nullopt;
    const Spacing mm{from[0].get<double>(), from[1].get<double>()};
    return mm.row > 0 && mm.column > 0 ? std::optional(mm) : std::nullopt;
}

json figuresJson(const AnnotationFacts& facts)
{
    if (!facts.figures)
        return nullptr;
    return {
        {"n", facts.figures->count},      {"mean", facts.figures->mean},
        {"sd", facts.figures->deviation}, {"min", facts.figures->least},
        {"max", facts.figures->most},     {"of", facts.afterLut ? "values after the modality LUT" : "stored values"}};
}

void takeFigures(const json& from, AnnotationFacts& facts)
{
    if (!from.is_object())
        return;
    facts.figures =
        RegionFigures{from.at("n").get<std::int64_t>(), from.at("mean").get<double>(), from.at("sd").get<double>(),
                      from.at("min").get<double>(), from.at("max").get<double>()};
    facts.afterLut = from.value("of", std::string()) != "stored values";
}

// A circle's radius in mm is that along its rows where they differ from the columns.
json geometryMm(const Annotation& annotation)
{
    if (!annotation.facts.mm)
        return nullptr;
    const Spacing mm = *annotation.facts.mm;
    json out = json::array();
    for (std::size_t i = 0; i < annotation.shape.numbers.size(); ++i)
        out.push_back(annotation.shape.numbers[i] * (i % 2 == 0 ? mm.column : mm.row));
    return out;
}

} // namespace

bool AnnotationFacts::operator==(const AnnotationFacts& other) const
{
    const bool sameScale =
        mm.has_value() == other.mm.has_value() && (!mm || (mm->row == other.mm->row && mm->column == other.mm->column));
    return sameScale && view == other.view && basis == other.basis && rows == other.rows && columns == other.columns &&
           figures == other.figures && afterLut == other.afterLut;
}

std::string annotationKey(const std::string& sopUid, const std::string& pixels)
{
    return !sopUid.empty() ? sopUid : pixels.empty() ? std::string() : "pixels:" + pixels;
}

std::string editWords(EditKind kind, const std::vector<Annotation>& what)
{
    const bool one = what.size() == 1;
    const std::string of = one ? article(what.front().shape.kind) +
                                     (what.front().facts.view.empty() ? "" : " on " + what.front().facts.view)
                               : std::to_string(what.size()) + " annotations";
    switch (kind) {
    case EditKind::Add: return "Add " + of;
    case EditKind::Move: return "Move " + of;
    case EditKind::Text: return "Change the text of " + of;
    case EditKind::Remove: break;
    }
    return "Delete " + of;
}

void checkAnnotation(const Annotation& annotation)
{
    if (annotation.image.key.empty() || annotation.image.frame < 0)
        throw Error(ErrorCode::Usage, {keeping}, "image", {TextId("annotation.no_image", "no image is named")});
    if (!isPossible(annotation.shape))
        throw Error(ErrorCode::Usage, {keeping}, name(annotation.shape.kind),
                    {TextId("annotation.no_shape",
                            "%1 numbers are no such shape: it needs all of its points, finite, and some size"),
                     annotation.shape.numbers.size()});
    checkText("text", annotation.text, longestText);
    checkText("author", annotation.author, 200);
}

json toJson(const Annotation& annotation)
{
    const AnnotationFacts& facts = annotation.facts;
    const auto value = measure(annotation.shape, facts.mm);
    const std::string shown = value ? measureText(*value) : std::string();
    return {{"id", annotation.id},
            {"image", annotation.image.key},
            {"frame", annotation.image.frame},
            {"study", annotation.study},
            {"view", facts.view},
            {"kind", name(annotation.shape.kind)},
            {"geometry", annotation.shape.numbers},
            {"geometry_mm", geometryMm(annotation)},
            {"value", value ? json(value->value) : json()},
            {"unit", value ? json(value->of == Measure::Of::Angle  ? "degrees"
                                  : value->of == Measure::Of::Area ? (value->mm ? "mm2" : "pixels2")
                                                                   : (value->mm ? "mm" : "pixels"))
                           : json()},
            {"basis", facts.basis},
            {"text", annotation.text},
            {"author", annotation.author},
            {"at", annotation.at},
            {"figures", figuresJson(facts)},
            {"spacing", spacingJson(facts.mm)},
            {"rows", facts.rows},
            {"columns", facts.columns},
            {"imported", annotation.imported}};
}

Annotation annotationFrom(const json& from)
{
    Annotation out;
    try {
        const auto kind = shapeKindNamed(from.at("kind").get<std::string>());
        if (!kind)
            throw Error(ErrorCode::Format, {keeping}, oneLine(from.at("kind").get<std::string>()),
                        {TextId("annotation.no_kind", "there is no such kind of annotation")});
        out.shape = {*kind, from.at("geometry").get<std::vector<float>>()};
        out.image = {from.at("image").get<std::string>(), from.value("frame", 0), {}};
        out.study = from.value("study", std::string());
        out.text = from.value("text", std::string());
        out.author = from.value("author", std::string());
        out.at = from.value("at", std::string());
        out.facts.view = from.value("view", std::string());
        out.facts.basis = from.value("basis", std::string());
        out.facts.mm = spacingFrom(from.value("spacing", json()));
        out.facts.rows = from.value("rows", 0);
        out.facts.columns = from.value("columns", 0);
        takeFigures(from.value("figures", json()), out.facts);
    } catch (const json::exception&) {
        throw Error(ErrorCode::Format, {keeping}, "",
                    {TextId("annotation.not_ours",
                            "no annotation as it is exported: image, kind and geometry are needed, as text, text and "
                            "numbers")});
    }
    checkAnnotation(out);
    return out;
}

std::string geometryBytes(const Shape& shape)
{
    return {reinterpret_cast<const char*>(shape.numbers.data()), shape.numbers.size() * sizeof(float)};
}

Shape shapeFromBytes(const std::string& kind, const std::string& bytes)
{
    Shape shape{shapeKindNamed(kind).value_or(ShapeKind::Point), std::vector<float>(bytes.size() / sizeof(float))};
    if (!shape.numbers.empty())
        std::memcpy(shape.numbers.data(), bytes.data(), shape.numbers.size() * sizeof(float));
    return shape;
}

std::string factsText(const AnnotationFacts& facts)
{
    return json{{"view", facts.view}, {"spacing", spacingJson(facts.mm)}, {"basis", facts.basis},
                {"rows", facts.rows}, {"columns", facts.columns},         {"figures", figuresJson(facts)}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

AnnotationFacts factsFrom(const std::string& text)
{
    AnnotationFacts out;
    try {
        const json from = json::parse(text);
        out.view = from.value("view", std::string());
        out.basis = from.value("basis", std::string());
        out.rows = from.value("rows", 0);
        out.columns = from.value("columns", 0);
        out.mm = spacingFrom(from.value("spacing", json()));
        takeFigures(from.value("figures", json()), out);
    } catch (const json::exception&) { // the shape itself is whole
        return {};
    }
    return out;
}

} // namespace mama
