#pragma once
#include "app/mama/library/library_command.h"
#include "app/mama/study_options.h"

namespace mama::cli {

inline constexpr auto searching = TextId("search.action", "search");

struct SearchCommand : TextReading
{
    LibraryOption library;
    std::string model, text, minus, where, relevant, region, box, fusion = "maximum";
    std::vector<std::string> models; // several: side by side
    std::filesystem::path like, cache;
    std::size_t top = 20;
    bool json = false, noPeaks = false, exact = false, twoStages = false, byDifference = false;
    ComputeOptions compute;
};

// --model named more than once.
int searchModels(const SearchCommand& command, const Context& context);
// --region, or --like with --box.
int searchRegion(const SearchCommand& command, const Context& context);

} // namespace mama::cli
