#pragma once
#include "core/library/handover/handed_study.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace mama {

// A hand-over's tables in EMBED's layout. tasks: those that the library has labels of; each gets a column: in the table
// of images those that are said of an image, its breast, study or patient, in that of findings all that EMBED has no
// column for. Blanks in a task's name are underscores in its column's.
std::string columnOf(std::string task);
void writeImageHeading(std::ostream& out, const std::vector<std::string>& tasks);
void writeImageRow(std::ostream& out, const HandedImage& image, const std::filesystem::path& file,
                   const std::pair<const HandedStudy&, const std::vector<std::string>&>& of);
void writeFindingHeading(std::ostream& out, const std::vector<std::string>& tasks);
void writeFindingRow(std::ostream& out, const HandedFinding& finding, const HandedStudy& study,
                     const std::vector<std::string>& tasks);

} // namespace mama
