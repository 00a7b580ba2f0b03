// What a window does with a library, line by line, for tests that kill it: a JSON object a line on standard input, the
// answer {"done": command} once it is on the disk, or {"error": words}.
#include "core/base/error.h"
#include "core/library/collection/set_import.h"
#include "core/library/studies/study_keys.h"
#include "core/library/studies/tags.h"
#include "core/tables/importers/data_sets.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace mama;

namespace {

std::int64_t act(Library& library, const nlohmann::json& line)
{
    const std::string what = line.at("do");
    if (what == "import")
        return importSet(library, readEmbedSet(line.at("path").get<std::string>()))->change.command;
    if (what == "undo")
        return library.undo().command;
    if (what == "redo")
        return library.redo().command;
    std::vector<std::int64_t> studies = allStudies(library);
    studies.resize(std::min(studies.size(), line.value("studies", std::size_t(3))));
    return tag(library, {line.at("name"), "study", studies, what == "untag"}).command;
}

} // namespace

int main(int, char** arguments)
{
    try {
        Library library(arguments[1], Access::Write, "driver");
        for (std::string text; std::getline(std::cin, text);)
            try {
                const std::int64_t command = act(library, nlohmann::json::parse(text));
                std::cout << nlohmann::json{{"done", command}} << std::endl;
            } catch (const Error& error) {
                std::cout << nlohmann::json{{"error", error.what()}} << std::endl;
            }
    } catch (const std::exception& error) {
        std::cerr << "error: " << error.what() << std::endl;
        return 1;
    }
    return 0;
}
