#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace mama {

// What a model folder holds, "kind" of model.json. LinearProbe: an image tower and a classifier. Unknown: no model was
// recognised in a file.
// Clip: image and text towers of another group's model, joined by projections.
enum class ModelKind { Mama, LinearProbe, ImageTower, TextTower, Clip, Unknown };
const char* name(ModelKind kind); // "mama", "linear-probe", "image-tower", "text-tower", "clip", "unknown"
// Of a model.json; one that does not say is MaMA's. Error(Model) if it says what is none of these.
ModelKind modelKind(const nlohmann::json& description);

} // namespace mama
