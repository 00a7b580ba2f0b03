#include "core/library/studies/kept_studies.h"

#include "core/base/hash.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <charconv>

namespace mama {
namespace {

constexpr std::int64_t mostKept = 50'000'000; // of a damaged text

// A number at the text's beginning, which is taken off; 0: there is none.
std::int64_t takeNumber(std::string_view& text)
{
    std::int64_t number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (wrong != std::errc() || number <= 0)
        return 0;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

} // namespace

std::string rangesText(std::span<const std::int64_t> ids)
{
    std::string text;
    for (std::size_t i = 0; i < ids.size();) {
        std::size_t last = i;
        while (last + 1 < ids.size() && ids[last + 1] == ids[last] + 1)
            ++last;
        text += (text.empty() ? "" : " ") + std::to_string(ids[i]);
        if (last > i)
            text += "-" + std::to_string(ids[last]);
        i = last + 1;
    }
    return text;
}

std::vector<std::int64_t> idsOfRanges(std::string_view text)
{
    std::vector<std::int64_t> ids;
    while (!text.empty()) {
        const std::int64_t first = takeNumber(text);
        std::int64_t last = first;
        if (text.starts_with('-')) {
            text.remove_prefix(1);
            last = takeNumber(text);
        }
        const bool ends = text.empty() || text.front() == ' ';
        if (first == 0 || last < first || !ends || (!ids.empty() && first <= ids.back()) ||
            last - first >= mostKept - static_cast<std::int64_t>(ids.size()))
            return {};
        for (std::int64_t id = first; id <= last; ++id)
            ids.push_back(id);
        text.remove_prefix(text.empty() ? 0 : 1);
    }
    return ids;
}

StudySet studySet(const StudyColumns& columns, std::span<const std::int64_t> ids)
{
    StudySet out(columns.size());
    for (const std::int64_t id : ids)
        if (const auto study = columns.find(id))
            out.add(*study);
    return out;
}

std::string markOf(Library& library)
{
    std::string mark;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement first(database, "SELECT id || at || author || words FROM command ORDER BY id LIMIT 1");
        if (first.executeStep())
            mark = sha256(first.getColumn(0).getString());
    });
    return mark;
}

} // namespace mama
