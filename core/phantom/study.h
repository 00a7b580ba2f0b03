#pragma once
#include "core/phantom/lesion.h"
#include "core/phantom/phantom.h"

#include <chrono>
#include <string>
#include <vector>

namespace mama::phantom {

// One lesion as seen in one image.
struct LesionRecord
{
    std::string sop, image, mask;
    std::size_t lesion = 0; // of its breast
    double x = 0, y = 0;    // of its centre, stored pixels
};

struct ImageRecord
{
    std::string sop, path; // path from the data set's folder
    Side side = Side::Left;
    View view = View::CC;
    std::vector<LesionRecord> lesions;
};

struct BreastRecord
{
    std::vector<Lesion> lesions;
    char assessment = 'N';
    double glandularFraction = 0;
};

struct StudyRecord
{
    std::uint64_t seed = 0; // of the patient
    bool prior = false;     // an earlier exam, see prior.h
    std::string patient, accession;
    std::chrono::sys_days date;
    int density = 2, age = 50;
    std::string race, ethnicity;
    BreastRecord breasts[2]; // left, right
    std::vector<ImageRecord> images;
};

StudyRecord planStudy(const PhantomOptions& options, std::uint64_t seed);

// The gravest of the lesions, negative without any.
char assess(const BreastRecord& breast);

std::string dateText(std::chrono::sys_days date, const char* separator); // year, month, day

// Images and masks of a planned study, which gets their records.
void writeStudy(const PhantomOptions& options, StudyRecord& study);

void writeTables(const std::filesystem::path& folder, const std::vector<StudyRecord>& studies);

} // namespace mama::phantom
