#include "core/library/pictures/thumb.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/dicom/read/image_file.h"
#include "core/image/files/jpeg_picture.h"
#include "core/image/grey_jpeg.h"
#include "core/image/measure/picture_survey.h"
#include "core/image/resize.h"
#include "core/library/pictures/turned_raster.h"

#include <algorithm>
#include <cstring>

namespace mama {
namespace {

constexpr auto making = TextId("library.make_thumbnail", "make thumbnail");

Thumb read(const std::filesystem::path& path, std::optional<int> frame)
{
    const auto file = ImageFile::open(path);
    if (file->kind() != FileKind::Image)
        throw Error(ErrorCode::Unsupported, {making}, pathText(path), textOf(file->kind()));
    const int wanted = frame.value_or(file->header().frames / 2);
    const StoredImage stored = file->readFrame(wanted);
    return thumbOf(PictureSurvey(stored, file->pipeline(wanted)), file->header());
}

// Of a large picture from the means of the outline's cells, of which 1.5 or 2 lie in a thumbnail's pixel.
Raster<std::uint8_t> reduced(const PictureSurvey& picture)
{
    constexpr int large = 4; // stored pixels a cell
    const int rows = picture.image().rows, columns = picture.image().columns, longer = std::max(rows, columns);
    if (longer <= Thumb::longestSide)
        return picture.shown();
    if (picture.breast().factor < large)
        return areaToLongSide(picture.shownWhole(), Thumb::longestSide);
    const auto sideOf = [&](int side) {
        return std::max(1, static_cast<int>(std::int64_t{side} * Thumb::longestSide / longer));
    };
    const double cell = picture.breast().factor;
    return areaMeans(picture.shown(), {rows / cell, columns / cell}, sideOf(rows), sideOf(columns));
}

} // namespace

Thumb thumbOf(const PictureSurvey& picture, const ImageHeader& header)
{
    Thumb thumb;
    thumb.rows = picture.image().rows;
    thumb.columns = picture.image().columns;
    thumb.evidence = evidenceOf(picture.breast());
    thumb.patientOrientation = header.patientOrientation;
    thumb.jpeg = greyJpeg(reduced(picture), Thumb::quality);
    return thumb;
}

Thumb makeThumb(const std::filesystem::path& path, std::optional<int> frame)
{
    try {
        return read(path, frame);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Io || error.code() == ErrorCode::Memory)
            throw;
        Thumb thumb;
        thumb.fault = error.why().english();
        return thumb;
    }
}

HungThumb hang(const Thumb& thumb, Side side, const std::string& view)
{
    StudyImage image;
    image.side = side;
    image.view = view;
    image.header.patientOrientation = thumb.patientOrientation;
    orient(image, thumb.evidence);
    HungThumb hung;
    hung.mirrored = image.mirrorForDisplay;
    hung.flipped = image.flipForDisplay;
    UserText why;
    const auto decoded = decodeJpegPicture(thumb.jpeg, why);
    if (decoded && decoded->channels == 1) {
        hung.picture = Raster<std::uint8_t>(decoded->rows, decoded->columns);
        std::memcpy(hung.picture.values.data(), decoded->bytes.data(), decoded->bytes.size());
    }
    turn(hung.picture, hung.mirrored, hung.flipped);
    // The outermost breast column as hung; as seen where the pixels disagree with the tag, it cuts nothing off.
    const bool left = thumb.evidence.chestWallLeft != hung.mirrored;
    const bool inward = left == (side == Side::Left);
    hung.wall = side == Side::Right ? 1 : 0;
    if (thumb.evidence.found && thumb.evidence.chestWallColumn >= 0 && thumb.columns > 0 && inward) {
        const double at = (thumb.evidence.chestWallColumn + (thumb.evidence.chestWallLeft ? 0 : 1)) /
                          static_cast<double>(thumb.columns);
        hung.wall = hung.mirrored ? 1 - at : at;
    }
    return hung;
}

} // namespace mama
