#include "core/tables/csv_file.h"

#include "core/base/error.h"
#include "core/base/mapped_file.h"
#include "core/base/text_escape.h"
#include "core/tables/cell.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <csv.h>

namespace mama {
namespace {

char separatorOf(std::string_view text)
{
    char best = ',';
    std::ptrdiff_t most = 0;
    const std::string_view heading = text.substr(0, text.find('\n'));
    for (const char candidate : {',', ';', '\t'})
        if (const auto count = std::count(heading.begin(), heading.end(), candidate); count > most) {
            most = count;
            best = candidate;
        }
    return best;
}

// libcsv, fed one physical line at a time so that every record knows the line it starts on.
class Reader
{
public:
    using Take = std::function<bool(std::size_t line, const std::vector<std::string>& fields)>; // false: stop

    Reader(char separator, Take take) : m_take(std::move(take))
    {
        if (csv_init(&m_parser, CSV_APPEND_NULL) != 0)
            throw Error(ErrorCode::Memory, "read table", "libcsv", "it cannot be set up");
        // By default a field grows 128 bytes at a time: of 30 MB, and where a heap copies to grow, 3.5 TB are moved.
        csv_set_blk_size(&m_parser, 1 << 20);
        csv_set_delim(&m_parser, static_cast<unsigned char>(separator));
        csv_set_space_func(&m_parser, [](unsigned char) { return 0; }); // blanks belong to the field
    }
    ~Reader() { csv_free(&m_parser); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // The line on which a quoted field begins that never ends, or 0.
    std::size_t read(std::string_view text)
    {
        for (std::size_t at = 0; at < text.size() && !m_stopped;) {
            const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
            ++m_line;
            if (!m_open)
                m_start = m_line;
            m_open = true;
            if (csv_parse(&m_parser, text.data() + at, end - at, onField, onRecord, this) != end - at)
                throw Error(csv_error(&m_parser) == CSV_ENOMEM ? ErrorCode::Memory : ErrorCode::Format, "read table",
                            "line " + std::to_string(m_line),
                            {TextId("table.line_not_read", "the table cannot be read beyond this line")});
            const std::string_view fed = text.substr(at, end - at);
            if (m_fields.empty() && (fed == "\n" || fed == "\r\n") && !inQuotes())
                m_open = false; // an empty line
            at = end;
        }
        if (m_stopped)
            return 0;
        if (inQuotes())
            return m_start;
        csv_fini(&m_parser, onField, onRecord, this);
        return 0;
    }

private:
    // Inside a quoted field: libcsv's states count from 0, and 2 is a field that has begun and not ended.
    bool inQuotes() const { return m_parser.quoted != 0 && m_parser.pstate == 2; }

    static void onField(void* field, std::size_t size, void* self)
    {
        static_cast<Reader*>(self)->m_fields.emplace_back(static_cast<const char*>(field), size);
    }
    static void onRecord(int, void* self)
    {
        auto& reader = *static_cast<Reader*>(self);
        if (!reader.m_stopped)
            reader.m_stopped = !reader.m_take(reader.m_start, reader.m_fields);
        reader.m_fields.clear();
        reader.m_open = false;
    }

    csv_parser m_parser{};
    Take m_take;
    std::vector<std::string> m_fields;
    std::size_t m_line = 0, m_start = 0;
    bool m_open = false, m_stopped = false;
};

std::string_view textOf(const MappedFile& file)
{
    std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    return text;
}

std::vector<std::string> headingIn(std::string_view text)
{
    std::vector<std::string> heading;
    Reader(separatorOf(text), [&heading](std::size_t, const std::vector<std::string>& fields) {
        for (const std::string& field : fields)
            heading.emplace_back(trimmed(field));
        return false;
    }).read(text);
    return heading;
}

// As spreadsheets save "Unicode text": with its mark, or two bytes a letter, every second one 0.
bool isUtf16(const MappedFile& file)
{
    const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()),
                                std::min<std::size_t>(file.bytes().size(), 4));
    return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
           (text.size() == 4 && text[1] == 0 && text[3] == 0 && text[0] != 0 && text[2] != 0);
}

constexpr auto readingHeading = TextId("table.read_heading", "read table");

char folded(char c) { return c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

} // namespace

std::vector<std::string> readCsvHeading(const std::filesystem::path& path)
{
    const MappedFile file(path);
    if (checked(file, [&] { return isUtf16(file); }))
        throw Error(ErrorCode::Format, {readingHeading}, path.string(),
                    {TextId("table.utf16", "its text is UTF-16: save it as CSV in UTF-8")});
    const std::vector<std::string> heading = checked(file, [&] { return headingIn(textOf(file)); });
    if (heading.empty())
        throw Error(ErrorCode::Format, "read table", path.string(), "the file has no heading line");
    for (std::size_t i = 0; i < heading.size(); ++i)
        if (heading[i].size() > longestCell)
            throw Error(ErrorCode::Format, {readingHeading}, path.string(),
                        {TextId("table.long_heading", "the name of column %1 has %2 bytes, at most %3 are a name"),
                         i + 1, heading[i].size(), longestCell});
    return heading;
}

std::optional<TableProblem> overlongCell(const CsvRecord& record, std::span<const std::string> heading)
{
    for (std::size_t i = 0; i < record.fields.size(); ++i)
        if (const std::size_t size = record.fields[i].size(); size > longestCell)
            return TableProblem{record.row, record.line, "cell_too_long",
                                std::to_string(size) + " bytes, at most " + std::to_string(longestCell) + " expected",
                                i < heading.size() ? heading[i] : std::string()};
    return std::nullopt;
}

std::vector<TableProblem> readCsv(const std::filesystem::path& path, const std::function<void(const CsvRecord&)>& take)
{
    const std::vector<std::string> heading = readCsvHeading(path);
    const std::size_t width = heading.size();
    const MappedFile file(path);
    std::vector<TableProblem> problems;
    std::size_t records = 0; // the heading is record 0
    const auto each = [&](std::size_t line, const std::vector<std::string>& fields) {
        const std::size_t row = records++;
        if (row == 0)
            return true;
        if (fields.size() != width) {
            problems.push_back({row, line, "wrong_field_count",
                                std::to_string(fields.size()) + " fields, " + std::to_string(width) + " expected"});
            return true;
        }
        if (auto tooLong = overlongCell({row, line, fields}, heading)) {
            problems.push_back(std::move(*tooLong));
            return true;
        }
        const auto bad =
            std::find_if(fields.begin(), fields.end(), [](const std::string& field) { return !isUtf8(field); });
        if (bad != fields.end())
            problems.push_back({row, line, "bad_encoding", oneLine(*bad),
                                heading[static_cast<std::size_t>(bad - fields.begin())], true});
        take({row, line, fields});
        return true;
    };
    const auto read = [&] { return Reader(separatorOf(textOf(file)), each).read(textOf(file)); };
    if (const std::size_t line = checked(file, read))
        problems.push_back({records, line, "bad_quote", "a quoted field is not closed before the end of the file"});
    return problems;
}

std::optional<std::size_t> findColumn(std::span<const std::string> heading, std::string_view name)
{
    const auto same = [name](const std::string& column) {
        const std::string_view text = trimmed(column);
        return text.size() == name.size() && std::equal(text.begin(), text.end(), name.begin(),
                                                        [](char a, char b) { return folded(a) == folded(b); });
    };
    const auto found = std::find_if(heading.begin(), heading.end(), same);
    return found == heading.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - heading.begin()));
}

} // namespace mama
