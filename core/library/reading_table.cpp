#include "core/library/reading_table.h"

#include "core/base/json_text.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr const char* heading =
    "session,read_first,author,study,verdict,shown_at,locked_at,seconds_to_lock,seconds_on_study,birads_right,"
    "birads_left,density,confidence,marks,asks_after_lock,asked,earlier_verdict,model_shown_before,words\r\n";

std::string cell(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == text.npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string seconds(std::int64_t ms)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", static_cast<double>(ms) / 1000);
    return text;
}

bool is(const LogEntry& entry, ReadingEvent event) { return entry.kind == kindOf(event).name; }

// What the log of its session says of a verdict.
struct Course
{
    const LogEntry* shown = nullptr;
    std::int64_t onStudy = 0; // ms
    std::size_t asks = 0;
    nlohmann::json asked = nlohmann::json::array();
};

void addTexts(nlohmann::json& asked, const LogEntry& ask)
{
    const nlohmann::json detail = nlohmann::json::parse(ask.detail, nullptr, false);
    if (!detail.is_object())
        return;
    if (detail.contains("text"))
        asked.push_back(detail["text"]);
    for (const nlohmann::json& text : detail.value("texts", nlohmann::json::array()))
        asked.push_back(text);
}

Course courseOf(const LockedVerdict& verdict, const std::vector<LogEntry>& entries)
{
    Course out;
    bool locked = false;
    const LogEntry* onScreen = nullptr; // while it is this study
    for (const LogEntry& entry : entries) {
        const bool ofStudy = entry.study == verdict.verdict.study;
        if (!locked && is(entry, ReadingEvent::StudyShown)) {
            if (onScreen)
                out.onStudy += entry.ms - onScreen->ms;
            onScreen = ofStudy ? &entry : nullptr;
            if (ofStudy && !out.shown)
                out.shown = &entry;
        }
        if (is(entry, ReadingEvent::Lock) && ofStudy) {
            if (locked)
                break; // what follows is of the next verdict
            const nlohmann::json detail = nlohmann::json::parse(entry.detail, nullptr, false);
            locked = detail.is_object() && detail.value("verdict", std::int64_t{0}) == verdict.id;
            if (onScreen)
                out.onStudy += entry.ms - onScreen->ms;
            if (onScreen)
                onScreen = &entry;
            if (!locked)
                out = {onScreen, 0, 0, nlohmann::json::array()};
        }
        if (locked && ofStudy && is(entry, ReadingEvent::Ask)) {
            ++out.asks;
            addTexts(out.asked, entry);
        }
    }
    return out;
}

bool modelShownBefore(const LockedVerdict& verdict, const std::vector<LogEntry>& outputs,
                      const std::vector<LogEntry>& entries)
{
    const auto lock = std::find_if(entries.begin(), entries.end(), [&](const LogEntry& entry) {
        const nlohmann::json detail = nlohmann::json::parse(entry.detail, nullptr, false);
        return is(entry, ReadingEvent::Lock) && detail.is_object() &&
               detail.value("verdict", std::int64_t{0}) == verdict.id;
    });
    return std::any_of(outputs.begin(), outputs.end(), [&](const LogEntry& output) {
        return output.study == verdict.verdict.study && (lock == entries.end() || output.id < lock->id);
    });
}

} // namespace

void writeReadingTable(ReaderFile& file, std::optional<std::int64_t> session, std::ostream& out)
{
    std::map<std::int64_t, std::vector<LogEntry>> entries;
    std::map<std::string, std::vector<LogEntry>> outputs;
    std::map<std::int64_t, bool> readFirst;
    for (const ReadingSession& each : file.sessions())
        readFirst[each.id] = each.readFirst;
    out << heading;
    for (const LockedVerdict& each : file.verdicts()) {
        if (session && each.session != *session)
            continue;
        if (!entries.contains(each.session))
            entries[each.session] = file.entries(each.session);
        if (!outputs.contains(each.author))
            outputs[each.author] = file.modelOutputs(each.author);
        const Verdict& verdict = each.verdict;
        const Course course = courseOf(each, entries[each.session]);
        const auto shown = [&](const std::string& text) { return course.shown ? text : std::string(); };
        const std::vector<std::string> cells{std::to_string(each.session),
                                             readFirst[each.session] ? "1" : "0",
                                             each.author,
                                             verdict.study,
                                             std::to_string(each.id),
                                             course.shown ? course.shown->at : "",
                                             each.at,
                                             shown(seconds(each.ms - (course.shown ? course.shown->ms : 0))),
                                             shown(seconds(course.onStudy)),
                                             verdict.right,
                                             verdict.left,
                                             verdict.density,
                                             verdict.confidence ? std::to_string(*verdict.confidence) : "",
                                             marksJson(verdict.marks).dump(),
                                             std::to_string(course.asks),
                                             course.asked.dump(),
                                             each.earlier ? std::to_string(*each.earlier) : "",
                                             modelShownBefore(each, outputs[each.author], entries[each.session]) ? "1"
                                                                                                                 : "0",
                                             verdict.words};
        for (std::size_t i = 0; i < cells.size(); ++i)
            out << (i > 0 ? "," : "") << cell(cells[i]);
        out << "\r\n";
    }
}

} // namespace mama
