#pragma once
#include "core/download/catalogue.h"

#include <filesystem>

namespace mama {

// A model that is here, or could be.
struct ShelfItem
{
    enum class State { NotHere, Begun, Here };

    std::string name;
    State state = State::NotHere;
    std::filesystem::path folder;       // of a model that is here
    std::string trainedOn, licence;     // of a model that is here, as it says itself; empty: it does not
    std::uint64_t bytes = 0;            // on the disk: of the model, or of what came of it
    std::optional<std::uint64_t> total; // of all files of one that was begun, where it is known
    bool atWork = false;                // a process gets it now
    bool removable = false;             // ours to remove: fetched, or imported into the cache folder
};

// The catalogue's models in its order, then the other ones that are installed.
std::vector<ShelfItem> modelShelf(const Catalogue& catalogue);

// The model and what came of it. Bytes that were given back. Error(Usage) if there is nothing of that name, if it lies
// where it is not ours to remove, or if a process is at work on it.
std::uint64_t removeModel(const std::string& name);

} // namespace mama
