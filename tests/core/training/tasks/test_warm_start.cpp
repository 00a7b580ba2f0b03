#include "core/base/error.h"
#include "core/base/files.h"
#include "core/model/model.h"
#include "core/protocol/run_folder.h"
#include "core/training/evaluation/lesion_figures.h"
#include "core/training/model/start_model.h"
#include "core/training/train_run.h"
#include "core/weights/model_folder.h"
#include "tests/support/small_data_set.h"
#include "tests/support/test_data.h"

#include <fstream>

using namespace mama;
using nlohmann::json;
namespace fs = std::filesystem;

// A model from nothing, its tower's warm start on masks as a run, and the small model folder that is published.
class TestWarmStart : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(fs::exists(bert() / "model.safetensors"), "parity/text/bert");
        fs::create_directories(root() / "cache");
        fs::create_directory_symlink(fs::absolute(bert()), root() / "cache" / "small-bert");
        qputenv("MAMA_CACHE", (root() / "cache").string().c_str());
        test::writeSmallDataSet(root() / "set", 20);
        writeStartModel({description(), {}, 5, {}}, root() / "start");
    }

    void theSameSeedGivesTheSameModel()
    {
        writeStartModel({description(), {}, 5, {}}, root() / "again");
        writeStartModel({description(), {}, 6, {}}, root() / "other");
        QCOMPARE(hashOf("again"), hashOf("start"));
        QVERIFY(hashOf("other") != hashOf("start"));
    }

    // Projected heads: texts about different things lie apart, and a text is nearest to itself.
    void textsBeginApart()
    {
        const std::vector<std::string> texts{"a mass",  "calcification is present", "the breast is dense",
                                             "no mass", "the mass is round",        "negative"};
        writeStartModel({description(), {}, 5, texts}, root() / "apart");
        const auto model = Model::load(root() / "apart", {"cpu", Precision::Fp32, 1}),
                   plain = Model::load(root() / "start", {"cpu", Precision::Fp32, 1});
        QVERIFY(largestCosine(*model, texts) < 0.5);
        QVERIFY(largestCosine(*model, texts) < largestCosine(*plain, texts));
    }

    void aRunLearnsWhereTheMassIs()
    {
        json config = runConfig();
        trainRun({config, root() / "run", false}, {});
        const RunFolder folder(root() / "run");
        double first = 0, last = 0;
        std::map<std::string, MetricValue> metrics;
        for (const RunRecord& record : records()) {
            if (const auto* step = std::get_if<StepRecord>(&record)) {
                first = step->step == 1 ? step->loss : first;
                last = step->loss;
            }
            if (const auto* evaluation = std::get_if<EvalRecord>(&record))
                metrics = evaluation->metrics;
        }
        QVERIFY(last < 0.7 * first);
        QVERIFY(metrics.contains("mass_auc") && metrics.contains("mass_hit") && !metrics.contains("calcification_hit"));
        QVERIFY(metrics.at("mass_hit").n == 2 && metrics.at("mass_oracle").value == 1);
        QVERIFY(metrics.at("mass_cnr").n == 2 && metrics.at("mass_miou").value > 0);
        const auto model = Model::load(root() / "run" / "checkpoints" / "step-30", {"cpu", Precision::Fp32, 1});
        QVERIFY(model->info().hasLocal && model->info().trainedOn == "synthetic test pictures");
    }

    // Four patches, the first one all lesion, and a map of 1, 0.15, 0, 0 over them; a second image without a lesion.
    void figuresOfMapsAreTheClosedForms()
    {
        LesionFigures figures;
        const std::vector<float> map{1, 0.15F, 0, 0};
        std::vector<std::uint8_t> lesion(16, 0);
        for (const std::size_t pixel : {0, 1, 4, 5})
            lesion[pixel] = 255;
        figures.add(map, lesion, 4, "a");
        figures.add(std::vector<float>{0.5F, 0, 0, 0}, {}, 4, "b");
        EvalRecord record;
        figures.report("mass", record);
        const auto value = [&](const char* name) { return record.metrics.at(name).value; };
        QVERIFY(value("mass_auc") == 1 && value("mass_hit") == 1 && value("mass_oracle") == 1);
        QVERIFY(std::abs(value("mass_cnr") - 9.5 * std::sqrt(2)) < 1e-4); // (1 - 0.05) / sqrt(0.005)
        QVERIFY(std::abs(value("mass_miou") - 0.9) < 1e-6);               // 1/2 at the threshold 0.1, then 1
    }

    void aSetWithoutMasksIsRefused()
    {
        json config = runConfig();
        test::writeSmallDataSet(root() / "bare", 20);
        fs::remove(root() / "bare" / "lesions.csv");
        config["data"]["root"] = (root() / "bare").string();
        QVERIFY_THROWS_EXCEPTION(Error, trainRun({config, root() / "refused", false}, {}));
    }

    // Without the language model's own tensors and in bfloat16: as good as the whole to 3 digits, and far smaller.
    void aCompactFolderTakesItsLanguageModelFromTheCache()
    {
        ImportOptions options;
        options.checkpoint = root() / "start";
        exportModel(*importWeights(options), ExportFormat::Compact, root() / "compact");
        QVERIFY(fs::file_size(root() / "compact" / "model.safetensors") <
                fs::file_size(root() / "start" / "model.safetensors") / 2);
        const auto whole = Model::load(root() / "start", {"cpu", Precision::Fp32, 1}),
                   compact = Model::load(root() / "compact", {"cpu", Precision::Fp32, 1});
        const auto a = whole->encodeTexts({"a mass is present"}), b = compact->encodeTexts({"a mass is present"});
        QVERIFY(dot(a->global, b->global) > 0.999);
        std::vector<float> pixels(3 * 64 * 64);
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = std::sin(0.01F * static_cast<float>(i % 4096));
        const auto x = whole->encodeImages(pixels, 1, 64, 64), y = compact->encodeImages(pixels, 1, 64, 64);
        QVERIFY(dot(x->global, y->global) > 0.999);

        qputenv("MAMA_CACHE", (root() / "empty").string().c_str());
        try {
            static_cast<void>(Model::load(root() / "compact"));
            QFAIL("loaded");
        } catch (const Error& error) {
            QVERIFY(std::string(error.what()).find("installer/dependencies") != std::string::npos);
        }
        qputenv("MAMA_CACHE", (root() / "cache").string().c_str());
    }

    void aBaseIsAPlainName()
    {
        for (const char* name : {"../minilm", "", "a/b", "MiniLM"}) {
            json wrong = description();
            wrong["text"]["base"] = name;
            QVERIFY_THROWS_EXCEPTION(Error, writeStartModel({wrong, {}, 5, {}}, root() / "never"));
        }
    }

private:
    fs::path root() const { return m_folder.path().toStdString(); }
    static fs::path bert() { return test::parityModel("text", "bert"); }
    std::string hashOf(const char* folder) const { return readJson(root() / folder / "model.json").at("hash"); }
    static double dot(std::span<const float> a, std::span<const float> b)
    {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
        return sum;
    }
    // Of two different texts' sentence embeddings.
    static double largestCosine(const Model& model, const std::vector<std::string>& texts)
    {
        const auto made = model.encodeTexts(texts);
        double largest = -1;
        const auto row = [&](std::size_t i) {
            return std::span(made->global)
                .subspan(i * static_cast<std::size_t>(made->dim), static_cast<std::size_t>(made->dim));
        };
        for (std::size_t i = 0; i < texts.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                largest = std::max(largest, dot(row(i), row(j)));
        return largest;
    }
    static json description()
    {
        return {{"format", 1},
                {"name", "small"},
                {"kind", "mama"},
                {"image",
                 {{"family", "dinov2"},
                  {"width", 32},
                  {"depth", 2},
                  {"heads", 2},
                  {"patch", 16},
                  {"registers", 2},
                  {"mlp_hidden", 64},
                  {"ffn", "mlp"},
                  {"layer_scale", false},
                  {"native_grid", {4, 4}},
                  {"stem", {{"channels", {8, 8, 16, 16}}}},
                  {"norm_eps", 1e-6},
                  {"pooling", "mean-prenorm"}}},
                {"text", {{"base", "small-bert"}}},
                {"heads",
                 {{"embedding", 8},
                  {"local", true},
                  {"local_hidden", 32},
                  {"text_local_hidden", 32},
                  {"simclr", true},
                  {"classes", nullptr},
                  {"batchnorm_eps", 1e-5}}},
                {"input", {{"profile", "mama"}, {"profile_version", 1}, {"size", 64}, {"channels", 3}}},
                {"captions",
                 {{"separator", "[SEP]"},
                  {"start", ""},
                  {"end", ""},
                  {"pad", "[PAD]"},
                  {"length", 32},
                  {"added_tokens", json::array()}}},
                {"inference",
                 {{"text_pooling", "training"}, {"zero_shot_softmax", "once"}, {"full_length_caption", "last-token"}}},
                {"compat", "default"},
                {"provenance", {{"trained_on", "nothing: random weights"}}}};
    }
    json runConfig() const
    {
        return {{"task", "warm-start"},
                {"steps", 30},
                {"batch", 8},
                {"accumulation", 1},
                {"threads", 1},
                {"evaluate_every", 30},
                {"checkpoint_every", 30},
                {"model", {{"start", (root() / "start").string()}, {"trained_on", "synthetic test pictures"}}},
                {"data",
                 {{"root", (root() / "set").string()},
                  {"cache", (root() / "prepared").string()},
                  {"validation_share", 0.2},
                  {"test_share", 0.0}}},
                {"schedule", {{"max_lr", 3e-3}, {"warm_up_steps", 3}}},
                {"augment", {{"set", "none"}}}};
    }
    std::vector<RunRecord> records() const
    {
        std::vector<RunRecord> all;
        std::ifstream lines(root() / "run" / "metrics.jsonl");
        for (std::string line; std::getline(lines, line);)
            if (const auto record = recordOf(json::parse(line)))
                all.push_back(*record);
        return all;
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestWarmStart)
#include "test_warm_start.moc"
