#include "core/training/data/finding_sentences.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/training/settings/training_actions.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace mama {

std::vector<FindingSentence> readFindingSentences(const std::filesystem::path& file)
{
    using When = FindingSentence::When;
    static const std::map<std::string, FindingSentence> meanings{
        {"mass", {"", When::Mass, 0}},         {"calcification", {"", When::Calcification, 0}},
        {"normal", {"", When::Normal, 0}},     {"density 1", {"", When::Density, 0}},
        {"density 2", {"", When::Density, 1}}, {"density 3", {"", When::Density, 2}},
        {"density 4", {"", When::Density, 3}}};
    const nlohmann::json list = readJson(file);
    if (!list.is_array() || list.empty())
        throw Error(ErrorCode::Format, {action::readSentences}, file.string(),
                    {TextId("sentences.no_list", "expected a list of sentences with at least one")});
    std::vector<FindingSentence> sentences;
    for (const auto& entry : list) {
        const bool whole = entry.is_object() && entry.contains("text") && entry["text"].is_string() &&
                           entry.contains("when") && entry["when"].is_string();
        const auto meaning = whole ? meanings.find(entry["when"].get<std::string>()) : meanings.end();
        if (meaning == meanings.end())
            throw Error(ErrorCode::Format, {action::readSentences}, file.string() + " " + entry.dump(),
                        {TextId("sentences.wrong_entry", "expected a text and when it is true: mass, calcification, "
                                                         "normal, density 1 to density 4")});
        sentences.push_back(meaning->second);
        sentences.back().text = entry["text"].get<std::string>();
    }
    return sentences;
}

void needBothKinds(const std::vector<FindingSentence>& sentences)
{
    using When = FindingSentence::When;
    for (const When when : {When::Mass, When::Calcification})
        if (std::ranges::find(sentences, when, &FindingSentence::when) == sentences.end())
            throw Error(ErrorCode::Usage, {action::readConfiguration}, "dense.sentences",
                        {TextId("sentences.kind_missing", "no sentence speaks of a mass, or none of a calcification")});
}

} // namespace mama
