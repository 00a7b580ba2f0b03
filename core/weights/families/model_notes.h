#pragma once
#include "core/weights/families/family.h"

#include <initializer_list>

// What compositions of other groups' models share.
namespace mama::weights {

// Where the first of these roots stands in a name, behind a dot or at its beginning; npos: nowhere.
std::size_t firstOf(const std::string& name, std::initializer_list<std::string_view> roots);

// model.json's "captions" of a model that reads texts as its tokenizer gives them: no separators, no captions.
// cleaning: what is done to a text first, "" or one of core/text/cleaning.
nlohmann::json plainTexts(std::int64_t length, const std::string& pad, const std::string& cleaning = {});

// Names within a block of open_clip's and of Hugging Face's transformers as timm calls them; the latter's queries, keys
// and values are stacked.
std::string openClipBlock(std::string name);
MappedName huggingFaceBlock(std::string name);
// The tensors of a block: norm1, norm2, attn.qkv, attn.proj, mlp.fc1, mlp.fc2.
void listPreNormBlock(TensorList& list, const std::string& block, std::int64_t width, std::int64_t hidden);

// A whole number of open_clip_config.json's "model_cfg".
std::int64_t openClipValue(const TowerReader& tower, const char* section, const char* key, std::int64_t otherwise);
// Three numbers of a configuration into model.json's "input", if it has them.
void takeChannels(nlohmann::json& input, const char* key, const nlohmann::json* told, TowerReader& model);

// A problem for each tower that is not there.
void needBothTowers(const nlohmann::json& description, TowerReader& model);

// "trained_on", "licence" and "notice" of what was published under these names.
nlohmann::json mammoClipNotes(bool mammoFm);
nlohmann::json clipNotes(const std::string& trainedOn, const std::string& licence);
// "trained_on" and "licence" of an image tower of that description that comes alone, if its makers published one of its
// kind and size under this name (a file's without its ending, or a folder's); null: nothing is known of it.
nlohmann::json towerNotes(const nlohmann::json& image, const std::string& name);

} // namespace mama::weights
