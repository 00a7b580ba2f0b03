#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace mama {

// A sentence of which an image's labels say whether it is true.
struct FindingSentence
{
    enum class When { Mass, Calcification, Normal, Density }; // Normal: neither of the first two
    std::string text;
    When when = When::Normal;
    int density = 0; // class of When::Density, 0 to 3
};

// [{"text": "There is a mass.", "when": "mass"}, ...]; when: mass, calcification, normal, density 1 to density 4.
// Error(Format) names the file and the entry.
std::vector<FindingSentence> readFindingSentences(const std::filesystem::path& file);
// What terms with masks ask for. Error(Usage) for dense.sentences if none speaks of a mass, or none of a calcification.
void needBothKinds(const std::vector<FindingSentence>& sentences);

} // namespace mama
