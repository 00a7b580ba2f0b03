#include "core/protocol/message_fields.h"

#include "core/protocol/base64.h"

#include <bit>
#include <cmath>
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

// [rows, columns] of one whole number or of two numbers, each from 1 to `most`.
std::array<double, 2> sides(Parameters& in, const char* field, int most, bool whole)
{
    const json& value = in.value(field);
    std::array<double, 2> out{};
    if (value.is_number_integer())
        out = {value.get<double>(), value.get<double>()};
    else if (value.is_array() && value.size() == 2 && value[0].is_number() && value[1].is_number())
        out = {value[0].get<double>(), value[1].get<double>()};
    for (const double side : out)
        if (!(side >= 1 && side <= most) || (whole && side != std::floor(side)))
            in.refuse(field,
                      {TextId("protocol.must_be_size", "must be a side from 1 to %1, or [rows, columns]"), most});
    return out;
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

json valueOf(const Extent& size) { return size.square() ? json(size.rows) : json{size.rows, size.columns}; }

json valueOf(const CellSize& cell)
{
    const bool plain = cell.columns == cell.rows && cell.columns == std::floor(cell.columns);
    return plain ? json(static_cast<int>(cell.columns)) : json{cell.rows, cell.columns};
}

void readValue(Parameters& in, const char* field, std::vector<std::uint8_t>& bytes)
{
    bytes = decoded<std::uint8_t>(in, field);
}

void readValue(Parameters& in, const char* field, std::vector<float>& values) { values = decoded<float>(in, field); }

void readValue(Parameters& in, const char* field, Extent& size)
{
    const auto [rows, columns] = sides(in, field, 8192, true);
    size = {static_cast<int>(columns), static_cast<int>(rows)};
}

void readValue(Parameters& in, const char* field, CellSize& cell)
{
    const auto [rows, columns] = sides(in, field, 1024, false);
    cell = {columns, rows};
}

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
