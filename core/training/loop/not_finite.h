#pragma once
#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <string>

namespace mama {

// A term of the loss or a gradient is no number: the step is left out.
class NotFinite : public Error
{
public:
    // what: "loss term clip", "gradient of logit_scale".
    NotFinite(const std::string& what, double value)
        : Error(ErrorCode::Data, {action::train}, what, {TextId("train.not_finite", "is %1"), std::to_string(value)})
    {}
};

} // namespace mama
