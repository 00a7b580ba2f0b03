#include "core/library/reading_check.h"

#include <set>

namespace mama {

std::optional<LogEntry> modelBeforeLock(const std::vector<LogEntry>& entries)
{
    std::set<std::string> locked;
    for (const LogEntry& entry : entries) {
        if (entry.kind == kindOf(ReadingEvent::Lock).name)
            locked.insert(entry.study);
        const bool judged = kindNamed(entry.kind) != nullptr;
        if (!judged || (isModelOutput(entry) && (entry.study.empty() || !locked.contains(entry.study))))
            return entry;
    }
    return std::nullopt;
}

} // namespace mama
