#pragma once
#include "core/base/user_text.h"

#include <chrono>
#include <functional>
#include <string>

namespace mama {

// Where a request to a source stands, told from the working thread when it is made and when it did not succeed.
struct SourceNews
{
    std::string host;
    UserText trouble;                 // of the last try; empty: there was none, or bytes came since
    int tries = 0, most = 0;          // that brought nothing, and how many of them end it
    std::chrono::milliseconds wait{}; // until it is asked again; 0: it is being asked
};

using SourceListener = std::function<void(const SourceNews&)>;

// What a person can do about a host that does not answer.
UserText whatHelps(const std::string& host);

} // namespace mama
