#pragma once
#include "core/base/progress.h"
#include "core/tables/importers/importer.h"
#include "core/training/settings/settings.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace mama {

enum class Split { Train, Validation, Test };
const char* name(Split split); // "train", "validation", "test"

// One image of a data set, with what its caption and classes are made of.
struct TrainingImage
{
    std::string id; // the file's name without its ending: a SOP instance UID or a running number
    std::filesystem::path path;
    Split split = Split::Train;
    ImageFields fields;
    FindingFields finding;
    ClassLabels labels;
    std::vector<LesionMask> lesions;
};

struct LeftOutRows
{
    UserText why; // "no density", "no 2D mammogram"
    std::size_t rows = 0;
};

struct TrainingIndex
{
    std::vector<TrainingImage> images; // in the order of the tables
    CodeBook codes;
    bool hasMasks = false;               // a table of lesions lies beside the images
    std::string synthetic;               // what the set says of itself if it is no real one; empty
    std::size_t rows = 0;                // of the table of images
    std::size_t leftOut = 0;             // rows of other image types, or without what the task needs of them
    std::vector<LeftOutRows> leftOutFor; // the same by reason
    std::vector<std::string> classes;    // of data.label, in order; empty: none is asked for
    std::vector<std::string> missing;    // paths of the table that are no file (patient_free.h)
    std::vector<std::size_t> nameless;   // rows without a path, 1 = first after the heading
    std::size_t refusedRows = 0;         // records that could not be read

    // Places in `images`, of a split.
    std::vector<std::size_t> of(Split split) const;
};

// The data set of `data.root` (or data.tables, data.images) as its importer reads it: 2D images with whole captions
// (where data.captions asks for them and the task takes text), or with the class of data.label (where that is learnt),
// split by patient: as data.split_file says, else by the seed, with shares exact to one patient. Error(Data) if nothing
// is left, Error(Io) or Error(Format) as the importer.
TrainingIndex readTrainingIndex(const Settings& settings, const Importer& importer, const Job& job = {});

// The same of the tables alone: no image is looked for. For what is said before a run begins.
TrainingIndex readTrainingTables(const Settings& settings, const Importer& importer);

// "480 of 500 rows of the table of images are left out: no density 480"; empty: none is.
UserText leftOutText(const TrainingIndex& index);

} // namespace mama
