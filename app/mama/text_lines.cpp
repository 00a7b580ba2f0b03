#include "app/mama/text_lines.h"

#include "core/base/error.h"
#include "core/base/files.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

std::vector<std::string> linesOf(const std::string& content)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t end = std::min(content.find('\n', at), content.size());
        lines.push_back(content.substr(at, end - at));
        if (!lines.back().empty() && lines.back().back() == '\r')
            lines.back().pop_back();
        at = end + 1;
    }
    return lines;
}

} // namespace

std::vector<std::string> readTexts(const std::filesystem::path& path)
{
    std::string content = readText(path);
    if (content.starts_with("\xEF\xBB\xBF"))
        content.erase(0, 3);
    const std::size_t first = content.find_first_not_of(" \t\r\n");
    const auto document = first != std::string::npos && content[first] == '[' ? nlohmann::json::parse(content, nullptr, false) : nlohmann::json();
    if (!document.is_array()) {
        if (path.extension() == ".json")
            throw Error(ErrorCode::Format, "read texts", path.string(), "a JSON array of strings is expected");
        return linesOf(content); // a line may begin with "[", as "[CLS]" does
    }
    std::vector<std::string> texts;
    for (const auto& entry : document) {
        const auto& value = entry.is_object() && entry.contains("text") ? entry["text"] : entry;
        if (!value.is_string())
            throw Error(ErrorCode::Format, "read texts", path.string() + " entry " + std::to_string(texts.size()), "a string is expected");
        texts.push_back(value.get<std::string>());
    }
    return texts;
}

} // namespace mama::cli
