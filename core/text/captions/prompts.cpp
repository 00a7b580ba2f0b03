#include "core/text/captions/prompts.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/text/captions/caption_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

std::string lowerAscii(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

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

bool isWordCharacter(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '\'' || static_cast<unsigned char>(c) >= 0x80;
}

// Where `word` stands alone in `text` (lower case), or npos.
std::size_t findWord(const std::string& text, const std::string& word)
{
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || !isWordCharacter(text[at - 1])) && (end == text.size() || !isWordCharacter(text[end])))
            return at;
    }
    return std::string::npos;
}

std::string withOneBlank(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (c == ' ' && (result.empty() || result.back() == ' '))
            continue;
        if ((c == '.' || c == ',' || c == ';') && !result.empty() && result.back() == ' ')
            result.pop_back();
        result += c;
    }
    while (!result.empty() && result.back() == ' ')
        result.pop_back();
    return result;
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
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    std::string sentence(text);
    if (!sentence.empty() && sentence.back() != '.' && sentence.back() != ';')
        sentence += '.';
    return sentence;
}

std::optional<Negation> findNegation(std::string_view sentence)
{
    // Longer wordings first, so that "negative for" is not read as less than it is.
    static const std::array<const char*, 17> words{
        "no evidence of", "no sign of",    "no signs of", "negative for", "absence of", "free of",
        "lack of",        "does not show", "without",     "absent",       "cannot",     "never",
        "none",           "nor",           "not",         "no",           "n't"};
    const std::string lower = lowerAscii(sentence);
    std::size_t first = std::string::npos, length = 0;
    for (const char* word : words) {
        std::size_t at = std::string_view(word) == "n't" ? lower.find(word) : findWord(lower, word);
        if (at != std::string::npos && (first == std::string::npos || at < first)) {
            first = at;
            length = std::string_view(word).size();
        }
    }
    if (first == std::string::npos)
        return std::nullopt;
    std::string rest(sentence);
    rest.erase(first, length);
    return Negation{lower.substr(first, length), withOneBlank(rest)};
}

} // namespace mama
