#include "core/model/towers/text_tower.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/towers/text_parts.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"

#include <array>

namespace mama {
namespace {

struct Maker
{
    const char* family;
    std::unique_ptr<TextTower> (*make)(const Parameters& parameters, const nlohmann::json& text,
                                       const std::string& prefix);
};

// One line a family.
constexpr std::array makers{Maker{"gpt2", text::makeGpt2}, Maker{"bert", text::makeBert},
                            Maker{"llama", text::makeLlama}, Maker{"modernbert", text::makeModernBert},
                            Maker{"clip-text", text::makeClipText}};

} // namespace

std::unique_ptr<TextTower> TextTower::make(const Parameters& parameters, const nlohmann::json& text)
{
    const std::string family = weights::textFamily(text).name();
    for (const Maker& maker : makers)
        if (family == maker.family)
            return maker.make(parameters, text, names::textTower);
    throw Error(ErrorCode::Unsupported, {action::loadModel}, "text.family",
                {TextId("model.no_text_tower_of_family", "there is no tower for \"%1\""), family});
}

} // namespace mama
