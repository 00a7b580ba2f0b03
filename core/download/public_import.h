#pragma once
#include "core/base/progress.h"
#include "core/download/catalogue.h"
#include "core/download/source_answer.h"

#include <filesystem>
#include <map>

namespace mama {

// A public checkpoint's files, here and whole.
struct PublicFiles
{
    const CatalogueModel& model;
    std::filesystem::path folder;             // with the files under the catalogue's names
    std::string from;                         // the hub's address, or words: a folder that the user filled
    std::map<std::string, SourceFacts> facts; // by name, as far as they are known
};

// Makes the model folder `made`, with the licence beside the weights (licence.txt) and in model.json. Error(Model) if
// the file is another model than the catalogue says; else as importWeights. The import's report; empty if cancelled.
Cancellable<nlohmann::json> importPublic(const PublicFiles& files, const std::filesystem::path& made, const Job& job);

} // namespace mama
