#include "core/zeroshot/text_vectors.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/zeroshot/query_texts.h"
#include "core/zeroshot/sentence_context.h"

namespace mama {

Cancellable<std::vector<TextVector>> textVectors(TextEncoder& encoder, const QueryOptions& options, const Job& job)
{
    if (options.texts.empty())
        throw Error(ErrorCode::Usage, {action::query}, "", {TextId("zeroshot.no_text_to_read", "no text given")});
    QueryOptions reading = options;
    reading.maps = false;
    AskedTexts asked = readTexts(reading, encoder.model().captionRules());
    asked.toEncode.resize(asked.texts.size()); // without the un-negated forms
    const auto encoded = encoder.encode(asked.toEncode, textOptionsOf(options), job);
    if (!encoded)
        return {};
    if (options.sentences) {
        auto familiarity = options.sentences->familiarity(options.texts, job);
        if (!familiarity)
            return {};
        describeFamiliarity(asked.texts, std::move(*familiarity));
    }
    describeTexts(asked.texts, *encoded, encoder.model(), reading);
    std::vector<TextVector> out;
    for (std::size_t i = 0; i < asked.texts.size(); ++i) {
        const EncodedText& text = *(*encoded)[i];
        TextVector one{std::move(asked.texts[i]), text.global, {}};
        if (text.last >= 0) {
            const auto first = text.sentences.begin() + static_cast<std::ptrdiff_t>(text.last * text.dim);
            one.map.assign(first, first + static_cast<std::ptrdiff_t>(text.dim));
        }
        out.push_back(std::move(one));
    }
    return out;
}

} // namespace mama
