// The header as a list: against what DCMTK was told to write, private tags, sequences and character sets included.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/dicom/codec/dcmtk_setup.h"
#include "core/dicom/read/header_list.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fstream>

using namespace mama;

class TestHeaderList : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path file(const char* name) const { return m_folder.filePath(name).toStdString(); }

    // A mammogram with all that a header can hold; `pixels` 16-bit pixels.
    std::filesystem::path write(const char* name, E_TransferSyntax syntax, std::size_t pixels = 64)
    {
        DcmFileFormat format;
        DcmDataset& set = *format.getDataset();
        set.putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 144");
        set.putAndInsertString(DCM_SOPClassUID, UID_DigitalMammographyXRayImageStorageForPresentation);
        set.putAndInsertString(DCM_SOPInstanceUID, "1.2.3.4");
        set.putAndInsertString(DCM_PatientName, "\xbb\xee\xda^\xb8"); // Cyrillic: ISO 8859-5
        set.putAndInsertString(DCM_ImageComments, std::string(5000, 'x').c_str());
        set.putAndInsertString(DCM_PatientComments, "first\r\nsecond\\same");
        set.putAndInsertFloat64(DcmTag(0x0018, 0x9073), 0.1);
        set.putAndInsertUint16(DCM_Rows, 8);
        set.putAndInsertUint16(DCM_Columns, 8);
        set.putAndInsertString(DcmTag(0x0019, 0x0010, EVR_LO), "MAMA TEST 1");
        set.putAndInsertString(DcmTag(0x0019, 0x1001, EVR_LO), "secret");
        const Uint8 bytes[]{0, 1, 0xFE, 0xFF};
        set.putAndInsertUint8Array(DcmTag(0x0019, 0x1002, EVR_OB), bytes, 4);
        DcmItem *outer = nullptr, *inner = nullptr;
        set.findOrCreateSequenceItem(DCM_AcquisitionContextSequence, outer, 0);
        outer->putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 100");
        outer->putAndInsertString(DCM_PatientComments, "M\xfcller");
        outer->findOrCreateSequenceItem(DCM_ConceptNameCodeSequence, inner, 0);
        inner->putAndInsertString(DCM_CodeMeaning, "deep");
        set.findOrCreateSequenceItem(DCM_AcquisitionContextSequence, outer, 1);
        outer->putAndInsertString(DCM_PatientComments, "\xbb");
        const std::vector<Uint16> values(pixels, 7);
        set.putAndInsertUint16Array(DCM_PixelData, values.data(), static_cast<unsigned long>(values.size()));
        format.saveFile(file(name).c_str(), syntax);
        return file(name);
    }

    static const HeaderElement& at(const HeaderList& list, const std::string& path)
    {
        static const HeaderElement none;
        const auto found = std::ranges::find(list.elements, path, &HeaderElement::path);
        return found == list.elements.end() ? none : *found;
    }

private Q_SLOTS:
    void initTestCase() { setUpDcmtk(); }

    void everyElementIsListed_data()
    {
        QTest::addColumn<int>("syntax");
        QTest::newRow("implicit") << static_cast<int>(EXS_LittleEndianImplicit);
        QTest::newRow("explicit") << static_cast<int>(EXS_LittleEndianExplicit);
        QTest::newRow("big endian") << static_cast<int>(EXS_BigEndianExplicit);
        QTest::newRow("deflated") << static_cast<int>(EXS_DeflatedLittleEndianExplicit);
    }

    void everyElementIsListed()
    {
        QFETCH(int, syntax);
        const HeaderList list = readHeaderList(write("all.dcm", static_cast<E_TransferSyntax>(syntax)));
        QCOMPARE(at(list, "(0002,0010)").value,
                 std::string(DcmXfer(static_cast<E_TransferSyntax>(syntax)).getXferID()));
        QCOMPARE(at(list, "(0010,0010)").value, std::string("Люк^И"));
        QCOMPARE(at(list, "(0010,0010)").vr, std::string("PN"));
        QCOMPARE(at(list, "(0010,0010)").name, std::string("PatientName"));
        QCOMPARE(at(list, "(0010,4000)").value, std::string("first\\x0d\\nsecond\\same"));
        QCOMPARE(at(list, "(0018,9073)").value, std::string("0.1"));
        QCOMPARE(at(list, "(0028,0010)").value, std::string("8"));
        QCOMPARE(at(list, "(0019,0010)").name, std::string("PrivateCreator"));
        QCOMPARE(at(list, "(0019,1001)").name, std::string("Private (MAMA TEST 1)"));
        QCOMPARE(at(list, "(0019,1001)").value, std::string("secret"));
        QCOMPARE(at(list, "(0019,1002)").value, std::string("00 01 FE FF"));
        const HeaderElement& sequence = at(list, "(0040,0555)");
        QCOMPARE(sequence.items.value_or(0), std::size_t{2});
        QCOMPARE(at(list, "(0040,0555)[0](0010,4000)").value, std::string("Müller")); // the item's own set
        QCOMPARE(at(list, "(0040,0555)[1](0010,4000)").value, std::string("Л"));      // the data set's
        const HeaderElement& deep = at(list, "(0040,0555)[0](0040,A043)[0](0008,0104)");
        QCOMPARE(deep.value, std::string("deep"));
        QCOMPARE(deep.depth, 2);
        const HeaderElement& longest = at(list, "(0020,4000)");
        QCOMPARE(longest.length.value_or(0), 5000U);
        QVERIFY(longest.cut && longest.value == std::string(1024, 'x'));
        QCOMPARE(list.elements.back().path, std::string("(7FE0,0010)"));
        QVERIFY(!list.elements.back().read);
        QCOMPARE(list.elements.back().length.value_or(0), 128U);
    }

    // What cannot be shown as a picture still has a header.
    void damagedPixelsAreNoHindrance()
    {
        const auto path = write("cut.dcm", EXS_LittleEndianExplicit);
        std::filesystem::resize_file(path, std::filesystem::file_size(path) - 40);
        const HeaderList whole = readHeaderList(write("whole.dcm", EXS_LittleEndianExplicit));
        const HeaderList cut = readHeaderList(path); // all of it, and where the file ends
        QCOMPARE(cut.elements.size(), whole.elements.size());
        QCOMPARE(cut.elements.back().path, std::string("(7FE0,0010)"));
        QCOMPARE(cut.elements.back().length.value_or(0), 128U);
        QCOMPARE(cut.warnings.size(), std::size_t{1});
        const std::string warning = cut.warnings.front().english();
        QVERIFY2(warning.find("(7FE0,0010) at offset") != std::string::npos &&
                     warning.find("the file holds 88 more") != std::string::npos,
                 warning.c_str());
        DcmFileFormat format;
        format.getDataset()->putAndInsertString(DCM_SOPClassUID, UID_EncapsulatedPDFStorage);
        format.getDataset()->putAndInsertString(DCM_SOPInstanceUID, "1.2");
        format.saveFile(file("none.dcm").c_str(), EXS_LittleEndianExplicit);
        QCOMPARE(readHeaderList(file("none.dcm")).elements.back().path, std::string("(0008,0018)"));
    }

    // Cut anywhere: what stands before is there, unchanged, with a warning that names tag and offset.
    void whatIsCutOffIsListedUpToThere()
    {
        const auto path = write("shorter.dcm", EXS_LittleEndianExplicit);
        const HeaderList whole = readHeaderList(path);
        const auto size = std::filesystem::file_size(path);
        std::size_t before = whole.elements.size();
        int shorter = 0;
        for (auto left = size - 1; left > size / 10; left -= 5) {
            std::filesystem::resize_file(path, left);
            const HeaderList list = readHeaderList(path);
            QVERIFY(list.elements.size() <= before);
            shorter += list.elements.size() < before;
            before = list.elements.size();
            for (std::size_t i = 0; i + 1 < list.elements.size(); ++i)
                QCOMPARE(list.elements[i].value, whole.elements[i].value);
            for (const UserText& warning : list.warnings)
                QVERIFY(!warning.english().empty());
        }
        QVERIFY(shorter >= 3);
    }

    // Names, IDs and what has them in it are gone, whatever element they stand in; the rest is as it was.
    void identifiersCanBeHidden()
    {
        DcmFileFormat format;
        DcmDataset& data = *format.getDataset();
        data.putAndInsertString(DCM_SOPClassUID, UID_DigitalMammographyXRayImageStorageForPresentation);
        data.putAndInsertString(DCM_SOPInstanceUID, "1.2.3");
        data.putAndInsertString(DCM_PatientName, "Doering^Jana");
        data.putAndInsertString(DCM_PatientID, "PID-77123");
        data.putAndInsertString(DCM_PatientBirthDate, "19610203");
        data.putAndInsertString(DCM_PatientAge, "061Y");
        data.putAndInsertString(DCM_ReferringPhysicianName, "House^G");
        data.putAndInsertString(DCM_AccessionNumber, "A17");
        data.putAndInsertString(DCM_StudyDescription, "Screening DOERING");
        data.putAndInsertString(DCM_SeriesDescription, "L CC");
        data.putAndInsertString(DCM_ImageComments, "see pid-77123 before");
        format.saveFile(file("named.dcm").c_str(), EXS_LittleEndianExplicit);
        const HeaderList all = readHeaderList(file("named.dcm")), hidden = withoutIdentifiers(all);
        QCOMPARE(hidden.elements.size(), all.elements.size());
        QCOMPARE(hidden.hidden, std::size_t{7});
        for (const char* tag :
             {"(0010,0010)", "(0010,0020)", "(0010,0030)", "(0008,0090)", "(0008,0050)", "(0008,1030)", "(0020,4000)"})
            QVERIFY2(at(hidden, tag).hidden && at(hidden, tag).value.empty() && !at(all, tag).value.empty(), tag);
        for (const char* tag : {"(0010,1010)", "(0008,103E)", "(0008,0018)"})
            QVERIFY2(!at(hidden, tag).hidden && at(hidden, tag).value == at(all, tag).value, tag);
    }

    void whatHasNoHeaderIsNamed()
    {
        std::ofstream(file("picture.png"), std::ios::binary) << "\x89PNG\r\n\x1a\n and so on";
        std::ofstream(file("empty.dcm"), std::ios::binary).flush();
        for (const char* name : {"picture.png", "empty.dcm", "not there.dcm"})
            try {
                readHeaderList(file(name));
                QFAIL(name);
            } catch (const Error& error) {
                QVERIFY2(std::string(error.what()).find(name) != std::string::npos, error.what());
            }
    }

    // Every file at hand is listed or refused with its name, never otherwise.
    void everyFileIsListedOrRefused()
    {
        MAMA_NEED(std::filesystem::exists(test::dataFolder() / "dicom"), "shared/data/dicom");
        int listed = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(test::dataFolder() / "dicom"))
            if (entry.is_regular_file())
                try {
                    const HeaderList list = readHeaderList(entry.path());
                    for (const HeaderElement& element : list.elements)
                        QVERIFY(element.value.size() <= 1024 && !element.path.empty());
                    ++listed;
                } catch (const Error& error) {
                    QVERIFY2(std::string(error.what()).find(entry.path().filename().string()) != std::string::npos,
                             error.what());
                }
        QVERIFY(listed > 20);
    }
};

QTEST_GUILESS_MAIN(TestHeaderList)
#include "test_header_list.moc"
