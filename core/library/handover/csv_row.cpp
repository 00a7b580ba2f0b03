#include "core/library/handover/csv_row.h"

namespace mama {
namespace {

void write(std::ostream& out, const std::string& field)
{
    if (field.find_first_of(",\"\r\n") == field.npos && !field.starts_with(' ') && !field.ends_with(' ')) {
        out << field;
        return;
    }
    out << '"';
    for (const char c : field)
        out << (c == '"' ? "\"\"" : std::string(1, c));
    out << '"';
}

} // namespace

void writeCsvRow(std::ostream& out, const std::vector<std::string>& fields)
{
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0)
            out << ',';
        write(out, fields[i]);
    }
    out << '\n';
}

} // namespace mama
