#pragma once
#include "core/library/studies/study_columns.h"

#include <span>

namespace mama {

// What a reader says of things.
struct LabelRequest
{
    std::string level;                     // patient, study, breast, image, finding
    std::span<const std::int64_t> targets; // of a breast: its study
    std::string side;                      // of a breast R or L, else empty
    std::string task, value;               // "density", "C"
    bool adjudicated = false;              // settles what readers say differently
};

// A label on each target, in one command. None is overwritten: the author's own earlier one on the same thing, or an
// earlier settlement, is marked as replaced by it, and what was imported or others said stays beside. Targets of which
// the author says just that already count for nothing. What counts is adjudicated before reader before imported, of
// equals the newest. Error(Usage): no task or value, a BI-RADS assessment, density or cancer that is off its scale, a
// target that is not there.
Change label(Library& library, const LabelRequest& request);

// Ids of what belongs to studies: their images or findings, of one side if it is given; patients and studies as they
// are. Error(Usage) for another level.
std::vector<std::int64_t> targetsOf(Library& library, const std::string& level, std::span<const std::int64_t> studies,
                                    const std::string& side);

// What can be said of things, and what is said of some studies now.
struct LabelValue
{
    std::string value, means; // of a code, as a data set's legend says
    std::size_t studies = 0;  // of these, that have it
};
struct LabelTask
{
    std::string name; // as a filter writes it: "mass_shape"
    std::vector<LabelValue> values;
};
// Those with a scale first, all its values; then the others that the library has, by name.
std::vector<LabelTask> labelTasks(const StudyColumns& columns, const StudySet& among);

} // namespace mama
