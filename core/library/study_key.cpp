#include "core/library/study_key.h"

#include "core/base/hash.h"

namespace mama {
namespace {

bool isUid(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && text.find('.') != text.npos &&
           text.find_first_not_of("0123456789.") == text.npos;
}

bool isHash(std::string_view text, std::size_t shortest)
{
    return text.size() >= shortest && text.size() <= 64 &&
           text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

} // namespace

std::string studyKey(std::string_view uid)
{
    constexpr std::string_view hashed = "sha256:";
    if (isUid(uid) || isHash(uid, 32) || (uid.starts_with(hashed) && isHash(uid.substr(hashed.size()), 64)))
        return std::string(uid);
    return std::string(hashed) + sha256(uid);
}

} // namespace mama
