#pragma once
#include "core/library/reading_event.h"

#include <optional>
#include <vector>

namespace mama {

// The first entry of a read-first session that tells of a model's output of a study whose verdict was not locked before
// in this session, or that this program cannot judge (of a kind that it does not know); empty: there is none. An output
// of no named study is before every lock.
std::optional<LogEntry> modelBeforeLock(const std::vector<LogEntry>& entries);

} // namespace mama
