#pragma once
#include "core/weights/source_tensors.h"

namespace mama::weights {

// How a tower's feature becomes an embedding, of the tensors under that prefix ("img_encoder_q.global_embed"):
// {"form": "none" | "linear" | "linear-without-bias" | "matrix" | "mlp" | "mlp-batch-norm", "hidden": numbers between
// the layers}. "matrix" is multiplied from the right, [width, embedding].
nlohmann::json describeProjection(const SourceTensors& tensors, const std::string& prefix);
// Numbers that come out of it; 0: of "none".
std::int64_t projectionOutputs(const SourceTensors& tensors, const std::string& prefix);

struct ProjectionSizes
{
    std::int64_t in = 0, out = 0;
};
// The tensors of a projection of that form, under that prefix.
void listProjection(TensorList& list, const nlohmann::json& projection, const std::string& prefix,
                    const ProjectionSizes& sizes);

// "heads" of a model.json of the kind "clip", and the tensors that they need.
nlohmann::json describeProjections(const SourceTensors& tensors, const nlohmann::json& description);
void listProjections(TensorList& list, const nlohmann::json& description);

} // namespace mama::weights
