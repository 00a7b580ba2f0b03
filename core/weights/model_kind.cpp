#include "core/weights/model_kind.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <nlohmann/json.hpp>

namespace mama {

const char* name(ModelKind kind)
{
    switch (kind) {
    case ModelKind::Mama: return "mama";
    case ModelKind::LinearProbe: return "linear-probe";
    case ModelKind::ImageTower: return "image-tower";
    case ModelKind::TextTower: return "text-tower";
    case ModelKind::Clip: return "clip";
    case ModelKind::Unknown: break;
    }
    return "unknown";
}

ModelKind modelKind(const nlohmann::json& description)
{
    const auto found = description.find("kind");
    if (found == description.end() || found->is_null())
        return ModelKind::Mama;
    for (const ModelKind kind : {ModelKind::Mama, ModelKind::LinearProbe, ModelKind::ImageTower, ModelKind::TextTower,
                                 ModelKind::Clip, ModelKind::Unknown})
        if (*found == name(kind))
            return kind;
    throw Error(ErrorCode::Model, {action::readModel}, "kind",
                {TextId("weights.none_mama_linear_probe_image",
                        "%1 is none of mama, linear-probe, image-tower, text-tower, clip"),
                 found->dump()});
}

} // namespace mama
