#include "app/mama/commands.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <unistd.h>

namespace mama::cli {
namespace {

using Clock = std::chrono::steady_clock;

// Draws a bar on a terminal ten times a second, else prints a line every 10 s.
class ProgressPrinter
{
public:
    void operator()(std::uint64_t done, std::uint64_t total, std::string_view phase)
    {
        const bool complete = total > 0 && done >= total;
        const auto now = Clock::now();
        const auto pause = m_terminal ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
        if (now - m_last < pause && !(complete && m_terminal && m_drawn))
            return;
        m_last = now;
        std::string line(phase);
        if (total > 0)
            line += " " + std::to_string(done) + "/" + std::to_string(total);
        if (!m_terminal) {
            std::cerr << line << "\n";
            return;
        }
        constexpr std::uint64_t width = 30;
        const std::uint64_t filled = total > 0 ? width * std::min(done, total) / total : 0;
        std::cerr << "\r\033[K[" << std::string(filled, '#') << std::string(width - filled, ' ') << "] " << line;
        if (complete)
            std::cerr << "\n";
        m_drawn = !complete;
    }

private:
    Clock::time_point m_last = Clock::now();
    bool m_terminal = ::isatty(STDERR_FILENO) == 1;
    bool m_drawn = false;
};

void replaceNonFinite(nlohmann::json& value)
{
    if (value.is_number_float() && !std::isfinite(value.get<double>()))
        value = nullptr;
    else if (value.is_structured())
        for (auto& child : value)
            replaceNonFinite(child);
}

bool hasNonFinite(const nlohmann::json& value)
{
    if (value.is_structured())
        return std::any_of(value.begin(), value.end(), hasNonFinite);
    return value.is_number_float() && !std::isfinite(value.get<double>());
}

} // namespace

Job Context::job() const
{
    Job job;
    job.stop = stop;
    if (!quiet)
        job.progress = [printer = std::make_shared<ProgressPrinter>()](std::uint64_t done, std::uint64_t total,
                                                                       std::string_view phase) {
            (*printer)(done, total, phase);
        };
    return job;
}

void printJson(const nlohmann::json& document)
{
    if (hasNonFinite(document)) {
        nlohmann::json clean = document;
        replaceNonFinite(clean);
        return printJson(clean);
    }
    std::cout << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

} // namespace mama::cli
