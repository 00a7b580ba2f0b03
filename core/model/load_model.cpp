#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/model/torch_model.h"
#include "core/weights/base_text.h"
#include "core/weights/import_weights.h"

#include <sys/stat.h>

namespace mama {
namespace {

bool isHash(const std::string& text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// SHA-256 of a large file, computed once per file, size and times: that of the last change of its state is the system's
// own, so a file changed in place whose time was set back counts as another one.
std::string hashOf(const std::filesystem::path& path)
{
    struct stat now
    {
    };
    if (::stat(path.c_str(), &now) != 0)
        throw Error(ErrorCode::Io, {action::loadModel}, path.string(),
                    {TextId("model.cannot_opened", "cannot be opened")});
    const std::string identity = std::filesystem::weakly_canonical(path).string() + "|" + std::to_string(now.st_size) +
                                 "|" + std::to_string(now.st_ino) + "|" + std::to_string(now.st_mtim.tv_sec) + "." +
                                 std::to_string(now.st_mtim.tv_nsec) + "|" + std::to_string(now.st_ctim.tv_sec) + "." +
                                 std::to_string(now.st_ctim.tv_nsec);
    const std::filesystem::path kept = cacheFolder() / "hashes" / sha256(identity);
    try {
        const std::string hash = std::filesystem::exists(kept) ? readText(kept) : std::string();
        if (isHash(hash))
            return hash;
    } catch (const Error&) {
    }
    const std::string hash = sha256OfFile(path);
    try {
        writeAtomically(kept, hash);
    } catch (const Error&) { // a cache that cannot be written costs time only
    }
    return hash;
}

// Weights, and what else of a model folder changes a score: the tokenizer's files and configurations. What a training
// run leaves beside them says nothing of the model.
bool changesScores(const std::filesystem::path& file)
{
    const std::string ending = file.extension().string(), name = file.filename().string();
    const bool weights = ending == ".safetensors" || ending == ".bin" || ending == ".ckpt" || ending == ".pth";
    const bool texts = ending == ".json" || ending == ".txt" || ending == ".model";
    return weights || (texts && name != "model.json" && name != "trainer.json");
}

std::string modelHash(const std::filesystem::path& folder, const nlohmann::json& description)
{
    std::vector<std::filesystem::path> files;
    if (!std::filesystem::is_directory(folder))
        files.push_back(folder);
    else
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (entry.is_regular_file() && changesScores(entry.path()))
                files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (const auto base = baseTextWeights(description); !base.empty())
        files.push_back(base);
    std::string all =
        std::filesystem::exists(folder / "model.json") ? readText(folder / "model.json") : description.dump();
    for (const auto& file : files)
        all += hashOf(file);
    return sha256(all);
}

std::shared_ptr<const Tokenizer> tokenizerOf(const std::filesystem::path& folder, const nlohmann::json& description)
{
    if (!description.contains("text") || !description["text"].is_object() || !std::filesystem::is_directory(folder))
        return nullptr;
    bool found = false;
    for (const char* name : {"tokenizer.json", "vocab.json", "vocab.txt", "tokenizer.model"})
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
    ImportOptions import;
    import.checkpoint = folder;
    import.checkValues = false;
    import.hash = false;
    const Cancellable<ImportedModel> imported = importWeights(import, job);
    if (!imported)
        return nullptr;
    auto model = std::make_shared<TorchModel>(parametersOf(*imported), imported->description,
                                              tokenizerOf(folder, imported->description), options, job);
    model->setHash(modelHash(folder, imported->description));
    return model;
}

} // namespace mama
