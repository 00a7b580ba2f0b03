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

TrainingIndex readTrainingIndex(const Settings& settings, const Importer& importer, const Job& job)
{
    const DataSetFolders folders = foldersOf(settings);
    const ImportedSet set = importer.read(folders);
    TrainingIndex index;
    index.codes = set.codes;
    index.hasMasks = set.hasMasks;
    index.synthetic = set.synthetic;
    index.refusedRows = set.refused.size();
    const auto limit = static_cast<std::size_t>(settings.integer("data.limit"));
    for (const ImageRecord& row : set.records) {
        if (job.cancelled() || (limit > 0 && index.images.size() >= limit))
            break;
        const Caption caption = buildCaption(row.image, row.finding, set.codes);
        if (caption.missing || row.image.imageType != "2D") {
            ++index.leftOut;
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
    }
    if (index.images.empty() && !job.cancelled())
        throw Error(ErrorCode::Data, {action::readDataSet}, folders.tables.string(),
                    {TextId("data.nothing_usable",
                            "no image can be used: %1 rows are not 2D or lack a field, %2 files are missing under %3"),
                     index.leftOut, index.missing.size(), folders.images.string()});
    if (const std::string file = settings.text("data.split_file"); !file.empty())
        splitByFile(index, file);
    else
        split(index, settings);
    takeSubset(index, settings);
    return index;
}

} // namespace mama
