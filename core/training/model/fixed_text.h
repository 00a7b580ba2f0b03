#pragma once
#include "core/model/towers/text_tower.h"

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace mama {

struct SampleBatch;

// States of a text tower that never trains, without padding. Each text is encoded alone, so that its states depend on
// nothing else, and remembered: the same numbers whether a run knows it already or not.
class FixedText
{
public:
    struct States
    {
        at::Tensor pooled;    // [W] mean over the real tokens
        at::Tensor sentences; // [S, W] at the separators
    };
    // text: model.json's "text"
    FixedText(const Parameters& parameters, const nlohmann::json& text);

    // ids without padding; separators: rising positions among them, at least one.
    const States& operator()(std::span<const std::int64_t> ids, const std::vector<std::int64_t>& separators);

    struct BatchStates
    {
        at::Tensor pooled;                // [N, W]
        at::Tensor sentences;             // [sum of counts, W]
        std::vector<std::int64_t> counts; // [N]
    };
    BatchStates operator()(const SampleBatch& batch);

private:
    at::Device m_device;
    std::unique_ptr<TextTower> m_tower;
    std::unordered_map<std::string, States> m_known; // by the bytes of the ids
    std::int64_t m_bytes = 0;
};

} // namespace mama
