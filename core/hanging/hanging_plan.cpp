#include "core/hanging/hanging_plan.h"

#include <algorithm>

namespace mama {
namespace {

bool isSpot(const StudyImage& image) { return image.hasModifier("S") || image.hasModifier("M"); }

bool isDisplaced(const StudyImage& image) { return image.hasModifier("ID"); }

// CC and what is taken like it, or MLO and what stands in for it.
bool isLike(const StudyImage& image, bool mlo)
{
    const bool craniocaudal = image.view.find("CC") != std::string::npos || image.view == "FB";
    return !image.view.empty() && craniocaudal != mlo;
}

Slot slotOf(const PlannedCell& cell)
{
    const bool right = cell.side == Side::Right;
    return cell.mlo ? (right ? Slot::RMLO : Slot::LMLO) : right ? Slot::RCC : Slot::LCC;
}

// Of several that fit the first in the study's own order. The plain view is never a displaced one where both are there.
std::optional<std::size_t> imageFor(const PlannedCell& cell, const Study& study)
{
    if (cell.side == Side::Unknown)
        return {};
    const auto fits = [&](const StudyImage& image) {
        if (cell.kind == PlannedCell::Kind::View)
            return image.slot == slotOf(cell);
        return image.side == cell.side && isLike(image, cell.mlo) &&
               (cell.kind == PlannedCell::Kind::Displaced ? isDisplaced(image) && !isSpot(image) : isSpot(image));
    };
    const auto found = std::ranges::find_if(study.images, fits);
    return found == study.images.end() ? std::nullopt
                                       : std::optional(static_cast<std::size_t>(found - study.images.begin()));
}

} // namespace

std::string PlannedCell::name() const
{
    if (side == Side::Unknown)
        return {};
    return std::string(prior ? "prior " : "") + (side == Side::Right ? "R " : "L ") + (mlo ? "MLO" : "CC") +
           (kind == Kind::Displaced ? " displaced"
            : kind == Kind::Spot    ? " spot"
                                    : "");
}

const HangingPlan* planFor(const HangingPlans& plans, const Study& study, const std::string& wanted)
{
    const HangingPlan* all = nullptr;
    for (const HangingPlan& plan : plans) {
        const bool always = plan.when == HangingPlan::When::Always;
        if (always && (!all || plan.name == wanted))
            all = &plan;
        if (!always &&
            std::ranges::any_of(study.images, plan.when == HangingPlan::When::Implant ? isDisplaced : isSpot))
            return &plan;
    }
    return all;
}

std::vector<PlacedStep> placed(const HangingPlan& plan, const Study& study, const Study* prior)
{
    std::vector<PlacedStep> steps;
    for (const PlannedStep& step : plan.steps) {
        PlacedStep out{step.name, step.columns, {}};
        bool any = false, special = false, anySpecial = false;
        for (const PlannedCell& cell : step.cells) {
            const bool plain = !cell.prior && cell.kind == PlannedCell::Kind::View;
            const auto image = cell.prior ? (prior ? imageFor(cell, *prior) : std::nullopt) : imageFor(cell, study);
            any = any || image;
            special = special || !plain;
            anySpecial = anySpecial || (!plain && image);
            out.cells.push_back({cell, image});
        }
        if (any && (anySpecial || !special))
            steps.push_back(std::move(out));
    }
    return steps;
}

} // namespace mama
