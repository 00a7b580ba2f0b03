#include "core/base/user_text.h"

#include <nlohmann/json.hpp>

namespace mama {

using nlohmann::json;

TextArgument::TextArgument(const UserText& text) : m_text(std::make_shared<const UserText>(text)) {}

bool TextArgument::operator==(const TextArgument& other) const
{
    return m_text && other.m_text ? *m_text == *other.m_text : !m_text && !other.m_text && m_value == other.m_value;
}

std::string UserText::english() const
{
    return in([](const std::string&, const std::string& english) { return english; });
}

std::string UserText::in(const Wording& wording) const
{
    if (m_id.empty() || m_english.empty())
        return m_english;
    const std::string words = wording(m_id, m_english);
    std::string out;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const bool place = words[at] == '%' && at + 1 < words.size() && words[at + 1] >= '1' && words[at + 1] <= '9';
        const auto number = place ? static_cast<std::size_t>(words[at + 1] - '1') : 0;
        if (!place || number >= m_arguments.size()) {
            out += words[at];
            continue;
        }
        const TextArgument& argument = m_arguments[number];
        out += argument.text() ? argument.text()->in(wording) : argument.value();
        ++at;
    }
    return out;
}

json toJson(const UserText& text)
{
    if (text.m_id.empty())
        return text.m_english;
    json arguments = json::array();
    for (const TextArgument& argument : text.m_arguments)
        arguments.push_back(argument.text() ? toJson(*argument.text()) : json(argument.value()));
    return {{"id", text.m_id}, {"english", text.m_english}, {"arguments", std::move(arguments)}};
}

UserText userTextFrom(const json& document)
{
    UserText text;
    if (document.is_string())
        return document.get<std::string>();
    if (!document.is_object() || !document.contains("id") || !document["id"].is_string() ||
        !document.contains("english") || !document["english"].is_string())
        return text;
    text.m_id = document["id"];
    text.m_english = document["english"];
    for (const json& argument : document.value("arguments", json::array()))
        if (argument.is_string())
            text.m_arguments.emplace_back(argument.get<std::string>());
        else
            text.m_arguments.emplace_back(userTextFrom(argument));
    return text;
}

std::vector<std::string> english(const std::vector<UserText>& texts)
{
    std::vector<std::string> out;
    for (const UserText& text : texts)
        out.push_back(text.english());
    return out;
}

} // namespace mama
