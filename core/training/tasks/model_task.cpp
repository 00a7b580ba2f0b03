#include "core/training/tasks/model_task.h"

#include "core/training/tasks/model_state.h"

namespace mama {

void ModelTask::write(const std::filesystem::path& folder, const SharedFiles* shared) const
{
    state().model.save(folder, shared, state().trained);
    for (const auto& [file, tensors] : state().files())
        writeTensors(folder / file, tensors);
}

void ModelTask::load(const std::filesystem::path& folder)
{
    state().model.load(folder);
    for (const auto& [file, tensors] : state().files())
        readTensorsInto(folder / file, tensors);
    state().forgetGradients();
    state().changed();
}

void ModelTask::share()
{
    state().shared->copyFromFirst(state().model.parameters.all());
    for (const auto& [file, tensors] : state().files())
        state().shared->copyFromFirst(tensors);
    state().changed();
}

void ModelTask::undo()
{
    state().shared->undo();
    state().forgetGradients();
    state().changed();
}

} // namespace mama
