#include "core/base/json_text.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/text_escape.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace mama {
namespace {

using nlohmann::json;

constexpr std::size_t longestQuoted = 60, mostNoted = 8;
constexpr int outOfRange = 406; // nlohmann's number of a number that no double holds

// Builds the document and stops at a key that is there already.
class Builder final : public nlohmann::json_sax<json>
{
public:
    // twice: where keys that are there already are noted; null: the first one is a fault
    explicit Builder(std::vector<std::string>* twice = nullptr) : m_twice(twice) {}
    bool null() override { return value(nullptr); }
    bool boolean(bool given) override { return value(given); }
    bool number_integer(std::int64_t given) override { return value(given); }
    bool number_unsigned(std::uint64_t given) override { return value(given); }
    bool number_float(double given, const std::string&) override { return value(given); }
    bool string(std::string& given) override { return value(std::move(given)); }
    bool binary(json::binary_t& given) override { return value(std::move(given)); }
    bool start_object(std::size_t) override { return open(json::object()); }
    bool start_array(std::size_t) override { return open(json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(std::string& given) override
    {
        if (m_open.back()->contains(given)) {
            const bool cut = given.size() > longestQuoted;
            const std::string quoted = "\"" + oneLine(given.substr(0, longestQuoted)) + (cut ? "…" : "") + "\"";
            if (!m_twice) {
                fault = JsonFault{{TextId("json.key_twice", "the key %1 is given twice"), quoted}, 0, false};
                return false;
            }
            if (m_twice->size() < mostNoted)
                m_twice->push_back(quoted);
        }
        m_place = &(*m_open.back())[given];
        return true;
    }
    bool parse_error(std::size_t byte, const std::string&, const json::exception& error) override
    {
        fault = JsonFault{error.id == outOfRange ? UserText{TextId("json.number_too_large", "a number is too large")}
                                                 : UserText{TextId("json.broken", "this is not JSON from here on")},
                          byte, true};
        return false;
    }

    json document;
    std::optional<JsonFault> fault;

private:
    template <class T>
    bool value(T&& given)
    {
        put(json(std::forward<T>(given)));
        return true;
    }
    json* put(json&& given)
    {
        json* place = m_open.empty() ? &document : m_place;
        if (!m_open.empty() && m_open.back()->is_array()) {
            m_open.back()->push_back(std::move(given));
            return &m_open.back()->back();
        }
        *place = std::move(given);
        return place;
    }
    bool open(json&& container)
    {
        m_open.push_back(put(std::move(container)));
        return true;
    }
    bool close()
    {
        m_open.pop_back();
        return true;
    }

    std::vector<std::string>* m_twice;
    std::vector<json*> m_open; // containers that are not closed yet
    json* m_place = nullptr;   // of the value behind the last key
};

std::variant<json, JsonFault> parsed(std::string_view text, Builder builder)
{
    if (!json::sax_parse(text.begin(), text.end(), &builder) || builder.fault)
        return builder.fault.value_or(JsonFault{{TextId("json.broken_somewhere", "this is not JSON")}, 0, true});
    return std::move(builder.document);
}

} // namespace

json readOthersJson(const std::filesystem::path& path, std::vector<std::string>& twice)
{
    auto read = parsed(readText(path), Builder(&twice));
    if (const auto* fault = std::get_if<JsonFault>(&read))
        throw Error(ErrorCode::Format, {action::readJson}, path.string() + ", byte " + std::to_string(fault->byte),
                    fault->why);
    return std::get<json>(std::move(read));
}

std::variant<json, JsonFault> parseJson(std::string_view text) { return parsed(text, Builder()); }

} // namespace mama
