#pragma once
#include <string>

// Words of a model's card, model.json's "provenance".
namespace mama {

struct Origins
{
    std::string data;  // what it is trained on now
    std::string start; // "trained_on" of the model that it starts from
    std::string text;  // of its language model, where that comes from another one
};

// "trained_on" of what is trained: "DATA; started from: START; language model: TEXT". Random weights ("nothing: ...")
// are not named, nor data that the start was trained on last anyway.
std::string trainedFrom(const Origins& origins);
// Of such words what the model was trained on last.
std::string lastTrainedOn(const std::string& trainedOn);

// One text of sentences behind another: the first gets a full stop if it ends without one.
std::string joinedSentences(const std::string& first, const std::string& second);

} // namespace mama
