#include "core/training/losses/losses.h"
#include "core/training/processes/collectives.h"
#include "core/training/processes/gloo_group.h"
#include "tests/support/free_port.h"
#include "tests/support/test_data.h"

#include <arpa/inet.h>
#include <array>
#include <functional>
#include <netinet/in.h>
#include <random>
#include <sys/socket.h>
#include <thread>
#include <torch/torch.h>
#include <unistd.h>

#include <torch/csrc/distributed/c10d/TCPStore.hpp>

using namespace mama;
using torch::Tensor;

namespace {

constexpr int processes = 3;

double distance(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }
Tensor leaf(const Tensor& values) { return values.clone().set_requires_grad(true); }

// Three members of a real Gloo group, each in a thread of this process; what one throws is thrown.
void inProcesses(const std::function<void(ProcessGroup& group)>& work, int port = test::freePort())
{
    LaunchPlace place;
    place.size = place.localSize = processes;
    place.address = "127.0.0.1";
    place.port = port;
    std::array<std::exception_ptr, processes> failures;
    {
        std::vector<std::jthread> members;
        for (int rank = 0; rank < processes; ++rank)
            members.emplace_back([&, rank] {
                try {
                    LaunchPlace own = place;
                    own.rank = own.localRank = rank;
                    const auto group = joinProcesses(own, {});
                    work(*group);
                    group->meet();
                } catch (...) {
                    failures[static_cast<std::size_t>(rank)] = std::current_exception();
                }
            });
    }
    for (const auto& failure : failures)
        if (failure)
            std::rethrow_exception(failure);
}

int connectedTo(int port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(static_cast<std::uint16_t>(port));
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0)
        return socket;
    ::close(socket);
    return -1;
}

// What somebody may send who finds the port: noise, the beginning of a request with a length beyond all memory, and the
// requests of a client that speaks the store's language and writes over every key.
void strangerAt(int port)
{
    std::mt19937 random(7);
    for (int number = 0; number < 60; ++number) {
        std::string bytes(number % 20 == 0 ? 100'000 : random() % 300, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(number % 3 == 0 ? random() : random() % 16);
        if (number % 4 == 1) { // a number for each request there is, then a length
            bytes.insert(0, 1, static_cast<char>(number / 4));
            bytes.insert(1, "\xff\xff\xff\xff\xff\xff\xff\x7f");
        }
        if (const int socket = connectedTo(port); socket >= 0) {
            [[maybe_unused]] const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            ::close(socket);
        }
    }
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(port);
    options.waitWorkers = false;
    options.timeout = std::chrono::seconds(5);
    c10d::TCPStore store("127.0.0.1", options);
    const std::string lie = "a stranger's words";
    for (const std::string& key : store.listKeys())
        store.set(key, std::vector<std::uint8_t>(lie.begin(), lie.end()));
    for (const char* key : {"/mama/failure", "/mama/heard", "failure"})
        store.set(key, std::vector<std::uint8_t>(lie.begin(), lie.end()));
}

} // namespace

// Against one process with all samples, in float64: nothing but the order of sums may differ.
class TestCollectives : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { torch::manual_seed(3); }

    void theCallsOfAGroup()
    {
        const std::string text(100000, 'x');
        std::array<std::string, processes> texts;
        std::array<std::vector<float>, processes> sums;
        std::array<std::vector<std::int64_t>, processes> gathered;
        std::array<std::int64_t, processes> largest{};
        inProcesses([&](ProcessGroup& group) {
            const auto rank = static_cast<std::size_t>(group.rank());
            texts[rank] = group.fromFirst(group.first() ? text : std::string("other"));
            for (int i = 0; i < 1000; ++i)
                sums[rank].push_back(static_cast<float>(group.rank() + 1) / static_cast<float>(i + 3));
            group.sum(std::span(sums[rank]));
            gathered[rank] = Collectives(group).gather(std::vector<std::int64_t>(rank, group.rank()));
            largest[rank] = group.largest(-group.rank());
        });
        for (std::size_t rank = 0; rank < processes; ++rank) {
            QVERIFY(texts[rank] == text);
            QVERIFY(sums[rank] == sums[0]); // bit for bit
            QVERIFY(std::abs(sums[rank][0] - 2) < 1e-6F);
            QVERIFY((gathered[rank] == std::vector<std::int64_t>{1, 2, 2}));
            QCOMPARE(largest[rank], std::int64_t{0});
        }
    }

    void batchNorm_data()
    {
        QTest::addColumn<bool>("pictures");
        QTest::newRow("rows") << false;
        QTest::newRow("pictures") << true;
    }
    void batchNorm()
    {
        QFETCH(bool, pictures);
        const std::vector<std::int64_t> shape =
            pictures ? std::vector<std::int64_t>{11, 5, 3, 4} : std::vector<std::int64_t>{11, 5};
        const std::array<std::int64_t, processes> rows{2, 5, 4};
        const Tensor x = leaf(torch::randn(shape, torch::kDouble) * 3 + 7),
                     weight = leaf(torch::rand({5}, torch::kDouble)), bias = leaf(torch::rand({5}, torch::kDouble));
        const Tensor mean = torch::zeros({5}, torch::kDouble), variance = torch::ones({5}, torch::kDouble),
                     flow = torch::randn(shape, torch::kDouble);
        const Tensor y = at::batch_norm(x, weight, bias, mean, variance, true, 0.1, 1e-5, false);
        (y * flow).sum().backward();
        std::array<Tensor, processes> outputs, gradients, ofWeight, ofBias;
        inProcesses([&](ProcessGroup& group) {
            const auto rank = static_cast<std::size_t>(group.rank());
            std::int64_t first = 0;
            for (std::size_t i = 0; i < rank; ++i)
                first += rows[i];
            const Collectives together(group);
            const Tensor own = leaf(x.detach().narrow(0, first, rows[rank])), w = leaf(weight.detach()),
                         b = leaf(bias.detach());
            const BatchNormTensors tensors{w, b, torch::zeros({5}, torch::kDouble), torch::ones({5}, torch::kDouble)};
            outputs[rank] = mama::batchNorm(own, tensors, 1e-5, {true, 0, 0, &together});
            (outputs[rank] * flow.narrow(0, first, rows[rank])).sum().backward();
            gradients[rank] = own.grad();
            ofWeight[rank] = w.grad();
            ofBias[rank] = b.grad();
            if (distance(tensors.mean, mean) > 1e-12 || distance(tensors.variance, variance) > 1e-12)
                throw std::runtime_error("running statistics differ");
        });
        QVERIFY(distance(torch::cat(std::vector<Tensor>(outputs.begin(), outputs.end())).detach(), y.detach()) < 1e-12);
        QVERIFY(distance(torch::cat(std::vector<Tensor>(gradients.begin(), gradients.end())), x.grad()) < 1e-11);
        QVERIFY(distance(ofWeight[0] + ofWeight[1] + ofWeight[2], weight.grad()) < 1e-11);
        QVERIFY(distance(ofBias[0] + ofBias[1] + ofBias[2], bias.grad()) < 1e-11);
    }

    // Terms and gradients of gathered negatives; of local ones, those of each process by itself.
    void losses_data()
    {
        QTest::addColumn<bool>("gathered");
        QTest::newRow("gathered") << true;
        QTest::newRow("local") << false;
    }
    void losses()
    {
        QFETCH(bool, gathered);
        const std::int64_t each = 2, all = each * processes;
        const std::vector<std::int64_t> counts{1, 3, 2, 2, 4, 1};
        const std::array<std::int64_t, processes> sentences{4, 4, 5};
        LossOptions options;
        options.clip = options.simclr = options.local = gathered ? Negatives::Gathered : Negatives::Local;
        const auto random = [](std::vector<std::int64_t> shape) { return torch::randn(shape, torch::kDouble); };
        const std::vector<Tensor> values{random({all, 8}),
                                         random({all, 8}),
                                         random({all, 8}),
                                         random({all, 6}),
                                         random({all, 6}),
                                         random({all, 7, 5}),
                                         random({13, 5}),
                                         torch::full({1}, 2.0, torch::kDouble),
                                         torch::full({1}, 1.5, torch::kDouble)};
        const auto inputOf = [](const std::vector<Tensor>& leaves, const std::vector<std::int64_t>& own) {
            return LossInput{leaves[0], leaves[1], leaves[2], leaves[3], leaves[4],
                             leaves[5], leaves[6], own,       leaves[7], leaves[8]};
        };
        const auto part = [&](std::size_t rank) {
            std::vector<Tensor> leaves;
            std::int64_t firstSentence = 0;
            for (std::size_t i = 0; i < rank; ++i)
                firstSentence += sentences[i];
            for (std::size_t i = 0; i < values.size(); ++i)
                leaves.push_back(leaf(i < 6    ? values[i].narrow(0, static_cast<std::int64_t>(rank) * each, each)
                                      : i == 6 ? values[i].narrow(0, firstSentence, sentences[rank])
                                               : values[i]));
            return leaves;
        };
        const auto countsOf = [&](std::size_t rank) {
            return std::vector<std::int64_t>(counts.begin() + static_cast<std::ptrdiff_t>(2 * rank),
                                             counts.begin() + static_cast<std::ptrdiff_t>(2 * rank + 2));
        };
        std::array<std::vector<Tensor>, processes> leaves;
        std::array<LossTerms, processes> terms;
        inProcesses([&](ProcessGroup& group) {
            const auto rank = static_cast<std::size_t>(group.rank());
            const Collectives together(group);
            leaves[rank] = part(rank);
            terms[rank] = lossTerms(inputOf(leaves[rank], countsOf(rank)), options, &together);
            totalLoss(terms[rank], options, true).sum().backward();
        });
        std::vector<Tensor> whole;
        for (const Tensor& value : values)
            whole.push_back(leaf(value));
        std::array<LossTerms, processes> alone;
        if (gathered) {
            alone[0] = lossTerms(inputOf(whole, counts), options);
            totalLoss(alone[0], options, true).sum().backward();
        }
        for (std::size_t term = 0; term < terms[0].named().size(); ++term) {
            double mean = 0;
            for (std::size_t rank = 0; rank < processes; ++rank) {
                const auto [name, value] = terms[rank].named()[term];
                mean += value.item<double>() / processes;
                if (!gathered) {
                    const auto own =
                        lossTerms(inputOf(part(rank), countsOf(rank)), options).named()[term].second.item<double>();
                    QVERIFY2(std::abs(value.item<double>() - own) < 1e-12, name.c_str());
                }
            }
            if (gathered)
                QVERIFY2(std::abs(mean - alone[0].named()[term].second.item<double>()) < 1e-12,
                         alone[0].named()[term].first.c_str());
        }
        if (!gathered)
            return;
        QVERIFY(distance(terms[1].scores.bestPatch.detach(), alone[0].scores.bestPatch.detach()) < 1e-12);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::vector<Tensor> parts{leaves[0][i].grad(), leaves[1][i].grad(), leaves[2][i].grad()};
            const Tensor averaged = (i < 7 ? torch::cat(parts) : parts[0] + parts[1] + parts[2]) / processes;
            QVERIFY2(distance(averaged, whole[i].grad()) < 1e-12, qPrintable(QString::number(i)));
        }
    }

    void gradientsAreAveraged()
    {
        std::array<NamedTensors, processes> trained;
        inProcesses([&](ProcessGroup& group) {
            NamedTensors& own = trained[static_cast<std::size_t>(group.rank())];
            own = {{"all", leaf(torch::zeros({3}))},
                   {"none", leaf(torch::zeros({2}))},
                   {"one", leaf(torch::zeros({2, 2}))}};
            own["all"].mutable_grad() = torch::full({3}, static_cast<float>(group.rank()));
            if (group.rank() == 1)
                own["one"].mutable_grad() = torch::full({2, 2}, 6.0F);
            Collectives(group).averageGradients(own);
        });
        for (const NamedTensors& own : trained) {
            QVERIFY(distance(own.at("all").grad(), torch::ones({3})) == 0);
            QVERIFY(distance(own.at("one").grad(), torch::full({2, 2}, 2.0F)) == 0);
            QVERIFY(!own.at("none").grad().defined());
        }
    }

    void aStrangerChangesNothing()
    {
        const int port = test::freePort();
        std::array<std::int64_t, processes> largest{};
        std::array<std::string, processes> told;
        try {
            inProcesses(
                [&](ProcessGroup& group) {
                    const auto rank = static_cast<std::size_t>(group.rank());
                    if (group.rank() == 1)
                        strangerAt(port);
                    group.meet();
                    largest[rank] = group.largest(group.rank());
                    if (group.rank() == 2) {
                        group.leave("its own words");
                        throw Error(ErrorCode::Data, "train", "", "left");
                    }
                    try {
                        group.meet();
                    } catch (const ProcessLost& lost) {
                        told[rank] = lost.why().english();
                        throw;
                    }
                },
                port);
        } catch (const Error&) {
        }
        for (std::size_t rank = 0; rank < processes; ++rank) {
            QCOMPARE(largest[rank], std::int64_t{processes - 1});
            if (rank < 2)
                QCOMPARE(told[rank], std::string("process 2 of 3: its own words"));
        }
    }

    void theSecondAtAPlaceIsRefused()
    {
        LaunchPlace place;
        place.size = place.localSize = 1;
        place.address = "127.0.0.1";
        place.port = test::freePort();
        const auto first = joinProcesses(place, {});
        QVERIFY(first);
        try {
            joinProcesses(place, {});
            QFAIL("joined");
        } catch (const Error& error) {
            QVERIFY2(error.why().english().find("choose another MASTER_PORT") != std::string::npos, error.what());
        }
    }

    void theOthersLearnWhyOneLeft()
    {
        for (const int leaver : {0, 2}) {
            std::array<std::string, processes> told;
            try {
                inProcesses([&](ProcessGroup& group) {
                    try {
                        if (group.rank() == leaver)
                            throw Error(ErrorCode::Data, "train", "loss term clip", "is nan");
                        group.meet();
                    } catch (const ProcessLost& lost) {
                        told[static_cast<std::size_t>(group.rank())] = lost.why().english();
                        throw;
                    } catch (const std::exception& error) {
                        group.leave(error.what());
                        throw;
                    }
                });
                QFAIL("nobody noticed");
            } catch (const Error&) {
            }
            for (int rank = 0; rank < processes; ++rank)
                if (rank != leaver)
                    QCOMPARE(told[static_cast<std::size_t>(rank)],
                             "process " + std::to_string(leaver) + " of 3: train: loss term clip: is nan");
        }
    }
};

QTEST_GUILESS_MAIN(TestCollectives)
#include "test_collectives.moc"
