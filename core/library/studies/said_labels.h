#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace SQLite {
class Database;
}

namespace mama {

// What readers said, of all things in a library. What is said of a breast, a study or a patient also counts for what is
// in it, where its source counts for more than the nearer label's (adjudicated, reader, imported): as StudyReader hands
// labels to training.
class SaidLabels
{
public:
    explicit SaidLabels(SQLite::Database& database);
    bool empty() const { return m_by.empty(); }

    struct Said
    {
        std::string level, side, task, value;
        std::int64_t target = 0;
        int rank = 0; // 2 reader, 3 adjudicated; what is imported has 1
    };
    const std::unordered_map<std::string, Said>& all() const { return m_by; }
    // Null: nobody said anything of it.
    const Said* of(std::string_view level, std::int64_t target, std::string_view side, std::string_view task) const;
    // What counts of a label of this rank and level ("finding", "image", "breast", "study") of a study, whose side is
    // that of the finding, image or breast: null, itself.
    const Said* over(int rank, std::string_view level, std::int64_t study, std::string_view side,
                     std::string_view task) const;

private:
    std::unordered_map<std::string, Said> m_by; // by level, target, side and task
    std::unordered_map<std::int64_t, std::int64_t> m_patientOf;
};

} // namespace mama
