// mama library vocabulary: what the words and codes of data sets' tables mean.
#include "app/mama/library/library_command.h"
#include "core/base/text_escape.h"
#include "core/library/collection/saved_mappings.h"
#include "core/library/collection/vocabulary_words.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

int list(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Read);
    nlohmann::json document = nlohmann::json::array();
    for (const LibraryWord& word : vocabularyOf(*library, command.name))
        if (command.json)
            document.push_back({{"dataset", word.dataset},
                                {"task", word.task},
                                {"found", word.found},
                                {"means", word.means},
                                {"read_by", word.value},
                                {"edited", word.edited}});
        else
            std::cout << oneLine(word.dataset) << "\t" << oneLine(word.task) << "\t" << oneLine(word.found) << "\t"
                      << oneLine(word.means) << "\t" << (word.value ? "read" : "told")
                      << (word.edited ? ", edited" : "") << "\n";
    if (command.json)
        printJson(document);
    return Done;
}

int set(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Write);
    return print(command,
                 setWord(*library, {command.name, command.task, command.value, command.to, !command.all, true}));
}

int mappings(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, command.erase ? Access::Write : Access::Read);
    if (command.erase)
        return print(command, removeMapping(*library, command.name));
    nlohmann::json document = nlohmann::json::object();
    for (const auto& [name, mapping] : savedMappings(*library))
        if (command.name.empty() || command.name == name)
            document[name] = toJson(mapping);
    printJson(document);
    return Done;
}

} // namespace

void addVocabulary(CLI::App& library, Context& context)
{
    CLI::App* vocabulary =
        library.add_subcommand("vocabulary", "What the words and codes of data sets' tables mean in the library");
    vocabulary->require_subcommand(1);
    const auto dataset = [](CLI::App& action, LibraryCommand& command, bool needed) {
        action.add_option("--dataset", command.name, "Its name as mama library info tells it, or its importer's")
            ->required(needed);
    };
    addAction(
        *vocabulary, context, {"list", "A word a line: data set, task, word, meaning, whether tables are read by it"},
        [dataset](CLI::App& action, LibraryCommand& command) { dataset(action, command, false); }, list);
    addAction(
        *vocabulary, context, {"set", "Change or add a word: the next import of the data set's tables reads by it"},
        [dataset](CLI::App& action, LibraryCommand& command) {
            dataset(action, command, true);
            action.add_option("TASK", command.task, "density, birads, pathology, finding (kinds, a comma between)")
                ->required();
            action.add_option("FOUND", command.value, "The word or code as the tables have it")->required();
            action.add_option("MEANS", command.to, "What it means; empty: nothing, and no warning");
            action.add_flag("--told", command.all, "Only told beside the code: tables are not read by it");
        },
        set);
    addAction(
        library, context, {"mappings", "The saved mappings of tables' columns, as JSON"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--name", command.name, "Only this one");
            action.add_flag("--delete", command.erase, "Take it away");
        },
        mappings);
}

} // namespace mama::cli
