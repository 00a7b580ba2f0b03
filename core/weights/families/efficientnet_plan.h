#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace mama {

// One block of an EfficientNet: what its tensors do not show.
struct EfficientNetBlock
{
    int kernel = 3, stride = 1;
    bool expands = true; // false: no 1x1 convolution in front, the expansion is 1
    bool skips = false;  // its input is added: every block but the first of its stage
};

struct EfficientNetPlan
{
    std::string variant; // "b2"
    int nominal = 0;     // side of the picture that the padding was computed for, once and for all
    std::vector<EfficientNetBlock> blocks;
};

// lukemelas/EfficientNet-PyTorch's B2 or B5, by the number of blocks; null: neither of them.
const EfficientNetPlan* efficientNetPlan(std::int64_t blocks);

} // namespace mama
