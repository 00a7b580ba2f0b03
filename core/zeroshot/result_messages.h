#pragma once
#include "core/protocol/classify_reply.h"
#include "core/protocol/query_reply.h"
#include "core/zeroshot/classify.h"
#include "core/zeroshot/query.h"

// Results as the engine answers them and the command line prints them: one form for both.
namespace mama {

// An encoded image: geometry, what was seen, footprint, grid; with the masks of breast and of what was seen, or
// without.
protocol::EncodedImage encodedImage(const ScoredImage& image, std::size_t index, bool masks);
std::vector<protocol::NotUsed> notUsed(const std::vector<NotScored>& list);
// study: the id that the engine gives it.
protocol::EncodeReply encodeReply(const EncodedStudy& study, const std::string& id);
// Of a reference without a set.
UserText whyNoRanks(const LoadedReference& reference);
// What is to be told of an image, and of its maps.
std::vector<UserText> warningsOf(const QueryResult& result, const EncodedStudy& study, std::size_t image);
// Without maps.
protocol::QueryReply queryReply(const QueryResult& result, const EncodedStudy& study);
protocol::ClassifyReply classifyReply(const ClassifyResult& result, const EncodedStudy& study);
// What the model sees of a prepared image; spacing: empty, no mm. Masks row by row over the patch grid.
protocol::PatchGrid patchGrid(const Geometry& geometry, const std::optional<Spacing>& spacing);

} // namespace mama
