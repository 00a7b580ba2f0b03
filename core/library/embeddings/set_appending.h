#pragma once
#include "core/base/files.h"
#include "core/library/embeddings/embedding_set_info.h"
#include "core/library/embeddings/set_files.h"

#include <string_view>

// How writers of sets append to their files, so that a kill or a full disk leaves a whole set.
namespace mama::set_files {

inline std::string_view view(const Name& name) { return {reinterpret_cast<const char*>(name.data()), name.size()}; }

// Made where it is not there. Error(Io) names the file, here as below.
FileDescriptor openToAppend(const std::filesystem::path& file);
// The lock of a set's folder, which is made; held as long as it is open. Error(Io) if another process has it.
FileDescriptor lockSet(const std::filesystem::path& folder);
// Writes what the set is, where nothing says so yet. Error(Data) if it is of another identity.
void keepMeta(const EmbeddingSetInfo& info, const SetForm& form);
void cut(const FileDescriptor& file, const std::filesystem::path& name, std::int64_t size);
void toEnd(const FileDescriptor& file, const std::filesystem::path& name);
void append(const FileDescriptor& file, const std::filesystem::path& name, std::string_view bytes); // and synced

} // namespace mama::set_files
