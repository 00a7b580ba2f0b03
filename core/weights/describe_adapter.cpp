#include "core/weights/describe_adapter.h"

#include <algorithm>
#include <set>

namespace mama::weights {
namespace {

constexpr auto notSupported = TextId("weights.adapter_not_supported", "the adapter's %1 is not supported");

using nlohmann::json;

struct Found
{
    std::set<std::string> targets;
    std::int64_t rank = 0;
};

Found adapted(const SourceTensors& tensors, TowerReader& tower, const std::string& prefix)
{
    Found found;
    for (const std::string& name : tensors.names()) {
        const std::size_t at = name.find(".lora_A.");
        const std::size_t other = name.find(".lora_B.");
        if (!name.starts_with(prefix) || (at == name.npos && other == name.npos))
            continue;
        const std::string module = name.substr(0, std::min(at, other));
        found.targets.insert(module.substr(module.rfind('.') + 1));
        if (at != name.npos && found.rank == 0)
            found.rank = tensors.size(name, 0);
        if (!tensors.contains(module + (at != name.npos ? ".lora_B.weight" : ".lora_A.weight")))
            tower.problem({TextId("weights.has_no_counterpart", "%1 has no counterpart"), name});
    }
    return found;
}

} // namespace

json describeAdapter(const DescribeInput& input, TowerReader& tower, const std::string& prefix)
{
    const auto [targets, rank] = adapted(input.tensors, tower, prefix);
    if (targets.empty())
        return nullptr;
    if (rank < 1)
        tower.problem({TextId("weights.lora_rank_under", "LoRA of rank 0 under %1"), prefix});
    const json adapter = input.adapter.is_object() ? input.adapter : json::object();
    const double alpha = adapter.contains("lora_alpha") && adapter["lora_alpha"].is_number()
                             ? adapter["lora_alpha"].get<double>()
                             : tower.told<double>("lora_alpha", {"lora_alpha"}, 32, "the reference's value");
    for (const char* key : {"use_dora", "use_qalora", "use_bdlora", "lora_bias"})
        if (adapter.contains(key) && adapter[key] == true)
            tower.problem({notSupported, key});
    for (const char* key : {"rank_pattern", "alpha_pattern"})
        if (adapter.contains(key) && adapter[key].is_object() && !adapter[key].empty())
            tower.problem({notSupported, key});
    if (adapter.value("peft_type", std::string("LORA")) != "LORA")
        tower.problem({TextId("weights.adapter_kind_only_lora_supported",
                              "the adapter is of the kind %1, only LORA is supported"),
                       adapter["peft_type"].dump()});
    const bool rslora =
        adapter.contains("use_rslora") ? adapter["use_rslora"] == true : input.configs.isTrue("use_rslora");
    return {{"r", rank}, {"alpha", alpha}, {"rslora", rslora}, {"targets", targets}};
}

} // namespace mama::weights
