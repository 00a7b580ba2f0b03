#include "core/training/loop/last_words.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <unistd.h>
#include <utility>

namespace mama {
namespace {

constexpr std::size_t reserve = std::size_t{4} << 20; // bytes to speak with when there is no memory left
constexpr unsigned patience = 5;                      // seconds for the words, which may hang on what is broken

struct Words
{
    LastWords::Say say;
    std::unique_ptr<char[]> memory;
};

std::atomic<Words*> current{nullptr};

void speak(const std::exception* thrown)
{
    Words* words = current.exchange(nullptr);
    if (!words)
        return;
    ::alarm(patience); // ends the program by itself
    words->memory.reset();
    try {
        words->say(thrown);
    } catch (...) { // nobody is left to be told
    }
}

[[noreturn]] void onTerminate()
{
    if (const std::exception_ptr thrown = std::current_exception())
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& error) {
            speak(&error);
        } catch (...) {
            speak(nullptr);
        }
    else
        speak(nullptr);
    std::_Exit(1);
}

void onAbort(int)
{
    speak(nullptr);
    std::_Exit(1);
}

void onExit() { speak(nullptr); }

} // namespace

LastWords::LastWords(Say say)
{
    auto words = std::make_unique<Words>(Words{std::move(say), std::make_unique<char[]>(reserve)});
    static const bool registered = std::atexit(onExit) == 0; // once in a program
    static_cast<void>(registered);
    current = words.release();
    std::set_terminate(onTerminate);
    std::signal(SIGABRT, onAbort);
}

LastWords::~LastWords()
{
    std::signal(SIGABRT, SIG_DFL);
    delete current.exchange(nullptr);
}

} // namespace mama
