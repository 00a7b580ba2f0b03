#pragma once
#include "core/weights/families/name_changes.h"
#include "core/weights/families/tensor_list.h"
#include "core/weights/families/tower_reader.h"

namespace mama::weights {

// One way in which files call a family's tensors.
struct Spelling
{
    // A file is spelt so that has a name with one of these in it: a single missing tensor must not hide what it is.
    std::vector<std::string> signs;
    // A file's name, PEFT's wrappers removed, to the family's own (as published, without a prefix), or why it is
    // unused.
    MappedName (*rename)(std::string name);
};

// Where LoRA goes in a model that has none: PEFT's defaults.
struct AdapterRules
{
    std::vector<std::string> targets; // last part of the modules' names
    bool inputFirst = false;          // their weights are [in, out]
};

// An architecture of towers, and all that reading, describing, training and writing its files need to know of it.
class Family
{
public:
    virtual ~Family() = default;

    virtual std::string name() const = 0;  // "family" of the section in model.json
    virtual std::string title() const = 0; // for people
    virtual const std::vector<Spelling>& spellings() const = 0;
    // How these names write this family, or null. By what the file holds, never by what it is called.
    virtual const Spelling* recognise(const std::vector<std::string>& names) const;

    // The section of model.json, without "lora".
    virtual nlohmann::json describe(TowerReader& tower) const = 0;
    // The tensors that a section of model.json needs, under the family's own names.
    virtual void list(TensorList& list, const nlohmann::json& tower) const = 0;
    virtual AdapterRules adapters() const { return {}; }
    // Whether a file of nothing else is taken for it; false: only as a part of a known composition.
    virtual bool standsAlone() const { return true; }
    // Terms of use that come with a tower, one sentence; mostly none.
    virtual std::string notice(const nlohmann::json& tower) const;
};

class ImageFamily : public Family
{
public:
    // Side of the images that a tower was made for, pixels; image: its section of model.json.
    virtual std::int64_t inputSize(const nlohmann::json& image) const = 0;
    // A tensor that shows a tower's size: without it nothing can be said.
    virtual std::string sizeTensor() const = 0;
    // Whether a Hugging Face configuration of that "model_type" speaks of this family.
    virtual bool isModelType(const std::string& type) const = 0;
    // Why a tower cannot be written under the family's published names, empty if it can.
    virtual std::string notPublishable(const nlohmann::json& image) const = 0;
};

class TextFamily : public Family
{
public:
    // In front of its names in a model with a head, "transformer." for GPT-2.
    virtual std::string wrapper() const { return {}; }
    virtual std::string referenceName() const { return name(); } // "llm_type" of the reference
    virtual std::string tokenTable() const = 0;                  // the module of the token embedding
    // Whether every text begins with a token that stands for the whole.
    virtual bool hasClassToken() const { return false; }
    // "separator", "start", "end", "pad" and "added_tokens" of model.json's "captions".
    virtual nlohmann::json captionTokens(const TowerReader& tower) const = 0;
};

// How a file joins towers and heads into one model. A file of one tower alone has none.
class Composition
{
public:
    // Where a tensor belongs: to a tower, then `name` is the rest, to be renamed by the tower's family; or to none,
    // then `mapped` is final.
    struct Place
    {
        enum class Part { Image, Text, Other } part = Part::Other;
        std::string name;
        MappedName mapped;
    };

    virtual ~Composition() = default;
    virtual std::string title() const = 0;
    // Whether its towers may be of that family.
    virtual bool takes(const Family& family) const = 0;
    virtual bool recognise(const std::vector<std::string>& names) const = 0;
    // Why a file that it recognises is refused whatever else it holds; empty: it is not.
    virtual UserText refusal(const std::vector<std::string>& /*names*/) const { return {}; }
    // Where the model's own name begins in one that other modules may hold ("model.net." in front); npos: it is none
    // of the model's.
    virtual std::size_t start(const std::string& name) const = 0;
    virtual Place place(const std::string& name) const = 0;
    // What model.json says beside the towers, which are described already: "kind", "input", "captions", "zero_shot",
    // "maps", and "published" for the provenance. model: the canonical tensors. MaMA's own says nothing here.
    virtual void complete(nlohmann::json& description, TowerReader& model) const = 0;
};

} // namespace mama::weights
