#include "core/study/patients.h"

#include "core/study/exam_identity.h"

#include <algorithm>
#include <map>

namespace mama {
namespace {

// Whose exam it is, as far as all its images say; when it was stays out.
ExamIdentity patientOf(const Study& study)
{
    ExamIdentity all{ImageHeader()};
    for (const StudyImage& image : study.images)
        all.add(ExamIdentity(image.header));
    all.studyDate.clear();
    all.acquisitionDate.clear();
    all.accession.clear();
    return all;
}

bool isOnePatient(ExamIdentity a, ExamIdentity b)
{
    if (a.patientId.empty() || a.patientId != b.patientId)
        return false;
    if (!a.birthDate.empty() && a.birthDate == b.birthDate)
        a.name.clear();
    return a.contradiction(b).empty();
}

bool hangs(const Study& study)
{
    return std::ranges::any_of(study.images, [](const StudyImage& image) { return image.slot != Slot::Extra; });
}

bool isDate(const std::string& date)
{
    return date.size() == 8 && date.find_first_not_of("0123456789") == std::string::npos;
}

} // namespace

std::vector<PatientExams> byPatient(const std::vector<Study>& studies)
{
    std::vector<PatientExams> patients;
    std::vector<ExamIdentity> identities;
    std::map<std::string, std::vector<std::size_t>> byId; // patients with that ID: there may be many studies
    for (std::size_t i = 0; i < studies.size(); ++i) {
        ExamIdentity identity = patientOf(studies[i]);
        auto& alike = byId[identity.patientId];
        const auto found = identity.patientId.empty() ? alike.end() : std::ranges::find_if(alike, [&](std::size_t p) {
            return isOnePatient(identities[p], identity);
        });
        if (found != alike.end()) {
            patients[*found].push_back(i);
            continue;
        }
        alike.push_back(patients.size());
        patients.push_back({i});
        identities.push_back(std::move(identity));
    }
    for (PatientExams& exams : patients)
        std::ranges::stable_sort(exams, [&](std::size_t a, std::size_t b) {
            return (isDate(studies[a].date) ? studies[a].date : "") > (isDate(studies[b].date) ? studies[b].date : "");
        });
    std::ranges::stable_sort(patients, {}, [](const PatientExams& exams) { return exams.front(); });
    return patients;
}

std::vector<Study> inReadingOrder(std::vector<Study> studies)
{
    std::vector<PatientExams> patients = byPatient(studies);
    // Not of std::ranges: clang 14 has no subrange with the library of GCC 12.
    std::stable_partition(patients.begin(), patients.end(), [&](const PatientExams& exams) {
        return std::ranges::any_of(exams, [&](std::size_t exam) { return hangs(studies[exam]); });
    });
    std::vector<Study> sorted;
    sorted.reserve(studies.size());
    for (const PatientExams& exams : patients)
        for (const std::size_t exam : exams)
            sorted.push_back(std::move(studies[exam]));
    return sorted;
}

Prior priorOf(const std::vector<Study>& studies, const PatientExams& patient, std::size_t study)
{
    const Study& current = studies.at(study);
    if (patientOf(current).patientId.empty())
        return {{},
                {TextId("prior.no_patient_id", "no prior can be looked for: the exam names no patient ID, and a name "
                                               "alone is not enough")}};
    if (!isDate(current.date))
        return {{}, {TextId("prior.no_date", "no prior can be looked for: the exam has no date")}};
    for (const std::size_t other : patient) // newest first
        if (isDate(studies[other].date) && studies[other].date < current.date)
            return {other, {}};
    return {{}, {TextId("prior.none", "no prior: no older exam of this patient is open")}};
}

} // namespace mama
