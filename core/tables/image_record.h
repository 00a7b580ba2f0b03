#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What an importer makes of a data set's tables, and what captions, training and evaluation read.
namespace mama {

// One image, and one finding that describes it: cells as text, empty = not given. Codes are EMBED's (datasets.md 2):
// an importer of another set writes them for what its own tables say.
struct ImageFields
{
    std::string path, exam, procedure, imageType, side, view;
    std::string patient{};
};

struct FindingFields
{
    std::string exam, side, assessment, density, age, race, ethnicity;
    std::string massShape, massDensity, calcification, distribution; // codes
    std::string label{};                                             // the cell of the column that is asked for
};

// Meanings of codes: codes["massshape"]["R"] = "Round". Codes are trimmed.
using CodeBook = std::map<std::string, std::map<std::string, std::string>>;

// BI-RADS category of an assessment's letter (A N B P S M K), 0 to 6; empty for another letter.
std::optional<int> biradsCategory(std::string_view letter);
// 1 to 4 (A to D), 5: normal male, which is no density; empty for another cell.
std::optional<int> densityCode(std::string_view cell);

// Class of an image by the name of what is told apart; a name that is not there: not labelled.
using ClassLabels = std::map<std::string, int, std::less<>>;
inline constexpr std::string_view biradsLabel = "birads";   // category, 0 to 6
inline constexpr std::string_view densityLabel = "density"; // A to D, 0 to 3
std::optional<int> classOf(const ClassLabels& labels, std::string_view name);

enum class LesionChannel { Mass = 0, Calcification = 1 };
constexpr int lesionChannels = 2;

// A mask of one lesion in one image: 8 bits in stored pixels, 0 outside.
struct LesionMask
{
    std::filesystem::path file;
    LesionChannel channel = LesionChannel::Mass;
    std::string conspicuity; // obvious, moderate, subtle; empty: not said
};

struct ImageRecord
{
    std::size_t row = 0, line = 0; // 1 = first record; physical line
    ImageFields image;
    FindingFields finding; // chosen or, in a joined table, the row's own
    std::string problem;   // why no finding describes the image; empty: one does
    ClassLabels labels;    // of the finding
    std::vector<LesionMask> lesions;
    std::string
        label{}; // the cell of the column that is asked for: of the image, else of the finding; empty: not given
};

} // namespace mama
