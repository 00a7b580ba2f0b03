#include "core/weights/files/safetensors_header.h"

#include "core/base/text_escape.h"
#include "core/weights/files/checked.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <unordered_set>

namespace mama::weights {
namespace {

constexpr std::size_t mostTensors = 1U << 20U;
constexpr std::size_t mostDimensions = 16;

std::optional<TensorType> typeNamed(std::string_view wanted)
{
    for (int i = 0; i <= static_cast<int>(TensorType::Bool); ++i)
        if (wanted == name(static_cast<TensorType>(i)))
            return static_cast<TensorType>(i);
    return {};
}

// Receives the parser's events. The grammar is fixed: an object of tensors, each an object of "dtype", "shape"
// and "data_offsets", beside "__metadata__", an object of strings; anything else is refused where it appears.
class HeaderEvents : public nlohmann::json::json_sax_t
{
public:
    HeaderEvents(const std::filesystem::path& file, SafetensorsHeader& header) : m_file(file), m_header(header) {}

    bool null() override { return unexpected("null"); }
    bool boolean(bool) override { return unexpected("a truth value"); }
    bool number_float(double, const std::string&) override
    {
        return unexpected("a fraction or a number that does not fit");
    }
    bool binary(binary_t&) override { return unexpected("binary data"); }
    bool number_integer(std::int64_t value) override
    {
        return value < 0 ? unexpected("a negative number") : number(static_cast<std::uint64_t>(value));
    }
    bool number_unsigned(std::uint64_t value) override { return number(value); }
    bool string(std::string& value) override;
    bool start_object(std::size_t) override;
    bool key(std::string& value) override;
    bool end_object() override;
    bool start_array(std::size_t) override;
    bool end_array() override;
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override
    {
        fail(m_file,
             {TextId("weight_file.header_not_valid_json_at", "the header is not valid JSON at byte %1"), position + 8});
    }

private:
    enum class Level { Start, Tensors, Tensor, Metadata, End };

    bool unexpected(const std::string& what) const
    {
        fail(m_file, {TextId("weight_file.header_holds", "the header holds %1%2"), what,
                      m_name.empty() ? UserText{TextId("weight_file.where_object_tensors_must",
                                                       " where an object of tensors must be")}
                                     : UserText{TextId("weight_file.at", " at %1%2"), inQuotes(m_name),
                                                m_field.empty() ? "" : "." + m_field}});
    }
    bool number(std::uint64_t value);
    void finishTensor();

    const std::filesystem::path& m_file;
    SafetensorsHeader& m_header;
    Level m_level = Level::Start;
    std::string m_name, m_field;
    bool m_inArray = false;
    std::unordered_set<std::string> m_names;
    std::set<std::string> m_fields, m_metadataKeys;
    SafetensorsEntry m_entry;
    std::vector<std::uint64_t> m_offsets;
};

bool HeaderEvents::start_object(std::size_t)
{
    if (m_level == Level::Start)
        m_level = Level::Tensors;
    else if (m_level == Level::Tensors && !m_name.empty() && m_name == "__metadata__")
        m_level = Level::Metadata;
    else if (m_level == Level::Tensors) {
        m_level = Level::Tensor;
        m_entry = {};
        m_entry.info.name = m_name;
        m_offsets.clear();
        m_fields.clear();
    } else
        return unexpected("an object");
    return true;
}

bool HeaderEvents::key(std::string& value)
{
    if (m_level == Level::Tensors) {
        if (!m_names.insert(value).second)
            fail(m_file, {TextId("weight_file.header_names_tensor_twice", "the header names the tensor %1 twice"),
                          inQuotes(value)});
        if (value.empty())
            fail(m_file,
                 {TextId("weight_file.header_holds_tensor_without_name", "the header holds a tensor without a name")});
        m_name = value;
    } else if (m_level == Level::Metadata) {
        if (!m_metadataKeys.insert(value).second)
            fail(m_file,
                 {TextId("weight_file.header_s_metadata_hold_key", "the header's metadata hold the key %1 twice"),
                  inQuotes(value)});
        m_field = value;
    } else {
        if (value != "dtype" && value != "shape" && value != "data_offsets")
            fail(m_file, {TextId("weight_file.tensor_has_unknown_field", "tensor %1 has an unknown field %2"),
                          inQuotes(m_name), inQuotes(value)});
        if (!m_fields.insert(value).second)
            fail(m_file, {TextId("weight_file.tensor_has_field_twice", "tensor %1 has the field %2 twice"),
                          inQuotes(m_name), value});
        m_field = value;
    }
    return true;
}

bool HeaderEvents::string(std::string& value)
{
    if (m_level == Level::Metadata) {
        m_header.metadata.emplace_back(m_field, value);
        return true;
    }
    if (m_level != Level::Tensor || m_field != "dtype" || m_inArray)
        return unexpected("a string");
    const auto type = typeNamed(value);
    if (!type)
        fail(m_file,
             {TextId("weight_file.tensor_has_type_which_not",
                     "tensor %1 has the type %2, which is not one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL"),
              inQuotes(m_name), inQuotes(value)});
    m_entry.info.type = *type;
    return true;
}

bool HeaderEvents::start_array(std::size_t)
{
    if (m_level != Level::Tensor || m_inArray || (m_field != "shape" && m_field != "data_offsets"))
        return unexpected("a list");
    m_inArray = true;
    return true;
}

bool HeaderEvents::end_array()
{
    m_inArray = false;
    return true;
}

bool HeaderEvents::number(std::uint64_t value)
{
    if (!m_inArray)
        return unexpected("a number");
    if (m_field == "data_offsets")
        m_offsets.push_back(value);
    else if (value > static_cast<std::uint64_t>(INT64_MAX))
        fail(m_file,
             {TextId("weight_file.tensor_has_dimension_too_large", "tensor %1 has a dimension that is too large"),
              inQuotes(m_name)});
    else
        m_entry.info.shape.push_back(static_cast<std::int64_t>(value));
    if (m_offsets.size() > 2 || m_entry.info.shape.size() > mostDimensions)
        fail(m_file, {TextId("weight_file.tensor_has_too_many_numbers", "tensor %1 has too many numbers in %2"),
                      inQuotes(m_name), m_field});
    return true;
}

void HeaderEvents::finishTensor()
{
    if (m_fields.size() != 3)
        fail(m_file, {TextId("weight_file.tensor_lacks_dtype_shape_or", "tensor %1 lacks dtype, shape or data_offsets"),
                      inQuotes(m_name)});
    if (m_offsets.size() != 2)
        fail(m_file, {TextId("weight_file.tensor_must_have_two_data", "tensor %1 must have two data_offsets"),
                      inQuotes(m_name)});
    if (m_header.entries.size() >= mostTensors)
        fail(m_file, {TextId("weight_file.more_than_tensors", "more than %1 tensors"), mostTensors});
    m_entry.begin = m_offsets[0];
    m_entry.end = m_offsets[1];
    m_header.entries.push_back(std::move(m_entry));
}

bool HeaderEvents::end_object()
{
    if (m_level == Level::Tensor)
        finishTensor();
    m_level = m_level == Level::Tensors ? Level::End : Level::Tensors;
    m_field.clear();
    return true;
}

} // namespace

SafetensorsHeader parseSafetensorsHeader(std::string_view json, const std::filesystem::path& file)
{
    if (!isUtf8(json))
        fail(file, {TextId("weight_file.header_not_utf", "the header is not UTF-8")});
    if (json.empty() || json.front() != '{')
        fail(file, {TextId("weight_file.header_not_json_object", "the header is not a JSON object")});
    SafetensorsHeader header;
    HeaderEvents events(file, header);
    nlohmann::json::sax_parse(json, &events);
    return header;
}

} // namespace mama::weights
