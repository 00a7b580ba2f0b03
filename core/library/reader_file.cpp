#include "core/library/reader_file.h"

#include "core/base/installed_folders.h"
#include "core/library/reader_schema.h"

#include <cstdlib>

namespace fs = std::filesystem;

namespace mama {

fs::path ReaderFile::usualPlace()
{
    const char* own = std::getenv("MAMA_READER");
    return own && *own ? fs::path(own) : workFolder() / "reader.db";
}

ReaderFile::ReaderFile(const fs::path& path, Access access)
    : m_database(path, readerSchema(), access), m_locks(fs::path(m_database.path().string() + "-sessions"))
{}

} // namespace mama
