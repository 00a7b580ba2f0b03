// mama engine: the background worker, JSON-RPC 2.0 on standard input and output (core/protocol/README.md).
#include "app/mama/end_guard.h"
#include "app/mama/options.h"
#include "app/mama/study_options.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/engine/service.h"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace mama::cli {
namespace {

struct EngineCommand
{
    std::filesystem::path cache;
    std::uint64_t limitMb = EmbeddingCache::defaultLimit >> 20;
    std::uint64_t memoryMb = engine::SessionOptions::defaultMemoryLimit >> 20;
    ComputeOptions compute;
};

// The protocol's own descriptor. Descriptor 1 becomes standard error, so that nothing that a library prints can
// come between the protocol's lines.
int takeStandardOutput()
{
    const int own = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (own < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        throw Error(ErrorCode::Io, "start engine", "standard output", std::strerror(errno));
    return own;
}

int run(const EngineCommand& command, const Context& context)
{
    std::signal(SIGPIPE, SIG_IGN); // a client that is gone is seen at the write
    const int output = takeStandardOutput();
    engine::SessionOptions options;
    options.cacheFolder = embeddingFolder(command.cache);
    options.cacheLimit = command.limitMb << 20;
    options.memoryLimit = command.memoryMb << 20;
    options.compute = command.compute;
    engine::Session session(options);
    bool sound = false;
    std::jthread guard; // of the work that goes on after the last message
    {
        engine::Service service(session, STDIN_FILENO, output, MAMA_VERSION);
        sound = service.run(context.stop);
        guard = endIfItHangs(sound ? Done : Failed);
    }
    ::close(output);
    return sound ? Done : Failed;
}

} // namespace

void addEngine(CLI::App& app, Context& context)
{
    auto options = std::make_shared<EngineCommand>();
    CLI::App* command = app.add_subcommand("engine", "The background worker behind the window");
    explain(
        *command,
        "JSON-RPC 2.0 on standard input and output, one message a line; logs on standard error. The methods are described\n"
        "in core/protocol/README.md. Ends with status 0 at the end of input or on the method shutdown.");
    addCacheOption(*command, options->cache);
    command->add_option("--cache-limit-mb", options->limitMb, "Its greatest size")
        ->check(CLI::Range(0, 1 << 30))
        ->capture_default_str();
    command
        ->add_option("--memory-limit-mb", options->memoryMb,
                     "Of the embeddings of studies and of what is kept of them to draw their maps in another way at "
                     "once")
        ->check(CLI::Range(0, 1 << 20))
        ->capture_default_str();
    addComputeOptions(*command, options->compute);
    runs(*command, context, [options, &context] { return run(*options, context); });
}

} // namespace mama::cli
