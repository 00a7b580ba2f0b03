// libFuzzer on what people and programs write: the first byte says what follows. J a JSON document, R a line of the
// engine's protocol, C a table, X an .xlsx workbook, anything else a file's name, which is also a description, a
// study's words and a path. Errors are the expected end, anything else is a finding. Seeds: tests/fuzz/run.
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/protocol/engine_requests.h"
#include "core/study/describe_image.h"
#include "core/study/name_subject.h"
#include "core/study/view_text.h"
#include "core/tables/cell.h"
#include "core/tables/csv_file.h"
#include "core/tables/xlsx_file.h"
#include "tests/fuzz/memory_file.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace {

void need(bool holds)
{
    if (!holds)
        std::abort();
}

void readDocument(std::string_view text)
{
    const auto read = mama::parseJson(text);
    const nlohmann::json plain = nlohmann::json::parse(text, nullptr, false);
    if (const auto* document = std::get_if<nlohmann::json>(&read)) {
        need(*document == plain);
        static_cast<void>(mama::userTextFrom(*document).english());
    } else { // what we refuse is broken, or names a key twice
        need(plain.is_discarded() || !std::get<mama::JsonFault>(read).notJson);
    }
}

template <class Request>
void readParameters(const mama::protocol::Message& message)
{
    if (message.method == Request::method)
        need(Request::fromJson(Request::fromJson(message.params).toJson()) == Request::fromJson(message.params));
}

void readLine(std::string_view text)
{
    using namespace mama::protocol;
    const Message message = parseLine(text);
    static_cast<void>(parseAnswer(text));
    if (!message.valid) {
        const Answer answer = parseAnswer(errorLine(message.id, message.problem));
        need(answer.kind == Answer::Kind::Failed);
        return;
    }
    readParameters<HelloRequest>(message);
    readParameters<ModelsRequest>(message);
    readParameters<LoadRequest>(message);
    readParameters<EncodeRequest>(message);
    readParameters<QueryRequest>(message);
    readParameters<ClassifyRequest>(message);
    readParameters<PrepareRequest>(message);
    readParameters<ReleaseRequest>(message);
    readParameters<CancelRequest>(message);
}

void readTable(const std::uint8_t* data, std::size_t size)
{
    const mama::test::MemoryFile file(data, size);
    if (!file.good())
        return;
    const std::size_t width = mama::readCsvHeading(file.path()).size();
    const auto problems = mama::readCsv(file.path(), [width](const mama::CsvRecord& record) {
        need(record.fields.size() == width);
        for (const std::string& field : record.fields)
            static_cast<void>(mama::asNumber(field));
    });
    for (const mama::TableProblem& problem : problems)
        need(mama::isUtf8(problem.detail));
}

void readSheets(const std::uint8_t* data, std::size_t size)
{
    const mama::test::MemoryFile file(data, size);
    if (!file.good())
        return;
    for (const mama::Sheet& sheet : mama::readWorkbook(file.path()).sheets)
        for (const mama::SheetCell& cell : sheet.cells)
            need(mama::isUtf8(cell.stored) && !mama::nameOfCell(cell.row, cell.column).empty());
}

void readName(const std::string& name)
{
    const std::filesystem::path path(name);
    const std::string text = mama::pathText(path);
    need(mama::isUtf8(text) && mama::pathFromText(text) == path);
    static_cast<void>(mama::subjectWords(path));
    static_cast<void>(mama::namesOnlyView(name));
    static_cast<void>(mama::parseViewText(name));
    mama::ImageHeader header;
    header.format = "dicom";
    header.modality = "MG";
    header.seriesDescription = header.protocolName = header.paddle = header.laterality = header.viewPosition = name;
    static_cast<void>(mama::describeImage(path, header));
    header.format = "png";
    static_cast<void>(mama::describeImage(path, header));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        switch (data[0]) {
        case 'J': readDocument(rest); break;
        case 'R': readLine(rest); break;
        case 'C': readTable(data + 1, size - 1); break;
        case 'X': readSheets(data + 1, size - 1); break;
        default: readName(rest.substr(0, rest.find('\0')));
        }
    } catch (const mama::Error&) {
        return 0;
    }
    return 0;
}
