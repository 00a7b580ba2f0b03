#pragma once
#include "core/study/study.h"

#include <optional>
#include <string>
#include <vector>

namespace mama {

// What a cell is for: a view of a side, of this exam or of the prior one.
struct PlannedCell
{
    enum class Kind { View, Displaced, Spot }; // the hung image; the implant-displaced one; a spot or magnified one
    Side side = Side::Unknown;                 // Unknown: the cell stays empty
    bool mlo = false;                          // else CC
    bool prior = false;
    Kind kind = Kind::View;
    std::string name() const; // "R CC", "prior L MLO", "R CC displaced", "L CC spot"
};

// Cells from left to right and from top to bottom, in rows of `columns`.
struct PlannedStep
{
    std::string name;
    int columns = 4;
    std::vector<PlannedCell> cells;
};

// Steps for studies of a kind, which the reader goes through on one key.
struct HangingPlan
{
    enum class When { Always, Implant, Spot };
    std::string name;
    When when = When::Always;
    std::vector<PlannedStep> steps;
};

using HangingPlans = std::vector<HangingPlan>;

// A cell with the image that hangs there: of the study, or of the prior one where the cell says so. Empty: none is
// there.
struct PlacedCell
{
    PlannedCell cell;
    std::optional<std::size_t> image;
};
struct PlacedStep
{
    std::string name;
    int columns = 4;
    std::vector<PlacedCell> cells;
};

// The first that is for studies of this kind; else the one that is wanted by name; else the first that is for all.
// Null: none fits.
const HangingPlan* planFor(const HangingPlans& plans, const Study& study, const std::string& wanted = {});
// The steps that have an image to show; of those with cells for a prior exam, displaced or spot views only those that
// have one of them. prior: null: none.
std::vector<PlacedStep> placed(const HangingPlan& plan, const Study& study, const Study* prior);

} // namespace mama
