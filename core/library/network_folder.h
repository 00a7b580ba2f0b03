#pragma once
#include <cstdint>
#include <filesystem>

namespace mama {

// Whether statfs(2)'s f_type is of a file system that other hosts may write to. There SQLite's write-ahead log, which
// lives in memory that one host shares, would damage the file. FUSE counts: nobody can tell what is behind it.
bool isNetworkType(std::int64_t type);
// Of the folder that a file lies in or would be made in; false if that cannot be told.
bool onNetwork(const std::filesystem::path& file);

} // namespace mama
