#include "core/training/processes/gloo_group.h"

#include "core/base/log.h"
#include "core/training/processes/meeting.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <random>
#include <thread>
#include <torch/torch.h>

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

namespace mama {
namespace {

using torch::Tensor;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto day = 24h;

std::shared_ptr<gloo::transport::Device> deviceOf(const LaunchPlace& place)
{
    if (const char* chosen = std::getenv("GLOO_SOCKET_IFNAME"); chosen && *chosen)
        return c10d::ProcessGroupGloo::createDeviceForInterface(chosen);
    return place.allHere() ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                           : c10d::ProcessGroupGloo::createDefaultDevice();
}

class GlooGroup final : public ProcessGroup
{
public:
    GlooGroup(const LaunchPlace& place, MeetingStore store) : m_place(place), m_store(std::move(store)), m_patience(day)
    {
        auto options = c10d::ProcessGroupGloo::Options::create(meetingPatience);
        options->devices.push_back(deviceOf(place));
        m_group = c10::make_intrusive<c10d::ProcessGroupGloo>(m_store, place.rank, place.size, options);
    }

    int rank() const override { return m_place.rank; }
    int size() const override { return m_place.size; }
    int localSize() const override { return m_place.localSize; }

    void sum(std::span<double> values) override { sum(values.data(), values.size(), torch::kDouble); }
    void sum(std::span<float> values) override { sum(values.data(), values.size(), torch::kFloat); }

    void copyFromFirst(std::span<std::byte> bytes) override
    {
        std::vector<Tensor> one{bytesOf(bytes.data(), bytes.size())};
        c10d::BroadcastOptions options;
        options.timeout = m_patience;
        together([&] { return m_group->broadcast(one, options); });
    }

    void gather(std::span<const std::byte> own, std::span<std::byte> all) override
    {
        std::vector<std::vector<Tensor>> parts(1);
        for (std::size_t i = 0; i < static_cast<std::size_t>(size()); ++i)
            parts[0].push_back(bytesOf(all.data() + i * own.size(), own.size()));
        std::vector<Tensor> one{bytesOf(const_cast<std::byte*>(own.data()), own.size())};
        c10d::AllgatherOptions options;
        options.timeout = m_patience;
        together([&] { return m_group->allgather(parts, one, options); });
    }

    // Where those who fail say why: under a name that nobody outside the group can know.
    void agreeOnKeys()
    {
        std::random_device random;
        std::string word;
        for (int i = 0; i < 8; ++i)
            word += std::to_string(random());
        word = fromFirst(word);
        m_failure += word;
        m_heard += word;
    }

    void setPatience(double seconds) override
    {
        m_patience = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    }

    void leave(const std::string& why) override
    {
        try {
            const std::string text = "process " + std::to_string(rank()) + " of " + std::to_string(size()) + ": " + why;
            if (!m_store->check({m_failure}))
                m_store->set(m_failure, std::vector<std::uint8_t>(text.begin(), text.end()));
            m_store->add(m_heard, rank() == 0 ? 0 : 1); // needs not to be told
            m_group.reset();                            // ends the calls that the others wait in
            // The store ends with the first process, so that one waits until all have read.
            for (const auto end = Clock::now() + 10s;
                 rank() == 0 && m_store->add(m_heard, 0) < size() - 1 && Clock::now() < end;)
                std::this_thread::sleep_for(20ms);
        } catch (const std::exception&) { // nobody is left to be told
        }
    }

private:
    static Tensor bytesOf(std::byte* data, std::size_t count)
    {
        return torch::from_blob(data, {static_cast<std::int64_t>(count)}, torch::kByte);
    }

    void sum(void* data, std::size_t count, torch::ScalarType type)
    {
        std::vector<Tensor> one{torch::from_blob(data, {static_cast<std::int64_t>(count)}, type)};
        c10d::AllreduceOptions options;
        options.timeout = m_patience;
        together([&] { return m_group->allreduce(one, options); });
    }

    template <class Call>
    void together(const Call& call)
    {
        if (!m_group)
            throw ProcessLost("this process has left the run");
        try {
            call()->wait();
        } catch (const std::exception& error) {
            const std::string told = failure();
            log::debug(error.what());
            throw ProcessLost(!told.empty() ? told : whatHappened(error));
        }
    }

    std::string whatHappened(const std::exception& error) const
    {
        const std::string_view text = error.what();
        for (const std::string_view late : {"Timed out", "timed out", "timeout"})
            if (text.find(late) != std::string_view::npos)
                return "another process of the run said nothing for " +
                       std::to_string(std::chrono::duration_cast<std::chrono::seconds>(m_patience).count()) +
                       " s (patience); it may hang or be cut off";
        return "another process of the run is gone: it was killed, or its machine or network failed";
    }

    // What the process that failed has told.
    std::string failure() const
    {
        try {
            if (!m_store->check({m_failure}))
                return {};
            const auto bytes = m_store->get(m_failure);
            m_store->add(m_heard, 1);
            return {bytes.begin(), bytes.end()};
        } catch (const std::exception&) {
            return {};
        }
    }

    LaunchPlace m_place;
    MeetingStore m_store;
    std::string m_failure = "failure", m_heard = "heard"; // keys
    std::chrono::milliseconds m_patience;
    c10::intrusive_ptr<c10d::ProcessGroupGloo> m_group;
};

} // namespace

std::unique_ptr<ProcessGroup> joinProcesses(const LaunchPlace& place, const Job& job)
{
    const MeetingStore store = meetingStore(place, job);
    try {
        if (!store || !assemble(*store, "joined", place, job))
            return nullptr;
        auto group = std::make_unique<GlooGroup>(place, store);
        // Nobody leaves, and closes his connections, while another is still connecting.
        if (!assemble(*store, "connected", place, job))
            return nullptr;
        group->agreeOnKeys();
        return group;
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        log::debug(error.what());
        throw ProcessLost("the processes do not find each other at " + place.address + ":" +
                          std::to_string(place.port) + ": is that address reached from all machines?");
    }
}

} // namespace mama
