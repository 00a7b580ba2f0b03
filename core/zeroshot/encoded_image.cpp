#include "core/zeroshot/encoded_image.h"

#include "core/base/error.h"

#include <cstring>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

template <class T>
void append(std::vector<std::byte>& out, const std::vector<T>& values)
{
    const auto bytes = std::as_bytes(std::span(values));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

// Takes `count` values from the front of the bytes; the caller has checked that they are there.
template <class T>
std::vector<T> take(std::span<const std::byte>& bytes, std::size_t count)
{
    std::vector<T> out(count);
    std::memcpy(out.data(), bytes.data(), count * sizeof(T));
    bytes = bytes.subspan(count * sizeof(T));
    return out;
}

} // namespace

std::vector<std::byte> serialise(const EncodedImage& image)
{
    const nlohmann::json header = {{"profile", image.profile},
                                   {"version", image.profileVersion},
                                   {"map_way", image.mapWay},
                                   {"geometry", image.geometry.toJson()},
                                   {"cropped", image.cropped},
                                   {"dim", image.dim},
                                   {"rows", image.rows},
                                   {"columns", image.columns},
                                   {"patches", !image.patches.empty()},
                                   {"milliseconds", image.milliseconds},
                                   {"cells", image.inside.size()}};
    const std::string text = header.dump();
    const auto length = static_cast<std::uint32_t>(text.size());
    std::vector<std::byte> out(sizeof length);
    std::memcpy(out.data(), &length, sizeof length);
    const auto start = std::as_bytes(std::span(text));
    out.insert(out.end(), start.begin(), start.end());
    append(out, image.global);
    append(out, image.patches);
    append(out, image.inside);
    append(out, image.breast);
    return out;
}

std::optional<EncodedImage> parseEncodedImage(std::span<const std::byte> bytes)
{
    std::uint32_t length = 0;
    if (bytes.size() < sizeof length)
        return {};
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes = bytes.subspan(sizeof length);
    if (length > bytes.size())
        return {};
    EncodedImage image;
    std::size_t cells = 0;
    bool hasPatches = false;
    try {
        const auto header = nlohmann::json::parse(reinterpret_cast<const char*>(bytes.data()),
                                                  reinterpret_cast<const char*>(bytes.data()) + length);
        header.at("profile").get_to(image.profile);
        header.at("version").get_to(image.profileVersion);
        header.at("map_way").get_to(image.mapWay);
        image.geometry = Geometry::fromJson(header.at("geometry"));
        header.at("cropped").get_to(image.cropped);
        image.milliseconds = header.value("milliseconds", 0.0); // earlier entries do not say
        header.at("dim").get_to(image.dim);
        header.at("rows").get_to(image.rows);
        header.at("columns").get_to(image.columns);
        header.at("patches").get_to(hasPatches);
        header.at("cells").get_to(cells);
    } catch (const nlohmann::json::exception&) {
        return {};
    } catch (const Error&) {
        return {};
    }
    bytes = bytes.subspan(length);
    constexpr std::int64_t most = 1 << 20; // dimensions beyond this are no embedding
    if (image.dim < 1 || image.dim > most || image.rows < 0 || image.rows > most || image.columns < 0 ||
        image.columns > most || cells > bytes.size())
        return {};
    const auto dim = static_cast<std::size_t>(image.dim);
    const std::size_t grid = static_cast<std::size_t>(image.rows) * static_cast<std::size_t>(image.columns);
    const std::size_t vectors = 1 + (hasPatches ? grid : 0);
    if (vectors > bytes.size() / (dim * sizeof(float)) || bytes.size() != vectors * dim * sizeof(float) + 2 * cells ||
        (hasPatches && cells != grid))
        return {};
    image.global = take<float>(bytes, dim);
    if (hasPatches)
        image.patches = take<float>(bytes, grid * dim);
    image.inside = take<std::uint8_t>(bytes, cells);
    image.breast = take<std::uint8_t>(bytes, cells);
    return image;
}

} // namespace mama
