#include "core/zeroshot/model_prompts.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <nlohmann/json.hpp>

namespace mama {
namespace {

bool ownPrompts(const Model& model) { return model.info().kind == ModelKind::Clip; }

} // namespace

PromptSet promptsFor(const Model& model, const PromptSource& source, const std::string& prefix)
{
    if (!source.file.empty() || !ownPrompts(model))
        return promptsOf(source, prefix);
    const nlohmann::json& description = model.description();
    const nlohmann::json section = description.value("zero_shot", nlohmann::json());
    const nlohmann::json tasks = section.is_object() ? section.value("tasks", nlohmann::json()) : nlohmann::json();
    std::string names;
    if (tasks.is_object())
        for (const auto& [name, classes] : tasks.items())
            names += (names.empty() ? "" : ", ") + name;
    if (!tasks.is_object() || !tasks.contains(source.task))
        throw Error(
            ErrorCode::Usage, {action::classify}, source.task,
            names.empty()
                ? UserText{TextId("zeroshot.no_published_prompts",
                                  "no prompts for mammograms were published with this model: give --prompts")}
                : UserText{TextId("zeroshot.no_such_task",
                                  "this model was published with prompts for %1: name one of them or give --prompts"),
                           names});
    PromptSet set{source.task, {}};
    for (const nlohmann::json& one : tasks[source.task]) {
        auto prompts = one.at("prompts").get<std::vector<std::string>>();
        for (std::string& prompt : prompts)
            prompt.insert(0, prefix);
        set.classes.emplace_back(one.at("class").get<std::string>(), std::move(prompts));
    }
    return set;
}

int promptLength(const Model& model, const PromptSource& source)
{
    return ownPrompts(model) ? 0 : captionLength(source);
}

} // namespace mama
