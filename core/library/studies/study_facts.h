#pragma once
#include "core/library/collection/library_images.h"

#include <nlohmann/json_fwd.hpp>

namespace mama {

// One label with where it came from. Those that were replaced, and a model's suggestions, are there too.
struct FactLabel
{
    std::string task, value, side, source, author, at, row; // row: "clinical.csv:12"; side: "R", "L" or ""
    bool counts = false;                                    // it is the one that filters, facets and training see
    std::string means{};                                    // of a code, as the data set's legend says
    std::string level{};                                    // patient, study, breast, image, finding
    std::int64_t target = 0;                                // id of that; of a breast: its study
};

struct FactAnnotation
{
    std::int64_t id = 0, finding = 0;   // finding 0: of none
    std::string kind, note, author, at; // kind: box, contour, circle, point
    std::vector<float> geometry;        // stored pixels; a box: left, top, right, bottom, pixel edges
};

struct FactImage
{
    LibraryImage image;
    std::filesystem::path path; // of its file where it lies now; of a missing one where the tables say it is
    bool missing = false;       // now
    std::string vendor, model, row;
    int rows = 0, columns = 0, bits = 0; // 0: not known
    double mmRow = 0, mmColumn = 0;
    std::vector<FactLabel> labels;
    std::vector<FactAnnotation> annotations;
};

struct FactFinding
{
    std::int64_t id = 0;
    int number = 0;
    std::string side, kinds, row;
    std::vector<FactLabel> labels;
};

struct OtherStudy // of the same patient
{
    std::int64_t id = 0;
    std::string key, date;
};

struct StudyCohort
{
    std::string name, part; // part of its newest split: train, validation, test; "" where there is none
};

// All that a library knows of one study.
struct StudyFacts
{
    std::int64_t id = 0;
    std::string key, patient, dataset, licence, uid, date, kind, age, description, split, row;
    bool restricted = true;
    std::vector<std::string> tags; // of the study or its patient, by name
    std::vector<FactLabel> labels; // of patient, study and breasts
    std::vector<FactFinding> findings;
    std::vector<FactImage> images;             // hung ones by slot, then the extras
    std::array<int, 4> places{-1, -1, -1, -1}; // which of the images they show
    std::vector<StudyCohort> cohorts;          // that it is a member of
    std::vector<OtherStudy> others;            // by date

    const FactImage* inPlace(int place) const; // of the four that a tile has, see placesOf(); null: none
};

// Error(Data): there is no such study any more. Looks whether the files are there.
StudyFacts studyFacts(Library& library, std::int64_t study);
nlohmann::json toJson(const StudyFacts& facts);

} // namespace mama
