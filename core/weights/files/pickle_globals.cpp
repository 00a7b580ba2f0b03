#include "core/weights/files/pickle_globals.h"

#include <algorithm>
#include <array>
#include <string>

namespace mama::weights {
namespace {

// Modules through which pickles are known to run programs, open files or reach other modules.
constexpr std::array forbiddenModules{
    "os",          "posix",     "nt",        "ntpath",          "posixpath", "sys",      "subprocess", "commands",
    "popen2",      "pty",       "shutil",    "socket",          "importlib", "imp",      "pkgutil",    "runpy",
    "code",        "codeop",    "ctypes",    "_ctypes",         "pickle",    "_pickle",  "cPickle",    "dill",
    "cloudpickle", "joblib",    "marshal",   "types",           "functools", "operator", "_operator",  "webbrowser",
    "urllib",      "urllib2",   "http",      "httplib",         "requests",  "aiohttp",  "ftplib",     "smtplib",
    "telnetlib",   "ssl",       "asyncio",   "multiprocessing", "threading", "signal",   "atexit",     "bdb",
    "pdb",         "cProfile",  "profile",   "timeit",          "trace",     "doctest",  "pip",        "setuptools",
    "distutils",   "ensurepip", "venv",      "zipimport",       "inspect",   "gc",       "weakref",    "tempfile",
    "io",          "_io",       "linecache", "platform",        "site"};
constexpr std::array
    harmlessBuiltins{"int",   "float",    "str",   "bool",    "bytes",     "bytearray", "complex",
                     "list",  "dict",     "tuple", "set",     "frozenset", "object",    "slice",
                     "range", "NoneType", "long",  "unicode", "xrange"}; // Python 3 writes int, str and range so
// functools.partial and the like appear in honest configurations; as inert names they do no harm.
constexpr std::array harmlessMembers{"functools.partial", "types.SimpleNamespace", "weakref.WeakKeyDictionary"};

template <std::size_t N>
bool contains(const std::array<const char*, N>& list, std::string_view wanted)
{
    return std::any_of(list.begin(), list.end(), [&](std::string_view entry) { return entry == wanted; });
}

bool isBuiltins(std::string_view module)
{
    return module == "builtins" || module == "__builtin__" || module == "__builtins__";
}

bool isForbidden(std::string_view module, std::string_view name)
{
    const std::string_view top = module.substr(0, module.find('.'));
    if (contains(harmlessMembers, std::string(module) + "." + std::string(name)))
        return false;
    if (contains(forbiddenModules, top))
        return true;
    if (isBuiltins(module))
        return !contains(harmlessBuiltins, name);
    // Functions of torch and numpy that load files or compile code.
    return (top == "torch" || top == "numpy") &&
           (name == "load" || name == "hub" || name == "compile" || name == "exec" || name == "system" ||
            name == "runstring" || name == "_load_from_bytes");
}

} // namespace

GlobalRole roleOf(std::string_view module, std::string_view name)
{
    if (module == "torch._utils" &&
        (name == "_rebuild_tensor" || name == "_rebuild_tensor_v2" || name == "_rebuild_tensor_v3"))
        return GlobalRole::RebuildTensor;
    if (module == "torch._utils" && (name == "_rebuild_parameter" || name == "_rebuild_parameter_with_state"))
        return GlobalRole::RebuildParameter;
    if (module == "torch._tensor" && name == "_rebuild_from_type_v2")
        return GlobalRole::RebuildFromType;
    if (module == "collections" && (name == "OrderedDict" || name == "Counter"))
        return GlobalRole::Dict;
    if (module == "collections" && name == "defaultdict")
        return GlobalRole::DefaultDict;
    if (isBuiltins(module) && (name == "set" || name == "frozenset"))
        return GlobalRole::Set;
    if (module == "torch" && name == "Size")
        return GlobalRole::Tuple;
    if (isForbidden(module, name))
        return GlobalRole::Forbidden;
    if (module == "torch" || module == "torch.storage")
        return GlobalRole::Plain;
    return GlobalRole::Unknown;
}

} // namespace mama::weights
