#include "core/evaluation/head_answerer.h"

#include "core/training/tasks/warm_start_task.h"

#include <algorithm>
#include <memory>

namespace mama {

Answerer headAnswerer(const std::filesystem::path& folder, int threads)
{
    WarmStartTask::Options start;
    start.start = folder;
    start.threads = threads;
    const auto task = std::make_shared<WarmStartTask>(start);
    task->load(folder);
    return [task](const PreparedImage& prepared, const TrainingImage&) {
        const std::vector<float> maps = task->maps(prepared.values, 1, prepared.size.rows, prepared.size.columns);
        FindingAnswer answer;
        const std::size_t patches = maps.size() / lesionChannels;
        for (std::size_t kind = 0; kind < lesionChannels; ++kind) {
            const auto first = maps.begin() + static_cast<std::ptrdiff_t>(kind * patches);
            const std::vector<float> map(first, first + static_cast<std::ptrdiff_t>(patches));
            answer.kinds[kind].scores = {{"head", *std::max_element(map.begin(), map.end())}};
            answer.kinds[kind].maps = {{"head", map}};
        }
        return answer;
    };
}

} // namespace mama
