#pragma once
#include "core/model/network.h"

#include <string>
#include <vector>

namespace mama {

class Collectives;
struct SampleBatch;

// One forward pass of pre-training, as terms beside MaMA's own see it.
struct ForwardPass
{
    const SampleBatch& batch;
    const Network& network;
    at::Tensor patches;                    // [N, P, D] of the first views, L2-normalised
    at::Tensor globals;                    // [N, E] of the first views, before L2
    at::Tensor sentences;                  // [total, D] of all captions one after another, L2-normalised
    bool textTrains = false;               // else the text tower's states never change
    const Collectives* together = nullptr; // processes that have as many samples each; null: this one alone
};

// A part of the loss that MaMA does not have.
class ExtraTerm
{
public:
    virtual ~ExtraTerm() = default;
    struct Value
    {
        std::string name;
        at::Tensor value;  // a scalar
        double weight = 1; // in the total
    };
    virtual std::vector<Value> operator()(const ForwardPass& pass) = 0;
};

} // namespace mama
