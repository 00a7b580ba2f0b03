#pragma once
#include <QString>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace mama {

// A study of a list elsewhere that is to be read: its files, and where it stands in that list.
struct StudyToRead
{
    std::int64_t study = 0; // as that list counts them
    QString name;
    std::vector<std::filesystem::path> files;
    std::vector<std::filesystem::path> exams; // those of the woman's other exams, among which priors are looked for
    std::optional<std::pair<std::filesystem::path, int>> first; // file and frame that are looked at first
    std::size_t place = 0, of = 0;                              // in the list, from 1, and how many it holds

    std::vector<std::filesystem::path> withExams() const
    {
        std::vector<std::filesystem::path> all = files;
        all.insert(all.end(), exams.begin(), exams.end());
        return all;
    }
};

// The study that is `by` (1 or -1) further in that list, given soon, on the window's thread; none: the list ends there.
using StudyBeside =
    std::function<void(std::int64_t study, int by, std::function<void(std::optional<StudyToRead>)> take)>;

} // namespace mama
