#include "core/library/handover/cohort_export.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/handover/cohort_writers.h"
#include "core/library/handover/data_terms.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>

namespace mama {
namespace {

constexpr std::size_t atOnce = 200; // studies, between which others come to the library

struct Cancelled
{
};

struct Source
{
    Cohort cohort;
    std::vector<std::int64_t> members;
    ExportFacts facts;
};

Source sourceOf(Library& library, const std::string& name)
{
    Source source{cohortNamed(library, name), {}, {}};
    const auto split = splitOf(library, name);
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT target FROM cohort_member WHERE cohort = ? ORDER BY target");
        each.bind(1, source.cohort.id);
        while (each.executeStep())
            source.members.push_back(each.getColumn(0).getInt64());
        SQLite::Statement tasks(database, "SELECT DISTINCT task FROM label WHERE replaced_by IS NULL AND source <>"
                                          " 'model' ORDER BY task");
        while (tasks.executeStep())
            source.facts.tasks.push_back(tasks.getColumn(0).getString());
        SQLite::Statement models(database, "SELECT DISTINCT model_hash FROM embedding_set ORDER BY model_hash");
        while (models.executeStep())
            source.facts.about["models"].push_back(models.getColumn(0).getString());
        if (!split)
            return;
        SQLite::Statement parts(database, "SELECT patient.id, part FROM split_patient JOIN patient ON"
                                          " ifnull(patient.person, patient.id) = split_patient.person WHERE split = ?");
        parts.bind(1, split->id);
        while (parts.executeStep())
            source.facts.parts[parts.getColumn(0).getInt64()] = parts.getColumn(1).getString();
    });
    nlohmann::json& about = source.facts.about;
    about["cohort"] = source.cohort.name;
    about["query"] = source.cohort.expression;
    about["hash"] = source.cohort.hash;
    about["split_hash"] = split ? nlohmann::json(split->hash) : nlohmann::json();
    about["studies"] = source.cohort.studies;
    if (!about.contains("models"))
        about["models"] = nlohmann::json::array();
    about["licences"] = nlohmann::json::array();
    for (const DataTerms& each : termsOf(library, source.members)) {
        about["licences"].push_back(
            {{"data_set", each.name}, {"licence", each.licence}, {"restricted", each.restricted}});
        source.facts.sets.push_back(each.name);
    }
    return source;
}

} // namespace

Cancellable<CohortFileMade> exportCohort(Library& library, const std::string& name, const CohortFile& wanted,
                                         const Job& job)
{
    Source source = sourceOf(library, name);
    source.facts.identifiers = wanted.identifiers;
    CohortFileMade made;
    const auto write = [&](std::ostream& out) {
        const auto writer = makeCohortWriter(wanted.form, out, source.facts);
        for (std::size_t begin = 0; begin < source.members.size(); begin += atOnce) {
            if (job.cancelled())
                throw Cancelled();
            job.report(begin, source.members.size(), "export");
            std::vector<HandedStudy> studies;
            library.read([&](SQLite::Database& database) {
                StudyReader reader(database);
                for (std::size_t i = begin; i < std::min(begin + atOnce, source.members.size()); ++i)
                    studies.push_back(reader.read(source.members[i]));
            });
            for (const HandedStudy& study : studies)
                writer->add(study);
        }
        writer->finish();
        made.studies = writer->studies();
        made.images = writer->images();
        made.annotations = writer->annotations();
    };
    try {
        writeAtomically(wanted.file, write);
    } catch (const Cancelled&) {
        return std::nullopt;
    }
    if (wanted.form == CohortFile::Form::Csv && wanted.file != "-")
        writeAtomically(
            wanted.file.string() + ".about.json",
            std::string_view(source.facts.about.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"));
    for (const nlohmann::json& each : source.facts.about["licences"])
        made.licences.push_back(each["data_set"].get<std::string>() + ": " + each["licence"].get<std::string>());
    return made;
}

} // namespace mama
