#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// The stages of a Hugging Face tokenizer.json, each made from its JSON object. `where` names file and entry in
// errors: Error(Unsupported) for a component that we do not have, Error(Format) for a broken one.
namespace mama::text {

// A well-formed UTF-8 text is changed in place.
using Normalizer = std::function<void(std::string&)>;
Normalizer makeNormalizer(const nlohmann::json& description, const std::string& where);
Normalizer bertNormalizer(bool cleanText, bool spaceChinese, bool stripAccents, bool lowercase);

// A stretch of text that is tokenized by itself.
struct Piece
{
    std::string text;
    bool first = false; // it begins where the whole text begins
};

// Appends the pieces of its argument; never empty ones.
using PreTokenizer = std::function<void(Piece&&, std::vector<Piece>&)>;
PreTokenizer makePreTokenizer(const nlohmann::json& description, const std::string& where);
PreTokenizer bertPreTokenizer();
PreTokenizer byteLevelPreTokenizer(bool addPrefixSpace, bool useExpression);

// GPT-2's table: every byte as a printable character, and back (-1: no byte).
const std::string& byteCharacter(unsigned char byte);
int characterByte(char32_t character);

// Tokens to the strings whose concatenation is the text.
using Decoder = std::function<std::vector<std::string>(std::vector<std::string>)>;
Decoder makeDecoder(const nlohmann::json& description, const std::string& where);
Decoder byteLevelDecoder();
Decoder wordPieceDecoder(const std::string& prefix, bool cleanup);

// What is put around one text or a pair.
struct Template
{
    struct Part
    {
        enum class Kind { First, Second, Special } kind = Kind::First;
        std::vector<std::int32_t> ids; // of a special token
        std::int32_t type = 0;
    };
    std::vector<Part> single, pair;
};
// Empty if the description adds nothing.
Template makeTemplate(const nlohmann::json& description, const std::string& where);
// CLS a SEP, CLS a SEP b SEP.
Template bertTemplate(std::int32_t start, std::int32_t end);
// <s> a </s>, <s> a </s></s> b </s>.
Template robertaTemplate(std::int32_t start, std::int32_t end);

// Token strings and ids of one vocabulary.
class Vocabulary
{
public:
    // Throws Error(Format) on a negative, double or absurdly large id.
    Vocabulary(const std::vector<std::pair<std::string, std::int64_t>>& entries, const std::string& where);
    Vocabulary(Vocabulary&&) = default;
    Vocabulary& operator=(Vocabulary&&) = default;
    std::optional<std::int32_t> id(std::string_view token) const;
    const std::string* token(std::int32_t id) const;                                 // null: no such id
    std::int32_t size() const { return static_cast<std::int32_t>(m_tokens.size()); } // largest id + 1
    const std::vector<std::size_t>& lengths() const
    {
        return m_lengths;
    } // the tokens' lengths in bytes, each once, ascending

private:
    struct Hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> m_ids;
    std::vector<const std::string*> m_tokens;
    std::vector<std::size_t> m_lengths;
};

// Splits one piece into tokens of a vocabulary.
class WordModel
{
public:
    explicit WordModel(Vocabulary vocabulary) : m_vocabulary(std::move(vocabulary)) {}
    virtual ~WordModel() = default;
    virtual void encode(std::string_view word, std::vector<std::int32_t>& ids) const = 0;
    const Vocabulary& vocabulary() const { return m_vocabulary; }

private:
    Vocabulary m_vocabulary;
};

struct BpeOptions
{
    std::optional<std::string> unknown;
    std::string prefix, suffix; // of continuing pieces, of the last piece
    bool fuseUnknown = false;   // neighbouring unknown characters become one token
    bool byteFallback = false;  // unknown characters as <0xNN>
    bool wholeWords = false;    // "ignore_merges": a piece that is in the vocabulary is one token
};
using Merges = std::vector<std::pair<std::string, std::string>>;
std::unique_ptr<const WordModel> makeBpe(Vocabulary vocabulary, const Merges& merges, const BpeOptions& options,
                                         const std::string& where);

struct WordPieceOptions
{
    std::string unknown = "[UNK]", prefix = "##";
    std::size_t longestWord = 100; // characters; a longer one is unknown
};
std::unique_ptr<const WordModel> makeWordPiece(Vocabulary vocabulary, const WordPieceOptions& options,
                                               const std::string& where);

// scores: log probability by id.
std::unique_ptr<const WordModel> makeUnigram(Vocabulary vocabulary, std::vector<double> scores,
                                             std::optional<std::int32_t> unknown, bool byteFallback,
                                             const std::string& where);

// The "model" object of a tokenizer.json.
std::unique_ptr<const WordModel> makeWordModel(const nlohmann::json& description, const std::string& where);

} // namespace mama::text
