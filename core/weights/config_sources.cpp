#include "core/weights/config_sources.h"

#include "core/weights/families/families.h"

#include <algorithm>

namespace mama::weights {
namespace {

// A Hugging Face configuration speaks of one tower only.
bool speaksOf(const nlohmann::json& config, const std::string& section)
{
    const auto type = config.find("model_type");
    if (section.empty() || type == config.end() || !type->is_string())
        return true;
    const auto& images = imageFamilies();
    const bool image = std::any_of(images.begin(), images.end(), [&](const ImageFamily* family) {
        return family->isModelType(type->get<std::string>());
    });
    return image == (section == "image");
}

const nlohmann::json* valueOf(const nlohmann::json& object, const std::string& key)
{
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

} // namespace

const nlohmann::json* ConfigSources::find(const std::string& section, const std::string& own,
                                          const std::vector<std::string>& keys) const
{
    for (const auto& config : m_configs) {
        const nlohmann::json* inner = section.empty() ? nullptr : valueOf(config, section);
        if (inner && inner->is_object() && !own.empty())
            if (const auto* value = valueOf(*inner, own))
                return value;
        // A configuration of two towers speaks of each in a section of its own.
        const char* nested = section == "image" ? "vision_config" : section == "text" ? "text_config" : nullptr;
        const nlohmann::json* part = nested ? valueOf(config, nested) : nullptr;
        if (part && part->is_object()) {
            for (const std::string& key : keys)
                if (const auto* value = valueOf(*part, key))
                    return value;
        } else if (speaksOf(config, section))
            for (const std::string& key : keys)
                if (const auto* value = valueOf(config, key))
                    return value;
    }
    return nullptr;
}

bool ConfigSources::hasModelType(const std::string& start) const
{
    for (const auto& config : m_configs) {
        const auto* type = valueOf(config, "model_type");
        if (type && type->is_string() && type->get<std::string>().starts_with(start))
            return true;
    }
    return false;
}

bool ConfigSources::isTrue(const std::string& key) const
{
    const auto* value = top(key);
    return value && value->is_boolean() && value->get<bool>();
}

} // namespace mama::weights
