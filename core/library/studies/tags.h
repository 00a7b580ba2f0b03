#pragma once
#include "core/library/collection/library.h"

#include <span>

namespace mama {

struct Tag
{
    std::int64_t id = 0;
    std::string name, colour; // colour: "#rrggbb"
    std::optional<int> key;   // the digit that sets it
    std::int64_t uses = 0;
};

struct TagRequest
{
    std::string name;            // made if there is none; case does not tell tags apart
    std::string level = "study"; // patient, study, image, finding
    std::span<const std::int64_t> targets;
    bool remove = false;
};

// One command for all targets. Targets that have the tag already (or have it not) count for nothing. Error(Usage): no
// name, a target that is not there.
Change tag(Library& library, const TagRequest& request);
// Another name; with the name of another tag Error(Usage).
Change renameTag(Library& library, const std::string& name, const std::string& to);
// Takes it from everything and away.
Change deleteTag(Library& library, const std::string& name);
std::vector<Tag> tags(Library& library); // by name

} // namespace mama
