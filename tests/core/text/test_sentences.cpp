#include "core/text/sentences/negation.h"
#include "core/text/sentences/report_sentences.h"
#include "core/text/sentences/sentence_subject.h"
#include "tests/support/test_data.h"

using namespace mama;

namespace {

QStringList textsOf(const char* report)
{
    QStringList out;
    for (const ReportSentence& sentence : splitReport(report))
        out.append(QString::fromStdString(sentence.text));
    return out;
}

QString subjectOf(const char* sentence, const char* heading = "")
{
    const auto subject = notVisual(sentence, heading);
    return QString::fromLatin1(subject ? name(*subject) : "");
}

QString unnegated(const char* sentence)
{
    const auto found = findNegation(sentence);
    return QString::fromStdString(found ? found->unnegated : "-");
}

} // namespace

// Reports as they are pasted, with the sentences that a reader finds in them.
class TestSentences : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void paragraph()
    {
        QCOMPARE(
            textsOf("There is a 1.2 cm mass at 10 o'clock, approx. 5 cm from the nipple. No calcifications; the skin "
                    "is normal. Discussed with Dr. J. Smith at 3 p.m. BI-RADS 4. Suspicious."),
            (QStringList{"There is a 1.2 cm mass at 10 o'clock, approx. 5 cm from the nipple.", "No calcifications;",
                         "the skin is normal.", "Discussed with Dr. J. Smith at 3 p.m.", "BI-RADS 4.", "Suspicious."}));
        QCOMPARE(textsOf("no mass. no calcification"), (QStringList{"no mass.", "no calcification"}));
        QCOMPARE(textsOf("A mass is seen.Calcifications too"), (QStringList{"A mass is seen.", "Calcifications too"}));
        QCOMPARE(textsOf("Size 12 mm. in the left breast. Density B. No mass!"),
                 (QStringList{"Size 12 mm. in the left breast.", "Density B.", "No mass!"}));
        QCOMPARE(textsOf("A 58 y.o. woman, seen at 2 p.m. on Monday. No. 2 lesion is a cyst"),
                 (QStringList{"A 58 y.o. woman, seen at 2 p.m. on Monday.", "No. 2 lesion is a cyst"}));
        QCOMPARE(textsOf("  \n \r\n"), QStringList());
        QCOMPARE(textsOf("12345 !!"), QStringList{"12345 !!"});
    }

    void linesBulletsAndHeadings()
    {
        const char* report = "CLINICAL HISTORY: 54-year-old woman, screening.\r\n"
                             "\r\n"
                             "FINDINGS:\r\n"
                             "The breasts are heterogeneously dense, which may obscure small masses and so\r\n"
                             "lower the sensitivity of mammography. There is a\r\n"
                             "spiculated mass.\r\n"
                             "Right breast: benign calcifications\r\n"
                             "- No suspicious mass\r\n"
                             "- No distortion\r\n"
                             "----------\r\n"
                             "Impression: 1. Suspicious mass. 2. Benign calcifications.\r\n"
                             "3) BI-RADS 4\r\n"
                             "Left breast:\r\n"
                             "negative\r\n";
        QCOMPARE(
            textsOf(report),
            (QStringList{"54-year-old woman, screening.",
                         "The breasts are heterogeneously dense, which may obscure small masses and so lower the "
                         "sensitivity of mammography.",
                         "There is a spiculated mass.", "Right breast: benign calcifications", "No suspicious mass",
                         "No distortion", "Suspicious mass.", "Benign calcifications.", "BI-RADS 4", "negative"}));
        const auto sentences = splitReport(report);
        QCOMPARE(sentences[0].heading, std::string("CLINICAL HISTORY"));
        QCOMPARE(sentences[5].heading, std::string("FINDINGS"));
        QCOMPARE(sentences[7].heading, std::string("Impression"));
        QCOMPARE(sentences[9].heading, std::string("Left breast"));
        for (const ReportSentence& one : sentences) { // the places give the words back
            const std::string there = std::string(report).substr(one.first, one.last - one.first);
            QCOMPARE(QString::fromStdString(there).simplified(), QString::fromStdString(one.text));
        }
    }

    void linesWithoutMarks()
    {
        QCOMPARE(textsOf("Scattered fibroglandular densities\nNo suspicious mass\nSkin thickening of the\nleft breast"),
                 (QStringList{"Scattered fibroglandular densities", "No suspicious mass",
                              "Skin thickening of the left breast"}));
        QCOMPARE(textsOf("BI-RADS: 3\n(iii) nodes are normal\niv) the margins are\nCircumscribed"),
                 (QStringList{"BI-RADS: 3", "nodes are normal", "the margins are Circumscribed"}));
        QCOMPARE(textsOf("\xe2\x80\xa2 Mass\n\xe2\x80\xa2 Clip"), (QStringList{"Mass", "Clip"}));
    }

    void captionsOfTheModel()
    {
        QCOMPARE(textsOf("Procedure reported: MG Screening Bilateral; Reason for procedure: screening; Findings: The "
                         "mammogram shows that a benign finding is present. Impressions: BI-RADS Category 2: benign "
                         "finding."),
                 (QStringList{"MG Screening Bilateral;", "screening;",
                              "The mammogram shows that a benign finding is present.",
                              "BI-RADS Category 2: benign finding."}));
    }

    void subjects()
    {
        QCOMPARE(subjectOf("There is a spiculated mass in the left breast."), QString());
        QCOMPARE(subjectOf("Grouped amorphous calcifications on the CC view"), QString());
        QCOMPARE(subjectOf("BI-RADS 4: suspicious abnormality."), QString());
        QCOMPARE(subjectOf("The mass is unchanged since 2019."), QStringLiteral("comparison"));
        QCOMPARE(subjectOf("Biopsy is recommended."), QStringLiteral("recommendation"));
        QCOMPARE(subjectOf("Follow-up in 6 months"), QStringLiteral("recommendation"));
        QCOMPARE(subjectOf("Family history of breast cancer."), QStringLiteral("history"));
        QCOMPARE(subjectOf("Bilateral CC and MLO views were obtained."), QStringLiteral("technique"));
        QCOMPARE(subjectOf("Findings were discussed with Dr. Smith."), QStringLiteral("communication"));
        QCOMPARE(subjectOf("A lump.", "Clinical indication"), QStringLiteral("history"));
        QCOMPARE(subjectOf("A lump.", "FINDINGS"), QString());
        QCOMPARE(subjectOf("2018 and 2019.", "COMPARISON:"), QStringLiteral("comparison"));
    }

    void negations()
    {
        QCOMPARE(findNegation("There is No mass.")->word, std::string("no"));
        QCOMPARE(unnegated("There is No mass."), QStringLiteral("There is mass."));
        QCOMPARE(findNegation("Breast free of masses")->word, std::string("free of"));
        QCOMPARE(unnegated("Breast free of masses"), QStringLiteral("Breast with masses"));
        QCOMPARE(unnegated("Calcifications are absent."), QStringLiteral("Calcifications are present."));
        QCOMPARE(unnegated("No mass, no calcification and no distortion."),
                 QStringLiteral("mass, calcification and distortion."));
        QCOMPARE(unnegated("A mass is not seen without contrast"), QStringLiteral("A mass is seen with contrast"));
        QCOMPARE(unnegated("This isn't a mass"), QStringLiteral("This is a mass"));
        QCOMPARE(unnegated("No evidence of malignancy"), QStringLiteral("malignancy"));
        QCOMPARE(unnegated("Malignancy cannot be excluded."), QStringLiteral("-"));
        QCOMPARE(unnegated("a nodule with notable normal tissue"), QStringLiteral("-"));
        QCOMPARE(unnegated("No. 2 lesion is a cyst"), QStringLiteral("-"));
        QCOMPARE(unnegated("Nothing suspicious"), QStringLiteral("something suspicious"));
        QCOMPARE(unnegated("none"), QString());
    }

    // Answers behind a colon, signs, and findings that are there no more; assessments and numbers are none of them.
    void answersAndWhatIsGoneNegate()
    {
        QCOMPARE(unnegated("Mass: no."), QStringLiteral("Mass: yes."));
        QCOMPARE(unnegated("Calcifications: negative"), QStringLiteral("Calcifications: positive"));
        QCOMPARE(unnegated("Distortion : absent; skin normal"), QStringLiteral("Distortion : present; skin normal"));
        QCOMPARE(unnegated("Mass (-)."), QStringLiteral("Mass (+)."));
        QCOMPARE(unnegated("The calcifications have disappeared."), QStringLiteral("The calcifications are present."));
        QCOMPARE(unnegated("The mass was excised in 2019."), QStringLiteral("The mass is present in 2019."));
        QCOMPARE(unnegated("BI-RADS category 1: negative"), QStringLiteral("-"));
        QCOMPARE(unnegated("Lesion no. 3 is a cyst"), QStringLiteral("-"));
        QCOMPARE(unnegated("Any mass? no."), QStringLiteral("Any mass?."));
        QCOMPARE(unnegated("The mass was excluded by ultrasound."),
                 QStringLiteral("The mass is present by ultrasound."));
        QCOMPARE(unnegated("A mass cannot be excluded."), QStringLiteral("-"));
        QCOMPARE(unnegated("There is no doubt about a malignant mass."), QStringLiteral("-"));
        QCOMPARE(unnegated("A mass is hardly visible"), QStringLiteral("A mass is visible"));
    }

    // What negates in dictated shorthand; a named finding with a bare value is a sentence, not a section.
    void shorthandNegates()
    {
        for (const char* text : {"w/o mass", "Neg. for mass", "None of the calcifications is suspicious",
                                 "Lacks calcifications", "There isnt a mass"})
            QVERIFY2(findNegation(text).has_value(), text);
        QCOMPARE(findNegation("None of the masses is new")->unnegated, std::string("some of the masses is new"));
        const auto sentences =
            splitReport("\xef\xbb\xbf"
                        "FINDINGS: Neg. for mass. Calcifications seen.\nMasses: none.\nRule out mass.");
        QCOMPARE(sentences.size(), std::size_t{4});
        QCOMPARE(sentences[0].text, std::string("Neg. for mass."));
        QCOMPARE(sentences[2].text, std::string("Masses: none."));
        QCOMPARE(sentences[3].heading, std::string("FINDINGS"));
    }
};

QTEST_GUILESS_MAIN(TestSentences)
#include "test_sentences.moc"
