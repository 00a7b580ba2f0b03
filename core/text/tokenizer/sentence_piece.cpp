#include "core/text/tokenizer/sentence_piece.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/text_escape.h"
#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_tokenizer.h"
#include "core/text/tokenizer/sentence_piece_check.h"

#include <sentencepiece_processor.h>

namespace mama::text {
namespace {

struct Processor
{
    sentencepiece::SentencePieceProcessor library;
    std::vector<std::int32_t> before, after; // start and end token that encode() adds
    bool siglip = false, lowercase = false;  // texts are cleaned first
};

// SiglipTokenizer.canonicalize_text: string.punctuation removed, white space collapsed and stripped. U+2581, the mark
// of a blank, is a blank before that.
std::string canonical(std::string_view text, bool lowercase)
{
    const std::string source = lowercase ? unicode::lower(text) : std::string(text);
    std::string out;
    for (std::size_t i = 0; i < source.size();) {
        const char32_t c = unicode::next(source, i);
        if (c < 0x80 && unicode::isPunctuation(c))
            continue;
        if (!unicode::isSpace(c) && c != 0x2581)
            unicode::append(out, c);
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

class SentencePiece final : public Tokenizer
{
public:
    SentencePiece(std::shared_ptr<const Processor> processor, std::vector<AddedToken> added)
        : m_processor(std::move(processor)), m_added(std::move(added), {}), m_size(m_processor->library.GetPieceSize())
    {
        for (const AddedToken& token : m_added.all())
            m_size = std::max(m_size, token.id + 1);
    }

    std::vector<std::int32_t> encodePlain(std::string_view text) const override
    {
        const std::string clean = isUtf8(text) ? std::string(text) : unicode::wellFormed(text);
        std::vector<std::int32_t> ids;
        for (const AddedTokens::Part& part : m_added.split(clean, false)) {
            if (part.id >= 0) {
                ids.push_back(part.id);
                continue;
            }
            std::vector<int> some;
            const std::string own = m_processor->siglip ? canonical(part.text, m_processor->lowercase) : std::string();
            const std::string_view read = m_processor->siglip ? std::string_view(own) : part.text;
            if (const auto status = m_processor->library.Encode(read, &some); !status.ok())
                throw Error(ErrorCode::Data, {action::tokenize}, "SentencePiece",
                            {TextId("tokenizer.pieces_refuse_text", "the text cannot be cut into its pieces")});
            ids.insert(ids.end(), some.begin(), some.end());
        }
        return ids;
    }

    Tokens encode(std::string_view text, std::optional<std::string_view> pair, int longest) const override
    {
        std::vector<std::int32_t> first = encodePlain(text),
                                  second = pair ? encodePlain(*pair) : std::vector<std::int32_t>();
        const std::size_t own = (m_processor->before.size() + m_processor->after.size()) * (pair ? 2 : 1);
        Tokens tokens;
        if (longest > 0) {
            if (own > static_cast<std::size_t>(longest))
                throw Error(
                    ErrorCode::Usage, {action::tokenize}, "length",
                    {TextId("tokenizer.sentence_piece_length", "%1 tokens do not hold the model's own special tokens"),
                     longest});
            const auto [a, b] = roomForPair(first.size(), second.size(), static_cast<std::size_t>(longest) - own);
            tokens.cut = a < first.size() || b < second.size();
            first.resize(a);
            second.resize(b);
        }
        const auto add = [&tokens](const std::vector<std::int32_t>& ids) {
            tokens.ids.insert(tokens.ids.end(), ids.begin(), ids.end());
        };
        for (const auto* ids : {&first, &second}) {
            if (ids == &second && !pair)
                break;
            add(m_processor->before);
            add(*ids);
            add(m_processor->after);
        }
        tokens.mask.assign(tokens.ids.size(), 1);
        return tokens;
    }

    std::string decode(const std::vector<std::int32_t>& ids) const override
    {
        std::string text;
        std::vector<int> run;
        const auto flush = [&] {
            std::string some;
            if (const auto status = m_processor->library.Decode(run, &some); !status.ok())
                throw Error(ErrorCode::Data, {action::decodeTokens}, "SentencePiece",
                            {TextId("tokenizer.pieces_refuse_ids", "these ids are no pieces of it")});
            text += some;
            run.clear();
        };
        for (const std::int32_t id : ids) {
            if (const AddedToken* token = m_added.byId(id)) {
                flush();
                text += token->content;
            } else if (id >= 0 && id < m_processor->library.GetPieceSize()) {
                run.push_back(id);
            }
        }
        flush();
        return text;
    }

    std::optional<std::int32_t> id(std::string_view token) const override
    {
        if (const AddedToken* added = m_added.byContent(token))
            return added->id;
        const int found = m_processor->library.PieceToId(token);
        return m_processor->library.IdToPiece(found) == token ? std::optional(found) : std::nullopt;
    }

    std::int32_t size() const override { return m_size; }
    bool isBert() const override { return !m_processor->before.empty() && !m_processor->after.empty(); }

    std::shared_ptr<const Tokenizer> withAddedTokens(const std::vector<std::string>& tokens) const override
    {
        std::vector<AddedToken> added = m_added.all();
        std::int32_t next = m_size;
        for (const std::string& content : tokens)
            if (!content.empty() && !m_added.byContent(content)) {
                const auto known = id(content);
                added.push_back({content, known ? *known : next++});
            }
        return std::make_shared<SentencePiece>(m_processor, std::move(added));
    }

private:
    std::shared_ptr<const Processor> m_processor;
    AddedTokens m_added;
    std::int32_t m_size = 0;
};

} // namespace

bool namesSiglip(const std::filesystem::path& folder)
{
    return contentOf(optionalObject(folder / "tokenizer_config.json").value("tokenizer_class", nlohmann::json("")))
        .starts_with("Siglip");
}

std::shared_ptr<const Tokenizer> loadSentencePiece(const std::filesystem::path& folder)
{
    const bool named = std::filesystem::exists(folder / "spiece.model");
    const std::filesystem::path file = folder / (named ? "spiece.model" : "tokenizer.model"),
                                configFile = folder / "tokenizer_config.json";
    auto processor = std::make_shared<Processor>();
    const std::string model = readText(file);
    checkSentencePieceModel(model, file.string());
    try {
        if (const auto status = processor->library.LoadFromSerializedProto(model); !status.ok())
            broken(file.string(),
                   {TextId("tokenizer.no_sentence_piece", "it is no SentencePiece model or a broken one")});
    } catch (const Error&) {
        throw;
    } catch (const std::exception&) { // Darts throws its own on pieces that it cannot order
        broken(file.string(), {TextId("tokenizer.pieces_unordered", "its pieces cannot be put in order")});
    }
    const nlohmann::json config = optionalObject(configFile);
    auto& library = processor->library;
    processor->siglip = namesSiglip(folder);
    processor->lowercase = flagAt(config, "do_lower_case", true, configFile.string());
    if (flagAt(config, "add_bos_token", !processor->siglip, configFile.string()) && library.bos_id() >= 0)
        processor->before.push_back(library.bos_id());
    if (flagAt(config, "add_eos_token", processor->siglip, configFile.string()) && library.eos_id() >= 0)
        processor->after.push_back(library.eos_id());
    std::vector<std::pair<std::string, std::int64_t>> entries;
    for (int i = 0; i < library.GetPieceSize(); ++i)
        entries.emplace_back(library.IdToPiece(i), i);
    const Vocabulary vocabulary(entries, file.string());
    std::vector<AddedToken> added = addedTokensOf(folder, {}, vocabulary);
    return std::make_shared<SentencePiece>(std::move(processor), std::move(added));
}

} // namespace mama::text
