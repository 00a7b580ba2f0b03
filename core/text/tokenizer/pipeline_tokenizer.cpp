#include "core/text/tokenizer/pipeline_tokenizer.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/text_escape.h"
#include "core/text/tokenizer/unicode.h"

#include <algorithm>

namespace mama::text {

std::pair<std::size_t, std::size_t> roomForPair(std::size_t first, std::size_t second, std::size_t room)
{
    if (first + second <= room)
        return {first, second};
    const bool swapped = first > second;
    std::size_t shorter = std::min(first, second), longer = std::max(first, second);
    longer = shorter > room ? shorter : std::max(shorter, room - shorter);
    if (shorter + longer > room) {
        shorter = room / 2;
        longer = shorter + room % 2;
    }
    return swapped ? std::pair{longer, shorter} : std::pair{shorter, longer};
}

PipelineTokenizer::PipelineTokenizer(std::shared_ptr<const Stages> stages, std::vector<AddedToken> added)
    : m_stages(std::move(stages)), m_added(std::move(added), m_stages->normalizer),
      m_size(m_stages->model->vocabulary().size())
{
    for (const AddedToken& token : m_added.all())
        m_size = std::max(m_size, token.id + 1);
}

void PipelineTokenizer::encodeOrdinary(std::string_view text, bool first, std::vector<std::int32_t>& ids) const
{
    Piece whole{std::string(text), first};
    std::vector<Piece> pieces;
    if (m_stages->preTokenizer)
        m_stages->preTokenizer(std::move(whole), pieces);
    else
        pieces.push_back(std::move(whole));
    for (const Piece& piece : pieces)
        if (!piece.text.empty())
            m_stages->model->encode(piece.text, ids);
}

std::vector<std::int32_t> PipelineTokenizer::encodePlain(std::string_view text) const
{
    std::string repaired;
    if (!isUtf8(text)) {
        repaired = unicode::wellFormed(text);
        text = repaired;
    }
    std::vector<std::int32_t> ids;
    ids.reserve(text.size() / 3 + 8);
    for (const AddedTokens::Part& part : m_added.split(text, false)) {
        if (part.id >= 0) {
            ids.push_back(part.id);
            continue;
        }
        std::string normalized(part.text);
        if (m_stages->normalizer)
            m_stages->normalizer(normalized);
        for (const AddedTokens::Part& inner : m_added.split(normalized, true)) {
            const bool first = part.text.data() == text.data() && inner.text.data() == normalized.data();
            if (inner.id >= 0)
                ids.push_back(inner.id);
            else if (!inner.text.empty())
                encodeOrdinary(inner.text, first, ids);
        }
    }
    return ids;
}

Tokens PipelineTokenizer::encode(std::string_view text, std::optional<std::string_view> pair, int longest) const
{
    using Part = Template::Part;
    std::vector<std::int32_t> first = encodePlain(text),
                              second = pair ? encodePlain(*pair) : std::vector<std::int32_t>();
    std::vector<Part> parts = pair ? m_stages->around.pair : m_stages->around.single;
    if (parts.empty()) {
        parts.emplace_back();
        if (pair)
            parts.push_back({Part::Kind::Second, {}, 0});
    }
    Tokens tokens;
    if (longest > 0) {
        std::size_t own = 0;
        for (const Part& part : parts)
            own += part.ids.size();
        if (own > static_cast<std::size_t>(longest))
            throw Error(
                ErrorCode::Usage, {action::tokenize}, "length",
                {TextId("tokenizer.tokens_do_not_hold_model", "%1 tokens do not hold the model's own special tokens"),
                 longest});
        const auto [a, b] = roomForPair(first.size(), second.size(), static_cast<std::size_t>(longest) - own);
        tokens.cut = a < first.size() || b < second.size();
        first.resize(a);
        second.resize(b);
    }
    for (const Part& part : parts) {
        const auto& ids = part.kind == Part::Kind::Special ? part.ids : part.kind == Part::Kind::First ? first : second;
        tokens.ids.insert(tokens.ids.end(), ids.begin(), ids.end());
        tokens.types.insert(tokens.types.end(), ids.size(), part.type);
    }
    if (std::all_of(tokens.types.begin(), tokens.types.end(), [](std::int32_t type) { return type == 0; }))
        tokens.types.clear();
    tokens.mask.assign(tokens.ids.size(), 1);
    return tokens;
}

std::string PipelineTokenizer::decode(const std::vector<std::int32_t>& ids) const
{
    std::vector<std::string> tokens;
    for (const std::int32_t id : ids) {
        if (const AddedToken* added = m_added.byId(id))
            tokens.push_back(added->content);
        else if (const std::string* token = m_stages->model->vocabulary().token(id))
            tokens.push_back(*token);
    }
    std::string text;
    if (m_stages->decoder) {
        for (const std::string& part : m_stages->decoder(std::move(tokens)))
            text += part;
        return text;
    }
    for (std::size_t i = 0; i < tokens.size(); ++i)
        text += (i > 0 ? " " : "") + tokens[i];
    return text;
}

std::optional<std::int32_t> PipelineTokenizer::id(std::string_view token) const
{
    if (const AddedToken* added = m_added.byContent(token))
        return added->id;
    return m_stages->model->vocabulary().id(token);
}

bool PipelineTokenizer::isBert() const
{
    const auto& single = m_stages->around.single;
    return single.size() >= 3 && single.front().kind == Template::Part::Kind::Special &&
           single.back().kind == Template::Part::Kind::Special;
}

std::shared_ptr<const Tokenizer> PipelineTokenizer::withAddedTokens(const std::vector<std::string>& tokens) const
{
    std::vector<AddedToken> added = m_added.all();
    std::int32_t next = m_size;
    for (const std::string& content : tokens) {
        const bool listed =
            std::any_of(added.begin(), added.end(), [&](const AddedToken& token) { return token.content == content; });
        if (listed || content.empty())
            continue;
        const auto known = m_stages->model->vocabulary().id(content);
        added.push_back({content, known ? *known : next++});
    }
    return std::make_shared<PipelineTokenizer>(m_stages, std::move(added));
}

} // namespace mama::text
