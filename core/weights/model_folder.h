#pragma once
#include "core/weights/import_weights.h"

namespace mama {

// Writes model.json, model.safetensors and the tokenizer files; the folder appears by rename when complete.
// A folder of that name must not exist yet, unless it is empty or a model folder. False: cancelled.
bool writeModelFolder(const ImportedModel& model, const std::filesystem::path& folder, const Job& job = {});

enum class ExportFormat { Mama, Peft, Hub, Compact };

// Mama: the whole model under the reference's names, one safetensors file (or a folder: model.safetensors and
//   config.json, as the reference's hub variant).
// Peft: a folder with adapter_config.json and adapter_model.safetensors; the rows of added tokens are in it too,
//   because they stay at random start values and no base model has them (mama.md, section 2).
// Hub: the image tower alone under DINOv2's names, one safetensors file.
// Compact: a model folder in bfloat16 without the language model's own tensors, for models whose description names
//   an installed one ("text": {"base": ...}); adapters and heads stay.
// Error(Model) if the model has no such part.
void exportModel(const ImportedModel& model, ExportFormat format, const std::filesystem::path& out);

} // namespace mama
