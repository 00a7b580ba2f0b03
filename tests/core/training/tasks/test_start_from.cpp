#include "core/base/error.h"
#include "core/model/model.h"
#include "core/training/data/cut_captions.h"
#include "core/training/data/sample_batch.h"
#include "core/training/settings/start_description.h"
#include "core/training/tasks/classification_task.h"
#include "core/training/tasks/pretraining_task.h"
#include "core/weights/import_weights.h"
#include "core/weights/model_folder.h"
#include "tests/support/test_data.h"

#include <cmath>
#include <fstream>
#include <numeric>
#include <random>

using namespace mama;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

QString pathOf(const fs::path& path) { return QString::fromStdString(path.string()); }

fs::path clip(const char* name) { return test::parityFolder() / "openclip-ckpt" / name; }

// As many as a batch of a run: layers compute larger products in another way than small ones.
std::vector<std::string> captionsOfABatch()
{
    std::vector<std::string> made;
    for (const char* finding : {"There is a mass.", "No finding.", "Calcifications are present.", "A distortion."})
        for (const char* breast : {"The breast is dense.", "The breast is fatty.", "Heterogeneous tissue.",
                                   "Scattered.", "An implant.", "A clip.", "A scar."})
            made.push_back(std::string(finding) + " " + breast);
    return made;
}

const std::vector<std::string> captionTexts = captionsOfABatch();

// log of the softmax of a row at its own place.
double logShare(const std::vector<double>& row, std::size_t own)
{
    const double most = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const double value : row)
        sum += std::exp(value - most);
    return row[own] - most - std::log(sum);
}

double dot(const std::vector<float>& a, const std::vector<float>& b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::string fileBytes(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

// Training that starts from towers of other groups: the published file forms, with the parity folder's random weights.
class TestStartFrom : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { MAMA_NEED(fs::exists(clip("biomedclip")), "parity/openclip-ckpt"); }

    void pretrainsFrom_data()
    {
        QTest::addColumn<QString>("start");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("joined"); // whether its projections are its own
        const auto row = [](const char* name, const fs::path& start, const fs::path& text) {
            QTest::newRow(name) << pathOf(start) << pathOf(text) << text.empty();
        };
        row("BiomedCLIP", clip("biomedclip"), {});
        row("CLIP of Hugging Face", clip("clip-hf"), {});
        row("CLIP of open_clip", clip("clip"), {});
        row("SigLIP", test::parityFolder() / "siglip-ckpt" / "model", {});
        row("SigLIP's image tower", test::parityFolder() / "siglip-ckpt" / "model", clip("biomedclip"));
        row("DINOv2's .pth", test::parityFolder() / "vision" / "dinov2" / "facebook.pth", clip("biomedclip"));
    }

    // The first losses are those of the encoders' own outputs; a checkpoint goes on to the same bits; the loss falls.
    void pretrainsFrom()
    {
        QFETCH(QString, start);
        QFETCH(QString, text);
        QFETCH(bool, joined);
        MAMA_NEED(fs::exists(start.toStdString()), "parity");
        const PretrainingTask::Options options = optionsOf(start, text);
        PretrainingTask task(options);
        const SampleBatch batch = batchOf(task, options.description);
        const auto side = static_cast<int>(batch.height);
        const std::size_t pixels = batch.first.size() / captionTexts.size();
        std::vector<std::vector<float>> v, t;
        const fs::path folder = write(task, "start");
        const auto model = Model::load(folder, {"cpu", Precision::Fp32, 1});
        const json provenance = describeModel(folder).at("provenance");
        QCOMPARE(provenance.at("source").get<std::string>().find("; language model: ") == std::string::npos, joined);
        QVERIFY(provenance.at("licence").get<std::string>().find("MIT Language") == std::string::npos);
        const auto texts = *model->encodeTexts(captionTexts);
        for (std::size_t i = 0; i < captionTexts.size(); ++i) {
            const std::vector<float> grey(batch.first.begin() + static_cast<std::ptrdiff_t>(i * pixels),
                                          batch.first.begin() + static_cast<std::ptrdiff_t>((i + 1) * pixels));
            v.push_back(encoded(*model, grey, side));
            if (joined) // the other group's own encoder says the same of the picture
                verifyNear(v.back(), encoded(*original(start), grey, side), 2e-4);
            const auto first = texts.global.begin() + static_cast<std::ptrdiff_t>(i * v[0].size());
            t.emplace_back(first, first + static_cast<std::ptrdiff_t>(v[0].size()));
        }
        QVERIFY(task.logitFactor() <= options.scaleLimit * (1 + 1e-6)); // SigLIP's own is above
        const StepReport report = task.accumulate(batch, 0, 0, 1);
        double imagesToTexts = 0, textsToImages = 0;
        for (std::size_t i = 0; i < v.size(); ++i) {
            std::vector<double> row, column;
            for (std::size_t k = 0; k < v.size(); ++k) {
                row.push_back(task.logitFactor() * dot(v[i], t[k]));
                column.push_back(task.logitFactor() * dot(v[k], t[i]));
            }
            imagesToTexts -= logShare(row, i) / static_cast<double>(v.size());
            textsToImages -= logShare(column, i) / static_cast<double>(v.size());
        }
        const double scale = 1e-3 * task.logitFactor();
        QVERIFY2(std::abs(report.terms.at("clip_v_to_t") - imagesToTexts) < scale,
                 qPrintable(QString("%1 %2").arg(report.terms.at("clip_v_to_t")).arg(imagesToTexts)));
        QVERIFY2(std::abs(report.terms.at("clip_t_to_v") - textsToImages) < scale,
                 qPrintable(QString("%1 %2").arg(report.terms.at("clip_t_to_v")).arg(textsToImages)));
        task.apply(0, 1e-4);
        std::vector<double> losses{report.terms.at("total")};
        for (std::int64_t step = 1; step < 6; ++step) {
            if (step == 3)
                write(task, "half");
            losses.push_back(stepOf(task, batch, step));
        }
        PretrainingTask resumed(options);
        resumed.load(root() / "half");
        for (std::int64_t step = 3; step < 6; ++step)
            QCOMPARE(stepOf(resumed, batch, step), losses[static_cast<std::size_t>(step)]);
        for (const char* file : {"model.safetensors", "optimizer.safetensors"})
            QVERIFY(fileBytes(write(task, "whole") / file) == fileBytes(write(resumed, "again") / file));
        QVERIFY2(losses.back() < losses[2], // all terms count from there on
                 qPrintable(QString("%1 %2").arg(losses[2]).arg(losses.back())));
        QVERIFY(Model::load(root() / "whole", {"cpu", Precision::Fp32, 1})->info().mapWays.size() == 6);
    }

    // Of the image tower adapters alone learn, or nothing; the file says what it is.
    void adaptersOfTheImageTower()
    {
        for (const auto& [training, learns] : {std::pair{ImageTraining::Lora, true}, {ImageTraining::Frozen, false}}) {
            PretrainingTask::Options options = optionsOf(pathOf(clip("biomedclip")), {});
            options.imageTraining = training;
            PretrainingTask task(options);
            const SampleBatch batch = batchOf(task, options.description);
            const auto before = towerOf(write(task, "before"));
            stepOf(task, batch, 0);
            const auto after = towerOf(write(task, "after"));
            QCOMPARE(before.size(), after.size());
            bool moved = false;
            for (const auto& [name, bytes] : before) {
                const bool adapter = name.find(".lora_") != std::string::npos;
                moved = moved || (adapter && after.at(name) != bytes);
                QVERIFY2(adapter || after.at(name) == bytes, name.c_str());
            }
            QCOMPARE(moved, learns);
            QVERIFY(Model::load(root() / "after", {"cpu", Precision::Fp32, 1}) != nullptr);
        }
    }

    void probesOf_data()
    {
        QTest::addColumn<QString>("start");
        QTest::newRow("BiomedCLIP") << pathOf(clip("biomedclip"));
        QTest::newRow("CLIP") << pathOf(clip("clip-hf"));
        QTest::newRow("SigLIP") << pathOf(test::parityFolder() / "siglip-ckpt" / "model");
        QTest::newRow("DINOv2") << pathOf(test::parityFolder() / "vision" / "dinov2" / "facebook.pth");
        QTest::newRow("Mammo-CLIP") << QStringLiteral("mammo-clip");
    }

    // A probe of any frozen tower: its logits are those of the layer on the encoder's pooled feature, before and after
    // a step, and the model folder that it writes says the same.
    void probesOf()
    {
        QFETCH(QString, start);
        if (start == QLatin1String("mammo-clip"))
            start = pathOf(mammoClip());
        MAMA_NEED(!start.isEmpty() && fs::exists(start.toStdString()), "parity");
        ClassificationTask::Options options;
        options.start = start.toStdString();
        options.threads = 1;
        options.classes = {"A", "B", "C"};
        ClassificationTask task(options);
        const json description = describeModel(options.start);
        const json input = description.at("input");
        const int whole = input.value("size", 0);
        // Convolutions take any size; a small one here.
        const int rows = whole > 0 ? whole : 96, columns = whole > 0 ? whole : 64;
        SampleBatch batch;
        batch.size = 2;
        batch.height = rows;
        batch.width = columns;
        batch.first = noise(static_cast<std::size_t>(2 * rows * columns), 7);
        batch.labels = {0, 2};
        batch.imageIds = {"a", "b"};
        const auto before = task.scores(batch.first, 2, rows, columns);
        QVERIFY(task.accumulate(batch, 0, 0, 1).terms.at("total") > 0);
        task.apply(0, 1e-3);
        const auto after = task.scores(batch.first, 2, rows, columns);
        QVERIFY(after != before);
        QVERIFY(after[0] * after[5] > before[0] * before[5]); // surer of the right classes
        const auto model = Model::load(write(task, "probe"), {"cpu", Precision::Fp32, 1});
        QCOMPARE(model->info().classes.size(), std::size_t{3});
        std::vector<float> three;
        for (int channel = 0; channel < 3; ++channel)
            three.insert(three.end(), batch.first.begin(), batch.first.begin() + rows * columns);
        const auto logits = model->encodeImages(three, 1, rows, columns)->global;
        for (std::size_t c = 0; c < 3; ++c) {
            std::vector<double> row(logits.begin(), logits.end());
            QVERIFY(std::abs(std::exp(logShare(row, c)) - static_cast<double>(after[c])) < 1e-4);
        }
    }

    // Captions that a language model cannot read whole are counted, and how many of them are left.
    void captionsThatAreCut()
    {
        const QString siglip = pathOf(test::parityFolder() / "siglip-ckpt" / "model");
        MAMA_NEED(fs::exists(siglip.toStdString()), "parity/siglip-ckpt");
        const CaptionTokenizer tokenizer = PretrainingTask(optionsOf(siglip, {})).captions();
        QVERIFY(cutCaptions({"There is a mass.", "No finding."}, tokenizer).empty());
        std::string beginning;
        for (int i = 0; i < tokenizer.rules.length; ++i)
            beginning += "breast ";
        const auto told = cutCaptions({beginning + "mass.", beginning + "scar.", "No finding."}, tokenizer);
        QCOMPARE(told.size(), std::size_t{1});
        const std::string said = told[0].english();
        QVERIFY2(said.starts_with("2 of 3 captions") && said.find("3 different ones become 2") != std::string::npos,
                 said.c_str());
    }

    // Known by name and size as what their makers published, in form, command and every checkpoint; a file of another
    // size that is only called so is not, nor a MaMA tower that somebody exported in DINOv2's form.
    void termsOfPublishedTowers()
    {
        const auto said = [&](const fs::path& start) {
            json all{{"model", {{"start", start.string()}, {"text_tower", clip("biomedclip").string()}}}};
            return startSentences(Settings::resolve(all)).front().english();
        };
        for (const char* name : {"dinov2_vits14_reg4_pretrain.pth", "dinov2-with-registers-small/model.safetensors",
                                 "models--facebook--dinov2-with-registers-small/snapshots/0f/model.safetensors"}) {
            const fs::path start = writeTower(name, 384);
            QVERIFY2(said(start).find("LVD-142M") != std::string::npos, said(start).c_str());
            QVERIFY2(said(start).find("Apache License 2.0") != std::string::npos, said(start).c_str());
        }
        const fs::path published = root() / "dinov2_vits14_reg4_pretrain.pth";
        PretrainingTask task(optionsOf(pathOf(published), pathOf(clip("biomedclip"))));
        const std::string kept = describeModel(write(task, "terms")).at("provenance").at("licence");
        QVERIFY2(kept.find("Apache License 2.0") != std::string::npos, kept.c_str());
        for (const char* name : {"dinov2_vitb14_reg4_pretrain.pth", "dinov2_vits14_pretrain.pth", "tower.pth",
                                 "dinov2-with-registers-small/best.pth"})
            QVERIFY(said(writeTower(name, 384)).find("Apache") == std::string::npos);
        QVERIFY(said(writeTower("dinov2_vits14_reg4_pretrain.pth", 64)).find("Apache") == std::string::npos);
        const std::string embed = said(writeTower("mama_embed_pretrained_40k_steps_last_dinov2_vit_ckpt.pth", 64));
        QVERIFY2(embed.find("trained on: EMBED") != std::string::npos, embed.c_str());
        QVERIFY2(embed.find("Do not pass on") != std::string::npos, embed.c_str());
    }

    void whatCannotStartIsRefused()
    {
        const auto refused = [](const json& config) -> std::string {
            try {
                startDescription(Settings::resolve(config));
            } catch (const Error& error) {
                return error.where() + ": " + error.why().english();
            }
            return "taken";
        };
        const std::string dino = (test::parityFolder() / "vision" / "dinov2" / "facebook.pth").string();
        if (const std::string mammo = mammoClip().string(); !mammo.empty())
            QVERIFY2(refused({{"model", {{"start", mammo}}}}).find("stays frozen") != std::string::npos,
                     refused({{"model", {{"start", mammo}}}}).c_str());
        QVERIFY(refused({{"model", {{"start", dino}}}}).starts_with("model.text_tower: "));
    }

private:
    fs::path root() const { return m_folder.path().toStdString(); }

    // Imported with the text model that its file does not hold; empty: it is not there.
    fs::path mammoClip() const
    {
        const fs::path from = test::parityFolder() / "mammoclip-ckpt", folder = root() / "mammo-clip";
        if (!fs::exists(from))
            return {};
        if (!fs::exists(folder)) {
            ImportOptions options;
            options.checkpoint = from / "b2-model-best-epoch-10.tar";
            options.textModel = from / "text-model";
            writeModelFolder(*importWeights(options), folder);
        }
        return folder;
    }

    // One block of that width under DINOv2's names, with registers.
    fs::path writeTower(const char* name, int width) const
    {
        const json description{{"kind", "image-tower"},
                               {"image",
                                {{"family", "dinov2"},
                                 {"width", width},
                                 {"depth", 1},
                                 {"heads", width / 64},
                                 {"patch", 14},
                                 {"registers", 4},
                                 {"mlp_hidden", 4 * width},
                                 {"ffn", "mlp"},
                                 {"layer_scale", true},
                                 {"native_grid", {5, 5}}}},
                               {"heads", nullptr},
                               {"text", nullptr}};
        std::vector<std::vector<float>> values;
        std::vector<NamedTensor> tensors;
        for (const ExpectedTensor& tensor : expectedTensors(description)) {
            TensorInfo info{tensor.name.substr(std::string_view("img_encoder_q.model.").size()), TensorType::F32,
                            tensor.shape};
            values.push_back(noise(static_cast<std::size_t>(info.elements()), 5));
            tensors.push_back({info, std::as_bytes(std::span(values.back())), false});
        }
        fs::create_directories((root() / name).parent_path());
        writeSafetensors(root() / name, tensors, {});
        return root() / name;
    }

    static PretrainingTask::Options optionsOf(const QString& start, const QString& text)
    {
        PretrainingTask::Options options;
        options.start = start.toStdString();
        options.textTower = text.toStdString();
        options.description = startDescription(
            Settings::resolve({{"model", {{"start", start.toStdString()}, {"text_tower", text.toStdString()}}}}));
        options.threads = 1;
        options.dropout = options.loraDropout = 0;
        options.loss.lateLoss = 2; // both halves of the loss
        return options;
    }

    static std::vector<float> noise(std::size_t count, unsigned seed)
    {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal;
        std::vector<float> values(count);
        for (float& value : values)
            value = normal(random);
        return values;
    }

    static SampleBatch batchOf(const PretrainingTask& task, const json& description)
    {
        const int side = description.at("input").at("size").get<int>();
        const CaptionTokenizer captions = task.captions();
        SampleBatch batch;
        batch.size = static_cast<std::int64_t>(captionTexts.size());
        batch.height = batch.width = side;
        batch.first = noise(captionTexts.size() * static_cast<std::size_t>(side * side), 3);
        batch.second = noise(batch.first.size(), 4);
        for (const std::string& caption : captionTexts) {
            const Tokens tokens = encodeCaption(*captions.tokenizer, captions.rules, caption);
            batch.tokens = static_cast<int>(tokens.ids.size());
            batch.ids.insert(batch.ids.end(), tokens.ids.begin(), tokens.ids.end());
            for (const auto real : tokens.mask)
                batch.mask.push_back(real != 0 ? 1 : 0);
            batch.separators.emplace_back(tokens.separators.begin(), tokens.separators.end());
            batch.labels.push_back(-1);
            batch.imageIds.push_back(caption);
        }
        return batch;
    }

    static double stepOf(PretrainingTask& task, const SampleBatch& batch, std::int64_t step)
    {
        const double total = task.accumulate(batch, step, 0, 1).terms.at("total");
        task.apply(step, 1e-3);
        return total;
    }

    fs::path write(const ModelTask& task, const char* name) const
    {
        fs::remove_all(root() / name);
        fs::create_directories(root() / name);
        task.save(root() / name);
        return root() / name;
    }

    std::shared_ptr<const Model> original(const QString& start)
    {
        auto& known = m_originals[start];
        if (!known) {
            ImportOptions options;
            options.checkpoint = start.toStdString();
            const fs::path folder = root() / ("original-" + std::to_string(m_originals.size()));
            writeModelFolder(*importWeights(options), folder);
            known = Model::load(folder, {"cpu", Precision::Fp32, 1});
        }
        return known;
    }

    static std::vector<float> encoded(const Model& model, const std::vector<float>& grey, int side)
    {
        std::vector<float> three;
        for (int channel = 0; channel < 3; ++channel)
            three.insert(three.end(), grey.begin(), grey.end());
        return model.encodeImages(three, 1, side, side)->global;
    }

    static void verifyNear(const std::vector<float>& a, const std::vector<float>& b, double most)
    {
        QCOMPARE(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i)
            QVERIFY(std::abs(a[i] - b[i]) < most);
    }

    // The image tower's tensors in a folder.
    static std::map<std::string, std::string> towerOf(const fs::path& folder)
    {
        const auto file = WeightFile::open(folder / "model.safetensors");
        std::map<std::string, std::string> out;
        for (const TensorInfo& info : file->tensors())
            if (info.name.starts_with("img_encoder_q.model.")) {
                const TensorBytes bytes = file->bytes(info);
                out[info.name] = {reinterpret_cast<const char*>(bytes.bytes.data()), bytes.bytes.size()};
            }
        return out;
    }

    QTemporaryDir m_folder;
    std::map<QString, std::shared_ptr<const Model>> m_originals;
};

QTEST_GUILESS_MAIN(TestStartFrom)
#include "test_start_from.moc"
