#include "core/model/towers/image_tower.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/towers/efficientnet_tower.h"
#include "core/model/towers/vit_tower.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"

#include <array>

namespace mama {
namespace {

struct Maker
{
    const char* family;
    std::unique_ptr<ImageTower> (*make)(const Parameters& parameters, const nlohmann::json& image,
                                        const std::string& prefix);
};

template <class T>
std::unique_ptr<ImageTower> make(const Parameters& parameters, const nlohmann::json& image, const std::string& prefix)
{
    return std::make_unique<T>(parameters, image, prefix);
}

// One line a family.
constexpr std::array makers{Maker{"dinov2", make<VitTower>}, Maker{"efficientnet", make<EfficientNetTower>},
                            Maker{"vit", make<VitTower>}};

} // namespace

std::unique_ptr<ImageTower> ImageTower::make(const Parameters& parameters, const nlohmann::json& image)
{
    const std::string family = weights::imageFamily(image).name();
    for (const Maker& maker : makers)
        if (family == maker.family)
            return maker.make(parameters, image, names::imageTower);
    throw Error(ErrorCode::Unsupported, {action::loadModel}, "image.family",
                {TextId("model.no_image_tower_of_family", "there is no tower for \"%1\""), family});
}

} // namespace mama
