#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mama::protocol {

// Reads a request's params with their types checked; every failure is an Error(Usage) whose `where` is the field.
// finish() refuses fields that nobody asked for, so that a misspelt option is not ignored.
class Parameters
{
public:
    // where: in front of the fields' names, "images[2]." for a nested object.
    explicit Parameters(const nlohmann::json& object, std::string where = {});

    std::string text(const std::string& field);
    std::string text(const std::string& field, const std::string& absent);
    bool flag(const std::string& field, bool absent);
    int number(const std::string& field, int absent, int low, int high);
    // A list of texts, low to high of them; a single text counts as a list of one.
    std::vector<std::string> texts(const std::string& field, std::size_t low, std::size_t high);
    bool has(const std::string& field) const;
    const nlohmann::json& value(const std::string& field); // any type; null if absent
    void finish() const;

    [[noreturn]] void refuse(const std::string& field, const std::string& why) const;

private:
    const nlohmann::json* find(const std::string& field);

    const nlohmann::json& m_object;
    std::string m_where;
    std::set<std::string> m_asked;
};

} // namespace mama::protocol
