#include "core/weights/families/families.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

namespace mama::weights {
namespace {

template <class F>
const F& named(const std::vector<const F*>& all, const std::string& name, const char* where)
{
    std::string known;
    for (const F* family : all) {
        if (family->name() == name)
            return *family;
        known += (known.empty() ? "" : ", ") + family->name();
    }
    throw Error(ErrorCode::Unsupported, {action::readModel}, where,
                {TextId("weights.none", "\"%1\" is none of %2"), name, known});
}

} // namespace

const std::vector<const ImageFamily*>& imageFamilies()
{
    static const std::vector<const ImageFamily*> all{&dinov2(), &efficientNet(), &vit()};
    return all;
}

const std::vector<const TextFamily*>& textFamilies()
{
    static const std::vector<const TextFamily*> all{&gpt2(), &bert(), &llama(), &modernBert(), &clipText()};
    return all;
}

const std::vector<const Composition*>& compositions()
{
    static const std::vector<const Composition*> all{&glamComposition(),     &cleftComposition(),
                                                     &mamaComposition(),     &mammoClipComposition(),
                                                     &openClipComposition(), &huggingFaceClipComposition()};
    return all;
}

const ImageFamily& imageFamily(const nlohmann::json& image)
{
    return named(imageFamilies(), image.value("family", dinov2().name()), "image.family");
}

const TextFamily& textFamily(const nlohmann::json& text)
{
    return named(textFamilies(), text.value("family", std::string()), "text.family");
}

} // namespace mama::weights
