#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace mama {

// What a model folder's model.json says of itself; empty: it says nothing, or cannot be read, which loading will tell.
struct SaidProvenance
{
    std::optional<std::string> trainedOn, licence;
};
SaidProvenance saidProvenance(const std::filesystem::path& model);

} // namespace mama
