#include "core/weights/files/pickle_machine.h"

#include "core/weights/files/checked.h"
#include "core/weights/files/pickle_globals.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>

// Opcodes: Lib/pickletools.py of CPython 3.11. One machine in one file: every opcode works on the same stack and memo,
// and what keeps a hostile file from using them is read together.
namespace mama::weights {
namespace {

using Kind = PickleNode::Kind;
using Index = std::uint32_t;

constexpr std::size_t mostNodes = 1'000'000; // values, those that are remembered, and those on the stack
constexpr std::size_t mostOpcodes = 20'000'000;
constexpr std::size_t mostDimensions = 16;
constexpr std::size_t mostArguments = 8;    // of a call that is looked at
constexpr std::size_t longestGlobal = 1000; // module and name

class Machine
{
public:
    Machine(std::span<const std::byte> data, const std::filesystem::path& file) : m_data(data), m_file(file) {}
    Pickle run();

private:
    [[noreturn]] void broken(const UserText& why) const
    {
        fail(m_file, {TextId("weight_file.data_pkl_byte", "data.pkl, byte %1: %2"), m_opcodeAt, why});
    }

    // Reading
    std::string_view take(std::uint64_t size);
    template <class T>
    T number();
    std::string_view line();

    // Stack
    Index push(Index index);
    Index add(PickleNode node);
    Index pop();
    std::vector<Index> popToMark();
    Index top();

    // Opcodes
    bool step(unsigned char opcode);
    bool stepContainer(unsigned char opcode);
    bool stepValue(unsigned char opcode);
    bool stepMemo(unsigned char opcode);
    bool stepObject(unsigned char opcode);
    void get(std::uint32_t slot);
    void put(std::uint32_t slot);
    void bound(std::size_t count) const;
    void text(Kind kind, std::uint64_t size);
    void longInteger(std::uint64_t size);
    void container(Kind kind, std::vector<Index> children);
    void tuple(std::size_t size);
    void setItems(std::vector<Index> items);
    void append(std::vector<Index> items);
    void global(std::string_view module, std::string_view name);
    void persistent();

    // Calls
    Index reduce(Index function, Index arguments);
    Index rebuildTensor(const std::vector<Index>& arguments);
    Index skipped(std::string_view name);
    bool isIntegers(Index index) const;

    std::span<const std::byte> m_data;
    const std::filesystem::path& m_file;
    std::size_t m_at = 0, m_opcodeAt = 0, m_copied = 0;
    Pickle m_pickle;
    std::vector<Index> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint32_t, Index> m_memo;
    std::unordered_map<Index, GlobalRole> m_roles;
};

std::string_view Machine::take(std::uint64_t size)
{
    if (size > m_data.size() - m_at)
        broken({TextId("weight_file.needs_more_bytes_than_there", "it needs %1 more bytes than there are"), size});
    const std::string_view bytes(reinterpret_cast<const char*>(m_data.data()) + m_at, size);
    m_at += size;
    return bytes;
}

template <class T>
T Machine::number()
{
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
}

std::string_view Machine::line()
{
    const std::string_view rest(reinterpret_cast<const char*>(m_data.data()) + m_at, m_data.size() - m_at);
    const std::size_t end = rest.find('\n');
    if (end == rest.npos)
        broken({TextId("weight_file.name_without_end", "a name without an end")});
    m_at += end + 1;
    return rest.substr(0, end);
}

void Machine::bound(std::size_t count) const
{
    if (count >= mostNodes)
        broken({TextId("weight_file.more_than_values", "more than %1 values"), mostNodes});
}

Index Machine::push(Index index)
{
    bound(m_stack.size());
    m_stack.push_back(index);
    return index;
}

Index Machine::add(PickleNode node)
{
    bound(m_pickle.nodes.size());
    m_pickle.nodes.push_back(std::move(node));
    return static_cast<Index>(m_pickle.nodes.size() - 1);
}

Index Machine::top()
{
    if (m_stack.empty() || (!m_marks.empty() && m_stack.size() <= m_marks.back()))
        broken({TextId("weight_file.value_missing_on_stack", "a value is missing on the stack")});
    return m_stack.back();
}

Index Machine::pop()
{
    const Index index = top();
    m_stack.pop_back();
    return index;
}

std::vector<Index> Machine::popToMark()
{
    if (m_marks.empty())
        broken({TextId("weight_file.mark_missing_on_stack", "a mark is missing on the stack")});
    const auto from = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
    std::vector<Index> items(from, m_stack.end());
    m_stack.erase(from, m_stack.end());
    m_marks.pop_back();
    return items;
}

void Machine::put(std::uint32_t slot)
{
    bound(m_memo.size());
    m_memo[slot] = top();
}

void Machine::get(std::uint32_t slot)
{
    const auto found = m_memo.find(slot);
    if (found == m_memo.end())
        broken({TextId("weight_file.memo_slot_never_written", "memo slot %1 was never written"), slot});
    push(found->second);
}

void Machine::text(Kind kind, std::uint64_t size)
{
    PickleNode node;
    node.kind = kind;
    node.text = take(size);
    push(add(std::move(node)));
}

// Two's complement, little endian; numbers beyond 64 bits are kept as their bytes.
void Machine::longInteger(std::uint64_t size)
{
    const std::string_view bytes = take(size);
    PickleNode node;
    node.kind = bytes.size() <= 8 ? Kind::Integer : Kind::Bytes;
    node.text = bytes;
    if (node.kind == Kind::Integer && !bytes.empty()) {
        const bool negative = (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0;
        std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
        std::memcpy(&value, bytes.data(), bytes.size());
        node.integer = static_cast<std::int64_t>(value);
    }
    push(add(std::move(node)));
}

void Machine::container(Kind kind, std::vector<Index> children)
{
    PickleNode node;
    node.kind = kind;
    node.children = std::move(children);
    push(add(std::move(node)));
}

void Machine::tuple(std::size_t size)
{
    std::vector<Index> items(size);
    for (std::size_t i = size; i-- > 0;)
        items[i] = pop();
    container(Kind::Tuple, std::move(items));
}

void Machine::setItems(std::vector<Index> items)
{
    PickleNode& target = m_pickle.nodes[top()];
    if (items.size() % 2 != 0)
        broken({TextId("weight_file.key_without_value", "a key without a value")});
    if (target.kind == Kind::Dict)
        target.children.insert(target.children.end(), items.begin(), items.end());
    else if (target.kind != Kind::Skipped)
        broken({TextId("weight_file.items_put_into_something_not",
                       "items are put into something that is not a dictionary")});
}

void Machine::append(std::vector<Index> items)
{
    PickleNode& target = m_pickle.nodes[top()];
    if (target.kind == Kind::List || target.kind == Kind::Set)
        target.children.insert(target.children.end(), items.begin(), items.end());
    else if (target.kind != Kind::Skipped)
        broken({TextId("weight_file.elements_put_into_something_not",
                       "elements are put into something that is not a list")});
}

void Machine::global(std::string_view module, std::string_view name)
{
    if (module.size() + name.size() > longestGlobal)
        broken({TextId("weight_file.name_class_too_long", "the name of a class is too long")});
    const GlobalRole role = roleOf(module, name);
    const std::string full = std::string(module) + "." + std::string(name);
    if (role == GlobalRole::Forbidden)
        broken(
            {TextId("weight_file.file_wants_use_which_programs",
                    "the file wants to use %1, with which programs are run or reached: refused, nothing was executed"),
             inQuotes(full)});
    m_pickle.names.push_back(std::make_unique<std::string>(full));
    PickleNode node;
    node.kind = Kind::Global;
    node.text = *m_pickle.names.back();
    const Index index = push(add(std::move(node)));
    m_roles[index] = role;
}

// ("storage", class, key, device, elements)
void Machine::persistent()
{
    const Index id = pop();
    const auto& parts = m_pickle.at(id);
    const bool isStorage =
        parts.kind == Kind::Tuple && parts.children.size() == 5 && m_pickle.at(parts.children[0]).text == "storage" &&
        m_pickle.at(parts.children[1]).kind == Kind::Global && m_pickle.at(parts.children[2]).kind == Kind::Text &&
        m_pickle.at(parts.children[4]).kind == Kind::Integer;
    if (!isStorage)
        broken({TextId("weight_file.reference_something_not_tensor_s",
                       "a reference to something that is not a tensor's storage")});
    container(Kind::Storage, parts.children);
}

bool Machine::isIntegers(Index index) const
{
    const auto& node = m_pickle.at(index);
    return (node.kind == Kind::Tuple || node.kind == Kind::List) && node.children.size() <= mostDimensions &&
           std::all_of(node.children.begin(), node.children.end(),
                       [&](Index child) { return m_pickle.at(child).kind == Kind::Integer; });
}

Index Machine::rebuildTensor(const std::vector<Index>& arguments)
{
    if (arguments.size() < 4 || m_pickle.at(arguments[0]).kind != Kind::Storage)
        broken({TextId("weight_file.tensor_made_from_something_not",
                       "a tensor is made from something that is not a storage")});
    if (m_pickle.at(arguments[1]).kind != Kind::Integer || !isIntegers(arguments[2]) || !isIntegers(arguments[3]))
        broken(
            {TextId("weight_file.tensor_s_offset_shape_or", "a tensor's offset, shape or strides are not integers")});
    PickleNode node;
    node.kind = Kind::Tensor;
    node.children.assign(arguments.begin(), arguments.begin() + 4);
    if (arguments.size() > 6) // _rebuild_tensor_v3 names the type after requires_grad and hooks
        node.children.push_back(arguments[6]);
    return add(std::move(node));
}

Index Machine::skipped(std::string_view name)
{
    PickleNode node;
    node.kind = Kind::Skipped;
    node.text = name;
    return add(std::move(node));
}

Index Machine::reduce(Index function, Index arguments)
{
    if (m_pickle.at(arguments).kind != Kind::Tuple)
        broken({TextId("weight_file.call_without_tuple_arguments", "a call without a tuple of arguments")});
    // A tuple may be used by many calls: only as much of it is copied as a call looks at.
    const auto& all = m_pickle.at(arguments).children;
    const std::vector<Index> given(all.begin(),
                                   all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), mostArguments)));
    if (m_pickle.at(function).kind == Kind::Skipped)
        return skipped(m_pickle.at(function).text);
    if (m_pickle.at(function).kind != Kind::Global)
        broken(
            {TextId("weight_file.call_something_not_class_or", "a call of something that is not a class or function")});
    const auto isTensor = [&](std::size_t i) { return i < given.size() && m_pickle.at(given[i]).kind == Kind::Tensor; };
    PickleNode plain;
    switch (m_roles[function]) {
    case GlobalRole::RebuildTensor: return rebuildTensor(given);
    case GlobalRole::RebuildParameter:
        if (!isTensor(0))
            broken({TextId("weight_file.parameter_made_from_something_not",
                           "a parameter is made from something that is not a tensor")});
        return given[0];
    case GlobalRole::RebuildFromType:
        if (given.size() < 3 || m_roles[given[0]] != GlobalRole::RebuildTensor)
            broken({TextId("weight_file.tensor_class_own_made_unknown",
                           "a tensor of a class of its own is made by an unknown function")});
        return reduce(given[0], given[2]);
    case GlobalRole::Dict:
    case GlobalRole::DefaultDict: plain.kind = Kind::Dict; return add(plain);
    case GlobalRole::Set:
    case GlobalRole::Tuple: {
        plain.kind = m_roles[function] == GlobalRole::Set ? Kind::Set : Kind::Tuple;
        if (!given.empty()) {
            m_copied += m_pickle.at(given[0]).children.size();
            if (m_copied > mostNodes)
                broken({TextId("weight_file.more_than_values_sets", "more than %1 values in sets"), mostNodes});
            plain.children = m_pickle.at(given[0]).children;
        }
        return add(plain);
    }
    default: break;
    }
    // copyreg._reconstructor(class, base, state) stands for its class.
    const std::string_view name = m_pickle.at(function).text;
    const bool viaCopyreg =
        name.ends_with("._reconstructor") && !given.empty() && m_pickle.at(given[0]).kind == Kind::Global;
    return skipped(viaCopyreg ? m_pickle.at(given[0]).text : name);
}

bool Machine::stepContainer(unsigned char opcode)
{
    switch (opcode) {
    case '(':
        bound(m_marks.size());
        m_marks.push_back(m_stack.size());
        return true;
    case '0':
        if (!m_marks.empty() && m_marks.back() == m_stack.size())
            m_marks.pop_back();
        else
            pop();
        return true;
    case '1': popToMark(); return true;
    case '2': push(top()); return true;
    case ')': container(Kind::Tuple, {}); return true;
    case ']': container(Kind::List, {}); return true;
    case '}': container(Kind::Dict, {}); return true;
    case 0x8f: container(Kind::Set, {}); return true;
    case 't': container(Kind::Tuple, popToMark()); return true;
    case 'l': container(Kind::List, popToMark()); return true;
    case 0x91: container(Kind::Set, popToMark()); return true;
    case 'd': {
        std::vector<Index> items = popToMark();
        container(Kind::Dict, {});
        setItems(std::move(items));
        return true;
    }
    case 0x85: tuple(1); return true;
    case 0x86: tuple(2); return true;
    case 0x87: tuple(3); return true;
    case 'a': {
        const Index item = pop();
        append({item});
        return true;
    }
    case 'e':
    case 0x90: {
        std::vector<Index> items = popToMark();
        append(std::move(items));
        return true;
    }
    case 's': {
        const Index value = pop(), key = pop();
        setItems({key, value});
        return true;
    }
    case 'u': {
        std::vector<Index> items = popToMark();
        setItems(std::move(items));
        return true;
    }
    default: return false;
    }
}

bool Machine::stepValue(unsigned char opcode)
{
    PickleNode node;
    switch (opcode) {
    case 'N': break;
    case 0x88:
    case 0x89:
        node.kind = Kind::Bool;
        node.integer = opcode == 0x88;
        break;
    case 'J':
        node.kind = Kind::Integer;
        node.integer = number<std::int32_t>();
        break;
    case 'K':
        node.kind = Kind::Integer;
        node.integer = number<std::uint8_t>();
        break;
    case 'M':
        node.kind = Kind::Integer;
        node.integer = number<std::uint16_t>();
        break;
    case 0x8a: longInteger(number<std::uint8_t>()); return true;
    case 0x8b: longInteger(number<std::uint32_t>()); return true;
    case 'G':
        node.kind = Kind::Float;
        node.number = std::bit_cast<double>(__builtin_bswap64(number<std::uint64_t>()));
        break;
    case 'X': text(Kind::Text, number<std::uint32_t>()); return true;
    case 0x8c: text(Kind::Text, number<std::uint8_t>()); return true;
    case 0x8d: text(Kind::Text, number<std::uint64_t>()); return true;
    case 'T': text(Kind::Bytes, number<std::uint32_t>()); return true;
    case 'U': text(Kind::Bytes, number<std::uint8_t>()); return true;
    case 'B': text(Kind::Bytes, number<std::uint32_t>()); return true;
    case 'C': text(Kind::Bytes, number<std::uint8_t>()); return true;
    case 0x8e:
    case 0x96: text(Kind::Bytes, number<std::uint64_t>()); return true;
    default: return false;
    }
    push(add(std::move(node)));
    return true;
}

bool Machine::stepMemo(unsigned char opcode)
{
    switch (opcode) {
    case 'h': get(number<std::uint8_t>()); return true;
    case 'j': get(number<std::uint32_t>()); return true;
    case 'q': put(number<std::uint8_t>()); return true;
    case 'r': put(number<std::uint32_t>()); return true;
    case 0x94: put(static_cast<std::uint32_t>(m_memo.size())); return true;
    default: return false;
    }
}

bool Machine::stepObject(unsigned char opcode)
{
    switch (opcode) {
    case 'c': {
        const std::string_view module = line(), name = line();
        global(module, name);
        return true;
    }
    case 0x93: {
        const auto& name = m_pickle.at(pop());
        const auto& module = m_pickle.at(pop());
        if (name.kind != Kind::Text || module.kind != Kind::Text)
            broken({TextId("weight_file.class_whose_name_not_text", "a class whose name is not text")});
        global(module.text, name.text);
        return true;
    }
    case 'Q': persistent(); return true;
    case 0x92: pop(); [[fallthrough]]; // keyword arguments
    case 'R':
    case 0x81: {
        const Index arguments = pop(), function = pop();
        push(reduce(function, arguments));
        return true;
    }
    case 'b': {
        const Index state = pop();
        PickleNode& target = m_pickle.nodes[top()];
        if (target.kind == Kind::Skipped)
            target.children = {state};
        else if (target.kind != Kind::Dict && target.kind != Kind::Tensor && target.kind != Kind::Set)
            broken(
                {TextId("weight_file.state_given_something_has_none", "a state is given to something that has none")});
        return true;
    }
    default: return false;
    }
}

bool Machine::step(unsigned char opcode)
{
    if (opcode == '.')
        return false;
    if (opcode == 0x80) {
        const auto protocol = number<std::uint8_t>();
        if (protocol < 2 || protocol > 5)
            broken(
                {TextId("weight_file.pickle_protocol_not_one", "pickle protocol %1 is not one of 2 to 5"), protocol});
    } else if (opcode == 0x95)
        number<std::uint64_t>(); // a frame's length adds nothing
    else if (!stepContainer(opcode) && !stepValue(opcode) && !stepMemo(opcode) && !stepObject(opcode))
        broken({TextId("weight_file.opcode_unknown_or_has_no", "opcode %1 is unknown or has no place in a checkpoint"),
                opcode});
    return true;
}

Pickle Machine::run()
{
    for (std::size_t i = 0;; ++i) {
        m_opcodeAt = m_at;
        if (i >= mostOpcodes)
            broken({TextId("weight_file.more_than_steps", "more than %1 steps"), mostOpcodes});
        if (!step(number<std::uint8_t>()))
            break;
    }
    m_pickle.root = pop();
    return std::move(m_pickle);
}

} // namespace

const PickleNode* Pickle::value(const PickleNode& dict, std::string_view key) const
{
    for (std::size_t i = 0; i + 1 < dict.children.size(); i += 2) {
        const PickleNode& candidate = at(dict.children[i]);
        if (candidate.kind == Kind::Text && candidate.text == key)
            return &at(dict.children[i + 1]);
    }
    return nullptr;
}

Pickle readPickle(std::span<const std::byte> data, const std::filesystem::path& file)
{
    return Machine(data, file).run();
}

} // namespace mama::weights
