#include "tests/widgets/viewer/synthetic.h"

#include <array>
#include <cmath>
#include <cstring>

namespace mama::test {

namespace {

bool isRight(Slot slot) { return slot == Slot::RCC || slot == Slot::RMLO; }

} // namespace

viewer::PaneId paneOf(Slot slot, const std::string& study) { return {study, static_cast<std::size_t>(slot)}; }

viewer::StandardViews fourViews(const std::string& study)
{
    viewer::StandardViews views;
    for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO})
        views[slot] = paneOf(slot, study);
    return views;
}

StudyImage factsOf(const SyntheticImage& image)
{
    StudyImage facts;
    facts.slot = image.slot;
    facts.side = isRight(image.slot) ? Side::Right : Side::Left;
    facts.label = std::array{"RCC", "LCC", "RMLO", "LMLO"}[static_cast<std::size_t>(image.slot)];
    facts.view = image.slot == Slot::RCC || image.slot == Slot::LCC ? "CC" : "MLO";
    if (image.mm > 0)
        facts.spacing = {Spacing{image.mm, image.mm}, "calibrated"};
    else
        facts.spacing = {{}, "none"};
    facts.mirrorForDisplay = image.mirror;
    facts.flipForDisplay = image.flip;
    facts.chestWallColumn = image.wall;
    return facts;
}

std::shared_ptr<const viewer::ViewImage> makeImage(const SyntheticImage& image, StoredImage* stored)
{
    StoredImage pixels{image.rows, image.columns, 1, image.type, {}};
    const std::size_t bytes = bytesPerSample(image.type);
    pixels.bytes.resize(pixels.samples() * bytes);
    for (int r = 0; r < image.rows; ++r)
        for (int c = 0; c < image.columns; ++c) {
            const std::int32_t v = image.value(c, r);
            std::memcpy(pixels.bytes.data() + (static_cast<std::size_t>(r) * static_cast<std::size_t>(image.columns) +
                                               static_cast<std::size_t>(c)) *
                                                  bytes,
                        &v, bytes);
        }
    const Raster<std::uint8_t> all((image.rows + 7) / 8, (image.columns + 7) / 8, 1);
    auto made = viewer::ViewImage::make(pixels, image.pipeline, factsOf(image), image.wholeBreast ? &all : nullptr);
    if (stored)
        *stored = std::move(pixels);
    return made;
}

SyntheticImage breastLike(Slot slot, int rows, int columns, double mm, bool mirroredStorage)
{
    SyntheticImage image;
    image.rows = rows;
    image.columns = columns;
    image.slot = slot;
    image.mm = mm;
    image.mirror = mirroredStorage;
    image.wholeBreast = false;
    const bool wallRight = isRight(slot) != mirroredStorage;
    image.wall = wallRight ? columns - 1 : 0;
    image.value = [=](int c, int r) {
        const double depth = (wallRight ? columns - 1 - c : c) / (0.8 * columns),
                     height = (r - rows * 0.5) / (0.42 * rows);
        const double radius = std::sqrt(depth * depth + height * height);
        if (radius > 1)
            return 20;
        const double tissue =
            1400 + 500 * std::sin(c * 0.031) * std::cos(r * 0.023) + 250 * std::sin((c + 2 * r) * 0.11);
        return static_cast<int>(tissue * std::min(1.0, (1 - radius) * 6 + 0.25));
    };
    image.pipeline.voi.push_back({Window{1200, 2400, WindowFunction::Linear, "NORMAL"}, {}});
    return image;
}

viewer::MapOverlay makeMap(const viewer::ViewImage& image, Box crop, int size,
                           const std::function<float(int, int)>& value)
{
    Geometry::Chain chain;
    chain.storedColumns = chain.resizedColumns = image.columns();
    chain.storedRows = chain.resizedRows = image.rows();
    chain.crop = crop;
    chain.inputColumns = chain.inputRows = size;
    chain.inputSize = size;
    viewer::MapOverlay overlay;
    overlay.geometry = Geometry(chain);
    overlay.values = Raster<float>(overlay.geometry.gridRows(), overlay.geometry.gridColumns());
    for (int r = 0; r < overlay.values.rows; ++r)
        for (int c = 0; c < overlay.values.columns; ++c)
            overlay.values.at(r, c) = value(r, c);
    return overlay;
}

} // namespace mama::test
