#pragma once
#include "core/base/user_text.h"

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mama::protocol {

// Reads a message's fields with their types checked. Every failure names the field: of a request it is an Error(Usage)
// whose `where` is the field, and finish() refuses fields that nobody asked for, so that a misspelt option is not
// ignored; of a reply it is an Error(Format), and what a newer engine says beside is passed over.
class Parameters
{
public:
    enum class Of { Request, Reply };
    // where: in front of the fields' names, "images[2]." for a nested object. The object must outlive this.
    explicit Parameters(const nlohmann::json& object, std::string where = {}, Of of = Of::Request);

    std::string text(const std::string& field);
    std::string text(const std::string& field, const std::string& absent);
    bool flag(const std::string& field, bool absent);
    int number(const std::string& field, int absent, int low, int high);
    std::uint64_t count(const std::string& field);
    double real(const std::string& field); // null: NaN, as numbers that are not finite are written
    std::vector<double> reals(const std::string& field);
    std::map<std::string, double> realsByName(const std::string& field);
    std::map<std::string, std::vector<std::string>> textsByName(const std::string& field);
    Parameters object(const std::string& field);
    // A list of objects, low to high of them.
    std::vector<Parameters> objects(const std::string& field, std::size_t low, std::size_t high);
    // A list of texts, low to high of them; a single text counts as a list of one.
    std::vector<std::string> texts(const std::string& field, std::size_t low, std::size_t high);
    bool has(const std::string& field) const;
    const nlohmann::json& value(const std::string& field); // any type; null if absent
    void finish() const;

    [[noreturn]] void refuse(const std::string& field, const UserText& why) const;

private:
    const nlohmann::json* find(const std::string& field);
    const nlohmann::json& must(const std::string& field, bool (nlohmann::json::*isRight)() const noexcept,
                               const char* otherwise);
    double realOf(const nlohmann::json& value, const std::string& field) const;

    const nlohmann::json& m_object;
    std::string m_where;
    Of m_of;
    std::set<std::string> m_asked;
};

} // namespace mama::protocol
