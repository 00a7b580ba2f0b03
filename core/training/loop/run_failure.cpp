#include "core/training/loop/run_failure.h"

#include "core/base/error_actions.h"
#include "core/training/settings/memory_advice.h"

#include <initializer_list>
#include <new>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <typeinfo>

namespace mama {
namespace {

bool says(const std::exception& error, std::initializer_list<std::string_view> words)
{
    const std::string_view text = error.what();
    for (const std::string_view word : words)
        if (text.find(word) != std::string_view::npos)
            return true;
    return false;
}

// LibTorch names a lack of memory in words only.
bool lacksMemory(const std::exception& error)
{
    return dynamic_cast<const std::bad_alloc*>(&error) ||
           says(error, {"allocate memory", "not enough memory", "out of memory", "Cannot allocate"});
}

UserText adviceFor(const nlohmann::json& config)
{
    try {
        return memoryAdvice(Settings::resolve(config.is_object() ? config : nlohmann::json::object()));
    } catch (const std::exception&) {
        return {};
    }
}

} // namespace

std::string technicalText(const std::exception& error)
{
    const std::string text = error.what();
    if (dynamic_cast<const Error*>(&error))
        return text; // says it all
    return std::string(typeid(error).name()) + ": " + text.substr(0, text.find('\n'));
}

Error failureOf(const std::exception& error, const std::string& where, const nlohmann::json& config)
{
    if (const auto* own = dynamic_cast<const Error*>(&error)) {
        const bool noMemory = own->code() == ErrorCode::Io && lacksMemory(error); // a file that could not be mapped
        return noMemory ? Error(ErrorCode::Memory, own->action(), own->where(),
                                {TextId("train.no_memory_for_file", "not enough memory for it: %1"), adviceFor(config)})
                        : *own;
    }
    if (lacksMemory(error))
        return {ErrorCode::Memory,
                {action::train},
                where,
                {TextId("train.no_memory", "not enough memory: %1"), adviceFor(config)}};
    if (const auto* system = dynamic_cast<const std::system_error*>(&error);
        system && system->code() == std::errc::resource_unavailable_try_again)
        return {ErrorCode::Memory,
                {action::train},
                where,
                {TextId("train.no_threads",
                        "the system gives no more threads or memory: lower threads and loader_threads, or raise the "
                        "limits of this user (ulimit)")}};
    if (says(error, {"not implemented for 'BFloat16'", "not implemented for 'Half'"}))
        return {ErrorCode::Unsupported,
                {action::train},
                where,
                {TextId("train.no_bfloat16",
                        "a part of this model cannot be computed in bfloat16: set precision to mixed or fp32")}};
    return {ErrorCode::Internal,
            {action::train},
            where,
            {TextId("train.library_fault",
                    "%1; log.txt has its words. --resume goes on from the last checkpoint; if it comes again, try "
                    "precision fp32, and cpu as the device"),
             textOf(error)}};
}

} // namespace mama
