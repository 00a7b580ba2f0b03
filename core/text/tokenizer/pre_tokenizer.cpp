// Pre-tokenizers of tokenizer.json, as the `tokenizers` library defines them.
#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_parts.h"
#include "core/text/tokenizer/unicode.h"

#include <algorithm>

namespace mama::text {
namespace {

using unicode::Range;

enum class Behaviour { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

struct Stretch
{
    Range range;
    bool match = false;
};

// The whole text as stretches that match and stretches that do not.
std::vector<Stretch> covered(std::size_t size, const std::vector<Range>& matches, bool invert)
{
    std::vector<Stretch> all;
    std::size_t end = 0;
    for (const Range& match : matches) {
        if (match.first > end)
            all.push_back({{end, match.first}, invert});
        all.push_back({match, !invert});
        end = match.second;
    }
    if (end < size)
        all.push_back({{end, size}, invert});
    return all;
}

std::vector<Range> merged(const std::vector<Stretch>& all, Behaviour behaviour)
{
    std::vector<Range> result;
    bool previous = false;
    if (behaviour == Behaviour::MergedWithNext) {
        for (auto it = all.rbegin(); it != all.rend(); ++it) {
            if (it->match && !previous && !result.empty())
                result.back().first = it->range.first;
            else
                result.push_back(it->range);
            previous = it->match;
        }
        return {result.rbegin(), result.rend()};
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Stretch& stretch = all[i];
        const bool joins =
            (behaviour == Behaviour::Contiguous && i > 0 && stretch.match == previous) ||
            (behaviour == Behaviour::MergedWithPrevious && stretch.match && !previous && !result.empty());
        if (joins)
            result.back().second = stretch.range.second;
        else if (behaviour != Behaviour::Removed || !stretch.match)
            result.push_back(stretch.range);
        previous = stretch.match;
    }
    return result;
}

void cut(const Piece& piece, const std::vector<Range>& matches, Behaviour behaviour, bool invert,
         std::vector<Piece>& pieces)
{
    for (const Range& range : merged(covered(piece.text.size(), matches, invert), behaviour))
        pieces.push_back({piece.text.substr(range.first, range.second - range.first), piece.first && range.first == 0});
}

template <class Predicate>
PreTokenizer byCharacter(Predicate isMatch, Behaviour behaviour)
{
    return [isMatch, behaviour](Piece&& piece, std::vector<Piece>& pieces) {
        std::vector<Range> matches;
        for (std::size_t i = 0; i < piece.text.size();) {
            const std::size_t begin = i;
            if (isMatch(unicode::next(piece.text, i)))
                matches.emplace_back(begin, i);
        }
        cut(piece, matches, behaviour, false, pieces);
    };
}

Behaviour behaviourAt(const nlohmann::json& description, Behaviour otherwise, const std::string& where)
{
    const std::string name = stringAt(description, "behavior", "", where);
    if (name.empty())
        return otherwise;
    if (name == "Removed")
        return Behaviour::Removed;
    if (name == "Isolated")
        return Behaviour::Isolated;
    if (name == "MergedWithPrevious")
        return Behaviour::MergedWithPrevious;
    if (name == "MergedWithNext")
        return Behaviour::MergedWithNext;
    if (name == "Contiguous")
        return Behaviour::Contiguous;
    unsupported("behavior", name, where);
}

PreTokenizer splitter(const nlohmann::json& description, const std::string& where)
{
    const auto pattern = std::make_shared<const TextPattern>(description, where);
    const Behaviour behaviour = behaviourAt(description, Behaviour::Isolated, where);
    const bool invert = flagAt(description, "invert", false, where);
    return [=](Piece&& piece, std::vector<Piece>& pieces) {
        cut(piece, pattern->matches(piece.text), behaviour, invert, pieces);
    };
}

PreTokenizer metaspace(const nlohmann::json& description, const std::string& where)
{
    const std::string mark = stringAt(description, "replacement", "\xE2\x96\x81", where);
    if (mark.empty())
        broken(where, {TextId("tokenizer.replacement_empty", "\"replacement\" is empty")});
    const std::string scheme =
        stringAt(description, "prepend_scheme",
                 flagAt(description, "add_prefix_space", true, where) ? "always" : "never", where);
    if (scheme != "always" && scheme != "first" && scheme != "never")
        unsupported("prepend_scheme", scheme, where);
    const bool split = flagAt(description, "split", true, where);
    return [=](Piece&& piece, std::vector<Piece>& pieces) {
        Piece changed{{}, piece.first};
        if (mark.size() > 1)
            checkGrowth(piece.text.size() +
                            mark.size() *
                                static_cast<std::size_t>(std::count(piece.text.begin(), piece.text.end(), ' ') + 1),
                        where);
        for (const char c : piece.text)
            c == ' ' ? changed.text += mark : changed.text += c;
        if ((scheme == "always" || (scheme == "first" && piece.first)) && !changed.text.starts_with(mark))
            changed.text.insert(0, mark);
        std::vector<Range> matches;
        for (std::size_t at = split ? changed.text.find(mark) : std::string::npos; at != std::string::npos;
             at = changed.text.find(mark, at + mark.size()))
            matches.emplace_back(at, at + mark.size());
        cut(changed, matches, Behaviour::MergedWithNext, false, pieces);
    };
}

PreTokenizer sequence(const nlohmann::json& description, const std::string& where)
{
    std::vector<PreTokenizer> steps;
    const nlohmann::json& list = arrayAt(description, "pretokenizers", where);
    for (std::size_t i = 0; i < list.size(); ++i)
        if (PreTokenizer step = makePreTokenizer(list[i], inside(where, i)))
            steps.push_back(std::move(step));
    return [steps, where](Piece&& piece, std::vector<Piece>& pieces) {
        std::size_t before = piece.text.size();
        std::vector<Piece> now;
        now.push_back(std::move(piece));
        for (const PreTokenizer& step : steps) {
            std::vector<Piece> then;
            for (Piece& part : now)
                step(std::move(part), then);
            std::size_t all = 0;
            for (const Piece& part : then)
                all += part.text.size();
            if (all > before)
                checkGrowth(all, where);
            before = all;
            now = std::move(then);
        }
        for (Piece& part : now)
            pieces.push_back(std::move(part));
    };
}

// The library keeps the matches of \w+|[^\w\s]+.
PreTokenizer words()
{
    const auto pattern = std::make_shared<const unicode::Pattern>("\\w+|[^\\w\\s]+", "pre_tokenizer Whitespace");
    return [pattern](Piece&& piece, std::vector<Piece>& pieces) {
        cut(piece, pattern->matches(piece.text), Behaviour::Removed, true, pieces);
    };
}

} // namespace

PreTokenizer bertPreTokenizer()
{
    return [](Piece&& piece, std::vector<Piece>& pieces) {
        const std::string& text = piece.text;
        std::size_t begin = 0;
        const auto flush = [&](std::size_t end) {
            if (end > begin)
                pieces.push_back({text.substr(begin, end - begin), piece.first && begin == 0});
        };
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t at = i;
            const char32_t c = unicode::next(text, i);
            const bool space = unicode::isSpace(c);
            if (!space && !unicode::isPunctuation(c))
                continue;
            flush(at);
            begin = at;
            if (!space)
                flush(i);
            begin = i;
        }
        flush(text.size());
    };
}

PreTokenizer makePreTokenizer(const nlohmann::json& description, const std::string& where)
{
    if (description.is_null())
        return {};
    const std::string type = typeOf(description, where);
    if (type == "ByteLevel")
        return byteLevelPreTokenizer(flagAt(description, "add_prefix_space", true, where),
                                     flagAt(description, "use_regex", true, where));
    if (type == "BertPreTokenizer")
        return bertPreTokenizer();
    if (type == "Sequence")
        return sequence(description, where);
    if (type == "Split")
        return splitter(description, where);
    if (type == "Metaspace")
        return metaspace(description, where);
    if (type == "Whitespace")
        return words();
    if (type == "WhitespaceSplit")
        return byCharacter(unicode::isSpace, Behaviour::Removed);
    if (type == "Punctuation")
        return byCharacter(unicode::isPunctuation, behaviourAt(description, Behaviour::Isolated, where));
    if (type == "Digits")
        return byCharacter(unicode::isNumber, flagAt(description, "individual_digits", false, where)
                                                  ? Behaviour::Isolated
                                                  : Behaviour::Contiguous);
    if (type == "CharDelimiterSplit") {
        const std::string delimiter = stringAt(description, "delimiter", "", where);
        std::size_t end = 0;
        const char32_t wanted = delimiter.empty() ? 0 : unicode::next(delimiter, end);
        if (delimiter.empty() || end != delimiter.size())
            broken(where, {TextId("tokenizer.delimiter_must_one_character", "\"delimiter\" must be one character")});
        return byCharacter([wanted](char32_t c) { return c == wanted; }, Behaviour::Removed);
    }
    unsupported("pre-tokenizer", type, where);
}

} // namespace mama::text
