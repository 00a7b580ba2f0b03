#include "core/library/collection/label_scale.h"

#include <array>
#include <string_view>

namespace mama {
namespace {

struct Scale
{
    const char* task;
    std::string_view values; // a letter each
    UserText fault;
};

const std::array<Scale, 3>& scales()
{
    static const std::array<Scale, 3> all{
        Scale{"density", "ABCD", {TextId("library.no_density", "a breast density is A, B, C or D")}},
        Scale{"birads", "0123456", {TextId("library.no_birads", "a BI-RADS assessment is 0, 1, 2, 3, 4, 5 or 6")}},
        Scale{"cancer", "01", {TextId("library.no_cancer", "cancer is 0 (no) or 1 (yes)")}},
    };
    return all;
}

char capital(char letter) { return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter; }

} // namespace

ScaledValue onScale(const std::string& task, const std::string& value)
{
    for (const Scale& scale : scales())
        if (task == scale.task) {
            if (value.size() != 1 || scale.values.find(capital(value.front())) == std::string_view::npos)
                return {value, scale.fault};
            return {{capital(value.front())}};
        }
    return {value};
}

std::vector<std::string> scaleOf(const std::string& task)
{
    std::vector<std::string> out;
    for (const Scale& scale : scales())
        if (task == scale.task)
            for (const char each : scale.values)
                out.emplace_back(1, each);
    return out;
}

std::vector<std::string> scaledTasks()
{
    std::vector<std::string> out;
    for (const Scale& scale : scales())
        out.emplace_back(scale.task);
    return out;
}

} // namespace mama
