#pragma once
#include "core/base/user_text.h"
#include "core/study/study.h"

#include <optional>
#include <vector>

namespace mama {

// The exams of one patient, as indices of the studies, the newest first; those without a date last.
using PatientExams = std::vector<std::size_t>;

// Which exams are of one patient: those of one patient ID, as written, where neither its issuer, nor birth date, nor
// sex contradict. Another name is another patient, unless both birth dates are known and the same: names change. A name
// alone never makes one patient: a study that names no patient ID is alone. Every study is in one of them; in the order
// of their newest exams.
std::vector<PatientExams> byPatient(const std::vector<Study>& studies);

// Patient by patient, each one's newest exam first: a prior must not open as if it were the case.
std::vector<Study> inReadingOrder(std::vector<Study> studies);

// The exam to compare with: the newest of the same patient that is older. Empty: there is none, and why.
struct Prior
{
    std::optional<std::size_t> study;
    UserText why;
};
// patient: the one of byPatient that holds the study.
Prior priorOf(const std::vector<Study>& studies, const PatientExams& patient, std::size_t study);

} // namespace mama
