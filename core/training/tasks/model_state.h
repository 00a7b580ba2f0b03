#pragma once
#include "core/training/model/compute.h"
#include "core/training/model/trainable_model.h"
#include "core/training/processes/shared_training.h"
#include "core/training/tasks/task_options.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mama {

class CounterRandom;

// The tensors of a task that trains a model, as ModelTask keeps them; each task adds its own.
struct ModelState
{
    // Loads the start and names it; its maker gives it what it lacks, places it and sets what trains.
    explicit ModelState(const TaskOptions& options);
    virtual ~ModelState() = default;

    // Files of a checkpoint beside the model, and the tensors that they hold.
    virtual std::map<std::string, NamedTensors> files() const = 0;
    // Tensors have other values than before, written into their memory.
    virtual void changed() {}

    void train(const std::string& name, const at::Tensor& tensor); // from now on it has gradients
    void forgetGradients();
    void needImageTower(const TaskOptions& options) const; // Error(Model) if the start has none

    Compute compute;
    TrainableModel model;
    NamedTensors trained;
    std::optional<Network> network;
    std::optional<SharedTraining> shared;
};

// A layer's weights as torch.nn.Linear starts them: uniform within 1 / sqrt(inputs). float32 on the CPU.
at::Tensor startValues(const std::vector<std::int64_t>& shape, std::int64_t inputs, CounterRandom& random);
// In the order of memory, as float32.
std::vector<float> valuesOf(const at::Tensor& tensor);

} // namespace mama
