#include "core/model/kernels/precision.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

namespace mama {

const char* name(Precision precision)
{
    switch (precision) {
    case Precision::Auto: return "auto";
    case Precision::Fp32: return "fp32";
    case Precision::Bf16: return "bf16";
    case Precision::Int8: return "int8";
    }
    return "";
}

Precision parsePrecision(const std::string& text)
{
    for (const Precision precision : {Precision::Auto, Precision::Fp32, Precision::Bf16, Precision::Int8})
        if (text == name(precision))
            return precision;
    throw Error(ErrorCode::Usage, {action::precision}, text,
                {TextId("model.expected_auto_fp32_bf16_or", "expected auto, fp32, bf16 or int8")});
}

} // namespace mama
