#include "core/training/processes/meeting.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/log.h"
#include "core/training/loop/process_group.h"
#include "core/training/processes/listener.h"

#include <c10/util/Logging.h>
#include <random>
#include <thread>
#include <torch/torch.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

namespace mama {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto silence = 5s; // before a wait is told

std::string placeText(const LaunchPlace& place) { return place.address + ":" + std::to_string(place.port); }

bool makesStore(const LaunchPlace& place) { return place.rank == 0 && !place.storeThere; }

MeetingStore storeOf(const LaunchPlace& place)
{
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(place.port);
    options.isServer = makesStore(place);
    options.waitWorkers = false;
    options.timeout = silence;
    if (options.isServer)
        options.masterListenFd = listenFor(place);
    MeetingStore store = c10::make_intrusive<c10d::TCPStore>(place.allHere() ? "127.0.0.1" : place.address, options);
    return c10::make_intrusive<c10d::PrefixStore>(place.prefix + "/mama", store);
}

// Says once, after a while, what this process waits for.
class Wait
{
public:
    Wait(const LaunchPlace& place, const Job& job) : m_place(place), m_job(job) {}
    bool over() const { return Clock::now() > m_begin + meetingPatience; }
    void tell(const std::string& missing, int here)
    {
        m_job.report(static_cast<std::uint64_t>(here), static_cast<std::uint64_t>(m_place.size),
                     "waiting for " + missing + " at " + placeText(m_place) + ", processes here:");
        if (m_told || Clock::now() < m_begin + silence)
            return;
        m_told = true;
        log::warning("train: process " + std::to_string(m_place.rank) + " waits for " + missing + " at " +
                     placeText(m_place) + ", " + std::to_string(meetingPatience.count()) + " minutes at most");
    }

private:
    const LaunchPlace& m_place;
    const Job& m_job;
    Clock::time_point m_begin = Clock::now();
    bool m_told = false;
};

std::string nameOf(const std::vector<int>& ranks)
{
    std::string all = ranks.size() == 1 ? "process " : "processes ";
    for (std::size_t i = 0; i < ranks.size(); ++i)
        all += (i == 0 ? "" : ", ") + std::to_string(ranks[i]);
    return all;
}

// This process's own word at its place.
std::vector<std::uint8_t> ownWord()
{
    std::random_device random;
    std::vector<std::uint8_t> word(16);
    for (std::uint8_t& byte : word)
        byte = static_cast<std::uint8_t>(random());
    return word;
}

} // namespace

MeetingStore meetingStore(const LaunchPlace& place, const Job& job)
{
    FLAGS_caffe2_log_level = 2; // errors: what c10d says of a stranger's bytes is for nobody
    Wait wait(place, job);
    while (!job.cancelled())
        try {
            return storeOf(place);
        } catch (const Error&) {
            throw;
        } catch (const std::exception&) { // it does not listen yet
            if (makesStore(place) || wait.over())
                throw ProcessLost("the first process does not answer at " + placeText(place));
            wait.tell("the first process", 1);
        }
    return {};
}

bool assemble(c10d::Store& store, const std::string& step, const LaunchPlace& place, const Job& job)
{
    const auto keyOf = [&](int rank) { return step + "/" + std::to_string(rank); };
    const auto own = ownWord();
    if (store.compareSet(keyOf(place.rank), {}, own) != own)
        throw Error(
            ErrorCode::Usage, {action::train}, placeText(place),
            {TextId("processes.place_taken",
                    "another process is number %1 of %2 there: another run at this address? Choose MASTER_PORT"),
             place.rank, place.size});
    Wait wait(place, job);
    for (std::vector<int> missing; !job.cancelled(); std::this_thread::sleep_for(20ms)) {
        missing.clear();
        for (int rank = 0; rank < place.size; ++rank)
            if (!store.check({keyOf(rank)}))
                missing.push_back(rank);
        if (missing.empty())
            return true;
        if (wait.over())
            throw ProcessLost(nameOf(missing) + " of " + std::to_string(place.size) + " did not come to " +
                              placeText(place));
        wait.tell(nameOf(missing), place.size - static_cast<int>(missing.size()));
    }
    return false;
}

} // namespace mama
