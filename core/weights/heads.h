#pragma once
#include "core/weights/model_kind.h"
#include "core/weights/source_tensors.h"

namespace mama::weights {

// model.json's "heads" of a model of that kind, from the tensors.
nlohmann::json describeHeads(const SourceTensors& tensors, ModelKind kind);

// The tensors that the heads of a model.json with an image tower need.
void listHeads(TensorList& list, const nlohmann::json& description);

} // namespace mama::weights
