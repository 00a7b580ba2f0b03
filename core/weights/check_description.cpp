#include "core/weights/check_description.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama::weights {
namespace {

using nlohmann::json;

enum class Type { Whole, Number, Flag, Text, TextOrNull, WholeList, TextList, TextsOrNull, ObjectOrNull };

struct Field
{
    const char* path; // "image.width"; what is absent is asked for where it is needed
    Type type;
};

constexpr Field fields[]{
    {"/format", Type::Whole},
    {"/kind", Type::Text},
    {"/name", Type::Text},
    {"/hash", Type::Text},
    {"/compat", Type::Text},
    {"/examples", Type::TextList},
    {"/image", Type::ObjectOrNull},
    {"/text", Type::ObjectOrNull},
    {"/heads", Type::ObjectOrNull},
    {"/input", Type::ObjectOrNull},
    {"/captions", Type::ObjectOrNull},
    {"/inference", Type::ObjectOrNull},
    {"/provenance", Type::ObjectOrNull},
    {"/image/family", Type::Text},
    {"/image/width", Type::Whole},
    {"/image/depth", Type::Whole},
    {"/image/heads", Type::Whole},
    {"/image/patch", Type::Whole},
    {"/image/registers", Type::Whole},
    {"/image/mlp_hidden", Type::Whole},
    {"/image/ffn", Type::Text},
    {"/image/layer_scale", Type::Flag},
    {"/image/native_grid", Type::WholeList},
    {"/image/norm_eps", Type::Number},
    {"/image/pooling", Type::Text},
    {"/image/interpolation", Type::ObjectOrNull},
    {"/image/interpolation/antialias", Type::Flag},
    {"/image/interpolation/offset", Type::Number},
    {"/image/interpolation/mode", Type::Text},
    {"/image/stem/channels", Type::WholeList},
    {"/image/variant", Type::Text},
    {"/image/outputs", Type::WholeList},
    {"/image/expanded", Type::WholeList},
    {"/image/squeezed", Type::WholeList},
    {"/image/activation", Type::Text},
    {"/image/class_token", Type::Flag},
    {"/image/first_norm", Type::Flag},
    {"/image/patch_bias", Type::Flag},
    {"/image/lora", Type::ObjectOrNull},
    {"/image/lora/r", Type::Whole},
    {"/image/lora/alpha", Type::Number},
    {"/image/lora/rslora", Type::Flag},
    {"/image/lora/targets", Type::TextList},
    {"/text/family", Type::Text},
    {"/text/base", Type::Text},
    {"/text/width", Type::Whole},
    {"/text/depth", Type::Whole},
    {"/text/heads", Type::Whole},
    {"/text/vocabulary", Type::Whole},
    {"/text/positions", Type::Whole},
    {"/text/causal", Type::Flag},
    {"/text/local_attention", Type::Whole},
    {"/text/global_every", Type::Whole},
    {"/text/global_rope", Type::Number},
    {"/text/local_rope", Type::Number},
    {"/text/token_types", Type::Whole},
    {"/text/mlp_hidden", Type::Whole},
    {"/text/activation", Type::Text},
    {"/text/norm_eps", Type::Number},
    {"/text/pooling", Type::Text},
    {"/text/lora", Type::ObjectOrNull},
    {"/text/lora/r", Type::Whole},
    {"/text/lora/alpha", Type::Number},
    {"/text/lora/rslora", Type::Flag},
    {"/text/lora/targets", Type::TextList},
    {"/heads/embedding", Type::Whole},
    {"/heads/image_projection", Type::ObjectOrNull},
    {"/heads/image_projection/form", Type::Text},
    {"/heads/image_projection/hidden", Type::Whole},
    {"/heads/text_projection", Type::ObjectOrNull},
    {"/heads/text_projection/form", Type::Text},
    {"/heads/text_projection/hidden", Type::Whole},
    {"/heads/scale_shape", Type::WholeList},
    {"/heads/logit_bias", Type::Flag},
    {"/heads/batchnorm_eps", Type::Number},
    {"/heads/local", Type::Flag},
    {"/heads/local_hidden", Type::Whole},
    {"/heads/text_local_hidden", Type::Whole},
    {"/heads/simclr", Type::Flag},
    {"/heads/simclr_hidden", Type::Whole},
    {"/heads/simclr_out", Type::Whole},
    {"/heads/classes", Type::TextsOrNull},
    {"/input/profile", Type::Text},
    {"/input/profile_version", Type::Whole},
    {"/input/size", Type::Whole},
    {"/input/rows", Type::Whole},
    {"/input/columns", Type::Whole},
    {"/maps", Type::ObjectOrNull},
    {"/maps/ways", Type::TextList},
    {"/maps/default", Type::Text},
    {"/zero_shot", Type::ObjectOrNull},
    {"/zero_shot/tasks", Type::ObjectOrNull},
    {"/captions/plain", Type::Flag},
    {"/captions/cleaning", Type::Text},
    {"/captions/padded", Type::Flag},
    {"/input/channels", Type::Whole},
    {"/captions/separator", Type::TextOrNull},
    {"/captions/start", Type::TextOrNull},
    {"/captions/end", Type::TextOrNull},
    {"/captions/pad", Type::TextOrNull},
    {"/captions/length", Type::Whole},
    {"/captions/added_tokens", Type::TextsOrNull},
    {"/inference/text_pooling", Type::Text},
    {"/inference/map_readout", Type::Text},
    {"/inference/zero_shot_softmax", Type::Text},
    {"/inference/full_length_caption", Type::Text},
    {"/provenance/trained_on", Type::Text},
    {"/provenance/licence", Type::Text},
    {"/provenance/notice", Type::Text},
};

// Numbers that calculations divide by, or take roots and powers of.
struct Range
{
    const char* path;
    double least, most;
};

constexpr Range ranges[]{{"/image/norm_eps", 0, 1},         {"/text/norm_eps", 0, 1},
                         {"/text/local_attention", 1, 1e6}, {"/text/global_every", 1, 1e6},
                         {"/text/global_rope", 1e-6, 1e12}, {"/text/local_rope", 1e-6, 1e12}};

std::string dotted(const char* path)
{
    std::string name = std::string(path).substr(1);
    std::ranges::replace(name, '/', '.');
    return name;
}

bool every(const json& list, bool (json::*right)() const noexcept)
{
    if (!list.is_array())
        return false;
    for (const json& one : list)
        if (!(one.*right)())
            return false;
    return true;
}

bool fits(const json& value, Type type)
{
    switch (type) {
    case Type::Whole: return value.is_number_integer();
    case Type::Number: return value.is_number();
    case Type::Flag: return value.is_boolean();
    case Type::Text: return value.is_string();
    case Type::TextOrNull: return value.is_string() || value.is_null();
    case Type::WholeList: return every(value, &json::is_number_integer);
    case Type::TextList: return every(value, &json::is_string);
    case Type::TextsOrNull: return value.is_null() || every(value, &json::is_string);
    case Type::ObjectOrNull: return value.is_object() || value.is_null();
    }
    return false;
}

UserText wanted(Type type)
{
    switch (type) {
    case Type::Whole: return {TextId("weights.a_whole_number", "a whole number")};
    case Type::Number: return {TextId("weights.a_number", "a number")};
    case Type::Flag: return {TextId("weights.true_or_false", "true or false")};
    case Type::Text:
    case Type::TextOrNull: return {TextId("weights.a_text", "a text")};
    case Type::WholeList: return {TextId("weights.whole_numbers", "a list of whole numbers")};
    case Type::TextList:
    case Type::TextsOrNull: return {TextId("weights.texts", "a list of texts")};
    case Type::ObjectOrNull: return {TextId("weights.an_object", "an object")};
    }
    return {};
}

} // namespace

void checkDescription(const json& description, const std::filesystem::path& file)
{
    for (const Field& field : fields) {
        const json::json_pointer at(field.path);
        if (!description.contains(at) || fits(description.at(at), field.type))
            continue;
        throw Error(ErrorCode::Model, {action::readModel}, file.string() + ", " + dotted(field.path),
                    {TextId("weights.field_of_wrong_type", "it must be %1, not %2"), wanted(field.type),
                     description.at(at).dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 60)});
    }
    if (const UserText wrong = impossibleValue(description); !wrong.empty())
        throw Error(ErrorCode::Model, {action::readModel}, file.string(), wrong);
}

UserText impossibleValue(const json& description)
{
    for (const Range& range : ranges) {
        const json::json_pointer at(range.path);
        if (!description.contains(at) || !description.at(at).is_number())
            continue;
        const double value = description.at(at).get<double>();
        if (!(value >= range.least && value <= range.most))
            return {TextId("weights.impossible_value", "%1 is %2: it must lie between %3 and %4"), dotted(range.path),
                    description.at(at).dump(), json(range.least).dump(), json(range.most).dump()};
    }
    return {};
}

} // namespace mama::weights
