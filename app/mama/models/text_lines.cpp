#include "app/mama/models/text_lines.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/text_escape.h"

#include <nlohmann/json.hpp>

namespace mama::cli {
std::vector<std::string> readTexts(const std::filesystem::path& path)
{
    std::string content = readText(path);
    if (content.starts_with("\xEF\xBB\xBF"))
        content.erase(0, 3);
    const std::size_t first = content.find_first_not_of(" \t\r\n");
    const auto document = first != std::string::npos && content[first] == '['
                              ? nlohmann::json::parse(content, nullptr, false)
                              : nlohmann::json();
    if (!document.is_array()) {
        if (path.extension() == ".json")
            throw Error(ErrorCode::Format, "read texts", path.string(), "a JSON array of strings is expected");
        return splitLines(content); // a line may begin with "[", as "[CLS]" does
    }
    std::vector<std::string> texts;
    for (const auto& entry : document) {
        const auto& value = entry.is_object() && entry.contains("text") ? entry["text"] : entry;
        if (!value.is_string())
            throw Error(ErrorCode::Format, "read texts", path.string() + " entry " + std::to_string(texts.size()),
                        "a string is expected");
        texts.push_back(value.get<std::string>());
    }
    return texts;
}

} // namespace mama::cli
