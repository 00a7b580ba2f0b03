#include "app/workstation/read/studies/study_loader.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/path_text.h"
#include "core/dicom/read/image_file.h"
#include "core/image/breast_outline.h"
#include "core/image/measure/pixel_hash.h"
#include "core/study/describe_image.h"
#include "core/study/orientation.h"
#include "widgets/look/shown_text.h"

#include <algorithm>

namespace mama {
LoadedImage loadImage(const StudyImage& facts, std::size_t index)
{
    LoadedImage loaded;
    loaded.index = index;
    try {
        loaded.file = FileState::settled(facts.path);
        const auto file = ImageFile::open(facts.path);
        if (file->header().sopUid != facts.header.sopUid)
            throw Error(ErrorCode::Data, {action::open}, facts.path.string(),
                        {TextId("open.another_image", "it is another image now than when the folder was looked "
                                                      "through: open the folder again")});
        const StoredImage stored = file->readFrame(facts.frame);
        if (facts.header.sopUid.empty())
            loaded.pixels = [&] {
                PixelHash hash;
                hash.add(stored);
                return hash.finish();
            }();
        const GreyPipeline pipeline = file->pipeline(facts.frame);
        const BreastOutline breast = findBreast(stored, pipeline);
        StudyImage oriented = facts; // the scan read headers only: what the pixels say comes now
        orient(oriented, evidenceOf(breast));
        takeWarnings(oriented, file->header());
        const Raster<std::uint8_t> mask = breast.maskByEight(stored.rows, stored.columns);
        loaded.picture = viewer::ViewImage::make(stored, pipeline, oriented, &mask);
        if (loaded.changedOnDisk(facts)) {
            loaded.picture.reset();
            throw Error(ErrorCode::Data, {action::open}, facts.path.string(),
                        {TextId("open.changed", "it was changed while it was read: open it again")});
        }
    } catch (const std::bad_alloc&) {
        loaded.problem =
            shownText(errorText({action::open}, facts.path.string(), {TextId("open.no_memory", "not enough memory")}))
                .toStdString();
    } catch (const Error& error) { // named as a person knows the file, not as where it was unpacked
        loaded.problem =
            (facts.origin.empty() ? shownError(error)
                                  : shownText(errorText(error.action(), pathText(facts.origin), error.why())))
                .toStdString();
    } catch (const std::exception& error) {
        loaded.problem = shownError(error).toStdString();
    }
    return loaded;
}

bool LoadedImage::changedOnDisk(const StudyImage& facts) const { return FileState::of(facts.path).differsFrom(file); }

} // namespace mama
