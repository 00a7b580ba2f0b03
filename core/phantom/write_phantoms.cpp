#include "core/base/error.h"
#include "core/phantom/prior.h"
#include "core/phantom/study.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <iterator>
#include <mutex>
#include <thread>

namespace mama {
namespace phantom {
namespace {

void check(const PhantomOptions& o)
{
    const auto require = [](bool good, const char* why) {
        if (!good)
            throw Error(ErrorCode::Usage, "write phantoms", "options", why);
    };
    require(o.studies > 0, "the number of studies must be positive");
    require(o.rows >= 64 && o.rows <= 4096 && o.columns >= 64 && o.columns <= 4096,
            "rows and columns must be 64 to 4096");
    require(o.seed <= 20000000 && o.studies <= 9000000, "the seed must be at most 20000000");
    require(o.priors >= 0 && o.priors <= 1, "the share of priors must be 0 to 1");
    require(!o.folder.empty(), "no folder is given");
}

// Patients are handed out one at a time; the first failure stops all.
class Pool
{
public:
    Pool(const PhantomOptions& options, const Job& job)
        : m_options(options), m_job(job), m_patients(static_cast<std::size_t>(options.studies))
    {}
    // Patient by patient, the earlier exam first.
    std::vector<StudyRecord> run()
    {
        const int wanted =
            m_options.threads > 0 ? m_options.threads : static_cast<int>(std::thread::hardware_concurrency());
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < std::clamp(wanted, 1, m_options.studies); ++i)
                threads.emplace_back([this] { work(); });
        }
        if (m_failure)
            std::rethrow_exception(m_failure);
        std::vector<StudyRecord> studies;
        for (std::vector<StudyRecord>& patient : m_patients)
            std::move(patient.begin(), patient.end(), std::back_inserter(studies));
        return studies;
    }

private:
    void work()
    {
        for (std::size_t i = m_next++; i < m_patients.size() && !m_job.cancelled() && !m_stop; i = m_next++)
            try {
                m_patients[i] = write(m_options.seed + i);
                const std::scoped_lock lock(m_mutex);
                m_job.report(++m_done, m_patients.size(), "phantoms");
            } catch (...) {
                const std::scoped_lock lock(m_mutex);
                m_failure = std::current_exception();
                m_stop = true;
            }
    }

    std::vector<StudyRecord> write(std::uint64_t seed) const
    {
        std::vector<StudyRecord> exams{planStudy(m_options, seed)};
        if (auto prior = planPrior(exams.front(), m_options.priors))
            exams.insert(exams.begin(), std::move(*prior));
        for (StudyRecord& exam : exams)
            writeStudy(m_options, exam);
        return exams;
    }

    const PhantomOptions& m_options;
    const Job& m_job;
    std::vector<std::vector<StudyRecord>> m_patients; // their exams
    std::atomic<std::size_t> m_next = 0;
    std::atomic<bool> m_stop = false;
    std::mutex m_mutex;
    std::uint64_t m_done = 0;
    std::exception_ptr m_failure;
};

} // namespace
} // namespace phantom

Cancellable<PhantomSummary> writePhantoms(const PhantomOptions& options, const Job& job)
{
    phantom::check(options);
    const auto start = std::chrono::steady_clock::now();
    phantom::Pool pool(options, job);
    const std::vector<phantom::StudyRecord> studies = pool.run();
    if (job.cancelled())
        return {};
    phantom::writeTables(options.folder, studies);
    PhantomSummary summary;
    for (const phantom::StudyRecord& study : studies) {
        const auto lesions = study.breasts[0].lesions.size() + study.breasts[1].lesions.size();
        ++(study.prior ? summary.priors : summary.studies);
        summary.images += static_cast<int>(study.images.size());
        summary.lesions += static_cast<int>(lesions);
        summary.studiesWithFinding += lesions > 0;
    }
    summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return summary;
}

} // namespace mama
