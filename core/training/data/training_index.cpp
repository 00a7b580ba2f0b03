#include "core/training/data/training_index.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/tables/cell.h"
#include "core/tables/csv_file.h"
#include "core/text/captions/captions.h"
#include "core/training/data/counter_random.h"
#include "core/training/data/patient_free.h"
#include "core/training/settings/data_folders.h"
#include "core/training/settings/training_actions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

namespace fs = std::filesystem;

namespace mama {
namespace {

DataSetFolders foldersOf(const Settings& settings)
{
    DataSetFolders folders = dataFolders(settings);
    if (!fs::exists(folders.tables))
        throw Error(ErrorCode::Io, {action::readDataSet}, folders.tables.string(),
                    {TextId("data.tables_gone", "no such file or folder")});
    return folders;
}

std::uint64_t numberOf(const std::string& text) { return std::stoull(sha256(text).substr(0, 16), nullptr, 16); }

// Patients in an order that depends on the seed and their names alone.
std::vector<std::string> shuffledPatients(const TrainingIndex& index, RandomPurpose purpose, std::int64_t seed)
{
    std::map<std::string, std::uint64_t> ranks;
    for (const TrainingImage& image : index.images)
        if (!ranks.count(image.fields.patient))
            ranks[image.fields.patient] =
                CounterRandom({static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(purpose),
                               numberOf(image.fields.patient)})();
    std::vector<std::string> patients;
    for (const auto& [patient, rank] : ranks)
        patients.push_back(patient);
    std::stable_sort(patients.begin(), patients.end(),
                     [&](const auto& a, const auto& b) { return ranks[a] < ranks[b]; });
    return patients;
}

void split(TrainingIndex& index, const Settings& settings)
{
    const auto patients = shuffledPatients(index, RandomPurpose::Split, settings.integer("data.split_seed"));
    const auto count = [&](NumberKey key) {
        return static_cast<std::size_t>(std::llround(settings.number(key) * static_cast<double>(patients.size())));
    };
    const std::size_t test = count("data.test_share"), validation = count("data.validation_share");
    std::unordered_map<std::string, Split> splits;
    for (std::size_t i = 0; i < patients.size(); ++i)
        splits[patients[i]] = i < test ? Split::Test : i < test + validation ? Split::Validation : Split::Train;
    for (TrainingImage& image : index.images)
        image.split = splits[image.fields.patient];
}

// As a file says it, whole: a woman who is not in it would be in no part.
void splitByFile(TrainingIndex& index, const fs::path& file)
{
    const std::vector<std::string> heading = readCsvHeading(file);
    const auto patient = findColumn(heading, "patient"), part = findColumn(heading, "part");
    if (!patient || !part)
        throw Error(ErrorCode::Format, {action::readDataSet}, file.string(),
                    {TextId("data.split_columns", "it has no columns patient and part")});
    std::unordered_map<std::string, Split> splits;
    const std::vector<TableProblem> problems = readCsv(file, [&](const CsvRecord& record) {
        const std::string key(asKey(record.fields[*patient])), where(trimmed(record.fields[*part]));
        const Split split = where == name(Split::Test)         ? Split::Test
                            : where == name(Split::Validation) ? Split::Validation
                                                               : Split::Train;
        if (key.empty() || where != name(split) || !splits.emplace(key, split).second)
            throw Error(ErrorCode::Format, {action::readDataSet}, file.string() + ", row " + std::to_string(record.row),
                        {TextId("data.split_row", "a patient, once, and train, validation or test are expected")});
    });
    if (!problems.empty())
        throw Error(ErrorCode::Format, {action::readDataSet},
                    file.string() + ", row " + std::to_string(problems.front().row), problems.front().detail);
    std::set<std::string> without;
    for (TrainingImage& image : index.images)
        if (const auto found = splits.find(image.fields.patient); found != splits.end())
            image.split = found->second;
        else
            without.insert(image.fields.patient);
    if (!without.empty())
        throw Error(ErrorCode::Data, {action::readDataSet}, file.string(),
                    {TextId("data.split_lacks", "%1 patients of the tables are not in it"), without.size()});
}

// Leaves the images of a share of the training patients.
void takeSubset(TrainingIndex& index, const Settings& settings)
{
    const double share = settings.number("data.label_share");
    if (share >= 1)
        return;
    TrainingIndex training;
    for (const std::size_t place : index.of(Split::Train))
        training.images.push_back(index.images[place]);
    auto patients = shuffledPatients(training, RandomPurpose::Subset, settings.integer("data.split_seed"));
    patients.resize(
        std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(share * static_cast<double>(patients.size())))));
    std::sort(patients.begin(), patients.end());
    std::erase_if(index.images, [&](const TrainingImage& image) {
        return image.split == Split::Train &&
               !std::binary_search(patients.begin(), patients.end(), image.fields.patient);
    });
}

} // namespace

const char* name(Split split)
{
    return split == Split::Train ? "train" : split == Split::Validation ? "validation" : "test";
}

std::vector<std::size_t> TrainingIndex::of(Split split) const
{
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < images.size(); ++i)
        if (images[i].split == split)
            places.push_back(i);
    return places;
}

namespace {

bool learnsClasses(const Settings& settings)
{
    return settings.is({"task", "probe"}) || settings.is({"task", "finetune"});
}

// Which rows of a table a run takes.
class RowChoice
{
public:
    explicit RowChoice(const Settings& settings)
        : m_captions(settings.is({"task", "pretrain"}) && settings.is({"data.captions", "whole"})),
          m_classes(learnsClasses(settings)), m_label(settings.text("data.label"))
    {}
    // Why a run does not take it; empty: it does.
    UserText whyNot(const ImageRecord& row, const CodeBook& codes) const
    {
        if (row.image.imageType != "2D")
            return {TextId("data.no_2d", "no 2D mammogram")};
        if (m_classes && !classOf(row.labels, m_label) && row.label.empty())
            return {TextId("data.no_label", "no %1"), m_label};
        if (m_captions)
            if (const auto lacks = buildCaption(row.image, row.finding, codes).lacks)
                return textOf(*lacks);
        return {};
    }

private:
    bool m_captions, m_classes;
    std::string m_label;
};

void leaveOut(TrainingIndex& index, const UserText& why)
{
    ++index.leftOut;
    const auto known = std::find_if(index.leftOutFor.begin(), index.leftOutFor.end(),
                                    [&](const LeftOutRows& each) { return each.why == why; });
    if (known == index.leftOutFor.end())
        index.leftOutFor.push_back({why, 1});
    else
        ++known->rows;
}

UserText reasons(const TrainingIndex& index)
{
    UserText all;
    for (const LeftOutRows& each : index.leftOutFor) {
        const UserText one{TextId("data.left_out_one", "%1: %2"), each.why, each.rows};
        all = all.empty() ? one : UserText{TextId("data.left_out_list", "%1, %2"), all, one};
    }
    return all;
}

// Where the class that is asked for is a column's, its values in order are the classes: numbers by size, else letter by
// letter.
void nameClasses(TrainingIndex& index, const std::string& label, const std::vector<std::string>& values)
{
    constexpr std::size_t most = 100;
    if (label == biradsLabel)
        index.classes = {"0", "1", "2", "3", "4", "5", "6"};
    else if (label == densityLabel)
        index.classes = {"A", "B", "C", "D"};
    if (label == "none" || !index.classes.empty())
        return;
    const std::set<std::string> found(values.begin(), values.end());
    for (const std::string& value : found)
        if (!value.empty())
            index.classes.push_back(value);
    if (index.classes.size() > most || index.classes.size() < 2)
        throw Error(ErrorCode::Usage, {action::readDataSet}, "data.label",
                    {TextId("data.no_classes", "%1 has %2 different values among the images that are used: 2 to %3 can "
                                               "be told apart"),
                     label, index.classes.size(), most});
    std::stable_sort(index.classes.begin(), index.classes.end(), [](const std::string& x, const std::string& y) {
        const auto a = asNumber(x), b = asNumber(y);
        return a && b ? *a < *b : a && !b;
    });
    std::map<std::string, int> numbers;
    for (std::size_t i = 0; i < index.classes.size(); ++i)
        numbers[index.classes[i]] = static_cast<int>(i);
    for (std::size_t i = 0; i < index.images.size(); ++i)
        if (!values[i].empty())
            index.images[i].labels.insert_or_assign(label, numbers.at(values[i]));
}

[[noreturn]] void nothingUsable(const TrainingIndex& index, const Settings& settings, const DataSetFolders& folders)
{
    if (index.leftOut == 0)
        throw Error(ErrorCode::Data, {action::readDataSet}, folders.tables.string(),
                    {TextId("data.no_files", "no image can be used: %1 files are missing under %2"),
                     index.missing.size(), folders.images.string()});
    const UserText offer =
        settings.is({"task", "pretrain"}) && settings.is({"data.captions", "whole"})
            ? UserText{TextId("data.offer_known", "data.captions known makes captions of what is known, and the task "
                                                  "probe learns the classes of data.label")}
            : UserText{TextId("data.offer_label", "another data.label may be given for more of them")};
    throw Error(ErrorCode::Data, {action::readDataSet}, folders.tables.string(),
                {TextId("data.nothing_usable",
                        "no image can be used: of %1 rows %2 are left out (%3), %4 files are missing under %5; %6"),
                 index.rows, index.leftOut, reasons(index), index.missing.size(), folders.images.string(), offer});
}

} // namespace

UserText leftOutText(const TrainingIndex& index)
{
    if (index.leftOut == 0)
        return {};
    return {TextId("data.left_out", "%1 of %2 rows of the table of images are left out (%3)"), index.leftOut,
            index.rows, reasons(index)};
}

TrainingIndex readTrainingIndex(const Settings& settings, const Importer& importer, const Job& job)
{
    const DataSetFolders folders = foldersOf(settings);
    const ImportedSet set = importer.read(folders);
    TrainingIndex index;
    index.codes = set.codes;
    index.hasMasks = set.hasMasks;
    index.synthetic = set.synthetic;
    index.refusedRows = set.refused.size();
    const RowChoice choice(settings);
    std::vector<std::string> values; // of the label's column, image by image
    const auto limit = static_cast<std::size_t>(settings.integer("data.limit"));
    for (const ImageRecord& row : set.records) {
        if (job.cancelled() || (limit > 0 && index.images.size() >= limit))
            break;
        ++index.rows;
        if (const UserText why = choice.whyNot(row, set.codes); !why.empty()) {
            leaveOut(index, why);
            continue;
        }
        if (row.image.path.empty()) {
            index.nameless.push_back(row.row);
            continue;
        }
        TrainingImage image{
            {}, importer.imageFile(folders, row), Split::Train, row.image, row.finding, row.labels, row.lesions};
        if (image.path.empty()) {
            index.missing.push_back(withoutPatient(row.image.path, row.image.patient));
            continue;
        }
        if (image.fields.patient.empty())
            image.fields.patient = image.fields.exam; // a joined table without patients: an exam stands for one
        image.id = image.path.stem().string();
        index.images.push_back(std::move(image));
        values.push_back(row.label);
    }
    if (index.images.empty() && !job.cancelled())
        nothingUsable(index, settings, folders);
    nameClasses(index, settings.text("data.label"), values);
    if (const std::string file = settings.text("data.split_file"); !file.empty())
        splitByFile(index, file);
    else
        split(index, settings);
    takeSubset(index, settings);
    return index;
}

TrainingIndex readTrainingTables(const Settings& settings, const Importer& importer)
{
    return readTrainingIndex(settings, {importer.read, [](const DataSetFolders&, const ImageRecord& record) {
                                            return fs::path(record.image.path);
                                        }});
}

} // namespace mama
