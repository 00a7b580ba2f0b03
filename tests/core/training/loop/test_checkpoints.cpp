#include "core/base/error.h"
#include "core/base/files.h"
#include "core/model/model.h"
#include "core/training/data/sample_batch.h"
#include "core/training/loop/checkpoints.h"
#include "core/training/settings/checkpoint_estimate.h"
#include "core/training/tasks/classification_task.h"
#include "core/training/tasks/pretraining_task.h"
#include "core/weights/model_folder.h"
#include "tests/support/test_data.h"

#include <csignal>
#include <random>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace mama;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr int images = 4, side = 70, classes = 3;
constexpr const char* trained = "model-trained.safetensors";
constexpr const char* frozen = "model-frozen.safetensors";

void flip(char& byte, unsigned long bit) { byte = static_cast<char>(byte ^ (1 << bit)); }

SampleBatch batchOf(std::int64_t step)
{
    SampleBatch batch;
    batch.size = images;
    batch.height = batch.width = side;
    for (int i = 0; i < images; ++i) {
        for (int pixel = 0; pixel < side * side; ++pixel)
            batch.first.push_back(
                static_cast<float>(std::sin(0.01 * static_cast<double>(step * images + i + 1) * pixel)));
        batch.labels.push_back(static_cast<int>(step + i) % classes);
        batch.imageIds.push_back(std::to_string(i));
    }
    return batch;
}

// Bytes of a folder's files, each counted once however many links it has; `own`: those with a single link.
struct Room
{
    double all = 0, own = 0;
};
Room roomOf(const fs::path& folder)
{
    Room room;
    std::set<ino_t> seen;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        struct stat facts
        {
        };
        if (::stat(entry.path().c_str(), &facts) != 0 || !S_ISREG(facts.st_mode) || !seen.insert(facts.st_ino).second)
            continue;
        room.all += static_cast<double>(facts.st_size);
        room.own += facts.st_nlink == 1 ? static_cast<double>(facts.st_size) : 0;
    }
    return room;
}

std::string errorOf(const std::function<void()>& call)
{
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

} // namespace

// What a run leaves as it is lies on the disk once; every checkpoint is a whole model folder all the same.
class TestCheckpoints : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        const fs::path source = test::parityFolder() / "mama-ckpt";
        MAMA_NEED(fs::exists(source), "parity/mama-ckpt");
        ImportOptions options;
        options.checkpoint = source / "mama_fp32.ckpt";
        options.textModel = source / "text-model";
        options.config = source / "config.json";
        QVERIFY(writeModelFolder(*importWeights(options), root() / "model"));
    }

    void everyTaskSharesWhatItDoesNotTrain_data()
    {
        QTest::addColumn<QString>("task");
        QTest::addColumn<QString>("text");
        QTest::newRow("probe") << "probe"
                               << "";
        for (const char* text : {"lora", "frozen", "fixed"})
            QTest::newRow(text) << "pretrain" << text;
    }

    // n checkpoints take what is frozen once, and n times what is trained: as the estimate before a launch says.
    void everyTaskSharesWhatItDoesNotTrain()
    {
        QFETCH(QString, task);
        QFETCH(QString, text);
        const RunFolder folder(root() / ("room-" + task.toStdString() + text.toStdString()));
        const Checkpoints checkpoints(folder);
        const auto made = taskOf(task, text);
        std::vector<double> rooms;
        for (const std::int64_t step : {1, 2, 3, 4}) {
            checkpoints.write(*made, step, {{"step", step}});
            rooms.push_back(roomOf(folder.path()).all);
        }
        const double each = roomOf(folder.checkpointFolder(4)).own,
                     base = roomOf(folder.checkpointFolder() / "shared").all;
        for (std::size_t n = 1; n <= rooms.size(); ++n)
            QVERIFY(std::abs(rooms[n - 1] - base - static_cast<double>(n) * each) < 100);
        QVERIFY(roomOf(folder.checkpointFolder(4)).all > base);
        QCOMPARE(fs::hard_link_count(folder.checkpointFolder(1) / frozen), std::uintmax_t{rooms.size() + 1});
        const double whole = static_cast<double>(fs::file_size(root() / "model" / "model.safetensors"));
        QVERIFY(base > (task == "probe" ? 0.2 : 0.4) * whole);

        json config{{"task", task.toStdString()}};
        if (!text.isEmpty())
            config["model"]["text_training"] = text.toStdString();
        const CheckpointEstimate estimate =
            estimateCheckpoints(Settings::resolve(config), readJson(root() / "model" / "model.json"));
        const auto sizes = [&](const char* file) {
            return static_cast<double>(fs::file_size(folder.checkpointFolder(4) / file));
        };
        const auto near = [](double is, double expected) {
            return std::abs(is - expected) < 0.02 * expected + 20e3;
        }; // headers of small tensors
        QVERIFY2(near(sizes(frozen), estimate.shared),
                 qPrintable(QStringLiteral("%1, estimated %2").arg(sizes(frozen)).arg(estimate.shared)));
        QVERIFY2(near(sizes(trained) + sizes("optimizer.safetensors"), estimate.each),
                 qPrintable(QStringLiteral("%1, estimated %2")
                                .arg(sizes(trained) + sizes("optimizer.safetensors"))
                                .arg(estimate.each)));
    }

    // What begins to count late trains from the start as far as the checkpoints go.
    void whatThawsLateIsNotFrozen()
    {
        const RunFolder folder(root() / "late");
        Checkpoints(folder).write(*taskOf("pretrain", "lora"), 1, {{"step", 1}});
        const auto changing = WeightFile::open(folder.checkpointFolder(1) / trained),
                   still = WeightFile::open(folder.checkpointFolder(1) / frozen);
        for (const char* name : {"local_scale", "img_encoder_q.local_embed.head.3.weight",
                                 "text_encoder_q.local_embed.head.3.weight", "simclr_proj.layers.0.weight"})
            QVERIFY2(changing->find(name) && !still->find(name), name);
        for (const char* name :
             {"text_encoder_q.model.wte.weight", "img_encoder_q.model.norm.weight", "img_encoder_q.model.mask_token"})
            QVERIFY2(still->find(name) && !changing->find(name), name);
        for (const TensorInfo& info : still->tensors())
            QVERIFY2(info.name.find("running_") == std::string::npos && info.name.find(".lora_") == std::string::npos,
                     info.name.c_str());
    }

    // The folder is a model, also far from its run and when the run's first checkpoint and shared files are gone.
    void eachFolderStandsAlone()
    {
        const RunFolder folder(root() / "alone");
        const Checkpoints checkpoints(folder);
        const auto task = taskOf("pretrain", "lora");
        for (const std::int64_t step : {1, 2, 3})
            checkpoints.write(*task, step, {{"step", step}});
        checkpoints.prune({}, 2); // the first one goes
        QVERIFY(!fs::exists(folder.checkpointFolder(1)));
        fs::remove_all(folder.checkpointFolder() / "shared");
        const std::string hash = Model::load(folder.checkpointFolder(2), {"cpu", Precision::Fp32, 1})->info().hash;
        fs::copy(folder.checkpointFolder(2), root() / "copied", fs::copy_options::recursive);
        fs::remove_all(folder.path());
        const auto copied = Model::load(root() / "copied", {"cpu", Precision::Fp32, 1});
        QCOMPARE(copied->info().hash, hash);
        QVERIFY(copied->tokenizer());

        fs::create_directories(root() / "plain");
        task->save(root() / "plain"); // one file, as before
        const auto model = [](const fs::path& from) {
            ImportOptions options;
            options.checkpoint = from;
            return *importWeights(options);
        };
        QVERIFY(!fs::exists(root() / "plain" / frozen));
        for (const char* from : {"copied", "plain"})
            exportModel(model(root() / from), ExportFormat::Mama, root() / (std::string(from) + ".safetensors"));
        QVERIFY(readText(root() / "copied.safetensors") == readText(root() / "plain.safetensors"));
        QVERIFY(readJson(root() / "copied" / "model.json").at("hash") ==
                model(root() / "copied").description.at("hash"));
    }

    // A run goes on bit for bit: from shared checkpoints, from those of one file, and with the shared files lost or
    // foreign.
    void aResumedRunIsTheSame_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what : {"shared", "one file", "shared files lost", "shared file of another run",
                                 "shared file cut off", "copied without links"})
            QTest::newRow(what) << what;
    }
    void aResumedRunIsTheSame()
    {
        QFETCH(QString, what);
        const RunFolder whole(root() / "whole"), folder(root() / what.toStdString());
        if (!fs::exists(whole.path())) {
            const auto task = taskOf("probe", "");
            train(*task, whole, 0, 4);
        }
        const auto before = taskOf("probe", "");
        train(*before, folder, 0, 2);
        const fs::path shared = folder.checkpointFolder() / "shared";
        if (what == "one file") {
            fs::remove_all(folder.path());
            fs::create_directories(folder.checkpointFolder(2));
            before->save(folder.checkpointFolder(2));
            writeAtomically(folder.checkpointFolder(2) / "trainer.json", json{{"step", 2}}.dump());
        } else if (what == "shared files lost") {
            fs::remove_all(shared);
        } else if (what == "shared file of another run") { // by rename, as everything here is written
            const std::vector<float> other(8, 1);
            writeSafetensors(shared / frozen, {{{"x", TensorType::F32, {8}}, std::as_bytes(std::span(other))}}, {});
        } else if (what == "shared file cut off") {
            writeAtomically(shared / frozen, std::string_view(readText(shared / frozen)).substr(0, 5000));
        } else if (what == "copied without links") {
            fs::copy(folder.path(), root() / "copy", fs::copy_options::recursive);
            fs::remove_all(folder.path());
            fs::rename(root() / "copy", folder.path());
        }
        writeAtomically(folder.checkpointFolder() / "shared" / ".model-frozen.safetensors.part-1-0",
                        std::string_view("half written"));
        const auto resumed = taskOf("probe", "");
        const Checkpoints checkpoints(folder);
        QVERIFY(!fs::exists(shared / ".model-frozen.safetensors.part-1-0"));
        const auto state = checkpoints.restore(*resumed);
        QVERIFY(state && state->at("step") == 2);
        train(*resumed, folder, 2, 4);
        MAMA_SAME(test::differentFile(folder.checkpointFolder(4), whole.checkpointFolder(4)));
    }

    void aBrokenShareIsNamed()
    {
        const RunFolder folder(root() / "broken");
        train(*taskOf("probe", ""), folder, 0, 1);
        const fs::path file = folder.checkpointFolder(1) / frozen;
        const auto restored = [&] { return errorOf([&] { Checkpoints(folder).restore(*taskOf("probe", "")); }); };
        QCOMPARE(restored(), std::string());
        std::string bytes = readText(file);
        bytes.back() = static_cast<char>(bytes.back() ^ 1); // a flipped bit: sizes and header are as they were
        writeAtomically(file, bytes);
        QVERIFY2(restored().find(file.string() + ": its SHA-256") != std::string::npos, restored().c_str());
        writeAtomically(file, std::string_view(bytes).substr(0, bytes.size() - 8));
        QVERIFY2(restored().find(file.string()) != std::string::npos, restored().c_str());
        fs::remove(file);
        QVERIFY2(restored().find(file.string()) != std::string::npos, restored().c_str());
        QVERIFY(errorOf([&] { static_cast<void>(Model::load(folder.checkpointFolder(1))); }).find(file.string()) !=
                std::string::npos);
    }

    // One bit, or the second half, of any file of the last checkpoint: the one before it is taken, the damaged one is
    // put aside, and the log says so. Of a single checkpoint: an error that names the file.
    void anyDamageIsFoundBeforeTheFirstStep()
    {
        const RunFolder whole(root() / "sound");
        const auto task = taskOf("pretrain", "lora");
        Checkpoints(whole).write(*task, 1, {{"step", 1}});
        Checkpoints(whole).write(*task, 2, {{"step", 2}});
        std::mt19937 random(5);
        int tries = 0;
        for (const auto& entry : fs::directory_iterator(whole.checkpointFolder(2)))
            for (const char* damage : {"a bit of", "the beginning of", "half", "nothing of"}) {
                const std::string file = entry.path().filename().string(), what = damage + (" " + file);
                const RunFolder folder(root() / ("damaged-" + std::to_string(tries++)));
                fs::copy(whole.path(), folder.path(), fs::copy_options::recursive);
                std::string bytes = readText(entry.path());
                if (what.starts_with("half"))
                    bytes.resize(bytes.size() / 2);
                else if (what.starts_with("nothing"))
                    bytes.clear();
                else
                    flip(bytes[what.starts_with("the") ? 0 : random() % bytes.size()], random() % 8);
                writeAtomically(folder.checkpointFolder(2) / file, bytes);
                const auto state = Checkpoints(folder).restore(*task);
                QVERIFY2(state && state->at("step") == 1, what.c_str());
                QVERIFY2(fs::exists(folder.checkpointFolder() / "damaged-step-2"), what.c_str());
                QVERIFY2(readText(folder.logFile()).find("step-2 is damaged") != std::string::npos, what.c_str());
                fs::remove_all(folder.checkpointFolder(1));
                fs::rename(folder.checkpointFolder() / "damaged-step-2", folder.checkpointFolder(2));
                QVERIFY2(!errorOf([&] { Checkpoints(folder).restore(*task); }).empty(), what.c_str());
                fs::remove_all(folder.path());
            }
        qInfo("%d damaged files, each found", tries);
        QVERIFY(tries >= 20);
    }

    // The limit on a file's size stands for the full disk: nothing is left behind, and with room again all is well.
    void aFullDiskLeavesNothingHalfWritten()
    {
        const RunFolder folder(root() / "full");
        const Checkpoints checkpoints(folder);
        const auto task = taskOf("probe", "");
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        const rlimit small{100'000, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
        const std::string error = errorOf([&] { checkpoints.write(*task, 1, {{"step", 1}}); });
        ::setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY2(error.find(frozen) != std::string::npos, error.c_str());
        QVERIFY(folder.checkpoints().empty());
        QCOMPARE(roomOf(folder.path()).all, 0.0);
        checkpoints.write(*task, 1, {{"step", 1}});
        QVERIFY(checkpoints.restore(*task));
    }

    // Another file system stands for one without hard links: a link is refused there too.
    void withoutHardLinksItIsACopy()
    {
        QTemporaryDir elsewhere(QStringLiteral("/dev/shm/mama-XXXXXX"));
        struct stat here
        {
        }, there{};
        MAMA_NEED(elsewhere.isValid() && ::stat(root().c_str(), &here) == 0 &&
                      ::stat(qPrintable(elsewhere.path()), &there) == 0 && here.st_dev != there.st_dev,
                  "a second file system");
        const SharedFiles shared(fs::path(elsewhere.path().toStdString()) / "shared");
        fs::create_directories(root() / "copies");
        const auto task = taskOf("probe", "");
        task->save(root() / "copies", shared);
        QCOMPARE(fs::hard_link_count(root() / "copies" / frozen), std::uintmax_t{1});
        QVERIFY(readText(root() / "copies" / frozen) == readText(shared.file(frozen)));
        QVERIFY(Model::load(root() / "copies", {"cpu", Precision::Fp32, 1}));
    }

    // A tensor that was called frozen and moves after all is not lost: what is shared is compared again and written
    // anew.
    void whatMovesAfterAllIsWrittenAnew()
    {
        const RunFolder folder(root() / "moved");
        const auto task = taskOf("probe", "");
        train(*task, folder, 0, 1);
        train(*taskOf("finetune", ""), RunFolder(root() / "tower"), 0, 1);
        const auto tower = [](const fs::path& from) {
            const auto file = WeightFile::open(from);
            const auto data = file->bytes(*file->find("img_encoder_q.model.blocks.0.attn.qkv.weight"));
            return std::vector<std::byte>(data.bytes.begin(), data.bytes.end());
        };
        task->load(RunFolder(root() / "tower").checkpointFolder(1)); // a fine-tuned tower into the probe
        Checkpoints(folder).write(*task, 2, {{"step", 2}});
        QVERIFY(tower(folder.checkpointFolder(2)) == tower(RunFolder(root() / "tower").checkpointFolder(1)));
        QVERIFY(tower(folder.checkpointFolder(1)) == tower(root() / "model"));
        QVERIFY(tower(folder.checkpointFolder(1)) != tower(folder.checkpointFolder(2)));
        WeightFile::open(folder.checkpointFolder(1))->verify();
        WeightFile::open(folder.checkpointFolder(2))->verify();
    }

private:
    fs::path root() const { return m_folder.path().toStdString(); }

    // "pretrain" with a kind of text training, "probe" or "finetune".
    std::unique_ptr<TrainingTask> taskOf(const QString& task, const QString& text) const
    {
        if (task == QStringLiteral("pretrain")) {
            PretrainingTask::Options options;
            options.start = root() / "model";
            options.threads = 1;
            options.loss.lateLoss = 1000;
            options.textTraining = textTrainingOf(text.toStdString());
            return std::make_unique<PretrainingTask>(options);
        }
        ClassificationTask::Options options;
        options.start = root() / "model";
        options.threads = 1;
        options.classes = {"A", "B", "C"};
        options.imageTraining = task == QStringLiteral("finetune") ? ImageTraining::Full : ImageTraining::Frozen;
        return std::make_unique<ClassificationTask>(options);
    }
    static void train(TrainingTask& task, const RunFolder& folder, std::int64_t from, std::int64_t to)
    {
        const Checkpoints checkpoints(folder);
        for (std::int64_t step = from; step < to; ++step) {
            task.accumulate(batchOf(step), step, 0, 1);
            task.apply(step, 0.05);
            checkpoints.write(task, step + 1, {{"step", step + 1}});
        }
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCheckpoints)
#include "test_checkpoints.moc"
