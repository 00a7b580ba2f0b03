#include "core/weights/families/efficientnet_plan.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/weights/families/families.h"

#include <array>
#include <cmath>

// Names and stages: models.md, section 2.
namespace mama {

namespace {

struct Stage
{
    int repeats, kernel, stride, expansion;
};
constexpr std::array stages{Stage{1, 3, 1, 1}, Stage{2, 3, 2, 6}, Stage{2, 5, 2, 6}, Stage{3, 3, 2, 6},
                            Stage{3, 5, 1, 6}, Stage{4, 5, 2, 6}, Stage{1, 3, 1, 6}};

EfficientNetPlan planOf(const std::string& variant, double depth, int nominal)
{
    EfficientNetPlan plan{variant, nominal, {}};
    for (const Stage& stage : stages) {
        const int repeats = static_cast<int>(std::ceil(stage.repeats * depth));
        for (int i = 0; i < repeats; ++i)
            plan.blocks.push_back({stage.kernel, i == 0 ? stage.stride : 1, stage.expansion > 1, i > 0});
    }
    return plan;
}

} // namespace

const EfficientNetPlan* efficientNetPlan(std::int64_t blocks)
{
    static const std::array plans{planOf("b2", 1.2, 260), planOf("b5", 2.2, 456)};
    for (const EfficientNetPlan& plan : plans)
        if (static_cast<std::int64_t>(plan.blocks.size()) == blocks)
            return &plan;
    return nullptr;
}

namespace weights {
namespace {

using nlohmann::json;

MappedName rename(std::string name)
{
    if (name.starts_with("_fc."))
        return unused("a head of another task");
    return used(std::move(name));
}

// EfficientNet in the names of lukemelas/EfficientNet-PyTorch, without its classifier: Mammo-CLIP's image tower.
class EfficientNet final : public ImageFamily
{
public:
    std::string name() const override { return "efficientnet"; }
    std::string title() const override { return "EfficientNet"; }
    const std::vector<Spelling>& spellings() const override
    {
        static const std::vector<Spelling> all{{{"_conv_stem.weight", "_depthwise_conv.weight"}, rename}};
        return all;
    }
    bool standsAlone() const override { return false; }
    bool isModelType(const std::string&) const override { return false; }
    std::string sizeTensor() const override { return "_conv_stem.weight"; }
    std::int64_t inputSize(const json& image) const override
    {
        const EfficientNetPlan* plan = efficientNetPlan(image.value("depth", std::int64_t{0}));
        return plan ? plan->nominal : 1;
    }
    std::string notPublishable(const json&) const override
    {
        return "the image tower is an EfficientNet, for which DINOv2 has no names";
    }
    json describe(TowerReader& tower) const override;
    void list(TensorList& list, const json& image) const override;
};

std::string block(std::int64_t i) { return "_blocks." + std::to_string(i) + "."; }

json EfficientNet::describe(TowerReader& tower) const
{
    const std::int64_t depth = tower.layers("_blocks.");
    const EfficientNetPlan* plan = efficientNetPlan(depth);
    if (!plan)
        tower.problem({TextId("weights.efficientnet_of_blocks",
                              "an EfficientNet of %1 blocks is not supported: B2 has 23, B5 has 39"),
                       depth});
    json outputs = json::array(), expanded = json::array(), squeezed = json::array();
    for (std::int64_t i = 0; i < depth; ++i) {
        for (const char* part : {"_project_conv.weight", "_depthwise_conv.weight", "_se_reduce.weight"})
            if (tower.size(block(i) + part, 0) < 1)
                tower.problem({TextId("weights.block_lacks", "block %1 of the image tower lacks %2, or it is empty"), i,
                               block(i) + part});
        outputs.push_back(tower.size(block(i) + "_project_conv.weight", 0));
        expanded.push_back(tower.size(block(i) + "_depthwise_conv.weight", 0));
        squeezed.push_back(tower.size(block(i) + "_se_reduce.weight", 0));
    }
    const std::int64_t head = tower.size("_conv_head.weight", 0);
    return {{"family", name()},
            {"variant", plan ? plan->variant : "unknown"},
            {"width", head},
            {"depth", depth},
            {"stem", tower.size("_conv_stem.weight", 0)},
            {"outputs", outputs},
            {"expanded", expanded},
            {"squeezed", squeezed},
            {"norm_eps", 1e-3},
            {"pooling", "mean-cells"}};
}

std::int64_t at(const json& image, const char* key, std::int64_t i)
{
    const auto value = image.at(key).at(static_cast<std::size_t>(i)).get<std::int64_t>();
    if (value < 1 || value > 100'000)
        throw Error(
            ErrorCode::Model, {action::readModel}, key,
            {TextId("weights.no_possible_block_width", "%1 is no possible number of channels of a block"), value});
    return value;
}

void EfficientNet::list(TensorList& list, const json& image) const
{
    const EfficientNetPlan* plan = efficientNetPlan(depthOf(image));
    if (!plan)
        throw Error(
            ErrorCode::Unsupported, {action::readModel}, "image.depth",
            {TextId("weights.no_efficientnet_of_depth", "no EfficientNet of %1 blocks is known"), depthOf(image)});
    std::int64_t before = sizeOf(image, "stem");
    list.add("_conv_stem.weight", {before, 3, 3, 3});
    list.batchNorm("_bn0", before, true);
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(plan->blocks.size()); ++i) {
        const EfficientNetBlock& one = plan->blocks[static_cast<std::size_t>(i)];
        const std::int64_t out = at(image, "outputs", i), wide = at(image, "expanded", i),
                           small = at(image, "squeezed", i);
        if (one.expands) {
            list.add(block(i) + "_expand_conv.weight", {wide, before, 1, 1});
            list.batchNorm(block(i) + "_bn0", wide, true);
        }
        list.add(block(i) + "_depthwise_conv.weight", {one.expands ? wide : before, 1, one.kernel, one.kernel});
        list.batchNorm(block(i) + "_bn1", wide, true);
        list.add(block(i) + "_se_reduce.weight", {small, wide, 1, 1});
        list.add(block(i) + "_se_reduce.bias", {small});
        list.add(block(i) + "_se_expand.weight", {wide, small, 1, 1});
        list.add(block(i) + "_se_expand.bias", {wide});
        list.add(block(i) + "_project_conv.weight", {out, wide, 1, 1});
        list.batchNorm(block(i) + "_bn2", out, true);
        if (one.skips && out != before)
            throw Error(ErrorCode::Model, {action::readModel}, "outputs",
                        {TextId("weights.block_skips_unequal", "block %1 adds %2 channels to %3"), i, out, before});
        before = out;
    }
    const auto head = sizeOf(image, "width");
    list.add("_conv_head.weight", {head, before, 1, 1});
    list.batchNorm("_bn1", head, true);
}

} // namespace

const ImageFamily& efficientNet()
{
    static const EfficientNet family;
    return family;
}

} // namespace weights
} // namespace mama
