#include "core/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace mama::log {
namespace {

spdlog::logger& logger()
{
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto made = std::make_shared<spdlog::logger>("mama", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
        made->flush_on(spdlog::level::warn);
        return made;
    }();
    return *instance;
}

} // namespace

void setLevel(Level level)
{
    constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                    spdlog::level::err, spdlog::level::off};
    logger().set_level(levels[static_cast<int>(level)]);
}

void debug(std::string_view text) { logger().debug("{}", text); }
void info(std::string_view text) { logger().info("{}", text); }
void warning(std::string_view text) { logger().warn("{}", text); }
void error(std::string_view text) { logger().error("{}", text); }

} // namespace mama::log
