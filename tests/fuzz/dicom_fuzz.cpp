// libFuzzer on the DICOM and picture reader: every way in that a file has, from header to display, and what its
// header says of exam, side and view. Errors are the
// expected end; anything else is a finding. Seed it with real files as a corpus folder:
//   dicom_fuzz -rss_limit_mb=2048 -timeout=10 -max_len=1000000 NEW_FOLDER <data>/dicom ...
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/dicom/read/image_file.h"
#include "core/image/grey_pipeline.h"
#include "core/study/describe_image.h"
#include "core/study/exam_identity.h"
#include "tests/fuzz/memory_file.h"

#include <algorithm>

namespace {

void readAll(const std::filesystem::path& path)
{
    using namespace mama;
    const auto file = ImageFile::open(path);
    static_cast<void>(file->overlays());
    static_cast<void>(describeImage(path, file->header()));
    const ExamIdentity exam(file->header());
    static_cast<void>(exam.contradiction(exam));
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
    const mama::test::MemoryFile file(data, size);
    if (!file.good())
        return 0;
    try {
        readAll(file.path());
    } catch (const mama::Error&) {
        return 0;
    }
    return 0;
}
