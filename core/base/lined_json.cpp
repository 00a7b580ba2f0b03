#include "core/base/lined_json.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"

#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr std::size_t longestText = 80;
constexpr TextId missing("json.missing", "\"%1\" is missing");

bool isLine(const nlohmann::json& value)
{
    return value.is_string() && value.get_ref<const std::string&>().size() <= longestText &&
           value.get_ref<const std::string&>() == oneLine(value.get<std::string>());
}

UserText noText(const std::string& key)
{
    return {TextId("json.no_text", "\"%1\" must be a text of one line, at most %2 bytes"), oneLine(key), longestText};
}

} // namespace

LinedJson::LinedJson(const std::string& text, const std::filesystem::path& file, UserText what, std::size_t longest)
    : m_text(text), m_file(file), m_what(std::move(what))
{
    if (m_text.size() > longest)
        refuse(1, {TextId("json.too_long", "%1 KiB: no such file is longer than %2 KiB"), m_text.size() >> 10U,
                   longest >> 10U});
    auto parsed = parseJson(m_text);
    if (const auto* fault = std::get_if<JsonFault>(&parsed))
        refuse(lineOfByte(m_text, fault->byte > 0 ? fault->byte - 1 : 0), fault->why);
    m_document = std::make_unique<nlohmann::json>(std::get<nlohmann::json>(std::move(parsed)));
}

LinedJson::~LinedJson() = default;

void LinedJson::refuse(std::size_t line, const UserText& why) const
{
    throw Error(ErrorCode::Format, m_what, pathText(m_file), {TextId("json.line", "line %1: %2"), line, why});
}

void LinedJson::wrong(const UserText& why) const { refuse(lineOf(m_text, m_way), why); }

void LinedJson::wrong(const std::string& key, const UserText& why) const
{
    JsonWay way = m_way;
    way.emplace_back(key);
    refuse(lineOf(m_text, way), why);
}

void LinedJson::only(const nlohmann::json& object, const std::set<std::string>& allowed) const
{
    if (!object.is_object())
        wrong({TextId("json.no_object", "an object { } is expected here")});
    for (const auto& [key, value] : object.items())
        if (!allowed.contains(key))
            wrong(key, {TextId("json.unknown_key", "\"%1\" is not known here"), oneLine(key)});
}

void LinedJson::isFormat(const std::string& name, int version) const
{
    if (text(document(), "format") != name)
        wrong("format", {TextId("json.format", "\"format\" must be \"%1\""), name});
    if (!document().contains("version"))
        wrong({missing, "version"});
    if (const auto& said = document()["version"]; !said.is_number_integer() || said != version)
        wrong("version", {TextId("json.version", "\"version\" must be %1"), version});
}

std::string LinedJson::text(const nlohmann::json& object, const char* key) const
{
    if (!object.contains(key))
        wrong({missing, key});
    if (!isLine(object[key]))
        wrong(key, noText(key));
    return object[key].get<std::string>();
}

int LinedJson::number(const nlohmann::json& object, const char* key, int low, int high) const
{
    if (!object.contains(key))
        wrong({missing, key});
    const auto& value = object[key];
    if (!value.is_number_integer() || value < low || value > high)
        wrong(key, {TextId("json.no_number", "\"%1\" must be a whole number from %2 to %3"), key, low, high});
    return value.get<int>();
}

std::size_t LinedJson::listOf(const nlohmann::json& object, const char* key, std::size_t most)
{
    const bool there = object.contains(key);
    if (there && object[key].is_array() && !object[key].empty() && object[key].size() <= most)
        return object[key].size();
    const UserText why{TextId("json.no_list", "\"%1\" must be a list of 1 to %2"), key, most};
    if (there)
        wrong(key, why);
    wrong(why);
}

const nlohmann::json& LinedJson::element(const nlohmann::json& object, const char* key, std::size_t index)
{
    return object[key][index];
}

std::vector<std::pair<std::string, std::string>> LinedJson::textsOf(const nlohmann::json& object, const char* key,
                                                                    std::size_t most)
{
    std::vector<std::pair<std::string, std::string>> out;
    if (!object.contains(key))
        return out;
    const auto& members = object[key];
    if (!members.is_object() || members.size() > most)
        wrong(key, {TextId("json.no_members", "\"%1\" must be an object { } of at most %2 members"), key, most});
    m_way = {std::string(key)};
    for (const auto& [name, value] : members.items()) {
        if (!isLine(value))
            wrong(name, noText(name));
        out.emplace_back(name, value.get<std::string>());
    }
    m_way.clear();
    return out;
}

} // namespace mama
