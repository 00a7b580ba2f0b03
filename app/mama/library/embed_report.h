#pragma once
#include "app/mama/options.h"
#include "core/zeroshot/library_embedding.h"

#include <nlohmann/json_fwd.hpp>

// What commands that embed a library's images are told, and what they tell.
namespace mama::cli {

// How they work.
struct EmbedRun
{
    std::string progress = "bar";
    EmbedOptions options;
    ComputeOptions compute;
    ImageReading images;
    int nice = 0;
    bool json = false;
};
void addEmbedRun(CLI::App& command, EmbedRun& run);

nlohmann::json toJson(const EmbedReport& report);
std::string words(const EmbedReport& report);
void printProblems(const EmbedReport& report); // a line each
int statusOf(const EmbedReport& report);
// Ids, rising, of the studies that a filter leaves; an empty one leaves all.
std::vector<std::int64_t> studiesOf(Library& library, const std::string& where);

} // namespace mama::cli
