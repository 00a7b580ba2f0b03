#pragma once
#include "core/base/user_text.h"

#include <string>
#include <vector>

namespace mama {

// A value of a task of labels as the library writes it: a breast density in capital letters, all else as it is. fault:
// why the value is off its task's scale ("birads", "density", "cancer"; other tasks have none); empty: it is on it.
struct ScaledValue
{
    std::string value;
    UserText fault{};
};
ScaledValue onScale(const std::string& task, const std::string& value);
// All values of such a task, lowest first; none: it has no scale.
std::vector<std::string> scaleOf(const std::string& task);
std::vector<std::string> scaledTasks();

} // namespace mama
