#include "core/base/error.h"
#include "core/base/files.h"
#include "core/text/sentences/sentence_lists.h"
#include "core/zeroshot/encoded_image.h"
#include "core/zeroshot/neutral_ranks.h"
#include "core/zeroshot/sentence_context.h"
#include "core/zeroshot/study_encoder.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>
#include <numbers>

using namespace mama;

namespace {

// Sentences as angles on a circle: every cosine is known.
SentenceVectors angles(const std::vector<double>& degrees, const std::vector<int>& groups)
{
    SentenceVectors out;
    for (const double angle : degrees) {
        const double radians = angle * std::numbers::pi / 180;
        out.texts.push_back(std::to_string(angle));
        out.vectors.push_back(static_cast<float>(std::cos(radians)));
        out.vectors.push_back(static_cast<float>(std::sin(radians)));
    }
    out.groups = groups;
    return out;
}

double cosine(double degrees) { return std::cos(degrees * std::numbers::pi / 180); }

std::vector<float> at(double degrees) { return angles({degrees}, {0}).vectors; }

// Texts turn to 0 degrees where they hold "mammogra", else to 90; it counts what it is asked.
class TwoWays : public Model
{
public:
    TwoWays()
    {
        m_info.hash = std::string(64, '7');
        m_info.textFamily = "bert";
        m_info.embedding = 2;
    }
    const ModelInfo& info() const override { return m_info; }
    const nlohmann::json& description() const override { return m_description; }
    std::string device() const override { return "CPU"; }
    Precision precision() const override { return Precision::Fp32; }
    int threads() const override { return 1; }
    const Tokenizer* tokenizer() const override { return nullptr; }
    const CaptionRules& captionRules() const override { return m_rules; }
    Cancellable<ImageEmbedding> encodeImages(std::span<const float>, const ImageShape&, const Job&,
                                             const ImageOptions&) const override
    {
        return {};
    }
    Cancellable<std::vector<float>> readOut(const KeptTokens&, const std::string&, const Job&) const override
    {
        return {};
    }
    Cancellable<TextEmbedding> encodeTexts(const std::vector<std::string>& texts, const TextOptions&,
                                           const Job&) const override
    {
        TextEmbedding out;
        out.count = static_cast<std::int64_t>(texts.size());
        out.dim = 2;
        out.global = *encodeOwnTexts(texts, {});
        return out;
    }
    Cancellable<std::vector<float>> encodeOwnTexts(const std::vector<std::string>& texts, const Job& job) const override
    {
        if (job.cancelled())
            return {};
        asked += texts.size();
        std::vector<float> out;
        for (const std::string& text : texts) {
            const bool breast = text.find("mammogra") != std::string::npos;
            out.push_back(breast ? 1.0F : 0.0F);
            out.push_back(breast ? 0.0F : 1.0F);
        }
        return out;
    }
    mutable std::size_t asked = 0;

private:
    ModelInfo m_info;
    nlohmann::json m_description;
    CaptionRules m_rules;
};

} // namespace

class TestKnownSentences : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("MAMA_CACHE", m_cache.path().toUtf8()); }

    void familiarityIsNearKnownLessNearElsewhere()
    {
        const KnownSentences known(angles({0, 10, 20, 60}, {0, 0, 0, 1}), angles({180, 170, 160, 90}, {0, 0, 0, 1}), 2);
        const double ofTen = (1 + cosine(10) + cosine(10)) / 3 - 0.7 * (cosine(80) + cosine(150) + cosine(160)) / 3 +
                             0.1 * known.direction().value(at(10));
        const Familiarity ten = known.of(at(10));
        QVERIFY(std::abs(ten.value - ofTen) < 1e-6);
        QCOMPARE(ten.nearest, std::to_string(10.0));
        QVERIFY(std::abs(ten.similarity - 1) < 1e-6);
        const Familiarity beyond = known.of(at(34));
        QCOMPARE(beyond.nearest, std::to_string(20.0));
        QVERIFY(std::abs(beyond.similarity - cosine(14)) < 1e-6);
        QVERIFY(known.of(at(170)).unlike && !known.of(at(5)).unlike);
        QVERIFY(known.of(std::vector<float>{0, 0}).unlike); // the tokenizer made nothing of it
    }

    // A known sentence that lies among those of elsewhere, as with a model that tells nothing apart, is still known.
    void aKnownSentenceItselfIsNeverUnlike()
    {
        const SentenceVectors ours = angles({0, 5, 10, 180}, {0, 1, 2, 3}), others = angles({175, 185, 182}, {0, 1, 2});
        const KnownSentences known(ours, others, FisherDirection::between(ours.vectors, others.vectors, 2), 0.5);
        QVERIFY(known.of(at(180)).value < known.threshold());
        QVERIFY(!known.of(at(180)).unlike);
        QVERIFY(known.of(at(183)).unlike);
    }

    void directionPartsTheMeans()
    {
        // Both sets have the variances 1/8 and 1/2 and none in common; their means are (2, 1) and (0, 0).
        const std::vector<float> first{2.5F, 1, 1.5F, 1, 2, 2, 2, 0}, second{0.5F, 0, -0.5F, 0, 0, 1, 0, -1};
        const auto direction = FisherDirection::between(first, second, 2);
        const double a = 0.125, b = 0.5, ridge = 0.3 * (a + b) / 2;
        QVERIFY(std::abs(static_cast<double>(direction.weights[0] / direction.weights[1]) -
                         2 / (a + ridge) / (1 / (b + ridge))) < 1e-5);
        QVERIFY(std::abs(direction.value(std::vector<float>{2, 1}) - 1) < 1e-6);
        QVERIFY(std::abs(direction.value(std::vector<float>{0, 0}) + 1) < 1e-6);
        QCOMPARE(FisherDirection::between(first, first, 2).value(second), 0.0);
        QCOMPARE(FisherDirection::between({}, second, 2).value(second), 0.0);
    }

    void thresholdIsOfHeldOutGroups()
    {
        // Ten groups of two; the lowest tenth of 20 values is the second lowest (place 0.1 * 19, cut off).
        std::vector<double> degrees;
        std::vector<int> groups;
        for (int g = 0; g < 10; ++g)
            for (int i = 0; i < 2; ++i) {
                degrees.push_back(4 * g + i);
                groups.push_back(g);
            }
        const KnownSentences known(angles(degrees, groups), angles({180}, {0}), 2);
        std::vector<double> values;
        for (std::size_t i = 0; i < degrees.size(); ++i) {
            std::vector<double> cosines;
            for (std::size_t j = 0; j < degrees.size(); ++j)
                if (groups[j] != groups[i])
                    cosines.push_back(cosine(degrees[i] - degrees[j]));
            std::ranges::sort(cosines, std::greater());
            values.push_back((cosines[0] + cosines[1] + cosines[2]) / 3 - 0.7 * cosine(180 - degrees[i]) +
                             0.1 * known.direction().value(at(degrees[i])));
        }
        std::ranges::sort(values);
        QVERIFY(std::abs(known.threshold() - values[1]) < 1e-6);
    }

    void fileGivesThemBack()
    {
        const SentenceVectors near = angles({0, 10, 20}, {0, 1, 2}), far = angles({100, 110}, {0, 1});
        const QTemporaryDir folder;
        const std::filesystem::path path = std::filesystem::path(folder.path().toStdString()) / sentenceFile;
        SentenceFile file{"model", "words", "lists", std::make_shared<const KnownSentences>(near, far, 2), at(45), 2};
        file.write(path);
        const auto read = SentenceFile::read(path, {"model", "", "lists"}, near, far);
        QVERIFY(read && read->known->threshold() != 0);
        for (const double angle : {3.0, 50.0, 200.0})
            QVERIFY(std::abs(read->known->of(at(angle)).value - file.known->of(at(angle)).value) < 0.01);
        QVERIFY(std::abs(read->neutral[0] - at(45)[0]) < 0.01F && read->neutralLength == 2);
        QVERIFY(!SentenceFile::read(path, {"other", "", "lists"}, near, far));
        // Another model of the same language model: what is known, without what it makes of neutral sentences.
        const auto sameWords = SentenceFile::read(path, {"other", "words", "lists"}, near, far);
        QVERIFY(sameWords && sameWords->neutral.empty() && sameWords->model == "other");
        QVERIFY(std::abs(sameWords->known->threshold() - read->known->threshold()) < 1e-9);
        QVERIFY(!SentenceFile::read(path, {"other", "words", "others"}, near, far));
        QVERIFY(!SentenceFile::read(path, {"model", "", "others"}, near, far));
        QVERIFY(!SentenceFile::read(path.parent_path() / "none", {"model", "", "lists"}, near, far));
        QVERIFY_EXCEPTION_THROWN(SentenceFile::read(path, {"model", "", "lists"}, far, near),
                                 Error); // other numbers of them
        writeAtomically(path, std::string_view("no safetensors"));
        QVERIFY_EXCEPTION_THROWN(SentenceFile::read(path, {"model", "", "lists"}, near, far), Error);
    }

    void contextIsComputedOnceAndKept()
    {
        const auto model = std::make_shared<TwoWays>();
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        writeAtomically(path / "texts.txt", std::string_view("A caption of its own on the breast.\n\n"));
        SentenceContext first(model, path);
        const auto familiarity = first.familiarity({" a mammogram ", "banana"});
        QVERIFY(familiarity && !familiarity->at(0).unlike && familiarity->at(1).value < familiarity->at(0).value);
        QCOMPARE((*first.neutral({}))->size(), 2 * first.neutralCount());
        const std::size_t all = model->asked;
        QVERIFY(all > 1000);
        SentenceContext again(model, path); // from the cache
        QVERIFY(again.known().has_value());
        QVERIFY(again.neutral({}).has_value());
        QCOMPARE(model->asked, all);
        TextOptions behind;
        behind.prefix = "breast;";
        QCOMPARE((*again.neutral(behind))->size(), 2 * first.neutralCount()); // read as the query is
        QVERIFY(model->asked > all);
        writeAtomically(path / "texts.txt", std::string_view("Another caption of the breast.\n"));
        SentenceContext other(model, path); // other sentences, other vectors
        QVERIFY(other.listsHash() != first.listsHash());
        writeAtomically(path / sentenceFile, std::string_view("broken"));
        QVERIFY(other.known().has_value()); // a broken file costs time only
        QVERIFY(other.writeFile());
        const std::size_t before = model->asked;
        QVERIFY(SentenceContext(model, path).known().has_value());
        QCOMPARE(model->asked, before);
    }

    void cancelledComputesNothing()
    {
        const auto model = std::make_shared<TwoWays>();
        const QTemporaryDir folder;
        std::stop_source stop;
        stop.request_stop();
        SentenceContext context(model, folder.path().toStdString());
        writeAtomically(std::filesystem::path(folder.path().toStdString()) / "texts.txt", std::string_view("x\n"));
        SentenceContext fresh(model, folder.path().toStdString());
        QVERIFY(!fresh.known({stop.get_token(), {}}).has_value());
        QVERIFY(fresh.known().has_value());
    }

    void neutralRanksAreSharesOnTheSameImage()
    {
        EncodedStudy study;
        for (const auto& [side, degrees] : {std::pair(Side::Right, 0.0), std::pair(Side::Left, 90.0)}) {
            auto encoded = std::make_shared<EncodedImage>();
            encoded->dim = 2;
            encoded->global = at(degrees);
            ScoredImage image;
            image.image.side = side;
            image.encoded = std::move(encoded);
            study.images.push_back(std::move(image));
        }
        const std::vector<float> neutral = angles({10, 40, 70, 100}, {0, 0, 0, 0}).vectors;
        const NeutralRanks ranks(study, neutral, FusionRule::Maximum);
        // A sentence at 30 degrees: on the right image above 40, 70, 100; on the left above 10 alone.
        std::vector<std::vector<double>> images{{cosine(30)}, {cosine(60)}};
        FusedScores fused = fuse(images, study, FusionRule::Maximum);
        ranks.rank(images, fused);
        QCOMPARE(images[0][0], 0.75);
        QCOMPARE(images[1][0], 0.25);
        QCOMPARE(fused.breasts[0].scores[0], 0.75);
        QCOMPARE(fused.breasts[1].scores[0], 0.25);
        // The study takes the larger of both: neutral 0.985, 0.766, 0.940, 0.985; this one 0.866.
        QCOMPARE(fused.study[0], 0.25);
    }

    void listsAreWhole()
    {
        for (const SentenceList* list : {&lexiconSentences(), &neutralSentences(), &elsewhereSentences()}) {
            QCOMPARE(list->groups.size(), list->texts.size());
            QVERIFY(std::ranges::min(list->groups) == 0);
            QCOMPARE(std::set<std::string>(list->texts.begin(), list->texts.end()).size(), list->texts.size());
        }
        QVERIFY(lexiconSentences().texts.size() > 1500 && neutralSentences().texts.size() > 200);
    }

private:
    QTemporaryDir m_cache;
};

QTEST_GUILESS_MAIN(TestKnownSentences)
#include "test_known_sentences.moc"
