#pragma once
#include "core/image/measure/shape.h"

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mama {

// An image that may be annotated, by what stays when its file is moved: its SOP Instance UID and frame; where it has
// none "pixels:" and the hash of its stored pixels.
struct AnnotatedImage
{
    std::string key; // empty: it is not known yet
    int frame = 0;
    std::filesystem::path path{}; // where it lies now, for a library that has not read its header; may be empty
};
// pixels: PixelHash of the frame; either may be empty.
std::string annotationKey(const std::string& sopUid, const std::string& pixels);

// What was known of the image when the shape was drawn: values stay readable without the image.
struct AnnotationFacts
{
    std::string view;                     // "RCC"; empty: unknown
    std::optional<Spacing> mm;            // in the breast
    std::string basis;                    // of mm
    int rows = 0, columns = 0;            // 0: not known
    std::optional<RegionFigures> figures; // of stored values
    bool afterLut = false;                // figures: of values after the modality LUT, which cannot be turned back
    bool operator==(const AnnotationFacts& other) const;
};

struct Annotation
{
    std::int64_t id = 0; // 0 and below: not in a file yet
    AnnotatedImage image;
    std::string study; // key of the study: studyKey()
    Shape shape;
    std::string text, author, at; // at: ISO 8601, UTC, of the last change
    AnnotationFacts facts;
    bool imported = false; // it came with a data set
};

// One change by the reader: a command with its words. What is put with an id takes the place of what has it.
struct AnnotationEdit
{
    std::string study; // key: what undo is offered for
    std::string words; // "Add a ruler on RCC"
    std::vector<Annotation> put;
    std::vector<std::int64_t> remove;
};
struct AnnotationEdited
{
    std::int64_t command = 0; // 0: there was nothing to do
    std::string words;
    std::vector<std::int64_t> ids; // of what was put, in its order
};
// Words of what undo and redo would do; empty: there is nothing.
struct EditOffer
{
    std::string undo, redo;
};

enum class EditKind { Add, Move, Text, Remove };
// "Add a ruler on RCC", "Delete 5 annotations"; never with what a reader wrote.
std::string editWords(EditKind kind, const std::vector<Annotation>& what);

// Error(Usage) if it cannot be kept: no image, an impossible shape, a text that is not UTF-8 or over 2000 bytes.
void checkAnnotation(const Annotation& annotation);
// {"id", "image", "frame", "study", "view", "kind", "geometry": stored pixels, "geometry_mm": from the image's upper
// left corner or null, "value", "unit", "basis", "text", "author", "at", "figures": {"n", "mean", "sd", "min", "max",
// "of"} or null, "spacing": [row, column] or null, "rows", "columns", "imported"}
nlohmann::json toJson(const Annotation& annotation);
// The other way, as far as it is kept; Error(Format) says what is missing or wrong.
Annotation annotationFrom(const nlohmann::json& json);

// As a file keeps them.
std::string geometryBytes(const Shape& shape);
Shape shapeFromBytes(const std::string& kind, const std::string& bytes);
std::string factsText(const AnnotationFacts& facts);
AnnotationFacts factsFrom(const std::string& text);

} // namespace mama
