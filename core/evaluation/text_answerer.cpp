#include "core/evaluation/text_answerer.h"

#include "core/base/error.h"
#include "core/evaluation/evaluation_actions.h"
#include "core/text/captions/prompts.h"
#include "core/training/data/caption_sampler.h"
#include "core/zeroshot/similarity.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mama {
namespace {

using When = FindingSentence::When;

struct Embedded
{
    std::vector<float> global, local;
};

// Of each text, its global embedding and that of its last sentence.
std::vector<Embedded> embed(const Model& model, const std::vector<std::string>& texts)
{
    std::vector<Embedded> made;
    const auto embedding = model.encodeTexts(texts);
    const auto dim = static_cast<std::size_t>(embedding->dim);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (embedding->last[i] < 0)
            throw Error(ErrorCode::Data, {action::evaluateFindings}, texts[i],
                        {TextId("findings.no_sentence", "is no sentence to this model")});
        const auto row = [dim](const std::vector<float>& rows, std::size_t at) {
            const auto first = rows.begin() + static_cast<std::ptrdiff_t>(at * dim);
            return std::vector<float>(first, first + static_cast<std::ptrdiff_t>(dim));
        };
        made.push_back(
            {row(embedding->global, i), row(embedding->sentences, static_cast<std::size_t>(embedding->last[i]))});
    }
    return made;
}

std::vector<float> mean(const std::vector<Embedded>& all, std::vector<float> Embedded::*which)
{
    std::vector<float> rows;
    for (const Embedded& one : all)
        rows.insert(rows.end(), (one.*which).begin(), (one.*which).end());
    return ensemble(rows, static_cast<std::int64_t>((all.front().*which).size()));
}

std::vector<float> difference(std::vector<float> a, const std::vector<float>& b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] -= b[i];
    return a;
}

std::vector<std::string> textsOf(const std::vector<FindingSentence>& sentences, When when)
{
    std::vector<std::string> texts;
    for (const FindingSentence& sentence : sentences)
        if (sentence.when == when)
            texts.push_back(sentence.text);
    if (texts.empty())
        throw Error(ErrorCode::Data, {action::evaluateFindings}, "sentences",
                    {TextId("findings.kind_missing", "masses, calcifications and the normal need one each")});
    return texts;
}

std::vector<float> mapOf(const ImageEmbedding& image, const std::vector<float>& sentence)
{
    return sentence.empty() ? std::vector<float>()
                            : alignmentMap(image.patches, image.rows, image.columns, sentence).values;
}

} // namespace

std::string lesionSentence(const TrainingImage& image, const CodeBook& codes, LesionChannel kind)
{
    const std::string wanted = kind == LesionChannel::Mass ? "The mass is " : " calcification is present";
    for (const std::string& sentence : sentencesOf(buildCaption(image.fields, image.finding, codes)))
        if (sentence.find(wanted) != std::string::npos)
            return sentence;
    return {};
}

TextAnswerer::TextAnswerer(const Model& model, const std::vector<FindingSentence>& sentences, const CodeBook& codes,
                           std::vector<std::string> mapWays)
    : m_model(model), m_codes(codes), m_mapWays(std::move(mapWays))
{
    if (!model.info().hasLocal || model.info().textFamily.empty())
        throw Error(ErrorCode::Model, {action::evaluateFindings}, model.info().name,
                    {TextId("findings.no_text_model", "needs a text model and local heads")});
    const auto normal = embed(model, textsOf(sentences, When::Normal));
    for (const When kind : {When::Mass, When::Calcification}) {
        const auto finding = embed(model, textsOf(sentences, kind));
        m_pairs[kind == When::Mass ? 0 : 1] = {
            difference(mean(finding, &Embedded::global), mean(normal, &Embedded::global)),
            difference(mean(finding, &Embedded::local), mean(normal, &Embedded::local)), finding.front().local};
    }
    for (const auto& [name, texts] : classPrompts(mama::Task::Density).classes)
        m_densities.push_back(mean(embed(model, texts), &Embedded::global));
    const auto birads = classPrompts(mama::Task::Birads).classes;
    const auto group = [&](std::size_t first, std::size_t second) {
        return mean(embed(model, {birads[first].second.front(), birads[second].second.front()}), &Embedded::global);
    };
    m_suspicious = difference(group(4, 5), group(1, 2));
}

std::vector<float> TextAnswerer::ownSentence(const TrainingImage& image, LesionChannel kind) const
{
    const std::string sentence = lesionSentence(image, m_codes, kind);
    return sentence.empty() ? std::vector<float>()
                            : embed(m_model, {sentence}).front().local; // the model remembers texts
}

std::vector<FindingAnswer> TextAnswerer::operator()(const PreparedImage& prepared, const TrainingImage& image) const
{
    auto seen = m_model.encodeImages(inputOf(prepared), ImageShape{1, prepared.size.rows, prepared.size.columns}, {},
                                     {m_mapWays.front(), m_mapWays.size() > 1});
    const std::vector<std::uint8_t> breast = breastOnGrid(prepared.geometry, prepared.breast);
    std::vector<FindingAnswer> answers{answer(*seen, breast, image)};
    for (std::size_t way = 1; way < m_mapWays.size(); ++way) {
        seen->patches = *m_model.readOut(*seen->kept, m_mapWays[way]);
        answers.push_back(answer(*seen, breast, image));
    }
    return answers;
}

FindingAnswer TextAnswerer::answer(const ImageEmbedding& seen, const std::vector<std::uint8_t>& breast,
                                   const TrainingImage& image) const
{
    FindingAnswer answer;
    for (std::size_t kind = 0; kind < m_pairs.size(); ++kind) {
        const std::vector<float> pair = mapOf(seen, m_pairs[kind].local);
        double highest = -std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < pair.size(); ++i)
            if (breast[i] != 0)
                highest = std::max(highest, static_cast<double>(pair[i]));
        answer.kinds[kind].scores = {{"global", dot(seen.global, m_pairs[kind].global)}, {"local", highest}};
        const bool lesion = std::any_of(image.lesions.begin(), image.lesions.end(), [&](const LesionMask& mask) {
            return static_cast<std::size_t>(mask.channel) == kind;
        });
        answer.kinds[kind].maps = {
            {"own", lesion ? mapOf(seen, ownSentence(image, static_cast<LesionChannel>(kind))) : std::vector<float>()},
            {"pair", pair},
            {"free", mapOf(seen, m_pairs[kind].free)}};
    }
    for (const auto& density : m_densities)
        answer.density.push_back(dot(seen.global, density));
    answer.suspicious = dot(seen.global, m_suspicious);
    return answer;
}

} // namespace mama
