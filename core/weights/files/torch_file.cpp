#include "core/weights/files/torch_file.h"

#include "core/base/text_escape.h"
#include "core/weights/files/checked.h"
#include "core/weights/files/pickle_json.h"
#include "core/weights/files/pickle_machine.h"
#include "core/weights/files/safetensors.h"
#include "core/weights/files/tensor_dicts.h"
#include "core/weights/files/zip_archive.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

namespace mama::weights {
namespace {

using Kind = PickleNode::Kind;

constexpr std::uint64_t longestPickle = 64U << 20U;

// Where a tensor's elements lie in its storage's record.
struct Layout
{
    std::string record;
    std::uint64_t storageBytes = 0;
    std::int64_t offset = 0; // elements
    std::vector<std::int64_t> strides;
    bool contiguous = true;
};

std::optional<TensorType> typeOf(std::string_view name)
{
    static const std::unordered_map<std::string_view, TensorType> types{
        {"torch.DoubleStorage", TensorType::F64}, {"torch.FloatStorage", TensorType::F32},
        {"torch.HalfStorage", TensorType::F16},   {"torch.BFloat16Storage", TensorType::BF16},
        {"torch.LongStorage", TensorType::I64},   {"torch.IntStorage", TensorType::I32},
        {"torch.ShortStorage", TensorType::I16},  {"torch.CharStorage", TensorType::I8},
        {"torch.ByteStorage", TensorType::U8},    {"torch.BoolStorage", TensorType::Bool},
        {"torch.float64", TensorType::F64},       {"torch.float32", TensorType::F32},
        {"torch.float16", TensorType::F16},       {"torch.bfloat16", TensorType::BF16},
        {"torch.int64", TensorType::I64},         {"torch.int32", TensorType::I32},
        {"torch.int16", TensorType::I16},         {"torch.int8", TensorType::I8},
        {"torch.uint8", TensorType::U8},          {"torch.bool", TensorType::Bool}};
    const auto found = types.find(name);
    return found == types.end() ? std::nullopt : std::optional(found->second);
}

class TorchFile : public WeightFile
{
public:
    TorchFile(MappedFile file, const std::string& part) : m_zip(std::move(file))
    {
        checked(m_zip.file(), [&] { return (read(part), true); });
    }

    const std::vector<TensorInfo>& tensors() const override { return m_tensors; }
    const nlohmann::json& metadata() const override { return m_metadata; }
    const std::filesystem::path& path() const override { return m_zip.path(); }
    std::string part() const override { return m_part; }
    std::map<std::string, std::size_t> others() const override { return m_others; }
    std::vector<const MappedFile*> mappings() const override { return {&m_zip.file()}; }
    TensorBytes bytes(const TensorInfo& tensor) const override;

private:
    void read(const std::string& part);
    void findPrefix();
    const PickleNode* stateDict(const Pickle& pickle) const;
    const PickleNode* chosen(const Pickle& pickle, const std::string& part);
    void addTensors(const Pickle& pickle, const PickleNode& dict);
    void addTensor(const Pickle& pickle, const PickleNode& node, std::string name);
    std::pair<std::string, std::uint64_t> storage(const Pickle& pickle, const PickleNode& node, TensorInfo& info,
                                                  const PickleNode* dtype) const;
    TensorBytes record(const Layout& layout) const;

    ZipArchive m_zip;
    std::string m_prefix, m_part;
    std::map<std::string, std::size_t> m_others;
    std::vector<TensorInfo> m_tensors;
    std::unordered_map<std::string, Layout> m_layouts;
    nlohmann::json m_metadata = nlohmann::json::object();
    mutable std::mutex m_mutex;
    // What an earlier read of a record gave: its CRC is checked once, an unpacked copy is shared while in use.
    mutable std::unordered_map<std::string,
                               std::pair<std::span<const std::byte>, std::weak_ptr<const std::vector<std::byte>>>>
        m_read;
};

void TorchFile::read(const std::string& part)
{
    findPrefix();
    const TensorBytes data = m_zip.read(m_prefix + "data.pkl", longestPickle);
    const Pickle pickle = readPickle(data.bytes, path());
    addTensors(pickle, *chosen(pickle, part));
}

// torch.save puts everything below one folder, named after the file.
void TorchFile::findPrefix()
{
    int found = 0;
    for (const auto& [name, entry] : m_zip.entries())
        if ((name == "data.pkl" || name.ends_with("/data.pkl")) && std::count(name.begin(), name.end(), '/') <= 1) {
            m_prefix = name.substr(0, name.size() - std::strlen("data.pkl"));
            ++found;
        }
    if (found != 1)
        fail(path(), found == 0 ? UserText{TextId("weight_file.no_data_pkl",
                                                  "a zip file without data.pkl: not a file of torch.save")}
                                : UserText{TextId("weight_file.several_data_pkl", "a zip file with several data.pkl")});
    if (m_zip.find(m_prefix + "byteorder")) {
        const auto order = m_zip.read(m_prefix + "byteorder", 16);
        if (std::string_view(reinterpret_cast<const char*>(order.bytes.data()), order.bytes.size()) != "little")
            fail(path(), {TextId("weight_file.byte_order_not_little_endian", "the byte order is not little endian")},
                 ErrorCode::Unsupported);
    }
}

const PickleNode* TorchFile::stateDict(const Pickle& pickle) const
{
    const PickleNode& root = pickle.at(pickle.root);
    if (root.kind != Kind::Dict)
        fail(path(), {TextId("weight_file.data_pkl_holds_no_dictionary", "data.pkl holds no dictionary of tensors")});
    for (const char* key : {"state_dict", "model", "teacher", "model_state_dict"}) {
        const PickleNode* inner = pickle.value(root, key);
        if (inner && inner->kind == Kind::Dict)
            return inner;
        if (inner && (std::string_view(key) == "state_dict" || inner->kind == Kind::Skipped))
            fail(path(),
                 {TextId("weight_file.not_dictionary_tensors", "\"%1\" is not a dictionary of tensors%2"), key,
                  inner->kind == Kind::Skipped ? UserText{TextId("weight_file.but_object_class_which_not",
                                                                 " but an object of the class %1, which is not read"),
                                                          inQuotes(inner->text)}
                                               : UserText()});
    }
    return &root;
}

std::pair<std::string, std::uint64_t> TorchFile::storage(const Pickle& pickle, const PickleNode& node, TensorInfo& info,
                                                         const PickleNode* dtype) const
{
    const std::string_view className = pickle.at(node.children[1]).text, key = pickle.at(node.children[2]).text;
    const std::int64_t declared = pickle.at(node.children[4]).integer;
    const bool untyped = className == "torch.storage.UntypedStorage" || className == "torch.UntypedStorage";
    const auto type = typeOf(untyped && dtype ? dtype->text : className);
    if (!type)
        fail(path(),
             {TextId("weight_file.tensor_has_storage_class_which",
                     "tensor %1 has a storage of the class %2, which is not known"),
              inQuotes(info.name), inQuotes(className)},
             ErrorCode::Unsupported);
    info.type = *type;
    const bool plainKey = !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-';
    });
    if (!plainKey)
        fail(path(), {TextId("weight_file.tensor_names_storage_which_not",
                             "tensor %1 names the storage %2, which is not a record of the archive"),
                      inQuotes(info.name), inQuotes(key)});
    const std::string record = m_prefix + "data/" + std::string(key);
    const auto* entry = m_zip.find(record);
    if (!entry)
        fail(path(), {TextId("weight_file.tensor_zip_file_lacks_record", "tensor %1: the zip file lacks its record %2"),
                      inQuotes(info.name), inQuotes(record)});
    const std::uint64_t size = untyped ? 1 : bytesPerElement(*type);
    if (declared < 0 || entry->size / size != static_cast<std::uint64_t>(declared) || entry->size % size != 0)
        fail(path(), {TextId("weight_file.tensor_record_has_bytes_declared",
                             "tensor %1: its record has %2 bytes, declared are %3 elements of %4"),
                      inQuotes(info.name), entry->size, declared, size});
    return {record, entry->size};
}

void TorchFile::addTensor(const Pickle& pickle, const PickleNode& node, std::string name)
{
    TensorInfo info;
    info.name = std::move(name);
    const auto integers = [&](std::uint32_t index) {
        std::vector<std::int64_t> values;
        for (const auto child : pickle.at(index).children)
            values.push_back(pickle.at(child).integer);
        return values;
    };
    Layout layout;
    std::tie(layout.record, layout.storageBytes) = storage(
        pickle, pickle.at(node.children[0]), info, node.children.size() > 4 ? &pickle.at(node.children[4]) : nullptr);
    layout.offset = pickle.at(node.children[1]).integer;
    info.shape = integers(node.children[2]);
    layout.strides = integers(node.children[3]);
    const std::string tensor = "tensor " + inQuotes(info.name);
    const auto available = static_cast<std::int64_t>(layout.storageBytes / bytesPerElement(info.type));
    std::int64_t count = 0;
    if (!elementCount(info.shape, count))
        fail(path(), {TextId("weight_file.has_impossible_shape", "%1 has an impossible shape %2"), tensor,
                      shapeText(info.shape)});
    if (layout.strides.size() != info.shape.size() ||
        std::any_of(layout.strides.begin(), layout.strides.end(), [](std::int64_t s) { return s < 0; }))
        fail(path(), {TextId("weight_file.has_impossible_strides", "%1 has impossible strides %2"), tensor,
                      shapeText(layout.strides)});
    if (layout.offset < 0 || layout.offset > available || count > available)
        fail(path(), {TextId("weight_file.shape_at_offset_does_not",
                             "%1 of shape %2 at offset %3 does not fit into its storage of %4 elements"),
                      tensor, shapeText(info.shape), layout.offset, available});
    std::int64_t last = layout.offset, expected = 1;
    for (std::size_t d = info.shape.size(); d-- > 0 && count > 0;) {
        std::int64_t reach = 0;
        if (__builtin_mul_overflow(info.shape[d] - 1, layout.strides[d], &reach) ||
            __builtin_add_overflow(last, reach, &last))
            fail(path(), {TextId("weight_file.has_strides_overflow", "%1 has strides that overflow"), tensor});
        layout.contiguous = layout.contiguous && (info.shape[d] == 1 || layout.strides[d] == expected);
        expected *= info.shape[d];
    }
    if (count > 0 && last >= available)
        fail(path(),
             {TextId("weight_file.reaches_beyond_storage_elements", "%1 reaches beyond its storage of %2 elements"),
              tensor, available});
    if (!m_layouts.emplace(info.name, std::move(layout)).second)
        fail(path(),
             {TextId("weight_file.dictionary_names_twice", "the dictionary names %1 twice"), inQuotes(info.name)});
    m_tensors.push_back(std::move(info));
}

void TorchFile::addTensors(const Pickle& pickle, const PickleNode& dict)
{
    const bool bare = &dict == &pickle.at(pickle.root);
    for (std::size_t i = 0; i + 1 < dict.children.size(); i += 2) {
        const PickleNode& key = pickle.at(dict.children[i]);
        const PickleNode& value = pickle.at(dict.children[i + 1]);
        if (key.kind != Kind::Text || key.text.empty() || !isUtf8(key.text))
            fail(path(), {TextId("weight_file.key_dictionary_tensors_not_text",
                                 "a key of the dictionary of tensors is not text")});
        if (value.kind == Kind::Tensor)
            addTensor(pickle, value, std::string(key.text));
        else if (value.kind == Kind::Skipped || value.kind == Kind::Global || value.kind == Kind::Storage)
            fail(path(), {TextId("weight_file.not_tensor_but", "%1 is not a tensor but %2"), inQuotes(key.text),
                          value.kind == Kind::Storage ? UserText{TextId("weight_file.bare_storage", "a bare storage")}
                                                      : UserText{TextId("weight_file.object_class_which_not_read",
                                                                        "an object of the class %1, which is not read"),
                                                                 inQuotes(value.text)}});
        else
            m_metadata[oneLine(key.text)] = toJson(pickle, value);
    }
    if (!bare) {
        const PickleNode& root = pickle.at(pickle.root);
        for (std::size_t i = 0; i + 1 < root.children.size(); i += 2)
            if (pickle.at(root.children[i]).kind == Kind::Text && &pickle.at(root.children[i + 1]) != &dict)
                m_metadata[oneLine(pickle.at(root.children[i]).text)] = toJson(pickle, pickle.at(root.children[i + 1]));
    }
    if (m_tensors.empty())
        fail(path(), {TextId("weight_file.data_pkl_holds_no_tensors", "data.pkl holds no tensors")});
}

// Among all dictionaries of tensors: the one that is asked for, the one that stateDict() means if it holds any, else
// the largest of no average. The others are kept by name.
const PickleNode* TorchFile::chosen(const Pickle& pickle, const std::string& part)
{
    const std::vector<TensorDict> all = TensorDicts(pickle).all();
    const PickleNode* meant = stateDict(pickle);
    const auto find = [&](const auto& fits) -> const TensorDict* {
        const auto found = std::find_if(all.begin(), all.end(), fits);
        return found == all.end() ? nullptr : &*found;
    };
    const TensorDict* best = part.empty() ? nullptr : find([&](const TensorDict& one) { return one.name == part; });
    if (!best)
        best = find([&](const TensorDict& one) { return one.dict == meant; });
    if (!best)
        for (const TensorDict& one : all)
            if (!best || std::pair{!one.averaged, one.tensors} > std::pair{!best->averaged, best->tensors})
                best = &one;
    if (!best)
        return meant;
    m_part = best->name;
    for (const TensorDict& one : all)
        if (&one != best)
            m_others[one.name] = one.tensors;
    return best->dict;
}

TensorBytes TorchFile::record(const Layout& layout) const
{
    const std::lock_guard lock(m_mutex);
    const auto known = m_read.find(layout.record);
    if (known != m_read.end()) {
        if (!m_zip.find(layout.record)->deflated)
            return {known->second.first, nullptr};
        if (auto copy = known->second.second.lock())
            return {*copy, copy};
    }
    TensorBytes bytes = m_zip.read(layout.record, layout.storageBytes);
    m_read[layout.record] = {bytes.bytes, bytes.copy};
    return bytes;
}

TensorBytes TorchFile::bytes(const TensorInfo& tensor) const
{
    const auto found = m_layouts.find(tensor.name);
    if (found == m_layouts.end())
        fail(path(), {TextId("weight_file.no_tensor_in_torch_file", "there is no tensor %1"), inQuotes(tensor.name)});
    const Layout& layout = found->second;
    const std::size_t size = bytesPerElement(tensor.type);
    const auto count = static_cast<std::size_t>(tensor.elements());
    const TensorBytes whole = record(layout);
    const auto start = whole.bytes.subspan(static_cast<std::size_t>(layout.offset) * size);
    if (count == 0)
        return {};
    if (layout.contiguous) {
        if (whole.copy)
            return {start.first(count * size), whole.copy};
        return aligned(start.first(count * size), tensor.type);
    }
    auto gathered = std::make_shared<std::vector<std::byte>>(count * size);
    std::vector<std::int64_t> at(tensor.shape.size(), 0);
    std::int64_t source = 0;
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(gathered->data() + i * size, start.data() + static_cast<std::size_t>(source) * size, size);
        for (std::size_t d = at.size(); d-- > 0;) {
            source += layout.strides[d];
            if (++at[d] < tensor.shape[d])
                break;
            source -= layout.strides[d] * tensor.shape[d];
            at[d] = 0;
        }
    }
    return {*gathered, gathered};
}

} // namespace

std::shared_ptr<const WeightFile> openTorchFile(MappedFile file, const std::string& part)
{
    return std::make_shared<TorchFile>(std::move(file), part);
}

} // namespace mama::weights
