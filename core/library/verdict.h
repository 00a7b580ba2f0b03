#pragma once
#include "core/dicom/codes/side.h"

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// ACR BI-RADS 5: assessment categories and breast density.
inline constexpr std::array<std::string_view, 10> biradsCategories{"0", "1", "2", "3", "4", "4A", "4B", "4C", "5", "6"};
inline constexpr std::array<std::string_view, 4> densityClasses{"A", "B", "C", "D"};

// A place that the reader marked: (column, row) in stored pixels, pixel centres at +0.5.
struct Mark
{
    std::string image; // SOP Instance UID or hash of the pixels
    int frame = 0;
    double x = 0, y = 0;
    Side side = Side::Unknown;
    bool operator==(const Mark&) const = default;
};

// What a reader thinks of a study.
struct Verdict
{
    std::string study;             // Study Instance UID, or Study::uid
    std::string right, left;       // BI-RADS category of each breast; empty: there is no picture of it
    std::string density;           // empty: not said
    std::optional<int> confidence; // 0 to 100 %
    std::vector<Mark> marks;
    std::string words;
    bool operator==(const Verdict&) const = default;
};

// A verdict that can no longer be changed. Its study and its marks' images are keys: see studyKey().
struct LockedVerdict
{
    std::int64_t id = 0, session = 0;
    std::string author;
    std::string at;                      // ISO 8601, UTC, ms
    std::int64_t ms = 0;                 // since its session began
    std::optional<std::int64_t> earlier; // the one before of the same reader and study
    Verdict verdict;
};

// Error(Usage) says which value cannot be: no study, no category for either breast, a category, density or confidence
// that there is not, a mark outside of all pictures, a text that is not UTF-8 or too long.
void checkVerdict(const Verdict& verdict);
// Error(Usage) if a text cannot be kept: not UTF-8, a NUL in it, or longer than `longest` bytes.
void checkText(const char* what, std::string_view text, std::size_t longest);

// [{"image", "frame", "x", "y", "side": "R", "L" or ""}]
nlohmann::json marksJson(const std::vector<Mark>& marks);
std::vector<Mark> marksFrom(const nlohmann::json& marks);
// {"verdict": its number, "session", "author", "at", "ms", "earlier", "study", "birads_right", "birads_left",
// "density", "confidence", "marks", "words"}; what was not said is null.
nlohmann::json toJson(const LockedVerdict& verdict);

} // namespace mama
