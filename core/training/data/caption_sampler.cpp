#include "core/training/data/caption_sampler.h"

#include "core/tables/cell.h"

#include <array>

namespace mama {

CaptionSampler::Options CaptionSampler::from(const Settings& settings)
{
    return {settings.number("captions.mask_share"), settings.number("captions.mask"),
            settings.integer("captions.findings_only_until"), settings.number("captions.single_sentence_share")};
}

std::string findingsOf(const std::string& caption)
{
    const std::size_t begin = caption.find("Findings: "), end = caption.find("Impressions: ");
    if (begin == std::string::npos)
        return caption;
    return std::string(trimmed(std::string_view(caption).substr(begin, end == std::string::npos ? end : end - begin)));
}

std::vector<std::string> sentencesOf(const Caption& caption)
{
    constexpr std::array<std::string_view, 4> headings = {
        "Breast composition: ", "Findings: ", "Impressions: ", "Overall Assessment: "};
    std::vector<std::string> sentences;
    std::string_view rest(caption.text);
    rest.remove_prefix(caption.metadata.size());
    for (std::size_t end; (end = rest.find('.')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
        std::string_view sentence = trimmed(rest.substr(0, end + 1));
        for (const std::string_view heading : headings)
            if (sentence.starts_with(heading))
                sentence.remove_prefix(heading.size());
        if (sentence.size() > 1)
            sentences.emplace_back(sentence);
    }
    return sentences;
}

std::string CaptionSampler::operator()(const TrainingImage& image, const CodeBook& codes, std::int64_t step,
                                       CounterRandom& random) const
{
    std::mt19937_64 masking(random());
    CaptionOptions options;
    options.mask = random.uniform() < m_options.maskShare ? m_options.mask : 0;
    options.random = &masking;
    const Caption caption = buildCaption(image.fields, image.finding, codes, options);
    const bool single = random.uniform() < m_options.singleSentenceShare;
    if (step < m_options.findingsOnlyUntil)
        return findingsOf(caption.text);
    if (const auto sentences = sentencesOf(caption); single && !sentences.empty())
        return sentences[random.below(sentences.size())];
    return caption.text;
}

} // namespace mama
