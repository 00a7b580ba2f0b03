#pragma once
#include "core/tables/image_record.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace mama {

// Labels that count, by task.
using TaskValues = std::map<std::string, std::string>;

// A region that somebody marked, in stored pixels: box x0, y0, x1, y1; circle x, y, radius; point x, y; contour x, y,
// ...
struct HandedMark
{
    std::string kind, note; // note: which frame of reference its source means, if that is open
    std::vector<float> geometry;
    std::string finding; // the kinds of its finding, "mass,calcification"; empty: of none
    std::int64_t findingId = 0;
    std::string author{};
};

struct HandedImage
{
    std::int64_t id = 0;
    std::filesystem::path root, below; // the data set's folder; the file in it
    std::string state;                 // of the file: "none" is not released
    ImageFields fields;                // without a path
    bool spot = false;
    std::string vendor, model;
    int rows = 0, columns = 0; // 0: not known
    TaskValues labels;         // of the image, its breast, study and patient
    std::vector<HandedMark> marks;
};

// A clinical row: a finding, or what is said of a breast or study.
struct HandedFinding
{
    std::int64_t id = 0; // 0: what is said of a breast or study
    int number = 1;
    FindingFields fields;
    std::string kinds;
    TaskValues labels;
};

// A study as training is to see it.
struct HandedStudy
{
    std::int64_t patientId = 0;
    std::string dataset, date, description;
    std::string patient, name; // data set and key, so that two sets do not mix
    std::vector<HandedImage> images;
    std::vector<HandedFinding> findings;
    // The index of the finding that describes an image of this side (chooseFinding); findings.size(): none.
    std::size_t findingOf(const std::string& side) const;
};

// Reads studies with the labels that count: of several of one thing adjudicated before reader before imported, of equal
// ones that of the nearest level (finding or image, breast, study, patient), then the newest. A model's never count.
class StudyReader
{
public:
    explicit StudyReader(SQLite::Database& database);
    ~StudyReader();
    HandedStudy read(std::int64_t study);

private:
    struct Queries;
    struct Levels;
    void readImages(HandedStudy& study, std::int64_t id, const Levels& levels);
    void readMarks(HandedImage& image);
    void readFindings(HandedStudy& study, std::int64_t id, const Levels& levels);

    std::unique_ptr<Queries> m_queries;
};

} // namespace mama
