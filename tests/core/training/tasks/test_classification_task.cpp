#include "core/base/error.h"
#include "core/training/data/sample_batch.h"
#include "core/training/loop/not_finite.h"
#include "core/training/tasks/classification_task.h"
#include "core/weights/files/weight_file.h"
#include "tests/support/test_data.h"

#include <cstring>
#include <fstream>

using namespace mama;
namespace fs = std::filesystem;

namespace {

constexpr int images = 6, side = 70, classes = 4;
constexpr const char* headBias = "img_encoder_q.global_embed.bias";

SampleBatch batchOf(int first)
{
    SampleBatch batch;
    batch.size = images;
    batch.height = batch.width = side;
    for (int i = 0; i < images; ++i) {
        for (int pixel = 0; pixel < side * side; ++pixel)
            batch.first.push_back(static_cast<float>(std::sin(0.01 * (first + i + 1) * pixel)));
        batch.labels.push_back((first + i) % classes);
        batch.imageIds.push_back(std::to_string(first + i));
    }
    return batch;
}

std::vector<float> tensorOf(const fs::path& folder, const char* name)
{
    const auto file = WeightFile::open(folder / "model.safetensors");
    const TensorInfo* info = file->find(name);
    std::vector<float> values(static_cast<std::size_t>(info->elements()));
    std::memcpy(values.data(), file->bytes(*info).bytes.data(), values.size() * sizeof(float));
    return values;
}

} // namespace

class TestClassificationTask : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { MAMA_NEED(fs::exists(start()), "parity/mama-ckpt"); }

    // Closed form: the gradient of the layer's bias is the mean of softmax - label; SGD with momentum and decay as
    // torch.optim.SGD defines it.
    void twoStepsOfTheBiasFollowTheFormula()
    {
        ClassificationTask task(options(false));
        std::vector<float> bias = saved(task, "0", headBias);
        std::vector<double> expected(bias.begin(), bias.end()), momentum(classes, 0);
        constexpr double lr = 0.05;
        for (int step = 0; step < 2; ++step) {
            std::vector<double> gradient(classes, 0);
            for (int micro = 0; micro < 2; ++micro) {
                const SampleBatch batch = batchOf(images * (2 * step + micro));
                const auto scores = task.scores(batch.first, images, side, side);
                double loss = 0;
                for (int i = 0; i < images; ++i)
                    for (int c = 0; c < classes; ++c) {
                        const double score = scores[static_cast<std::size_t>(i * classes + c)];
                        const bool own = batch.labels[static_cast<std::size_t>(i)] == c;
                        gradient[static_cast<std::size_t>(c)] += (score - (own ? 1 : 0)) / images / 2;
                        loss -= own ? std::log(score) / images : 0;
                    }
                QVERIFY(std::abs(task.accumulate(batch, step, micro, 2).terms.at("total") - loss) < 1e-5);
            }
            QVERIFY(task.apply(step, lr).at("grad_norm") > 0);
            for (std::size_t c = 0; c < classes; ++c) {
                momentum[c] = 0.9 * momentum[c] + gradient[c] + 1e-3 * expected[c];
                expected[c] -= lr * momentum[c];
            }
        }
        const auto now = saved(task, "2", headBias);
        for (std::size_t c = 0; c < classes; ++c)
            QVERIFY(std::abs(now[c] - expected[c]) < 1e-6);
    }

    void aProbeLeavesTheTowerAndFineTuningDoesNot()
    {
        for (const bool wholeTower : {false, true}) {
            ClassificationTask task(options(wholeTower));
            const char* weight = "img_encoder_q.model.blocks.0.attn.qkv.weight";
            const auto tower = saved(task, wholeTower ? "f0" : "p0", weight),
                       norm = saved(task, "n0", "img_encoder_q.model.norm.weight");
            task.accumulate(batchOf(0), 0, 0, 1);
            task.apply(0, 0.01);
            QCOMPARE(saved(task, wholeTower ? "f1" : "p1", weight) != tower, wholeTower);
            QVERIFY(saved(task, "n1", "img_encoder_q.model.norm.weight") ==
                    norm); // the mean comes before the last norm
        }
    }

    void aBrokenClassOrGradientIsNamed()
    {
        ClassificationTask task(options(false));
        SampleBatch batch = batchOf(0);
        batch.labels[3] = -1;
        try {
            task.accumulate(batch, 0, 0, 1);
            QFAIL("accepted");
        } catch (const Error& error) {
            QCOMPARE(error.where(), std::string("3"));
        }
        batch = batchOf(0);
        batch.first[5] = std::nanf("");
        QVERIFY_THROWS_EXCEPTION(NotFinite, task.accumulate(batch, 0, 0, 1).checkFinite());
        QVERIFY_THROWS_EXCEPTION(NotFinite, task.apply(0, 0.1));
    }

private:
    static fs::path start() { return test::parityFolder() / "mama-ckpt" / "mama_fp32.ckpt"; }
    static ClassificationTask::Options options(bool wholeTower)
    {
        ClassificationTask::Options made;
        made.start = start();
        made.imageTraining = wholeTower ? ImageTraining::Full : ImageTraining::Frozen;
        made.classes = {"A", "B", "C", "D"};
        made.threads = 1;
        return made;
    }
    std::vector<float> saved(const ClassificationTask& task, const char* name, const char* tensor) const
    {
        const fs::path folder = fs::path(m_folder.path().toStdString()) / name;
        fs::create_directories(folder);
        task.save(folder);
        return tensorOf(folder, tensor);
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestClassificationTask)
#include "test_classification_task.moc"
