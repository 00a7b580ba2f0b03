#include "core/base/error.h"
#include "core/base/files.h"
#include "core/training/check/run_check.h"
#include "core/training/check/run_sources.h"
#include "core/training/settings/start_description.h"
#include "core/weights/card_words.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <filesystem>

using namespace mama;
using nlohmann::json;
namespace fs = std::filesystem;

// What command and form refuse before a run begins, by the setting.
class TestRunSources : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    fs::path root() const { return m_folder.path().toStdString(); }
    fs::path write(const fs::path& name, std::string_view text) const
    {
        fs::create_directories((root() / name).parent_path());
        writeAtomically(root() / name, text);
        return root() / name;
    }
    json config(const json& changes = json::object()) const
    {
        json all = {{"model", {{"start", (root() / "models/here").string()}}},
                    {"data", {{"root", (root() / "set").string()}}}};
        all.merge_patch(changes);
        return all;
    }
    // "settings: why"; empty: nothing is refused.
    static std::string refusal(const json& config)
    {
        try {
            const Settings settings = Settings::resolve(withNamedStart(config));
            checkNewRun(settings);
            checkSources(settings);
            return {};
        } catch (const Error& error) {
            return error.code() == ErrorCode::Usage ? error.where() + ": " + error.why().english() : "no usage";
        }
    }
    void refuses(const json& changes, const std::vector<std::string>& words) const
    {
        const std::string said = refusal(config(changes));
        QVERIFY2(said.find(": : ") == std::string::npos, said.c_str());
        for (const std::string& word : words)
            QVERIFY2(said.find(word) != std::string::npos, qPrintable(QString::fromStdString(word + " in: " + said)));
    }

private Q_SLOTS:
    void initTestCase()
    {
        write("models/here/model.json",
              R"({"image": {"family": "dinov2"}, "text": {}, "heads": {}, "captions": {"separator": "[SEP]"}})");
        write("models/patches/model.json",
              R"({"image": {"family": "dinov2", "patch": 16}, "provenance": {"trained_on": "others' images"},
                  "text": {}, "heads": {}, "captions": {"separator": "[SEP]"}})");
        write("models/text/model.json", R"({"text": {}, "provenance": {"trained_on": "others' texts"}})");
        write("set/tables/metadata.csv", "empi_anon,acc_anon\n");
        fs::create_directories(root() / "set/images");
        qputenv("MAMA_MODELS", QFile::encodeName(QString::fromStdString((root() / "models").string())));
    }

    void whatIsThereIsTaken()
    {
        QCOMPARE(refusal(config()), std::string());
        QCOMPARE(refusal(config({{"model", {{"start", "here"}}}})), std::string()); // a name, as everywhere
        QCOMPARE(withNamedStart(config({{"model", {{"start", "here"}}}}))["model"]["start"].get<std::string>(),
                 (root() / "models/here").string());
        QCOMPARE(refusal(config({{"data", {{"cache", (root() / "to/be/made").string()}}}})), std::string());
        QVERIFY(!fs::exists(root() / "to"));
        QCOMPARE(refusal(config({{"data", {{"root", ""}, {"tables", (root() / "set/tables/metadata.csv").string()}}}})),
                 std::string());
    }

    void whatIsNotIsNamed()
    {
        refuses({{"model", {{"start", "nobody"}}}}, {"model.start: nobody", "here"});
        refuses({{"model", {{"start", "/nowhere/at/all"}}}}, {"model.start: ", "/nowhere/at/all"});
        refuses({{"model", {{"start", ""}}}, {"data", {{"root", ""}}}}, {"model.start, data.root: "});
        refuses({{"data", {{"root", "/nowhere"}}}}, {"data.root: /nowhere is no folder"});
        refuses({{"data", {{"images", "/nowhere"}}}}, {"data.images: /nowhere is no folder"});
        refuses({{"data", {{"tables", "/nowhere"}}}}, {"data.tables: /nowhere is not there"});
        refuses({{"data", {{"tables", (root() / "set/images").string()}}}}, {"data.tables: ", "no .csv table"});
        refuses({{"data", {{"profile", "unheard"}}}}, {"data.profile: ", "unheard"});
        refuses({{"dense", {{"sentences", "/nowhere/s.json"}}}}, {"dense.sentences: ", "/nowhere/s.json"});
        refuses({{"dense", {{"sentences", write("broken.json", "[{").string()}}}},
                {"dense.sentences: ", "broken.json"});
        const std::string file = write("a-file", "x").string();
        refuses({{"data", {{"cache", file}}}}, {"data.cache: ", "no folder"});
        refuses({{"data", {{"cache", file + "/below"}}}}, {"data.cache: ", "no folder"});
        refuses({{"data", {{"cache", "/proc/1/cache"}}}}, {"data.cache: "});
        refuses({{"dense", {{"mask_weight", 0.5}}}}, {"dense.sentences: "});
        refuses({{"evaluate_every", 10}, {"data", {{"validation_share", 0}}}},
                {"data.validation_share: ", "evaluate_every"});
        refuses({{"best_metric", "loss"}}, {"best_metric: ", "evaluate_every"});
        refuses({{"best_metric", "val_loss"}, {"evaluate_every", 10}},
                {"best_metric: ", "val_loss", "density_balanced_accuracy", "loss_clip"});
        for (const char* task : {"probe", "finetune"})
            refuses({{"task", task}, {"data", {{"label", "none"}}}}, {"data.label: ", "birads"});
        // The sentences are read as the run reads them.
        refuses({{"dense", {{"sentences", write("no-list.json", "{}").string()}}}}, {"dense.sentences: ", "no-list"});
        refuses({{"dense", {{"sentences", write("no-when.json", R"([{"text": "x"}])").string()}}}},
                {"dense.sentences: ", "no-when", "when it is true"});
        const std::string one = write("one-kind.json", R"([{"text": "There is a mass.", "when": "mass"}])").string();
        refuses({{"dense", {{"sentences", one}, {"mask_weight", 0.5}}}}, {"dense.sentences: no sentence"});
        QCOMPARE(refusal(config({{"dense", {{"sentences", one}}}})), std::string());
    }

    // Before anything is made.
    void sizesThatTheTowerDoesNotTake()
    {
        const json start = {{"start", "patches"}};
        refuses({{"model", start}, {"data", {{"input_size", 70}}}}, {"data.input_size: 70 is not a multiple", "16"});
        QCOMPARE(refusal(config({{"model", start}, {"data", {{"input_size", 64}}}})), std::string());
    }

    // A setting that its task does not read is told.
    void ignoredSettingsAreTold_data()
    {
        QTest::addColumn<QString>("task");
        QTest::addColumn<QString>("training");
        QTest::addColumn<bool>("told");
        for (const auto& [task, training, told] : {std::tuple{"probe", "lora", true},
                                                   {"probe", "frozen", false},
                                                   {"probe", "full", false},
                                                   {"finetune", "lora", false},
                                                   {"pretrain", "frozen", false},
                                                   {"warm-start", "lora", true},
                                                   {"warm-start", "full", false}})
            QTest::addRow("%s, %s", task, training) << task << training << told;
    }
    void ignoredSettingsAreTold()
    {
        QFETCH(QString, task);
        QFETCH(QString, training);
        QFETCH(bool, told);
        const auto said = runWarnings(Settings::resolve(config({{"task", task.toStdString()},
                                                                {"model", {{"image_training", training.toStdString()}}},
                                                                {"steps", 100000}})));
        const bool named = std::ranges::any_of(
            said, [](const UserText& text) { return text.english().starts_with("model.image_training"); });
        QCOMPARE(named, told);
    }

    void readOutsWithoutMapsAreTold()
    {
        const auto told = [&](const json& changes) {
            const auto said = runWarnings(Settings::resolve(config(changes)));
            return std::ranges::any_of(
                said, [](const UserText& text) { return text.english().starts_with("evaluate_map_ways"); });
        };
        const json sentences{{"sentences", "s.json"}};
        QVERIFY(!told({{"evaluate_every", 10}}));
        QVERIFY(told({{"evaluate_every", 10}, {"evaluate_map_ways", "self-2"}}));
        QVERIFY(told({{"evaluate_map_ways", "all"}, {"dense", sentences}}));
        QVERIFY(told({{"evaluate_every", 10}, {"evaluate_map_ways", "all"}, {"dense", sentences}, {"task", "probe"}}));
        QVERIFY(!told({{"evaluate_every", 10}, {"evaluate_map_ways", "all"}, {"dense", sentences}}));
    }

    // All of it: the data, the start, and a language model of another.
    void whatItIsTrainedOn()
    {
        const auto on = [&](const json& model, const char* data) {
            return trainedOnWith(Settings::resolve(withNamedStart(config({{"model", model}}))), data);
        };
        QCOMPARE(on({{"start", "patches"}, {"text_tower", "text"}}, "these"),
                 std::string("these; started from: others' images; language model: others' texts"));
        QCOMPARE(on({{"start", "patches"}}, "others' images"), std::string("others' images"));
        QCOMPARE(on({{"start", "here"}}, "these"), std::string("these; started from: unknown"));
        QCOMPARE(on({{"start", "here"}}, ""), std::string());
        QCOMPARE(lastTrainedOn(trainedFrom({"these", "those", "texts"})), std::string("these"));
        QCOMPARE(trainedFrom({"these", "nothing: random weights", {}}), std::string("these"));
        QCOMPARE(joinedSentences("as published: MIT", "Language model: MIT"),
                 std::string("as published: MIT. Language model: MIT"));
        QCOMPARE(joinedSentences("Do not pass on.", "Twice."), std::string("Do not pass on. Twice."));
    }

    // Each is told for what it is, with what can be done with it.
    void setsOfOthersAreNamed_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("name");
        QTest::newRow("RSNA")
            << "train.csv"
            << "site_id,patient_id,image_id,laterality,view,age,cancer,biopsy,invasive,BIRADS,implant,"
               "density,machine_id,difficult_negative_case\n"
            << "RSNA-Mammo";
        QTest::newRow("VinDr") << "breast-level_annotations.csv"
                               << "study_id,series_id,image_id,laterality,view_position,height,width,breast_birads,"
                                  "breast_density,split\n"
                               << "VinDr-Mammo";
        QTest::newRow("mini-MIAS") << "Info.txt"
                                   << "MIAS list\n\nREFNUM BG CLASS SEVERITY X Y RADIUS\nmdb001 G CIRC B 535 425 197\n"
                                   << "mini-MIAS";
        QTest::newRow("mini-MIAS, capitals and tabs") << "INFO.TXT"
                                                      << "MDB003\tD\tNORM\n"
                                                      << "mini-MIAS";
    }
    void setsOfOthersAreNamed()
    {
        QFETCH(QString, file);
        QFETCH(QString, text);
        QFETCH(QString, name);
        const fs::path set = root() / "foreign" / QTest::currentDataTag();
        for (const char* below : {"", "tables"}) {
            fs::remove_all(set);
            writeAtomically(set / below / file.toStdString(), std::string_view(text.toStdString()));
            refuses({{"data", {{"root", set.string()}}}}, {"data.root: ", name.toStdString(), "mama library import"});
        }
        writeAtomically(set / "notes.txt", std::string_view("mdb are the first letters\nmdbxyz G here\n"));
        fs::remove_all(set / "tables");
        refuses({{"data", {{"root", set.string()}}}}, {"no .csv table"});
    }
};

QTEST_GUILESS_MAIN(TestRunSources)
#include "test_run_sources.moc"
