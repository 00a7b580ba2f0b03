// libFuzzer target: any bytes as a weights file. It must be read or refused with an Error, never crash, hang or
// take memory beyond libFuzzer's limit. Seeds: the shared folder's hostile/ and small models.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/weights/import_weights.h"

#include <cstdlib>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const std::string path = "/dev/shm/mama_weights_fuzz_" + std::to_string(::getpid());
    static const bool registered = std::atexit([] { ::unlink(path.c_str()); }) == 0;
    static_cast<void>(registered);
    // Written in place: the flush to disk of an atomic write would dominate the run.
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (!file)
        return 0;
    std::fwrite(data, 1, size, file);
    std::fclose(file);
    try {
        mama::ImportOptions options;
        options.checkpoint = path;
        options.hash = false;
        const auto opened = mama::WeightFile::open(path);
        for (const mama::TensorInfo& info : opened->tensors())
            static_cast<void>(opened->bytes(info));
        const auto report = mama::inspectWeights(options)->report;
        static_cast<void>(report.json());
        int chosen = 0;
        for (const auto& [name, count] : report.others)
            if (++chosen <= 3 && !name.empty()) {
                options.weights = name;
                static_cast<void>(mama::inspectWeights(options)->report.json());
            }
    } catch (const mama::Error&) {
        return 0;
    }
    return 0;
}
