#include "app/mama/commands.h"

namespace mama::cli {

void addAll(CLI::App& app, Context& context)
{
    addTokenize(app, context);
    addCheckpoint(app, context);
}

} // namespace mama::cli
