#include "app/workstation/library/pictures/tile_of_image.h"

#include <QStringList>
#include <algorithm>

namespace mama {
namespace {

constexpr auto viewNames = std::array{"R CC", "L CC", "R MLO", "L MLO"};

QImage imageOf(const Raster<std::uint8_t>& picture)
{
    QImage image(picture.columns, picture.rows, QImage::Format_Grayscale8);
    for (int row = 0; row < picture.rows; ++row)
        std::copy_n(&picture.at(row, 0), picture.columns, image.scanLine(row));
    return image;
}

// "R CC", "L MLO spot"; of one whose side and view nobody told its file's name.
QString nameOf(const LibraryImage& image)
{
    QStringList words{QString::fromLatin1(name(image.side)), QString::fromStdString(image.view),
                      QString::fromStdString(image.modifiers)};
    words.removeAll(QString());
    return words.isEmpty() ? QString::fromStdString(image.below.filename().string()) : words.join(QLatin1Char(' '));
}

} // namespace

TilePicture pictureOf(const LibraryImage& image, const ImageThumb& found)
{
    TilePicture out{TilePicture::State::Waiting, {}, nameOf(image)};
    out.image = image.id;
    switch (found.state) {
    case ImageThumb::State::ToMake: return out;
    case ImageThumb::State::Missing:
        out.state = TilePicture::State::Missing;
        out.reason = QString::fromStdString(found.path.string());
        return out;
    case ImageThumb::State::Refused: break;
    case ImageThumb::State::Ready:
        HungThumb hung = hang(found.thumb, image.side, image.view);
        if (hung.picture.values.empty())
            break;
        out.state = TilePicture::State::Ready;
        out.picture = imageOf(hung.picture);
        out.wall = hung.wall;
        out.stored = {found.thumb.columns, found.thumb.rows};
        out.mirrored = hung.mirrored;
        out.flipped = hung.flipped;
        return out;
    }
    out.state = TilePicture::State::Refused;
    out.reason = QString::fromStdString(found.path.string() + (found.fault.empty() ? "" : "\n" + found.fault));
    return out;
}

std::array<TilePicture, 4> waitingPictures()
{
    std::array<TilePicture, 4> out;
    for (std::size_t i = 0; i < 4; ++i)
        out[i] = {TilePicture::State::Waiting, {}, QString::fromLatin1(viewNames[i])};
    return out;
}

} // namespace mama
