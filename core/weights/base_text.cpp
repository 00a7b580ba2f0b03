#include "core/weights/base_text.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/installed_folders.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace mama {

fs::path baseTextWeights(const nlohmann::json& description)
{
    const auto text = description.find("text");
    if (text == description.end() || !text->is_object() || !text->contains("base"))
        return {};
    const nlohmann::json& base = (*text)["base"];
    const std::string name = base.is_string() ? base.get<std::string>() : std::string();
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (name.empty() || !std::all_of(name.begin(), name.end(), plain))
        throw Error(ErrorCode::Model, {action::readModel}, "text.base",
                    {TextId("weights.no_name_language_model", "%1 is no name of a language model"), base.dump()});
    for (const fs::path& folder : installedFolders())
        if (const fs::path weights = folder / name / "model.safetensors"; fs::is_regular_file(weights))
            return weights;
    const fs::path weights = cacheFolder() / name / "model.safetensors";
    throw Error(ErrorCode::Model, {action::readModel}, weights.string(),
                {TextId("weights.model_s_language_model_not",
                        "the model's language model %1 is not installed: run installer/dependencies"),
                 name});
}

} // namespace mama
