// mama model list, get, remove: the public checkpoints.
#include "app/mama/models/public_models.h"

#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/download/download_actions.h"
#include "core/download/hub_address.h"
#include "core/download/model_getter.h"
#include "core/download/model_shelf.h"

#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <termios.h>
#include <unistd.h>

namespace mama::cli {
namespace {

using nlohmann::json;

struct GetCommand
{
    std::string name, from;
    bool accept = false, askToken = false, json = false;
    int stall = 60, tries = FetchLimits{}.tries;
};

const char* stateName(const ShelfItem& item)
{
    switch (item.state) {
    case ShelfItem::State::Here: return "here";
    case ShelfItem::State::Begun: return item.atWork ? "at work" : "begun";
    case ShelfItem::State::NotHere: break;
    }
    return "not here";
}

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes + 500'000) / 1'000'000) + " MB"; }

json itemJson(const ShelfItem& item, const CatalogueModel* model)
{
    json entry = model ? toJson(*model) : json{{"name", item.name}};
    entry["public"] = model != nullptr;
    entry["state"] = stateName(item);
    entry["folder"] = item.folder.empty() ? json() : json(pathText(item.folder));
    entry["bytes_here"] = item.bytes;
    entry["bytes_total"] = item.total ? json(*item.total) : json();
    entry["removable"] = item.removable;
    // The files, and the imported model, which is as large at most.
    entry["disk_needed_about"] = model && model->size ? json(2 * *model->size) : json();
    return entry;
}

// "RSNA, cancer AUC 0.62; ... (where they come from)"
std::string figuresText(const CatalogueModel& model)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(2);
    for (const PublishedFigure& figure : model.figures)
        text << figure.task << " " << figure.measure << " " << figure.value << "; ";
    text << model.figuresSource;
    return text.str();
}

void printItem(const ShelfItem& item, const CatalogueModel* model)
{
    std::cout << std::left << std::setw(18) << item.name << std::setw(10) << stateName(item);
    if (item.state == ShelfItem::State::Begun)
        std::cout << megabytes(item.bytes) << (item.total ? " of " + megabytes(*item.total) : "") << "  ";
    if (!model) {
        std::cout << pathText(item.folder) << "\n";
        return;
    }
    std::cout << model->title << ": " << model->summary << "\n"
              << std::string(28, ' ') << "trained on: " << model->trainedOn << "\n"
              << std::string(28, ' ') << "licence: " << model->licence << ". " << model->terms << "\n";
    std::cout << std::string(28, ' ') << "published: " << figuresText(*model) << "\n";
    if (model->gated())
        std::cout << std::string(28, ' ') << "terms to accept: " << model->acceptAt << "\n";
    if (model->size)
        std::cout << std::string(28, ' ') << "size: about " << megabytes(*model->size) << " (" << model->sizeNote
                  << "), twice that while it is imported\n";
    if (item.state == ShelfItem::State::Here)
        std::cout << std::string(28, ' ') << pathText(item.folder) << "\n";
}

int list(bool asJson)
{
    const Catalogue catalogue = builtInCatalogue();
    json models = json::array();
    for (const ShelfItem& item : modelShelf(catalogue)) {
        if (asJson)
            models.push_back(itemJson(item, catalogue.find(item.name)));
        else
            printItem(item, catalogue.find(item.name));
    }
    if (asJson)
        printJson(
            {{"hub", usualHub(catalogue)}, {"models", models}, {"notice", "Research weights. Not for clinical use."}});
    else
        std::cout << "Research weights: none is cleared for clinical use. Source: " << usualHub(catalogue) << std::endl;
    return Done;
}

// One line from the terminal, unseen where `hidden`.
std::string askTerminal(const std::string& question, bool hidden)
{
    if (::isatty(STDIN_FILENO) == 1)
        std::cerr << question << std::flush;
    termios before{};
    const bool terminal = hidden && ::tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        termios silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    std::string line;
    std::getline(std::cin, line);
    if (terminal) {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        std::cerr << "\n";
    }
    return line;
}

// The terms are shown and taken in so many words; nothing is fetched before.
void checkAccepted(const CatalogueModel& model, bool accepted)
{
    if (accepted)
        return;
    const bool terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
    if (terminal) {
        std::cerr << model.title << "\nLicence: " << model.licence << ". " << model.terms << "\n"
                  << model.notFor << "\n";
        if (const std::string answer = askTerminal("Do you accept these terms? (yes/no) ", false); answer == "yes")
            return;
    }
    throw Error(
        ErrorCode::Usage, {action::getModel}, model.name,
        {TextId("download.terms", "its terms must be accepted with --accept: %1. %2"), model.licence, model.terms});
}

bool isAddress(const std::string& from) { return from.starts_with("http://") || from.starts_with("https://"); }

GetOptions optionsOf(const GetCommand& command, const Catalogue& catalogue, const CatalogueModel& model)
{
    GetOptions options;
    options.hub = isAddress(command.from) ? hubAddress(command.from) : usualHub(catalogue);
    if (!command.from.empty() && !isAddress(command.from))
        options.given = givenPath(command.from);
    options.limits.stall = std::chrono::seconds(command.stall);
    options.limits.tries = command.tries;
    options.token = tokenFromEnvironment(catalogue, model, options.hub);
    const bool mayAsk = ::isatty(STDIN_FILENO) == 1 && model.gated() && options.given.empty();
    if (command.askToken || (mayAsk && options.token.empty()))
        options.token = checkedToken(askTerminal(
            "A token of your account at the source, for " + model.acceptAt + " (not shown, not kept): ", true));
    return options;
}

// As soon as it is known, not when all tries are over.
void tellTrouble(const SourceNews& news)
{
    if (!news.trouble.empty() && news.wait.count() > 0)
        std::cerr << "\r" << news.trouble.english() << " (try " << news.tries << " of " << news.most
                  << "); it is asked again in " << (news.wait.count() + 999) / 1000 << " s\n"
                  << (news.tries == 1 ? whatHelps(news.host).english() + ".\n" : std::string()) << std::flush;
}

int get(const GetCommand& command, const Context& context)
{
    const Catalogue catalogue = builtInCatalogue();
    const CatalogueModel& model = catalogue.model(command.name);
    checkAccepted(model, command.accept);
    GetOptions options = optionsOf(command, catalogue, model);
    if (!context.quiet)
        options.listener = tellTrouble;
    const auto got = getModel(model, options, context.job());
    if (!got) {
        std::cerr << "stopped: what came is kept, and the same command goes on from there" << std::endl;
        return Cancelled;
    }
    json files = json::array();
    for (const auto& [name, facts] : got->files)
        files.push_back({{"name", name},
                         {"bytes", facts.bytes ? json(*facts.bytes) : json()},
                         {"sha256", facts.sha256},
                         {"commit", facts.commit.empty() ? json() : json(facts.commit)}});
    const json document{{"model", pathText(got->folder)}, {"name", model.name},
                        {"was_here", got->wasHere},       {"files", files},
                        {"report", got->report},          {"licence", model.licence + ". " + model.terms},
                        {"trained_on", model.trainedOn},  {"notice", model.notFor}};
    if (command.json)
        printJson(document);
    else
        std::cout << pathText(got->folder) << (got->wasHere ? ": was here already" : "") << "\n"
                  << "Licence: " << model.licence << ". " << model.terms << "\n"
                  << model.notFor << std::endl;
    return Done;
}

void addGet(CLI::App& model, Context& context)
{
    auto options = std::make_shared<GetCommand>();
    CLI::App* command = model.add_subcommand("get", "Fetches and imports a public checkpoint");
    explain(
        *command,
        "Asks the source for sizes and hashes, looks whether the disk has room, fetches, checks and imports. Stopped, cut or\n"
        "killed, the same command goes on where it was. Nothing else of this program uses the network. A token, for models whose\n"
        "terms are accepted with an account, is read from HF_TOKEN (another source's from MAMA_HUB_TOKEN) or asked for on a\n"
        "terminal; it goes to the source's own host alone and is neither kept nor logged. MAMA_HUB names another source for good.");
    command->add_option("NAME", options->name, "As mama model list names it")->required();
    command->add_option("--from,--base", options->from,
                        "A folder that has the files, or the base address of another source (a mirror)");
    command->add_flag("--accept", options->accept, "The licence and terms that mama model list shows are accepted");
    command->add_flag("--ask-token", options->askToken, "Read a token from standard input, unseen on a terminal");
    command->add_option("--stall", options->stall, "Seconds without a byte after which the connection is made anew")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    command->add_option("--tries", options->tries, "Tries without progress, with growing pauses")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    addJsonOption(*command, options->json);
    command->callback([options, &context] { context.run = [options, &context] { return get(*options, context); }; });
}

} // namespace

void addPublicModels(CLI::App& model, Context& context)
{
    auto asJson = std::make_shared<bool>(false);
    CLI::App* listing = model.add_subcommand("list", "The public checkpoints and every model that is here");
    explain(
        *listing,
        "What each public checkpoint was trained on, its published zero-shot figures and licence, and whether it is here; then the\n"
        "other models that are installed. With --json the figures with their source and the files too. Uses no network.");
    addJsonOption(*listing, *asJson);
    listing->callback([asJson, &context] { context.run = [asJson] { return list(*asJson); }; });
    addGet(model, context);

    auto name = std::make_shared<std::string>();
    auto removeJson = std::make_shared<bool>(false);
    CLI::App* removing = model.add_subcommand("remove", "Removes a model that was fetched, or what came of it");
    removing->add_option("NAME", *name, "As mama model list names it")->required();
    addJsonOption(*removing, *removeJson);
    removing->callback([name, removeJson, &context] {
        context.run = [name, removeJson] {
            const std::uint64_t bytes = removeModel(*name);
            if (*removeJson)
                printJson({{"name", *name}, {"bytes", bytes}});
            else
                std::cout << *name << ": " << megabytes(bytes) << " given back" << std::endl;
            return static_cast<int>(Done);
        };
    });
}

} // namespace mama::cli
