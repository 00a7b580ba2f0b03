// What the details show of a study: its facts with their rows, and marks where they lie in the hung pictures.
#include "widgets/library/detail_pictures.h"
#include "widgets/library/study_details.h"

#include <QSignalSpy>
#include <QTest>
#include <QTextBrowser>
#include <nlohmann/json.hpp>

using namespace mama;

namespace {

StudyFacts facts()
{
    StudyFacts out;
    out.id = 17;
    out.key = "501";
    out.patient = "7 <b>";
    out.dataset = "EMBED";
    out.licence = "research only";
    out.row = "clinical.csv:1";
    out.tags = {"review"};
    out.cohorts = {{"mine", "test"}};
    out.others = {{18, "502", "2013-02-01"}};
    FactLabel old{"density", "C", "L", "imported", "EMBED", "2026-01-01T00:00:00Z", "clinical.csv:1"}, now = old;
    now.value = "D";
    now.source = "reader";
    now.author = "Reader A";
    now.at = "2026-11-02T10:00:00Z";
    now.counts = true;
    out.labels = {old, now};
    out.findings = {{5, 1, "L", "mass,calcification", "clinical.csv:3", {}}};
    FactImage image;
    image.image.side = Side::Left;
    image.image.view = "CC";
    image.image.slot = Slot::LCC;
    image.path = "/data/images/a.dcm";
    image.missing = true;
    image.annotations = {{1, 5, "box", "as exported", "", "", {100, 200, 300, 600}}};
    out.images = {image};
    out.places = {-1, 0, -1, -1};
    return out;
}

std::array<TilePicture, 4> pictures(bool mirrored, bool flipped)
{
    std::array<TilePicture, 4> out;
    QImage image(80, 100, QImage::Format_Grayscale8);
    image.fill(90);
    for (TilePicture& each : out) {
        each = {TilePicture::State::Ready, image, QStringLiteral("L CC"), {}, 0, {800, 1000}};
        each.mirrored = mirrored;
        each.flipped = flipped;
    }
    return out;
}

} // namespace

class TestStudyDetails : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyFactHasItsOrigin()
    {
        StudyDetails details;
        details.show(facts(), pictures(false, false));
        QCOMPARE(details.study(), std::int64_t(17));
        const QString text = details.text()->toPlainText();
        for (const char* part :
             {"501", "7 <b>", "EMBED", "research only", "clinical.csv:3", "mass, calcification",
              "by Reader A, 2026-11-02", "missing", "/data/images/a.dcm", "2013-02-01", "review", "as exported"})
            QVERIFY2(text.contains(QLatin1String(part)), part);
        QVERIFY(details.text()->toHtml().contains(QLatin1String("line-through"))); // the replaced value
        QVERIFY(details.text()->textInteractionFlags() & Qt::TextSelectableByMouse);
        QVERIFY(details.text()->textInteractionFlags() & Qt::TextSelectableByKeyboard);
        QSignalSpy asked(&details, &StudyDetails::studyAsked);
        Q_EMIT details.text()->anchorClicked(QUrl(QStringLiteral("study:18")));
        QCOMPARE(asked.at(0).at(0).value<std::int64_t>(), std::int64_t(18));
        details.clear(QStringLiteral("no study"));
        QCOMPARE(details.study(), std::int64_t(0));
        QCOMPARE(details.text()->toPlainText(), QStringLiteral("no study"));
    }

    // Of several models each with its score, the view that it found, and why one has none.
    void everyModelSaysItsScore()
    {
        StudyDetails details;
        StudyFacts shown = facts();
        shown.images[0].image.id = 5;
        details.show(shown, pictures(false, false));
        QVERIFY(!details.text()->toPlainText().contains(QStringLiteral("Similarity")));
        details.setScores({{QStringLiteral("demo"), QStringLiteral("0.312"), QStringLiteral("rank 2 of 9"), 5},
                           {QStringLiteral("second <b>"), {}, {}, 0, QStringLiteral("no embeddings")}});
        const QString text = details.text()->toPlainText();
        for (const char* part : {"demo", "0.312 · L CC rank 2 of 9", "second <b>", "– no embeddings"})
            QVERIFY2(text.contains(QString::fromUtf8(part)), qPrintable(text));
        details.setScores({});
        QVERIFY(!details.text()->toPlainText().contains(QStringLiteral("demo")));
    }

    void marksLieWhereTheImageHangs_data()
    {
        QTest::addColumn<bool>("mirrored");
        QTest::addColumn<bool>("flipped");
        QTest::newRow("as stored") << false << false;
        QTest::newRow("mirrored") << true << false;
        QTest::newRow("flipped") << false << true;
        QTest::newRow("both") << true << true;
    }

    void marksLieWhereTheImageHangs()
    {
        QFETCH(bool, mirrored);
        QFETCH(bool, flipped);
        DetailPictures view;
        QCOMPARE(DetailPictures::heightFor(402, 1000), 502);
        QCOMPARE(DetailPictures::heightFor(402, 300), 300);
        view.resize(402, 502);
        view.show(pictures(mirrored, flipped), facts());
        view.grab();
        const auto mark = facts().images[0].annotations[0];
        QRectF expected(0.125, 0.2, 0.25, 0.4); // shares of 800 x 1000
        if (mirrored)
            expected.moveLeft(1 - expected.right());
        if (flipped)
            expected.moveTop(1 - expected.bottom());
        const QRectF place = view.markRect(1, mark);
        // The left breast's picture begins at the middle and fills 200 x 250.
        QVERIFY(std::abs(place.x() - (202 + 200 * expected.x())) < 1);
        QVERIFY(std::abs(place.y() - 250 * expected.y()) < 1);
        QVERIFY(std::abs(place.width() - 200 * expected.width()) < 1);
        QVERIFY(std::abs(place.height() - 250 * expected.height()) < 1);
        const QImage image = view.grab().toImage();
        QVERIFY(QColor(image.pixel(qRound(place.x() - 1), qRound(place.center().y()))).red() > 180); // drawn there
        auto circle = mark;
        circle.kind = "circle";
        circle.geometry = {400, 500, 80};
        const QRectF round = view.markRect(1, circle);
        QVERIFY(std::abs(round.center().x() - 302) < 1 && std::abs(round.width() - 40) < 1);
        auto waiting = pictures(false, false);
        waiting[1].state = TilePicture::State::Waiting;
        view.show(waiting, facts());
        view.grab();
        QVERIFY(view.markRect(1, mark).isEmpty());
    }
};

QTEST_MAIN(TestStudyDetails)
#include "test_study_details.moc"
