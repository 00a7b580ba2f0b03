#include "core/text/tokenizer/json_members.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/json_text.h"
#include "core/base/log.h"

#include <algorithm>

namespace mama::text {

void broken(const std::string& where, const UserText& why)
{
    throw Error(ErrorCode::Format, {action::readTokenizer}, where, why);
}

void unsupported(const std::string& stage, const std::string& type, const std::string& where)
{
    throw Error(
        ErrorCode::Unsupported, {action::readTokenizer}, where,
        {TextId("tokenizer.not_known_program", "%1 \"%2\" is not known to this program"), stage, type.substr(0, 100)});
}

namespace {

const nlohmann::json* member(const nlohmann::json& object, const char* key)
{
    if (!object.is_object())
        return nullptr;
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

} // namespace

nlohmann::json readObject(const std::filesystem::path& file)
{
    std::vector<std::string> twice;
    nlohmann::json document = readOthersJson(file, twice);
    for (const std::string& key : twice)
        log::warning(file.string() + ": the key " + key + " is given twice, the last value counts");
    if (!document.is_object())
        broken(file.string(), {TextId("tokenizer.document_must_json_object", "the document must be a JSON object")});
    return document;
}

nlohmann::json optionalObject(const std::filesystem::path& file)
{
    return std::filesystem::exists(file) ? readObject(file) : nlohmann::json::object();
}

std::string stringAt(const nlohmann::json& object, const char* key, const std::string& otherwise,
                     const std::string& where)
{
    const nlohmann::json* value = member(object, key);
    if (!value)
        return otherwise;
    if (!value->is_string())
        broken(where, {TextId("tokenizer.must_string", "\"%1\" must be a string"), key});
    return value->get<std::string>();
}

bool flagAt(const nlohmann::json& object, const char* key, bool otherwise, const std::string& where)
{
    const nlohmann::json* value = member(object, key);
    if (!value)
        return otherwise;
    if (!value->is_boolean())
        broken(where, {TextId("tokenizer.must_true_or_false", "\"%1\" must be true or false"), key});
    return value->get<bool>();
}

const nlohmann::json& arrayAt(const nlohmann::json& object, const char* key, const std::string& where)
{
    const nlohmann::json* value = member(object, key);
    if (!value || !value->is_array())
        broken(where, {TextId("tokenizer.must_list", "\"%1\" must be a list"), key});
    return *value;
}

const nlohmann::json& objectAt(const nlohmann::json& object, const char* key, const std::string& where)
{
    const nlohmann::json* value = member(object, key);
    if (!value || !value->is_object())
        broken(where, {TextId("tokenizer.must_object", "\"%1\" must be an object"), key});
    return *value;
}

std::int64_t integerOf(const nlohmann::json& value, const std::string& where)
{
    if (!value.is_number_integer() ||
        (value.is_number_unsigned() && value.get<std::uint64_t>() > 0x7fffffffffffffffULL))
        broken(where, {TextId("tokenizer.integer_expected", "an integer is expected")});
    return value.get<std::int64_t>();
}

std::string contentOf(const nlohmann::json& value)
{
    if (value.is_string())
        return value.get<std::string>();
    return value.is_object() && value.contains("content") && value["content"].is_string()
               ? value["content"].get<std::string>()
               : std::string();
}

std::string typeOf(const nlohmann::json& object, const std::string& where)
{
    if (!object.is_object())
        broken(where, {TextId("tokenizer.object_type_expected", "an object with a \"type\" is expected")});
    const std::string type = stringAt(object, "type", "", where);
    if (type.empty())
        broken(where, {TextId("tokenizer.type_missing", "\"type\" is missing")});
    return type;
}

std::string inside(const std::string& where, std::size_t index)
{
    if (std::count(where.begin(), where.end(), '[') >= 16)
        broken(where, {TextId("tokenizer.components_nested_too_deep", "components are nested too deep")});
    return where + "[" + std::to_string(index) + "]";
}

void checkGrowth(std::size_t bytes, const std::string& where)
{
    if (bytes > (std::size_t{64} << 20))
        throw Error(ErrorCode::Data, {action::tokenize}, where,
                    {TextId("tokenizer.rules_tokenizer_lengthen_text_more",
                            "the rules of the tokenizer lengthen the text to more than 64 MiB")});
}

TextPattern::TextPattern(const nlohmann::json& object, const std::string& where) : m_where(where)
{
    const nlohmann::json& pattern = objectAt(object, "pattern", where);
    if (pattern.contains("Regex"))
        m_expression.emplace(stringAt(pattern, "Regex", "", where), where);
    else if (m_literal = stringAt(pattern, "String", "", where); m_literal.empty())
        broken(where,
               {TextId("tokenizer.pattern_must_have_string_or", "\"pattern\" must have a \"String\" or a \"Regex\"")});
}

std::vector<unicode::Range> TextPattern::matches(std::string_view text) const
{
    if (m_expression)
        return m_expression->matches(text);
    std::vector<unicode::Range> found;
    for (std::size_t at = text.find(m_literal); at != std::string_view::npos;
         at = text.find(m_literal, at + m_literal.size()))
        found.emplace_back(at, at + m_literal.size());
    return found;
}

std::string TextPattern::replaced(std::string_view text, const std::string& by) const
{
    const std::vector<unicode::Range> ranges = matches(text);
    if (by.size() > 1 && !ranges.empty())
        checkGrowth(std::max(ranges.size(), by.size()) > (1U << 26) ? ~std::size_t{0}
                                                                    : text.size() + ranges.size() * by.size(),
                    m_where);
    std::string result;
    std::size_t end = 0;
    for (const auto& [begin, stop] : ranges) {
        result.append(text, end, begin - end).append(by);
        end = stop;
    }
    return result.append(text, end);
}

} // namespace mama::text
