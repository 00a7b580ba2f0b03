#include "core/training/loop/process_group.h"

#include <algorithm>
#include <vector>

namespace mama {

std::string ProcessGroup::fromFirst(std::string text)
{
    std::uint64_t length = text.size();
    copyFromFirst(std::as_writable_bytes(std::span(&length, 1)));
    text.resize(length);
    if (length > 0)
        copyFromFirst(std::as_writable_bytes(std::span(text.data(), text.size())));
    return text;
}

std::int64_t ProcessGroup::largest(std::int64_t own)
{
    std::vector<std::int64_t> all(static_cast<std::size_t>(size()));
    gather(std::as_bytes(std::span(&own, 1)), std::as_writable_bytes(std::span(all)));
    return *std::max_element(all.begin(), all.end());
}

} // namespace mama
