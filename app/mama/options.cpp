#include "app/mama/options.h"

#include "core/base/error.h"

namespace mama::cli {

void addComputeOptions(CLI::App& command, ComputeOptions& options)
{
    command.add_option("--device", options.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    const auto setPrecision = [&options](const std::string& text) {
        try {
            options.precision = parsePrecision(text);
        } catch (const Error& error) {
            throw CLI::ValidationError("--precision", error.what());
        }
    };
    command.add_option_function<std::string>("--precision", setPrecision,
                                             "auto (measured once and remembered), fp32, bf16 or int8");
    command.add_option("--threads", options.threads, "0: every core of this process")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
}

} // namespace mama::cli
