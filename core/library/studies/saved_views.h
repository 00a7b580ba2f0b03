#pragma once
#include "core/library/collection/library.h"

namespace mama {

// A model that a view asks: the name of its embeddings' folder below the library's, and its own.
struct ViewModel
{
    std::string set, name;
    bool operator==(const ViewModel&) const = default;
};

// A question to the library under a name, to be asked again.
struct SavedView
{
    std::string name;   // case does not tell views apart
    std::string filter; // as parseFilter() reads it
    std::string sort = "date";
    bool descending = true;
    std::string form = "grid";          // "grid", "table", "map"
    std::string sentence{}, takenOff{}; // asked with it; empty: none
    std::string kept{};                 // only these studies (rangesText of kept_studies.h); empty: all
    std::string keptImages{};           // of those studies only these images, likewise; empty: all
    std::vector<ViewModel> models{};    // that the sentence is asked of, the one that is shown first at the front
};

// One command; in place of the view of this name, if there is one. Error(Usage): no name, or a filter that is wrong.
Change saveView(Library& library, const SavedView& view);
Change deleteView(Library& library, const std::string& name);   // Error(Usage): there is none of this name
std::vector<SavedView> savedViews(Library& library);            // by name
SavedView savedView(Library& library, const std::string& name); // Error(Usage) names those there are

} // namespace mama
