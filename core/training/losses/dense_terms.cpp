#include "core/training/losses/dense_terms.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/training/check/data_check.h"
#include "core/training/data/sample_batch.h"
#include "core/training/losses/dense_losses.h"
#include "core/training/processes/collectives.h"

#include <algorithm>
#include <torch/torch.h>

namespace mama {
namespace {

using torch::Tensor;
using When = FindingSentence::When;

constexpr double seen = 0.02; // share of one patch from which a lesion counts as in the picture

std::vector<std::int64_t> idsOf(const CaptionTokenizer& captions, const char* word)
{
    const auto ids = captions.plain->encodePlain(word);
    return {ids.begin(), ids.end()};
}

// [N, P, kinds]
Tensor shareOf(const SampleBatch& batch, int kinds, const at::Device& device)
{
    if (batch.lesionGrid.empty() || batch.lesionChannels < kinds)
        throw Error(ErrorCode::Data, {action::train}, "data.root", {termsWithoutMasks});
    const std::int64_t patches = std::int64_t{batch.lesionRows} * batch.lesionColumns;
    return torch::from_blob(const_cast<float*>(batch.lesionGrid.data()), {batch.size, batch.lesionChannels, patches},
                            torch::kFloat)
        .narrow(1, 0, kinds)
        .transpose(1, 2)
        .to(device);
}

Tensor numbers(const std::vector<std::int64_t>& values, const at::Device& device)
{
    return torch::tensor(values, torch::kLong).to(device);
}

} // namespace

DenseTerms::DenseTerms(const Options& options, const CaptionTokenizer& captions)
    : m_options(options), m_words{idsOf(captions, "mass"), idsOf(captions, "calcification")}
{
    m_no = idsOf(captions, "no").front();
    needBothKinds(options.sentences);
    std::vector<Tokens> all;
    std::size_t longest = 0;
    for (const FindingSentence& sentence : options.sentences) {
        all.push_back(encodeCaption(*captions.tokenizer, captions.rules, sentence.text, false));
        if (!all.back().lastSentence())
            throw Error(ErrorCode::Usage, {action::readConfiguration}, "dense.sentences: " + sentence.text,
                        {TextId("sentences.none_to_model", "is no sentence to this model")});
        longest = std::max(longest, all.back().ids.size());
        if (sentence.when == When::Mass || sentence.when == When::Calcification)
            m_of[sentence.when == When::Mass ? 0 : 1].push_back(static_cast<std::int64_t>(all.size()) - 1);
        else if (sentence.when == When::Normal)
            m_normal.push_back(static_cast<std::int64_t>(all.size()) - 1);
    }
    const auto count = static_cast<std::int64_t>(all.size()), length = static_cast<std::int64_t>(longest);
    m_ids = torch::zeros({count, length}, torch::kLong);
    m_mask = torch::zeros({count, length}, torch::kBool);
    m_separators = torch::zeros({count}, torch::kLong);
    for (std::int64_t i = 0; i < count; ++i) {
        const Tokens& tokens = all[static_cast<std::size_t>(i)];
        std::copy(tokens.ids.begin(), tokens.ids.end(), m_ids.data_ptr<std::int64_t>() + i * length);
        m_mask[i].narrow(0, 0, static_cast<std::int64_t>(tokens.ids.size())).fill_(true);
        m_separators[i] = tokens.separators[*tokens.lastSentence()];
    }
}

// As in evaluation, by running statistics: a handful of sentences has none of its own.
DenseTerms::Encoded DenseTerms::encode(const ForwardPass& pass)
{
    Tensor hidden = m_hidden;
    if (!hidden.defined()) {
        const torch::AutoGradMode gradients(pass.textTrains && torch::GradMode::is_enabled());
        for (Tensor* own : {&m_ids, &m_mask, &m_separators})
            *own = own->to(pass.network.device());
        hidden = pass.network.text->hidden({m_ids, m_mask, {}, true});
        if (!pass.textTrains)
            m_hidden = hidden;
    }
    const Tensor real = m_mask.to(hidden.scalar_type()).unsqueeze(2);
    const Tensor states = hidden.index({torch::arange(m_ids.size(0), m_ids.options()), m_separators});
    return {pass.network.sentences(states),
            l2(pass.network.textGlobal((hidden * real).sum(1) / real.sum(1)).to(torch::kFloat))};
}

std::optional<std::int64_t> DenseTerms::ownSentence(const SampleBatch& batch, std::int64_t image, int kind) const
{
    std::int64_t row = 0;
    for (std::int64_t i = 0; i < image; ++i)
        row += static_cast<std::int64_t>(batch.separators[static_cast<std::size_t>(i)].size());
    const auto* ids = batch.ids.data() + image * batch.tokens;
    const auto& word = m_words[static_cast<std::size_t>(kind)];
    std::int64_t from = 0;
    for (const std::int64_t separator : batch.separators[static_cast<std::size_t>(image)]) {
        const bool named = std::search(ids + from, ids + separator, word.begin(), word.end()) != ids + separator;
        if (named && std::find(ids + from, ids + separator, m_no) == ids + separator)
            return row;
        from = separator + 1;
        ++row;
    }
    return {};
}

// Each sentence's map, and that of the mean of all on one kind, which an ensemble asks.
Tensor DenseTerms::fixedMaps(const ForwardPass& pass, const Tensor& share, const Tensor& sentences) const
{
    YesNo reading;
    reading.positiveWeight = m_options.positiveWeight;
    const auto maps = [&](const std::vector<std::int64_t>& rows) {
        const Tensor own = sentences.index_select(0, numbers(rows, sentences.device()));
        return torch::matmul(pass.patches, torch::cat({own, l2(own.mean(0, true))}).t()); // [N, P, S + 1]
    };
    Tensor sum = torch::zeros({}, sentences.options());
    for (int kind = 0; kind < kinds; ++kind) {
        const Tensor made = maps(m_of[kind]);
        sum = sum + maskLoss(made, share.narrow(2, kind, 1).expand_as(made), reading) / kinds;
    }
    if (m_normal.empty())
        return sum;
    // A patch off the lesions says nothing against the normal; one on them does, and they are few.
    const Tensor made = maps(m_normal), lesion = mapTarget(share.amax(2, true)).expand_as(made);
    return sum + yesNoLoss((reading.threshold - made) * reading.scale, lesion, reading.positiveWeight) / kinds;
}

Tensor DenseTerms::maskTerm(const ForwardPass& pass, const Tensor& share, const Tensor& sentences) const
{
    YesNo reading;
    reading.positiveWeight = m_options.positiveWeight;
    const Tensor fixed = fixedMaps(pass, share, sentences);
    std::vector<Tensor> cosines, shares;
    for (int kind = 0; kind < kinds; ++kind)
        for (std::int64_t image = 0; image < pass.batch.size; ++image)
            if (const auto row = ownSentence(pass.batch, image, kind)) {
                cosines.push_back(torch::mv(pass.patches[image], pass.sentences[*row]));
                shares.push_back(share[image].select(1, kind));
            }
    // A mean over as many maps as there are; over those of all processes, where one may have more of them.
    const auto own = static_cast<double>(cosines.size());
    const double weight = pass.together ? own * pass.together->size() / std::max(1.0, pass.together->sum(own)) : 1;
    return cosines.empty() ? fixed : fixed + weight * maskLoss(torch::stack(cosines), torch::stack(shares), reading);
}

Tensor DenseTerms::sentenceTerm(const ForwardPass& pass, const Tensor& share, const Encoded& encoded) const
{
    const Tensor present = (share.amax(1) > seen).to(torch::kFloat); // [N, kinds]
    bool densities =
        std::all_of(pass.batch.labels.begin(), pass.batch.labels.end(), [](int label) { return label >= 0; });
    if (pass.together) // or in no process
        densities = pass.together->sum(densities ? 0 : 1) == 0;
    const std::vector<std::int64_t> labels(pass.batch.labels.begin(), pass.batch.labels.end());
    const Tensor classes = numbers(labels, share.device());
    std::vector<Tensor> truth;
    std::vector<std::int64_t> rows;
    YesNo reading;
    reading.positiveWeight = m_options.positiveSentence;
    for (std::size_t i = 0; i < m_options.sentences.size(); ++i) {
        const FindingSentence& sentence = m_options.sentences[i];
        if (sentence.when == When::Normal || (sentence.when == When::Density && (!densities || labels.empty())))
            continue;
        rows.push_back(static_cast<std::int64_t>(i));
        switch (sentence.when) {
        case When::Mass: truth.push_back(present.select(1, 0)); break;
        case When::Calcification: truth.push_back(present.select(1, 1)); break;
        case When::Normal: break;
        case When::Density: truth.push_back((classes == sentence.density).to(torch::kFloat)); break;
        }
    }
    const Tensor globals = l2(pass.globals);
    const auto chosen = [](const Tensor& all, const std::vector<std::int64_t>& which) {
        return all.index_select(0, numbers(which, all.device()));
    };
    const Tensor told = sentenceLoss(
        {pass.patches, chosen(encoded.sentences, rows), globals, chosen(encoded.globals, rows), torch::stack(truth, 1)},
        reading);
    if (m_normal.empty())
        return told;
    const Tensor normal =
        (1 - present.amax(1)).unsqueeze(1).expand({pass.batch.size, static_cast<std::int64_t>(m_normal.size())});
    return told + globalSentenceLoss(globals, chosen(encoded.globals, m_normal), normal, reading);
}

std::vector<ExtraTerm::Value> DenseTerms::operator()(const ForwardPass& pass)
{
    const Tensor share = shareOf(pass.batch, kinds, pass.patches.device());
    const Encoded encoded = encode(pass);
    std::vector<Value> values;
    if (m_options.maskWeight > 0)
        values.push_back({"mask", maskTerm(pass, share, encoded.sentences), m_options.maskWeight});
    if (m_options.sentenceWeight > 0)
        values.push_back({"sentence", sentenceTerm(pass, share, encoded), m_options.sentenceWeight});
    return values;
}

} // namespace mama
