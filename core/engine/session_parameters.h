#pragma once
#include "core/protocol/parameters.h"
#include "core/zeroshot/classify.h"
#include "core/zeroshot/query.h"

#include <filesystem>
#include <string>
#include <vector>

// Requests from a client's params, checked; each failure is an Error(Usage) that names the field.
namespace mama::engine {

ComputeOptions computeOptions(protocol::Parameters& fields, const ComputeOptions& defaults);

struct EncodeRequest
{
    std::vector<std::filesystem::path> paths; // to be scanned; or
    ImageSelection images;                    // hung by the client
    SelectionOptions selection;
};
EncodeRequest encodeRequest(protocol::Parameters& fields);

struct QueryRequest
{
    enum class Maps { Inline, Files, None };
    std::vector<std::string> texts;
    QueryOptions options;
    Maps maps = Maps::Inline;
    std::string folder;
};
QueryRequest queryRequest(protocol::Parameters& fields);

struct ClassifyRequest
{
    PromptSet prompts; // no class: a linear probe's own
    ClassifyOptions options;
};
ClassifyRequest classifyRequest(protocol::Parameters& fields);

} // namespace mama::engine
