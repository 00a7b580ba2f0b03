#pragma once
#include "core/base/error.h"
#include "core/protocol/run_entry.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// Which runs are wanted, as typed: words and conditions, all of which must hold.
//   lora                 the word in name, folder, group, tags, note, task, state or reason; capitals do not count
//   "two words"          with the blank
//   batch=32  max_lr<=1e-4  status!=failed  loss>0.5   a setting, figure or what RunEntry::value() knows
//   status:fail  tag:lora   holds these letters; of a number: is it
//   started>2026-11-01   a day, local time
//   group=               has none
//   -word  -tag:lora     not
class RunFilter
{
public:
    RunFilter() = default; // takes every run
    // Error(Usage) says which part is wrong and why.
    explicit RunFilter(std::string_view text);
    // As long as it is being typed: what is wrong or not yet complete is left out, and `problem` says what is of the
    // first such part; empty: nothing.
    static RunFilter whileTyped(std::string_view text, UserText& problem);

    bool empty() const { return m_terms.empty(); }
    bool accepts(const RunEntry& run) const;
    // Names in conditions that none of the runs knows, so that a slip is told from an empty answer.
    std::vector<std::string> unknown(std::span<const RunEntry* const> runs) const;

private:
    enum class Compare { Holds, Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual };
    struct Term
    {
        bool negated = false;
        std::string key; // empty: a word
        Compare compare = Compare::Holds;
        std::string text; // folded
        std::optional<double> number;
    };
    static RunFilter read(std::string_view text, std::optional<Error>& wrong);
    static Term termOf(const std::string& token);
    static bool holds(const Term& term, const RunEntry& run);
    static bool holdsTags(const Term& term, const RunEntry& run);

    std::vector<Term> m_terms;
};

// In which order runs are shown. Runs without the value come last.
struct RunOrder
{
    std::string key = "started";
    bool descending = true; // newest first

    // "loss", or "-loss" for the highest first.
    static RunOrder parse(std::string_view text);
    // Whether any of the runs has such a setting or figure, or every run has it by itself.
    bool isKnown(const std::vector<const RunEntry*>& runs) const;
    void sort(std::vector<const RunEntry*>& runs) const;
};

} // namespace mama
