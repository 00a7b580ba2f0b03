// mama gsdf: which driving levels of a screen show grey values by DICOM's Grayscale Standard Display Function.
#include "core/display/gsdf.h"
#include "app/mama/options.h"
#include "core/base/number_text.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct Options
{
    Screen screen;
    int values = 256;
    bool json = false;
};

nlohmann::json toJson(const Options& options)
{
    const Screen& screen = options.screen;
    const auto table = gsdfTable(screen, static_cast<std::size_t>(options.values));
    auto rows = nlohmann::json::array();
    for (std::size_t i = 0; i < table.size(); ++i) {
        const double level = static_cast<double>(table[i]);
        rows.push_back({{"value", i}, {"level", level}, {"luminance", screen.luminance(level)}});
        rows.back()["jnd"] = gsdfIndex(screen.luminance(level));
    }
    return {{"darkest", screen.darkest},
            {"brightest", screen.brightest},
            {"room_light", screen.roomLight},
            {"gamma", screen.gamma},
            {"jnd_low", screen.lowIndex()},
            {"jnd_high", screen.highIndex()},
            {"note", "of a screen as described, not as measured; no medical display"},
            {"table", std::move(rows)}};
}

int show(const Options& options)
{
    const nlohmann::json document = toJson(options);
    if (options.json) {
        printJson(document);
        return Done;
    }
    std::cout << "value\tlevel of 255\tcd/m2\tJND\n";
    for (const nlohmann::json& row : document["table"])
        std::cout << row["value"] << "\t" << fixedText(row["level"].get<double>() * 255, 2) << "\t"
                  << fixedText(row["luminance"].get<double>(), 4) << "\t" << fixedText(row["jnd"].get<double>(), 2)
                  << "\n";
    std::cout << document["note"].get<std::string>() << "\n";
    return Done;
}

} // namespace

void addGsdf(CLI::App& app, Context& context)
{
    CLI::App* gsdf = app.add_subcommand("gsdf", "Driving levels of a screen by DICOM's display function (PS3.14)");
    gsdf->footer("The window draws by the same table: View, Display.");
    const auto options = std::make_shared<Options>();
    gsdf->add_option("--darkest", options->screen.darkest, "Luminance of black in a dark room, cd/m2")
        ->capture_default_str();
    gsdf->add_option("--brightest", options->screen.brightest, "Luminance of white in a dark room, cd/m2")
        ->capture_default_str();
    gsdf->add_option("--room-light", options->screen.roomLight, "What the screen reflects, cd/m2")
        ->capture_default_str();
    gsdf->add_option("--gamma", options->screen.gamma, "The screen's own curve: level to the power of this")
        ->capture_default_str();
    gsdf->add_option("--values", options->values, "Grey values")->capture_default_str()->check(CLI::Range(2, 65536));
    addJsonOption(*gsdf, options->json);
    runs(*gsdf, context, [options] { return show(*options); });
}

} // namespace mama::cli
