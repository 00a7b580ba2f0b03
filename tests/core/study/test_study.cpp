#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/study/describe_image.h"
#include "core/study/patients.h"
#include "core/study/scan.h"
#include "core/study/spacing.h"
#include "core/study/view_text.h"
#include "tests/core/study/synthetic_mammogram.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <array>
#include <set>

using namespace mama;
using mama::test::SyntheticMammogram;

namespace {

using Views = std::vector<std::pair<std::string, SyntheticMammogram>>; // file name and content

bool contains(const std::vector<UserText>& list, const std::string& part)
{
    return std::ranges::any_of(list,
                               [&](const UserText& one) { return one.english().find(part) != std::string::npos; });
}

// Writes the images into a folder of their own and scans it; the only study there.
Study scanned(const Views& views)
{
    const QTemporaryDir folder;
    for (const auto& [file, image] : views) {
        const auto path = std::filesystem::path(folder.path().toStdString()) / file;
        std::filesystem::create_directories(path.parent_path());
        write(image, path);
    }
    const auto report = scan({folder.path().toStdString()});
    if (!report || report->studies.size() != 1 || !report->problems.empty())
        throw std::runtime_error("expected one study and no problem");
    return report->studies.front();
}

SyntheticMammogram tagged(const std::string& side, const std::string& view,
                          std::map<std::string, std::string> more = {})
{
    more.insert({{"ImageLaterality", side}, {"ViewPosition", view}});
    return {more, "", "SCT", "", side == "R", false};
}

SyntheticMammogram described(const std::string& text)
{
    SyntheticMammogram image;
    image.tags["SeriesDescription"] = text;
    return image;
}

std::string labelIn(const Study& study, Slot slot) { return study.inSlot(slot) ? study.inSlot(slot)->label : "empty"; }

ImageHeader spacings(std::optional<double> pixel, std::optional<double> imager, std::optional<double> erm,
                     const std::string& calibration = "")
{
    ImageHeader header;
    header.format = "dicom";
    const auto square = [](std::optional<double> mm) { return mm ? std::optional(Spacing{*mm, *mm}) : std::nullopt; };
    header.pixelSpacing = square(pixel);
    header.imagerPixelSpacing = square(imager);
    header.magnification = erm;
    header.spacingCalibration = calibration;
    return header;
}

} // namespace

class TestStudy : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sidesAndViewsFromEverySource_data()
    {
        QTest::addColumn<int>("source");
        QTest::newRow("code") << 0;
        QTest::newRow("old code") << 1;
        QTest::newRow("ViewPosition") << 2;
        QTest::newRow("SeriesDescription") << 3;
        QTest::newRow("file name") << 4;
    }

    void sidesAndViewsFromEverySource()
    {
        QFETCH(int, source);
        static const char* Sources[] = {"ViewCodeSequence", "ViewCodeSequence", "ViewPosition", "SeriesDescription",
                                        "file name"};
        Views views;
        int number = 0;
        for (const std::string side : {"R", "L"})
            for (const std::string view : {"CC", "MLO"}) {
                SyntheticMammogram image;
                image.chestWallRight = side == "R";
                if (source < 3)
                    image.tags["ImageLaterality"] = side;
                if (source < 2) {
                    image.viewCode = source == 0 ? (view == "CC" ? "399162004" : "399368009")
                                                 : (view == "CC" ? "R-10242" : "R-10226");
                    image.viewScheme = source == 0 ? "SCT" : "SRT";
                }
                if (source == 2)
                    image.tags["ViewPosition"] = view;
                if (source == 3)
                    image.tags["SeriesDescription"] = side + " " + view;
                views.emplace_back(source == 4 ? side + "-" + view + ".dcm" : std::to_string(++number) + ".dcm", image);
            }
        const Study study = scanned(views);
        for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO}) {
            const StudyImage* image = study.inSlot(slot);
            QVERIFY(image);
            QCOMPARE(std::string(name(image->side)) + image->view, std::string(name(slot)));
            QCOMPARE(image->viewSource, std::string(Sources[source]));
            QVERIFY(!image->mirrorForDisplay && image->warnings.empty());
        }
    }

    void contradictionsKeepTheFirst()
    {
        SyntheticMammogram image = tagged("R", "MLO", {{"SeriesDescription", "L MLO"}});
        image.viewCode = "399162004";
        const Study study = scanned({{"1.dcm", image}});
        QCOMPARE(labelIn(study, Slot::RCC), std::string("RCC"));
        QVERIFY(contains(study.images[0].warnings, "view: ViewCodeSequence says CC, ViewPosition says MLO"));
        QVERIFY(contains(study.images[0].warnings, "side: ImageLaterality says R, SeriesDescription says L"));
        image.viewCode = "R-10242"; // letters do not belong to SCT
        const Study fallen = scanned({{"1.dcm", image}});
        QCOMPARE(labelIn(fallen, Slot::RMLO), std::string("RMLO"));
        QVERIFY(contains(fallen.images[0].warnings, "not in CID 4014"));
    }

    void textsAndNames_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        for (const auto& [text, expected] :
             std::initializer_list<std::pair<const char*, const char*>>{{"RCC", "R CC"},
                                                                        {"R CC", "R CC"},
                                                                        {"CC R", "R CC"},
                                                                        {"R_MLO", "R MLO"},
                                                                        {"RIGHT MLO", "R MLO"},
                                                                        {"l-mlo", "L MLO"},
                                                                        {"LMLO", "L MLO"},
                                                                        {"MLOID", " MLO ID"},
                                                                        {"LCCID", "L CC ID"},
                                                                        {"XCCL", " XCCL"},
                                                                        {"RXCCL", "R XCCL"},
                                                                        {"LML", "L ML"},
                                                                        {"RIGHT CRANIO CAUDAL", "R CC"},
                                                                        {"Left Cranio-Caudal", "L CC"},
                                                                        {"R ML OBLIQUE", "R MLO"},
                                                                        {"LEFT MEDIO-LATERAL OBLIQUE", "L MLO"},
                                                                        {"R LATERO-MEDIAL", "R LM"},
                                                                        {"RLM", "R LM"},
                                                                        {"LMO", " LMO"},
                                                                        {"RMCC", "R CC M"},
                                                                        {"LSMLO", "L MLO S"},
                                                                        {"20588046_MG_L_CC_ANON", "L CC"},
                                                                        {"R chest", " "},
                                                                        {"Mammogram", " "},
                                                                        {"LEFT", "L "},
                                                                        {"R C.C.", "R CC"},
                                                                        {"L M.L.O.", "L MLO"},
                                                                        {"M-L-O L", "L MLO"},
                                                                        {"RtCC", "R CC"},
                                                                        {"001RCC", "R CC"},
                                                                        {"patient1L_CC", "L CC"},
                                                                        {"patient12RMLO", "R MLO"},
                                                                        {"MLOright", "R MLO"},
                                                                        {"RIGHT BREAST CC", "R CC"},
                                                                        {"R spot CC", "R CC"},
                                                                        {"MLO gauche", "L MLO"},
                                                                        {"Mamma rechts cc", "R CC"},
                                                                        {"CC DCHA", "R CC"},
                                                                        {"Esquerda MLO", "L MLO"},
                                                                        {"MLO h\xc3\xb6ger", "R MLO"},
                                                                        {"\xe5\xb7\xa6 MLO", "L MLO"},
                                                                        {"cr\xc3\xa2nio-caudal direita", "R CC"},
                                                                        {"oblicua medio-lateral izquierda", "L MLO"},
                                                                        {"ML schr\xc3\xa4g rechts", "R MLO"},
                                                                        {"L OBLIQUE", "L MLO"},
                                                                        {"OBLIQUE", " "},
                                                                        {"L CC LAT EXAG", "L XCCL"},
                                                                        {"R CC exaggerated medially", "R XCCM"},
                                                                        {"L XCC", "L CC"},
                                                                        {"RCCM", "R CC M"},
                                                                        {"LMLOS", "L MLO S"},
                                                                        {"CCM", " "},
                                                                        {"R LM lateromedial", "R LM"},
                                                                        {"3ML", " "},
                                                                        {"R and L CC", " CC"},
                                                                        {"L CC / R CC", " CC"},
                                                                        {"R CC and MLO", "R "},
                                                                        {"R MLO compared to L", "R MLO"},
                                                                        {"ISO 9001 R CC", "R CC"},
                                                                        {"Smith J R CC", "R CC"},
                                                                        {"left and right", " "}})
            QTest::newRow(text) << text << expected;
    }

    void textsAndNames()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const ViewText found = parseViewText(text.toStdString());
        std::string actual = std::string(name(found.side)) + " " + found.view;
        for (const std::string& modifier : found.modifiers)
            actual += " " + modifier;
        QCOMPARE(actual, expected.toStdString());
    }

    // Found by words_fuzz: the time and the stack that a text needs must not grow with what it repeats.
    void longTextsAreRead()
    {
        const std::string many(300'000, '9');
        QVERIFY(parseViewText("R CC 1." + many + "x").spoken == std::vector<std::string>{"M"});
        QVERIFY(parseViewText("R CC 1." + many + "y").spoken.empty());
        std::string crosses = "R CC ";
        for (int i = 0; i < 100'000; ++i)
            crosses += "\xc3\x97";
        QVERIFY(parseViewText(crosses).spoken.empty());
    }

    void wordsThatSayWhatAnImageIs_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        for (const auto& [text, expected] : std::initializer_list<std::pair<const char*, const char*>>{
                 {"R CC SPOT", "S"},
                 {"L MLO spot mag 1.8", "S M"},
                 {"RCC MAGNIFICATION", "M"},
                 {"L CC focal compression", "S"},
                 {"R CC coned", "S"},
                 {"R CC CONE DOWN", "S"},
                 {"R CC Vergroesserung", "M"},
                 {"CC droit agrandi", "M"},
                 {"R CC push-back", "ID"},
                 {"R CC Impl Displ", "ID"},
                 {"R CC MAG 1.0", ""},
                 {"R CC no mag", ""},
                 {"LMLO non displaced", ""},
                 {"LMLO implant displaced", "ID"},
                 {"ID R CC", "ID"},
                 {"PATIENT ID 12", ""},
                 {"R CC SUB", "recombined"},
                 {"sub-01", ""},
                 {"L MLO LE", "low energy"},
                 {"CEDM low energy", "low energy"},
                 {"R CC 1.8x", "M"},
                 {"RCC x1,5", "M"},
                 {"R CC MAG18", "M"},
                 {"R CC 1.0x", ""},
                 {"R CC \xc3\x97 1,8", "M"},
                 {"R CC 1.8 X paddle", "M"},
                 {"R CC 11.8x", ""},
                 {"R CC 1.8x24", ""},
                 {"R CC 1.8xyz", ""},
                 {"R CC box1.8", ""},
                 {"paddle 24x29", ""},
                 {"pixels 1.5x1.5", ""},
                 {"CC magnificada", "M"},
                 {"R CC Vergr\xc3\xb6\xc3\x9f"
                  "erung",
                  "M"},
                 {"R CC ingrandimento", "M"},
                 {"R CC TAN", "TAN"},
                 {"R CC tangential", "TAN"},
                 {"R CC rolled lateral", "RL"},
                 {"L CC rolled med", "RM"},
                 {"R CC RS", "RS"},
                 {"R CC rolled", "rolled"},
                 {"R MLO axillary tail", "AT"},
                 {"L CC cleavage", "CV"},
                 {"R CC post wire loc", "localisation"},
                 {"L ML needle localization", "localisation"},
                 {"L CC Drahtmarkierung", "localisation"},
                 {"R CC stereo scout", "biopsy"},
                 {"L XCC", "exaggerated"},
                 {"R CC post biopsy clip", "after a procedure"},
                 {"R MLO nipple in profile", "NP"},
                 {"screening, no spot compression needed", ""},
                 {"no additional spot or magnification views", ""},
                 {"spot compression recommended", ""},
                 {"recommend spot views of the left breast", ""},
                 {"keine Vergr\xc3\xb6\xc3\x9f"
                  "erung",
                  ""},
                 {"pas de compression localis\xc3\xa9"
                  "e",
                  ""},
                 {"compression localis\xc3\xa9"
                  "e",
                  "S"},
                 {"MAG no grid", "M"},
                 {"no grid MAG", "M"},
                 {"spot no. 2", "S"},
                 {"small focal spot", ""},
                 {"R TAN", "TAN"},
                 {"R AT", "AT"},
                 {"R CC AT 28 kV", ""},
                 {"R CC I.D.", "ID"},
                 {"R CC MAGV", "M"},
                 {"ductogram L CC", "galactography"},
                 {"R CC compressione mirata", "S"},
                 {"R CC, spot views to follow if needed", ""},
                 {"for display", ""},
                 {"Screening mammogram, routine views", ""},
                 {"Standard 4 views, dense breasts", ""},
                 {"IMAGE L CC", ""}})
            QTest::newRow(text) << text << expected;
    }

    void wordsThatSayWhatAnImageIs()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const ViewText found = parseViewText(text.toStdString());
        std::string actual = found.contrast;
        for (const std::string& said : found.spoken)
            actual += (actual.empty() ? "" : " ") + said;
        QCOMPARE(actual, expected.toStdString());
    }

    // What is not the plain view hangs nowhere while that is there, and says what it is.
    void viewsThatAreNotPlain_data()
    {
        QTest::addColumn<QString>("tag");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("badge");
        const auto row = [](const char* tag, const char* value, const char* badge) {
            QTest::newRow((std::string(tag) + " " + value).c_str()) << tag << value << badge;
        };
        for (const auto& [value, badge] :
             std::initializer_list<std::pair<const char*, const char*>>{{"R CC TAN", "tangential"},
                                                                        {"R CC rolled lateral", "rolled laterally"},
                                                                        {"R CC stereo scout", "biopsy, stereotaxis"},
                                                                        {"R CC needle localisation", "localisation"},
                                                                        {"R CC 1.8x", "magnification"},
                                                                        {"RCCM", "magnification"},
                                                                        {"M-RCC", "magnification"},
                                                                        {"R XCCL", ""},
                                                                        {"R CC LAT EXAG", ""},
                                                                        {"R specimen", ""}})
            row("SeriesDescription", value, badge);
        for (const char* paddle : {"TSPOT", "QUAD", "7.5CM", "10 cm contact", "SQUARE SPOT"})
            row("PaddleDescription", paddle, "spot compression");
        row("PaddleDescription", "IMPLANT", "implant displaced");
        row("PaddleDescription", "10CM MAG", "magnification");
        row("ImageComments", "spot compression", "spot compression");
        row("ImageComments", "compressed spot, palpable lump", "spot compression");
        row("ImageComments", "Magnified 1.8x", "magnification");
        row("ImageComments", "needle localization", "localisation");
        row("AcquisitionDeviceProcessingDescription", "MAG 1.8", "magnification");
        row("StudyDescription", "Mammo spot right", "spot compression");
        row("PerformedProcedureStepDescription", "Magnification views", "magnification");
        row("EstimatedRadiographicMagnificationFactor", "1.06", "magnification factor 1.06");
        row("EstimatedRadiographicMagnificationFactor", "180", "magnification factor 180");
        row("ImageType", "DERIVED\\SECONDARY\\SCREEN SAVE", "secondary image");
        row("DistanceSourceToPatient", "366", "magnification");
    }

    void viewsThatAreNotPlain()
    {
        QFETCH(QString, tag);
        QFETCH(QString, value);
        QFETCH(QString, badge);
        const auto plain = tagged("R", "CC");
        auto other = tagged("R", "CC", {{"AcquisitionTime", "113000"}});
        other.tags[tag.toStdString()] = value.toStdString();
        if (tag == "DistanceSourceToPatient")
            other.tags["DistanceSourceToDetector"] = "660";
        const Study study = scanned({{"plain.dcm", plain}, {"other.dcm", other}});
        QVERIFY(study.inSlot(Slot::RCC));
        QCOMPARE(study.inSlot(Slot::RCC)->path.filename().string(), std::string("plain.dcm"));
        QVERIFY(study.inSlot(Slot::RCC)->badges.empty());
        QVERIFY(badge.isEmpty() || contains(study.images[1].badges, badge.toStdString()));
        QVERIFY(!badge.isEmpty() || study.images[1].view != "CC");
    }

    // Words of harmless texts, and of the exam as a whole, take no plain view out of its slot.
    void plainViewsHang_data()
    {
        QTest::addColumn<QString>("tag");
        QTest::addColumn<QString>("value");
        for (const char* value : {"screening, no spot compression needed", "additional spot views recommended",
                                  "small focal spot", "patient declined magnification: no mag", "routine views"})
            QTest::newRow(value) << "ImageComments" << value;
        for (const char* value : {"history of biopsy 2010", "see prior stereotactic biopsy report",
                                  "needle biopsy scar", "localized pain", "wire marker on scar",
                                  "displaced fracture of rib", "white spot artefact near the nipple", "seen with L CC"})
            QTest::newRow(value) << "ImageComments" << value;
        QTest::newRow("study") << "StudyDescription"
                               << "Mammo diagnostic spot";
        QTest::newRow("processing") << "AcquisitionDeviceProcessingDescription"
                                    << "FOR DISPLAY, PREMIUM VIEW";
        QTest::newRow("paddle") << "PaddleDescription"
                                << "FLEX 24x29 CM";
        QTest::newRow("factor") << "EstimatedRadiographicMagnificationFactor"
                                << "1.07";
        QTest::newRow("factor 0") << "EstimatedRadiographicMagnificationFactor"
                                  << "0";
        QTest::newRow("distance") << "DistanceSourceToPatient"
                                  << "633";
    }

    void plainViewsHang()
    {
        QFETCH(QString, tag);
        QFETCH(QString, value);
        const Study study = scanned(
            {{"1.dcm",
              tagged("R", "CC", {{tag.toStdString(), value.toStdString()}, {"DistanceSourceToDetector", "660"}})}});
        QCOMPARE(labelIn(study, Slot::RCC), std::string("RCC"));
        QVERIFY(study.images[0].badges.empty());
    }

    void codesOfOtherTables()
    {
        SyntheticMammogram image = tagged("R", "CC");
        image.viewCode = "399162004";
        image.modifierCode = "X-1";
        for (const auto& [meaning, badge] : {std::pair("Magnified", "magnification"),
                                             {"Spot compression", "spot compression"},
                                             {"", "unknown view modifier"}}) {
            image.modifierMeaning = meaning;
            const Study study = scanned({{"1.dcm", image}});
            QVERIFY2(contains(study.images[0].badges, badge), meaning);
            QVERIFY(contains(study.images[0].warnings, "is not in CID 4015"));
        }
    }

    void wordsInTags_data()
    {
        QTest::addColumn<QString>("tag");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("label");
        const auto row = [](const char* tag, const char* value, const char* label) {
            QTest::newRow(value) << tag << value << label;
        };
        for (const char* value : {"RIGHT BREAST", "RECHTS", "DROITE", "DERECHA", "R BREAST", "RBREAST", "DIREITA"})
            row("Laterality", value, "RCC");
        for (const char* value : {"LINKS", "GAUCHE", "IZQUIERDA", "LEFT BREAST", "SINISTRA"})
            row("Laterality", value, "LCC");
        row("BodyPartExamined", "LBREAST", "LCC");
        row("BodyPartExamined", "RIGHT BREAST", "RCC");
        for (const char* value : {"RCC", "R-CC", "CC R", "R CRANIO-CAUDAL"})
            row("ViewPosition", value, "RCC");
        for (const char* value : {"L OBLIQUE", "LMLO", "L ML OBLIQUE"})
            row("ViewPosition", value, "LMLO");
    }

    void wordsInTags()
    {
        QFETCH(QString, tag);
        QFETCH(QString, value);
        QFETCH(QString, label);
        SyntheticMammogram image;
        image.tags = {{"ViewPosition", "CC"}};
        image.tags[tag.toStdString()] = value.toStdString();
        QCOMPARE(scanned({{"1.dcm", image}}).images[0].label, label.toStdString());
    }

    void obliqueIsAView()
    {
        QCOMPARE(scanned({{"1.dcm", tagged("L", "OBLIQUE")}}).images[0].label, std::string("LMLO"));
        QCOMPARE(scanned({{"1.dcm", tagged("L", "CRANIO-CAUDAL")}}).images[0].label, std::string("LCC"));
        QVERIFY(contains(scanned({{"1.dcm", tagged("L", "LATERAL")}}).images[0].warnings, "ViewPosition LATERAL"));
    }

    void foldersInWords()
    {
        QCOMPARE(scanned({{"Left Breast/Cranio-Caudal/1.dcm", {}}}).images[0].label, std::string("LCC"));
        QCOMPARE(scanned({{"droite/cc/1.dcm", {}}}).images[0].label, std::string("RCC"));
    }

    void bothSidesAreNone()
    {
        for (const char* text : {"R and L CC", "L CC / R CC", "RIGHT and LEFT CC"}) {
            const Study study = scanned({{"1.dcm", described(text)}});
            QVERIFY(study.images[0].side == Side::Unknown && study.images[0].view == "CC");
            QVERIFY2(contains(study.images[0].warnings, "side: SeriesDescription names both"), text);
        }
        const Study known = scanned({{"1.dcm", tagged("R", "CC", {{"SeriesDescription", "R and L CC and MLO"}})}});
        QVERIFY(known.inSlot(Slot::RCC) && known.images[0].warnings.empty());
        QVERIFY(contains(scanned({{"1.dcm", described("R CC and MLO")}}).images[0].warnings,
                         "view: SeriesDescription names more than one"));
    }

    void numbersThatNoMammogramHas()
    {
        for (const double mm : {100.0, 70.0, 0.0001, 0.00007}) {
            std::vector<UserText> warnings;
            QVERIFY(!resolveSpacing(spacings({}, mm, {}), warnings).mm);
            QVERIFY(contains(warnings, "(0018,1164)"));
            warnings.clear();
            QVERIFY(!resolveSpacing(spacings(mm, {}, {}), warnings).mm);
            QVERIFY(contains(warnings, "(0028,0030)"));
        }
        for (const double factor : {180.0, 18.0, 0.5, 0.0, -1.8}) {
            std::vector<UserText> warnings;
            QCOMPARE(resolveSpacing(spacings({}, 0.07, factor), warnings).mm->row, 0.07);
            QVERIFY(contains(warnings, "(0018,1114)"));
        }
    }

    // Tan, He, Seed and Needleman are names of people; behind the view the words mean the view.
    void namesOfPeopleAreNoWords()
    {
        for (const char* text : {"Tan_R_CC", "Wei_Tan_R_CC", "He_RCC", "Seed_L_MLO", "Needleman_R_CC",
                                 "Lupe_Garcia_RCC", "Le_Des_RCC", "RM_Smith_LCC"}) {
            const ViewText found = parseViewText(text, TextOf::Name);
            QVERIFY2(found.spoken.empty() && found.contrast.empty() && !found.view.empty(), text);
        }
        QCOMPARE(parseViewText("Tan_R_CC_TAN", TextOf::Name).spoken, std::vector<std::string>{"TAN"});
        QCOMPARE(parseViewText("P1_spot_R_CC", TextOf::Name).spoken, std::vector<std::string>{"S"});
        const ViewText contrast = parseViewText("P100_R_CM_CC", TextOf::Name);
        QVERIFY(contrast.side == Side::Right && contrast.view == "CC" && contrast.contrast == "recombined");
        QCOMPARE(parseViewText("P100_L_DM_MLO", TextOf::Name).contrast, std::string("low energy"));
        QVERIFY(parseViewText("R CC 10 CM").contrast.empty());
    }

    void threeFiveAndEightViews()
    {
        const Views three{{"1.dcm", tagged("R", "CC")}, {"2.dcm", tagged("R", "MLO")}, {"3.dcm", tagged("L", "ML")}};
        QCOMPARE(labelIn(scanned(three), Slot::LCC), std::string("empty"));
        QCOMPARE(labelIn(scanned(three), Slot::LMLO), std::string("LML"));

        Views five{{"1.dcm", tagged("R", "CC")},
                   {"2.dcm", tagged("R", "MLO")},
                   {"3.dcm", tagged("L", "CC")},
                   {"4.dcm", tagged("L", "MLO")},
                   {"5.dcm", tagged("L", "ML")}};
        QCOMPARE(labelIn(scanned(five), Slot::LMLO), std::string("LMLO"));
        QCOMPARE(scanned(five).images.back().label, std::string("LML"));

        Views eight = five;
        eight.back() = {"5.dcm", tagged("L", "CC", {{"AcquisitionTime", "120000"}})}; // a later repeat wins
        SyntheticMammogram spot = tagged("R", "CC", {{"AcquisitionTime", "130000"}});
        spot.viewCode = "399162004";
        spot.modifierCode = "399055006";
        eight.push_back({"6.dcm", spot});
        eight.push_back({"7.dcm", tagged("R", "MLO",
                                         {{"PresentationIntentType", "FOR PROCESSING"},
                                          {"AcquisitionTime", "140000"},
                                          {"SOPClassUID", "1.2.840.10008.5.1.4.1.1.1.2.1"}})});
        eight.push_back({"8.dcm", tagged("L", "MLO",
                                         {{"ImageType", "DERIVED\\PRIMARY\\TOMOSYNTHESIS\\GENERATED_2D"},
                                          {"AcquisitionTime", "150000"}})});
        const Study study = scanned(eight);
        QCOMPARE(study.inSlot(Slot::LCC)->path.filename().string(), std::string("5.dcm"));
        QCOMPARE(study.inSlot(Slot::RCC)->path.filename().string(), std::string("1.dcm"));
        QCOMPARE(study.inSlot(Slot::RMLO)->path.filename().string(), std::string("2.dcm"));
        QCOMPARE(study.inSlot(Slot::LMLO)->path.filename().string(), std::string("4.dcm"));
        const auto isSpot = [](const StudyImage& image) { return image.label == "RSCC" && image.slot == Slot::Extra; };
        QVERIFY(std::ranges::any_of(study.images, isSpot));
    }

    void oneSidedAndTwins()
    {
        const Study study = scanned({{"1.dcm", tagged("L", "CC")},
                                     {"2.dcm", tagged("L", "CC",
                                                      {{"PresentationIntentType", "FOR PROCESSING"},
                                                       {"SOPClassUID", "1.2.840.10008.5.1.4.1.1.1.2.1"}})}});
        QVERIFY(!study.inSlot(Slot::RCC) && !study.inSlot(Slot::RMLO));
        QCOMPARE(study.inSlot(Slot::LCC)->presentation, std::string("presentation"));
        QCOMPARE(study.inSlot(Slot::LCC)->twin, 1);
        QVERIFY(contains(study.images[1].badges, "for processing"));
    }

    // Four orientations by four slots: the tag decides; pixels that contradict are flagged and nothing is flipped.
    void orientations()
    {
        for (const std::string side : {"R", "L"})
            for (const std::string view : {"CC", "MLO"})
                for (const bool mirrored : {false, true})
                    for (const bool upsideDown : {false, true}) {
                        const std::string row = (side == "R") != mirrored ? "P" : "A";
                        const std::string hung = view == "MLO" ? "F"
                                                 : side == "R" ? "L"
                                                               : "R",
                                          turned = view == "MLO" ? "H"
                                                   : side == "R" ? "R"
                                                                 : "L";
                        SyntheticMammogram image =
                            tagged(side, view, {{"PatientOrientation", row + "\\" + (upsideDown ? turned : hung)}});
                        image.chestWallRight = row == "P";
                        const StudyImage agreeing = scanned({{"1.dcm", image}}).images[0];
                        QCOMPARE(agreeing.mirrorForDisplay, mirrored);
                        QCOMPARE(agreeing.flipForDisplay, upsideDown);
                        QVERIFY(!contains(agreeing.badges, "disagree"));
                        image.chestWallRight = row != "P";
                        const StudyImage contradicting = scanned({{"1.dcm", image}}).images[0];
                        QCOMPARE(contradicting.mirrorForDisplay, mirrored);
                        QVERIFY(contains(contradicting.badges, "side and pixels disagree"));
                        image.tags.erase("PatientOrientation");
                        image.chestWallRight = side != "R";
                        const StudyImage untagged = scanned({{"1.dcm", image}}).images[0];
                        QVERIFY(untagged.mirrorForDisplay && contains(untagged.badges, "mirrored"));
                        image.blank = true;
                        QVERIFY(!scanned({{"1.dcm", image}}).images[0].mirrorForDisplay);
                    }
    }

    void fiveSpacings()
    {
        const auto fact = [](const ImageHeader& header) { return describeImage("x.dcm", header).spacing; };
        QCOMPARE(fact(spacings(0.2, 0.1, std::nullopt, "GEOMETRY")).basis.english(),
                 std::string("calibrated GEOMETRY"));
        QCOMPARE(fact(spacings(0.1, 0.1, 1.5)).basis.english(), std::string("corrected by ERMF 1.5"));
        QCOMPARE(fact(spacings(0.1, 0.1, 1.5)).mm->row, 0.1 / 1.5);
        QCOMPARE(fact(spacings(std::nullopt, 0.1, std::nullopt)).basis.english(),
                 std::string("at detector, not corrected"));
        QCOMPARE(fact(spacings(0.1, std::nullopt, 1.5)).basis.english(), std::string("basis unknown"));
        QCOMPARE(fact(spacings(std::nullopt, std::nullopt, 1.5)).basis.english(), std::string("none"));
        QVERIFY(!fact(spacings(0.0, std::nullopt, 1.5)).mm);
        QVERIFY(contains(describeImage("x.dcm", spacings(0.25, 0.5, 1.5)).warnings, "PixelSpacing 0.25"));
    }

    void realFourViews()
    {
        MAMA_NEED(exists(test::dataFolder() / "four-view"), "data/four-view");
        const auto report = scan({test::dataFolder() / "four-view"});
        QCOMPARE(report->studies.size(), std::size_t{1});
        QCOMPARE(report->studies[0].uid, std::string("folder:four-view"));
        for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO}) {
            const StudyImage* image = report->studies[0].inSlot(slot);
            QVERIFY(image && image->viewSource == "file name" && image->spacing.basis.english() == "none");
            QCOMPARE(contains(image->badges, "mirrored"), image->side == Side::Right);
        }
        QVERIFY(std::ranges::none_of(report->problems, &ScanProblem::refused));
    }

    void realFiles()
    {
        const auto folder = test::dataFolder() / "dicom";
        MAMA_NEED(exists(folder), "data/dicom");
        const auto only = [&](const char* file) { return scan({folder / file})->studies.at(0).images.at(0); };
        QCOMPARE(only("fo-dicom+fo-dicom/GH133.dcm").label, std::string("RMLO"));
        QCOMPARE(only("medcognetics+dicom-utils/jpeg2k_3d.dcm").sideSource, std::string("FrameLaterality"));
        const StudyImage magnified = only("notZaki+DICOMSamples/MG_Explicit_Little.dcm");
        QCOMPARE(magnified.viewSource, std::string("ViewCodeSequence"));
        QCOMPARE(magnified.spacing.mm->row, 0.25);
        QVERIFY(contains(magnified.warnings, "PixelSpacing 0.25 mm"));
        const auto all = scan({folder});
        QVERIFY(all && all->studies.size() > 10);
        QVERIFY(std::ranges::any_of(all->problems, &ScanProblem::refused));
    }

    // A folder of everything opens with what hangs, not with a loose picture, which has no date.
    void studiesThatHangComeBeforeLoosePictures()
    {
        const QTemporaryDir folder;
        const auto put = [&](const char* file, const SyntheticMammogram& image) {
            write(image, std::filesystem::path(folder.path().toStdString()) / file);
        };
        put("a.dcm", {{{"PatientID", "P0"}, {"StudyInstanceUID", "1.1"}, {"StudyDate", ""}}, "", "SCT", "", false});
        put("b.dcm", tagged("R", "CC", {{"PatientID", "P1"}, {"StudyInstanceUID", "1.2"}, {"StudyDate", "20240101"}}));
        put("c.dcm", tagged("R", "CC", {{"PatientID", "P1"}, {"StudyInstanceUID", "1.3"}, {"StudyDate", "20260101"}}));
        const auto found = scan({folder.path().toStdString()})->studies;
        QCOMPARE(found.size(), std::size_t{3});
        std::vector<std::string> order;
        for (const Study& each : inReadingOrder(found))
            order.push_back(each.uid);
        QCOMPARE(order, (std::vector<std::string>{"1.3", "1.2", "1.1"}));
    }

    void neverTwoWomenInOneStudy()
    {
        const auto studies = [](const Views& views) {
            const QTemporaryDir folder;
            for (const auto& [file, image] : views)
                write(image, std::filesystem::path(folder.path().toStdString()) / file);
            return scan({folder.path().toStdString()})->studies;
        };
        for (const auto& [tag, one, other] :
             std::initializer_list<std::array<const char*, 3>>{{"PatientID", "P1", "P2"},
                                                               {"PatientID", "P1", "p1"},
                                                               {"PatientName", "DOE^JANE", "ROE^ANN"},
                                                               {"StudyDate", "20180101", "20200101"},
                                                               {"PatientBirthDate", "19500101", "19600101"},
                                                               {"AcquisitionDate", "20180101", "20200101"}})
            for (const char* uid : {"1.2.3", ""}) {
                const auto found = studies({{"1.dcm", tagged("R", "CC", {{tag, one}, {"StudyInstanceUID", uid}})},
                                            {"2.dcm", tagged("L", "CC", {{tag, other}, {"StudyInstanceUID", uid}})}});
                QCOMPARE(found.size(), std::size_t{2});
                QVERIFY(found[0].uid != found[1].uid);
                QVERIFY(contains(found[0].images[0].warnings, "of 1.dcm and 2.dcm"));
            }
        const auto hospitals = [&](const char* one, const char* other) {
            return studies({{"1.dcm", tagged("R", "CC", {{"PatientID", "7"}, {"IssuerOfPatientID", one}})},
                            {"2.dcm", tagged("L", "CC", {{"PatientID", "7"}, {"IssuerOfPatientID", other}})}})
                .size();
        };
        QCOMPARE(hospitals("A", "B"), std::size_t{2});
        QCOMPARE(hospitals("A", ""), std::size_t{1});
        const auto orders = [&](const char* uid) { // one study may answer two orders; without its UID nothing says so
            return studies({{"1.dcm", tagged("R", "CC", {{"AccessionNumber", "A1"}, {"StudyInstanceUID", uid}})},
                            {"2.dcm", tagged("L", "CC", {{"AccessionNumber", "A2"}, {"StudyInstanceUID", uid}})}})
                .size();
        };
        QCOMPARE(orders(""), std::size_t{2});
        QCOMPARE(orders("1.2.3"), std::size_t{1});
        const auto same = studies({{"1.dcm", tagged("R", "CC", {{"PatientName", "Doe^Jane"}})},
                                   {"2.dcm", tagged("L", "CC", {{"PatientName", "DOE^JANE^^"}})},
                                   {"3.dcm", tagged("L", "MLO")}});
        QCOMPARE(same.size(), std::size_t{1});
        QVERIFY(same[0].images[0].warnings.empty());
    }

    void linksAndBytesOfNames()
    {
        const QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString(), inner = root / "M\xfcller\n\\xfc";
        create_directory(inner);
        write(tagged("R", "CC"), inner / "1.dcm");
        create_directory_symlink(root, inner / "up");
        create_directory_symlink(inner, root / "again");
        const auto report = scan({root});
        QCOMPARE(report->studies.size(), std::size_t{1});
        QCOMPARE(report->studies[0].images.size(), std::size_t{1});
        const std::filesystem::path path = report->studies[0].images[0].path;
        QCOMPARE(pathFromText(pathText(path)).native(), path.native());
        QVERIFY(isUtf8(pathText(path)));
        QCOMPARE(givenPath(pathText(path)).native(), path.native());
    }

    void cancelledAndMissing()
    {
        std::stop_source source;
        source.request_stop();
        QVERIFY(!scan({test::sourceFolder()}, Job{source.get_token(), {}}));
        const auto report = scan({"/no/such/folder"});
        QCOMPARE(report->problems.size(), std::size_t{1});
        QVERIFY(report->problems[0].refused);
    }
};

QTEST_GUILESS_MAIN(TestStudy)
#include "test_study.moc"
