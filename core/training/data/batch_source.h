#pragma once
#include "core/training/data/sample_batch.h"

#include <cstdint>

namespace mama {

// Where a run's micro-batches come from. A batch is a pure function of step and micro, so that the state of the data is
// the step's number, and any number of threads gives the same batches.
class BatchSource
{
public:
    virtual ~BatchSource() = default;
    // From any thread. Error(Data) names an image.
    virtual SampleBatch batch(std::int64_t step, int micro) const = 0;
    virtual std::int64_t epochSize() const = 0; // samples of one epoch
};

} // namespace mama
