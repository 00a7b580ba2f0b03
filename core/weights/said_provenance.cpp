#include "core/weights/said_provenance.h"

#include "core/base/error.h"
#include "core/base/files.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace mama {

SaidProvenance saidProvenance(const std::filesystem::path& model)
{
    SaidProvenance said;
    try {
        const nlohmann::json description = readJson(model / "model.json");
        const nlohmann::json provenance =
            description.is_object() ? description.value("provenance", nlohmann::json()) : nlohmann::json();
        for (auto [key, field] : {std::pair{"trained_on", &said.trainedOn}, {"licence", &said.licence}})
            if (provenance.is_object() && provenance.contains(key) && provenance[key].is_string())
                *field = provenance[key].get<std::string>();
    } catch (const Error&) {
    }
    return said;
}

} // namespace mama
