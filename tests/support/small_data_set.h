#pragma once
#include <filesystem>
#include <string>

namespace mama::test {

// A data set in EMBED's layout: exams of four 8-bit pictures (PGM) of 120 x 100 pixels, each a bright half disc with
// its own texture; every second exam has a suspicious mass on the left, with a mask of the picture's rows 40 to 59 and
// columns 20 to 39 and a row in lesions.csv. One patient an exam. All values are invented.
void writeSmallDataSet(const std::filesystem::path& folder, int exams);

} // namespace mama::test
