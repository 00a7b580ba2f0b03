#pragma once

namespace mama::test {

// A TCP port of 127.0.0.1 that nobody listened at a moment ago; 0 if there is none.
int freePort();

} // namespace mama::test
