#include "core/library/pictures/stored_picture.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/dicom/read/image_file.h"
#include "core/image/resize.h"
#include "core/library/pictures/turned_raster.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

Raster<float> floats(const Raster<std::uint8_t>& mask)
{
    Raster<float> out(mask.rows, mask.columns);
    std::copy(mask.values.begin(), mask.values.end(), out.values.begin());
    return out;
}

Window changed(Window window, const WindowChange& change, bool inverted)
{
    window.centre += (inverted ? -change.centre : change.centre) * window.width;
    window.width *= change.width;
    if (window.function == WindowFunction::Linear && window.width < 1) // that function has none so narrow
        window.function = WindowFunction::LinearExact;
    return window;
}

} // namespace

StoredPicture readStoredPicture(const StoredPictureRequest& request)
{
    const auto file = ImageFile::open(request.path);
    if (file->kind() != FileKind::Image)
        throw Error(ErrorCode::Unsupported, {TextId("library.read_values", "read values")}, pathText(request.path),
                    textOf(file->kind()));
    const int frame = request.frame.value_or(file->header().frames / 2);
    const StoredImage stored = file->readFrame(frame);
    const GreyPipeline pipeline = file->pipeline(frame);
    const int longer = std::max(stored.rows, stored.columns);
    const double share = std::min(1.0, request.longestSide / static_cast<double>(longer));
    const int rows = std::max(1, static_cast<int>(std::lround(stored.rows * share))),
              columns = std::max(1, static_cast<int>(std::lround(stored.columns * share)));
    StoredPicture out;
    out.values = antialiased(modalityValues(stored, pipeline), rows, columns);
    const Raster<float> padding = antialiased(floats(paddingMask(stored, pipeline)), rows, columns);
    out.padded = Raster<std::uint8_t>(rows, columns);
    std::transform(padding.values.begin(), padding.values.end(), out.padded.values.begin(),
                   [](float padded) { return static_cast<std::uint8_t>(padded > 0.5F); });
    out.voi = pipeline.voi.empty() ? VoiChoice{automaticWindow(stored, pipeline), {}} : pipeline.voi.front();
    out.inverted = pipeline.inverted;
    turn(out.values, request.mirrored, request.flipped);
    turn(out.padded, request.mirrored, request.flipped);
    return out;
}

Raster<std::uint8_t> shownBy(const StoredPicture& picture, const WindowChange& change)
{
    const bool byTable = !picture.voi.window && change == WindowChange();
    const Window window = changed(windowOf(picture.voi), change, picture.inverted);
    Raster<std::uint8_t> out(picture.values.rows, picture.values.columns);
    for (std::size_t i = 0; i < out.values.size(); ++i) {
        if (picture.padded.values[i] != 0)
            continue;
        const double value = static_cast<double>(picture.values.values[i]);
        const double grey = byTable ? applyTable(*picture.voi.table, value) : applyWindow(window, value);
        out.values[i] = static_cast<std::uint8_t>(std::lround(255 * (picture.inverted ? 1 - grey : grey)));
    }
    return out;
}

} // namespace mama
