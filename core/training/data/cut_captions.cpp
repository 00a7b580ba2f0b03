#include "core/training/data/cut_captions.h"

#include "core/training/data/caption_sampler.h"

#include <algorithm>
#include <set>

namespace mama {

std::vector<UserText> cutCaptions(const std::vector<std::string>& captions, const CaptionTokenizer& tokenizer)
{
    std::size_t cut = 0;
    std::set<std::vector<std::int32_t>> left;
    for (const std::string& caption : captions) {
        const Tokens tokens = encodeCaption(*tokenizer.tokenizer, tokenizer.rules, caption);
        cut += tokens.cut ? 1 : 0;
        left.insert(tokens.ids);
    }
    if (cut == 0)
        return {};
    const std::set<std::string> different(captions.begin(), captions.end());
    return {{TextId("train.captions_cut_to",
                    "%1 of %2 captions are cut at the %3 tokens of this language model, and %4 different ones become "
                    "%5 (captions.findings_only_until and captions.single_sentence_share shorten them)"),
             cut, captions.size(), tokenizer.rules.length, different.size(), left.size()}};
}

std::vector<UserText> cutCaptions(const TrainingIndex& index, const CaptionTokenizer& tokenizer,
                                  const Settings& settings)
{
    constexpr std::size_t looked = 500;
    const CaptionSampler::Options options = CaptionSampler::from(settings);
    const CaptionSampler text(options);
    const std::int64_t step = std::min(options.findingsOnlyUntil, settings.integer("steps") - 1);
    std::vector<std::string> captions;
    for (const std::size_t image : index.of(Split::Train)) {
        if (captions.size() == looked)
            break;
        CounterRandom random({static_cast<std::uint64_t>(settings.integer("seed")),
                              static_cast<std::uint64_t>(RandomPurpose::Caption), captions.size()});
        captions.push_back(text(index.images[image], index.codes, step, random));
    }
    return cutCaptions(captions, tokenizer);
}

} // namespace mama
