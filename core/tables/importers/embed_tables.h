#pragma once
#include "core/tables/importers/importer.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mama {

// `path` is one joined table (columns of both tables; one caption a row), or a folder with EMBED's own tables:
// metadata, clinical, legend, found by their columns. Beside clinical there may be clinical_reduced: the reference
// takes the assessment from that and the codes from the full one, by position; ours takes all from the full one.
// legend: a file to use instead of the one in the folder; may be empty. label: a column of the table of images or of
// findings whose cells are wanted; birads and density may also stand in the table of images, and then count for more
// than the finding's. Error(Format) names a missing column or table, Error(Usage) a label that no table has.
ImportedSet readEmbedTables(const std::filesystem::path& path, bool reference, const std::filesystem::path& legend = {},
                            const std::string& label = {});

// Which of an exam's findings describes an image of this side (mama.md 4.2): an index into `findings`, and the
// findings among which it was chosen. Empty `among` if there is no finding.
struct FindingChoice
{
    std::size_t index = 0;
    std::vector<std::size_t> among;
    bool rated = false; // the chosen one comes from a comparison of assessments
};
FindingChoice chooseFinding(std::span<const FindingFields> findings, const std::string& imageSide, bool reference);

} // namespace mama
