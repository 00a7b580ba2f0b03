#pragma once
#include "core/training/loop/training_task.h"

namespace mama {

struct ModelState;

// What the tasks that train a model do alike with the tensors of theirs: checkpoints, and their part in a run of
// several processes. No Torch in this header.
class ModelTask : public TrainingTask
{
public:
    void load(const std::filesystem::path& folder) final;
    void share() final;
    void undo() final;

protected:
    virtual ModelState& state() const = 0;

private:
    void write(const std::filesystem::path& folder, const SharedFiles* shared) const final;
};

} // namespace mama
