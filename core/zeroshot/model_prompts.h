#pragma once
#include "core/model/model.h"
#include "core/text/captions/prompts.h"

namespace mama {

// Class prompts for a model: a user's file; a task's, by the model's own publication where it is another group's
// (model.json's "zero_shot"), else MaMA's. Error(Usage) lists the tasks that there are prompts for.
PromptSet promptsFor(const Model& model, const PromptSource& source, const std::string& prefix = {});
// Tokens that they are cut and padded to; 0: the model's own.
int promptLength(const Model& model, const PromptSource& source);

} // namespace mama
