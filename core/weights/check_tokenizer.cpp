#include "core/weights/check_tokenizer.h"

#include "core/text/tokenizer/tokenizer.h"

namespace mama::weights {
namespace {

constexpr std::int64_t spareRows = 512; // of a token table that is rounded up

// Whether its alphabet is GPT-2's letters for bytes: those that stand for control characters and spaces.
bool isByteLevel(const Tokenizer& tokenizer)
{
    for (unsigned letter = 0x100; letter <= 0x143; ++letter)
        if (!tokenizer.id(
                std::string{static_cast<char>(0xC0 | letter >> 6), static_cast<char>(0x80 | (letter & 0x3F))}))
            return false;
    return true;
}

} // namespace

UserText wrongTokenizer(const ImportedModel& model)
{
    if (model.tokenizerFiles.empty())
        return {TextId("weights.no_tokenizer_beside", "the file holds no tokenizer: give the folder of its text model "
                                                      "(config.json and tokenizer files) with --text-model")};
    const nlohmann::json &text = model.description["text"], &captions = model.description["captions"];
    const auto tokenizer = Tokenizer::load(model.tokenizerFiles.front().parent_path());
    const auto rows = text.at("vocabulary").get<std::int64_t>(), tokens = std::int64_t{tokenizer->size()};
    if (tokens > rows || tokens + spareRows < rows || tokens * 4 < rows * 3) // half of a vocabulary is none
        return {TextId("weights.tokenizer_of_other_size",
                       "the tokenizer has %1 tokens, the text tower %2: it is another model's"),
                tokens, rows};
    const std::string pad = captions.value("pad", std::string());
    for (const std::string& token : {pad, captions.value("end", std::string())})
        if (!token.empty() && !tokenizer->id(token))
            return {TextId("weights.tokenizer_without", "the tokenizer has no token \"%1\": it is another model's"),
                    token};
    const std::vector<std::int32_t> around = tokenizer->encode("").ids;
    const bool classToken = text["family"] == "bert" || text["family"] == "modernbert";
    if (classToken &&
        (around.size() != 2 || tokenizer->id("[CLS]") != around.front() || tokenizer->id("[SEP]") != around.back()))
        return {TextId("weights.tokenizer_of_other_kind",
                       "the tokenizer puts no [CLS] and [SEP] around a text: it is another model's")};
    // BERT's words are pieces of letters, ModernBERT's of bytes, of which a space is one.
    if ((text["family"] == "bert" && isByteLevel(*tokenizer)) ||
        (text["family"] == "modernbert" && !tokenizer->id("\xc4\xa0")))
        return {TextId("weights.tokenizer_of_other_alphabet",
                       "the tokenizer cuts texts in another way than the text tower's kind: it is another model's")};
    return {};
}

} // namespace mama::weights
