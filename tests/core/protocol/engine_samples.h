#pragma once
#include "core/protocol/classify_reply.h"
#include "core/protocol/engine_requests.h"
#include "core/protocol/query_reply.h"
#include "core/protocol/text_vectors.h"

// One message of each kind with every field filled, none with its default where another value is possible.
namespace mama::test {

protocol::HelloRequest helloRequest();
protocol::ModelsRequest modelsRequest();
protocol::LoadRequest loadRequest();
protocol::EncodeRequest imagesRequest();
protocol::EncodeRequest pathsRequest();
protocol::QueryRequest queryRequest();
protocol::ClassifyRequest promptsRequest();
protocol::ClassifyRequest taskRequest();
protocol::PrepareRequest prepareRequest();
protocol::TextVectorsRequest textVectorsRequest();

protocol::ModelReply modelReply();
protocol::HelloReply helloReply();
protocol::ModelsReply modelsReply();
protocol::EncodeReply encodeReply();
protocol::QueryReply queryReply();
protocol::TextVectorsReply textVectorsReply();
protocol::ClassifyReply classifyReply();
protocol::PrepareReply prepareReply();
protocol::CacheReply cacheReply();

} // namespace mama::test
