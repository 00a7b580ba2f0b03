#include "core/weights/card_words.h"

#include <string_view>

namespace mama {
namespace {

constexpr std::string_view startWords = "; started from: ", textWords = "; language model: ";

} // namespace

std::string trainedFrom(const Origins& origins)
{
    const auto& [data, start, text] = origins;
    const std::string language = text.empty() || text == start ? std::string() : std::string(textWords) + text;
    if (lastTrainedOn(start) == data)
        return start + (start.find(language) == start.npos ? language : "");
    const bool random = start.starts_with("nothing");
    return data + (random ? "" : std::string(startWords) + (start.empty() ? "unknown" : start)) + language;
}

std::string lastTrainedOn(const std::string& trainedOn)
{
    return trainedOn.substr(0, std::min(trainedOn.find(startWords), trainedOn.find(textWords)));
}

std::string joinedSentences(const std::string& first, const std::string& second)
{
    if (first.empty() || second.empty())
        return first + second;
    const bool ended = std::string_view(".!?").find(first.back()) != std::string_view::npos;
    return first + (ended ? " " : ". ") + second;
}

} // namespace mama
