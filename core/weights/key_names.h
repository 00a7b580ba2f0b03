#pragma once
#include <optional>
#include <string>
#include <vector>

namespace mama::weights {

enum class Family { None, Dinov2, Dinov2HuggingFace, Gpt2, Bert, Llama };

inline constexpr const char* imagePrefix = "img_encoder_q.model.";
inline constexpr const char* textPrefix = "text_encoder_q.model.";

// By which names a file calls its tensors.
struct Naming
{
    bool mama = false; // MaMA's own: img_encoder_q.*, text_encoder_q.*, heads
    Family image = Family::None, text = Family::None;

    bool known() const { return image != Family::None || text != Family::None; }
};

Naming recognise(const std::vector<std::string>& names);

// What a tensor of a file is to the canonical model.
struct MappedName
{
    std::string canonical; // empty: not used, `reason` says why
    int part = 0;          // place along the first dimension where several tensors are stacked
    int parts = 1;         // how many there must be; 0: this part is an optional appendix
    std::string reason;
};

MappedName mapName(const std::string& name, const Naming& naming);

// "base_model.model.", ".base_layer", and the adapter's name of "lora_A.default" taken off.
std::string withoutPeft(std::string name);

// The number after "prefix" and before the next dot: layerIndex("h.12.ln_1.bias", "h.") is 12.
std::optional<int> layerIndex(const std::string& name, const std::string& prefix);

} // namespace mama::weights
