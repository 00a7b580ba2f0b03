#pragma once
#include "core/zeroshot/library_embedding.h"

#include <nlohmann/json_fwd.hpp>

// What commands tell of images that were embedded.
namespace mama::cli {

nlohmann::json toJson(const EmbedReport& report);
std::string words(const EmbedReport& report);
void printProblems(const EmbedReport& report); // a line each
int statusOf(const EmbedReport& report);
// Ids, rising, of the studies that a filter leaves; an empty one leaves all.
std::vector<std::int64_t> studiesOf(Library& library, const std::string& where);

} // namespace mama::cli
