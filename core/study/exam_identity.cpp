#include "core/study/exam_identity.h"

#include <cctype>
#include <chrono>
#include <cstdlib>

namespace mama {
namespace {

// Capital letters, and one space for whatever stands between words.
std::string plainWords(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        const bool gap = c == '^' || c == ',' || c == ' ' || c == '\t';
        if (!gap)
            out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

// The first group of a person's name that says anything (PS3.5 6.2.1: alphabetic, ideographic, phonetic).
std::string personName(const std::string& value)
{
    for (std::size_t at = 0; at <= value.size();) {
        const std::size_t end = std::min(value.find('=', at), value.size());
        if (const std::string group = plainWords(value.substr(at, end - at)); !group.empty())
            return group;
        at = end + 1;
    }
    return {};
}

std::string digits(const std::string& date)
{
    std::string out;
    for (const char c : date)
        if (c >= '0' && c <= '9' && out.size() < 8)
            out += c;
    return out;
}

std::string readable(const std::string& date)
{
    return date.size() == 8 ? date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6) : date;
}

bool differ(const std::string& a, const std::string& b) { return !a.empty() && !b.empty() && a != b; }

// A longer form of the same name: middle names, titles.
bool continues(const std::string& longer, const std::string& shorter)
{
    return shorter.find(' ') != std::string::npos && longer.starts_with(shorter + " ");
}

// Midnight may pass in an exam, no more.
bool overADayApart(const std::string& a, const std::string& b)
{
    using namespace std::chrono;
    const auto day = [](const std::string& date) {
        const int number = std::atoi(date.c_str());
        return sys_days(year(number / 10000) / (number / 100 % 100) / (number % 100));
    };
    return a.size() != 8 || b.size() != 8 || std::abs((day(a) - day(b)).count()) > 1;
}

} // namespace

ExamIdentity::ExamIdentity(const ImageHeader& header)
    : patientId(header.patientId), issuer(header.patientIdIssuer), name(personName(header.patientName)),
      birthDate(digits(header.patientBirthDate)), sex(plainWords(header.patientSex)),
      studyDate(digits(header.studyDate)), acquisitionDate(digits(header.acquisitionDate)),
      accession(header.studyUid.empty() ? header.accessionNumber : std::string())
{}

int ExamIdentity::facts() const
{
    int known = 0;
    for (const std::string* each : {&patientId, &name, &birthDate, &studyDate, &acquisitionDate, &accession})
        known += each->empty() ? 0 : 1;
    return known;
}

UserText ExamIdentity::contradiction(const ExamIdentity& other) const
{
    if (differ(patientId, other.patientId))
        return {TextId("scan.patient_id", "patient ID")};
    if (!patientId.empty() && !other.patientId.empty() && differ(issuer, other.issuer))
        return {TextId("scan.patient_id_issuer", "issuer of the patient ID")};
    if (differ(name, other.name) && !continues(name, other.name) && !continues(other.name, name))
        return {TextId("scan.patient_name", "patient name")};
    if (differ(birthDate, other.birthDate))
        return {TextId("scan.birth_date", "patient's birth date")};
    if ((sex == "M" && other.sex == "F") || (sex == "F" && other.sex == "M"))
        return {TextId("scan.patient_sex", "patient's sex")};
    const bool studyDates = !studyDate.empty() && !other.studyDate.empty();
    const std::string& own = studyDate.empty() ? acquisitionDate : studyDate;
    const std::string& others = other.studyDate.empty() ? other.acquisitionDate : other.studyDate;
    if (differ(own, others) || (studyDates && differ(acquisitionDate, other.acquisitionDate) &&
                                overADayApart(acquisitionDate, other.acquisitionDate)))
        return {TextId("scan.exam_dates", "date of the exam (%1, %2)"), readable(own), readable(others)};
    if (differ(accession, other.accession))
        return {TextId("scan.accession_number", "accession number")};
    return {};
}

void ExamIdentity::add(const ExamIdentity& other)
{
    for (const auto member :
         {&ExamIdentity::patientId, &ExamIdentity::issuer, &ExamIdentity::name, &ExamIdentity::birthDate,
          &ExamIdentity::sex, &ExamIdentity::studyDate, &ExamIdentity::acquisitionDate, &ExamIdentity::accession})
        if ((this->*member).empty())
            this->*member = other.*member;
}

} // namespace mama
