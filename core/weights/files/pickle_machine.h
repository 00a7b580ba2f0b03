#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mama::weights {

// A value that a pickle describes. Nothing in it can run: classes and functions are names.
struct PickleNode
{
    enum class Kind : std::uint8_t {
        None,
        Bool,
        Integer,
        Float,
        Text,
        Bytes,
        List,
        Tuple,
        Dict,
        Set,
        Global,  // a class or function by name
        Storage, // a tensor's bytes: children are the persistent id's tuple
        Tensor,  // children: storage, offset, shape, strides
        Skipped  // an object of a class that is not known: children are its state, if any
    };

    Kind kind = Kind::None;
    std::int64_t integer = 0;
    double number = 0;
    std::string_view text;               // text, bytes, or "module.Name"; lies in Pickle's data
    std::vector<std::uint32_t> children; // elements; of a dict key, value, key, value ...
};

// The values of a pickle stream and the index of the last one. Text lies in `data` and in `names`.
struct Pickle
{
    std::vector<PickleNode> nodes;
    std::uint32_t root = 0;
    std::vector<std::unique_ptr<std::string>> names;

    const PickleNode& at(std::uint32_t index) const { return nodes[index]; }
    // The value under a text key of a dict, or null.
    const PickleNode* value(const PickleNode& dict, std::string_view key) const;
};

// Interprets protocols 2 to 5 for tensors and plain values. Any class or function but the few that make tensors
// is left as an inert name; those that programs are built from (os, subprocess, builtins.eval, ...) get the
// whole file refused. Memory and time are bounded by the stream's length. Error(Format) names file and byte.
// `data` must outlive the result.
Pickle readPickle(std::span<const std::byte> data, const std::filesystem::path& file);

} // namespace mama::weights
