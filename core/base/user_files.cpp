#include "core/base/user_files.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/path_text.h"

namespace fs = std::filesystem;

namespace mama {
namespace {

bool holds(const fs::path& file, const std::string& text)
{
    try {
        return readText(file) == text;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

fs::path putAside(const fs::path& file, const std::string& suffix)
{
    const fs::path first = file.native() + "." + suffix;
    fs::path aside = first;
    std::error_code failed;
    for (int number = 2; fs::exists(fs::symlink_status(aside, failed)); ++number)
        aside = first.native() + "-" + std::to_string(number);
    fs::rename(file, aside, failed);
    if (failed)
        throw Error(ErrorCode::Io, {action::write}, pathText(file),
                    {TextId("file.kept_aside", "what stands there is to be kept, and it cannot be renamed: %1"),
                     failed.message()});
    return aside;
}

fs::path writeKeepingOthers(const fs::path& file, const std::string& known, const std::string& text)
{
    std::error_code failed;
    const bool others = fs::is_regular_file(file, failed) && !holds(file, known) && !holds(file, text);
    const fs::path aside = others ? putAside(file, "before") : fs::path();
    try {
        writeAtomically(file, std::string_view(text));
    } catch (const Error&) {
        if (others)
            fs::rename(aside, file, failed);
        throw;
    }
    return aside;
}

} // namespace mama
