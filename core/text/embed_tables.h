#pragma once
#include "core/tables/csv_file.h"
#include "core/text/captions/captions.h"

#include <filesystem>

namespace mama {

// What captions need of EMBED's tables (datasets.md 2). Rows stay in the order of the files.
struct CaptionTable
{
    struct Row
    {
        std::size_t row = 0, line = 0; // 1 = first record; physical line
        ImageFields image;
        FindingFields finding; // chosen or, in a joined table, the row's own
        std::string problem;   // why no finding describes the image; empty: one does
    };
    struct Refused
    {
        std::filesystem::path file;
        TableProblem problem;
    };
    std::vector<Row> rows;
    std::vector<Refused> refused; // records that could not be read
    Legend legend;
    bool legendFound = false;
};

// `path` is one joined table (columns of both tables; one caption a row), or a folder with EMBED's own tables:
// metadata, clinical, legend, found by their columns. Beside clinical there may be clinical_reduced: the reference
// takes the assessment from that and the codes from the full one, by position; ours takes all from the full one.
// legend: a file to use instead of the one in the folder; may be empty. Error(Format) names a missing column or table.
CaptionTable readCaptionTable(const std::filesystem::path& path, bool reference,
                              const std::filesystem::path& legend = {});

} // namespace mama
