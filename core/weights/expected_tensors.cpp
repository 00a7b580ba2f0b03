#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"
#include "core/weights/heads.h"
#include "core/weights/import_weights.h"
#include "core/weights/model_kind.h"
#include "core/weights/projections.h"

#include <nlohmann/json.hpp>

namespace mama {

using nlohmann::json;

std::vector<ExpectedTensor> expectedTensors(const json& description)
{
    weights::TensorList list;
    const json image = description.value("image", json()), text = description.value("text", json());
    if (image.is_object()) {
        list.begin(names::imageTower, image);
        weights::imageFamily(image).list(list, image);
    }
    if (text.is_object()) {
        list.begin(names::textTower, text);
        weights::textFamily(text).list(list, text);
    }
    if (description.contains("heads") && description["heads"].is_object() && image.is_object()) {
        if (modelKind(description) == ModelKind::Clip)
            weights::listProjections(list, description);
        else
            weights::listHeads(list, description);
    }
    return list.take();
}

} // namespace mama
