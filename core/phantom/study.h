#pragma once
#include "core/phantom/lesion.h"
#include "core/phantom/phantom.h"

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
    MammogramSide side = MammogramSide::Left;
    MammogramView view = MammogramView::Cc;
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
    std::uint64_t seed = 0;
    std::string patient, accession, date;
    int density = 2, age = 50;
    std::string race, ethnicity;
    BreastRecord breasts[2]; // left, right
    std::vector<ImageRecord> images;
};

void writeTables(const std::filesystem::path& folder, const std::vector<StudyRecord>& studies);

} // namespace mama::phantom
