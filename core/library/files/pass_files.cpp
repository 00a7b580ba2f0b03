#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/base/stopwatch.h"
#include "core/library/files/file_pass.h"

#include <algorithm>
#include <exception>
#include <thread>

namespace mama {
namespace {

constexpr std::size_t namedMissing = 100;

// What several threads do together.
struct Work
{
    FilePass& pass;
    const Job& job;
    std::stop_source stop; // also where one of them failed
    std::mutex mutex;
    std::exception_ptr failure;
    FilePassReport report;
    std::size_t missing = 0;

    void take(const FileLook& look)
    {
        const std::lock_guard lock(mutex);
        const bool gone = look.facts.state == "missing";
        if (look.facts.state == "refused" || (gone && missing++ < namedMissing))
            report.problems.push_back({pathText(look.path), gone ? "missing" : look.facts.fault});
        const FilePass::Counts counts = pass.counts();
        job.report(static_cast<std::uint64_t>(counts.files - counts.left()), static_cast<std::uint64_t>(counts.files),
                   filePhase);
    }

    void run()
    {
        try {
            while (!stop.stop_requested() && !job.cancelled())
                if (const auto file = pass.next(); !file)
                    break;
                else if (const auto look = pass.look(*file, job.stop))
                    take(*look);
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!failure)
                failure = std::current_exception();
            stop.request_stop();
        }
    }
};

} // namespace

FilePassReport passFiles(Library& library, ThumbStore& store, const Job& job, int threads)
{
    const Stopwatch clock;
    FilePass pass(library, store);
    Work work{pass, job, {}, {}, {}, {}};
    const int workers = threads > 0 ? threads : std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 8);
    {
        std::vector<std::jthread> pool;
        for (int i = 1; i < workers; ++i)
            pool.emplace_back([&work] { work.run(); });
        work.run();
    }
    if (work.failure)
        std::rethrow_exception(work.failure);
    pass.flush();
    work.report.counts = pass.counts();
    work.report.seconds = clock.seconds();
    return std::move(work.report);
}

} // namespace mama
