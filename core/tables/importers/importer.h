#pragma once
#include "core/tables/csv_file.h"
#include "core/tables/image_record.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mama {

// Where a data set lies. root may be empty where images and tables are given by themselves.
struct DataSetFolders
{
    std::filesystem::path root, images, tables; // tables: a folder, or one joined table
    std::string label{}; // the class that is asked for: birads, density, or a column of the tables; empty: none
};

// What an importer gives: records in the order of the tables' rows.
struct ImportedSet
{
    struct Refused
    {
        std::filesystem::path file;
        TableProblem problem;
    };
    std::vector<ImageRecord> records;
    std::vector<Refused> refused; // records that could not be read
    CodeBook codes;
    bool codesFound = false;
    bool hasMasks = false; // the set marks its lesions: a record without masks shows none
    std::string synthetic; // what the set says of itself if it is no real one; empty
};

// One data set's way from its files to records. A second data set is a second value, in a file of its own beside
// embed.h.
struct Importer
{
    // Error(Io) or Error(Format) names the table, and the column that is missing; Error(Usage) a label that is none.
    std::function<ImportedSet(const DataSetFolders&)> read;
    // The file of a record's image; empty: there is none. Looks on the disk, so it is asked record by record.
    std::function<std::filesystem::path(const DataSetFolders&, const ImageRecord&)> imageFile;
};

} // namespace mama
