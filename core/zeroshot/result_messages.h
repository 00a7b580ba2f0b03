#pragma once
#include "core/zeroshot/classify.h"
#include "core/zeroshot/query.h"

#include <nlohmann/json_fwd.hpp>

// Results as the command line and the engine print them; one form for both.
namespace mama {

// An encoded image: geometry, what was seen, footprint, grid. Masks are left to the caller.
nlohmann::json toJson(const ScoredImage& image, std::size_t index);
// {"path", "reason"} each.
nlohmann::json toJson(const std::vector<NotScored>& list);
// Without maps.
nlohmann::json toJson(const QueryResult& result, const EncodedStudy& study);
nlohmann::json toJson(const ClassifyResult& result, const EncodedStudy& study);

// mm [height, width] of a patch, or null without spacing.
nlohmann::json patchSizeJson(const Geometry& geometry, const std::optional<Spacing>& spacing);
// [x0, y0, x1, y1], stored pixels.
nlohmann::json seenJson(const Geometry& geometry);

} // namespace mama
