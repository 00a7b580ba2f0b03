#include "core/library/collection/folder_set.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/collection/library_images.h"
#include "core/study/scan.h"

#include <nlohmann/json.hpp>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

std::string dayOf(const std::string& date)
{
    return date.size() == 8 ? date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6) : date;
}

void addStudy(SetRows& rows, const Study& study, const fs::path& root)
{
    const std::string patient = study.patientId.empty() ? study.uid : study.patientId;
    const std::uint32_t index = rows.study(patient, study.uid, {});
    rows.studies[index].date = dayOf(study.date);
    std::set<fs::path> files; // of several frames the file is one image
    for (const StudyImage& image : study.images) {
        if (!files.insert(image.path).second)
            continue;
        SetImage made;
        made.study = index;
        made.path = image.path.lexically_relative(root).generic_string();
        made.side = image.side == Side::Right ? 'R' : image.side == Side::Left ? 'L' : ' ';
        made.view = image.view;
        made.type = typeOf(image);
        made.modifiers = modifiersOf(image);
        made.vendor = image.header.manufacturer;
        made.model = image.header.model;
        made.rows = image.header.rows;
        made.columns = image.header.columns;
        rows.images.push_back(std::move(made));
    }
}

} // namespace

Cancellable<SetRows> readFolderSet(const fs::path& given, const Job& job)
{
    std::error_code failed;
    const fs::path root = fs::canonical(given, failed);
    if (failed || !fs::is_directory(root, failed))
        throw Error(ErrorCode::Io, {TextId("library.import_folder", "import")}, pathText(given),
                    {TextId("library.no_such_folder", "there is no such folder")});
    ScanOptions options;
    options.readPixels = false;
    const auto scanned = scan({root}, job, options);
    if (!scanned)
        return std::nullopt;
    SetRows rows;
    rows.root = root;
    rows.importer = "folder";
    rows.name = pathText(root.filename());
    rows.licence = "your own images: their terms are not known here";
    rows.restricted = true;
    rows.report.dataset = "folder";
    rows.tables.push_back("folder"); // rows have to come from somewhere
    for (const Study& study : scanned->studies)
        addStudy(rows, study, root);
    for (const ScanProblem& problem : scanned->problems)
        rows.report.problems.push_back({problem.refused ? "refused_file" : "no_image_file",
                                        pathText(problem.path.lexically_relative(root)), problem.reason.english()});
    std::set<std::string> patients;
    for (const SetStudy& study : rows.studies)
        patients.insert(study.patient);
    rows.report.patients = patients.size();
    rows.report.studies = rows.studies.size();
    rows.report.images = rows.images.size();
    rows.sortProblems();
    if (rows.images.empty())
        throw Error(ErrorCode::Format, {TextId("library.import_folder_empty", "import")}, pathText(given),
                    {TextId("library.no_images", "it has no images that can be read")});
    return rows;
}

} // namespace mama
