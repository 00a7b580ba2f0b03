#pragma once
#include "core/base/user_text.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// The files of a set and the form of a key: known to its reader and its writer alone.
namespace mama::set_files {

inline constexpr const char *meta = "meta.json", *rows = "rows.f16", *keys = "keys.bin", *lock = "lock",
                            *passedOver = "passed.bin",   // names of what is not scored unasked, 36 bytes each
                                *images = "images.jsonl"; // of a shard: what was found out about each image
inline constexpr std::size_t keyBytes = 40;
inline constexpr auto readSet = TextId("action.read_embeddings", "read embeddings");
inline constexpr auto writeSet = TextId("action.write_embeddings", "write embeddings");

// SHA-256, frame: the first 36 bytes of a key.
using Name = std::array<std::byte, 36>;
// Empty: `hash` is no SHA-256 in hexadecimal digits.
std::optional<Name> nameOf(std::string_view hash, int frame);

} // namespace mama::set_files
