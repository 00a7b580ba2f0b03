// A written mammogram read back: pixels bit for bit, side, view, spacing and the statement that it is synthetic.
#include "core/base/error.h"
#include "core/dicom/read/image_file.h"
#include "core/dicom/write/write_mammogram.h"

#include <QTemporaryDir>
#include <QTest>
#include <cstring>

using namespace mama;

namespace {

SyntheticMammogram example(Side side, View view)
{
    SyntheticMammogram image;
    image.pixels = Raster<std::uint16_t>(31, 23);
    for (std::size_t i = 0; i < image.pixels.values.size(); ++i)
        image.pixels.values[i] = static_cast<std::uint16_t>(i * 5 % 4096);
    image.side = side;
    image.view = view;
    image.spacing = {0.07, 0.0725};
    image.windowCentre = 1900;
    image.windowWidth = 2500;
    image.window = WindowFunction::Sigmoid;
    image.studyUid = "1.2.3.1";
    image.seriesUid = "1.2.3.2";
    image.sopUid = "1.2.3.3";
    image.patientId = "1000";
    image.date = "20200229";
    image.studyDescription = "MG Screening Bilateral w/CAD";
    return image;
}

} // namespace

class TestWriteMammogram : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsBack_data()
    {
        QTest::addColumn<bool>("left");
        QTest::addColumn<bool>("cc");
        QTest::addColumn<QString>("row");
        QTest::addColumn<QString>("column");
        QTest::newRow("LCC") << true << true << "A"
                             << "R";
        QTest::newRow("RCC") << false << true << "P"
                             << "L";
        QTest::newRow("LMLO") << true << false << "A"
                              << "FR";
        QTest::newRow("RMLO") << false << false << "P"
                              << "FL";
    }
    void readsBack()
    {
        QFETCH(bool, left);
        QFETCH(bool, cc);
        QFETCH(QString, row);
        QFETCH(QString, column);
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("a.dcm").toStdString();
        const auto image = example(left ? Side::Left : Side::Right, cc ? View::CC : View::MLO);
        writeMammogram(path, image);
        const auto file = ImageFile::open(path);
        const ImageHeader& h = file->header();
        QVERIFY(file->kind() == FileKind::Image);
        QCOMPARE(h.imageLaterality, std::string(left ? "L" : "R"));
        QCOMPARE(h.viewPosition, std::string(cc ? "CC" : "MLO"));
        QCOMPARE(h.view->value, std::string(cc ? "399162004" : "399368009"));
        QCOMPARE(QString::fromStdString(h.patientOrientation.first), row);
        QCOMPARE(QString::fromStdString(h.patientOrientation.second), column);
        QCOMPARE(h.imagerPixelSpacing->row, 0.07);
        QCOMPARE(h.imagerPixelSpacing->column, 0.0725);
        QCOMPARE(h.bitsStored, 12);
        QCOMPARE(h.sopUid, image.sopUid);
        QVERIFY(h.patientName.find("SYNTHETIC") != std::string::npos);
        QVERIFY(h.warnings.empty());
        const Window window = file->pipeline(0).voi.at(0).window.value();
        QCOMPARE(window.centre, 1900.0);
        QCOMPARE(window.width, 2500.0);
        QVERIFY(window.function == WindowFunction::Sigmoid);
        const StoredImage stored = file->readFrame(0);
        QCOMPARE(stored.bytes.size(), image.pixels.values.size() * 2);
        QCOMPARE(std::memcmp(stored.bytes.data(), image.pixels.values.data(), stored.bytes.size()), 0);
    }
    void refusesPixelsBeyondTheBits()
    {
        QTemporaryDir folder;
        auto image = example(Side::Left, View::CC);
        image.pixels.at(0, 0) = 4096;
        QVERIFY_THROWS_EXCEPTION(Error, writeMammogram(folder.filePath("a.dcm").toStdString(), image));
        QVERIFY(!std::filesystem::exists(folder.filePath("a.dcm").toStdString()));
    }
};

QTEST_GUILESS_MAIN(TestWriteMammogram)
#include "test_write_mammogram.moc"
