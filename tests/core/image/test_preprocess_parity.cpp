// The reference's own pictures, step by step: every case that parity/preprocess/manifest.json lists.
#include "core/base/hash.h"
#include "core/image/profile.h"
#include "tests/support/test_data.h"

#include <QFloat16>

#include <numeric>
#include <opencv2/imgcodecs.hpp>
#include <regex>

using namespace mama;
using namespace mama::test;
using nlohmann::json;

namespace {

// Tolerances of parity/README.md, section preprocess.
constexpr double AreaMeanDifference = 0.02, FinalMeanDifference = 0.05;

struct Gap
{
    int largest = 0;
    double mean = 0;
};

Gap gap(const Raster<std::uint8_t>& actual, const cv::Mat& expected)
{
    Gap found;
    for (int r = 0; r < actual.rows; ++r)
        for (int c = 0; c < actual.columns; ++c) {
            const int difference = std::abs(actual.at(r, c) - expected.at<std::uint8_t>(r, c));
            found.largest = std::max(found.largest, difference);
            found.mean += difference;
        }
    found.mean /= static_cast<double>(actual.values.size());
    return found;
}

double mean(const Raster<std::uint8_t>& picture)
{
    return std::accumulate(picture.values.begin(), picture.values.end(), 0.0) /
           static_cast<double>(picture.values.size());
}

std::string hashOf(const Raster<std::uint8_t>& picture) { return sha256(std::as_bytes(std::span(picture.values))); }

// Four numbers, flat or in pairs: first row, end row, first column, end column.
cv::Mat cut(const cv::Mat& picture, const json& rowsColumns)
{
    if (rowsColumns.is_null())
        return picture;
    std::vector<int> n;
    for (const json& part : rowsColumns.flatten())
        n.push_back(part.get<int>());
    return picture(cv::Range(n.at(0), n.at(1)), cv::Range(n.at(2), n.at(3))).clone();
}

StoredImage stored(const cv::Mat& picture)
{
    const bool wide = picture.depth() == CV_16U;
    StoredImage image{picture.rows, picture.cols, 1, wide ? SampleType::U16 : SampleType::U8, {}};
    const auto* first = reinterpret_cast<const std::byte*>(picture.data);
    image.bytes.assign(first, first + image.samples() * bytesPerSample(image.type));
    return image;
}

Profile profileOf(const json& entry)
{
    Profile profile = findProfile("mama-embed-reference");
    profile.jpeg = false; // left out in these cases
    profile.scaleToMaximum = entry.at("eight_bit_conversion");
    profile.firstLongSide =
        entry.at("first_resize_long_side").is_null() ? 0 : entry.at("first_resize_long_side").get<int>();
    profile.squareSide = entry.at("square_side");
    return profile;
}

std::vector<int> sizesOf(const json& entry)
{
    std::vector<int> sizes;
    static const std::regex key("final(\\d+)_sha256");
    for (const auto& [name, value] : entry.items())
        if (std::smatch found; std::regex_match(name, found, key))
            sizes.push_back(std::stoi(found[1]));
    return sizes;
}

} // namespace

class TestPreprocessParity : public QObject
{
    Q_OBJECT
    ParityCase m_case{"preprocess"};

    cv::Mat picture(const json& entry) const
    {
        const std::string file = entry.at("file");
        const auto path = file.starts_with("data/") ? dataFolder() / file.substr(5) : m_case.path(file);
        const bool wide = entry.at("bits_in_file") == "uint16";
        const cv::Mat read = cv::imread(path.string(), wide ? cv::IMREAD_UNCHANGED : cv::IMREAD_GRAYSCALE);
        return read.empty() ? read : cut(read, entry.at("crop_rows_cols"));
    }

    // A picture of a step against its file, if the case has one.
    void samePicture(const Raster<std::uint8_t>& actual, const std::string& file, int most, double meanDifference) const
    {
        if (!std::filesystem::exists(m_case.path(file)))
            return;
        const cv::Mat expected = cv::imread(m_case.path(file).string(), cv::IMREAD_GRAYSCALE);
        QCOMPARE(actual.rows, expected.rows);
        QCOMPARE(actual.columns, expected.cols);
        const Gap found = gap(actual, expected);
        qInfo() << file.c_str() << "largest difference" << found.largest << "mean" << found.mean;
        QVERIFY(found.largest <= most);
        QVERIFY(found.mean < meanDifference);
    }

private Q_SLOTS:
    void everyCase_data()
    {
        MAMA_NEED(m_case.present(), "parity/preprocess");
        QTest::addColumn<int>("index");
        int index = 0;
        for (const json& entry : m_case.json("manifest.json"))
            QTest::newRow(entry.at("name").get<std::string>().c_str()) << index++;
    }

    void everyCase()
    {
        QFETCH(int, index);
        const json entry = m_case.json("manifest.json").at(static_cast<std::size_t>(index));
        const std::string name = entry.at("name");
        const cv::Mat read = picture(entry);
        MAMA_NEED(!read.empty(), entry.at("file").get<std::string>());
        GreyPipeline pipeline;
        pipeline.inverted = entry.at("inverted_monochrome1");
        for (const int size : sizesOf(entry)) {
            PreparedImage::Stages stages;
            const PreparedImage prepared = prepare(stored(read), pipeline, profileOf(entry), {size, 14, &stages});
            stagesAgree(entry, prepared, stages);
            finalAgrees(entry, size, prepared, hashOf(stages.square) == entry.at("square_sha256"));
            if (QTest::currentTestFailed())
                return;
        }
    }

private:
    void stagesAgree(const json& entry, const PreparedImage& prepared, const PreparedImage::Stages& stages) const
    {
        const std::string name = entry.at("name");
        samePicture(stages.eightBit, "out/" + name + "_8bit.png", 1, AreaMeanDifference);
        QVERIFY(std::abs(mean(stages.eightBit) - entry.at("eight_bit_mean").get<double>()) < AreaMeanDifference);
        if (entry.contains("first_resize_shape"))
            QVERIFY(json({stages.firstResize.rows, stages.firstResize.columns}) == entry.at("first_resize_shape"));
        samePicture(stages.square, "out/" + name + "_square.png", 1, AreaMeanDifference);
        QVERIFY(std::abs(mean(stages.square) - entry.at("square_mean").get<double>()) < AreaMeanDifference);

        const bool exact = hashOf(stages.square) == entry.at("square_sha256");
        qInfo() << name.c_str() << "8 bit exact" << (hashOf(stages.eightBit) == entry.at("eight_bit_sha256"))
                << "square exact" << exact;
        const int slack = exact ? 0 : 1;
        const json& box = entry.at("box_row0_row1_col0_col1_inclusive");
        QCOMPARE(prepared.cropped, !box.is_null());
        if (box.is_null())
            return;
        QVERIFY(std::abs(prepared.otsuThreshold - entry.at("otsu_threshold").get<double>()) <= slack);
        const Box& crop = prepared.geometry.chain().crop;
        const int found[] = {crop.y0, crop.y1, crop.x0, crop.x1};
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY(std::abs(found[i] - box.at(i).get<int>()) <= slack);
    }

    void finalAgrees(const json& entry, int size, const PreparedImage& prepared, bool squareExact) const
    {
        const std::string name = entry.at("name"), number = std::to_string(size);
        const bool exact = hashOf(prepared.seenGrey) == entry.at("final" + number + "_sha256");
        qInfo() << name.c_str() << size << "exact" << exact;
        samePicture(prepared.seenGrey, "out/" + name + "_final" + number + ".png", squareExact ? 1 : 2,
                    FinalMeanDifference);
        if (entry.contains("final" + number + "_mean"))
            QVERIFY(std::abs(mean(prepared.seenGrey) - entry.at("final" + number + "_mean").get<double>()) <
                    FinalMeanDifference);
        const json& files = m_case.description().at("files");
        if (const std::string file = "out/" + name + "_final" + number + "_tensor.npy"; files.contains(file))
            MAMA_SAME(m_case.difference(file, std::span<const float>(prepared.values)));
        static const std::regex blocks("_block(\\d+)_mean\\.npy$");
        for (const auto& [file, facts] : files.items()) {
            std::smatch found;
            if (!file.starts_with("out/" + name + "_final" + number + "_block") ||
                !std::regex_search(file, found, blocks))
                continue;
            const int block = std::stoi(found[1]), cells = size / block;
            std::vector<float> means(static_cast<std::size_t>(cells) * static_cast<std::size_t>(cells));
            for (int r = 0; r < cells * block; ++r)
                for (int c = 0; c < cells * block; ++c)
                    means[static_cast<std::size_t>(r / block * cells + c / block)] +=
                        static_cast<float>(prepared.seenGrey.at(r, c)) / static_cast<float>(block * block);
            MAMA_SAME(m_case.difference(file, std::span<const float>(means)));
        }
    }
};

QTEST_GUILESS_MAIN(TestPreprocessParity)
#include "test_preprocess_parity.moc"
