#include "app/mama/images/map_files_in.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/npy.h"
#include "core/dicom/read/image_file.h"
#include "core/evaluation/lesion_target.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

namespace fs = std::filesystem;
using metrics::Mask;
using nlohmann::json;

[[noreturn]] void fail(const fs::path& path, const std::string& why)
{
    throw Error(ErrorCode::Data, "map metrics", path.string(), why);
}

// A float array as a list of [rows, columns] planes; two or three dimensions.
struct Planes
{
    std::size_t count = 0;
    int rows = 0, columns = 0;
    std::vector<float> values;

    std::vector<float> plane(std::size_t index) const
    {
        const std::size_t size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(index * size);
        return {first, first + static_cast<std::ptrdiff_t>(size)};
    }
};

Planes readPlanes(const fs::path& path)
{
    const NpyArray array = readNpy(path);
    const std::size_t axes = array.shape.size();
    if (axes != 2 && axes != 3)
        fail(path, "has " + std::to_string(axes) + " dimensions, expected [rows, columns] or [maps, rows, columns]");
    const std::int64_t rows = array.shape[axes - 2], columns = array.shape[axes - 1];
    if (rows < 1 || columns < 1 || rows > 100000 || columns > 100000)
        fail(path, "has " + std::to_string(rows) + " rows and " + std::to_string(columns) + " columns");
    return {axes == 3 ? static_cast<std::size_t>(array.shape[0]) : 1, static_cast<int>(rows), static_cast<int>(columns),
            array.asFloat()};
}

Mask maskOf(const Planes& planes, std::size_t index)
{
    Mask mask{planes.rows, planes.columns, {}};
    for (const float value : planes.plane(index))
        mask.values.push_back(value != 0 ? 1 : 0);
    return mask;
}

Mask readImageMask(const fs::path& path)
{
    const StoredImage image = ImageFile::open(path)->readFrame(0);
    Mask mask{image.rows, image.columns, {}};
    const std::size_t size = bytesPerSample(image.type) * static_cast<std::size_t>(image.channels);
    for (auto at = image.bytes.begin(); at != image.bytes.end(); at += static_cast<std::ptrdiff_t>(size))
        mask.values.push_back(
            std::any_of(at, at + static_cast<std::ptrdiff_t>(size), [](std::byte byte) { return byte != std::byte{0}; })
                ? 1
                : 0);
    return mask;
}

std::optional<Mask> findMask(const fs::path& folder, const std::vector<std::string>& names)
{
    for (const std::string& name : names) {
        if (name.empty())
            continue;
        if (const fs::path path = folder / (name + ".npy"); fs::exists(path))
            return maskOf(readPlanes(path), 0);
        if (const fs::path path = folder / (name + ".png"); fs::exists(path))
            return readImageMask(path);
    }
    return std::nullopt;
}

// What geometry.json says of one map file.
struct Listed
{
    fs::path file, breast;
    std::string imageName;
    std::optional<Geometry> geometry;
};

std::vector<Listed> listedMaps(const fs::path& folder)
{
    std::vector<Listed> result;
    const fs::path path = folder / "geometry.json";
    const json document = readJson(path);
    try {
        for (const json& map : document.at("maps")) {
            const json& image = document.at("images").at(map.at("image").get<std::size_t>());
            // Names only, so that a hostile file cannot point elsewhere.
            Listed one{folder / fs::path(map.at("file").get<std::string>()).filename(),
                       {},
                       image.value("name", std::string()),
                       {}};
            if (const auto breast = image.find("breast"); breast != image.end() && breast->is_string())
                one.breast = folder / fs::path(breast->get<std::string>()).filename();
            if (const auto geometry = image.find("geometry"); geometry != image.end() && geometry->is_object())
                one.geometry = Geometry::fromJson(*geometry);
            result.push_back(std::move(one));
        }
    } catch (const json::exception& error) {
        throw Error(ErrorCode::Format, "map metrics", path.string(), textOf(error));
    }
    return result;
}

std::vector<Listed> mapFiles(const fs::path& folder)
{
    if (fs::exists(folder / "geometry.json"))
        return listedMaps(folder);
    std::vector<Listed> result;
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(folder, problem))
        if (entry.path().extension() == ".npy" && entry.path().filename() != "masks.npy" &&
            entry.path().filename() != "breasts.npy")
            result.push_back({entry.path(), {}, {}, {}});
    if (problem)
        throw Error(ErrorCode::Io, "map metrics", folder.string(), problem.message());
    std::sort(result.begin(), result.end(), [](const Listed& a, const Listed& b) { return a.file < b.file; });
    return result;
}

std::vector<MapCase> readStack(const MapFolders& folders)
{
    const Planes maps = readPlanes(folders.maps / "maps.npy"), masks = readPlanes(folders.masks / "masks.npy");
    std::optional<Planes> breasts;
    if (!folders.breasts.empty())
        breasts = readPlanes(folders.breasts / "breasts.npy");
    if (masks.count != maps.count || (breasts && breasts->count != maps.count))
        fail(folders.masks / "masks.npy",
             std::to_string(masks.count) + " masks, " + std::to_string(maps.count) + " maps");
    std::vector<MapCase> result;
    for (std::size_t i = 0; i < maps.count; ++i) {
        MapCase one{"maps#" + std::to_string(i), maps.rows, maps.columns, maps.plane(i), maskOf(masks, i), {}, {}};
        if (breasts)
            one.breast = maskOf(*breasts, i);
        result.push_back(std::move(one));
    }
    return result;
}

// A breast mask of the grid, drawn on the image.
Mask onImage(const Mask& grid, const Geometry& geometry)
{
    Mask image{geometry.chain().storedRows, geometry.chain().storedColumns, {}};
    for (int row = 0; row < image.rows; ++row)
        for (int column = 0; column < image.columns; ++column) {
            const auto patch = geometry.patchAt({column + 0.5, row + 0.5});
            image.values.push_back(patch && grid.at(patch->first, patch->second) ? 1 : 0);
        }
    return image;
}

bool sized(const Mask& mask, int rows, int columns) { return mask.rows == rows && mask.columns == columns; }

} // namespace

std::vector<MapCase> readMapCases(const MapFolders& folders, std::vector<std::string>& missing)
{
    if (fs::exists(folders.maps / "maps.npy") && fs::exists(folders.masks / "masks.npy"))
        return readStack(folders);
    std::vector<MapCase> result;
    for (const Listed& listed : mapFiles(folders.maps)) {
        const std::string stem = listed.file.stem().string();
        auto mask = findMask(folders.masks, {stem, listed.imageName});
        if (!mask) {
            missing.push_back(stem);
            continue;
        }
        const Planes map = readPlanes(listed.file);
        MapCase one{stem, map.rows, map.columns, map.plane(0), std::move(*mask), {}, listed.geometry};
        if (!folders.breasts.empty())
            one.breast = findMask(folders.breasts, {stem, listed.imageName});
        else if (!listed.breast.empty() && fs::exists(listed.breast))
            one.breast = maskOf(readPlanes(listed.breast), 0);
        result.push_back(std::move(one));
    }
    return result;
}

metrics::MapTarget targetOf(const MapCase& one)
{
    if (sized(one.mask, one.rows, one.columns)) {
        if (one.breast && !sized(*one.breast, one.rows, one.columns))
            fail(one.name, "the breast mask must be on the patch grid, as the mask is");
        return metrics::targetOnGrid(one.mask, one.breast ? &*one.breast : nullptr);
    }
    if (!one.geometry)
        fail(one.name, "the mask has " + std::to_string(one.mask.rows) + "x" + std::to_string(one.mask.columns) +
                           ", the map " + std::to_string(one.rows) + "x" + std::to_string(one.columns) +
                           "; a mask of the image's size needs geometry.json beside the maps");
    const Geometry& geometry = *one.geometry;
    if (!sized(one.mask, geometry.chain().storedRows, geometry.chain().storedColumns) ||
        geometry.gridRows() != one.rows || geometry.gridColumns() != one.columns)
        fail(one.name, "the mask or the map does not fit geometry.json");
    std::optional<Mask> breast = one.breast;
    if (breast && sized(*breast, one.rows, one.columns))
        breast = onImage(*breast, geometry);
    return metrics::targetOnImage(one.mask, one.rows, one.columns, footprints(geometry), breast ? &*breast : nullptr);
}

} // namespace mama::cli
