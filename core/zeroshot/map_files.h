#pragma once
#include "core/zeroshot/query.h"

#include <filesystem>
#include <vector>

namespace mama {

struct MapFile
{
    std::size_t image = 0, text = 0, sentence = 0;
    std::filesystem::path path;
};

// One float32 map [rows, columns] a text and image as NAME_textT.npy (NAME_textT_sentenceS.npy where a text has
// several), NAME_breast.npy and NAME_inside.npy (uint8, patch grid), and geometry.json, which names all of them with
// the geometry of each image and the provenance. NAME is the slot, or imageN for extras and doubles.
std::vector<MapFile> writeMaps(const QueryResult& result, const EncodedStudy& study,
                               const std::filesystem::path& folder);

// NAME of each image, as above.
std::vector<std::string> imageNames(const EncodedStudy& study);

} // namespace mama
