#include "core/base/error.h"
#include "core/base/files.h"
#include "core/dicom/read/image_file.h"
#include "tests/support/test_data.h"
#include "widgets/look/shown_text.h"

#include <QTranslator>
#include <new>
#include <nlohmann/json.hpp>

using namespace mama;

// A language is one .ts file: installed, it is what the window shows; the command line stays English.
class TestUserText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void errorsOfCoreAreTranslated()
    {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "empty.dcm";
        writeAtomically(path, std::string_view());
        const QString place = QString::fromStdString(path.string());
        try {
            ImageFile::open(path);
            QFAIL("an empty file was opened");
        } catch (const std::exception& error) {
            QCOMPARE(shownError(error), QStringLiteral("decode: %1: the file is empty").arg(place));
            QTranslator german;
            QVERIFY(german.load(QStringLiteral(MAMA_TRANSLATION)));
            QVERIFY(QCoreApplication::installTranslator(&german));
            QCOMPARE(shownError(error), QStringLiteral("dekodieren: %1: die Datei ist leer").arg(place));
            QCOMPARE(QString::fromUtf8(error.what()), QStringLiteral("decode: %1: the file is empty").arg(place));
        }
        QCOMPARE(shownText({TextId("test.words", "the file is empty")}), QStringLiteral("the file is empty"));
    }

    // Words of another language may put the arguments elsewhere; what an argument holds is no place. What is not
    // translated stays English, also inside a text that is; a text keeps all this over the pipe.
    void argumentsGoToTheirPlaces()
    {
        QTranslator german;
        QVERIFY(german.load(QStringLiteral(MAMA_TRANSLATION)));
        QVERIFY(QCoreApplication::installTranslator(&german));
        const UserText inner{TextId("test.inner", "slice %1"), "%2"};
        const UserText text{TextId("test.places", "%1 of %2 at %3"), 1, 12, inner};
        QCOMPARE(shownText(text), QStringLiteral("slice %2: von 12 sind es 1"));
        QCOMPARE(text.english(), std::string("1 of 12 at slice %2"));
        const UserText sent = userTextFrom(nlohmann::json::parse(toJson(text).dump()));
        QVERIFY(sent == text);
        QCOMPARE(shownText(sent), shownText(text));
    }

    void numbersThatRoundToZeroHaveNoSign()
    {
        QCOMPARE(shownNumber(-0.004, 2), QStringLiteral("0.00"));
        QCOMPARE(shownNumber(-0.0, 3), QStringLiteral("0.000"));
        QCOMPARE(shownNumber(-0.006, 2), QStringLiteral("-0.01"));
        QCOMPARE(shownNumber(12.345, 1), QStringLiteral("12.3"));
        QCOMPARE(shownNumber(-0.4, 0), QStringLiteral("0"));
        QCOMPARE(shownNumber(1e300, 2).size(), 304);
    }

    void wordsOfLibrariesAreNotShown()
    {
        QCOMPARE(shownError(std::bad_alloc()), QStringLiteral("not enough memory"));
        QCOMPARE(shownError(std::runtime_error("100 % of it")),
                 QStringLiteral("a fault inside the program or one of its libraries"));
    }
};

QTEST_GUILESS_MAIN(TestUserText)
#include "test_user_text.moc"
