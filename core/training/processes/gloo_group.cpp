#include "core/training/processes/gloo_group.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>
#include <torch/torch.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

namespace mama {
namespace {

using torch::Tensor;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Store = c10::intrusive_ptr<c10d::Store>;

constexpr auto meeting = 10min;
constexpr auto day = 24h;

std::string firstLine(const std::exception& error)
{
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
}

std::string placeText(const LaunchPlace& place) { return place.address + ":" + std::to_string(place.port); }

Store storeOf(const LaunchPlace& place, std::chrono::milliseconds timeout)
{
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(place.port);
    options.isServer = place.rank == 0 && !place.storeThere;
    options.waitWorkers = false;
    options.timeout = timeout;
    Store store = c10::make_intrusive<c10d::TCPStore>(place.address, options);
    return c10::make_intrusive<c10d::PrefixStore>(place.prefix + "/mama", store);
}

// Tries for a while: the first process may start last.
Store connect(const LaunchPlace& place, const Job& job)
{
    const auto end = Clock::now() + meeting;
    while (!job.cancelled())
        try {
            return storeOf(place, 5s);
        } catch (const std::exception& error) {
            if (place.rank == 0 && !place.storeThere)
                throw Error(ErrorCode::Io, "train", placeText(place),
                            "the first process cannot listen there (another run? choose MASTER_PORT): " +
                                firstLine(error));
            if (Clock::now() > end)
                throw ProcessLost("the first process does not answer at " + placeText(place) + ": " + firstLine(error));
        }
    return {};
}

// Whether everybody has got as far as `step`; false: cancelled.
bool assemble(c10d::Store& store, const char* step, const LaunchPlace& place, const Job& job)
{
    store.add(step, 1);
    const auto end = Clock::now() + meeting;
    for (std::int64_t here = 0; !job.cancelled(); std::this_thread::sleep_for(20ms)) {
        here = store.add(step, 0);
        if (here == place.size)
            return true;
        if (here > place.size)
            throw Error(ErrorCode::Usage, "train", placeText(place),
                        "more processes came than the run has: another run at this address? Choose MASTER_PORT");
        if (Clock::now() > end)
            throw ProcessLost("of " + std::to_string(place.size) + " processes " + std::to_string(here) + " came to " +
                              placeText(place));
    }
    return false;
}

std::shared_ptr<gloo::transport::Device> deviceOf(const LaunchPlace& place)
{
    if (const char* chosen = std::getenv("GLOO_SOCKET_IFNAME"); chosen && *chosen)
        return c10d::ProcessGroupGloo::createDeviceForInterface(chosen);
    return place.localSize == place.size ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                                         : c10d::ProcessGroupGloo::createDefaultDevice();
}

class GlooGroup final : public ProcessGroup
{
public:
    GlooGroup(const LaunchPlace& place, Store store) : m_place(place), m_store(std::move(store)), m_patience(day)
    {
        auto options = c10d::ProcessGroupGloo::Options::create(meeting);
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

    void setPatience(double seconds) override
    {
        m_patience = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    }

    void leave(const std::string& why) override
    {
        try {
            const std::string text = "process " + std::to_string(rank()) + " of " + std::to_string(size()) + ": " + why;
            if (!m_store->check({"failure"}))
                m_store->set("failure", std::vector<std::uint8_t>(text.begin(), text.end()));
            m_store->add("heard", rank() == 0 ? 0 : 1); // needs not to be told
            m_group.reset();                            // ends the calls that the others wait in
            // The store ends with the first process, so that one waits until all have read.
            for (const auto end = Clock::now() + 10s;
                 rank() == 0 && m_store->add("heard", 0) < size() - 1 && Clock::now() < end;)
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
            throw ProcessLost(told.empty() ? "another process of the run is gone, or said nothing for too long (" +
                                                 firstLine(error) + ")"
                                           : told);
        }
    }

    // What the process that failed has told.
    std::string failure() const
    {
        try {
            if (!m_store->check({"failure"}))
                return {};
            const auto bytes = m_store->get("failure");
            m_store->add("heard", 1);
            return {bytes.begin(), bytes.end()};
        } catch (const std::exception&) {
            return {};
        }
    }

    LaunchPlace m_place;
    Store m_store;
    std::chrono::milliseconds m_patience;
    c10::intrusive_ptr<c10d::ProcessGroupGloo> m_group;
};

} // namespace

std::unique_ptr<ProcessGroup> joinProcesses(const LaunchPlace& place, const Job& job)
{
    const Store store = connect(place, job);
    try {
        if (!store || !assemble(*store, "joined", place, job))
            return nullptr;
        auto group = std::make_unique<GlooGroup>(place, store);
        // Nobody leaves, and closes his connections, while another is still connecting.
        return assemble(*store, "connected", place, job) ? std::move(group) : nullptr;
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw ProcessLost("the processes do not find each other at " + placeText(place) + ": " + firstLine(error));
    }
}

} // namespace mama
