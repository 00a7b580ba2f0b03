#include "core/protocol/message_fields.h"

#include "core/protocol/base64.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace mama::protocol {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "float32 travels little endian");

template <class T>
json encoded(const std::vector<T>& values)
{
    const auto bytes = std::as_bytes(std::span(values));
    return base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

template <class T>
std::vector<T> decoded(Parameters& in, const char* field)
{
    const auto bytes = bytesOfBase64(in.text(field));
    if (!bytes || bytes->size() % sizeof(T) != 0)
        in.refuse(field,
                  {TextId("protocol.must_base64_values_bytes", "must be base64 of values of %1 bytes"), sizeof(T)});
    std::vector<T> values(bytes->size() / sizeof(T));
    if (!values.empty())
        std::memcpy(values.data(), bytes->data(), bytes->size());
    return values;
}

void checkText(Parameters& text)
{
    text.text("id");
    text.text("english");
    if (!text.value("arguments").is_array())
        text.refuse("arguments", {TextId("protocol.must_be_list", "must be a list")});
}

} // namespace

json valueOf(const std::vector<std::uint8_t>& bytes) { return encoded(bytes); }
json valueOf(const std::vector<float>& values) { return encoded(values); }
json valueOf(const UserText& text) { return toJson(text); }

void readValue(Parameters& in, const char* field, std::vector<std::uint8_t>& bytes)
{
    bytes = decoded<std::uint8_t>(in, field);
}

void readValue(Parameters& in, const char* field, std::vector<float>& values) { values = decoded<float>(in, field); }

void readValue(Parameters& in, const char* field, UserText& text)
{
    if (!in.value(field).is_string()) { // else a plain one
        Parameters object = in.object(field);
        checkText(object);
    }
    text = userTextFrom(in.value(field));
}

void readValue(Parameters& in, const char* field, std::vector<UserText>& texts)
{
    texts.clear();
    for (Parameters& one : in.objects(field, 0, SIZE_MAX))
        checkText(one);
    for (const json& one : in.value(field))
        texts.push_back(userTextFrom(one));
}

} // namespace mama::protocol
