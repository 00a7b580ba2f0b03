#include "core/library/reading_event.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/text_escape.h"
#include "core/library/study_key.h"
#include "core/library/verdict.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

constexpr auto keepLog = TextId("library.action_log", "log");

constexpr std::array<EventKind, 14> kinds{{
    {ReadingEvent::StudyShown, "study.shown", "a study came on the screen, which ends the one before: images", false,
     true},
    {ReadingEvent::Hung, "hung", "another hanging: name of the layout; hung: image, frame, slot of each", false, true},
    {ReadingEvent::Window, "window", "grey values were windowed: image, centre, width or name", false, true},
    {ReadingEvent::Zoom, "zoom", "a picture was zoomed or moved: image, factor, x, y", false, true},
    {ReadingEvent::Loupe, "loupe", "the loupe was switched: on, image, factor", false, true},
    {ReadingEvent::Overlay, "overlay", "the map over the pictures was switched: on, way", false, true},
    {ReadingEvent::Ask, "ask", "sentences were put to the model: texts, model, hash", false, true},
    {ReadingEvent::ModelShown, "model.shown", "an output of a model came on the screen: what, model, hash", false,
     true},
    {ReadingEvent::SessionBegin, "session.begin", "a session began: read_first", true, false},
    {ReadingEvent::SessionEnd, "session.end", "it ended", true, false},
    {ReadingEvent::Lock, "lock", "a verdict was locked: verdict, its number", true, true},
    {ReadingEvent::Place, "place", "side and view were given to an image: image, frame, side, view, command", true,
     false},
    {ReadingEvent::PlaceUndo, "place.undo", "that was undone: image, frame, side, view, command", true, false},
    {ReadingEvent::PlaceRedo, "place.redo", "it was done again: image, frame, side, view, command", true, false},
}};

constexpr std::array<std::string_view, 10> words{"model", "hash", "slot", "side", "view",
                                                 "tool",  "way",  "what", "name", "unit"};

[[noreturn]] void refuse(const std::string& name, const UserText& why)
{
    throw Error(ErrorCode::Usage, {keepLog}, oneLine(name), why);
}

bool isName(std::string_view name)
{
    return !name.empty() && name.size() <= 32 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == name.npos;
}

bool isWord(std::string_view text)
{
    return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
               return (c < 128 && std::isalnum(c)) ||
                      (c != 0 && std::string_view(" .+-_").find(static_cast<char>(c)) != std::string_view::npos);
           });
}

json kept(const std::string& name, const json& value, int depth)
{
    if (!isName(name))
        refuse(name, {TextId("library.bad_name", "names in the log have at most 32 small letters, digits and _")});
    if (value.is_boolean() || value.is_number() || value.is_null())
        return value;
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        if (name == "study" || name == "image" || name == "images")
            return studyKey(text);
        if (name == "text" || name == "texts") {
            checkText(name.c_str(), text, 64 << 10);
            return text;
        }
        if (std::find(words.begin(), words.end(), name) != words.end())
            return isWord(text) ? text : studyKey(text);
        refuse(name, {TextId("library.no_place_for_text", "the log has no place for this text")});
    }
    if (depth == 0)
        refuse(name, {TextId("library.too_deep", "lists and objects in it go too deep")});
    json out = value.is_array() ? json::array() : json::object();
    for (const auto& [key, child] : value.items())
        if (value.is_array())
            out.push_back(kept(name, child, depth - 1));
        else
            out[key] = kept(key, child, depth - 1);
    return out;
}

} // namespace

std::span<const EventKind> eventKinds() { return kinds; }

const EventKind& kindOf(ReadingEvent event)
{
    return *std::find_if(kinds.begin(), kinds.end(), [&](const EventKind& kind) { return kind.event == event; });
}

const EventKind* kindNamed(std::string_view name)
{
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const EventKind& kind) { return kind.name == name; });
    return found == kinds.end() ? nullptr : &*found;
}

bool isModelOutput(const LogEntry& entry)
{
    if (entry.kind == kindOf(ReadingEvent::ModelShown).name)
        return true;
    if (entry.kind != kindOf(ReadingEvent::Overlay).name)
        return false;
    const json detail = json::parse(entry.detail, nullptr, false);
    return !detail.is_object() || detail.value("on", json(true)) != json(false);
}

json keptDetail(const EventKind& kind, const json& detail)
{
    if (!detail.is_object())
        refuse(kind.name, {TextId("library.no_object", "its detail is no JSON object")});
    json out = json::object();
    for (const auto& [name, value] : detail.items())
        out[name] = kept(name, value, 3);
    const json study = out.value("study", json());
    if (kind.ofStudy && !study.is_string())
        refuse(kind.name, {TextId("library.needs_study", "its detail does not name the study")});
    if (out.dump().size() > (256U << 10))
        refuse(kind.name, {TextId("library.detail_too_long", "its detail has over %1 KiB"), 256});
    return out;
}

json toJson(const LogEntry& entry)
{
    const json detail = json::parse(entry.detail, nullptr, false);
    return {{"entry", entry.id},
            {"session", entry.session},
            {"at", entry.at},
            {"ms", entry.ms},
            {"kind", entry.kind},
            {"study", entry.study.empty() ? json() : json(entry.study)},
            {"detail", detail.is_discarded() ? json() : detail}};
}

} // namespace mama
