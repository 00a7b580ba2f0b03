// A process that writes and reads entries of a shared cache without end: cache_hammer FOLDER LIMIT SEED. The payload of
// an entry follows from its key, so that any reader can tell a wrong one. Prints a line for each wrong payload.
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/zeroshot/embedding_cache.h"

#include <cstdio>
#include <cstdlib>
#include <random>

int main(int argc, char** argv)
{
    if (argc != 5)
        return 2;
    mama::log::setLevel(mama::log::Level::Error);
    mama::EmbeddingCache cache(argv[1], std::strtoull(argv[2], nullptr, 10));
    std::mt19937 random(static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10)));
    const long rounds = std::strtol(argv[4], nullptr, 10); // 0: for ever
    for (long round = 0; rounds == 0 || round < rounds; ++round) {
        const std::string key = mama::sha256("entry " + std::to_string(random() % 40));
        const std::vector<std::byte> payload(20'000 + static_cast<std::size_t>(key[0]) * 1000,
                                             static_cast<std::byte>(key[1]));
        const auto kept = cache.get(key);
        if (kept && *kept != payload) {
            std::printf("wrong payload\n");
            std::fflush(stdout);
        }
        if (!kept)
            cache.put(key, payload);
        if (round == 0) {
            std::printf("started\n");
            std::fflush(stdout);
        }
    }
    const mama::CacheStatistics statistics = cache.statistics();
    std::printf("corrupt %llu\n", static_cast<unsigned long long>(statistics.corrupt));
    return 0;
}
