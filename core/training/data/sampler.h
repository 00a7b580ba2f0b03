#pragma once
#include "core/training/data/training_index.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace mama {

// Which training image is the g-th sample of a run: a pure function of seed and g, for any thread.
class Sampler
{
public:
    virtual ~Sampler() = default;
    virtual std::size_t operator()(std::int64_t sample) const = 0; // place in the index
    std::int64_t epochSize() const { return m_epochSize; }         // samples that make one epoch

protected:
    std::int64_t m_epochSize = 0;
};

// Every image once an epoch in a new order; a last batch that would be cut by the epoch's end is left out, so that no
// image meets itself in a batch.
class ShuffledSampler final : public Sampler
{
public:
    ShuffledSampler(std::vector<std::size_t> images, std::int64_t batch, std::uint64_t seed);
    std::size_t operator()(std::int64_t sample) const override;

private:
    std::vector<std::size_t> m_images;
    std::uint64_t m_seed;
    mutable std::mutex m_mutex;
    mutable std::int64_t m_epoch = -1;
    mutable std::shared_ptr<const std::vector<std::size_t>> m_order;
};

// With replacement: a class, one of its patients, one of that patient's images of the class; each equally likely.
class BalancedSampler final : public Sampler
{
public:
    // classOf[i]: class of images[i]; those below 0 are never drawn. Error(Data) if no image has a class.
    BalancedSampler(const TrainingIndex& index, const std::vector<std::size_t>& images, const std::vector<int>& classOf,
                    std::uint64_t seed);
    std::size_t operator()(std::int64_t sample) const override;

private:
    std::vector<std::vector<std::vector<std::size_t>>> m_classes; // class, patient, image
    std::uint64_t m_seed;
};

} // namespace mama
