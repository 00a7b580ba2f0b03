#include "core/training/data/sampler.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/training/data/counter_random.h"

#include <map>
#include <utility>

namespace mama {

ShuffledSampler::ShuffledSampler(std::vector<std::size_t> images, std::int64_t batch, std::uint64_t seed)
    : m_images(std::move(images)), m_seed(seed)
{
    const auto count = static_cast<std::int64_t>(m_images.size());
    if (count == 0)
        throw Error(ErrorCode::Data, {action::train}, "data",
                    {TextId("data.no_training_image", "no training image is left")});
    m_epochSize = count >= batch ? count - count % batch : count;
}

std::size_t ShuffledSampler::operator()(std::int64_t sample) const
{
    const std::int64_t epoch = sample / m_epochSize;
    std::shared_ptr<const std::vector<std::size_t>> order;
    {
        const std::lock_guard lock(m_mutex);
        if (epoch != m_epoch) {
            auto made = m_images;
            CounterRandom random(
                {m_seed, static_cast<std::uint64_t>(RandomPurpose::Order), static_cast<std::uint64_t>(epoch)});
            for (std::size_t i = made.size(); i > 1; --i) // Fisher and Yates
                std::swap(made[i - 1], made[random.below(i)]);
            m_order = std::make_shared<const std::vector<std::size_t>>(std::move(made));
            m_epoch = epoch;
        }
        order = m_order;
    }
    return (*order)[static_cast<std::size_t>(sample % m_epochSize)];
}

BalancedSampler::BalancedSampler(const TrainingIndex& index, const std::vector<std::size_t>& images,
                                 const std::vector<int>& classOf, std::uint64_t seed)
    : m_seed(seed)
{
    std::map<int, std::map<std::string, std::vector<std::size_t>>> classes;
    for (std::size_t i = 0; i < images.size(); ++i)
        if (classOf[i] >= 0) {
            classes[classOf[i]][index.images[images[i]].fields.patient].push_back(images[i]);
            ++m_epochSize;
        }
    if (classes.empty())
        throw Error(ErrorCode::Data, {action::train}, "data.label",
                    {TextId("data.no_class", "no training image has a class")});
    for (auto& [label, patients] : classes) {
        m_classes.emplace_back();
        for (auto& [patient, own] : patients)
            m_classes.back().push_back(std::move(own));
    }
}

std::size_t BalancedSampler::operator()(std::int64_t sample) const
{
    CounterRandom random(
        {m_seed, static_cast<std::uint64_t>(RandomPurpose::Order), static_cast<std::uint64_t>(sample)});
    const auto& patients = m_classes[random.below(m_classes.size())];
    const auto& images = patients[random.below(patients.size())];
    return images[random.below(images.size())];
}

} // namespace mama
