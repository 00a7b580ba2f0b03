#include "core/library/map/map_store.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/mapped_file.h"
#include "core/base/path_text.h"
#include "core/library/embeddings/crc32c.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <tuple>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr const char *format = "mama map", *ending = ".map";
constexpr int version = 1;
constexpr std::size_t longestHeader = 1 << 16, pointBytes = 16; // id int64, x and y float32, little endian

Error refusal(const fs::path& file, const UserText& why)
{
    return {ErrorCode::Format, {TextId("library_map.read", "read a map")}, pathText(file), why};
}

std::string payloadOf(const EmbeddingMap& map)
{
    std::string bytes(map.ids.size() * pointBytes, '\0');
    std::memcpy(bytes.data(), map.ids.data(), map.ids.size() * sizeof(std::int64_t));
    std::memcpy(bytes.data() + map.ids.size() * sizeof(std::int64_t), map.places.data(),
                map.places.size() * sizeof(float));
    return bytes;
}

// The first line, and where what follows begins.
std::pair<nlohmann::json, std::size_t> firstLine(const MappedFile& file)
{
    const auto bytes = file.bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), longestHeader));
    const std::size_t end = text.find('\n');
    auto line = end == text.npos ? nlohmann::json(nlohmann::json::value_t::discarded)
                                 : nlohmann::json::parse(text.substr(0, end), nullptr, false);
    if (!line.is_object() || line.value("format", "") != format || line.value("version", 0) != version)
        throw refusal(file.path(), {TextId("library_map.no_map", "it is no map of version %1"), version});
    return {std::move(line), end + 1};
}

MapHeader headerOf(const nlohmann::json& line, const fs::path& file)
{
    try {
        return {mapSettingsFrom(line.at("settings")),
                line.at("set"),
                line.at("model"),
                line.at("hash"),
                line.at("rows_hash"),
                line.at("points"),
                line.at("laid_out"),
                line.at("epochs"),
                line.at("trustworthiness"),
                line.at("measured_on")};
    } catch (const nlohmann::json::exception&) {
        throw refusal(file, {TextId("library_map.lacks_field", "a field is missing or of a wrong type")});
    }
}

} // namespace

fs::path mapFile(const fs::path& library, const EmbeddingSetInfo& set, const MapSettings& settings)
{
    const std::string key = sha256(set.identity.digest() + toJson(settings).dump());
    return library / mapsFolder / (key.substr(0, 16) + ending);
}

void writeMap(const fs::path& file, const EmbeddingMap& map)
{
    const std::string payload = payloadOf(map);
    const MapHeader& header = map.header;
    const nlohmann::json line{{"format", format},
                              {"version", version},
                              {"settings", toJson(header.settings)},
                              {"set", header.set},
                              {"model", header.modelName},
                              {"hash", header.modelHash},
                              {"rows_hash", header.rowsHash},
                              {"points", header.points},
                              {"laid_out", header.laidOut},
                              {"epochs", header.epochs},
                              {"trustworthiness", header.trustworthiness},
                              {"measured_on", header.measuredOn},
                              {"crc32c", crc32c(std::as_bytes(std::span(payload)))}};
    writeAtomically(file, std::string_view(line.dump() + '\n' + payload));
}

EmbeddingMap readMap(const fs::path& path)
{
    const MappedFile file(path);
    return checked(file, [&] {
        const auto [line, at] = firstLine(file);
        EmbeddingMap map{headerOf(line, path), {}, {}};
        const auto payload = file.bytes().subspan(at);
        const auto sum = line.value("crc32c", nlohmann::json());
        if (map.header.points != payload.size() / pointBytes || payload.size() % pointBytes != 0 ||
            sum != nlohmann::json(crc32c(payload)))
            throw refusal(path, {TextId("library_map.damaged", "it was cut or damaged: delete it and make it again")});
        map.ids.resize(map.header.points);
        map.places.resize(2 * map.header.points);
        std::memcpy(map.ids.data(), payload.data(), map.ids.size() * sizeof(std::int64_t));
        std::memcpy(map.places.data(), payload.data() + map.ids.size() * sizeof(std::int64_t),
                    map.places.size() * sizeof(float));
        return map;
    });
}

std::vector<StoredMap> storedMaps(const fs::path& library)
{
    std::vector<StoredMap> out;
    std::error_code failed;
    for (fs::directory_iterator entry(library / mapsFolder, failed), end; !failed && entry != end;
         entry.increment(failed))
        if (std::error_code gone; entry->path().extension() == ending && entry->is_regular_file(gone))
            try {
                const MappedFile file(entry->path());
                const auto [line, at] = firstLine(file);
                const MapHeader header = headerOf(line, entry->path());
                if (file.bytes().size() == at + header.points * pointBytes)
                    out.push_back({entry->path(), header});
            } catch (const Error&) { // another program's, or cut
            }
    std::sort(out.begin(), out.end(), [](const StoredMap& a, const StoredMap& b) {
        const auto key = [](const StoredMap& map) {
            return std::tuple(map.header.modelName, map.header.settings.level, map.header.settings.method, map.file);
        };
        return key(a) < key(b);
    });
    return out;
}

} // namespace mama
