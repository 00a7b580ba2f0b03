#pragma once
#include "core/protocol/engine_requests.h"
#include "core/zeroshot/classify.h"
#include "core/zeroshot/query.h"

// A client's requests as what core takes. Error(Usage) names a word that is none of a fusion rule, a pooling, a
// precision or a task.
namespace mama::engine {

// What the request leaves open comes from `defaults`.
ComputeOptions computeOptions(const protocol::LoadRequest& request, const ComputeOptions& defaults);
// Images that the client has hung itself.
ImageSelection hungImages(const protocol::EncodeRequest& request);
SelectionOptions selectionOptions(const protocol::EncodeRequest& request);
QueryOptions queryOptions(const protocol::QueryRequest& request);
// No prompts: a linear probe's own classes. model: whose prompts a task's are.
ClassifyOptions classifyOptions(const protocol::ClassifyRequest& request, const Model& model);

} // namespace mama::engine
