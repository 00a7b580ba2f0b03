#include "core/weights/describe.h"

#include "core/weights/describe_adapter.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"
#include "core/weights/heads.h"
#include "core/weights/model_kind.h"
#include "core/weights/projections.h"

#include <algorithm>
#include <set>

namespace mama::weights {
namespace {

using nlohmann::json;

constexpr std::int64_t deepest = 1000;
const std::string noPrefix; // of a model's own canonical names

// A tower among the gathered tensors.
class SourceTower final : public TowerReader
{
public:
    struct Which
    {
        const char* section;
        const std::string& prefix; // of its canonical names
        const Spelling& spelling;
    };
    SourceTower(const DescribeInput& input, const Which& which, ImportReport& report)
        : TowerReader(which.section, which.spelling, input.naming.joined()), m_in(input), m_prefix(which.prefix),
          m_report(report)
    {}

    bool has(const std::string& tensor) const override { return m_in.tensors.contains(m_prefix + tensor); }
    std::int64_t size(const std::string& tensor, std::size_t dimension) const override
    {
        return m_in.tensors.size(m_prefix + tensor, dimension);
    }
    std::int64_t layers(const std::string& prefix) override
    {
        const std::int64_t depth = m_in.tensors.depth(m_prefix + prefix);
        compareWithTold(depth);
        if (depth <= deepest)
            return depth;
        problem({TextId("weights.layer_number_under", "a layer number of %1 under %2%3"), depth - 1, m_prefix, prefix});
        return deepest;
    }
    const json* config(const std::string& own, const std::vector<std::string>& keys) const override
    {
        return m_in.configs.find(section(), own, keys);
    }
    const json* setting(const std::string& key) const override { return m_in.configs.top(key); }
    bool isTrue(const std::string& key) const override { return m_in.configs.isTrue(key); }
    bool hasModelType(const std::string& start) const override { return m_in.configs.hasModelType(start); }
    void problem(const UserText& sentence) override { m_report.problems.push_back(sentence); }
    void assume(const std::string& sentence) override { m_report.assumed.push_back(sentence); }

private:
    // Layers that a configuration tells of and that are not there. MaMA keeps the first ones of a BERT on purpose.
    void compareWithTold(std::int64_t depth)
    {
        const json* told =
            config("depth", section() == "image" ? std::vector<std::string>{"vit_depth", "num_hidden_layers"}
                                                 : std::vector<std::string>{"n_layer", "num_hidden_layers"});
        if (!told || !told->is_number_integer() || told->get<std::int64_t>() == depth)
            return;
        if (told->get<std::int64_t>() > depth && m_in.naming.whole == &mamaComposition() && m_in.naming.text &&
            m_in.naming.text->hasClassToken())
            assume(section() + ".depth = " + std::to_string(depth) + " (the first of " + told->dump() + " layers)");
        else
            problem({TextId("weights.layers_missing", "the %1 tower has %2 layers, its configuration tells of %3"),
                     section(), depth, told->dump()});
    }

    const DescribeInput& m_in;
    const std::string& m_prefix;
    ImportReport& m_report;
};

// A trained classifier stands where the image's global layer was: its rows are classes, not the embedding's numbers.
bool hasClassifier(const DescribeInput& in)
{
    const std::int64_t rows = in.tensors.size(names::imageGlobal + ".weight", 0);
    const std::int64_t local = in.tensors.size(names::imageLocal + "3.weight", 0);
    const std::int64_t embedding = local > 0 ? local : in.tensors.size(names::simclr + "3.weight", 0);
    return rows > 0 && (embedding > 0 ? rows != embedding : !in.tensors.contains(names::logitScale));
}

ModelKind kindOf(const DescribeInput& in)
{
    const ModelKind text = in.naming.text ? ModelKind::TextTower : ModelKind::Unknown;
    if (!in.naming.image)
        return text;
    if (!in.naming.joined())
        return ModelKind::ImageTower;
    if (in.naming.text)
        return ModelKind::Mama;
    return hasClassifier(in) ? ModelKind::LinearProbe : ModelKind::ImageTower;
}

// A tower of which only an adapter or a few layers are there: its sizes cannot be told, so nothing else is said.
void refuseParts(const DescribeInput& in, ImportReport& report)
{
    const auto need = [&](const std::string& tensor, const UserText& tower) {
        if (in.tensors.contains(tensor))
            return;
        report.problems.push_back(
            {TextId("weights.tower_in_part", "its %1 is there in part only: %2 is missing"), tower, tensor});
        report.explained = true;
    };
    if (in.naming.image)
        need(names::imageTower + in.naming.image->sizeTensor(), imageTowerWords());
    if (in.naming.text)
        need(names::textTower + in.naming.text->tokenTable() + ".weight", textTowerWords());
}

json imageTower(const DescribeInput& in, ImportReport& report)
{
    SourceTower source(in, {"image", names::imageTower, *in.naming.imageSpelling}, report);
    json tower = in.naming.image->describe(source);
    if (const json adapted = describeAdapter(in, source, names::imageTower); !adapted.is_null())
        tower["lora"] = adapted;
    return tower;
}

json textTower(const DescribeInput& in, SourceTower& source)
{
    json tower = in.naming.text->describe(source);
    static const std::set<std::string> known{"gelu_new", "gelu", "silu", "quick_gelu"};
    if (tower["activation"] == "gelu_pytorch_tanh" || tower["activation"] == "gelu_fast")
        tower["activation"] = "gelu_new"; // the same function
    if (!known.contains(tower["activation"].get<std::string>()))
        source.problem(
            {TextId("weights.text_tower_s_activation_not", "the text tower's activation %1 is not supported"),
             tower["activation"].dump()});
    if (const json adapted = describeAdapter(in, source, names::textTower); !adapted.is_null())
        tower["lora"] = adapted;
    return tower;
}

std::int64_t captionLength(const DescribeInput& in, const json& tower)
{
    const auto integer = [&](const char* key) {
        const json* value = in.configs.top(key);
        return value && value->is_number_integer() ? std::optional(value->get<std::int64_t>()) : std::nullopt;
    };
    if (!in.naming.joined()) {
        const std::int64_t positions = tower.value("positions", std::int64_t{512});
        return std::clamp<std::int64_t>(integer("max_seq_length").value_or(std::min<std::int64_t>(positions, 512)), 1,
                                        std::max<std::int64_t>(positions, 1));
    }
    const bool shortOnes =
        in.configs.top("structural_cap") && !in.configs.isTrue("structural_cap") && !in.configs.isTrue("natural_cap");
    const std::int64_t length = integer("max_words").value_or(shortOnes ? 72 : 144);
    return std::clamp<std::int64_t>(length, 1, std::max<std::int64_t>(tower.value("positions", length), 1));
}

json inputSection(const DescribeInput& in, const json& tower, bool whole)
{
    const bool rsna = in.compat == "reference" && in.configs.isTrue("rsna_mammo");
    const char* profile = !whole ? "mama" : rsna ? "mama-rsna-reference" : "mama-embed-reference";
    return {{"profile", profile}, {"profile_version", 1}, {"size", in.naming.image->inputSize(tower)}, {"channels", 3}};
}

} // namespace

UserText missingTower(const DescribeInput& in)
{
    if (!in.naming.joined() || in.adapter.is_object() || !in.naming.image == !in.naming.text || hasClassifier(in))
        return {};
    const std::string signs[] = {names::logitScale, names::localScale, names::imageGlobal + ".weight",
                                 names::textGlobal + ".weight"};
    const auto* sign = std::ranges::find_if(signs, [&](const std::string& each) { return in.tensors.contains(each); });
    if (sign == std::end(signs))
        return {};
    return {TextId("weights.tower_missing",
                   "its %1 is missing: no tensor under %2 is there, though it holds %3 of a model of images and texts"),
            in.naming.image ? textTowerWords() : imageTowerWords(),
            in.naming.image ? names::textTower : names::imageTower, *sign};
}

json describe(const DescribeInput& in, ImportReport& report)
{
    const ModelKind kind = kindOf(in);
    const bool reference = in.compat == "reference", whole = kind == ModelKind::Mama || kind == ModelKind::LinearProbe;
    json description{{"format", 1},      {"kind", name(kind)}, {"image", nullptr},    {"text", nullptr},
                     {"heads", nullptr}, {"input", nullptr},   {"captions", nullptr}, {"compat", in.compat}};
    refuseParts(in, report);
    if (in.naming.image) {
        description["image"] = imageTower(in, report);
        description["input"] = inputSection(in, description["image"], whole);
    }
    if (in.naming.text) {
        SourceTower source(in, {"text", names::textTower, *in.naming.textSpelling}, report);
        description["text"] = textTower(in, source);
        description["captions"] = in.naming.text->captionTokens(source);
        description["captions"]["length"] = captionLength(in, description["text"]);
    }
    const Spelling* spelling = in.naming.image ? in.naming.imageSpelling : in.naming.textSpelling;
    if (in.naming.whole && spelling) {
        SourceTower model(in, {"model", noPrefix, *spelling}, report);
        in.naming.whole->complete(description, model);
    }
    if (modelKind(description) == ModelKind::Clip)
        description["heads"] = describeProjections(in.tensors, description);
    else if (whole)
        description["heads"] = describeHeads(in.tensors, kind);
    description["inference"] = {{"text_pooling", modelKind(description) == ModelKind::Clip && in.naming.text
                                                     ? description["text"].value("pooling", std::string())
                                                     : "zero-shot"},
                                {"zero_shot_softmax", reference ? "twice" : "once"},
                                {"full_length_caption", reference ? "start-token" : "last-token"}};
    return description;
}

} // namespace mama::weights
