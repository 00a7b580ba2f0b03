#include "core/library/embeddings/set_appending.h"

#include "core/base/error.h"
#include "core/base/path_text.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama::set_files {
namespace {

Error failed(const fs::path& file) { return {ErrorCode::Io, {writeSet}, pathText(file), std::strerror(errno)}; }

} // namespace

FileDescriptor openToAppend(const fs::path& file)
{
    FileDescriptor out(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!out.isOpen())
        throw failed(file);
    return out;
}

FileDescriptor lockSet(const fs::path& folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    FileDescriptor out = openToAppend(folder / lock);
    if (::flock(out.number(), LOCK_EX | LOCK_NB) != 0)
        throw Error(ErrorCode::Io, {writeSet}, pathText(folder),
                    {TextId("embeddings.in_use", "another process is adding to it")});
    return out;
}

void keepMeta(const EmbeddingSetInfo& info, const SetForm& form)
{
    if (!fs::exists(info.folder / meta))
        writeSetInfo(info, form);
    const EmbeddingSetInfo there = readSetInfo(info.folder, form);
    if (there.identity != info.identity || there.dim != info.dim)
        throw Error(ErrorCode::Data, {writeSet}, pathText(info.folder),
                    {TextId("embeddings.other_identity", "it holds embeddings of another model, profile or device: %1 "
                                                         "(%2), and not of %3 (%4)"),
                     there.modelName, there.identity.compute, info.modelName, info.identity.compute});
}

void cut(const FileDescriptor& file, const fs::path& name, std::int64_t size)
{
    if (::ftruncate(file.number(), size) != 0)
        throw failed(name);
}

void toEnd(const FileDescriptor& file, const fs::path& name)
{
    if (::lseek(file.number(), 0, SEEK_END) < 0)
        throw failed(name);
}

void append(const FileDescriptor& file, const fs::path& name, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t n = ::write(file.number(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throw failed(name);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fdatasync(file.number()) != 0)
        throw failed(name);
}

} // namespace mama::set_files
