#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mama {

// One tensor that an architecture needs; `optional` ones may be absent.
struct ExpectedTensor
{
    std::string name;
    std::vector<std::int64_t> shape;
    bool optional = false;
    bool integer = false; // num_batches_tracked; every other tensor is floating point
};

namespace weights {

// Collects an architecture's tensors, layer by layer.
class TensorList
{
public:
    // What follows lies under the prefix; tower: a section of model.json, whose "lora" adds optional matrices to the
    // linear layers, or null.
    void begin(std::string prefix, const nlohmann::json& tower);
    void add(const std::string& name, std::vector<std::int64_t> shape, bool optional = false);
    void linear(const std::string& name, std::int64_t in, std::int64_t out, bool bias = true); // [out, in]
    void conv1d(const std::string& name, std::int64_t in, std::int64_t out);                   // GPT-2's: [in, out]
    void norm(const std::string& name, std::int64_t width, bool bias = true);
    void batchNorm(const std::string& name, std::int64_t width, bool affine);
    std::vector<ExpectedTensor> take() { return std::move(m_list); }

private:
    void lora(const std::string& name, std::int64_t in, std::int64_t out);

    std::string m_prefix;
    std::int64_t m_rank = 0;
    std::vector<ExpectedTensor> m_list;
};

// A size of model.json. Error(Model) beyond what a model can have, so that no product of two can overflow.
std::int64_t sizeOf(const nlohmann::json& object, const char* key);
std::int64_t depthOf(const nlohmann::json& tower); // number of layers, at most 1000

} // namespace weights
} // namespace mama
