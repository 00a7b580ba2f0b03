#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace mama {

// One micro-batch of N image pairs with their captions, as the data pipeline hands it to a training task. Plain
// vectors, so that loader threads and tests need no Torch.
struct SampleBatch
{
    std::int64_t size = 0;          // N
    int height = 0, width = 0;      // of the model's input
    std::vector<float> first;       // [N, height, width], normalised by the profile; one channel, the task repeats it
    std::vector<float> second;      // the second views, likewise; empty if the task asked for none
    int tokens = 0;                 // T
    std::vector<std::int64_t> ids;  // [N, T] padded on the right; empty without captions
    std::vector<std::uint8_t> mask; // [N, T] 1 for every token that is not padding
    std::vector<std::vector<std::int64_t>> separators; // [N] rising positions below T; one sentence each
    std::vector<int> labels;                           // [N] class of the probe or fine-tuning; -1: none
    std::vector<std::string> imageIds;                 // [N] of the first views, for messages; no patient identifiers
    int lesionChannels = 0, lesionRows = 0, lesionColumns = 0;
    // [N, channels, rows, columns] share of each patch of the first view that a lesion covers, 0 to 1; channels: mass,
    // calcification. Empty if the data set has no masks.
    std::vector<float> lesionGrid;
};

} // namespace mama
