#pragma once
#include "core/base/mapped_file.h"
#include "core/weights/files/weight_file.h"

namespace mama::weights {

// A file of torch.save (zip, since PyTorch 1.6): a bare dict of tensors, or a checkpoint that holds one under
// "state_dict", "model", "teacher" or another name: `part`, or else the largest that is no average. Storages are read
// in place; nothing in the pickle is run.
std::shared_ptr<const WeightFile> openTorchFile(MappedFile file, const std::string& part);

} // namespace mama::weights
