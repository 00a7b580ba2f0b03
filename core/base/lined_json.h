#pragma once
#include "core/base/json_lines.h"
#include "core/base/user_text.h"

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mama {

// A small JSON file that a person writes, read value by value. What is wrong with it ends in Error(Format), which names
// the file, the line and what is wrong there: it keeps the way to the value under way.
class LinedJson
{
public:
    // what: the action; longest: bytes, more is refused. Text and file must outlive it.
    LinedJson(const std::string& text, const std::filesystem::path& file, UserText what, std::size_t longest);
    ~LinedJson();

    const nlohmann::json& document() const { return *m_document; }

    [[noreturn]] void wrong(const UserText& why) const;                                  // at the value under way
    [[noreturn]] void wrong(const std::string& key, const UserText& why) const;          // at this member of it
    void only(const nlohmann::json& object, const std::set<std::string>& allowed) const; // an object of these keys
    void isFormat(const std::string& name, int version) const;             // the document's "format" and "version"
    std::string text(const nlohmann::json& object, const char* key) const; // one line, at most 80 bytes
    int number(const nlohmann::json& object, const char* key, int low, int high) const;
    // 1 to most elements; work gets each.
    template <class Work>
    void each(const nlohmann::json& object, const char* key, std::size_t most, const Work& work)
    {
        const std::size_t count = listOf(object, key, most);
        m_way.emplace_back(std::string(key));
        for (std::size_t i = 0; i < count; ++i) {
            m_way.emplace_back(i);
            work(element(object, key, i));
            m_way.pop_back();
        }
        m_way.pop_back();
    }
    // Members of the object at a key that may be missing: at most `most`, each a text of one line.
    template <class Work>
    void eachText(const nlohmann::json& object, const char* key, std::size_t most, const Work& work)
    {
        for (const auto& [name, value] : textsOf(object, key, most)) {
            m_way = {std::string(key), name};
            work(name, value);
        }
        m_way.clear();
    }

private:
    [[noreturn]] void refuse(std::size_t line, const UserText& why) const;
    std::size_t listOf(const nlohmann::json& object, const char* key, std::size_t most);
    static const nlohmann::json& element(const nlohmann::json& object, const char* key, std::size_t index);
    std::vector<std::pair<std::string, std::string>> textsOf(const nlohmann::json& object, const char* key,
                                                             std::size_t most);

    const std::string& m_text;
    const std::filesystem::path& m_file;
    UserText m_what;
    std::unique_ptr<nlohmann::json> m_document;
    JsonWay m_way;
};

} // namespace mama
