#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mama::weights {

// What tells about a model beside its weights, the most trusted first: --config, config.json beside the file or in
// the text model's folder, hyper-parameters inside the checkpoint.
class ConfigSources
{
public:
    void add(nlohmann::json config)
    {
        if (config.is_object())
            m_configs.push_back(std::move(config));
    }

    // The first value under one of the keys. `section` is "image" or "text": a source that has an object of that
    // name is asked there for `own`, every source that is not of another kind of tower at its top for `keys`.
    const nlohmann::json* find(const std::string& section, const std::string& own,
                               const std::vector<std::string>& keys = {}) const;
    // Whether one of the sources is a configuration of that Hugging Face model.
    bool hasModelType(const std::string& start) const;
    bool isTrue(const std::string& key) const;
    const nlohmann::json* top(const std::string& key) const { return find("", "", {key}); }

private:
    std::vector<nlohmann::json> m_configs;
};

} // namespace mama::weights
