#pragma once
#include <string_view>

namespace mama::weights {

// What the restricted pickle machine does with a class or function of this name.
enum class GlobalRole {
    Unknown,          // any other class: inert
    RebuildTensor,    // torch._utils._rebuild_tensor_v2 and _v3: (storage, offset, shape, strides, ...)
    RebuildParameter, // (tensor, ...)
    RebuildFromType,  // torch._tensor._rebuild_from_type_v2: (function, type, arguments, state)
    Dict,             // collections.OrderedDict
    DefaultDict,      // (factory): a dict
    Set,              // set, frozenset: (list)
    Tuple,            // torch.Size: (tuple)
    Plain,            // a name that only stands for itself: dtypes, storages, devices, layouts
    Forbidden         // can run programs or reach what can: the file is refused
};

GlobalRole roleOf(std::string_view module, std::string_view name);

} // namespace mama::weights
