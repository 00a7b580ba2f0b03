#pragma once
#include <string_view>

namespace mama::weights {

// Whether a name of weights says that they are an average over a training: "model_ema", "state_dict_ema", "swa_model".
bool soundsAveraged(std::string_view name);

} // namespace mama::weights
