#pragma once
#include <exception>
#include <functional>
#include <string>

namespace mama {

// What is said when a program ends without its own doing: by an exception that nobody caught, in whatever thread, by
// abort(), or by a library's exit(). `say` is called once, in the thread that ends the program, with what was thrown if
// it was an exception (else null); then the program ends, with status 1 unless a library gave it another. One at a time
// in a program, made and destroyed by one thread: what the system calls back has no other place to look at than a
// static one.
class LastWords
{
public:
    using Say = std::function<void(const std::exception* thrown)>;
    explicit LastWords(Say say);
    ~LastWords();
    LastWords(const LastWords&) = delete;
    LastWords& operator=(const LastWords&) = delete;
};

} // namespace mama
