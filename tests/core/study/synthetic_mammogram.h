#pragma once
#include <filesystem>
#include <map>
#include <string>

namespace mama::test {

// A small mammogram of one study, as DICOM: tags by their keyword. An empty value leaves the tag out.
struct SyntheticMammogram
{
    std::map<std::string, std::string> tags; // "ImageLaterality" -> "R"; may overwrite the standard ones
    std::string viewCode, viewScheme = "SCT", modifierCode;
    bool chestWallRight = false;
    bool blank = false; // no breast: no evidence in the pixels
    std::string modifierMeaning = "as coded";
};

void write(const SyntheticMammogram& image, const std::filesystem::path& path);

} // namespace mama::test
