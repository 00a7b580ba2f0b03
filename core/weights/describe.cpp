#include "core/weights/describe.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace mama::weights {
namespace {

using nlohmann::json;

constexpr std::int64_t deepest = 1000;
const std::string image = imagePrefix, text = textPrefix;

class Describer
{
public:
    Describer(const DescribeInput& input, ImportReport& report) : m_in(input), m_report(report) {}
    json run();

private:
    bool has(const std::string& name) const { return m_in.tensors.contains(name); }
    std::int64_t size(const std::string& name, std::size_t dimension) const
    {
        return m_in.tensors.size(name, dimension);
    }
    void problem(const std::string& sentence) { m_report.problems.push_back(sentence); }
    // A value of the configurations, else `assumed`, which the report then names.
    template <class T>
    T told(const std::string& section, const std::string& own, const std::vector<std::string>& keys, T assumed,
           const std::string& why);
    std::int64_t heads(const std::string& section, std::int64_t width, const std::vector<std::string>& keys);
    std::int64_t layers(const std::string& prefix);
    json lora(const std::string& prefix);
    json interpolation(std::int64_t registers);
    json stemOf();
    json imageTower();
    json gpt2();
    json bert();
    json llama();
    json textTower();
    json headSection();
    json captions(const json& tower);
    std::string kind() const;

    const DescribeInput& m_in;
    ImportReport& m_report;
};

template <class T>
T Describer::told(const std::string& section, const std::string& own, const std::vector<std::string>& keys, T assumed,
                  const std::string& why)
{
    if (const json* value = m_in.configs.find(section, own, keys)) {
        const bool fits = std::is_same_v<T, bool>   ? value->is_boolean()
                          : std::is_arithmetic_v<T> ? value->is_number()
                                                    : value->is_string();
        if (fits)
            return value->get<T>();
        problem("the configuration's " + own + " is " + value->dump() + ", which is not of the right type");
    }
    m_report.assumed.push_back(section + "." + own + " = " + json(assumed).dump() + " (" + why + ")");
    return assumed;
}

std::int64_t Describer::heads(const std::string& section, std::int64_t width, const std::vector<std::string>& keys)
{
    // DINOv2, GPT-2 and BERT have heads of 64, BioMedLM of 128, the MiniLM family 12 of 32.
    const bool miniLm = section == "text" && m_in.naming.text == Family::Bert && width == 384;
    std::int64_t assumed = std::max<std::int64_t>(1, width / (width == 2560 ? 128 : miniLm ? 32 : 64));
    while (width % assumed != 0)
        --assumed;
    const auto found =
        told<std::int64_t>(section, "heads", keys, assumed, "weights do not show it; name it with --config");
    if (found < 1 || width % found != 0) {
        problem("the " + section + " tower's width " + std::to_string(width) + " cannot be divided among " +
                std::to_string(found) + " heads");
        return 1;
    }
    return found;
}

std::int64_t Describer::layers(const std::string& prefix)
{
    const std::int64_t depth = m_in.tensors.depth(prefix);
    if (depth > deepest) {
        problem("a layer number of " + std::to_string(depth - 1) + " under " + prefix);
        return deepest;
    }
    return depth;
}

// Rank from the weights, scale from the adapter's or MaMA's configuration.
json Describer::lora(const std::string& prefix)
{
    std::set<std::string> targets;
    std::int64_t rank = 0;
    for (const std::string& name : m_in.tensors.names()) {
        const std::size_t at = name.find(".lora_A.");
        const std::size_t other = name.find(".lora_B.");
        if (!name.starts_with(prefix) || (at == name.npos && other == name.npos))
            continue;
        const std::string module = name.substr(0, std::min(at, other));
        targets.insert(module.substr(module.rfind('.') + 1));
        if (at != name.npos && rank == 0)
            rank = size(name, 0);
        if (!has(module + (at != name.npos ? ".lora_B.weight" : ".lora_A.weight")))
            problem(name + " has no counterpart");
    }
    if (targets.empty())
        return nullptr;
    if (rank < 1)
        problem("LoRA of rank 0 under " + prefix);
    const json adapter = m_in.adapter.is_object() ? m_in.adapter : json::object();
    double alpha = 32;
    if (adapter.contains("lora_alpha") && adapter["lora_alpha"].is_number())
        alpha = adapter["lora_alpha"].get<double>();
    else
        alpha =
            told<double>(prefix == image ? "image" : "text", "lora_alpha", {"lora_alpha"}, 32, "the reference's value");
    for (const char* key : {"use_dora", "use_qalora", "use_bdlora", "lora_bias"})
        if (adapter.contains(key) && adapter[key] == true)
            problem(std::string("the adapter's ") + key + " is not supported");
    for (const char* key : {"rank_pattern", "alpha_pattern"})
        if (adapter.contains(key) && adapter[key].is_object() && !adapter[key].empty())
            problem(std::string("the adapter's ") + key + " is not supported");
    if (adapter.value("peft_type", std::string("LORA")) != "LORA")
        problem("the adapter is of the kind " + adapter["peft_type"].dump() + ", only LORA is supported");
    const bool rslora =
        adapter.contains("use_rslora") ? adapter["use_rslora"] == true : m_in.configs.isTrue("use_rslora");
    return {{"r", rank}, {"alpha", alpha}, {"rslora", rslora}, {"targets", targets}};
}

// Hub releases without registers scale by (n + 0.1)/M without antialiasing; with registers, and in MaMA, to a size
// with antialiasing; the Hugging Face library scales to a size, antialiased with registers only.
json Describer::interpolation(std::int64_t registers)
{
    if (const json* own = m_in.configs.find("image", "interpolation"))
        return *own;
    const bool huggingFace = m_in.naming.image == Family::Dinov2HuggingFace || m_in.configs.hasModelType("dinov2");
    const bool antialias = m_in.naming.mama || registers > 0;
    return {{"antialias", antialias}, {"offset", antialias || huggingFace ? 0.0 : 0.1}, {"mode", "bicubic"}};
}

// Convolutions in place of the patch embedding, or null.
json Describer::stemOf()
{
    constexpr std::size_t mostStages = 8;
    json channels = json::array();
    while (channels.size() < mostStages &&
           has(image + "patch_embed.stem." + std::to_string(channels.size()) + ".down.weight"))
        channels.push_back(size(image + "patch_embed.stem." + std::to_string(channels.size()) + ".down.weight", 0));
    return channels.empty() ? json() : json{{"channels", channels}};
}

json Describer::imageTower()
{
    const std::int64_t width = size(image + "cls_token", 2), registers = size(image + "register_tokens", 1);
    const std::int64_t rows = size(image + "pos_embed", 1) - 1;
    const auto grid = rows > 0 ? static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(rows)))) : 0;
    if (grid * grid != rows || grid < 1)
        problem("pos_embed has 1 + " + std::to_string(rows) + " rows: no square grid of patches");
    const bool swiglu = has(image + "blocks.0.mlp.w12.weight");
    const json stem = stemOf();
    const std::int64_t patch =
        stem.is_null() ? size(image + "patch_embed.proj.weight", 2) : std::int64_t{1} << stem["channels"].size();
    if (width < 1 || patch < 1)
        problem("cls_token or patch_embed.proj.weight is missing or has an impossible shape");
    const json* type = m_in.configs.find("image", "activation", {"hidden_act"});
    if (type && *type != "gelu" && !swiglu)
        problem("the image tower's activation " + type->dump() + " is not supported");
    json tower{
        {"family", "dinov2"},
        {"width", width},
        {"depth", layers(image + "blocks.")},
        {"heads", heads("image", std::max<std::int64_t>(width, 1), {"vit_heads", "num_attention_heads"})},
        {"patch", patch},
        {"registers", registers},
        {"mlp_hidden", swiglu ? size(image + "blocks.0.mlp.w3.weight", 1) : size(image + "blocks.0.mlp.fc1.weight", 0)},
        {"ffn", swiglu ? "swiglu" : "mlp"},
        {"layer_scale", has(image + "blocks.0.ls1.gamma")},
        {"native_grid", {grid, grid}},
        {"interpolation", interpolation(registers)},
        {"norm_eps", told<double>("image", "norm_eps", {"vit_ln_eps", "layer_norm_eps"}, 1e-6, "DINOv2's value")},
        {"pooling", m_in.naming.mama ? "mean-prenorm" : "cls-norm"}};
    if (!stem.is_null())
        tower["stem"] = stem;
    if (const json adapted = lora(image); !adapted.is_null())
        tower["lora"] = adapted;
    return tower;
}

json Describer::gpt2()
{
    const std::int64_t width = size(text + "wte.weight", 1);
    const bool published = m_in.naming.mama;
    return {
        {"family", "gpt2"},
        {"width", width},
        {"depth", layers(text + "h.")},
        {"heads", heads("text", std::max<std::int64_t>(width, 1), {"n_head", "num_attention_heads"})},
        {"vocabulary", size(text + "wte.weight", 0)},
        {"positions", size(text + "wpe.weight", 0)},
        {"mlp_hidden", size(text + "h.0.mlp.c_fc.weight", 1)},
        {"activation", told<std::string>("text", "activation", {"activation_function"}, "gelu_new", "GPT-2's value")},
        {"norm_eps", told<double>("text", "norm_eps", {"layer_norm_epsilon"}, 1e-5, "GPT-2's value")},
        {"scale_attn_by_inverse_layer_idx",
         told<bool>("text", "scale_attn_by_inverse_layer_idx", {"scale_attn_by_inverse_layer_idx"}, published,
                    published ? "BioMedLM's value" : "GPT-2's value")}};
}

json Describer::bert()
{
    const std::int64_t width = size(text + "embeddings.word_embeddings.weight", 1);
    const json* position = m_in.configs.find("text", "position_embedding_type", {"position_embedding_type"});
    if (position && *position != "absolute")
        problem("position embeddings of the kind " + position->dump() + " are not supported");
    return {{"family", "bert"},
            {"width", width},
            {"depth", layers(text + "encoder.layer.")},
            {"heads", heads("text", std::max<std::int64_t>(width, 1), {"num_attention_heads"})},
            {"vocabulary", size(text + "embeddings.word_embeddings.weight", 0)},
            {"positions", size(text + "embeddings.position_embeddings.weight", 0)},
            {"token_types", size(text + "embeddings.token_type_embeddings.weight", 0)},
            {"mlp_hidden", size(text + "encoder.layer.0.intermediate.dense.weight", 0)},
            {"activation", told<std::string>("text", "activation", {"hidden_act"}, "gelu", "BERT's value")},
            {"norm_eps", told<double>("text", "norm_eps", {"layer_norm_eps"}, 1e-12, "BERT's value")}};
}

json Describer::llama()
{
    const std::int64_t width = size(text + "embed_tokens.weight", 1),
                       queries = size(text + "layers.0.self_attn.q_proj.weight", 0);
    const std::int64_t keys = size(text + "layers.0.self_attn.k_proj.weight", 0);
    constexpr std::int64_t publishedHead = 128;
    const auto count =
        told<std::int64_t>("text", "heads", {"num_attention_heads"}, std::max<std::int64_t>(1, queries / publishedHead),
                           "heads of 128 as in Llama 2 and 3");
    const std::int64_t head = count > 0 ? queries / count : 0;
    if (head < 1 || head * count != queries || keys % head != 0 || head % 2 != 0)
        problem("query and key projections of " + std::to_string(queries) + " and " + std::to_string(keys) +
                " rows cannot be divided among " + std::to_string(count) + " heads");
    const json* rope = m_in.configs.find("text", "rope_parameters", {"rope_parameters"});
    const json* scaling = m_in.configs.find("text", "rope_scaling", {"rope_scaling"});
    const bool scaled = rope && rope->is_object() && rope->value("rope_type", std::string("default")) != "default";
    const double theta = rope && rope->is_object() && rope->contains("rope_theta")
                             ? rope->value("rope_theta", 10000.0)
                             : told<double>("text", "rope_theta", {"rope_theta"}, 10000.0, "Llama 2's value");
    return {
        {"family", "llama"},
        {"width", width},
        {"depth", layers(text + "layers.")},
        {"heads", std::max<std::int64_t>(count, 1)},
        {"kv_heads", head > 0 ? keys / head : 1},
        {"head_dim", std::max<std::int64_t>(head, 1)},
        {"vocabulary", size(text + "embed_tokens.weight", 0)},
        {"positions", told<std::int64_t>("text", "positions", {"max_position_embeddings"}, 4096, "Llama 2's value")},
        {"mlp_hidden", size(text + "layers.0.mlp.gate_proj.weight", 0)},
        {"activation", told<std::string>("text", "activation", {"hidden_act"}, "silu", "Llama's value")},
        {"norm_eps", told<double>("text", "norm_eps", {"rms_norm_eps"}, 1e-5, "Llama 2's value")},
        {"rope_theta", theta},
        {"rope_scaling", scaled    ? *rope
                         : scaling ? *scaling
                                   : json()}};
}

json Describer::textTower()
{
    const Family family = m_in.naming.text;
    json tower = family == Family::Gpt2 ? gpt2() : family == Family::Bert ? bert() : llama();
    static const std::set<std::string> known{"gelu_new", "gelu", "silu"};
    if (tower["activation"] == "gelu_pytorch_tanh" || tower["activation"] == "gelu_fast")
        tower["activation"] = "gelu_new"; // the same function
    if (!known.contains(tower["activation"].get<std::string>()))
        problem("the text tower's activation " + tower["activation"].dump() + " is not supported");
    const char* alone = family != Family::Bert                          ? "mean-all"
                        : m_in.configs.isTrue("pooling_mode_cls_token") ? "cls"
                                                                        : "mean-masked";
    tower["pooling"] = !m_in.naming.mama ? alone : family == Family::Bert ? "cls" : "first-pad";
    if (const json adapted = lora(text); !adapted.is_null())
        tower["lora"] = adapted;
    return tower;
}

std::string Describer::kind() const
{
    const bool hasImage = m_in.naming.image != Family::None, hasText = m_in.naming.text != Family::None;
    if (!m_in.naming.mama)
        return hasImage ? "image-tower" : hasText ? "text-tower" : "unknown";
    if (!hasImage)
        return hasText ? "text-tower" : "unknown";
    if (hasText)
        return "mama";
    return has("img_encoder_q.global_embed.weight") ? "linear-probe" : "image-tower";
}

json Describer::headSection()
{
    const bool probe = kind() == "linear-probe";
    const bool local = has("img_encoder_q.local_embed.head.3.weight") || has("img_encoder_q.local_embed.head.0.weight");
    const std::int64_t rows = size("img_encoder_q.global_embed.weight", 0);
    std::int64_t embedding = rows;
    json classes;
    if (probe) {
        embedding = local ? size("img_encoder_q.local_embed.head.3.weight", 0) : size("simclr_proj.layers.3.weight", 0);
        classes = json::array();
        constexpr std::int64_t mostClasses = 10'000;
        for (std::int64_t i = 0; i < std::min(rows, mostClasses); ++i)
            classes.push_back(std::to_string(i));
        if (embedding == 0)
            embedding = rows;
    }
    json section{{"embedding", embedding},
                 {"local", local},
                 {"local_hidden", size("img_encoder_q.local_embed.head.0.weight", 0)},
                 {"simclr", has("simclr_proj.layers.0.weight")},
                 {"classes", classes},
                 {"batchnorm_eps", 1e-5}};
    if (has("text_encoder_q.local_embed.head.0.weight"))
        section["text_local_hidden"] = size("text_encoder_q.local_embed.head.0.weight", 0);
    if (has("simclr_proj.layers.0.weight")) {
        section["simclr_hidden"] = size("simclr_proj.layers.0.weight", 0);
        section["simclr_out"] = size("simclr_proj.layers.3.weight", 0);
    }
    return section;
}

json Describer::captions(const json& tower)
{
    const Family family = m_in.naming.text;
    if (!m_in.naming.mama) {
        const std::int64_t positions = tower.value("positions", std::int64_t{512});
        const bool isBert = family == Family::Bert;
        const json* longest = m_in.configs.top("max_seq_length");
        const std::int64_t length = longest && longest->is_number_integer() ? longest->get<std::int64_t>()
                                                                            : std::min<std::int64_t>(positions, 512);
        return {{"separator", isBert ? "[SEP]" : ""},
                {"start", ""},
                {"end", ""},
                {"pad", isBert ? "[PAD]" : ""},
                {"length", std::clamp<std::int64_t>(length, 1, std::max<std::int64_t>(positions, 1))},
                {"added_tokens", json::array()}};
    }
    std::int64_t length = 144;
    if (const json* words = m_in.configs.top("max_words"); words && words->is_number_integer())
        length = words->get<std::int64_t>();
    else if (m_in.configs.top("structural_cap") && !m_in.configs.isTrue("structural_cap") &&
             !m_in.configs.isTrue("natural_cap"))
        length = 72;
    length = std::clamp<std::int64_t>(length, 1, std::max<std::int64_t>(tower.value("positions", length), 1));
    if (family == Family::Bert)
        return {{"separator", "[SEP]"}, {"start", ""},      {"end", ""},
                {"pad", "[PAD]"},       {"length", length}, {"added_tokens", json::array()}};
    if (family == Family::Llama) {
        const json* type = m_in.configs.top("llm_type");
        const bool third = type && *type == "llama3";
        const std::string separator = third ? "<|separate_of_text|>" : type && *type == "llama" ? "" : "<sep>";
        const json added = separator.empty() ? json::array() : json::array({separator});
        return {{"separator", separator},
                {"start", third ? "<|begin_of_text|>" : "<s>"},
                {"end", third ? "<|end_of_text|>" : "</s>"},
                {"pad", third ? "<|end_of_text|>" : "</s>"},
                {"length", length},
                {"added_tokens", added}};
    }
    return {{"separator", "<|separatetext|>"},
            {"start", "<|startoftext|>"},
            {"end", "<|endoftext|>"},
            {"pad", "<|padtext|>"},
            {"length", length},
            {"added_tokens",
             {"<|startoftext|>", "<|padtext|>", "<|masktext|>", "<|separatetext|>", "<|unknowntext|>", "<|keytext|>"}}};
}

json Describer::run()
{
    json description{{"format", 1},      {"kind", kind()},   {"image", nullptr},    {"text", nullptr},
                     {"heads", nullptr}, {"input", nullptr}, {"captions", nullptr}, {"compat", m_in.compat}};
    const bool reference = m_in.compat == "reference", mamaKind = kind() == "mama" || kind() == "linear-probe";
    if (m_in.naming.image != Family::None) {
        description["image"] = imageTower();
        const auto& tower = description["image"];
        const bool rsna = reference && m_in.configs.isTrue("rsna_mammo");
        const char* profile = !mamaKind ? "mama" : rsna ? "mama-rsna-reference" : "mama-embed-reference";
        description["input"] = {{"profile", profile},
                                {"profile_version", 1},
                                {"size", tower["native_grid"][0].get<std::int64_t>() *
                                             std::max<std::int64_t>(tower["patch"].get<std::int64_t>(), 0)},
                                {"channels", 3}};
    }
    if (m_in.naming.text != Family::None) {
        description["text"] = textTower();
        description["captions"] = captions(description["text"]);
    }
    if (mamaKind)
        description["heads"] = headSection();
    description["inference"] = {{"text_pooling", "zero-shot"},
                                {"zero_shot_softmax", reference ? "twice" : "once"},
                                {"full_length_caption", reference ? "start-token" : "last-token"}};
    return description;
}

} // namespace

json describe(const DescribeInput& input, ImportReport& report) { return Describer(input, report).run(); }

} // namespace mama::weights
