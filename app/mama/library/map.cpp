// mama library map: maps of a library's embeddings.
#include "app/mama/library/library_command.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/map/library_map.h"
#include "core/library/map/map_table.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace mama::cli {
namespace {

namespace fs = std::filesystem;

struct MapCommand
{
    LibraryOption library;
    std::string model, level = "study", method = "umap", metric = "cosine", map, progress = "bar";
    MapSettings settings;
    fs::path out;
    int threads = 2, nice = 0;
    bool json = false;
};

nlohmann::json toJson(const StoredMap& map, std::optional<bool> stale)
{
    nlohmann::json out{{"map", pathText(map.file.stem())},
                       {"file", pathText(map.file)},
                       {"model", map.header.modelName},
                       {"hash", map.header.modelHash},
                       {"set", map.header.set},
                       {"settings", mama::toJson(map.header.settings)},
                       {"points", map.header.points},
                       {"laid_out", map.header.laidOut},
                       {"epochs", map.header.epochs},
                       {"trustworthiness", map.header.trustworthiness},
                       {"trustworthiness_of", map.header.measuredOn}};
    if (stale)
        out["stale"] = *stale;
    return out;
}

void print(const StoredMap& map, const char* state)
{
    const MapHeader& header = map.header;
    std::cout << pathText(map.file.stem()) << "\t" << name(header.settings.method) << " of "
              << (header.settings.level == MapLevel::Study ? "studies" : "images") << "\t" << header.points
              << " points\ttrustworthiness " << fixedText(header.trustworthiness, 3) << "\t"
              << oneLine(header.modelName) << state << "\n";
}

int make(const MapCommand& command, const Context& context)
{
    if (command.nice > 0)
        ::setpriority(PRIO_PROCESS, 0, command.nice); // where it is not allowed, it is made all the same
    MapSettings settings = command.settings;
    settings.level = mapLevelByName(command.level);
    settings.method = mapMethodByName(command.method);
    settings.metric = mapMetricByName(command.metric);
    check(settings);
    const auto library = openLibrary(command.library, Access::Read);
    const auto made = makeLibraryMap(*library, setMeant(library->folder(), command.model), settings, command.threads,
                                     command.progress == "json" ? lineJob(context.job(), {"place the rest", "points"})
                                                                : context.job());
    if (!made)
        return Cancelled;
    if (command.progress == "json")
        std::cout << nlohmann::json{{"result", toJson(*made, {})}}.dump() << std::endl;
    else if (command.json)
        printJson(toJson(*made, {}));
    else
        print(*made, "");
    std::cout << std::flush;
    return Done;
}

int list(const MapCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Read);
    nlohmann::json all = nlohmann::json::array();
    for (const StoredMap& map : storedMaps(library->folder())) {
        const bool stale = isStale(*library, map.header);
        command.json ? all.push_back(toJson(map, stale))
                     : print(map, stale ? "\tstale: other images have embeddings now" : "");
    }
    if (command.json)
        printJson({{"maps", all}});
    std::cout << std::flush;
    return Done;
}

// By its name, or the only one there is.
StoredMap mapMeant(const Library& library, const std::string& name)
{
    constexpr auto choosing = TextId("library_map.choose", "choose a map");
    const std::vector<StoredMap> maps = storedMaps(library.folder());
    std::string names;
    for (const StoredMap& map : maps) {
        if (name == pathText(map.file.stem()) || (name.empty() && maps.size() == 1))
            return map;
        names += (names.empty() ? "" : ", ") + pathText(map.file.stem());
    }
    throw Error(ErrorCode::Usage, {choosing}, name,
                names.empty() ? UserText{TextId("library_map.none", "there is no map: mama library map make")}
                              : UserText{TextId("library_map.name_one", "name one of these maps: %1"), names});
}

int exportMap(const MapCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Read);
    const StoredMap chosen = mapMeant(*library, command.map);
    const EmbeddingMap map = readMap(chosen.file);
    const std::int64_t strange = writeMapTable(*library, map, command.out);
    if (strange > 0)
        std::cerr << "warning: " << strange << " points are no longer in the library" << std::endl;
    const auto rows = static_cast<std::int64_t>(map.ids.size()) - strange;
    if (command.out == "-")
        return Done;
    if (command.json)
        printJson({{"map", pathText(chosen.file.stem())},
                   {"file", pathText(command.out)},
                   {"points", rows},
                   {"strange", strange}});
    else
        std::cout << rows << " points in " << pathText(command.out) << std::endl;
    return Done;
}

void addMake(CLI::App& parent, Context& context)
{
    auto options = std::make_shared<MapCommand>();
    CLI::App* command =
        parent.add_subcommand("make", "Make a map of all that has embeddings, in place of an older one");
    addLibraryOption(*command, options->library);
    command->add_option("--model", options->model,
                        "Whose embeddings: a model's name, 6 digits of its hash or more, or a set's folder");
    command->add_option("--level", options->level, "A point is a study or an image")
        ->check(CLI::IsMember({"study", "image"}))
        ->capture_default_str();
    command->add_option("--method", options->method, "umap, or pca: the two directions of largest variance")
        ->check(CLI::IsMember({"umap", "pca"}))
        ->capture_default_str();
    command->add_option("--metric", options->metric, "Of UMAP's neighbours and of the trustworthiness")
        ->check(CLI::IsMember({"cosine", "euclidean"}))
        ->capture_default_str();
    MapSettings& settings = options->settings;
    command->add_option("--neighbours", settings.neighbours, "Of each point, itself among them")->capture_default_str();
    command->add_option("--min-dist", settings.minDist, "How close points may lie")->capture_default_str();
    command->add_option("--spread", settings.spread, "How far apart they lie")->capture_default_str();
    command->add_option("--epochs", settings.epochs, "0: 500 up to 10,000 points, else 200")->capture_default_str();
    command->add_option("--seed", settings.seed, "The same seed gives the same bytes")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command
        ->add_option("--sample", settings.sample,
                     "Of more points so many are laid out, chosen by the seed; the rest is placed among them")
        ->capture_default_str();
    command->add_option("--threads", options->threads, "Change no result")->check(CLI::Range(1, 256));
    addNiceOption(*command, options->nice);
    addProgressOption(*command, options->progress);
    addJsonOption(*command, options->json);
    runs(*command, context, [options, &context] { return make(*options, context); });
}

} // namespace

void addMap(CLI::App& library, Context& context)
{
    CLI::App* map = library.add_subcommand("map", "Maps of its embeddings: like lies by like");
    explain(*map, "Maps are kept in the library's folder maps, which may be deleted. The trustworthiness says how far "
                  "neighbours on the map are neighbours in the data: 1 is all of them.");
    map->require_subcommand(1);
    addMake(*map, context);
    auto listed = std::make_shared<MapCommand>(), exported = std::make_shared<MapCommand>();
    CLI::App* lists = map->add_subcommand("list", "The maps there are, and whether they are of today's embeddings");
    addLibraryOption(*lists, listed->library);
    addJsonOption(*lists, listed->json);
    runs(*lists, context, [listed, &context] { return list(*listed, context); });
    CLI::App* exports = map->add_subcommand("export", "A map as CSV: dataset, study, image, id, x, y");
    addLibraryOption(*exports, exported->library);
    exports->add_option("--map", exported->map, "Its name, as list shows it; not needed where there is one");
    exports->add_option("--out", exported->out, "The file; -: standard output")->required();
    addJsonOption(*exports, exported->json);
    runs(*exports, context, [exported, &context] { return exportMap(*exported, context); });
}

} // namespace mama::cli
