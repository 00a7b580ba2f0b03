#include "core/weights/compact_model.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/weights/base_text.h"
#include "core/weights/families/canonical_names.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace mama::weights {
namespace {

// To the nearest, ties to even; the importer refuses values that are no numbers.
std::uint16_t toBfloat16(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

CanonicalTensor rounded(const CanonicalTensor& tensor)
{
    CanonicalTensor made = tensor;
    made.info.type = TensorType::BF16;
    const TensorBytes whole = tensor.whole();
    auto bytes = std::make_shared<std::vector<std::byte>>(whole.bytes.size() / 2);
    for (std::size_t i = 0; i < bytes->size() / 2; ++i) {
        float value = 0;
        std::memcpy(&value, whole.bytes.data() + 4 * i, 4);
        const std::uint16_t half = toBfloat16(value);
        std::memcpy(bytes->data() + 2 * i, &half, 2);
    }
    made.pieces = {{*bytes, bytes}};
    return made;
}

} // namespace

ImportedModel compacted(const ImportedModel& model)
{
    if (baseTextWeights(model.description).empty())
        throw Error(ErrorCode::Model, {action::exportModel}, "text.base",
                    {TextId("weights.model_does_not_say_which",
                            "the model does not say which installed language model it stands on")});
    ImportedModel made;
    made.description = model.description;
    made.tokenizerFiles = model.tokenizerFiles;
    for (const CanonicalTensor& tensor : model.tensors) {
        const std::string& name = tensor.info.name;
        if (name.starts_with(names::textTower) && name.find(".lora_") == std::string::npos)
            continue;
        const bool matrix = tensor.info.type == TensorType::F32 && tensor.info.shape.size() > 1;
        made.tensors.push_back(matrix ? rounded(tensor) : tensor);
    }
    return made;
}

} // namespace mama::weights
