#include "core/base/error.h"
#include "core/base/files.h"
#include "core/text/captions/caption_tokens.h"
#include "core/training/data/sample_batch.h"
#include "core/training/loop/schedule.h"
#include "core/training/tasks/pretraining_task.h"
#include "core/weights/import_weights.h"
#include "core/weights/model_folder.h"
#include "tests/support/test_data.h"

#include <cstring>
#include <fstream>

using namespace mama;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

// The reference's names with PEFT's wrappers.
std::string canonical(std::string name)
{
    for (const auto& [wrapped, plain] :
         {std::pair{"base_model.model.transformer.", ""}, {".base_layer.", "."}, {".default.", "."}})
        if (const std::size_t at = name.find(wrapped); at != std::string::npos)
            name.replace(at, std::strlen(wrapped), plain);
    return name;
}

std::vector<double> tensorOf(const fs::path& folder, const std::string& name)
{
    const auto file = WeightFile::open(folder / "model.safetensors");
    const TensorInfo* info = file->find(canonical(name));
    if (!info)
        return {};
    std::vector<float> values(static_cast<std::size_t>(info->elements()));
    std::memcpy(values.data(), file->bytes(*info).bytes.data(), values.size() * sizeof(float));
    return {values.begin(), values.end()};
}

} // namespace

// The reference's own twelve steps (parity/training): losses of every micro-batch, and parameters at the end.
class TestPretrainingTask : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(m_parity.present() && fs::exists(checkpoint()), "parity/training");
        ImportOptions options;
        options.checkpoint = checkpoint() / "mama_fp32.ckpt";
        options.textModel = checkpoint() / "text-model";
        options.config = checkpoint() / "config.json";
        QVERIFY(writeModelFolder(*importWeights(options), root() / "model"));
        const NpyArray pictures = m_parity.array("images_u8.npy"), tokens = m_parity.array("token_ids.npy");
        m_images = pictures.asFloat();
        m_imageShape = pictures.shape;
        m_ids = tokens.asInt64();
        m_length = tokens.shape.at(1);
        m_mask = m_parity.array("attention_mask.npy").asInt64();
        const CaptionTokenizer captions = loadCaptionTokenizer(root() / "model");
        m_separator = *captions.tokenizer->id(captions.rules.separator);
    }

    void lossesAndParametersAreTheReferences()
    {
        PretrainingTask task(options());
        const json expected = m_parity.json("expected_losses.json"), batches = m_parity.json("batches.json");
        const double atol = expected.at("atol").get<double>(), rtol = expected.at("rtol").get<double>();
        double worst = 0;
        for (std::size_t micro = 0; micro < batches.size(); ++micro) {
            const auto step = batches[micro].at("optimiser_step").get<std::int64_t>();
            const StepReport report = task.accumulate(batchOf(batches[micro]), step,
                                                      static_cast<int>(micro) % accumulation(), accumulation());
            for (const auto& [name, value] : expected.at("micro_batches").at(micro).items()) {
                const auto found = report.terms.find(name);
                QVERIFY2(
                    found != report.terms.end(),
                    qPrintable(QString("micro-batch %1: no term %2").arg(micro).arg(QString::fromStdString(name))));
                const double off = std::abs(found->second - value.get<double>());
                worst = std::max(worst, off);
                QVERIFY2(off <= atol + rtol * std::abs(value.get<double>()),
                         qPrintable(QString("micro-batch %1 %2: %3, expected %4")
                                        .arg(micro)
                                        .arg(QString::fromStdString(name))
                                        .arg(found->second)
                                        .arg(value.get<double>())));
            }
            QVERIFY(report.terms.contains("total"));
            if (static_cast<int>(micro) % accumulation() == accumulation() - 1)
                task.apply(step, schedule().rate(step));
        }
        qInfo("largest difference of a loss %.2g", worst);
        fs::create_directories(root() / "after");
        task.save(root() / "after");
        for (const json& parameter : m_parity.json("expected_parameters.json"))
            compare(parameter);
        for (const auto& [file, facts] : m_parity.description().at("files").items())
            if (file.starts_with("final/")) {
                const std::string name = file.substr(6, file.size() - 10);
                const auto values = tensorOf(root() / "after", name);
                QVERIFY2(!values.empty(), name.c_str());
                MAMA_SAME(m_parity.difference(file, std::span<const double>(values)));
            }
    }

    // Across the step at which the local terms start, and with dropout.
    void aCheckpointGoesOnBitForBit()
    {
        PretrainingTask::Options dropping = options();
        dropping.dropout = dropping.loraDropout = 0.1;
        PretrainingTask whole(dropping);
        std::vector<double> losses;
        const std::int64_t late = options().loss.lateLoss, first = late - 3, last = late + 3;
        for (std::int64_t step = first; step < last; ++step) {
            losses.push_back(stepOf(whole, step));
            if (step == late - 1) {
                fs::create_directories(root() / "half");
                whole.save(root() / "half");
            }
        }
        PretrainingTask resumed(dropping);
        resumed.load(root() / "half");
        for (std::int64_t step = late; step < last; ++step)
            QCOMPARE(stepOf(resumed, step), losses[static_cast<std::size_t>(step - first)]);
        for (const auto& [task, name] : {std::pair{&whole, "whole"}, {&resumed, "resumed"}}) {
            fs::create_directories(root() / name);
            task->save(root() / name);
        }
        for (const char* file : {"model.safetensors", "optimizer.safetensors"})
            QVERIFY(sameBytes(root() / "whole" / file, root() / "resumed" / file));
    }

    // Losses stay near those of fp32; what is kept is float32.
    void mixedPrecisionLosesLittle()
    {
        PretrainingTask::Options rough = options();
        rough.placement.precision = TrainingPrecision::Mixed;
        PretrainingTask exact(options()), mixed(rough);
        double worst = 0;
        bool differs = false;
        const std::int64_t late = options().loss.lateLoss;
        for (std::int64_t step = late - 2; step < late + 4; ++step) {
            const double a = stepOf(exact, step), b = stepOf(mixed, step);
            worst = std::max(worst, std::abs(a - b) / std::abs(a));
            differs = differs || a != b;
        }
        qInfo("mixed: largest relative difference of the total %.2g", worst);
        QVERIFY(differs);
        QVERIFY2(worst < 0.01, qPrintable(QString::number(worst)));
        fs::create_directories(root() / "mixed");
        mixed.save(root() / "mixed");
        for (const char* file : {"model.safetensors", "optimizer.safetensors"})
            QVERIFY(onlyOfType(root() / "mixed" / file, TensorType::F32));
    }

    // mama.md 7: everything is bfloat16, so that a step of 4e-5 does not move the temperature, and a checkpoint goes
    // on.
    void bf16TrueKeepsEverythingInBf16()
    {
        PretrainingTask::Options all = options();
        all.placement.precision = TrainingPrecision::Bf16True;
        PretrainingTask whole(all), resumed(all);
        const double start = whole.logitFactor();
        const std::int64_t late = options().loss.lateLoss;
        for (std::int64_t step = late - 2; step < late + 1; ++step)
            QVERIFY(std::isfinite(stepOf(whole, step)));
        fs::create_directories(root() / "bf16");
        whole.save(root() / "bf16");
        for (const char* file : {"model.safetensors", "optimizer.safetensors"})
            QVERIFY(onlyOfType(root() / "bf16" / file, TensorType::BF16));
        QCOMPARE(whole.logitFactor(), start);
        resumed.load(root() / "bf16");
        for (std::int64_t step = late + 1; step < late + 3; ++step)
            QCOMPARE(stepOf(resumed, step), stepOf(whole, step));
        const SampleBatch lower = withoutTheLastPatches(batchOf(m_parity.json("batches.json").front()));
        QVERIFY(std::isfinite(whole.accumulate(lower, late + 3, 0, 1).terms.at("total")));
    }

    // The local heads and scale stand still up to the step before late_loss, move at it and after it,
    // and go on moving after a resume past it (the reference's own resume leaves them frozen: R4).
    void whatTrainsIsAFunctionOfTheStep()
    {
        const std::int64_t late = options().loss.lateLoss;
        const auto saved = [&](const PretrainingTask& task, const char* folder) {
            fs::create_directories(root() / folder);
            task.save(root() / folder);
            return std::pair{tensorOf(root() / folder, "local_scale"),
                             tensorOf(root() / folder, "img_encoder_q.local_embed.head.3.weight")};
        };
        PretrainingTask task(options());
        const auto start = std::pair{tensorOf(root() / "model", "local_scale"),
                                     tensorOf(root() / "model", "img_encoder_q.local_embed.head.3.weight")};
        QVERIFY(!start.first.empty() && !start.second.empty());
        stepOf(task, late - 1);
        QVERIFY(saved(task, "before-late") == start);
        stepOf(task, late);
        const auto at = saved(task, "at-late");
        QVERIFY(at.first != start.first && at.second != start.second);
        stepOf(task, late + 1);
        const auto after = saved(task, "after-late");
        QVERIFY(after.first != at.first && after.second != at.second);
        PretrainingTask resumed(options());
        resumed.load(root() / "after-late");
        stepOf(resumed, late + 2);
        stepOf(task, late + 2);
        const auto gone = saved(resumed, "resumed-late");
        QVERIFY(gone.first != after.first && gone.second != after.second);
        QVERIFY(gone == saved(task, "whole-late"));
    }

    // With the text's training pooling the first micro-batch's image-text term is the reference's.
    void termsOfWeightZeroAreNotComputed()
    {
        PretrainingTask::Options clipAlone = options();
        clipAlone.loss.simclrWeight = clipAlone.loss.secondViewWeight = clipAlone.loss.localWeight = 0;
        clipAlone.loss.lateLoss = 0;
        PretrainingTask task(clipAlone);
        SampleBatch batch = batchOf(m_parity.json("batches.json").front());
        batch.second.clear();
        const StepReport report = task.accumulate(batch, 0, 0, 1);
        QVERIFY(report.terms.contains("clip"));
        for (const char* name : {"clip_second_view", "ntxent", "local_t2i"})
            QVERIFY(!report.terms.contains(name));
    }

    void embeddingsForAnEvaluationGiveTheReferencesLoss()
    {
        const PretrainingTask task(options());
        const json rows = m_parity.json("batches.json").at(0);
        const SampleBatch batch = batchOf(rows);
        const auto n = static_cast<std::size_t>(batch.size);
        std::vector<std::vector<float>> images, texts;
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t pixels = batch.first.size() / n;
            images.push_back(task.imageGlobal({batch.first.begin() + static_cast<std::ptrdiff_t>(i * pixels),
                                               batch.first.begin() + static_cast<std::ptrdiff_t>((i + 1) * pixels)},
                                              batch.height, batch.width));
            Tokens tokens;
            tokens.ids.assign(batch.ids.begin() + static_cast<std::ptrdiff_t>(i) * m_length,
                              batch.ids.begin() + static_cast<std::ptrdiff_t>((i + 1)) * m_length);
            tokens.mask.assign(batch.mask.begin() + static_cast<std::ptrdiff_t>(i) * m_length,
                               batch.mask.begin() + static_cast<std::ptrdiff_t>((i + 1)) * m_length);
            texts.push_back(task.textGlobal(tokens));
        }
        double loss = 0; // mean over images of the cross-entropy over texts
        for (std::size_t i = 0; i < n; ++i) {
            double own = 0, sum = 0;
            for (std::size_t j = 0; j < n; ++j) {
                double cosine = 0;
                for (std::size_t d = 0; d < images[i].size(); ++d)
                    cosine += static_cast<double>(images[i][d]) * static_cast<double>(texts[j][d]);
                sum += std::exp(task.logitFactor() * cosine);
                own = i == j ? task.logitFactor() * cosine : own;
            }
            loss += (std::log(sum) - own) / static_cast<double>(n);
        }
        const json expected = m_parity.json("expected_losses.json");
        QVERIFY(std::abs(loss - expected.at("micro_batches").at(0).at("clip_v_to_t").get<double>()) <
                expected.at("atol").get<double>());
    }

    void aLossThatIsNoNumberIsNamed()
    {
        PretrainingTask task(options());
        SampleBatch batch = batchOf(m_parity.json("batches.json").at(0));
        batch.first[0] = std::nanf("");
        try {
            task.accumulate(batch, 0, 0, 1).checkFinite();
            QFAIL("went on");
        } catch (const Error& error) {
            QVERIFY(QString::fromStdString(error.where()).startsWith("loss term clip"));
        }
    }

private:
    static fs::path checkpoint() { return test::parityFolder() / "mama-ckpt"; }
    fs::path root() const { return m_folder.path().toStdString(); }
    const json& settings() const { return m_parity.description().at("settings"); }
    int accumulation() const { return settings().at("accumulation").get<int>(); }
    Schedule schedule() const
    {
        return {settings().at("max_lr").get<double>(), settings().at("min_lr").get<double>(),
                settings().at("warm_up_steps").get<std::int64_t>(), settings().at("steps").get<std::int64_t>()};
    }
    PretrainingTask::Options options() const
    {
        PretrainingTask::Options made;
        made.start = root() / "model";
        made.loss.lateLoss = settings().at("late_loss");
        made.dropout = made.loraDropout = 0;
        made.captionNorm = true;
        made.threads = 1;
        made.placement.device = test::device();
        return made;
    }

    // A batch of another size than the position embedding's.
    SampleBatch withoutTheLastPatches(SampleBatch batch) const
    {
        const int patch = readJson(root() / "model" / "model.json").at("image").at("patch").get<int>();
        const auto width = static_cast<std::size_t>(batch.width);
        const std::size_t whole = static_cast<std::size_t>(batch.height) * width,
                          kept = static_cast<std::size_t>(batch.height - patch) * width;
        for (std::vector<float>* images : {&batch.first, &batch.second}) {
            std::vector<float> cut;
            for (std::size_t at = 0; at < images->size(); at += whole)
                cut.insert(cut.end(), images->begin() + static_cast<std::ptrdiff_t>(at),
                           images->begin() + static_cast<std::ptrdiff_t>(at + kept));
            *images = std::move(cut);
        }
        batch.height -= patch;
        return batch;
    }

    SampleBatch batchOf(const json& rows) const
    {
        const auto height = static_cast<std::size_t>(m_imageShape.at(1)),
                   width = static_cast<std::size_t>(m_imageShape.at(2)), tokens = static_cast<std::size_t>(m_length);
        SampleBatch batch;
        batch.size = static_cast<std::int64_t>(rows.at("images").size());
        batch.height = static_cast<int>(m_imageShape.at(1));
        batch.width = static_cast<int>(m_imageShape.at(2));
        batch.tokens = static_cast<int>(m_length);
        const auto addImage = [&](std::size_t row, std::vector<float>& out) {
            for (std::size_t i = row * height * width; i < (row + 1) * height * width; ++i)
                out.push_back((m_images[i] / 255 - 0.5F) / 0.5F);
        };
        for (const json& row : rows.at("images"))
            addImage(row.get<std::size_t>(), batch.first);
        for (const json& row : rows.at("second_view_images"))
            addImage(row.get<std::size_t>(), batch.second);
        for (const json& row : rows.at("captions")) {
            std::vector<std::int64_t> separators;
            for (std::size_t token = 0; token < tokens; ++token) {
                const std::size_t place = row.get<std::size_t>() * tokens + token;
                batch.ids.push_back(m_ids[place]);
                batch.mask.push_back(m_mask[place] != 0 ? 1 : 0);
                if (m_ids[place] == m_separator)
                    separators.push_back(static_cast<std::int64_t>(token));
            }
            batch.separators.push_back(separators);
        }
        return batch;
    }

    double stepOf(PretrainingTask& task, std::int64_t step) const
    {
        const json batches = m_parity.json("batches.json");
        double sum = 0;
        for (int micro = 0; micro < accumulation(); ++micro)
            sum += task.accumulate(batchOf(batches.at(static_cast<std::size_t>(accumulation() * step + micro))), step,
                                   micro, accumulation())
                       .terms.at("total");
        task.apply(step, schedule().rate(step));
        return sum;
    }

    void compare(const json& parameter) const
    {
        const std::string name = parameter.at("name").get<std::string>();
        if (!parameter.contains("atol")) // counters of BatchNorm: nothing reads them
            return;
        const auto values = tensorOf(root() / "after", name);
        QVERIFY2(!values.empty(), name.c_str());
        const auto before = tensorOf(root() / "model", name);
        QCOMPARE(before.size(), values.size());
        double sum = 0, squares = 0, change = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            sum += values[i];
            squares += values[i] * values[i];
            change = std::max(change, std::abs(values[i] - before[i]));
        }
        // Errors of up to atol in each of n values: n of them in the sum, the root of n in the length, one in the
        // change.
        const double atol = parameter.at("atol").get<double>(), count = static_cast<double>(values.size());
        const auto near = [&](const char* key, double value, double bound) {
            const double expected = parameter.at(key).get<double>();
            QVERIFY2(std::abs(value - expected) <= bound + 1e-4 * std::abs(expected),
                     qPrintable(QString("%1 %2: %3, expected %4")
                                    .arg(QString::fromStdString(name), key)
                                    .arg(value, 0, 'g', 9)
                                    .arg(expected, 0, 'g', 9)));
        };
        near("sum", sum, atol * count);
        near("l2", std::sqrt(squares), atol * std::sqrt(count));
        near("max_abs_change", change, atol);
    }

    // But for counters, which are int64.
    static bool onlyOfType(const fs::path& path, TensorType type)
    {
        const auto file = WeightFile::open(path);
        for (const TensorInfo& info : file->tensors())
            if (info.type != (info.name.ends_with("num_batches_tracked") || info.name.starts_with("count.")
                                  ? TensorType::I64
                                  : type)) {
                qWarning("%s has another type", info.name.c_str());
                return false;
            }
        return !file->tensors().empty();
    }

    static bool sameBytes(const fs::path& a, const fs::path& b)
    {
        const auto read = [](const fs::path& path) {
            std::ifstream file(path, std::ios::binary);
            return std::string(std::istreambuf_iterator<char>(file), {});
        };
        return fs::file_size(a) > 0 && read(a) == read(b);
    }

    test::ParityCase m_parity{"training"};
    QTemporaryDir m_folder;
    std::vector<float> m_images;
    std::vector<std::int64_t> m_ids, m_mask;
    std::vector<std::int64_t> m_imageShape; // pictures, rows, columns
    std::int64_t m_length = 0;              // tokens of a text
    std::int64_t m_separator = -1;
};

QTEST_GUILESS_MAIN(TestPretrainingTask)
#include "test_pretraining_task.moc"
