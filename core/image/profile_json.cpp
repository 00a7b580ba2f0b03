// Profiles as data: the form of resources/profiles/*.json.
#include "core/image/profile.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;
using Pipeline = Profile::Pipeline;

constexpr int MaximumSide = 8192;

[[noreturn]] void refuse(const std::string& field, const UserText& why)
{
    throw Error(ErrorCode::Format, {action::readProfile}, field, why);
}

template <class T>
void read(const json& object, const char* field, T& target)
{
    const auto found = object.find(field);
    if (found == object.end())
        return;
    try {
        target = found->get<T>();
    } catch (const json::exception&) {
        refuse(field, {TextId("profile.has_wrong_type", "has the wrong type: %1"), found->dump()});
    }
}

void readWhole(const json& object, const char* field, int low, int high, int& target)
{
    const auto found = object.find(field);
    if (found == object.end())
        return;
    if (!found->is_number_integer() || found->get<double>() < low || found->get<double>() > high)
        refuse(field,
               {TextId("profile.expected_whole_number_from_found", "expected a whole number from %1 to %2, found %3"),
                low, high, found->dump()});
    target = found->get<int>();
}

// A word of each value, in the values' order.
template <class T, std::size_t N>
void readWord(const json& object, const char* field, const std::array<const char*, N>& words, T& target)
{
    std::string word;
    read(object, field, word);
    if (word.empty())
        return;
    const auto found = std::ranges::find(words, word);
    if (found == words.end()) {
        std::string all;
        for (const char* each : words)
            all += (all.empty() ? "" : ", ") + std::string(each);
        refuse(field, {TextId("profile.expected_one_of", "expected one of %1, found \"%2\""), all, word});
    }
    target = static_cast<T>(found - words.begin());
}

constexpr std::array pipelines{"float", "reference", "mammo-clip", "eight-bit"};
constexpr std::array fits{"stretch", "centre-crop", "pad"};
constexpr std::array resizers{"pillow-bilinear", "pillow-bicubic", "tensorflow-bilinear"};

// One number for all channels, or three.
void readChannels(const json& object, const char* field, std::array<float, 3>& target)
{
    const auto found = object.find(field);
    if (found == object.end())
        return;
    if (found->is_number())
        target.fill(found->get<float>());
    else
        read(object, field, target);
}

json channelsJson(const std::array<float, 3>& values)
{
    const bool same = values[0] == values[1] && values[0] == values[2];
    return same ? json(values[0]) : json(values);
}

void readSettings(const json& object, Profile& profile)
{
    int side = 0;
    readWhole(object, "size", 1, MaximumSide, side);
    if (side > 0)
        profile.size = side;
    readWhole(object, "rows", 1, MaximumSide, profile.size.rows);
    readWhole(object, "columns", 1, MaximumSide, profile.size.columns);
    readWord(object, "fit", fits, profile.fit);
    readWord(object, "resizer", resizers, profile.resizer);
    read(object, "crop_half_even", profile.cropHalfEven);
    readChannels(object, "mean", profile.mean);
    readChannels(object, "deviation", profile.deviation);
    const bool usable = std::ranges::all_of(profile.mean, [](float v) { return std::isfinite(v); }) &&
                        std::ranges::all_of(profile.deviation, [](float v) { return std::isfinite(v) && v > 0; });
    if (!usable)
        refuse("deviation",
               {TextId("profile.mean_or_deviation_unusable", "mean must be finite and deviation positive")});
}

} // namespace

Profile profileFromJson(const json& object)
{
    if (!object.is_object())
        refuse("profile", {TextId("profile.expected_object", "expected an object")});
    static constexpr std::string_view Known[] = {"name",         "version",       "description",      "pipeline",
                                                 "size",         "rows",          "columns",          "fit",
                                                 "resizer",      "stride",        "scale_to_maximum", "first_long_side",
                                                 "jpeg_quality", "square_side",   "keep_aspect",      "mean",
                                                 "deviation",    "crop_half_even"};
    for (const auto& [key, value] : object.items())
        if (std::ranges::find(Known, key) == std::end(Known))
            refuse(key, {TextId("profile.no_such_field", "no such field")});
    Profile profile;
    profile.name.clear();
    read(object, "name", profile.name);
    if (profile.name.empty())
        refuse("name", {TextId("profile.missing_name", "is missing")});
    if (!object.contains("pipeline"))
        refuse("pipeline", {TextId("profile.missing_pipeline", "is missing")});
    readWord(object, "pipeline", pipelines, profile.pipeline);
    read(object, "description", profile.description);
    readWhole(object, "version", 1, 1'000'000, profile.version);
    readSettings(object, profile);
    readWhole(object, "stride", 1, MaximumSide, profile.stride);
    read(object, "scale_to_maximum", profile.scaleToMaximum);
    readWhole(object, "first_long_side", 0, MaximumSide, profile.firstLongSide);
    int quality = 0;
    readWhole(object, "jpeg_quality", 0, 100, quality);
    profile.jpeg = quality > 0;
    if (profile.jpeg)
        profile.jpegQuality = quality;
    readWhole(object, "square_side", 1, MaximumSide, profile.squareSide);
    read(object, "keep_aspect", profile.keepAspect);
    if (profile.pipeline == Pipeline::Reference && profile.keepAspect)
        refuse("keep_aspect",
               {TextId("profile.reference_pipeline_loses_aspect", "the reference pipeline loses the aspect")});
    return profile;
}

Profile withSettings(Profile profile, const json& settings)
{
    if (settings.is_object())
        readSettings(settings, profile);
    return profile;
}

json toJson(const Profile& profile)
{
    const auto word = [](const auto& words, auto value) { return words[static_cast<std::size_t>(value)]; };
    json made{{"name", profile.name},
              {"version", profile.version},
              {"pipeline", word(pipelines, profile.pipeline)},
              {"mean", channelsJson(profile.mean)},
              {"deviation", channelsJson(profile.deviation)}};
    if (profile.size.square())
        made["size"] = profile.size.columns;
    else
        made.update({{"rows", profile.size.rows}, {"columns", profile.size.columns}});
    if (profile.pipeline == Pipeline::Reference)
        made.update({{"scale_to_maximum", profile.scaleToMaximum},
                     {"first_long_side", profile.firstLongSide},
                     {"jpeg_quality", profile.jpeg ? profile.jpegQuality : 0},
                     {"square_side", profile.squareSide}});
    else if (profile.pipeline == Pipeline::EightBit)
        made.update({{"fit", word(fits, profile.fit)},
                     {"resizer", word(resizers, profile.resizer)},
                     {"crop_half_even", profile.cropHalfEven}});
    else
        made["keep_aspect"] = profile.keepAspect;
    return made;
}

} // namespace mama
