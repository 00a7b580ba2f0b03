// libFuzzer on the DICOM and picture reader: every way in that a file has, from header to display. Errors are the
// expected end; anything else is a finding. Seed it with real files as a corpus folder:
//   dicom_fuzz -rss_limit_mb=2048 -timeout=10 -max_len=1000000 NEW_FOLDER <data>/dicom ...
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/dicom/read/image_file.h"
#include "core/image/grey_pipeline.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <sys/mman.h>
#include <unistd.h>

namespace {

// The reader maps files: the input lives in memory under a file's name.
class MemoryFile
{
public:
    MemoryFile(const std::uint8_t* data, std::size_t size) : m_descriptor(memfd_create("fuzz", 0))
    {
        m_good = m_descriptor >= 0 && ::write(m_descriptor, data, size) == static_cast<ssize_t>(size);
    }
    ~MemoryFile()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    bool good() const { return m_good; }
    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(m_descriptor); }

private:
    int m_descriptor;
    bool m_good = false;
};

void readAll(const std::filesystem::path& path)
{
    using namespace mama;
    const auto file = ImageFile::open(path);
    static_cast<void>(file->overlays());
    for (int frame = 0; frame < std::min(file->header().frames, 2); ++frame) {
        const StoredImage image = file->readFrame(frame);
        static_cast<void>(file->storedFrame(frame));
        const GreyPipeline pipeline = file->pipeline(frame);
        if (image.samples() <= 1 << 20)
            for (std::size_t choice = 0; choice < std::clamp<std::size_t>(pipeline.voi.size(), 1, 4); ++choice)
                static_cast<void>(displayImage(image, pipeline, choice));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const MemoryFile file(data, size);
    if (!file.good())
        return 0;
    try {
        readAll(file.path());
    } catch (const mama::Error&) {
        return 0;
    }
    return 0;
}
