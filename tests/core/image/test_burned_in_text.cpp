// Text that a program wrote into a picture: found beside the breast, not where there is none.
#include "core/base/error.h"
#include "core/dicom/read/image_file.h"
#include "core/image/measure/burned_in_text.h"
#include "core/phantom/phantom.h"
#include "tests/core/library/library_support.h"
#include "tests/support/test_data.h"

#include <cstring>
#include <map>
#include <random>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

// Letters of 5 x 7, a string a row.
const std::map<char, std::array<const char*, 7>> letters{
    {'A', {"01110", "10001", "10001", "11111", "10001", "10001", "10001"}},
    {'E', {"11111", "10000", "10000", "11110", "10000", "10000", "11111"}},
    {'L', {"10000", "10000", "10000", "10000", "10000", "10000", "11111"}},
    {'M', {"10001", "11011", "10101", "10101", "10001", "10001", "10001"}},
    {'N', {"10001", "11001", "10101", "10011", "10001", "10001", "10001"}},
    {'R', {"11110", "10001", "10001", "11110", "10100", "10010", "10001"}},
    {'1', {"00100", "01100", "00100", "00100", "00100", "00100", "01110"}},
    {'7', {"11111", "00001", "00010", "00100", "01000", "01000", "01000"}}};

struct Picture
{
    StoredImage stored{800, 600, 1, SampleType::U16, std::vector<std::byte>(std::size_t(800) * 600 * 2)};
    GreyPipeline pipeline;
    std::mt19937 random{7};

    Picture()
    {
        pipeline.voi.push_back({Window{2048, 4096, WindowFunction::Linear, ""}, {}});
        for (int row = 0; row < 800; ++row)
            for (int column = 0; column < 600; ++column)
                set(row, column, isBreast(row, column) ? 1800 + int(random() % 400) : 40 + int(random() % 20));
    }
    static bool isBreast(int row, int column)
    {
        const double y = (row - 400) / 360.0, x = column / 300.0;
        return x * x + y * y < 1;
    }
    void set(int row, int column, int value)
    {
        const auto sample = static_cast<std::uint16_t>(value);
        std::memcpy(stored.bytes.data() + (std::size_t(row) * 600 + std::size_t(column)) * 2, &sample, 2);
    }
    struct Pen
    {
        int row, column, size = 3, ink = 4095, noise = 0;
        bool down = false; // the line runs from top to bottom
    };
    void write(const std::string& text, Pen pen)
    {
        for (const char letter : text) {
            if (letter != ' ')
                for (int y = 0; y < 7 * pen.size; ++y)
                    for (int x = 0; x < 5 * pen.size; ++x)
                        if (letters.at(letter)[std::size_t(y / pen.size)][x / pen.size] == '1') {
                            const int value = pen.ink - (pen.noise ? int(random() % unsigned(pen.noise)) : 0);
                            pen.down ? set(pen.row + x, pen.column - y, value)
                                     : set(pen.row + y, pen.column + x, value);
                        }
            (pen.down ? pen.row : pen.column) += 6 * pen.size;
        }
    }
    bool found() { return hasBurnedInText(PictureSurvey(stored, pipeline)); }
};

} // namespace

class TestBurnedInText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsLines()
    {
        QVERIFY(!Picture().found());
        for (const int size : {1, 2, 3, 5}) {
            Picture name;
            name.write("MALER ANNA", {60, 290, size});
            QVERIFY2(name.found(), std::to_string(size).c_str());
        }
        Picture down;
        down.write("MALER", {60, 560, 3, 4095, 0, true});
        QVERIFY(down.found());
        Picture grey; // drawn in a grey of its own
        grey.write("1711 11 7", {700, 350, 2, 3000});
        QVERIFY(grey.found());
        Picture dark; // MONOCHROME1: the same picture, inverted
        for (int row = 0; row < 800; ++row)
            for (int column = 0; column < 600; ++column)
                dark.set(row, column, 4095 - (Picture::isBreast(row, column) ? 2000 : 50));
        dark.pipeline.inverted = true;
        QVERIFY(!dark.found());
        dark.write("MALER ANNA", {60, 290, 3, 0});
        QVERIFY(dark.found());
    }

    // Conservative: markers, lead letters, noise, a light border are none.
    void findsNothingElse()
    {
        Picture marker;
        marker.write("RMLL", {60, 400, 5});
        QVERIFY(!marker.found());
        Picture lead; // noisy, as what X-rays went through is
        lead.write("MALER ANNA", {60, 290, 3, 4095, 600});
        QVERIFY(!lead.found());
        Picture noise;
        for (int i = 0; i < 4000; ++i)
            noise.set(int(noise.random() % 800), 330 + int(noise.random() % 270), 4095);
        QVERIFY(!noise.found());
        Picture border;
        for (int row = 0; row < 800; ++row)
            for (int column = 560; column < 600; ++column)
                border.set(row, column, 4095);
        QVERIFY(!border.found());
        Picture on; // the breast: not looked for
        on.write("MALER ANNA", {380, 40, 3});
        QVERIFY(!on.found());
        Picture steps; // a step wedge: large squares in a row
        for (int i = 0; i < 6; ++i)
            for (int row = 40; row < 80; ++row)
                for (int column = 0; column < 36; ++column)
                    steps.set(row, 320 + 44 * i + column, 1800 + 400 * i > 4095 ? 4095 : 1800 + 400 * i);
        QVERIFY(!steps.found());
        Picture empty;
        for (int row = 0; row < 800; ++row)
            for (int column = 0; column < 600; ++column)
                empty.set(row, column, 50);
        QVERIFY(!empty.found());
    }

    // Of the public mammograms, looked at by eye, one is a page of text about sizes; phantoms have a marker each.
    void publicMammograms()
    {
        MAMA_NEED(fs::exists(dataFolder() / "four-view"), dataFolder() / "four-view");
        const Folder folder;
        PhantomOptions options;
        options.folder = folder / "phantoms";
        options.studies = 6;
        options.seed = 77;
        options.rows = 512;
        options.columns = 416;
        QVERIFY(writePhantoms(options, {}).has_value());
        int looked = 0;
        for (const fs::path& place : {options.folder / "images", dataFolder() / "four-view", dataFolder() / "dicom"})
            for (const auto& entry : fs::recursive_directory_iterator(place))
                try {
                    if (!entry.is_regular_file())
                        continue;
                    const auto file = ImageFile::open(entry.path());
                    if (file->kind() != FileKind::Image ||
                        (file->header().format == "dicom" && file->header().modality != "MG"))
                        continue;
                    const StoredImage stored = file->readFrame(0);
                    const GreyPipeline pipeline = file->pipeline(0);
                    const bool found = hasBurnedInText(PictureSurvey(stored, pipeline));
                    QVERIFY2(found == (entry.path().filename() == "MG_Explicit_Little.dcm"), entry.path().c_str());
                    ++looked;
                } catch (const Error&) {
                }
        QVERIFY(looked >= 28);
    }
};

QTEST_APPLESS_MAIN(TestBurnedInText)
#include "test_burned_in_text.moc"
