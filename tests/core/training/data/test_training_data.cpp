#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/phantom/phantom.h"
#include "core/tables/importers/embed.h"
#include "core/training/data/image_batches.h"
#include "core/training/data/lesion_share.h"
#include "core/training/data/prefetcher.h"
#include "core/training/data/split_record.h"
#include "tests/support/small_data_set.h"
#include "tests/support/test_data.h"

#include <fstream>
#include <map>
#include <numeric>
#include <set>

using namespace mama;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

bool same(const SampleBatch& a, const SampleBatch& b)
{
    return a.first == b.first && a.second == b.second && a.ids == b.ids && a.mask == b.mask &&
           a.separators == b.separators && a.labels == b.labels && a.imageIds == b.imageIds &&
           a.lesionGrid == b.lesionGrid;
}

} // namespace

class TestTrainingData : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { test::writeSmallDataSet(root(), exams); }

    void theSplitIsByPatientAndOfTheStatedShares()
    {
        const TrainingIndex index = readTrainingIndex(settings(), embedImporter());
        QCOMPARE(index.images.size(), std::size_t{4 * exams});
        QCOMPARE(index.of(Split::Test).size(), std::size_t{4 * 4}); // 0.2 of 20 patients
        QCOMPARE(index.of(Split::Validation).size(), std::size_t{4 * 2});
        std::map<std::string, std::set<Split>> splits;
        for (const TrainingImage& image : index.images)
            splits[image.fields.patient].insert(image.split);
        for (const auto& [patient, own] : splits)
            QCOMPARE(own.size(), std::size_t{1});
        const TrainingIndex other = readTrainingIndex(settings({{"data", {{"split_seed", 7}}}}), embedImporter());
        QVERIFY(index.of(Split::Test) != other.of(Split::Test));
        QCOMPARE(
            readTrainingIndex(settings({{"data", {{"label_share", 0.5}}}}), embedImporter()).of(Split::Train).size(),
            std::size_t{4 * 7}); // of 14
    }

    // In place of the seeded split, and only if it says where every patient belongs.
    void theSplitMayBeAFiles()
    {
        const TrainingIndex seeded = readTrainingIndex(settings(), embedImporter());
        std::map<std::string, Split> wanted;
        for (const TrainingImage& image : seeded.images)
            wanted.emplace(image.fields.patient, static_cast<Split>(wanted.size() % 3));
        const fs::path file = root() / "split.csv";
        const auto write = [&](const std::string& more, std::size_t without) {
            std::string text = "part;patient\r\n";
            for (const auto& [patient, split] : wanted)
                if (without-- != 0)
                    text += std::string(name(split)) + ";" + patient + "\r\n";
            writeAtomically(file, std::string_view(text + more));
        };
        const auto read = [&] {
            return readTrainingIndex(settings({{"data", {{"split_file", file.string()}}}}), embedImporter());
        };
        write("", wanted.size());
        for (const TrainingImage& image : read().images)
            QCOMPARE(image.split, wanted.at(image.fields.patient));
        const auto told = [&] {
            try {
                read();
            } catch (const Error& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        write("", 0);
        QVERIFY(told().find("1 patients of the tables are not in it") != std::string::npos);
        write("dev;x\r\n", wanted.size());
        QVERIFY2(told().find("row " + std::to_string(wanted.size() + 1)) != std::string::npos, told().c_str());
        write("test;" + wanted.begin()->first + "\r\n", wanted.size()); // twice
        QVERIFY(told().find("once") != std::string::npos);
        writeAtomically(file, std::string_view("a,b\n"));
        QVERIFY(told().find("patient and part") != std::string::npos);
        fs::remove(file);
        QVERIFY(told().find("split.csv") != std::string::npos);
    }

    // A second data set is a second importer: labels, masks and files are what it says, whatever EMBED's tables would.
    void anotherSetComesThroughItsImporter()
    {
        const Importer other{
            [](const DataSetFolders&) {
                ImportedSet set;
                for (const char* woman : {"7", "8", "9"}) {
                    ImageRecord record;
                    record.image = {std::string(woman) + "-left", woman, "Screening", "2D", "L", "CC", woman};
                    record.finding = {woman, "L", "S", "2", "50", "", "", "", "", "", ""};
                    record.labels = {{"cancer", woman[0] == '9' ? 1 : 0}};
                    record.lesions = {{std::string(woman) + ".png", LesionChannel::Mass, "subtle"}};
                    set.records.push_back(record);
                }
                set.hasMasks = true;
                return set;
            },
            [](const DataSetFolders& folders, const ImageRecord& record) {
                return record.image.exam == "8" ? fs::path() : folders.images / (record.image.path + ".dicom");
            }};
        const TrainingIndex index = readTrainingIndex(settings(), other);
        QCOMPARE(index.images.size(), std::size_t{2});
        QCOMPARE(index.missing, std::vector<std::string>{"8-left"});
        QCOMPARE(index.images[1].id, std::string("9-left"));
        QCOMPARE(classOf(index.images[1].labels, "cancer"), std::optional(1));
        QVERIFY(!classOf(index.images[1].labels, biradsLabel));
        QVERIFY(index.hasMasks && index.images[1].lesions.front().file == "9.png");
    }

    // A class is any column: of the images' table, else of the findings'; its values in order are the classes.
    void aLabelMayBeAnyColumn()
    {
        const fs::path set = root() / "labels";
        std::string images = "anon_dicom_path,empi_anon,acc_anon,StudyDescription,FinalImageType,"
                             "ImageLateralityFinal,ViewPosition,cancer,birads\n",
                    findings = "acc_anon,side,asses,tissueden,grade\n";
        for (int i = 0; i < 20; ++i) {
            const std::string exam = "e" + std::to_string(i);
            for (const char* side : {"L", "R"})
                images += exam + side + ".dcm,w" + std::to_string(i) + "," + exam + "," + (i < 15 ? "" : "Screening") +
                          "," + (i == 0 ? "cview" : "2D") + "," + side + ",CC," + (i % 4 ? "0" : "1.0") + "," +
                          (i == 3 ? "5" : "") + "\n";
            if (i != 1)
                findings += exam + ",,N,2," + std::to_string(8 + i % 4) + "\n";
        }
        writeAtomically(set / "tables/m.csv", std::string_view(images));
        writeAtomically(set / "tables/c.csv", std::string_view(findings));
        const auto read = [&](const nlohmann::json& config) {
            nlohmann::json all = {{"data", {{"root", set.string()}}}};
            all.merge_patch(config);
            return readTrainingTables(Settings::resolve(all), embedImporter());
        };
        const auto labelled = [](const std::string& label) {
            return nlohmann::json{{"task", "probe"}, {"data", {{"label", label}}}};
        };
        const TrainingIndex cancer = read(labelled("cancer"));
        QCOMPARE(cancer.classes, (std::vector<std::string>{"0", "1"}));
        QCOMPARE(cancer.images.size(), std::size_t(38)); // all but the C-view's, whatever their captions
        for (const TrainingImage& image : cancer.images)
            QCOMPARE(*classOf(image.labels, "cancer"), std::stoi(image.fields.exam.substr(1)) % 4 ? 0 : 1);
        QCOMPARE(leftOutText(cancer).english(),
                 std::string("2 of 40 rows of the table of images are left out (no 2D mammogram: 2)"));
        const TrainingIndex grade = read(labelled("GRADE")); // names as cells have them, whatever their case
        QCOMPARE(grade.classes, (std::vector<std::string>{"8", "9", "10", "11"})); // numbers by size
        QCOMPARE(grade.images.size(), std::size_t(36));
        // A category that the table of images states counts for more than the finding's.
        const TrainingIndex birads = read(labelled("birads"));
        for (const TrainingImage& image : birads.images)
            QCOMPARE(*classOf(image.labels, "birads"), image.fields.exam == "e3" ? 5 : 1);
        const auto told = [&](const nlohmann::json& config) {
            try {
                read(config);
            } catch (const Error& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        QVERIFY2(told(labelled("size")).find("data.label: no table has a column \"size\"") != std::string::npos,
                 told(labelled("size")).c_str());
        QVERIFY(told(labelled("size")).find("cancer") != std::string::npos);
        QVERIFY(told(labelled("acc_anon")).empty()); // 20 exams can be told apart, if somebody wants that
        QVERIFY(told(labelled("FinalImageType")).find("2 to 100") != std::string::npos);
        // Of a pre-training whole captions are asked for, or what is known.
        const nlohmann::json none = nlohmann::json::object();
        const TrainingIndex whole = read(none);
        QCOMPARE(whole.images.size(), std::size_t(10));
        QCOMPARE(leftOutText(whole).english(),
                 std::string("30 of 40 rows of the table of images are left out (no 2D mammogram: 2, no description of "
                             "the procedure: 28)"));
        QCOMPARE(read({{"data", {{"captions", "known"}}}}).images.size(), std::size_t(38));
        writeAtomically(set / "tables/c.csv", std::string_view("acc_anon,side,asses,tissueden\ne1,,,\n"));
        QVERIFY(told(none).find("data.captions known") != std::string::npos);
    }

    void aPriorStaysInTheSplitOfItsPatient()
    {
        QTemporaryDir folder;
        PhantomOptions phantoms;
        phantoms.folder = folder.path().toStdString();
        phantoms.studies = 3;
        phantoms.rows = phantoms.columns = 64;
        phantoms.priors = 1;
        QVERIFY(writePhantoms(phantoms, {}));
        const TrainingIndex index = readTrainingIndex(
            Settings::resolve(
                {{"data", {{"root", phantoms.folder.string()}, {"test_share", 0.34}, {"validation_share", 0.34}}}}),
            embedImporter());
        QCOMPARE(index.images.size(), std::size_t{24});
        for (const Split split : {Split::Train, Split::Validation, Split::Test}) {
            std::set<std::string> patients, studies;
            for (const std::size_t place : index.of(split)) {
                patients.insert(index.images[place].fields.patient);
                studies.insert(index.images[place].fields.exam);
            }
            QCOMPARE(patients.size(), std::size_t{1});
            QCOMPARE(studies.size(), std::size_t{2});
        }
    }

    void theSplitIsKeptWithItsHashAndAnotherIsRefused()
    {
        const fs::path file = root() / "split.json";
        const std::string hash = keepSplit(readTrainingIndex(settings(), embedImporter()), 42, file);
        QCOMPARE(hash.size(), std::size_t{64});
        QCOMPARE(keepSplit(readTrainingIndex(settings(), embedImporter()), 42, file), hash);
        const json record = readJson(file);
        QCOMPARE(record["patients"].size(), std::size_t{exams});
        QCOMPARE(record["count"]["test"]["images"].get<int>(), 4 * 4);
        const TrainingIndex index = readTrainingIndex(settings(), embedImporter());
        for (const TrainingImage& image : index.images)
            QVERIFY(!record["patients"].contains(image.fields.patient)); // identifiers stay out of the file

        // Nor can they be looked up: no hash of an identifier is the same in two runs, nor that of the identifier
        // alone.
        keepSplit(index, 42, root() / "second.json");
        const json second = readJson(root() / "second.json");
        QVERIFY(record["salt"] != second["salt"]);
        for (const TrainingImage& image : index.images)
            QVERIFY(!record["patients"].contains(sha256(image.fields.patient)));
        for (const auto& [hashed, split] : record["patients"].items())
            QVERIFY(!second["patients"].contains(hashed));
        // Files of older programs have no salt.
        json old = record;
        old.erase("salt");
        old["patients"] = json::object();
        for (const TrainingImage& image : index.images)
            old["patients"][sha256(image.fields.patient)] = name(image.split);
        old.erase("hash");
        old["hash"] = sha256(old.dump());
        writeAtomically(root() / "old.json", std::string_view(old.dump(1)));
        QCOMPARE(keepSplit(index, 42, root() / "old.json"), old["hash"].get<std::string>());

        const TrainingIndex other = readTrainingIndex(settings({{"data", {{"split_seed", 7}}}}), embedImporter());
        QVERIFY_THROWS_EXCEPTION(Error, keepSplit(other, 7, root() / "old.json"));
        QVERIFY_THROWS_EXCEPTION(Error, keepSplit(other, 7, file));
        json changed = record;
        changed["patients"].begin().value() = "test";
        changed["seed"] = 43;
        writeAtomically(file, std::string_view(changed.dump()));
        QVERIFY_THROWS_EXCEPTION(Error, keepSplit(index, 42, file));
    }

    // A closed form: the mask covers stored rows 40 to 59 and columns 20 to 39 of 120 x 100.
    void aLesionsShareIsExact()
    {
        Raster<std::uint8_t> mask(120, 100);
        for (int row = 40; row < 60; ++row)
            for (int column = 20; column < 40; ++column)
                mask.at(row, column) = 255;
        Geometry::Chain chain{100, 120, 100, 120, 0, 0, {0, 0, 99, 119}, 7, 7, 0, 0, 7, 1};
        const Raster<float> share = lesionShare(mask, Geometry(chain));
        const auto overlap = [](double from, double to, double low, double high) {
            return std::max(0.0, std::min(to, high) - std::max(from, low));
        };
        for (int row = 0; row < 7; ++row)
            for (int column = 0; column < 7; ++column) {
                const double height = 120.0 / 7, width = 100.0 / 7;
                const double expected = overlap(row * height, (row + 1) * height, 40, 60) *
                                        overlap(column * width, (column + 1) * width, 20, 40) / (height * width);
                QVERIFY(std::abs(share.at(row, column) - expected) < 1e-6);
            }
    }

    void preparedImagesAreMadeOnceAndBadOnesCounted()
    {
        const TrainingIndex index = readTrainingIndex(settings(), embedImporter());
        const PreparedImages first = prepared(index, "once");
        QCOMPARE(first.size(), index.images.size());
        QVERIFY(first.unreadable().empty());
        const auto files = std::distance(fs::directory_iterator(root() / "once"), fs::directory_iterator());
        const PreparedImages second = prepared(index, "once");
        QCOMPARE(std::distance(fs::directory_iterator(root() / "once"), fs::directory_iterator()), files);
        QVERIFY(std::ranges::equal(first.picture(5), second.picture(5)));

        const fs::path set = root() / "bad";
        test::writeSmallDataSet(set, 5);
        const TrainingIndex broken = readTrainingIndex(settings({{"data", {{"root", set.string()}}}}), embedImporter());
        std::ofstream(broken.images[3].path, std::ios::trunc) << "no picture";
        PreparedImages::Options options = optionsFor("bad-cache");
        options.badShare = 0.04; // one of 20 is more
        QVERIFY_THROWS_EXCEPTION(Error, PreparedImages::open(broken, options));
        options.badShare = 0.05;
        const auto images = PreparedImages::open(broken, options);
        QCOMPARE(images->unreadable().size(), std::size_t{1});
        QVERIFY(!images->readable(3) && images->readable(4));
        QVERIFY(images->unreadable()[0].file == broken.images[3].path);
    }

    void anEpochHasEveryImageOnce()
    {
        std::vector<std::size_t> images(50);
        std::iota(images.begin(), images.end(), 100);
        const ShuffledSampler sampler(images, 8, 42);
        QCOMPARE(sampler.epochSize(), std::int64_t{48});
        std::set<std::size_t> first, second;
        bool other = false;
        for (std::int64_t i = 0; i < 48; ++i) {
            first.insert(sampler(i));
            second.insert(sampler(48 + i));
            other |= sampler(i) != sampler(48 + i);
        }
        QCOMPARE(first.size(), std::size_t{48});
        QCOMPARE(second.size(), std::size_t{48});
        QVERIFY(other);
    }

    void balancedClassesComeEquallyOften()
    {
        const TrainingIndex index = readTrainingIndex(settings(), embedImporter());
        const auto images = index.of(Split::Train);
        std::vector<int> classes;
        for (const std::size_t image : images)
            classes.push_back(classOf(index.images[image].labels, biradsLabel).value_or(-1));
        const BalancedSampler sampler(index, images, classes, 42);
        int suspicious = 0;
        constexpr int draws = 4000;
        for (int i = 0; i < draws; ++i)
            suspicious += classOf(index.images[sampler(i)].labels, biradsLabel) == 4 ? 1 : 0;
        QVERIFY(std::abs(suspicious - draws / 2) < 5 * std::sqrt(draws) / 2); // five standard deviations
    }

    void batchesDoNotDependOnThreads()
    {
        const test::ParityCase parity("tokenizers");
        MAMA_NEED(parity.present(), "parity/tokenizers");
        const TrainingIndex index = readTrainingIndex(settings(), embedImporter());
        const PreparedImages images = prepared(index, "threads");
        const ImageBatches batches(index, images, captions(), batchOptions());
        std::vector<SampleBatch> alone;
        Prefetcher none(batches, {0, 4, 2, 0, 6});
        for (int i = 0; i < 12; ++i)
            alone.push_back(none.next());
        QVERIFY(!same(alone[0], alone[1]));
        for (const int threads : {1, 3}) {
            Prefetcher ahead(batches, {threads, 3, 2, 2, 6}); // from step 2 on, as a resume
            for (int i = 4; i < 12; ++i)
                QVERIFY(same(ahead.next(), alone[static_cast<std::size_t>(i)]));
        }
        const SampleBatch& batch = alone[0];
        QCOMPARE(batch.first.size(), std::size_t{6 * 56 * 56});
        QCOMPARE(batch.second.size(), batch.first.size());
        QCOMPARE(batch.ids.size(), std::size_t{6 * 48});
        QCOMPARE(batch.lesionGrid.size(), std::size_t{6 * 2 * 4 * 4});
        QCOMPARE(batch.separators.size(), std::size_t{6});
    }

    void lesionsFollowTheCropAndTheFlips()
    {
        const TrainingIndex index = readTrainingIndex(settings(), embedImporter());
        const PreparedImages images = prepared(index, "lesions");
        ImageBatchOptions options = batchOptions();
        options.augmentation = Augmentation::none();
        const ImageBatches plain(index, images, {}, options);
        options.augmentation.flipHorizontal = 1;
        const ImageBatches flipped(index, images, {}, options);
        bool seen = false;
        for (int step = 0; step < 5; ++step) {
            const SampleBatch a = plain.batch(step, 0), b = flipped.batch(step, 0);
            for (std::size_t row = 0; row < a.lesionGrid.size() / 4; ++row)
                for (std::size_t column = 0; column < 4; ++column) {
                    QVERIFY(std::abs(a.lesionGrid[4 * row + column] - b.lesionGrid[4 * row + 3 - column]) < 1e-6F);
                    seen |= a.lesionGrid[4 * row + column] > 0.5F;
                }
        }
        QVERIFY(seen);
    }

    void captionsCanBeShortened()
    {
        const TrainingIndex index = readTrainingIndex(settings(), embedImporter());
        const TrainingImage& image = index.images[4]; // left, of an exam with a mass
        const Caption caption = buildCaption(image.fields, image.finding, index.codes);
        QCOMPARE(
            findingsOf(caption.text),
            std::string(
                "Findings: The mammogram shows that a suspicious abnormality is present. The mass is Round and High Density."));
        const auto sentences = sentencesOf(caption);
        QVERIFY(std::find(sentences.begin(), sentences.end(), "The mass is Round and High Density.") !=
                sentences.end());
        QVERIFY(std::find(sentences.begin(), sentences.end(), "The breast is scattered fibroglandular densities.") !=
                sentences.end());
        CounterRandom random({1});
        const CaptionSampler early({1, 0.8, 10, 0});
        QVERIFY(early(image, index.codes, 9, random).starts_with("Findings: "));
        QVERIFY(early(image, index.codes, 10, random).starts_with("Procedure reported: "));
        int unknown = 0; // each of six fields is hidden with probability 0.8
        for (int i = 0; i < 1000; ++i) {
            const std::string text = early(image, index.codes, 10, random);
            for (std::size_t at = 0; (at = text.find("unknown", at)) != std::string::npos; ++at)
                ++unknown;
        }
        QVERIFY(std::abs(unknown - 4800) < 5 * std::sqrt(6000 * 0.8 * 0.2));
    }

private:
    static constexpr int exams = 20;
    fs::path root() const { return m_folder.path().toStdString(); }

    Settings settings(json changes = json::object()) const
    {
        json config = {{"data", {{"root", root().string()}}}};
        config.merge_patch(changes);
        return Settings::resolve(config);
    }
    PreparedImages::Options optionsFor(const char* cache) const
    {
        return {findProfile("mama"), {56, 14}, root() / cache, 0.01, 2};
    }
    PreparedImages prepared(const TrainingIndex& index, const char* cache) const
    {
        return std::move(*PreparedImages::open(index, optionsFor(cache)));
    }

    ImageBatchOptions batchOptions() const
    {
        ImageBatchOptions options;
        options.batch = 6;
        options.accumulation = 2;
        options.inputSize = 56;
        return options;
    }
    CaptionTokenizer captions() const
    {
        CaptionTokenizer captions = loadCaptionTokenizer(test::parityFolder() / "tokenizers" / "wordpiece_uncased");
        captions.rules.length = 48;
        return captions;
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestTrainingData)
#include "test_training_data.moc"
