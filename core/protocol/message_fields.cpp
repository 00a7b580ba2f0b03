#include "core/protocol/message_fields.h"

#include "core/protocol/base64.h"

#include <bit>
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
        in.refuse(field, "must be base64 of values of " + std::to_string(sizeof(T)) + " bytes");
    std::vector<T> values(bytes->size() / sizeof(T));
    if (!values.empty())
        std::memcpy(values.data(), bytes->data(), bytes->size());
    return values;
}

} // namespace

json valueOf(const std::vector<std::uint8_t>& bytes) { return encoded(bytes); }
json valueOf(const std::vector<float>& values) { return encoded(values); }

void readValue(Parameters& in, const char* field, std::vector<std::uint8_t>& bytes)
{
    bytes = decoded<std::uint8_t>(in, field);
}

void readValue(Parameters& in, const char* field, std::vector<float>& values) { values = decoded<float>(in, field); }

} // namespace mama::protocol
