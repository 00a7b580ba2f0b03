#include "core/weights/files/tensor_dicts.h"

#include "core/base/text_escape.h"
#include "core/weights/files/averaged_name.h"

namespace mama::weights {
namespace {

constexpr int deepest = 5;
constexpr std::size_t mostDicts = 64, longestKey = 200;

} // namespace

void TensorDicts::visit(const PickleNode& node, const std::string& name, int depth)
{
    if (node.kind != PickleNode::Kind::Dict || depth > deepest || m_all.size() >= mostDicts ||
        !m_seen.insert(&node).second)
        return;
    std::size_t tensors = 0;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2)
        tensors += m_pickle.at(node.children[i]).kind == PickleNode::Kind::Text &&
                           m_pickle.at(node.children[i + 1]).kind == PickleNode::Kind::Tensor
                       ? 1
                       : 0;
    if (tensors > 0)
        m_all.push_back({name, &node, tensors, soundsAveraged(name)});
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
        const PickleNode& key = m_pickle.at(node.children[i]);
        if (key.kind != PickleNode::Kind::Text || key.text.find("optim") != key.text.npos)
            continue;
        const std::string own = oneLine(key.text.substr(0, longestKey));
        visit(m_pickle.at(node.children[i + 1]), name.empty() ? own : name + "/" + own, depth + 1);
    }
}

} // namespace mama::weights
