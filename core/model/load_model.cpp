#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/model_files.h"
#include "core/model/torch_model.h"
#include "core/weights/import_weights.h"

namespace mama {
namespace {

std::shared_ptr<const Tokenizer> tokenizerOf(const std::filesystem::path& folder, const nlohmann::json& description)
{
    if (!description.contains("text") || !description["text"].is_object() || !std::filesystem::is_directory(folder))
        return nullptr;
    bool found = false;
    for (const char* name : {"tokenizer.json", "vocab.json", "vocab.txt", "tokenizer.model", "spiece.model"})
        found = found || std::filesystem::exists(folder / name);
    if (!found)
        return nullptr;
    std::shared_ptr<const Tokenizer> tokenizer = Tokenizer::load(folder);
    std::vector<std::string> missing;
    if (description.contains("captions") && description["captions"].is_object() &&
        description["captions"].contains("added_tokens"))
        for (const auto& token : description["captions"]["added_tokens"])
            if (!tokenizer->id(token.get<std::string>()))
                missing.push_back(token.get<std::string>());
    return missing.empty() ? tokenizer : tokenizer->withAddedTokens(missing);
}

} // namespace

std::shared_ptr<const Model> Model::load(const std::filesystem::path& folder, const ComputeOptions& options,
                                         const Job& job)
{
    if (!std::filesystem::exists(folder))
        throw Error(ErrorCode::Model, {action::loadModel}, folder.string(),
                    {TextId("model.there_no_such_model_folder", "there is no such model folder")});
    auto files = std::make_unique<ModelFiles>(folder);
    try {
        ImportOptions import;
        import.checkpoint = folder;
        import.checkValues = false;
        import.hash = false;
        const Cancellable<ImportedModel> imported = importWeights(import, job);
        if (!imported)
            return nullptr;
        auto model = std::make_shared<TorchModel>(parametersOf(*imported), imported->description,
                                                  tokenizerOf(folder, imported->description), options, job);
        files->loaded(*imported, model->info().profile);
        model->setFiles(std::move(files));
        return model;
    } catch (const std::exception&) {
        if (files)
            files->checkUnchanged();
        throw;
    }
}

} // namespace mama
