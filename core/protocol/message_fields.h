#pragma once
#include "core/image/model_input.h"
#include "core/protocol/parameters.h"

#include <array>
#include <concepts>
#include <cstdint>
#include <type_traits>

// A message lists its fields once, for writing and for reading, in a function beside its definition:
//     void fields(auto& list, Is<LoadRequest> auto& load) { list.need("model", load.model); ... }
// A FieldWriter and a FieldReader go through it. need(): must be there. may(): an empty optional, list or map is left
// out, and what is missing keeps its default. orNull(): written as null if empty. Bytes and float32 travel as base64.
namespace mama::protocol {

template <class T, class Message>
concept Is = std::same_as<std::remove_const_t<T>, Message>;

struct Range // of a whole number
{
    int low, high;
};

struct Count // of a list's entries
{
    std::size_t low, high;
};

template <class T>
inline constexpr bool isOptional = false;
template <class T>
inline constexpr bool isOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool isList = false;
template <class T>
inline constexpr bool isList<std::vector<T>> = true;
// What JSON holds as it is.
template <class T>
concept Plain = std::is_arithmetic_v<T> || std::same_as<T, std::string> || std::same_as<T, nlohmann::json> ||
    std::same_as<T, std::vector<std::string>> || std::same_as<T, std::vector<double>> ||
    std::same_as<T, std::map<std::string, double>> ||
    std::same_as<T, std::map<std::string, std::vector<std::string>>> || std::same_as<T, std::array<int, 2>> ||
    std::same_as<T, std::array<double, 2>> || std::same_as<T, std::array<double, 4>>;

// Pairs of functions of their own: base64 here, and whatever a message's source adds.
nlohmann::json valueOf(const std::vector<std::uint8_t>& bytes);
nlohmann::json valueOf(const std::vector<float>& values); // little endian
nlohmann::json valueOf(const UserText& text);
nlohmann::json valueOf(const Extent& size);   // a square's side, else [rows, columns]
nlohmann::json valueOf(const CellSize& cell); // the same; no whole numbers where it ends between pixels
void readValue(Parameters& in, const char* field, std::vector<std::uint8_t>& bytes);
void readValue(Parameters& in, const char* field, std::vector<float>& values);
void readValue(Parameters& in, const char* field, UserText& text);
void readValue(Parameters& in, const char* field, std::vector<UserText>& texts);
void readValue(Parameters& in, const char* field, Extent& size);
void readValue(Parameters& in, const char* field, CellSize& cell);
template <class T>
concept OwnWriter = requires(const T& value)
{
    valueOf(value);
};
template <class T>
concept OwnReader = requires(Parameters& in, T& value)
{
    readValue(in, "", value);
};

class FieldWriter
{
public:
    void need(const char* field, const auto& value, auto...) { m_out[field] = jsonOf(value); }

    template <class T>
    void may(const char* field, const T& value, auto...)
    {
        if constexpr (isOptional<T>) {
            if (value)
                need(field, *value);
        } else if constexpr (requires { value.empty(); } && !std::same_as<T, std::string>) {
            if (!value.empty())
                need(field, value);
        } else {
            need(field, value);
        }
    }

    template <class T>
    void orNull(const char* field, const std::optional<T>& value)
    {
        m_out[field] = value ? jsonOf(*value) : nlohmann::json();
    }

    void check(bool, const std::string&) const {} // of what is read
    bool has(const char*) const { return false; }

    nlohmann::json take() { return std::move(m_out); }

private:
    template <class T>
    static nlohmann::json jsonOf(const T& value)
    {
        if constexpr (Plain<T>) {
            return value;
        } else if constexpr (OwnWriter<T>) {
            return valueOf(value);
        } else if constexpr (isList<T>) {
            nlohmann::json list = nlohmann::json::array();
            for (const auto& one : value)
                list.push_back(jsonOf(one));
            return list;
        } else {
            FieldWriter inner;
            fields(inner, value);
            return inner.take();
        }
    }

    nlohmann::json m_out = nlohmann::json::object();
};

class FieldReader
{
public:
    explicit FieldReader(Parameters& in) : m_in(in) {}

    template <class T, class... Limits>
    void need(const char* field, T& value, Limits... limits)
    {
        m_last = field;
        if (!std::same_as<T, double> && !m_in.has(field)) // null is a number that is not finite
            m_in.refuse(field, "is missing");
        read(field, value, limits...);
    }

    template <class T, class... Limits>
    void may(const char* field, T& value, Limits... limits)
    {
        m_last = field;
        if (!m_in.has(field)) // a null in a request is not asked for, so that finish() refuses it
            return;
        if constexpr (isOptional<T>)
            read(field, value.emplace(typename T::value_type{}), limits...);
        else
            read(field, value, limits...);
    }

    template <class T>
    void orNull(const char* field, std::optional<T>& value)
    {
        m_last = field;
        if (!m_in.value(field).is_null())
            read(field, value.emplace(T{})); // clang takes T for unconstructible while the class around it is open
    }

    bool has(const char* field) const { return m_in.has(field); } // even if what it holds is empty

    // Refuses the field that was listed last.
    void check(bool right, const std::string& why) const
    {
        if (!right)
            m_in.refuse(m_last, why);
    }

private:
    void read(const char* field, std::string& value) { value = m_in.text(field); }
    void read(const char* field, bool& value) { value = m_in.flag(field, value); }
    void read(const char* field, int& value, Range range = {INT32_MIN, INT32_MAX})
    {
        value = m_in.number(field, value, range.low, range.high);
    }
    void read(const char* field, std::uint64_t& value) { value = m_in.count(field); }
    void read(const char* field, double& value) { value = m_in.real(field); }
    void read(const char* field, std::vector<double>& value) { value = m_in.reals(field); }
    void read(const char* field, std::map<std::string, double>& value) { value = m_in.realsByName(field); }
    void read(const char* field, std::map<std::string, std::vector<std::string>>& value)
    {
        value = m_in.textsByName(field);
    }
    void read(const char* field, nlohmann::json& value) { value = m_in.value(field); }
    void read(const char* field, std::vector<std::string>& value, Count count = {0, SIZE_MAX})
    {
        value = m_in.texts(field, count.low, count.high);
    }
    template <class T, std::size_t N>
    void read(const char* field, std::array<T, N>& value)
    {
        const std::vector<double> numbers = m_in.reals(field);
        if (numbers.size() != N)
            m_in.refuse(field, "must be a list of " + std::to_string(N) + " numbers");
        for (std::size_t i = 0; i < N; ++i)
            value[i] = static_cast<T>(numbers[i]);
    }
    template <class T>
    requires(!OwnReader<std::vector<T>>) void read(const char* field, std::vector<T>& value,
                                                   Count count = {0, SIZE_MAX})
    {
        for (Parameters& one : m_in.objects(field, count.low, count.high)) {
            FieldReader inner(one);
            fields(inner, value.emplace_back());
            one.finish();
        }
    }
    template <class T>
    void read(const char* field, T& value)
    {
        if constexpr (OwnReader<T>) {
            readValue(m_in, field, value);
        } else {
            Parameters object = m_in.object(field);
            FieldReader inner(object);
            fields(inner, value);
            object.finish();
        }
    }

    Parameters& m_in;
    const char* m_last = "";
};

template <class Message>
nlohmann::json written(const Message& message)
{
    FieldWriter list;
    fields(list, message);
    return list.take();
}

template <class Message>
Message readMessage(const nlohmann::json& object, Parameters::Of of)
{
    Message message;
    Parameters in(object, {}, of);
    FieldReader list(in);
    fields(list, message);
    in.finish();
    return message;
}

template <class Message>
Message readRequest(const nlohmann::json& params)
{
    return readMessage<Message>(params, Parameters::Of::Request);
}

template <class Message>
Message readReply(const nlohmann::json& result)
{
    return readMessage<Message>(result, Parameters::Of::Reply);
}

} // namespace mama::protocol
