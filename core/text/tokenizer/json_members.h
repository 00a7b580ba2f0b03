#pragma once
#include "core/base/user_text.h"
#include "core/text/tokenizer/unicode.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

// Members of a tokenizer file's JSON objects, checked: a wrong kind is an Error(Format) that names `where`.
namespace mama::text {

// The file's document, which must be an object; of a file that is not there, an empty one.
nlohmann::json readObject(const std::filesystem::path& file);
nlohmann::json optionalObject(const std::filesystem::path& file);

// Missing or null gives the default.
std::string stringAt(const nlohmann::json& object, const char* key, const std::string& otherwise,
                     const std::string& where);
bool flagAt(const nlohmann::json& object, const char* key, bool otherwise, const std::string& where);
const nlohmann::json& arrayAt(const nlohmann::json& object, const char* key, const std::string& where);
const nlohmann::json& objectAt(const nlohmann::json& object, const char* key, const std::string& where);
std::int64_t integerOf(const nlohmann::json& value, const std::string& where);
// What is given as a string or as an object with "content", as special tokens are; empty: neither.
std::string contentOf(const nlohmann::json& value);
std::string typeOf(const nlohmann::json& object, const std::string& where);

// `where` one level deeper; Error(Format) when components are nested absurdly deep.
std::string inside(const std::string& where, std::size_t index);

// A component that we do not have.
[[noreturn]] void unsupported(const std::string& stage, const std::string& type, const std::string& where);
[[noreturn]] void broken(const std::string& where, const UserText& why);

// A tokenizer's rules may lengthen a text, and rules behind each other multiply: Error(Data) beyond 64 MiB.
void checkGrowth(std::size_t bytes, const std::string& where);

// The "pattern" member: {"String": ...} taken literally, or {"Regex": ...}.
class TextPattern
{
public:
    TextPattern(const nlohmann::json& object, const std::string& where);
    std::vector<unicode::Range> matches(std::string_view text) const;
    std::string replaced(std::string_view text, const std::string& by) const;

private:
    std::string m_where;
    std::string m_literal;
    std::optional<unicode::Pattern> m_expression;
};

} // namespace mama::text
