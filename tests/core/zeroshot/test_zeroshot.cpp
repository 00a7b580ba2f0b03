#include "core/base/error.h"
#include "core/dicom/read/image_header.h"
#include "core/study/fusion.h"
#include "core/text/sentences/sentence_lists.h"
#include "core/zeroshot/classify.h"
#include "core/zeroshot/encoded_image.h"
#include "core/zeroshot/map_files.h"
#include "core/zeroshot/outside_training.h"
#include "core/zeroshot/query.h"
#include "core/zeroshot/reference_builder.h"
#include "core/zeroshot/sentence_context.h"
#include "core/zeroshot/similarity.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>

#include <numeric>
#include <random>

using namespace mama;

namespace {

// A model whose text embeddings follow from the words: a text holding word k of the list points along axis k.
class WordModel : public Model
{
public:
    WordModel()
    {
        m_info.name = "words";
        m_info.hash = "0123";
        m_info.textFamily = "bert";
        m_info.inferencePooling = "training";
        m_info.embedding = 3;
        m_info.logitScale = std::log(10.0);
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
    Cancellable<TextEmbedding> encodeTexts(const std::vector<std::string>& texts, const TextOptions& options,
                                           const Job& job) const override
    {
        if (job.cancelled())
            return {};
        ++calls;
        TextEmbedding out;
        out.count = static_cast<std::int64_t>(texts.size());
        out.dim = 3;
        out.offsets = {0};
        for (const std::string& text : texts) {
            seen.push_back(text);
            for (int k = 0; k < 3; ++k)
                out.global.push_back(axis(text) == k ? 1.0F : 0.0F);
            for (const char c : text)
                if (c == '.' && options.sentences)
                    for (int k = 0; k < 3; ++k)
                        out.sentences.push_back(axis(text) == k ? 1.0F : 0.0F);
            const auto sentences = static_cast<std::int64_t>(out.sentences.size() / 3);
            out.last.push_back(sentences == out.offsets.back() ? -1 : sentences - 1);
            out.offsets.push_back(sentences);
            out.cut.push_back(text.size() > 100);
        }
        return out;
    }

    Cancellable<std::vector<float>> encodeOwnTexts(const std::vector<std::string>& texts, const Job&) const override
    {
        std::vector<float> out;
        for (const std::string& text : texts)
            for (int k = 0; k < 3; ++k)
                out.push_back(axis(text) == k ? 1.0F : 0.0F);
        return out;
    }

    // What was asked of it.
    mutable int calls = 0;
    mutable std::vector<std::string> seen;

private:
    static int axis(const std::string& text)
    {
        return text.find("mass") != std::string::npos ? 0 : text.find("calc") != std::string::npos ? 1 : 2;
    }
    ModelInfo m_info;
    nlohmann::json m_description;
    CaptionRules m_rules;
};

// An image of 28 x 28 stored pixels seen as 2 x 2 patches, whose patches and global point along the given axes.
ScoredImage image(Slot slot, Side side, std::vector<float> global, const std::vector<int>& axes)
{
    Geometry::Chain chain;
    chain.storedColumns = chain.storedRows = chain.resizedColumns = chain.resizedRows = 28;
    chain.crop = {0, 0, 27, 27};
    chain.inputColumns = chain.inputRows = 28;
    chain.inputSize = 28;
    auto encoded = std::make_shared<EncodedImage>();
    encoded->profile = "mama";
    encoded->geometry = Geometry(chain);
    encoded->dim = 3;
    encoded->rows = encoded->columns = 2;
    encoded->global = std::move(global);
    for (const int axis : axes)
        for (int k = 0; k < 3; ++k)
            encoded->patches.push_back(k == axis ? 1.0F : 0.0F);
    encoded->inside = {1, 1, 1, 0};
    encoded->breast = {1, 1, 0, 1};
    ScoredImage out;
    out.image.path = "/x/" + std::string(name(slot)) + ".png";
    out.image.slot = slot;
    out.image.side = side;
    out.encoded = encoded;
    return out;
}

EncodedStudy study()
{
    EncodedStudy out;
    out.images.push_back(image(Slot::RCC, Side::Right, {0.6F, 0.8F, 0}, {0, 1, 2, 0}));
    out.images.push_back(image(Slot::LCC, Side::Left, {0.8F, 0.6F, 0}, {1, 1, 1, 1}));
    out.images.push_back(image(Slot::RMLO, Side::Right, {0, 0.6F, 0.8F}, {2, 2, 2, 2}));
    return out;
}

QueryOptions asking(std::vector<std::string> texts, QueryOptions options = {})
{
    options.texts = std::move(texts);
    return options;
}

} // namespace

class TestZeroshot : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Real mammograms are outside of what a model saw last, whatever it started from.
    void whatItWasTrainedOnLastCounts()
    {
        ModelInfo info;
        const auto said = [&](const char* card) {
            info.trainedOn = card;
            const auto reasons = outsideTraining(info, ImageHeader());
            return reasons.empty() ? std::string() : reasons[0].english();
        };
        QVERIFY(said("synthetic mammograms (phantoms)").ends_with("synthetic images alone"));
        QVERIFY(said("synthetic mammograms (phantoms); started from: figures").ends_with("synthetic images last"));
        QCOMPARE(said("EMBED; started from: synthetic mammograms (phantoms)"), std::string());
    }

    void dotIsTheSum_data()
    {
        QTest::addColumn<int>("n");
        for (const int n : {1, 3, 15, 16, 17, 384, 512, 1000})
            QTest::addRow("%d", n) << n;
    }
    void dotIsTheSum() // of 1 * 2 + 2 * 2 + ...: n (n + 1)
    {
        QFETCH(int, n);
        std::vector<float> a(static_cast<std::size_t>(n)), b(a.size(), 2);
        std::iota(a.begin(), a.end(), 1.0F);
        QCOMPARE(dot(a, b), static_cast<float>(n) * static_cast<float>(n + 1));
    }

    void cosinesOfAnglesInThePlane()
    {
        const auto at = [](double degrees) {
            return std::array{static_cast<float>(std::cos(degrees / 57.29577951308232)),
                              static_cast<float>(std::sin(degrees / 57.29577951308232))};
        };
        const auto a = at(0), b = at(60), c = at(90), d = at(180);
        const std::vector<float> images{a[0], a[1], b[0], b[1]}, texts{c[0], c[1], d[0], d[1]};
        const std::vector<float> expected{0, -1, std::sqrt(3.0F) / 2, -0.5F};
        const auto actual = similarities(images, texts, 2);
        MAMA_SAME(test::difference(std::vector<double>(actual.begin(), actual.end()),
                                   std::vector<double>(expected.begin(), expected.end()), 1e-6, 0, "cosines"));
        QVERIFY_EXCEPTION_THROWN(similarities(images, texts, 3), Error);
        // Normalised, averaged, normalised: lengths do not matter, the mean of 0 and 90 degrees is 45.
        const auto mean = ensemble(std::vector<float>{5, 0, 0, 0.1F}, 2);
        QVERIFY(std::abs(mean[0] - std::sqrt(0.5F)) < 1e-6F && std::abs(mean[1] - std::sqrt(0.5F)) < 1e-6F);
    }

    void softmaxIsStable()
    {
        const auto out = softmax(std::vector<double>{1000, 1000 + std::log(3.0)});
        QVERIFY(std::abs(out[0] - 0.25) < 1e-12 && std::abs(out[1] - 0.75) < 1e-12);
        QVERIFY(softmax({}).empty());
    }

    // By hand: right 0.1 and 0.5, left 0.4; an unknown side 0.7; an extra right image 0.9 takes no part.
    void fusionByHand()
    {
        const std::vector<std::vector<double>> scores{{0.1}, {0.5}, {0.4}, {0.9}};
        const std::vector<Side> sides{Side::Right, Side::Right, Side::Left, Side::Right};
        const std::vector<bool> parts{true, true, true, false};
        const auto close = [](double a, double b) { return std::abs(a - b) < 1e-12; };
        FusedScores fused = fuse(scores, sides, parts, FusionRule::Maximum);
        QCOMPARE(fused.breasts.size(), std::size_t{2});
        QVERIFY(fused.breasts[0].side == Side::Right && close(fused.breasts[0].scores[0], 0.5));
        QVERIFY(fused.breasts[1].side == Side::Left && close(fused.breasts[1].scores[0], 0.4));
        QVERIFY(close(fused.study[0], 0.5));
        fused = fuse(scores, sides, parts, FusionRule::Mean);
        QVERIFY(close(fused.breasts[0].scores[0], 0.3) && close(fused.study[0], 1.0 / 3));
        fused = fuse(scores, sides, parts, FusionRule::MeanOfBreastMaxima);
        QVERIFY(close(fused.breasts[0].scores[0], 0.5) && close(fused.study[0], 0.45));
        fused = fuse({{0.7}}, std::vector<Side>{Side::Unknown}, {true}, FusionRule::Maximum);
        QVERIFY(fused.breasts.empty() && close(fused.study[0], 0.7));
        QVERIFY(std::isnan(fuse({{0.7}}, std::vector<Side>{Side::Left}, {false}, FusionRule::Mean).study[0]));
        QVERIFY(fusionRuleByName("mean") == FusionRule::Mean);
        QVERIFY_EXCEPTION_THROWN(fusionRuleByName("median"), Error);
    }

    void masksFollowTheGeometry()
    {
        Geometry::Chain
            chain; // 100 x 200 stored, padded by 50 on the left and the right: 200 x 200 -> 28 x 28, patches of 14
        chain.storedColumns = chain.resizedColumns = 100;
        chain.storedRows = chain.resizedRows = 200;
        chain.padLeft = 50;
        chain.crop = {0, 0, 199, 199};
        chain.inputColumns = chain.inputRows = 28;
        chain.inputSize = 28;
        chain.patch = 7; // 4 x 4 patches of 50 x 50 stored pixels
        const Geometry geometry(chain);
        const std::vector<std::uint8_t> row{0, 1, 1, 0};
        std::vector<std::uint8_t> expected;
        for (int i = 0; i < 4; ++i)
            expected.insert(expected.end(), row.begin(), row.end());
        QCOMPARE(insideMask(geometry), expected);
        Raster<std::uint8_t> breast(25, 13); // cells of 8 x 8
        breast.at(0, 0) = 1;                 // stored 0..8, in the first row's second patch
        breast.at(24, 12) = 1;               // stored 96..104 x 192..200, in the last row's third patch
        const auto mask = breastOnGrid(geometry, breast);
        for (std::size_t i = 0; i < 16; ++i)
            QCOMPARE(int(mask[i]),
                     i == 1 || i == 14 || i == 15 ? 1 : 0); // the last cell reaches into both last patches
    }

    void anEncodedImageComesBackFromBytes()
    {
        const EncodedImage original = *study().images[0].encoded;
        const auto bytes = serialise(original);
        const auto back = parseEncodedImage(bytes);
        QVERIFY(back.has_value());
        QCOMPARE(back->global, original.global);
        QCOMPARE(back->patches, original.patches);
        QCOMPARE(back->inside, original.inside);
        QCOMPARE(back->breast, original.breast);
        QVERIFY(back->geometry.toJson() == original.geometry.toJson());
        for (std::size_t n = 0; n < bytes.size(); ++n)
            QVERIFY(!parseEncodedImage(std::span(bytes).first(n)));
        std::mt19937 random(1);
        for (int i = 0; i < 3000; ++i) { // random damage must not crash or ask for much memory
            auto damaged = bytes;
            for (int k = 0; k < 3; ++k)
                damaged[random() % damaged.size()] = static_cast<std::byte>(random());
            parseEncodedImage(damaged);
        }
    }

    void scoresAndMapsByHand()
    {
        WordModel model;
        TextEncoder encoder(model);
        const auto result = query(encoder, study(), asking({"a mass", "calc."}));
        QVERIFY(result.has_value());
        QCOMPARE(model.seen, (std::vector<std::string>{"a mass.", "calc."}));
        const std::vector<std::vector<float>> expected{{0.6F, 0.8F}, {0.8F, 0.6F}, {0, 0.6F}};
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t t = 0; t < 2; ++t)
                QCOMPARE(static_cast<float>(result->scores[i][t]), expected[i][t]);
        QCOMPARE(static_cast<float>(result->fused.study[0]), 0.8F);
        const Raster<float>& map =
            result->maps[0][0].values; // mass on RCC: patches along axes 0, 1, 2, and one not seen
        QCOMPARE(map.rows, 2);
        QCOMPARE(map.values[0], 1.0F);
        QCOMPARE(map.values[1], 0.0F);
        QCOMPARE(map.values[2], 0.0F);
        QVERIFY(std::isnan(map.values[3]));
        QCOMPARE(result->provenance.pooling, std::string("training"));
    }

    // Less another sentence: the difference of both maps; less neutral ones: the mean of their maps.
    void mapsLessAnother()
    {
        const auto model = std::make_shared<WordModel>();
        TextEncoder encoder(*model);
        QueryOptions options = asking({"a mass"});
        options.minus = mapMinusByName("sentence", "calc");
        auto result = query(encoder, study(), options);
        QVERIFY(result.has_value());
        const std::vector<float>* map = &result->maps[0][0].values.values; // patches along axes 0, 1, 2
        QCOMPARE(std::vector(map->begin(), map->begin() + 3), (std::vector{1.0F, -1.0F, 0.0F}));
        QVERIFY(std::isnan(map->at(3)));
        QCOMPARE(result->provenance.mapMinus, std::string("sentence"));
        QCOMPARE(result->provenance.mapMinusText, std::string("calc"));
        QCOMPARE(static_cast<float>(result->scores[0][0]), 0.6F); // the score stays
        QCOMPARE(result->texts.size(), std::size_t{1});

        const QTemporaryDir folder;
        qputenv("MAMA_CACHE", folder.path().toUtf8());
        SentenceContext sentences(model, folder.path().toStdString());
        options.minus = mapMinusByName("neutral");
        QVERIFY_EXCEPTION_THROWN(query(encoder, study(), options), Error); // there are none
        options.sentences = &sentences;
        result = query(encoder, study(), options);
        QVERIFY(result.has_value());
        std::array<float, 3> mean{};
        const auto texts = neutralSentences().texts;
        for (const std::string& text : texts)
            mean[text.find("mass") != std::string::npos   ? 0
                 : text.find("calc") != std::string::npos ? 1
                                                          : 2] += 1.0F / static_cast<float>(texts.size());
        map = &result->maps[0][0].values.values;
        for (std::size_t k = 0; k < 3; ++k)
            QVERIFY(std::abs((*map)[k] - ((k == 0 ? 1.0F : 0.0F) - mean[k])) < 1e-5F);
        QVERIFY_EXCEPTION_THROWN(mapMinusByName("other"), Error);
        QVERIFY_EXCEPTION_THROWN(mapMinusByName("sentence"), Error);
    }

    // Less the reference's mean map: by cell and view, the view's mean where no breast lay; ranges are of the same.
    void mapsLessTheMeanMap()
    {
        WordModel model;
        TextEncoder encoder(model);
        ReferenceBuilder builder("two", "0123", 100, 1);
        for (const auto& axes : {std::vector{0, 1, 2, 0}, std::vector{1, 1, 2, 2}}) {
            EncodedStudy one;
            one.images.push_back(image(Slot::RCC, Side::Right, {1, 0, 0}, axes)); // cells 0 and 1 lie in the breast
            builder.add(one);
        }
        const auto set = std::make_shared<ReferenceSet>(builder.set());
        QVERIFY(set->hasMeans() && set->hasView(0) && !set->hasView(1));
        QCOMPARE(set->profile, std::string("mama"));
        QueryOptions options = asking({"a mass"});
        options.reference.set = set;
        options.minus = mapMinusByName("reference");
        const auto result = query(encoder, study(), options);
        QVERIFY(result.has_value());
        const std::vector<float>& map = result->maps[0][0].values.values;
        QCOMPARE(std::vector(map.begin(), map.begin() + 3), (std::vector{1 - 0.5F, 0.0F, -0.25F}));
        QVERIFY(std::isnan(map[3]));
        QVERIFY(result->maps[1].empty() && result->imageWarnings[1].size() == 1); // no L CC in the reference
        QVERIFY(result->imageWarnings[0].empty());
        QVERIFY(result->texts[0].mapRange && std::abs(result->texts[0].mapRange->first) < 1e-6 &&
                std::abs(result->texts[0].mapRange->second - 0.5) < 1e-6); // of -0.5, 0, 0, 0.5
        options.minus = {};
        QCOMPARE(query(encoder, study(), options)->texts[0].mapRange->second, 1.0); // of 0, 0, 0, 1

        const auto first = std::make_shared<ReferenceSet>(*set); // a file of version 1
        first->means.clear();
        options.reference.set = first;
        options.minus = mapMinusByName("reference");
        QVERIFY_EXCEPTION_THROWN(query(encoder, study(), options), Error);
        options.minus = {};
        first->profile = "mama-aspect"; // how its images became input
        const auto other = query(encoder, study(), options);
        QVERIFY(!other->reference.set && std::isnan(other->fusedRanks.study[0]));
        QVERIFY(other->reference.problem.english().find("mama-aspect") != std::string::npos);
        first->profile = "mama";
        first->mapWay = "value"; // how its patches were drawn
        const auto drawn = query(encoder, study(), options);
        QVERIFY(drawn->reference.set && !drawn->texts[0].mapRange);
    }

    void everySentenceHasItsRange()
    {
        WordModel model;
        TextEncoder encoder(model);
        ReferenceBuilder builder("two", "0123", 100, 1);
        for (const auto& axes : {std::vector{0, 1, 2, 0}, std::vector{1, 1, 2, 2}}) {
            EncodedStudy one;
            one.images.push_back(image(Slot::RCC, Side::Right, {1, 0, 0}, axes));
            builder.add(one);
        }
        QueryOptions options = asking({"a mass. a mass."});
        options.allSentences = true;
        options.reference.set = std::make_shared<ReferenceSet>(builder.set());
        const auto result = query(encoder, study(), options);
        QCOMPARE(result->maps[0].size(), std::size_t{2});
        QCOMPARE(result->texts[0].mapRanges.size(), std::size_t{2});
        QVERIFY(result->texts[0].mapRanges[0].has_value());
        QVERIFY(result->texts[0].mapRange == result->texts[0].mapRanges[1]);
    }

    void negationsAreScoredBothWays()
    {
        WordModel model;
        TextEncoder encoder(model);
        const auto result = query(encoder, study(), asking({"no mass"}));
        QVERIFY(result && result->texts[0].unnegated && !result->texts[0].warnings.empty());
        QCOMPARE(static_cast<float>(result->texts[0].unnegated->images[1]), 0.8F);
        QCOMPARE(result->scores.front().size(), std::size_t{1});
        QueryOptions raw;
        raw.raw = true;
        QVERIFY(!query(encoder, study(), asking({"no mass"}, raw))->texts[0].unnegated);
    }

    void textsSayWhatTheyAre()
    {
        const auto model = std::make_shared<WordModel>();
        TextEncoder encoder(*model);
        const QTemporaryDir folder;
        qputenv("MAMA_CACHE", folder.path().toUtf8());
        SentenceContext sentences(model, folder.path().toStdString());
        QueryOptions options = asking({"A mass. Calcs too.", "Biopsy is recommended", "A lump"});
        options.headings = {"", "", "HISTORY"};
        options.sentences = &sentences;
        const auto result = query(encoder, study(), options);
        QVERIFY(result.has_value());
        const auto& texts = result->texts;
        QCOMPARE(texts[0].sentenceTexts, (std::vector<std::string>{"A mass", "Calcs too"}));
        QCOMPARE(*texts[0].mapSentence, std::string("Calcs too"));
        QVERIFY(texts[0].warnings.front().english().find("the map is of \"Calcs too\"") != std::string::npos);
        QVERIFY(!texts[0].notVisual && texts[1].notVisual == NotVisual::Recommendation);
        QVERIFY(texts[2].notVisual == NotVisual::History);
        QCOMPARE(texts[2].heading, std::string("HISTORY"));
        for (std::size_t t = 0; t < texts.size(); ++t) {
            QVERIFY(texts[t].familiarity && !texts[t].familiarity->nearest.empty());
            for (const auto& image : result->neutralRanks)
                QVERIFY(image[t] >= 0 && image[t] <= 1);
            QVERIFY(result->fusedNeutralRanks.study[t] >= 0);
            QVERIFY(std::isnan(result->fusedRanks.study[t])); // no reference
        }
        QVERIFY(result->known && result->neutralCount > 200);
        options.sentences = nullptr;
        const auto without = query(encoder, study(), options);
        QVERIFY(!without->texts[0].familiarity && std::isnan(without->neutralRanks[0][0]));
    }

    void textsAreEncodedOnce()
    {
        WordModel model;
        TextEncoder encoder(model, 2);
        query(encoder, study(), asking({"mass", "mass"}));
        QCOMPARE(model.seen.size(), std::size_t{1});
        query(encoder, study(), asking({"mass"}));
        QCOMPARE(model.calls, 1);
        QueryOptions other;
        other.pooling = Pooling::ZeroShot; // another pooling is another text
        query(encoder, study(), asking({"mass"}, other));
        QCOMPARE(model.calls, 2);
        query(encoder, study(), asking({"a", "b"})); // two newer ones push the first out
        query(encoder, study(), asking({"mass"}));
        QCOMPARE(model.calls, 4);
    }

    void classesByHand()
    {
        WordModel model;
        TextEncoder encoder(model);
        ClassifyOptions options;
        options.prompts = {{"own", {{"yes", {"mass"}}, {"no", {"calc", "nothing"}}}}};
        const auto result = classify(encoder, study(), options);
        QVERIFY(result.has_value());
        const double half = std::sqrt(0.5); // ensemble of axes 1 and 2
        const auto close = [](double a, double b) { return std::abs(a - b) < 1e-6; };
        QVERIFY(close(result->images[0].similarity[0], 0.6));
        QVERIFY(close(result->images[0].similarity[1], 0.8 * half));
        QVERIFY(close(result->images[0].logits[0], 6)); // exp(ln 10) x 0.6
        const double share = 1 / (1 + std::exp(8 * half - 6));
        QVERIFY(close(result->images[0].softmax[0], share));
        QVERIFY(close(result->images[0].softmaxTwice[0], 1 / (1 + std::exp(1 - 2 * share))));
        QVERIFY(close(result->study.similarity[0], 0.8));
        QVERIFY(close(result->study.similarity[1], 1.4 * half)); // RMLO: 0.6 and 0.8 along axes 1 and 2
        QVERIFY_EXCEPTION_THROWN(classify(encoder, study(), {}), Error);
        QVERIFY_EXCEPTION_THROWN(classifyByProbe(model, study(), FusionRule::Mean), Error);
    }

    void cancelledIsEmptyAndBadTextsAreRefused()
    {
        WordModel model;
        TextEncoder encoder(model);
        std::stop_source stop;
        stop.request_stop();
        Job job;
        job.stop = stop.get_token();
        QVERIFY(!query(encoder, study(), asking({"mass"}), job));
        QVERIFY_EXCEPTION_THROWN(query(encoder, study(), asking({})), Error);
        QVERIFY_EXCEPTION_THROWN(query(encoder, study(), asking({"  "})), Error);
        QVERIFY_EXCEPTION_THROWN(query(encoder, EncodedStudy{}, asking({"mass"})), Error);
    }

    void mapFilesHoldTheMaps()
    {
        WordModel model;
        TextEncoder encoder(model);
        const EncodedStudy encoded = study();
        const auto result = query(encoder, encoded, asking({"mass", "calc"}));
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "maps";
        const auto files = writeMaps(*result, encoded, path);
        QCOMPARE(files.size(), std::size_t{6});
        const NpyArray map = readNpy(path / "RCC_text0.npy");
        QCOMPARE(map.type, std::string("f4"));
        QCOMPARE(map.shape, (std::vector<std::int64_t>{2, 2}));
        QCOMPARE(map.asFloat()[0], 1.0F);
        const auto document =
            nlohmann::json::parse(QString::fromUtf8([&] {
                                      QFile f(QString::fromStdString((path / "geometry.json").string()));
                                      if (!f.open(QIODevice::ReadOnly))
                                          return QByteArray();
                                      return f.readAll();
                                  }())
                                      .toStdString());
        QCOMPARE(document.at("maps").size(), std::size_t{6});
        QCOMPARE(document.at("images").at(0).at("name").get<std::string>(), std::string("RCC"));
        QVERIFY(Geometry::fromJson(document.at("images").at(0).at("geometry")).toJson() ==
                encoded.images[0].encoded->geometry.toJson());
        QCOMPARE(readNpy(path / "RCC_breast.npy").shape, (std::vector<std::int64_t>{2, 2}));
    }
};

QTEST_GUILESS_MAIN(TestZeroshot)
#include "test_zeroshot.moc"
