#include "core/library/collection/file_place.h"

namespace fs = std::filesystem;

namespace mama {

fs::path placeOfFile(const fs::path& root, const fs::path& below)
{
    std::error_code ignored;
    for (fs::path rest = below.relative_path(); !rest.empty();) {
        for (const fs::path& folder : {root, root / "images"})
            if (fs::is_regular_file(folder / rest, ignored))
                return folder / rest;
        fs::path shorter;
        for (auto part = std::next(rest.begin()); part != rest.end(); ++part)
            shorter /= *part;
        rest = std::move(shorter);
    }
    return {};
}

} // namespace mama
