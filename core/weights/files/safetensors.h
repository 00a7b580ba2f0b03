#pragma once
#include "core/base/mapped_file.h"
#include "core/weights/files/weight_file.h"

namespace mama::weights {

// Strict reader of one safetensors file: header within the file, JSON with no duplicate keys, known types, and
// tensors that tile the data exactly. Source of the rules: the format's README and its reference implementation.
std::shared_ptr<const WeightFile> openSafetensors(MappedFile file);

// A model in several files: {"weight_map": {tensor: file in the same folder}}.
std::shared_ptr<const WeightFile> openSharded(const std::filesystem::path& index);

// A view of mapped bytes, or a copy of them where they do not lie on a multiple of the element's size; above
// 16 MiB always a view, since a file of any size must not be copied (our processors read unaligned data).
TensorBytes aligned(std::span<const std::byte> bytes, TensorType type);

} // namespace mama::weights
