#pragma once
#include "core/base/hash.h"
#include "core/library/collection/library_images.h"
#include "core/library/collection/set_import.h"
#include "core/library/embeddings/embedding_index.h"
#include "core/library/embeddings/embedding_work.h"
#include "core/library/embeddings/embedding_writer.h"
#include "core/library/studies/study_keys.h"
#include "tests/core/library/library_support.h"

#include <cmath>
#include <memory>
#include <random>

namespace mama::test {

inline EmbeddingSetInfo setInfo(const std::filesystem::path& folder, std::int64_t dim, const std::string& model = "m")
{
    EmbeddingSetInfo info;
    info.identity = {model, R"({"name":"mama"})", 1, "fp32 on CPU", "way"};
    info.modelName = "model " + model;
    info.modelFolder = "/models/" + model;
    info.profileName = "mama";
    info.dim = dim;
    info.folder = folder;
    return info;
}

inline std::vector<float> unitVector(std::mt19937& random, std::size_t dim)
{
    std::vector<float> out(dim);
    std::normal_distribution<float> any;
    double squares = 0;
    for (float& value : out) {
        value = any(random);
        squares += static_cast<double>(value) * static_cast<double>(value);
    }
    for (float& value : out)
        value = static_cast<float>(static_cast<double>(value) / std::sqrt(squares));
    return out;
}

// Studies of 0 to 7 images: views that hang, views that come twice, spots, images without a side.
inline SetRows someStudies(std::uint32_t studies, std::mt19937& random)
{
    SetRows rows;
    rows.importer = "embed";
    rows.name = "some";
    rows.root = "/nowhere";
    rows.tables = {"some"};
    for (std::uint32_t i = 0; i < studies; ++i) {
        const std::uint32_t study = rows.study(std::to_string(i / 2), "s" + std::to_string(i), {0, i});
        rows.studies[study].kind = i % 3 ? "screening" : "diagnostic";
        for (unsigned image = 0, n = random() % 8; image < n; ++image) {
            SetImage one;
            one.study = study;
            one.path = "images/" + std::to_string(i) + "_" + std::to_string(image) + ".dcm";
            one.side = "RL "[random() % 3];
            one.view = random() % 2 ? "MLO" : "CC";
            one.type = "2D";
            one.modifiers = random() % 4 ? "" : "spot";
            rows.images.push_back(std::move(one));
        }
    }
    return rows;
}

// What a pass over the files would have found: of each image a hash, by its id.
inline std::string hashOf(std::int64_t image) { return sha256(std::to_string(image)); }

inline std::vector<std::int64_t> sortedStudies(Library& library)
{
    std::vector<std::int64_t> all = allStudies(library);
    std::sort(all.begin(), all.end());
    return all;
}

inline EmbeddedImage found(const ImageToEmbed& image)
{
    return {image.image,
            image.file,
            image.below,
            image.below.filename().string(),
            hashOf(image.image),
            EmbeddedImage::State::Embedded,
            {},
            {}};
}

} // namespace mama::test
