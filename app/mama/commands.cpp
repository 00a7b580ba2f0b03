#include "app/mama/commands.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {

void printFigures(const nlohmann::json& report)
{
    const nlohmann::json intervals = report.value("intervals", nlohmann::json::object());
    for (const auto& [name, value] : report.items())
        if (intervals.contains(name) || value.is_number())
            std::cout << name << " " << value.dump()
                      << (intervals.contains(name) ? "  95 % " + intervals[name].dump() : "") << "\n";
    const nlohmann::json::json_pointer none("/bootstrap/no_interval");
    if (report.contains(none))
        std::cout << "null: " << report[none].get<std::string>() << "\n";
    std::cout << "confusion (rows truth) " << report["confusion_rows_truth"].dump() << std::endl;
}

void addAll(CLI::App& app, Context& context)
{
    addDecode(app, context);
    addHeader(app, context);
    addScan(app, context);
    addHanging(app, context);
    addKeys(app, context);
    addGsdf(app, context);
    addPreprocess(app, context);
    addTokenize(app, context);
    addCaption(app, context);
    addCheckpoint(app, context);
    addModel(app, context);
    addEncode(app, context);
    addQuery(app, context);
    addClassify(app, context);
    addEvaluate(app, context);
    addEvaluateFindings(app, context);
    addEngine(app, context);
    addMetrics(app, context);
    addMapMetrics(app, context);
    addLosses(app, context);
    addSchedule(app, context);
    addTrain(app, context);
    addRun(app, context);
    addPhantom(app, context);
    addReading(app, context);
    addAnnotations(app, context);
    addImport(app, context);
    addLibrary(app, context);
    addSearch(app, context);
    addBench(app, context);
}

} // namespace mama::cli
