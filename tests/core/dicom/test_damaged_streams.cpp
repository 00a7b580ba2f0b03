// Compressed frames with a hole of zeros or cut short, written by DCMTK's encoders: refused or doubted, never shown as
// they are; whole ones, also of even air, pass without a word.
#include "core/base/error.h"
#include "core/dicom/read/image_file.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>
#include <QtEndian>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrplol.h>
#include <dcmtk/dcmjpeg/djrploss.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <fstream>

using namespace mama;

namespace {

struct Coding
{
    const char* name;
    E_TransferSyntax syntax;
    int bits;
    bool lossless;
};
constexpr Coding codings[] = {{"baseline", EXS_JPEGProcess1, 8, false},
                              {"extended", EXS_JPEGProcess2_4, 12, false},
                              {"lossless", EXS_JPEGProcess14, 16, true},
                              {"lossless SV1", EXS_JPEGProcess14SV1, 12, true},
                              {"lossless SV1, 8 bits", EXS_JPEGProcess14SV1, 8, true},
                              {"JPEG-LS", EXS_JPEGLSLossless, 12, true},
                              {"RLE", EXS_RLELossless, 16, true}};

// 8 or 16 bits a sample, little endian: air on the left, on the right tissue with noise.
std::vector<Uint8> picture(const Coding& coding, bool air)
{
    std::vector<Uint8> out;
    std::uint32_t state = 7;
    for (int row = 0; row < 200; ++row)
        for (int column = 0; column < 200; ++column) {
            state = state * 1664525U + 1013904223U;
            const std::uint32_t grey = air || column < 60 ? 0 : (row * 8 + (state >> 22)) & ((1U << coding.bits) - 1);
            out.push_back(static_cast<Uint8>(grey & 0xFF));
            if (coding.bits > 8)
                out.push_back(static_cast<Uint8>(grey >> 8));
        }
    return out;
}

QByteArray encoded(const Coding& coding, bool air)
{
    static const bool registered = [] {
        DJEncoderRegistration::registerCodecs();
        DJLSEncoderRegistration::registerCodecs();
        DcmRLEEncoderRegistration::registerCodecs();
        return true;
    }();
    Q_UNUSED(registered);
    DcmFileFormat file;
    DcmDataset& d = *file.getDataset();
    d.putAndInsertString(DCM_SOPClassUID, "1.2.840.10008.5.1.4.1.1.1.2");
    d.putAndInsertString(DCM_SOPInstanceUID, "1.2.3.4");
    d.putAndInsertString(DCM_Modality, "MG");
    d.putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME2");
    d.putAndInsertUint16(DCM_SamplesPerPixel, 1);
    d.putAndInsertUint16(DCM_Rows, 200);
    d.putAndInsertUint16(DCM_Columns, 200);
    d.putAndInsertUint16(DCM_BitsAllocated, coding.bits > 8 ? 16 : 8);
    d.putAndInsertUint16(DCM_BitsStored, static_cast<Uint16>(coding.bits));
    d.putAndInsertUint16(DCM_HighBit, static_cast<Uint16>(coding.bits - 1));
    d.putAndInsertUint16(DCM_PixelRepresentation, 0);
    std::vector<Uint8> grey = picture(coding, air);
    if (coding.bits > 8)
        d.putAndInsertUint16Array(DCM_PixelData, reinterpret_cast<const Uint16*>(grey.data()),
                                  static_cast<unsigned long>(grey.size() / 2));
    else
        d.putAndInsertUint8Array(DCM_PixelData, grey.data(), static_cast<unsigned long>(grey.size()));
    const DJ_RPLossy lossy(90);
    const DJ_RPLossless lossless(1, 0);
    const DcmRepresentationParameter* how = coding.syntax == EXS_JPEGProcess14 ? &lossless : nullptr;
    if (!coding.lossless)
        how = &lossy;
    const QTemporaryDir folder;
    const QByteArray path = folder.filePath("x.dcm").toLocal8Bit();
    if (d.chooseRepresentation(coding.syntax, how).bad() || file.saveFile(path.constData(), coding.syntax).bad())
        return {};
    QFile saved(path);
    return saved.open(QIODevice::ReadOnly) ? saved.readAll() : QByteArray();
}

// Where the one frame's only fragment starts, and its length.
std::pair<qsizetype, qsizetype> fragment(const QByteArray& file)
{
    const QByteArray pixels("\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff", 12);
    const auto length = [&](qsizetype item) { return qFromLittleEndian<quint32>(file.constData() + item + 4); };
    const qsizetype table = file.lastIndexOf(pixels) + pixels.size(), item = table + 8 + length(table);
    return {item + 8, length(item)};
}

// What is said of it: the refusal, or the warnings.
std::string said(const QByteArray& bytes, std::vector<std::byte>* pixels = nullptr)
{
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("x.dcm").toStdString();
    std::ofstream(path, std::ios::binary).write(bytes.constData(), bytes.size());
    try {
        const auto file = ImageFile::open(path);
        const StoredImage image = file->readFrame(0);
        if (pixels)
            *pixels = image.bytes;
        std::string all;
        for (const UserText& warning : file->header().warnings)
            all += warning.english() + "\n";
        return all;
    } catch (const Error& error) {
        return error.what();
    }
}

} // namespace

class TestDamagedStreams : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void holesAndCutsAreSeen_data()
    {
        QTest::addColumn<int>("number");
        for (int i = 0; i < static_cast<int>(std::size(codings)); ++i)
            QTest::newRow(codings[i].name) << i;
    }

    void holesAndCutsAreSeen()
    {
        QFETCH(int, number);
        const Coding& coding = codings[number];
        for (const bool air : {false, true}) {
            const QByteArray whole = encoded(coding, air);
            QVERIFY(!whole.isEmpty());
            std::vector<std::byte> pixels;
            QCOMPARE(said(whole, &pixels), std::string());
            const std::vector<Uint8> grey = picture(coding, air);
            QVERIFY(!coding.lossless ||
                    (pixels.size() == grey.size() && std::memcmp(pixels.data(), grey.data(), grey.size()) == 0));
        }
        const QByteArray whole = encoded(coding, false);
        const auto [start, length] = fragment(whole);
        for (const double place : {0.3, 0.5, 0.7})
            for (const qsizetype hole : {512, 4096}) {
                QByteArray holed = whole;
                std::fill_n(holed.data() + start + static_cast<qsizetype>(place * static_cast<double>(length)), hole,
                            '\0');
                QVERIFY2(!said(holed).empty(), coding.name);
            }
        QByteArray cut = whole.left(start) + whole.mid(start, length / 4 * 2) + QByteArray("\xff\xd9", 2) +
                         whole.mid(start + length);
        qToLittleEndian<quint32>(static_cast<quint32>(length / 4 * 2 + 2), cut.data() + start - 4);
        QVERIFY2(!said(cut).empty(), coding.name);
    }
};

QTEST_GUILESS_MAIN(TestDamagedStreams)
#include "test_damaged_streams.moc"
