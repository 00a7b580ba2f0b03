#include "core/training/settings/placement.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/processor.h"

namespace mama {

TrainingPrecision trainingPrecisionOf(const std::string& name)
{
    if (name == "fp32")
        return TrainingPrecision::Fp32;
    if (name == "mixed")
        return TrainingPrecision::Mixed;
    if (name == "bf16-true")
        return TrainingPrecision::Bf16True;
    throw Error(ErrorCode::Usage, {action::train}, "precision",
                {TextId("setting.unknown_precision", "\"%1\" is none of fp32, mixed, bf16-true"), name});
}

TrainingPrecision onThisProcessor(TrainingPrecision asked)
{
    // Without the instructions LibTorch imitates products of bfloat16, many times slower than float32's.
    return asked == TrainingPrecision::Mixed && !multipliesBf16(processor()) ? TrainingPrecision::Fp32 : asked;
}

} // namespace mama
