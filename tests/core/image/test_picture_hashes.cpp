// Hashes of pictures: the DCT hash step by step against parity/library/hash, stored values whatever they are stored as.
#include "core/base/files.h"
#include "core/dicom/read/image_file.h"
#include "core/image/measure/dct_hash.h"
#include "core/image/measure/pixel_hash.h"
#include "tests/core/library/library_support.h"
#include "tests/support/test_data.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <map>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

std::uint64_t bits(const nlohmann::json& text) { return std::stoull(text.get<std::string>(), nullptr, 16); }

Raster<std::uint8_t> greyOf(const fs::path& path)
{
    const StoredImage image = ImageFile::open(path)->readFrame(0);
    Raster<std::uint8_t> out(image.rows, image.columns);
    for (std::size_t i = 0; i < out.values.size(); ++i)
        out.values[i] = static_cast<std::uint8_t>(storedValue(image, i));
    return out;
}

Raster<std::uint8_t> mirrored(const Raster<std::uint8_t>& picture)
{
    Raster<std::uint8_t> out = picture;
    for (int row = 0; row < out.rows; ++row)
        std::reverse(&out.at(row, 0), &out.at(row, 0) + out.columns);
    return out;
}

template <class Sample>
StoredImage imageOf(const std::vector<int>& values, int rows, SampleType type)
{
    StoredImage out{rows, static_cast<int>(values.size()) / rows, 1, type, {}};
    out.bytes.resize(values.size() * sizeof(Sample));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto value = static_cast<Sample>(values[i]);
        std::memcpy(out.bytes.data() + i * sizeof value, &value, sizeof value);
    }
    return out;
}

std::string hashOf(const StoredImage& image)
{
    PixelHash hash;
    hash.add(image);
    return hash.finish();
}

} // namespace

class TestPictureHashes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Every image of the case: from its 32 x 32 all bits, from the file those that rounding cannot turn.
    void theHashStepByStep()
    {
        const ParityCase parity("library/hash");
        MAMA_NEED(parity.present(), parity.path("case.json"));
        const nlohmann::json hashes = parity.json("hashes.json");
        const NpyArray resized = parity.array("resized.npy");
        const auto pixels = static_cast<std::size_t>(resized.shape.at(1) * resized.shape.at(2));
        QCOMPARE(resized.shape.at(0), std::int64_t(hashes.size()));
        for (std::size_t i = 0; i < hashes.size(); ++i) {
            const nlohmann::json& wanted = hashes[i];
            const std::string name = wanted["name"];
            Raster<std::uint8_t> small(int(resized.shape[1]), int(resized.shape[2]));
            std::memcpy(small.values.data(), resized.bytes.data() + i * pixels, pixels);
            const Raster<std::uint8_t> picture = greyOf(parity.path(name + ".png"));
            QVERIFY2(reducedForHash(picture).values == small.values, name.c_str());
            const auto hash = dctHash(small), ofFile = dctHash(picture);
            QVERIFY2(hash.has_value() != wanted["flat"].get<bool>(), name.c_str());
            QCOMPARE(ofFile.has_value(), hash.has_value());
            if (!hash)
                continue;
            const DctCoefficients coefficients = dctCoefficients(small);
            for (std::size_t k = 0; k < 64; ++k)
                QVERIFY(std::abs(coefficients[k] - wanted["coefficients"][k / 8][k % 8].get<double>()) < 1e-4);
            QVERIFY(std::abs(medianOf(coefficients) - wanted["median"].get<double>()) < 1e-4);
            QCOMPARE(hash->plain, bits(wanted["hash"]));
            const auto turned = dctHash(mirrored(small));
            QCOMPARE(turned->plain, bits(wanted["mirrored_hash"]));
            const std::uint64_t firm = bits(wanted["firm"]), mirroredFirm = bits(wanted["mirrored_firm"]);
            QCOMPARE(ofFile->plain & firm, bits(wanted["hash"]) & firm);
            QCOMPARE(ofFile->mirrored & mirroredFirm, bits(wanted["mirrored_hash"]) & mirroredFirm);
        }
    }

    void theDistances()
    {
        const ParityCase parity("library/hash");
        MAMA_NEED(parity.present(), parity.path("case.json"));
        const nlohmann::json distances = parity.json("distances.json");
        std::map<std::string, std::optional<DctHash>> hashes;
        for (const nlohmann::json& each : distances)
            hashes[each["name"]] = dctHash(greyOf(parity.path(each["name"].get<std::string>() + ".png")));
        for (const nlohmann::json& from : distances)
            for (std::size_t i = 0; i < distances.size(); ++i) {
                const auto &a = hashes[from["name"]], &b = hashes[distances[i]["name"]];
                const nlohmann::json& wanted = from["to"][i];
                QCOMPARE(wanted.is_null(), !a || !b);
                if (wanted.is_null())
                    continue;
                QCOMPARE(std::popcount(a->plain ^ b->plain), wanted[0].get<int>());
                QCOMPARE(std::popcount(a->mirrored ^ b->plain), wanted[1].get<int>());
            }
    }

    // A value is a value: in samples of any width that holds it.
    void valuesWhateverTheyAreStoredAs()
    {
        const std::vector<int> small{0, 1, 100, 127, 5, 6}, wide{0, 1, 40000, 65535, 5, 6},
            negative{0, -1, -2000, 5, 6, 7};
        const std::string hash = hashOf(imageOf<std::uint8_t>(small, 2, SampleType::U8));
        QCOMPARE(hashOf(imageOf<std::int8_t>(small, 2, SampleType::S8)), hash);
        QCOMPARE(hashOf(imageOf<std::uint16_t>(small, 2, SampleType::U16)), hash);
        QCOMPARE(hashOf(imageOf<std::int16_t>(small, 2, SampleType::S16)), hash);
        QCOMPARE(hashOf(imageOf<std::uint32_t>(small, 2, SampleType::U32)), hash);
        QCOMPARE(hashOf(imageOf<std::int32_t>(small, 2, SampleType::S32)), hash);
        QCOMPARE(hashOf(imageOf<std::uint16_t>(wide, 2, SampleType::U16)),
                 hashOf(imageOf<std::int32_t>(wide, 2, SampleType::S32)));
        QCOMPARE(hashOf(imageOf<std::int16_t>(negative, 2, SampleType::S16)),
                 hashOf(imageOf<std::int32_t>(negative, 2, SampleType::S32)));
        QVERIFY(hashOf(imageOf<std::int16_t>(negative, 2, SampleType::S16)) !=
                hashOf(imageOf<std::uint16_t>(negative, 2, SampleType::U16)));
        QVERIFY(hashOf(imageOf<std::uint8_t>(small, 3, SampleType::U8)) != hash); // another shape
        QVERIFY(hashOf(imageOf<std::uint32_t>({70000, 0}, 1, SampleType::U32)) !=
                hashOf(imageOf<std::uint16_t>({70000 - 65536, 0}, 1, SampleType::U16)));
    }

    // The public files that hold one picture in many transfer syntaxes: one hash for all that decode to the same CRC.
    void onePictureInManySyntaxes()
    {
        MAMA_NEED(fs::exists(dataFolder() / "dicom"), dataFolder() / "dicom");
        std::map<std::string, std::vector<std::string>> byHash;
        std::map<std::string, std::string> syntaxes;
        for (const auto& entry : fs::recursive_directory_iterator(dataFolder() / "dicom"))
            if (entry.is_regular_file())
                try {
                    const auto file = ImageFile::open(entry.path());
                    if (file->kind() != FileKind::Image || !entry.path().filename().string().starts_with("CT"))
                        continue;
                    byHash[hashOf(file->readFrame(0))].push_back(entry.path().filename().string());
                    syntaxes[entry.path().filename().string()] = file->header().transferSyntax;
                } catch (const Error&) {
                }
        std::size_t most = 0;
        for (const auto& [hash, files] : byHash) {
            std::set<std::string> different;
            for (const std::string& name : files)
                different.insert(syntaxes[name]);
            most = std::max(most, different.size());
        }
        QVERIFY2(most >= 5, std::to_string(most).c_str());
    }
};

QTEST_APPLESS_MAIN(TestPictureHashes)
#include "test_picture_hashes.moc"
