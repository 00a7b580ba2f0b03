#include "core/zeroshot/query_texts.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/text/captions/cleaning.h"
#include "core/text/captions/prompts.h"
#include "core/text/sentences/negation.h"
#include "core/text/sentences/words.h"
#include "core/text/tokenizer/known_words.h"

namespace mama {
namespace {

constexpr auto textEmpty = TextId("zeroshot.text_empty", "the text is empty");

// A sentence as the model's texts are: MaMA's end in a full stop, other groups' are taken as they are.
std::string sentenceFor(const CaptionRules& rules, const std::string& text, bool raw)
{
    return raw || rules.plain ? text : querySentence(text);
}

// Of a text that negates: its word, a warning, the form without.
void readNegation(AskedTexts& asked, std::size_t i, const CaptionRules& rules)
{
    QueriedText& text = asked.texts[i];
    const auto negation = findNegation(text.text);
    if (!negation)
        return;
    text.negated = negation->word;
    text.warnings.push_back(
        {TextId("zeroshot.negation", "negation: \"%1\" is often ignored by such models; ask for what is there instead"),
         negation->word});
    const std::string plain = sentenceFor(rules, negation->unnegated, false);
    if (plain.empty() || plain == ".")
        return;
    text.unnegated = UnnegatedScores{negation->unnegated, {}, {}};
    asked.toEncode.push_back(plain);
    asked.unnegatedOf.push_back(i);
}

// The words of each sentence, as the caption rules part them: at "." and ";".
std::vector<std::string> partsOf(const std::string& text)
{
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find_first_of(".;", at), text.size());
        out.emplace_back(text::trimmed(std::string_view(text).substr(at, end - at)));
        at = end + 1;
    }
    return out;
}

// What the model does not read of a text that is too long: from the first word on that does not fit.
std::string cutPart(const std::string& text, const Model& model, const QueryOptions& options)
{
    std::vector<std::size_t> words; // where each begins
    for (std::size_t i = 0; i < text.size(); ++i)
        if (!text::isBlank(text[i]) && (i == 0 || text::isBlank(text[i - 1])))
            words.push_back(i);
    const auto fits = [&](std::size_t count) {
        const std::string part = options.prefix + text.substr(0, count < words.size() ? words[count] : text.size());
        return !encodeText(*model.tokenizer(), model.captionRules(), part, options.raw, false).cut;
    };
    std::size_t low = 0, high = words.size(); // low words fit, high do not
    while (low + 1 < high) {
        const std::size_t middle = (low + high) / 2;
        (fits(middle) ? low : high) = middle;
    }
    return low < words.size() ? text.substr(words[low]) : std::string();
}

} // namespace

TextOptions textOptionsOf(const QueryOptions& options)
{
    TextOptions out;
    out.raw = options.raw;
    out.pooling = options.pooling;
    out.prefix = options.prefix;
    return out;
}

AskedTexts readTexts(const QueryOptions& options, const CaptionRules& rules)
{
    AskedTexts asked;
    for (std::size_t i = 0; i < options.texts.size(); ++i) {
        QueriedText one;
        one.text = options.texts[i];
        const std::string sentence = sentenceFor(rules, one.text, options.raw);
        one.encoded = rules.plain ? cleaned(sentence, rules.cleaning) : sentence;
        if (one.encoded.empty())
            throw Error(ErrorCode::Usage, {action::query}, "", {textEmpty});
        if (i < options.headings.size())
            one.heading = options.headings[i];
        one.notVisual = notVisual(one.text, one.heading);
        if (one.notVisual)
            one.warnings.push_back(
                {TextId("zeroshot.not_visual", "speaks of something else than what these images show: %1"),
                 name(*one.notVisual)});
        asked.toEncode.push_back(sentence);
        asked.texts.push_back(std::move(one));
    }
    for (std::size_t i = 0; i < asked.texts.size() && options.negations && (!options.raw || rules.plain); ++i)
        readNegation(asked, i, rules);
    if (options.minus.what == MapMinus::What::Sentence) {
        asked.minusLast = true;
        asked.toEncode.push_back(sentenceFor(rules, options.minus.text, options.raw));
        if (asked.toEncode.back().empty())
            throw Error(ErrorCode::Usage, {action::query}, "", {textEmpty});
        for (std::size_t i = 0; i < asked.texts.size(); ++i)
            if (asked.toEncode[i] == asked.toEncode.back())
                asked.texts[i].warnings.push_back(
                    {TextId("zeroshot.less_itself", "less itself: the map holds nothing")});
    }
    return asked;
}

void describeTexts(std::vector<QueriedText>& texts, const std::vector<std::shared_ptr<const EncodedText>>& encoded,
                   const Model& model, const QueryOptions& options)
{
    for (std::size_t t = 0; t < texts.size(); ++t) {
        QueriedText& text = texts[t];
        text.cut = encoded[t]->cut;
        if (const UserText unknown = model.tokenizer() ? unknownWords(*model.tokenizer(), text.text) : UserText();
            !unknown.empty())
            text.warnings.push_back(unknown);
        text.sentences = encoded[t]->sentenceCount();
        if (text.cut) {
            text.warnings.push_back({TextId("zeroshot.text_cut", "text cut: it is longer than the model reads")});
            if (model.tokenizer())
                text.cutText = cutPart(text.encoded, model, options);
        }
        if (options.maps && text.sentences == 0)
            text.warnings.push_back(
                {TextId("zeroshot.no_map", "no map: the text has no separator, or the model no local heads")});
        const bool plain = model.captionRules().plain; // one text, one vector, one map
        if (encoded[t]->last < 0 || (options.raw && !plain))
            continue;
        text.sentenceTexts = plain ? std::vector{text.encoded} : partsOf(text.encoded);
        text.sentenceTexts.resize(std::min(text.sentenceTexts.size(), static_cast<std::size_t>(encoded[t]->last) + 1));
        if (!text.sentenceTexts.empty())
            text.mapSentence = text.sentenceTexts.back();
        if (options.maps && !options.allSentences && text.sentenceTexts.size() > 1)
            text.warnings.push_back({TextId("zeroshot.map_of_last", "%1 sentences in one text: the map is of \"%2\""),
                                     text.sentenceTexts.size(), *text.mapSentence});
    }
}

void describeFamiliarity(std::vector<QueriedText>& texts, std::vector<Familiarity> familiarity)
{
    for (std::size_t t = 0; t < texts.size(); ++t) {
        if (familiarity[t].unlike)
            texts[t].warnings.push_back({TextId(
                "zeroshot.unlike",
                "unlike anything that the model was trained on or is asked for: its similarity means nothing")});
        texts[t].familiarity = std::move(familiarity[t]);
    }
    if (familiarity.size() > texts.size() && familiarity.back().unlike) // of what is taken off the maps
        for (QueriedText& text : texts)
            text.warnings.push_back({TextId("zeroshot.minus_unlike", "what is taken off its map is unlike anything "
                                                                     "that the model was trained on: the difference "
                                                                     "means nothing")});
}

} // namespace mama
