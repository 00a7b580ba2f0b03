#pragma once
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mama {

// What a text for the user says, apart from its language: an id that never changes, and the English words with %1 to %9
// for the arguments. Written where it is used; tests/check_texts keeps ids unique, and tools for translators find it.
struct TextId
{
    const char* id;      // "decode.no_such_frame": the folder or the work, then words
    const char* english; // "frame %1 was asked for, the file has %2"

    consteval TextId(const char* id_, const char* english_) : id(id_), english(english_) {}
};

// An id whose words take exactly as many arguments as there are types: else it does not compile.
template <class... Arguments>
struct TextIdFor
{
    const char* id;
    const char* english;

    consteval TextIdFor(const TextId& from) : id(from.id), english(from.english)
    {
        bool used[10] = {};
        for (const char* at = from.english; *at != '\0'; ++at)
            if (at[0] == '%' && at[1] >= '1' && at[1] <= '9')
                used[at[1] - '0'] = true;
        for (std::size_t number = 1; number <= 9; ++number)
            if (used[number] != (number <= sizeof...(Arguments)))
                throw "the text's %1, %2, ... and its arguments do not agree";
    }
};

class UserText;

// A number or a name, the same in every language, or a text inside a text.
class TextArgument
{
public:
    TextArgument(std::string value) : m_value(std::move(value)) {}
    TextArgument(std::string_view value) : m_value(value) {}
    TextArgument(const char* value) : m_value(value) {}
    template <class Number, class = std::enable_if_t<std::is_integral_v<Number> && !std::is_same_v<Number, bool> &&
                                                     !std::is_same_v<Number, char>>>
    TextArgument(Number value) : m_value(std::to_string(value))
    {}
    TextArgument(const UserText& text);

    const UserText* text() const { return m_text.get(); }
    const std::string& value() const { return m_value; } // where there is no text
    bool operator==(const TextArgument& other) const;

private:
    std::string m_value;
    std::shared_ptr<const UserText> m_text;
};

// A text for the user: an id with its arguments, to be put into the user's language where it is shown. From a string
// alone it is plain: words of a file, a library or the operating system, which nobody translates.
class UserText
{
public:
    // The words of an id in another language, with the same %1, %2, ...
    using Wording = std::function<std::string(const std::string& id, const std::string& english)>;

    UserText() = default;
    UserText(std::string plain) : m_english(std::move(plain)) {}
    UserText(const char* plain) : m_english(plain) {}
    // {TextId(id, "frame %1 was asked for, the file has %2"), frame, frames}
    template <class... Arguments>
    UserText(TextIdFor<std::type_identity_t<Arguments>...> text, const Arguments&... arguments)
        : m_id(text.id), m_english(text.english), m_arguments{TextArgument(arguments)...}
    {}

    const std::string& id() const { return m_id; } // empty: a plain text
    bool empty() const { return m_english.empty(); }
    std::string english() const;
    std::string in(const Wording& wording) const;

    bool operator==(const UserText&) const = default;

private:
    friend nlohmann::json toJson(const UserText& text);
    friend UserText userTextFrom(const nlohmann::json& document);

    std::string m_id, m_english;
    std::vector<TextArgument> m_arguments;
};

// {"id", "english", "arguments": [string or such an object, ...]}; a plain text is a string. The English words go
// along, so that who receives it needs no list of ids. What is no text reads as an empty one.
nlohmann::json toJson(const UserText& text);
UserText userTextFrom(const nlohmann::json& document);

// English, for outputs that are not translated (the command line, files).
std::vector<std::string> english(const std::vector<UserText>& texts);

} // namespace mama
