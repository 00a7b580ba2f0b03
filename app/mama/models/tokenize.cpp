// mama tokenize: texts to token ids, as the model's own tokenizer gives them.
#include "app/mama/models/text_lines.h"
#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/text/captions/caption_tokens.h"
#include "core/zeroshot/model_catalogue.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct TokenizeOptions
{
    std::filesystem::path model, textFile, pairFile;
    bool raw = false, noPad = false, decode = false;
    int length = 0;
};

nlohmann::json asJson(const Tokens& tokens)
{
    nlohmann::json line{
        {"ids", tokens.ids}, {"mask", tokens.mask}, {"separators", tokens.separators}, {"cut", tokens.cut}};
    if (!tokens.types.empty())
        line["types"] = tokens.types;
    return line;
}

int tokenize(const TokenizeOptions& options)
{
    CaptionTokenizer model = loadCaptionTokenizer(
        std::filesystem::is_directory(options.model) ? options.model : findModel(options.model.string()));
    const std::vector<std::string> texts = readTexts(options.textFile);
    const std::vector<std::string> pairs =
        options.pairFile.empty() ? std::vector<std::string>() : readTexts(options.pairFile);
    if (!options.pairFile.empty() && pairs.size() != texts.size())
        throw Error(ErrorCode::Data, "tokenize", options.pairFile.string(),
                    std::to_string(pairs.size()) + " texts, " + std::to_string(texts.size()) + " expected");
    if (options.raw && !model.rules.plain)
        model.rules.length = 0; // the whole text, unless --length says otherwise
    if (options.length > 0)
        model.rules.length = options.length;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        Tokens tokens;
        if (model.rules.plain && options.pairFile.empty())
            tokens = encodeText(*model.tokenizer, model.rules, texts[i], options.raw, !options.noPad);
        else if (options.raw || !options.pairFile.empty())
            tokens = encodeRaw(*model.plain, model.rules, texts[i], !options.noPad,
                               pairs.empty() ? std::nullopt : std::optional<std::string_view>(pairs[i]));
        else
            tokens = encodeCaption(*model.tokenizer, model.rules, texts[i], !options.noPad);
        nlohmann::json line = asJson(tokens);
        if (options.decode)
            line["decoded"] = model.tokenizer->decode(tokens.ids);
        std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    }
    std::cout.flush();
    return Done;
}

} // namespace

void addTokenize(CLI::App& app, Context& context)
{
    auto options = std::make_shared<TokenizeOptions>();
    CLI::App* command = app.add_subcommand("tokenize", "Token ids of texts");
    explain(
        *command,
        "Token ids of texts, one JSON line a text: ids, mask (1 real, 0 padding), separators (positions), cut (the\n"
        "text did not fit), types (segments of a pair, if any is not 0).\n"
        "Without --raw the texts are captions: \".\" and \";\" become separator tokens, a line break a blank, start and\n"
        "end token are put around (a BERT model adds its own), and the ids are cut and padded to the model's length.\n"
        "With --raw a text is taken as it is, special tokens written in it are recognised, a BERT model adds its\n"
        "[CLS] and [SEP]; nothing is cut or padded unless --length is given.\n"
        "Texts of other groups' models (CLIP and its kin) are no captions: they are cleaned and read as their references\n"
        "do it, with or without --raw.");
    command
        ->add_option("--model", options->model,
                     "Model folder or name, or a folder with a Hugging Face tokenizer's files")
        ->required();
    command
        ->add_option("--text-file", options->textFile,
                     "One text a line, or a JSON array of strings; - is standard input")
        ->required();
    command->add_option("--pair-file", options->pairFile, "Second texts of pairs, as many; implies the rules of --raw");
    command->add_flag("--raw", options->raw, "The text as it is");
    command
        ->add_option("--length", options->length,
                     "Cut and pad to N tokens, special tokens included (default: the model's; with --raw: neither)")
        ->check(CLI::Range(1, 1'000'000));
    command->add_flag("--no-pad", options->noPad, "Cut only");
    command->add_flag("--decode", options->decode, "Add the ids' text: decoded");
    runs(*command, context, [options] { return tokenize(*options); });
}

} // namespace mama::cli
