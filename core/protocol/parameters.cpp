#include "core/protocol/parameters.h"

#include "core/base/error.h"

namespace mama::protocol {

using nlohmann::json;

Parameters::Parameters(const json& object, std::string where) : m_object(object), m_where(std::move(where))
{
    if (!object.is_object())
        refuse("", "must be an object");
}

void Parameters::refuse(const std::string& field, const std::string& why) const
{
    throw Error(ErrorCode::Usage, "read parameters", m_where + field, why);
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
        refuse(field, "is missing");
    if (!value->is_string())
        refuse(field, "must be a text");
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
        refuse(field, "must be true or false");
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
        refuse(field, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return static_cast<int>(number);
}

std::vector<std::string> Parameters::texts(const std::string& field, std::size_t low, std::size_t high)
{
    const json* value = find(field);
    if (!value)
        refuse(field, "is missing");
    std::vector<std::string> out;
    if (value->is_string())
        out.push_back(value->get<std::string>());
    else if (value->is_array())
        for (const json& one : *value) {
            if (!one.is_string())
                refuse(field, "must be a list of texts");
            out.push_back(one.get<std::string>());
        }
    else
        refuse(field, "must be a list of texts");
    if (out.size() < low || out.size() > high)
        refuse(field, "must hold " + std::to_string(low) + " to " + std::to_string(high) + " texts, not " +
                          std::to_string(out.size()));
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
            refuse(field, "is not a field of this method");
}

} // namespace mama::protocol
