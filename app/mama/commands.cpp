#include "app/mama/commands.h"

namespace mama::cli {

void addAll(CLI::App& app, Context& context)
{
    addTokenize(app, context);
    addCheckpoint(app, context);
    addMetrics(app, context);
    addMapMetrics(app, context);
    addLosses(app, context);
    addSchedule(app, context);
}

} // namespace mama::cli
