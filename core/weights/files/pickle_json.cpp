#include "core/weights/files/pickle_json.h"

#include "core/base/text_escape.h"

#include <nlohmann/json.hpp>

namespace mama::weights {
namespace {

using Kind = PickleNode::Kind;
using nlohmann::json;

constexpr int deepest = 40;
constexpr std::size_t mostValues = 100'000;
constexpr std::size_t longestText = 10'000;
constexpr std::size_t mostText = 16U << 20U;

class Converter
{
public:
    explicit Converter(const Pickle& pickle) : m_pickle(pickle) {}

    json convert(const PickleNode& node, int depth)
    {
        if (depth > deepest || ++m_count > mostValues)
            return "…";
        switch (node.kind) {
        case Kind::None: return nullptr;
        case Kind::Bool: return node.integer != 0;
        case Kind::Integer: return node.integer;
        case Kind::Float: return node.number;
        case Kind::Text: return text(node);
        case Kind::Bytes: return {{"bytes", node.text.size()}};
        case Kind::Global: return text(node);
        case Kind::Storage: return "storage";
        case Kind::Tensor: return {{"tensor", convert(m_pickle.at(node.children[2]), depth + 1)}};
        case Kind::Dict: return dict(node, depth);
        case Kind::Skipped: {
            if (const PickleNode* value = omegaConfValue(node))
                return convert(*value, depth + 1);
            json object{{"skipped class", text(node)}};
            if (!node.children.empty())
                object["state"] = convert(m_pickle.at(node.children[0]), depth + 1);
            return object;
        }
        case Kind::List:
        case Kind::Tuple:
        case Kind::Set: break;
        }
        json list = json::array();
        for (const auto child : node.children) {
            if (m_count > mostValues)
                break;
            list.push_back(convert(m_pickle.at(child), depth + 1));
        }
        return list;
    }

private:
    // What a container or value of OmegaConf holds: never its parents, which lead back to it. Null: none of these.
    const PickleNode* omegaConfValue(const PickleNode& node) const
    {
        if (!node.text.starts_with("omegaconf.") || node.children.empty())
            return nullptr;
        const PickleNode& state = m_pickle.at(node.children[0]);
        if (state.kind != Kind::Dict)
            return nullptr;
        const PickleNode* content = m_pickle.value(state, "_content");
        return content ? content : m_pickle.value(state, "_val");
    }

    // A text of the file may be used by any number of values: their sum is bounded too.
    std::string text(const PickleNode& node)
    {
        const std::string_view cut = node.text.substr(0, longestText);
        m_text += cut.size();
        return m_text > mostText ? "…" : oneLine(cut);
    }

    json dict(const PickleNode& node, int depth)
    {
        json object = json::object();
        for (std::size_t i = 0; i + 1 < node.children.size() && m_count <= mostValues; i += 2) {
            const PickleNode& key = m_pickle.at(node.children[i]);
            std::string name = key.kind == Kind::Text ? text(key) : "";
            if (key.kind == Kind::Integer)
                name = std::to_string(key.integer);
            if (!name.empty())
                object[name] = convert(m_pickle.at(node.children[i + 1]), depth + 1);
        }
        return object;
    }

    const Pickle& m_pickle;
    std::size_t m_count = 0, m_text = 0;
};

} // namespace

json toJson(const Pickle& pickle, const PickleNode& node) { return Converter(pickle).convert(node, 0); }

} // namespace mama::weights
