// The reference's own numbers through the query and classify path: imported checkpoint, prepared tensors, captions and
// prompts as strings. Sizes, names and tolerances come from the case.
#include "core/weights/import_weights.h"
#include "core/weights/model_folder.h"
#include "core/zeroshot/classify.h"
#include "core/zeroshot/query.h"
#include "tests/support/test_data.h"

using namespace mama;

class TestZeroshotParity : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        const test::ParityCase reference("mama-ckpt");
        MAMA_NEED(reference.present(), test::parityFolder().string());
        ImportOptions options;
        options.checkpoint = reference.path("mama_fp32.ckpt");
        options.textModel = reference.path("text-model");
        options.config = reference.path("config.json");
        options.compat = "reference";
        const auto imported = importWeights(options);
        const auto folder = std::filesystem::path(m_folder.path().toStdString()) / "model";
        QVERIFY(writeModelFolder(*imported, folder));
        m_model = Model::load(folder, {"cpu", Precision::Fp32, 0});
        const NpyArray images =
            reference.array("inputs/images_normalised.npy"); // [N, 1, H, W]: the network gets three equal channels
        const std::vector<float> values = images.asFloat();
        const std::int64_t height = images.shape[2], width = images.shape[3];
        const auto pixels = static_cast<std::size_t>(height * width);
        for (std::size_t i = 0; i < static_cast<std::size_t>(images.shape[0]); ++i) {
            std::vector<float> input;
            for (int channel = 0; channel < 3; ++channel)
                input.insert(input.end(), values.begin() + static_cast<std::ptrdiff_t>(i * pixels),
                             values.begin() + static_cast<std::ptrdiff_t>((i + 1) * pixels));
            auto embedding = m_model->encodeImages(input, 1, height, width);
            auto encoded = std::make_shared<EncodedImage>();
            encoded->profile = m_model->info().profile;
            encoded->dim = embedding->dim;
            encoded->rows = embedding->rows;
            encoded->columns = embedding->columns;
            encoded->global = embedding->global;
            encoded->patches = embedding->patches;
            ScoredImage image;
            image.encoded = std::move(encoded);
            m_study.images.push_back(std::move(image));
        }
    }

    void mapsAreTheReferences()
    {
        const test::ParityCase reference("mama-ckpt");
        MAMA_NEED(reference.present(), test::parityFolder().string());
        TextEncoder encoder(*m_model);
        QueryOptions options;
        options.raw = true; // special tokens are written in the captions
        options.allSentences = true;
        for (const nlohmann::json& caption : reference.json("inputs/captions.json"))
            options.texts.push_back(caption.is_string() ? caption.get<std::string>()
                                                        : caption.at("text").get<std::string>());
        const auto result = query(encoder, m_study, options);
        QVERIFY(result.has_value());
        std::vector<float> maps;
        for (const auto& image : result->maps)
            for (const TextMap& map : image)
                maps.insert(maps.end(), map.values.values.begin(), map.values.values.end());
        MAMA_SAME(reference.difference("expected/similarity.npy", maps));
    }

    void classesAreTheReferences()
    {
        const test::ParityCase reference("mama-ckpt");
        MAMA_NEED(reference.present(), test::parityFolder().string());
        const nlohmann::json families = reference.json("inputs/zeroshot_prompts.json");
        int compared = 0;
        for (const auto& [family, entries] : families.items()) {
            std::vector<PromptSet> sets; // one an image, or one for all
            if (entries.at(0).is_string()) {
                sets.push_back(promptSet(entries));
            } else {
                sets.resize(m_study.images.size());
                for (const nlohmann::json& entry : entries)
                    sets.at(entry.at("image").get<std::size_t>()) = promptSet(entry.at("class_prompts"));
            }
            TextEncoder encoder(*m_model);
            ClassifyOptions options;
            options.prompts = std::move(sets);
            options.raw = true;
            options.pooling = Pooling::ZeroShot;
            options.length = static_cast<int>(reference.array("expected/zeroshot_" + family + "_ids.npy").shape.back());
            const auto result = classify(encoder, m_study, options);
            QVERIFY(result.has_value());
            std::vector<double> logits, once, twice;
            for (const ClassScores& scores : result->images) {
                logits.insert(logits.end(), scores.logits.begin(), scores.logits.end());
                once.insert(once.end(), scores.softmax.begin(), scores.softmax.end());
                twice.insert(twice.end(), scores.softmaxTwice.begin(), scores.softmaxTwice.end());
            }
            for (const auto& [suffix, values] : {std::pair<std::string, const std::vector<double>*>{"_scores", &logits},
                                                 {"_softmax", &once},
                                                 {"_softmax_twice", &twice}}) {
                const std::string file = "expected/zeroshot_" + family + suffix + ".npy";
                if (!reference.description().at("files").contains(file))
                    continue; // no double softmax is listed for the two-class family
                MAMA_SAME(reference.difference(file, std::span<const double>(*values)));
                ++compared;
            }
        }
        QVERIFY(compared > 0);
    }

    void classesOfAProbeAreTheReferences()
    {
        const test::ParityCase reference("mama-ckpt");
        MAMA_NEED(reference.present() && std::filesystem::exists(reference.path("linear_probe_birads.ckpt")),
                  test::parityFolder().string());
        ImportOptions options;
        options.checkpoint = reference.path("linear_probe_birads.ckpt");
        options.compat = "reference";
        const auto folder = std::filesystem::path(m_folder.path().toStdString()) / "probe";
        QVERIFY(writeModelFolder(*importWeights(options), folder));
        const auto probe = Model::load(folder, {"cpu", Precision::Fp32, 0});
        const NpyArray images = reference.array("inputs/images_normalised.npy");
        const std::vector<float> one = images.asFloat();
        const auto pixels = static_cast<std::ptrdiff_t>(images.shape[2] * images.shape[3]);
        EncodedStudy study;
        for (std::ptrdiff_t i = 0; i < images.shape[0]; ++i) {
            std::vector<float> input;
            for (int channel = 0; channel < 3; ++channel)
                input.insert(input.end(), one.begin() + i * pixels, one.begin() + (i + 1) * pixels);
            auto encoded = std::make_shared<EncodedImage>();
            encoded->global = probe->encodeImages(input, 1, images.shape[2], images.shape[3])->global;
            ScoredImage image;
            image.encoded = std::move(encoded);
            study.images.push_back(std::move(image));
        }
        std::vector<double> logits;
        for (const ClassScores& scores : classifyByProbe(*probe, study, FusionRule::Maximum).images)
            logits.insert(logits.end(), scores.logits.begin(), scores.logits.end());
        MAMA_SAME(reference.difference("expected/linear_probe_logits.npy", std::span<const double>(logits)));
    }

private:
    static PromptSet promptSet(const nlohmann::json& prompts)
    {
        PromptSet set;
        for (std::size_t c = 0; c < prompts.size(); ++c)
            set.classes.emplace_back(std::to_string(c), std::vector<std::string>{prompts[c].get<std::string>()});
        return set;
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const Model> m_model;
    EncodedStudy m_study;
};

QTEST_GUILESS_MAIN(TestZeroshotParity)
#include "test_zeroshot_parity.moc"
