#pragma once
#include "core/download/catalogue.h"
#include "core/download/fetch_file.h"

namespace mama {

struct GetOptions
{
    std::string hub;             // base address
    std::string token;           // the user's own; never kept
    std::filesystem::path given; // a folder that has the files; empty: they are fetched
    FetchLimits limits;
    SourceListener listener = {}; // may be empty
};

// What Job::report says while a model comes: bytes of bytes while fetching, no total else.
namespace phase {
inline constexpr const char *looking = "Asking the source", *fetching = "Fetching", *importing = "Importing";
}

struct GotModel
{
    std::filesystem::path folder;
    bool wasHere = false;                     // nothing was done
    std::map<std::string, SourceFacts> files; // by name: what was fetched
    nlohmann::json report;                    // of the import
};

// Where a public model is kept: models/NAME in the cache folder.
std::filesystem::path publicModelFolder(const std::string& name);

// Gets a public model: asks for sizes, looks whether the disk has room, fetches what is missing, checks, imports; the
// model appears by rename when all is done, and the fetched files go. Stopped or failed, it goes on from there the next
// time. Empty if cancelled. Error(Usage) if another process is at work on it, or nobody serves its files; Error(Io)
// names the file and why; else as the import.
Cancellable<GotModel> getModel(const CatalogueModel& model, const GetOptions& options, const Job& job);

} // namespace mama
