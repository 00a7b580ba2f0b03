// Compressed frames with a hole of zeros or cut short, written by DCMTK's encoders: refused or doubted, never shown as
// they are; whole ones, also of even air, pass without a word.
#include "core/base/error.h"
#include "core/dicom/read/image_file.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>
#include <QtEndian>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrplol.h>
#include <dcmtk/dcmjpeg/djrploss.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <fstream>
#include <openjpeg.h>

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

// One row of grey words.
void describe(DcmDataset& d, Uint16 stored, Uint16 high, Uint16 columns)
{
    d.putAndInsertString(DCM_SOPClassUID, "1.2.840.10008.5.1.4.1.1.1.2");
    d.putAndInsertString(DCM_SOPInstanceUID, "1.2.3.4");
    d.putAndInsertString(DCM_Modality, "MG");
    d.putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME2");
    d.putAndInsertUint16(DCM_SamplesPerPixel, 1);
    d.putAndInsertUint16(DCM_Rows, 1);
    d.putAndInsertUint16(DCM_Columns, columns);
    d.putAndInsertUint16(DCM_BitsAllocated, 16);
    d.putAndInsertUint16(DCM_BitsStored, stored);
    d.putAndInsertUint16(DCM_HighBit, high);
    d.putAndInsertUint16(DCM_PixelRepresentation, 0);
}

// A lossless codestream of 200 x 200 words of 12 bits.
QByteArray jpeg2000(const std::vector<Uint8>& words, int levels)
{
    opj_image_cmptparm_t component{};
    component.dx = component.dy = 1;
    component.w = component.h = 200;
    component.prec = 12;
    opj_image_t* image = opj_image_create(1, &component, OPJ_CLRSPC_GRAY);
    image->x1 = image->y1 = 200;
    for (std::size_t i = 0; i < 40000; ++i)
        image->comps[0].data[i] = words[2 * i] | words[2 * i + 1] << 8;
    opj_cparameters_t parameters;
    opj_set_default_encoder_parameters(&parameters);
    parameters.numresolution = levels;
    parameters.tcp_numlayers = 1;
    parameters.cp_disto_alloc = 1;
    opj_codec_t* codec = opj_create_compress(OPJ_CODEC_J2K);
    const QTemporaryDir folder;
    const QByteArray path = folder.filePath("x.j2k").toLocal8Bit();
    opj_setup_encoder(codec, &parameters, image);
    opj_stream_t* stream = opj_stream_create_default_file_stream(path.constData(), OPJ_FALSE);
    opj_start_compress(codec, image, stream);
    opj_encode(codec, stream);
    opj_end_compress(codec, stream);
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    opj_image_destroy(image);
    QFile written(path);
    return written.open(QIODevice::ReadOnly) ? written.readAll() : QByteArray();
}

QByteArray asDicom(QByteArray stream)
{
    if (stream.size() % 2)
        stream.append('\0');
    DcmFileFormat file;
    DcmDataset& d = *file.getDataset();
    describe(d, 12, 11, 200);
    d.putAndInsertUint16(DCM_Rows, 200);
    auto* sequence = new DcmPixelSequence(DCM_PixelSequenceTag);
    const DcmTag tag(DCM_Item, EVR_OB);
    sequence->insert(new DcmPixelItem(tag));
    auto* item = new DcmPixelItem(tag);
    item->putUint8Array(reinterpret_cast<const Uint8*>(stream.constData()), static_cast<unsigned long>(stream.size()));
    sequence->insert(item);
    auto* pixels = new DcmPixelData(DCM_PixelData);
    pixels->putOriginalRepresentation(EXS_JPEG2000LosslessOnly, nullptr, sequence);
    d.insert(pixels, OFTrue);
    const QTemporaryDir folder;
    const QByteArray path = folder.filePath("x.dcm").toLocal8Bit();
    if (file.saveFile(path.constData(), EXS_JPEG2000LosslessOnly).bad())
        return {};
    QFile saved(path);
    return saved.open(QIODevice::ReadOnly) ? saved.readAll() : QByteArray();
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
            for (const qsizetype hole : {64, 512, 4096}) {
                if (hole < 512 && coding.syntax != EXS_RLELossless)
                    continue;
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

    // OpenJPEG writes the stream; a hole of a few bytes is seen, since a tile has few empty packets.
    void holesInJpeg2000AreSeen()
    {
        const Coding coding{"", EXS_JPEG2000LosslessOnly, 12, true};
        for (const int levels : {1, 6})
            for (const bool air : {false, true}) {
                const QByteArray whole = asDicom(jpeg2000(picture(coding, air), levels));
                std::vector<std::byte> pixels;
                QCOMPARE(said(whole, &pixels), std::string());
                const std::vector<Uint8> grey = picture(coding, air);
                QVERIFY(pixels.size() == grey.size() && std::memcmp(pixels.data(), grey.data(), grey.size()) == 0);
            }
        const QByteArray whole = asDicom(jpeg2000(picture(coding, false), 6));
        const auto [start, length] = fragment(whole);
        for (const double place : {0.3, 0.5, 0.7}) {
            QByteArray holed = whole;
            std::fill_n(holed.data() + start + static_cast<qsizetype>(place * static_cast<double>(length)), 100, '\0');
            QVERIFY(!said(holed).empty());
        }
    }

    // Words without compression: zeros from the midst of a row on are doubted, whole frames pass.
    void holesInNativeDataAreSeen()
    {
        for (const Coding& coding :
             {Coding{"", EXS_LittleEndianExplicit, 12, true}, Coding{"", EXS_LittleEndianExplicit, 8, true}}) {
            const QByteArray whole = encoded(coding, false);
            QCOMPARE(said(whole), std::string());
            QCOMPARE(said(encoded(coding, true)), std::string());
            const qsizetype sample = coding.bits > 8 ? 2 : 1, start = whole.size() - 40000 * sample;
            for (const int row : {50, 120}) {
                QByteArray holed = whole;
                std::fill_n(holed.data() + start + (row * 200 + 110) * sample, 4000 * sample, '\0');
                QVERIFY2(said(holed).find("in the midst of the picture") != std::string::npos, said(holed).c_str());
            }
        }
    }

    void aStreamOfAnotherKindIsTold()
    {
        for (const Coding& coding : codings) {
            if (coding.syntax == EXS_RLELossless)
                continue;
            QByteArray file = encoded(coding, false);
            const QByteArray own = DcmXfer(coding.syntax).getXferID();
            const QByteArray lie =
                own == "1.2.840.10008.1.2.4.50" ? "1.2.840.10008.1.2.4.90" : "1.2.840.10008.1.2.4.50";
            const bool lossyAnyway = !coding.lossless && own != "1.2.840.10008.1.2.4.50";
            file.replace(file.indexOf(own), own.size(), lossyAnyway ? QByteArray("1.2.840.10008.1.2.4.90") : lie);
            QVERIFY2(said(file).find("not of the kind that transfer syntax") != std::string::npos, coding.name);
        }
    }

    // Uncompressed words that go beyond the bits that the header names.
    void nativeBitsBeyondTheHeader_data()
    {
        QTest::addColumn<int>("stored");
        QTest::addColumn<int>("high");
        QTest::addColumn<QList<int>>("words");
        QTest::addColumn<QList<int>>("values");
        QTest::addColumn<QString>("says"); // empty: nothing
        const QString more = "(0028,0101) Bits Stored is", apart = "(0028,0102) High Bit";
        QTest::newRow("as said") << 12 << 11 << QList{0, 4095, 7} << QList{0, 4095, 7} << QString();
        QTest::newRow("8 bits said") << 8 << 7 << QList{0, 4095, 300} << QList{0, 4095, 300} << more;
        QTest::newRow("10 bits said") << 10 << 9 << QList{5, 1024, 3285} << QList{5, 1024, 3285} << more;
        QTest::newRow("at the bottom") << 12 << 15 << QList{1, 4095, 3285} << QList{1, 4095, 3285} << more;
        QTest::newRow("at the top") << 12 << 15 << QList{16, 65520, 32} << QList{1, 4095, 2} << QString();
        QTest::newRow("a mark above") << 12 << 11 << QList{32769, 4095, 7} << QList{1, 4095, 7} << apart;
    }

    void nativeBitsBeyondTheHeader()
    {
        QFETCH(int, stored);
        QFETCH(int, high);
        QFETCH(QList<int>, words);
        QFETCH(QList<int>, values);
        QFETCH(QString, says);
        DcmFileFormat file;
        DcmDataset& d = *file.getDataset();
        describe(d, static_cast<Uint16>(stored), static_cast<Uint16>(high), static_cast<Uint16>(words.size()));
        const std::vector<Uint16> pixels(words.begin(), words.end());
        d.putAndInsertUint16Array(DCM_PixelData, pixels.data(), static_cast<unsigned long>(pixels.size()));
        const QTemporaryDir folder;
        const QByteArray path = folder.filePath("x.dcm").toLocal8Bit();
        QVERIFY(file.saveFile(path.constData(), EXS_LittleEndianExplicit).good());
        const auto image = ImageFile::open(path.toStdString());
        const StoredImage read = image->readFrame(0);
        for (qsizetype i = 0; i < values.size(); ++i)
            QCOMPARE(storedValue(read, static_cast<std::size_t>(i)), std::int64_t{values[i]});
        const auto& warnings = image->header().warnings;
        QCOMPARE(warnings.empty(), says.isEmpty());
        QVERIFY(says.isEmpty() || warnings[0].english().starts_with(says.toStdString()));
    }
};

QTEST_GUILESS_MAIN(TestDamagedStreams)
#include "test_damaged_streams.moc"
