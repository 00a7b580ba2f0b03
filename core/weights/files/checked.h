#pragma once
#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

// Small helpers that every reader of this folder needs.
namespace mama::weights {

[[noreturn]] inline void fail(const std::filesystem::path& file, const UserText& why,
                              ErrorCode code = ErrorCode::Format)
{
    throw Error(code, {action::readWeights}, file.string(), why);
}

// Product of the dimensions; false if one is negative or the product does not fit.
inline bool elementCount(std::span<const std::int64_t> shape, std::int64_t& count)
{
    bool empty = false;
    count = 1;
    for (const std::int64_t size : shape) {
        if (size < 0)
            return false;
        empty = empty || size == 0;
    }
    if (empty) {
        count = 0;
        return true;
    }
    for (const std::int64_t size : shape)
        if (__builtin_mul_overflow(count, size, &count))
            return false;
    return true;
}

// "[768, 3, 14, 14]"
inline std::string shapeText(std::span<const std::int64_t> shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

// A name of the file as a sentence may hold it: cut when it is very long.
inline std::string inQuotes(std::string_view name)
{
    constexpr std::size_t longest = 200;
    return "\"" + std::string(name.substr(0, longest)) + (name.size() > longest ? "…\"" : "\"");
}

} // namespace mama::weights
