#include "core/protocol/parameters.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <limits>

namespace mama::protocol {
namespace {

constexpr auto missing = TextId("protocol.missing", "is missing");
constexpr auto mustBeTexts = TextId("protocol.must_list_texts", "must be a list of texts");

} // namespace

using nlohmann::json;

Parameters::Parameters(const json& object, std::string where, Of of)
    : m_object(object), m_where(std::move(where)), m_of(of)
{
    if (!object.is_object())
        refuse("", {TextId("protocol.must_object", "must be an object")});
}

void Parameters::refuse(const std::string& field, const UserText& why) const
{
    if (m_of == Of::Reply)
        throw Error(ErrorCode::Format, {action::readReply}, m_where + field, why);
    throw Error(ErrorCode::Usage, {action::readParameters}, m_where + field, why);
}

const json* Parameters::find(const std::string& field)
{
    m_asked.insert(field);
    const auto found = m_object.find(field);
    return found == m_object.end() || found->is_null() ? nullptr : &*found;
}

bool Parameters::has(const std::string& field) const
{
    return m_object.contains(field) && !m_object.at(field).is_null();
}

std::string Parameters::text(const std::string& field)
{
    const json* value = find(field);
    if (!value)
        refuse(field, {missing});
    if (!value->is_string())
        refuse(field, {TextId("protocol.must_text", "must be a text")});
    return value->get<std::string>();
}

std::string Parameters::text(const std::string& field, const std::string& absent)
{
    return find(field) ? text(field) : absent;
}

bool Parameters::flag(const std::string& field, bool absent)
{
    const json* value = find(field);
    if (!value)
        return absent;
    if (!value->is_boolean())
        refuse(field, {TextId("protocol.must_true_or_false", "must be true or false")});
    return value->get<bool>();
}

int Parameters::number(const std::string& field, int absent, int low, int high)
{
    const json* value = find(field);
    if (!value)
        return absent;
    // Through double: an integer too large for the type must not wrap into the range.
    const double number = value->is_number_integer() ? value->get<double>() : low - 1.0;
    if (number < low || number > high)
        refuse(field, {TextId("protocol.must_whole_number_from", "must be a whole number from %1 to %2"), low, high});
    return static_cast<int>(number);
}

std::vector<std::string> Parameters::texts(const std::string& field, std::size_t low, std::size_t high)
{
    const json* value = find(field);
    if (!value)
        refuse(field, {missing});
    std::vector<std::string> out;
    if (value->is_string())
        out.push_back(value->get<std::string>());
    else if (value->is_array())
        for (const json& one : *value) {
            if (!one.is_string())
                refuse(field, {mustBeTexts});
            out.push_back(one.get<std::string>());
        }
    else
        refuse(field, {mustBeTexts});
    if (out.size() < low || out.size() > high)
        refuse(field,
               {TextId("protocol.must_hold_texts_not", "must hold %1 to %2 texts, not %3"), low, high, out.size()});
    return out;
}

// The field's value, which must be there and of the type that isRight asks for.
const json& Parameters::must(const std::string& field, bool (json::*isRight)() const noexcept, const char* otherwise)
{
    const json* value = find(field);
    if (!value)
        refuse(field, {missing});
    if (!(value->*isRight)())
        refuse(field, otherwise);
    return *value;
}

std::uint64_t Parameters::count(const std::string& field)
{
    const json& value = must(field, &json::is_number_integer, "must be a whole number");
    if (!value.is_number_unsigned() && value.get<std::int64_t>() < 0)
        refuse(field, {TextId("protocol.must_not_negative", "must not be negative")});
    return value.get<std::uint64_t>();
}

double Parameters::realOf(const json& value, const std::string& field) const
{
    if (!value.is_number() && !value.is_null())
        refuse(field, {TextId("protocol.must_number", "must be a number")});
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

double Parameters::real(const std::string& field)
{
    const json* value = find(field);
    if (!value && !m_object.contains(field))
        refuse(field, {missing});
    return realOf(value ? *value : json(), field);
}

std::vector<double> Parameters::reals(const std::string& field)
{
    std::vector<double> out;
    for (const json& one : must(field, &json::is_array, "must be a list of numbers"))
        out.push_back(realOf(one, field));
    return out;
}

std::map<std::string, double> Parameters::realsByName(const std::string& field)
{
    std::map<std::string, double> out;
    for (const auto& [key, one] : must(field, &json::is_object, "must be an object of numbers").items())
        out[key] = realOf(one, field + "." + key);
    return out;
}

std::map<std::string, std::vector<std::string>> Parameters::textsByName(const std::string& field)
{
    std::map<std::string, std::vector<std::string>> out;
    const json& lists = must(field, &json::is_object, "must be an object of lists of texts");
    Parameters inner(lists, m_where + field + ".", m_of);
    for (const auto& [key, one] : lists.items())
        out[key] = inner.texts(key, 0, std::numeric_limits<std::size_t>::max());
    return out;
}

Parameters Parameters::object(const std::string& field)
{
    return Parameters(must(field, &json::is_object, "must be an object"), m_where + field + ".", m_of);
}

std::vector<Parameters> Parameters::objects(const std::string& field, std::size_t low, std::size_t high)
{
    std::string wanted = "must be a list";
    if (high < std::numeric_limits<std::size_t>::max())
        wanted += " of " + std::to_string(low) + " to " + std::to_string(high) + " " + field;
    const json& list = must(field, &json::is_array, wanted.c_str());
    if (list.size() < low || list.size() > high)
        refuse(field, wanted);
    std::vector<Parameters> out;
    for (std::size_t i = 0; i < list.size(); ++i)
        out.emplace_back(list[i], m_where + field + "[" + std::to_string(i) + "].", m_of);
    return out;
}

const json& Parameters::value(const std::string& field)
{
    static const json none;
    const json* found = find(field);
    return found ? *found : none;
}

void Parameters::finish() const
{
    for (const auto& [field, value] : m_object.items())
        if (!m_asked.contains(field))
            refuse(field, {TextId("protocol.not_field_method", "is not a field of this method")});
}

} // namespace mama::protocol
