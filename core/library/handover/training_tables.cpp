#include "core/library/handover/training_tables.h"

#include "core/library/handover/csv_row.h"

#include <algorithm>
#include <array>

namespace mama {
namespace {

// Tasks that stand in a column of EMBED's clinical table.
constexpr std::array embeds{"birads",        "density",      "mass shape",    "mass margin", "mass density",
                            "calcification", "distribution", "path severity", "race",        "ethnicity"};

bool isEmbeds(const std::string& task) { return std::find(embeds.begin(), embeds.end(), task) != embeds.end(); }

std::string at(const TaskValues& values, const std::string& task)
{
    const auto found = values.find(task);
    return found == values.end() ? std::string() : found->second;
}

} // namespace

std::string columnOf(std::string task)
{
    std::replace(task.begin(), task.end(), ' ', '_');
    return task;
}

void writeImageHeading(std::ostream& out, const std::vector<std::string>& tasks)
{
    std::vector<std::string> names{
        "anon_dicom_path",      "empi_anon",    "acc_anon", "study_date_anon", "StudyDescription",     "FinalImageType",
        "ImageLateralityFinal", "ViewPosition", "spot_mag", "Manufacturer",    "ManufacturerModelName"};
    for (const std::string& task : tasks)
        names.push_back(columnOf(task));
    writeCsvRow(out, names);
}

void writeImageRow(std::ostream& out, const HandedImage& image, const std::filesystem::path& file,
                   const std::pair<const HandedStudy&, const std::vector<std::string>&>& of)
{
    const ImageFields& fields = image.fields;
    std::vector<std::string> cells{file.string(),          fields.patient,   fields.exam, of.first.date,
                                   fields.procedure,       fields.imageType, fields.side, fields.view,
                                   image.spot ? "1" : "0", image.vendor,     image.model};
    for (const std::string& task : of.second)
        cells.push_back(at(image.labels, task));
    writeCsvRow(out, cells);
}

void writeFindingHeading(std::ostream& out, const std::vector<std::string>& tasks)
{
    std::vector<std::string> names{
        "empi_anon",    "acc_anon",  "study_date_anon",  "desc",     "asses",    "tissueden",  "numfind",
        "side",         "massshape", "massmargin",       "massdens", "calcfind", "calcdistri", "path_severity",
        "age_at_study", "RACE_DESC", "ETHNIC_GROUP_DESC"};
    for (const std::string& task : tasks)
        if (!isEmbeds(task))
            names.push_back(columnOf(task));
    writeCsvRow(out, names);
}

void writeFindingRow(std::ostream& out, const HandedFinding& finding, const HandedStudy& study,
                     const std::vector<std::string>& tasks)
{
    const FindingFields& fields = finding.fields;
    std::vector<std::string> cells{study.patient,
                                   study.name,
                                   study.date,
                                   study.description,
                                   fields.assessment,
                                   fields.density,
                                   std::to_string(finding.number),
                                   fields.side,
                                   fields.massShape,
                                   at(finding.labels, "mass margin"),
                                   fields.massDensity,
                                   fields.calcification,
                                   fields.distribution,
                                   at(finding.labels, "path severity"),
                                   fields.age,
                                   fields.race,
                                   fields.ethnicity};
    for (const std::string& task : tasks)
        if (!isEmbeds(task))
            cells.push_back(at(finding.labels, task));
    writeCsvRow(out, cells);
}

} // namespace mama
