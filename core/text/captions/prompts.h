#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mama {

enum class Task { Birads, Density, Cancer };

// "birads", "density", "cancer". taskByName throws Error(Usage) on another word.
const char* name(Task task);
Task taskByName(std::string_view name);

// Classes in label order, each with one or more prompts (an ensemble). The texts are plain: "." and ";" not yet
// replaced by separator tokens, so they go through encodeCaption.
struct PromptSet
{
    std::string name;
    std::vector<std::pair<std::string, std::vector<std::string>>> classes; // class name, its prompts
};

// The published zero-shot prompts (mama.md 4.4): BI-RADS classes "0".."6", density "A".."D", cancer "negative",
// "positive". metadataPrefix (blocks P R I M of an image, see captions.h; or empty) is put in front of the
// BI-RADS and density texts; the cancer texts have none.
PromptSet classPrompts(Task task, const std::string& metadataPrefix = {});

// A user's file: {"name": ..., "classes": {"class name": ["prompt", ...] or "prompt", ...}}, classes in the file's
// order. Error(Format) names the file and the class: at least one class, each with at least one prompt.
PromptSet readPrompts(const std::filesystem::path& path);

// Whose prompts are meant: a task's, or a user's file; neither: none.
struct PromptSource
{
    std::string task; // taskByName
    std::filesystem::path file;
    bool empty() const { return task.empty() && file.empty(); }
};
// The task's prompts with the prefix where they take one, or the file's with the prefix in front of each.
PromptSet promptsOf(const PromptSource& source, const std::string& prefix = {});

// Tokens that a caption of this task is cut and padded to by the reference: 144, cancer 72 (mama.md 4.1, 4.4).
int captionLength(Task task);
int captionLength(const PromptSource& source); // of a file, 0: the model's own
// What can be told before the model is known: Error as readPrompts, or Error(Usage) for a task that no model has.
void checkPrompts(const PromptSource& source);

// A free query as the model was trained to read it: blanks at both ends removed, and a full stop at the end if
// the text has no "." or ";" as its last mark, so that the sentence ends in a separator and so has a sentence
// embedding. Full stops that end no sentence (text::endsSentence) would be read as ends of some: a decimal point
// becomes a comma, those of abbreviations go. Empty stays empty.
std::string querySentence(std::string_view text);

} // namespace mama
