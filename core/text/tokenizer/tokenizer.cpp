#include "core/text/tokenizer/tokenizer.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/text/tokenizer/sentence_piece.h"
#include "core/text/tokenizer/tokenizer_files.h"

namespace mama {

std::shared_ptr<const Tokenizer> Tokenizer::load(const std::filesystem::path& folder)
{
    // SigLIP's own class reads spiece.model, and other ids come out of the tokenizer.json beside it.
    if (std::filesystem::exists(folder / "spiece.model") &&
        (text::namesSiglip(folder) || !std::filesystem::exists(folder / "tokenizer.json")))
        return text::loadSentencePiece(folder);
    if (std::filesystem::exists(folder / "tokenizer.json"))
        return text::loadTokenizerJson(folder);
    if (std::filesystem::exists(folder / "vocab.json") && std::filesystem::exists(folder / "merges.txt"))
        return text::loadByteLevelFiles(folder);
    if (std::filesystem::exists(folder / "vocab.txt"))
        return text::loadVocabularyText(folder);
    if (std::filesystem::exists(folder / "tokenizer.model"))
        return text::loadSentencePiece(folder);
    throw Error(
        ErrorCode::Io, {action::readTokenizer}, folder.string(),
        {TextId(
            "tokenizer.folder_has_none_tokenizer_json",
            "the folder has none of tokenizer.json, vocab.json with merges.txt, vocab.txt, tokenizer.model, spiece.model")});
}

} // namespace mama
