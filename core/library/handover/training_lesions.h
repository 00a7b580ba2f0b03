#pragma once
#include "core/library/handover/handed_study.h"

#include <vector>

namespace mama {

// lesions.csv and the masks of what was marked, of a folder that is handed over.
class LesionExport
{
public:
    explicit LesionExport(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    // The image's marks; file: where it lies, looked into where its size is not known, or where only the breast tells
    // which way a mark was made.
    void add(const HandedStudy& study, const HandedImage& image, const std::filesystem::path& file);
    void finish(); // the table; nothing where nothing was marked
    std::int64_t masks() const { return static_cast<std::int64_t>(m_rows.size()); }
    std::int64_t otherMarks() const { return m_otherMarks; }

private:
    std::filesystem::path m_folder;
    std::vector<std::vector<std::string>> m_rows;
    std::int64_t m_otherMarks = 0, m_files = 0;
};

} // namespace mama
