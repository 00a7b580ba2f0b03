#include "core/text/captions/prompts.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/text/captions/caption_words.h"
#include "core/text/sentences/sentence_end.h"
#include "core/text/sentences/words.h"

#include <array>
#include <cctype>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

PromptSet biradsPrompts(const std::string& prefix)
{
    PromptSet set{"birads", {}};
    for (const text::Assessment& assessment : text::assessments())
        set.classes.emplace_back(std::to_string(assessment.category),
                                 std::vector<std::string>{prefix + text::findingsBlock(assessment) + " " +
                                                          text::impressionBlocks(assessment)});
    return set;
}

PromptSet densityPrompts(const std::string& prefix)
{
    PromptSet set{"density", {}};
    const std::array<const char*, 4> letters{"A", "B", "C", "D"}; // code 5, normal male, is no class
    for (std::size_t i = 0; i < letters.size(); ++i)
        set.classes.emplace_back(letters[i],
                                 std::vector<std::string>{prefix + text::compositionBlock(static_cast<int>(i) + 1)});
    return set;
}

PromptSet cancerPrompts()
{
    return {
        "cancer",
        {{"negative",
          {"Findings: The mammogram shows that Cancer negative: overall healthy or just benign finding Impressions: BI-RADS Category "
           "N or B: Negative or Benign. Overall Assessment: Negative or Benign"}},
         {"positive",
          {"Findings: The mammogram shows that Cancer positive: screening image with known biopsy-proven malignancy or suspicious "
           "abnormality found Impressions: BI-RADS Category A: Additional imaging required with biopsy-proven malignancy or "
           "suspicious abnormality found. Overall Assessment: Additional imaging required with biopsy-proven malignancy or "
           "suspicious abnormality found"}}}};
}

[[noreturn]] void wrong(const std::filesystem::path& path, const std::string& why)
{
    throw Error(ErrorCode::Format, "read prompts", path.string(), why);
}

} // namespace

const char* name(Task task)
{
    switch (task) {
    case Task::Birads: return "birads";
    case Task::Density: return "density";
    case Task::Cancer: return "cancer";
    }
    return "";
}

Task taskByName(std::string_view word)
{
    for (const Task task : {Task::Birads, Task::Density, Task::Cancer})
        if (word == name(task))
            return task;
    throw Error(ErrorCode::Usage, "choose task", std::string(word), "the tasks are birads, density and cancer");
}

PromptSet classPrompts(Task task, const std::string& metadataPrefix)
{
    switch (task) {
    case Task::Birads: return biradsPrompts(metadataPrefix);
    case Task::Density: return densityPrompts(metadataPrefix);
    case Task::Cancer: break;
    }
    return cancerPrompts();
}

int captionLength(Task task) { return task == Task::Cancer ? 72 : 144; }

int captionLength(const PromptSource& source)
{
    return source.task.empty() ? 0 : captionLength(taskByName(source.task));
}

PromptSet readPrompts(const std::filesystem::path& path)
{
    nlohmann::ordered_json document; // classes keep the file's order
    try {
        document = nlohmann::ordered_json::parse(readText(path));
    } catch (const nlohmann::ordered_json::exception& error) {
        wrong(path, textOf(error).english());
    }
    if (!document.is_object() || !document.contains("classes") || !document["classes"].is_object() ||
        document["classes"].empty())
        wrong(path, "an object \"classes\" with at least one class is expected");
    PromptSet set;
    set.name = document.contains("name") && document["name"].is_string() ? document["name"].get<std::string>()
                                                                         : path.stem().string();
    for (const auto& [name, prompts] : document["classes"].items()) {
        std::vector<std::string> texts;
        const auto add = [&, &className = name](const nlohmann::ordered_json& prompt) {
            if (!prompt.is_string() || prompt.get_ref<const std::string&>().empty())
                wrong(path, "class \"" + className + "\": a prompt must be a text that is not empty");
            texts.push_back(prompt.get<std::string>());
        };
        if (prompts.is_array())
            for (const auto& prompt : prompts)
                add(prompt);
        else
            add(prompts);
        if (texts.empty())
            wrong(path, "class \"" + name + "\" has no prompt");
        set.classes.emplace_back(name, std::move(texts));
    }
    return set;
}

void checkPrompts(const PromptSource& source)
{
    static constexpr std::array others{"mass", "calcification"}; // of other groups' models
    if (!source.file.empty())
        readPrompts(source.file);
    else if (std::find(others.begin(), others.end(), source.task) == others.end())
        taskByName(source.task);
}

PromptSet promptsOf(const PromptSource& source, const std::string& prefix)
{
    if (source.file.empty())
        return classPrompts(taskByName(source.task), prefix);
    PromptSet set = readPrompts(source.file);
    for (auto& [label, prompts] : set.classes)
        for (std::string& prompt : prompts)
            prompt.insert(0, prefix);
    return set;
}

std::string querySentence(std::string_view text)
{
    const std::string_view words = text::trimmed(text);
    const auto digit = [&](std::size_t i) {
        return i < words.size() && std::isdigit(static_cast<unsigned char>(words[i]));
    };
    std::string sentence;
    std::size_t begin = 0; // of the sentence that is read
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool ends = text::endsSentence(words, i, begin);
        if (ends)
            begin = i + 1;
        if (words[i] != '.' || ends)
            sentence += words[i];
        else if (i > 0 && digit(i - 1) && digit(i + 1))
            sentence += ',';
    }
    if (!sentence.empty() && sentence.back() != '.' && sentence.back() != ';')
        sentence += '.';
    return sentence;
}

} // namespace mama
