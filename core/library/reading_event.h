#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace mama {

// What the log of a reading session tells of. The first row is written by the window, the second by the reader's file
// itself, with the change that it tells of.
enum class ReadingEvent {
    StudyShown,
    Hung,
    Window,
    Zoom,
    Loupe,
    Overlay,
    Ask,
    ModelShown,
    SessionBegin,
    SessionEnd,
    Lock,
    Place,
    PlaceUndo,
    PlaceRedo
};

struct EventKind
{
    ReadingEvent event;
    const char* name;    // as the file, `mama reading` and the CSV say it
    const char* meaning; // for people, with what its detail holds
    bool byFile;         // written by the reader's file alone
    bool ofStudy;        // its detail names the study
};

std::span<const EventKind> eventKinds();
const EventKind& kindOf(ReadingEvent event);
// Null: this program knows no such kind.
const EventKind* kindNamed(std::string_view name);

// One line of the log.
struct LogEntry
{
    std::int64_t id = 0, session = 0;
    std::string at;      // ISO 8601, UTC, ms
    std::int64_t ms = 0; // since the session began, by a clock that nobody sets
    std::string kind;    // EventKind::name
    std::string study;   // key; empty: of no study
    std::string detail;  // JSON object, with what else is to be said
};

// Whether it tells of a score, map, mark or order of a model that was on the screen: model.shown, and an overlay
// that was switched on.
bool isModelOutput(const LogEntry& entry);

// A detail as it is kept: numbers and booleans under any name of small letters; texts only under the names that are
// known, so that no patient's name, ID or path gets in by a slip: "text" and "texts" (what was asked), "study" and
// "image" (made keys), and "model", "hash", "slot", "side", "view", "tool", "way", "what", "name", "unit", of which
// more than 64 characters, or others than letters, digits, blanks and . + - _, become a key too. Error(Usage) names
// what cannot be kept.
nlohmann::json keptDetail(const EventKind& kind, const nlohmann::json& detail);

// {"entry", "session", "at", "ms", "kind", "study", "detail"}
nlohmann::json toJson(const LogEntry& entry);

} // namespace mama
