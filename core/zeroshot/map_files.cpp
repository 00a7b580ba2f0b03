#include "core/zeroshot/map_files.h"

#include "core/base/files.h"
#include "core/base/npy.h"
#include "core/zeroshot/result_messages.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace mama {
namespace {

void writeMask(const std::filesystem::path& path, const std::vector<std::uint8_t>& mask, const EncodedImage& image)
{
    NpyArray array;
    array.type = "u1";
    array.shape = {image.geometry.gridRows(), image.geometry.gridColumns()};
    const auto bytes = std::as_bytes(std::span(mask));
    array.bytes.assign(bytes.begin(), bytes.end());
    writeNpy(path, array);
}

// Its words, or the whole text where they are not known.
const std::string& sentenceText(const QueriedText& text, std::size_t sentence)
{
    return sentence < text.sentenceTexts.size() ? text.sentenceTexts[sentence] : text.encoded;
}

} // namespace

std::vector<std::string> imageNames(const EncodedStudy& study)
{
    std::vector<std::string> names;
    std::set<std::string> used;
    for (std::size_t i = 0; i < study.images.size(); ++i) {
        const Slot slot = study.images[i].image.slot;
        std::string one = slot == Slot::Extra ? "image" + std::to_string(i) : std::string(name(slot));
        if (!used.insert(one).second)
            used.insert(one = "image" + std::to_string(i));
        names.push_back(std::move(one));
    }
    return names;
}

std::vector<MapFile> writeMaps(const QueryResult& result, const EncodedStudy& study,
                               const std::filesystem::path& folder)
{
    std::vector<MapFile> out;
    const std::vector<std::string> names = imageNames(study);
    nlohmann::json document = {
        {"provenance", toJson(result.provenance)},
        {"images", nlohmann::json::array()},
        {"maps", nlohmann::json::array()},
        {"value", result.provenance.mapMinus.empty()
                      ? "cosine of patch and sentence, -1 to 1; NaN: the patch's centre is not on the image"
                      : "cosine of patch and sentence less what provenance.map_minus says, -2 to 2; NaN: the patch's "
                        "centre is not on the image"}};
    std::vector<std::size_t> mapsOfText(result.texts.size(), 0); // of one image
    for (const auto& maps : result.maps) {
        std::vector<std::size_t> here(result.texts.size(), 0);
        for (const TextMap& map : maps)
            mapsOfText[map.text] = std::max(mapsOfText[map.text], ++here[map.text]);
    }
    for (std::size_t i = 0; i < study.images.size(); ++i) {
        const EncodedImage& encoded = *study.images[i].encoded;
        writeMask(folder / (names[i] + "_breast.npy"), encoded.breast, encoded);
        writeMask(folder / (names[i] + "_inside.npy"), encoded.inside, encoded);
        nlohmann::json image = encodedImage(study.images[i], i, false).toJson();
        image["name"] = names[i];
        image["breast"] = names[i] + "_breast.npy";
        image["inside"] = names[i] + "_inside.npy";
        document["images"].push_back(std::move(image));
        for (const TextMap& map : result.maps[i]) {
            const std::string several = mapsOfText[map.text] > 1 ? "_sentence" + std::to_string(map.sentence) : "";
            const std::string file = names[i] + "_text" + std::to_string(map.text) + several + ".npy";
            const std::vector<std::int64_t> shape{map.values.rows, map.values.columns};
            writeNpy(folder / file, map.values.values, shape);
            document["maps"].push_back({{"file", file},
                                        {"image", i},
                                        {"text", map.text},
                                        {"sentence", map.sentence},
                                        {"sentence_text", sentenceText(result.texts[map.text], map.sentence)}});
            out.push_back({i, map.text, map.sentence, folder / file});
        }
    }
    writeAtomically(folder / "geometry.json",
                    document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    return out;
}

} // namespace mama
