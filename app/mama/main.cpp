// The command line: every capability from a shell or a batch job, no display needed.
#include "app/mama/commands.h"
#include "app/mama/end_guard.h"
#include "app/mama/options.h"
#include "core/base/allocator.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/text_escape.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <initializer_list>
#include <iostream>
#include <optional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace {

// SIGINT, SIGTERM and SIGHUP (a closed terminal) ask for a clean end; a second one ends at once, and one that does not
// come is not waited for. Must run before any other thread starts, so that all inherit the blocked mask.
std::jthread watchSignals(std::stop_source source, std::shared_ptr<std::atomic<bool>> endsByItself)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    struct sigaction hangUp
    {
    };
    if (sigaction(SIGHUP, nullptr, &hangUp) == 0 && hangUp.sa_handler != SIG_IGN) // nohup's choice stays
        sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return std::jthread(
        [source = std::move(source), byItself = std::move(endsByItself), set](const std::stop_token& ended) mutable {
            std::optional<mama::cli::EndGuard> asked;
            while (!ended.stop_requested()) {
                const timespec pause{0, 50'000'000};
                const bool signalled = sigtimedwait(&set, nullptr, &pause) > 0;
                if (asked && signalled)
                    std::_Exit(mama::cli::Cancelled);
                if (asked && !*byItself && asked->hangs())
                    mama::cli::endByForce(mama::cli::Cancelled);
                if (!signalled)
                    continue;
                asked.emplace();
                source.request_stop();
            }
        });
}

// Whether one of the words on the command line is one of these.
bool asks(int argc, char** argv, std::initializer_list<std::string_view> words)
{
    return std::any_of(argv + 1, argv + argc, [&](std::string_view argument) {
        return std::find(words.begin(), words.end(), argument) != words.end();
    });
}

// OpenMP's threads wait for each other in a busy loop, which on cores that the window or another process wants takes
// three times the processor time of the training itself. OpenMP asks once, when the program is loaded: so it is loaded
// again.
void letTrainingThreadsSleep(int argc, char** argv)
{
    if (asks(argc, argv, {"train", "train-step", "embed"}) && !std::getenv("OMP_WAIT_POLICY") &&
        ::setenv("OMP_WAIT_POLICY", "PASSIVE", 0) == 0)
        ::execv("/proc/self/exe",
                argv); // comes back only where there is no such file: then the threads stay as they are
}

int runCommand(const mama::cli::Context& context)
{
    using namespace mama;
    try {
        const int status = context.run ? context.run() : static_cast<int>(cli::WrongUsage);
        return context.stop.stop_requested() ? static_cast<int>(cli::Cancelled) : status;
    } catch (const Error& error) {
        std::cerr << "error: " << error.what() << std::endl;
        return error.code() == ErrorCode::Usage ? cli::WrongUsage : cli::Failed;
    } catch (const std::bad_alloc& error) {
        std::cerr << "error: memory: : " << textOf(error).english() << std::endl;
    } catch (const std::exception& error) {
        log::warning("uncaught: " + oneLine(error.what()));
        std::cerr << "error: internal: : " << textOf(error).english() << std::endl;
    }
    return cli::Failed;
}

} // namespace

int main(int argc, char** argv)
{
    using namespace mama;
    letTrainingThreadsSleep(argc, argv);
    if (asks(argc, argv,
             {"encode", "query", "classify", "evaluate", "evaluate-findings", "engine", "train", "bench", "embed",
              "files"}))
        keepFreedMemory(); // models take and free the same large blocks for every image and step
    std::stop_source interrupted;
    cli::Context context;
    const std::jthread watcher = watchSignals(interrupted, context.endsByItself);
    context.stop = interrupted.get_token();
    CLI::App app{"Mammography vision-language models from the shell. Research use only: not for clinical use."};
    app.name("mama");
    cli::listCommandsShortly(app);
    app.require_subcommand(1);
    app.set_version_flag("--version", MAMA_VERSION);
    app.add_flag("--quiet", context.quiet, "No progress on stderr");
    app.fallthrough();
    app.footer(
        "Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but some inputs were refused (listed), 130 cancelled.\n"
        "Arrays are .npy files; - is standard input or output; --json prints one JSON document and nothing else.\n"
        "Environment: MAMA_CACHE (folder of embeddings, measurements, prepared images and downloads), MAMA_MODELS (folders with models, colon separated), MAMA_READER (file with the readers' own work), MAMA_HUB (where public checkpoints come from).\n"
        "Example: mama query --model my-model --study four-view --text \"There is a mass.\" --maps maps --json");
    cli::addAll(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int status = app.exit(error);
        return status == 0 ? cli::Done : cli::WrongUsage;
    }
    if (context.quiet)
        log::setLevel(log::Level::Warning); // progress is silenced, not what is wrong
    return runCommand(context);
}
