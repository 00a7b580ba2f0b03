#pragma once
#include "core/weights/files/pickle_machine.h"

#include <set>

namespace mama::weights {

// A dictionary of named tensors somewhere in a pickle.
struct TensorDict
{
    std::string name; // keys on the way to it: "state_dict", "callbacks/EMA/weights"; empty: the root
    const PickleNode* dict = nullptr;
    std::size_t tensors = 0;
    bool averaged = false; // by its name, an average over the training
};

// All of them but the optimizer's.
class TensorDicts
{
public:
    explicit TensorDicts(const Pickle& pickle) : m_pickle(pickle) { visit(pickle.at(pickle.root), "", 0); }
    const std::vector<TensorDict>& all() const { return m_all; }

private:
    void visit(const PickleNode& node, const std::string& name, int depth);

    const Pickle& m_pickle;
    std::set<const PickleNode*> m_seen;
    std::vector<TensorDict> m_all;
};

} // namespace mama::weights
