#include "core/training/data/image_batches.h"

#include "core/base/error.h"
#include "core/training/settings/training_actions.h"

#include <algorithm>

namespace mama {
namespace {

Raster<std::uint8_t> rasterOf(std::span<const std::uint8_t> bytes, const Extent& size)
{
    Raster<std::uint8_t> raster(size.rows, size.columns);
    std::copy(bytes.begin(), bytes.end(), raster.values.begin());
    return raster;
}

int lesionClass(const TrainingImage& image)
{
    const auto has = [&](LesionChannel channel) {
        return std::any_of(image.lesions.begin(), image.lesions.end(),
                           [&](const LesionMask& lesion) { return lesion.channel == channel; });
    };
    return has(LesionChannel::Mass) ? 1 : has(LesionChannel::Calcification) ? 2 : 0;
}

} // namespace

ImageBatchOptions ImageBatchOptions::from(const Settings& settings)
{
    ImageBatchOptions options;
    options.seed = static_cast<std::uint64_t>(settings.integer("seed"));
    options.batch = static_cast<int>(settings.integer("batch"));
    options.accumulation = static_cast<int>(settings.integer("accumulation"));
    options.secondView = settings.number("pairs.second_view");
    options.interView = settings.flag("pairs.inter_view");
    options.pairs = settings.is({"task", "pretrain"});
    options.augmentation = Augmentation::from(settings);
    options.captions = CaptionSampler::from(settings);
    options.label = settings.text("data.label");
    options.balanced = settings.is({"sampler", "balanced"});
    options.byLesion = settings.is({"sampler", "lesions"});
    return options;
}

ImageBatches::ImageBatches(const TrainingIndex& index, const PreparedImages& images,
                           std::optional<CaptionTokenizer> captions, const ImageBatchOptions& options)
    : m_index(index), m_images(images), m_captions(std::move(captions)), m_options(options), m_text(options.captions)
{
    std::vector<std::size_t> usable;
    std::vector<int> classes;
    const bool needsClass = options.label != "none" && !m_captions;
    for (const std::size_t image : index.of(options.split)) {
        const int label = labelOf(index.images[image]);
        if (!images.readable(image) || (needsClass && label < 0))
            continue;
        usable.push_back(image);
        classes.push_back(options.byLesion ? lesionClass(index.images[image]) : label);
        m_exams[index.images[image].fields.exam].push_back(image);
    }
    if (options.balanced || options.byLesion)
        m_sampler = std::make_unique<BalancedSampler>(index, usable, classes, options.seed);
    else
        m_sampler = std::make_unique<ShuffledSampler>(std::move(usable),
                                                      std::int64_t{options.batch} * options.processes, options.seed);
}

int ImageBatches::labelOf(const TrainingImage& image) const
{
    return classOf(image.labels, m_options.label).value_or(-1);
}

std::size_t ImageBatches::partner(std::size_t image, CounterRandom& random) const
{
    if (random.uniform() >= m_options.secondView)
        return image;
    std::vector<std::size_t> others;
    const ImageFields& own = m_index.images[image].fields;
    for (const std::size_t other : m_exams.at(own.exam))
        if (other != image && (!m_options.interView || m_index.images[other].fields.side == own.side))
            others.push_back(other);
    return others.empty() ? image : others[random.below(others.size())];
}

AugmentedView ImageBatches::view(std::size_t image, bool lesions, CounterRandom& random) const
{
    std::vector<Raster<std::uint8_t>> companions;
    for (int channel = 0; lesions && channel < lesionChannels; ++channel) {
        const auto share = m_images.lesions(image, static_cast<LesionChannel>(channel));
        companions.push_back(share.empty() ? Raster<std::uint8_t>(m_images.base().rows, m_images.base().columns)
                                           : rasterOf(share, m_images.base()));
    }
    return augment(rasterOf(m_images.picture(image), m_images.base()), companions, m_options.inputSize,
                   m_options.augmentation, random);
}

void ImageBatches::normalise(const Raster<float>& grey, std::vector<float>& out) const
{
    for (const float value : grey.values)
        out.push_back((value / 255 - m_options.mean) / m_options.deviation);
}

void ImageBatches::addLesions(SampleBatch& batch, const AugmentedView& view) const
{
    const int patch = m_options.patch, rows = m_options.inputSize.rows / patch,
              columns = m_options.inputSize.columns / patch;
    batch.lesionChannels = lesionChannels;
    batch.lesionRows = rows;
    batch.lesionColumns = columns;
    const float whole = 255.0F * static_cast<float>(patch * patch);
    for (const Raster<float>& channel : view.companions)
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column) {
                float sum = 0;
                for (int y = 0; y < patch; ++y)
                    for (int x = 0; x < patch; ++x)
                        sum += channel.at(row * patch + y, column * patch + x);
                batch.lesionGrid.push_back(sum / whole);
            }
}

void ImageBatches::addCaption(SampleBatch& batch, const TrainingImage& image, std::int64_t step,
                              CounterRandom& random) const
{
    const Tokens tokens =
        encodeCaption(*m_captions->tokenizer, m_captions->rules, m_text(image, m_index.codes, step, random));
    if (batch.tokens != 0 && static_cast<std::size_t>(batch.tokens) != tokens.ids.size())
        throw Error(ErrorCode::Internal, {action::makeBatch}, image.id,
                    {TextId("batch.other_length", "captions of different lengths")});
    batch.tokens = static_cast<int>(tokens.ids.size());
    batch.ids.insert(batch.ids.end(), tokens.ids.begin(), tokens.ids.end());
    for (const std::int32_t real : tokens.mask)
        batch.mask.push_back(real != 0 ? 1 : 0);
    batch.separators.emplace_back(tokens.separators.begin(), tokens.separators.end());
}

SampleBatch ImageBatches::batch(std::int64_t step, int micro) const
{
    SampleBatch batch;
    batch.size = m_options.batch;
    batch.height = m_options.inputSize.rows;
    batch.width = m_options.inputSize.columns;
    const bool lesions = m_index.hasMasks && m_options.lesions;
    const std::int64_t first =
        ((step * m_options.accumulation + micro) * m_options.processes + m_options.rank) * m_options.batch;
    for (std::int64_t sample = first; sample < first + m_options.batch; ++sample) {
        const auto randomFor = [&](RandomPurpose purpose) {
            return CounterRandom(
                {m_options.seed, static_cast<std::uint64_t>(purpose), static_cast<std::uint64_t>(sample)});
        };
        const std::size_t place = (*m_sampler)(sample);
        const TrainingImage& image = m_index.images[place];
        auto firstRandom = randomFor(RandomPurpose::FirstView), secondRandom = randomFor(RandomPurpose::SecondView);
        const AugmentedView one = view(place, lesions, firstRandom);
        normalise(one.grey, batch.first);
        if (lesions)
            addLesions(batch, one);
        if (m_options.pairs) {
            auto pairing = randomFor(RandomPurpose::Pair);
            normalise(view(partner(place, pairing), false, secondRandom).grey, batch.second);
        }
        if (m_captions) {
            auto wording = randomFor(RandomPurpose::Caption);
            addCaption(batch, image, step, wording);
        }
        batch.labels.push_back(labelOf(image));
        batch.imageIds.push_back(image.id);
    }
    m_images.checkWhole();
    return batch;
}

std::vector<float> ImageBatches::plain(std::size_t image) const
{
    CounterRandom unused({});
    const auto same = augment(rasterOf(m_images.picture(image), m_images.base()), {}, m_options.inputSize,
                              Augmentation::none(), unused);
    std::vector<float> values;
    normalise(same.grey, values);
    m_images.checkWhole();
    return values;
}

} // namespace mama
