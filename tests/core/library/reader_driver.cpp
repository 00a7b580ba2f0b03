// reader_driver FILE: does to a reader's file what a window does, as the lines on standard input say, and answers each
// with a line once it is done. For tests that kill it. A line is a JSON object:
//   {"do": "begin", "author", "read_first"}, {"do": "end"}, {"do": "log", "kind", "detail"},
//   {"do": "lock", "study", "right", "left", "density", "confidence", "words", "marks"},
//   {"do": "assign", "image", "side", "view"}, {"do": "undo"}, {"do": "redo"}, {"do": "assigned", "image"},
//   {"do": "draw", "image", "study", "geometry", "text", "id": of what it replaces}, {"do": "erase", "study", "id"},
//   {"do": "undo_edit", "study"}, {"do": "redo_edit", "study"}
#include "core/base/error.h"
#include "core/library/reader_file.h"

#include <iostream>
#include <nlohmann/json.hpp>

using namespace mama;
using nlohmann::json;

namespace {

Side sideOf(const std::string& text) { return text == "R" ? Side::Right : text == "L" ? Side::Left : Side::Unknown; }

json placed(const std::optional<PlacedImage>& placed)
{
    if (!placed)
        return nullptr;
    return {{"image", placed->image.sopUid},
            {"side", name(placed->now.side)},
            {"view", placed->now.view},
            {"command", placed->command}};
}

json edited(const AnnotationEdited& made)
{
    return made.command == 0 ? json() : json{{"command", made.command}, {"words", made.words}, {"ids", made.ids}};
}

json drawn(ReaderFile& file, std::int64_t session, const json& line)
{
    const std::string what = line.at("do"), study = line.at("study");
    if (what == "undo_edit")
        return edited(file.undoEdit(session, study));
    if (what == "redo_edit")
        return edited(file.redoEdit(session, study));
    Annotation annotation;
    annotation.id = line.value("id", std::int64_t(0));
    annotation.image = {line.value("image", std::string("1.2.3")), 0, {}};
    annotation.study = study;
    annotation.shape = {ShapeKind::Ruler, line.value("geometry", std::vector<float>{0, 0, 3, 4})};
    annotation.text = line.value("text", std::string());
    if (what == "erase")
        return edited(file.edit(session, {study, editWords(EditKind::Remove, {annotation}), {}, {annotation.id}}));
    const EditKind kind = annotation.id > 0 ? EditKind::Move : EditKind::Add;
    return edited(file.edit(session, {study, editWords(kind, {annotation}), {annotation}, {}}));
}

json answer(ReaderFile& file, std::int64_t& session, const json& line)
{
    const auto text = [&](const char* key) { return line.value(key, std::string()); };
    const std::string what = text("do");
    if (what == "begin")
        return session = file.beginSession(text("author"), line.value("read_first", true));
    if (what == "end")
        file.endSession(session);
    if (what == "log")
        file.log(session, kindNamed(text("kind"))->event, line.at("detail"));
    if (what == "lock") {
        Verdict verdict{text("study"), text("right"), text("left"), text("density"), std::nullopt, {}, text("words")};
        if (line.contains("confidence"))
            verdict.confidence = line["confidence"].get<int>();
        verdict.marks = marksFrom(line.value("marks", json::array()));
        return toJson(file.lock(session, verdict));
    }
    if (what == "assign")
        return placed(file.assign(session, {text("image"), "", 0, 0}, {sideOf(text("side")), text("view")}));
    if (what == "undo")
        return placed(file.undoAssign(session));
    if (what == "redo")
        return placed(file.redoAssign(session));
    if (what == "draw" || what == "erase" || what == "undo_edit" || what == "redo_edit")
        return drawn(file, session, line);
    if (what == "assigned") {
        const ImageFileRef image{"", text("image"), 0};
        const auto found = file.assigned(std::span(&image, 1))->front();
        return found ? json{{"side", name(found->side)}, {"view", found->view}} : json();
    }
    return nullptr;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2)
        return 2;
    try {
        ReaderFile file(argv[1]);
        for (const UserText& notice : file.notices())
            std::cerr << "notice: " << notice.english() << std::endl;
        std::int64_t session = 0;
        for (std::string line; std::getline(std::cin, line);)
            try {
                std::cout << json({{"done", answer(file, session, json::parse(line))}}).dump() << std::endl;
            } catch (const Error& error) {
                std::cout << json({{"error", error.what()}}).dump(-1, ' ', false, json::error_handler_t::replace)
                          << std::endl;
            }
    } catch (const Error& error) {
        std::cerr << "error: " << error.what() << std::endl;
        return 1;
    }
    return 0;
}
