#include "core/image/profile.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/image/built_in_profiles.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

[[noreturn]] void refuse(const std::string& field, const UserText& why)
{
    throw Error(ErrorCode::Format, {action::readProfile}, field, why);
}

template <class T>
void read(const nlohmann::json& json, const char* field, T& target)
{
    const auto found = json.find(field);
    if (found == json.end())
        return;
    try {
        target = found->get<T>();
    } catch (const nlohmann::json::exception&) {
        refuse(field, {TextId("profile.has_wrong_type", "has the wrong type: %1"), found->dump()});
    }
}

void readWhole(const nlohmann::json& json, const char* field, int low, int high, int& target)
{
    const auto found = json.find(field);
    if (found == json.end())
        return;
    if (!found->is_number_integer() || found->get<double>() < low || found->get<double>() > high)
        refuse(field,
               {TextId("profile.expected_whole_number_from_found", "expected a whole number from %1 to %2, found %3"),
                low, high, found->dump()});
    target = found->get<int>();
}

constexpr int MaximumSide = 8192;

} // namespace

Profile profileFromJson(const nlohmann::json& json)
{
    if (!json.is_object())
        refuse("profile", {TextId("profile.expected_object", "expected an object")});
    static constexpr std::string_view Known[] = {
        "name",         "version",     "description", "pipeline", "size",     "scale_to_maximum", "first_long_side",
        "jpeg_quality", "square_side", "keep_aspect", "mean",     "deviation"};
    for (const auto& [key, value] : json.items())
        if (std::ranges::find(Known, key) == std::end(Known))
            refuse(key, {TextId("profile.no_such_field", "no such field")});
    Profile profile;
    profile.name.clear();
    read(json, "name", profile.name);
    if (profile.name.empty())
        refuse("name", {TextId("profile.missing_name", "is missing")});
    std::string pipeline;
    read(json, "pipeline", pipeline);
    if (pipeline != "reference" && pipeline != "float")
        refuse("pipeline", {TextId("profile.expected_reference_or_float", "expected \"reference\" or \"float\"")});
    profile.reference = pipeline == "reference";
    readWhole(json, "version", 1, 1'000'000, profile.version);
    readWhole(json, "size", 1, MaximumSide, profile.size);
    read(json, "scale_to_maximum", profile.scaleToMaximum);
    readWhole(json, "first_long_side", 0, MaximumSide, profile.firstLongSide);
    int quality = 0;
    readWhole(json, "jpeg_quality", 0, 100, quality);
    profile.jpeg = quality > 0;
    if (profile.jpeg)
        profile.jpegQuality = quality;
    readWhole(json, "square_side", 1, MaximumSide, profile.squareSide);
    read(json, "keep_aspect", profile.keepAspect);
    read(json, "mean", profile.mean);
    read(json, "deviation", profile.deviation);
    if (!std::isfinite(profile.mean) || !(profile.deviation > 0) || !std::isfinite(profile.deviation))
        refuse("deviation",
               {TextId("profile.mean_or_deviation_unusable", "mean must be finite and deviation positive")});
    if (profile.reference && profile.keepAspect)
        refuse("keep_aspect",
               {TextId("profile.reference_pipeline_loses_aspect", "the reference pipeline loses the aspect")});
    return profile;
}

nlohmann::json toJson(const Profile& profile)
{
    nlohmann::json json{
        {"name", profile.name}, {"version", profile.version}, {"pipeline", profile.reference ? "reference" : "float"},
        {"size", profile.size}, {"mean", profile.mean},       {"deviation", profile.deviation}};
    if (profile.reference)
        json.update({{"scale_to_maximum", profile.scaleToMaximum},
                     {"first_long_side", profile.firstLongSide},
                     {"jpeg_quality", profile.jpeg ? profile.jpegQuality : 0},
                     {"square_side", profile.squareSide}});
    else
        json["keep_aspect"] = profile.keepAspect;
    return json;
}

const std::vector<Profile>& builtInProfiles()
{
    static const std::vector<Profile> profiles = [] {
        std::vector<Profile> made;
        for (const std::string_view text : builtInProfileTexts())
            made.push_back(profileFromJson(nlohmann::json::parse(text)));
        return made;
    }();
    return profiles;
}

Profile findProfile(const std::string& nameOrPath)
{
    std::string names;
    for (const Profile& profile : builtInProfiles()) {
        if (profile.name == nameOrPath)
            return profile;
        names += (names.empty() ? "" : ", ") + profile.name;
    }
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(nameOrPath, ignored))
        throw Error(ErrorCode::Usage, {action::findProfile}, nameOrPath,
                    {TextId("profile.expected_one_or_json_file", "expected one of %1, or a JSON file"), names});
    try {
        return profileFromJson(readJson(nameOrPath));
    } catch (const Error& error) {
        throw Error(error.code(), {action::readProfile}, nameOrPath + ", " + error.where(), error.why());
    }
}

} // namespace mama
