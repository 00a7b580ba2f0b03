#include "app/mama/commands.h"

namespace mama::cli {

void addAll(CLI::App& app, Context& context)
{
    addDecode(app, context);
    addScan(app, context);
    addPreprocess(app, context);
    addTokenize(app, context);
    addCaption(app, context);
    addCheckpoint(app, context);
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
    addBench(app, context);
}

} // namespace mama::cli
