#pragma once
#include <ATen/core/Tensor.h>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mama {

struct ImportedModel;

// The tensors of a model under their canonical names. Towers and heads are built from it and share its tensors: a
// trainer that sets requires_grad here, or steps an optimiser over all(), trains the towers.
class Parameters
{
public:
    void set(const std::string& name, at::Tensor tensor);
    bool has(const std::string& name) const { return m_tensors.contains(name); }
    // Error(Model) names the tensor that is missing.
    const at::Tensor& get(const std::string& name) const;
    at::Tensor find(const std::string& name) const; // undefined if absent
    const std::map<std::string, at::Tensor>& all() const { return m_tensors; }

private:
    std::map<std::string, at::Tensor> m_tensors;
};

// Floating-point tensors as float32: those that are float32 in the file are views of it (read-only memory), the
// others are widened copies. Integers keep their type. The file stays mapped as long as a tensor lives.
Parameters parametersOf(const ImportedModel& model);

// Copies on another device; what is there already stays as it is.
Parameters moved(const Parameters& parameters, at::Device device);

} // namespace mama
