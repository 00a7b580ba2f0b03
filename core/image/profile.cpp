#include "core/image/profile.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/image/built_in_profiles.h"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace mama {

CellSize Profile::cell(const Extent& input) const
{
    if (pipeline != Pipeline::MammoClip)
        return stride;
    // A convolutional tower rounds the number of cells up: the last ones reach beyond the picture.
    const auto along = [this](int side) { return static_cast<double>(side) / ((side + stride - 1) / stride); };
    return {along(input.columns), along(input.rows)};
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
