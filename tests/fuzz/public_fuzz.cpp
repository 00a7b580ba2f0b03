// libFuzzer on what public checkpoints bring along beside plain weights; the first byte says what follows. P the pickle
// of an archive whose records are there (classes of OmegaConf, numpy, torch); H a config.json NUL
// preprocessor_config.json beside small weights of a Hugging Face CLIP, S beside those of SigLIP, O an
// open_clip_config.json beside those of open_clip. It must be imported or refused with an Error. Seeds: tests/fuzz/run.
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/weights/import_weights.h"
#include "core/weights/model_folder.h"
#include "tests/fuzz/memory_file.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

const fs::path& folder()
{
    static const mama::test::MemoryFolder kept("public");
    return kept.path();
}

using mama::test::write;

void number(std::string& out, std::uint64_t value, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i)
        out += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
}

// Stored records with right sums.
std::string archive(std::string_view pickle)
{
    std::vector<std::pair<std::string, std::string>> records{{"a/data.pkl", std::string(pickle)}};
    for (int i = 0; i < 6; ++i)
        records.emplace_back("a/data/" + std::to_string(i), std::string(static_cast<std::size_t>(4 << (2 * i)), '?'));
    std::string out, directory;
    for (const auto& [name, content] : records) {
        std::string fields;
        number(fields, 20, 2);
        number(fields, 0, 8); // flags, method, time, date
        number(fields, mama::crc32(std::as_bytes(std::span(content))), 4);
        number(fields, content.size(), 4);
        number(fields, content.size(), 4);
        number(fields, name.size(), 2);
        number(fields, 0, 2);
        directory += std::string("PK\1\2\x14\0", 6) + fields;
        number(directory, 0, 10);
        number(directory, out.size(), 4);
        directory += name;
        out += "PK\3\4" + fields + name + content;
    }
    const std::size_t at = out.size();
    out += directory + std::string("PK\5\6\0\0\0\0", 8);
    number(out, records.size(), 2);
    number(out, records.size(), 2);
    number(out, directory.size(), 4);
    number(out, at, 4);
    number(out, 0, 2);
    return out;
}

using Shapes = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

void layer(Shapes& shapes, const std::string& start, const std::vector<const char*>& attention,
           const char* const (&rest)[5])
{
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
        shapes.emplace_back(start + name + "weight", shape);
        shapes.emplace_back(start + name + "bias", std::vector<std::int64_t>{shape.front()});
    };
    for (const char* name : attention)
        add(name, {8, 8});
    add(rest[0], {8, 8});
    add(rest[1], {8});
    add(rest[2], {8});
    add(rest[3], {16, 8});
    add(rest[4], {8, 16});
}

Shapes huggingFace(bool siglip)
{
    Shapes shapes{{"logit_scale", {}},
                  {"text_model.embeddings.position_embedding.weight", {16, 8}},
                  {"text_model.embeddings.token_embedding.weight", {20, 8}},
                  {"text_model.final_layer_norm.weight", {8}},
                  {"text_model.final_layer_norm.bias", {8}},
                  {"vision_model.embeddings.patch_embedding.weight", {8, 3, 2, 2}},
                  {"vision_model.embeddings.position_embedding.weight", {siglip ? 4 : 5, 8}},
                  {"vision_model.post_layernorm.weight", {8}},
                  {"vision_model.post_layernorm.bias", {8}}};
    for (const char* tower : {"text_model.", "vision_model."})
        for (const char* number : {"0.", "1."})
            layer(shapes, std::string(tower) + "encoder.layers." + number,
                  {"self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj."},
                  {"self_attn.out_proj.", "layer_norm1.", "layer_norm2.", "mlp.fc1.", "mlp.fc2."});
    if (!siglip) {
        for (const auto& [name, shape] : Shapes{{"text_projection.weight", {8, 8}},
                                                {"visual_projection.weight", {8, 8}},
                                                {"vision_model.embeddings.class_embedding", {8}},
                                                {"vision_model.pre_layrnorm.weight", {8}},
                                                {"vision_model.pre_layrnorm.bias", {8}}})
            shapes.emplace_back(name, shape);
        return shapes;
    }
    shapes.front().second = {1};
    for (const auto& [name, shape] : Shapes{{"logit_bias", {1}},
                                            {"text_model.head.weight", {8, 8}},
                                            {"text_model.head.bias", {8}},
                                            {"vision_model.embeddings.patch_embedding.bias", {8}},
                                            {"vision_model.head.probe", {1, 1, 8}},
                                            {"vision_model.head.attention.in_proj_weight", {24, 8}},
                                            {"vision_model.head.attention.in_proj_bias", {24}},
                                            {"vision_model.head.attention.out_proj.weight", {8, 8}},
                                            {"vision_model.head.attention.out_proj.bias", {8}},
                                            {"vision_model.head.layernorm.weight", {8}},
                                            {"vision_model.head.layernorm.bias", {8}},
                                            {"vision_model.head.mlp.fc1.weight", {16, 8}},
                                            {"vision_model.head.mlp.fc1.bias", {16}},
                                            {"vision_model.head.mlp.fc2.weight", {8, 16}},
                                            {"vision_model.head.mlp.fc2.bias", {8}}})
        shapes.emplace_back(name, shape);
    return shapes;
}

Shapes openClip()
{
    Shapes shapes{{"logit_scale", {}},
                  {"positional_embedding", {16, 8}},
                  {"token_embedding.weight", {20, 8}},
                  {"text_projection", {8, 8}},
                  {"ln_final.weight", {8}},
                  {"ln_final.bias", {8}},
                  {"visual.class_embedding", {8}},
                  {"visual.conv1.weight", {8, 3, 2, 2}},
                  {"visual.positional_embedding", {5, 8}},
                  {"visual.proj", {8, 8}}};
    for (const char* norm : {"visual.ln_pre.", "visual.ln_post."})
        for (const char* part : {"weight", "bias"})
            shapes.emplace_back(std::string(norm) + part, std::vector<std::int64_t>{8});
    for (const char* tower : {"", "visual."})
        for (const char* number : {"0.", "1."}) {
            const std::string start = std::string(tower) + "transformer.resblocks." + number;
            layer(shapes, start, {}, {"attn.out_proj.", "ln_1.", "ln_2.", "mlp.c_fc.", "mlp.c_proj."});
            shapes.emplace_back(start + "attn.in_proj_weight", std::vector<std::int64_t>{24, 8});
            shapes.emplace_back(start + "attn.in_proj_bias", std::vector<std::int64_t>{24});
        }
    return shapes;
}

// The folder of one kind of weights, made once.
fs::path weightsFolder(char kind)
{
    const fs::path path = folder() / std::string(1, kind);
    if (fs::exists(path))
        return path;
    fs::create_directories(path);
    std::vector<mama::NamedTensor> tensors;
    std::vector<std::vector<float>> values;
    for (const auto& [name, shape] : kind == 'O' ? openClip() : huggingFace(kind == 'S')) {
        mama::TensorInfo info{name, mama::TensorType::F32, shape};
        values.emplace_back(static_cast<std::size_t>(info.elements()));
        for (std::size_t i = 0; i < values.back().size(); ++i)
            values.back()[i] = static_cast<float>(i % 7) / 8;
        tensors.push_back({info, std::as_bytes(std::span(values.back()))});
    }
    mama::writeSafetensors(path / (kind == 'O' ? "open_clip_model.safetensors" : "model.safetensors"), tensors, {});
    return path;
}

void import(const fs::path& path)
{
    mama::ImportOptions options;
    options.checkpoint = path;
    options.hash = false;
    const auto model = mama::inspectWeights(options);
    static_cast<void>(model->report.json());
    if (model->report.wrong().empty() && model->description.value("kind", "") == "clip")
        static_cast<void>(mama::expectedTensors(model->description));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    fs::create_directories(folder());
    try {
        switch (data[0]) {
        case 'H':
        case 'S':
        case 'O': {
            const fs::path path = weightsFolder(static_cast<char>(data[0]));
            const std::size_t end = rest.find('\0');
            write(path / (data[0] == 'O' ? "open_clip_config.json" : "config.json"), rest.substr(0, end));
            if (data[0] != 'O')
                write(path / "preprocessor_config.json", end == rest.npos ? "{}" : rest.substr(end + 1));
            import(path);
            break;
        }
        default: write(folder() / "a.pth", archive(rest)); import(folder() / "a.pth");
        }
    } catch (const mama::Error&) {
        return 0;
    }
    return 0;
}
