#include "app/mama/commands.h"

namespace mama::cli {

void addAll(CLI::App& app, Context& context)
{
    static_cast<void>(app);
    static_cast<void>(context);
}

} // namespace mama::cli
