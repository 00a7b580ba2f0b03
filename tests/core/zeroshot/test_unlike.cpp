#include "core/base/files.h"
#include "core/text/sentences/sentence_lists.h"
#include "core/zeroshot/model_catalogue.h"
#include "core/zeroshot/sentence_context.h"
#include "tests/support/test_data.h"

#include <sstream>

using namespace mama;

namespace {

std::vector<std::string> lines(const char* file)
{
    std::istringstream text(readText(test::sourceFolder() / "tests/core/zeroshot/sentences" / file));
    std::vector<std::string> out;
    for (std::string line; std::getline(text, line);)
        if (!line.empty())
            out.push_back(line);
    return out;
}

} // namespace

// The demo model on sentences that nobody made its lists of: odd and foreign ones, captions of phantoms that it was not
// trained on, findings in other words than the lexicon's.
class TestUnlike : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        const std::filesystem::path folder = test::sourceFolder() / "resources/demo";
        try {
            m_model = loadModel(folder.string(), {}, {});
        } catch (const std::exception& error) {
            QSKIP(error.what()); // its language model is not installed
        }
        m_context = std::make_unique<SentenceContext>(m_model.model, folder);
    }

    void sharesThatAreUnlike_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("least");
        QTest::addColumn<double>("most");
        QTest::newRow("odd and foreign") << "odd.txt" << 0.95 << 1.0;
        QTest::newRow("captions") << "captions.txt" << 0.0 << 0.02;
        QTest::newRow("findings") << "findings.txt" << 0.0 << 0.10;
    }

    void sharesThatAreUnlike()
    {
        QFETCH(QString, file);
        QFETCH(double, least);
        QFETCH(double, most);
        const std::vector<std::string> texts = lines(file.toUtf8().constData());
        QVERIFY(texts.size() >= 300);
        for (const SentenceList* list : {&lexiconSentences(), &neutralSentences(), &elsewhereSentences()})
            for (const std::string& text : texts)
                QVERIFY2(std::ranges::find(list->texts, text) == list->texts.end(), text.c_str());
        const auto familiarity = m_context->familiarity(texts);
        QVERIFY(familiarity.has_value());
        std::size_t unlike = 0;
        for (const Familiarity& one : *familiarity)
            unlike += one.unlike ? 1 : 0;
        const double share = static_cast<double>(unlike) / static_cast<double>(texts.size());
        qInfo("%s: %zu of %zu unlike", qPrintable(file), unlike, texts.size());
        QVERIFY2(share >= least && share <= most, qPrintable(QString::number(share)));
    }

    void shippedVectorsAreThoseOfTheModel()
    {
        // Else the first query would encode the lists anew.
        QVERIFY(std::filesystem::exists(m_model.folder / sentenceFile));
        const auto known = m_context->known();
        QVERIFY(known.has_value());
        const auto fresh = m_model.model->encodeOwnTexts({(*known)->known().texts.front()});
        QVERIFY(fresh.has_value());
        const Familiarity own = (*known)->of(*fresh);
        QCOMPARE(own.nearest, (*known)->known().texts.front());
        QVERIFY2(own.similarity > 0.999, qPrintable(QString::number(own.similarity)));
    }

private:
    LoadedModel m_model;
    std::unique_ptr<SentenceContext> m_context;
};

QTEST_GUILESS_MAIN(TestUnlike)
#include "test_unlike.moc"
