#include "core/protocol/engine_replies.h"

#include "core/protocol/image_name_fields.h"

namespace mama::protocol {

using nlohmann::json;

void fields(auto& list, Is<ModelReply> auto& model)
{
    list.need("name", model.name);
    list.need("hash", model.hash);
    list.need("path", model.path);
    list.need("kind", model.kind);
    list.need("trained_on", model.trainedOn);
    list.need("licence", model.licence);
    list.need("notice", model.notice);
    list.need("profile", model.profile);
    list.need("profile_version", model.profileVersion);
    list.need("pooling", model.pooling);
    list.need("compat", model.compat);
    list.need("precision", model.precision);
    list.need("device", model.device);
    list.need("threads", model.threads);
    list.need("maps", model.maps);
    list.need("text", model.text);
    list.need("input_size", model.inputSize);
    list.need("patch", model.patch);
    list.need("embedding", model.embedding);
    list.need("logit_scale", model.logitScale);
    list.need("classes", model.classes);
    list.need("examples", model.examples);
    list.may("map_ways", model.mapWays);
    list.need("mean_maps", model.meanMaps);
}

void fields(auto& list, Is<HelloReply::Processor> auto& processor)
{
    list.need("name", processor.name);
    list.need("cores", processor.cores);
}

void fields(auto& list, Is<HelloReply::Limits> auto& limits)
{
    list.need("line_bytes", limits.lineBytes);
    list.need("in_flight", limits.inFlight);
}

void fields(auto& list, Is<HelloReply> auto& hello)
{
    list.need("protocol", hello.protocol);
    list.need("program", hello.program);
    list.need("version", hello.programVersion);
    list.need("pid", hello.pid);
    list.need("processor", hello.processor);
    list.need("limits", hello.limits);
    list.orNull("model", hello.model);
    list.need("methods", hello.methods);
    list.need("notice", hello.notice);
}

void fields(auto& list, Is<NotUsed> auto& one)
{
    list.need("path", one.path);
    list.need("reason", one.reason);
    list.may("reason_text", one.reasonText);
}

void fields(auto& list, Is<ModelsReply::Found> auto& model)
{
    list.need("name", model.name);
    list.need("path", model.path);
}

void fields(auto& list, Is<ModelsReply> auto& reply)
{
    list.need("models", reply.models);
    list.need("problems", reply.problems);
}

void fields(auto& list, Is<LoadReply> auto& reply) { list.need("model", reply.model); }

void fields(auto& list, Is<PatchGrid> auto& patches)
{
    list.need("grid", patches.grid);
    list.need("geometry", patches.geometry);
    list.need("seen", patches.seen);
    list.orNull("patch_mm", patches.patchMm);
    list.may("breast", patches.breast);
    list.may("inside", patches.inside);
}

void fields(auto& list, Is<EncodedImage> auto& image)
{
    fields(list, image.image);
    list.need("cached", image.cached);
    list.need("milliseconds", image.milliseconds);
    fields(list, image.patches);
    list.need("warnings", image.warnings);
    list.need("kept", image.kept);
    list.may("anew_milliseconds", image.anewMilliseconds);
}

void fields(auto& list, Is<EncodeReply> auto& reply)
{
    list.need("study", reply.study);
    list.need("images", reply.images);
    list.need("skipped", reply.skipped);
    list.need("refused", reply.refused);
}

void fields(auto& list, Is<PrepareReply> auto& reply)
{
    list.need("profile", reply.profile);
    list.need("profile_version", reply.profileVersion);
    list.need("cropped", reply.cropped);
    fields(list, reply.patches);
    list.need("size", reply.size);
    list.may("picture", reply.picture);
}

void fields(auto& list, Is<CacheReply> auto& reply)
{
    list.need("folder", reply.folder);
    list.need("entries", reply.entries);
    list.need("bytes", reply.bytes);
    list.need("limit", reply.limit);
    list.need("hits", reply.hits);
    list.need("misses", reply.misses);
    list.need("writes", reply.writes);
    list.need("evicted", reply.evicted);
    list.need("corrupt", reply.corrupt);
    list.need("failed_writes", reply.failedWrites);
    list.need("kept_images", reply.keptImages);
    list.need("kept_bytes", reply.keptBytes);
    list.need("memory", reply.memory);
    list.need("memory_limit", reply.memoryLimit);
}

void fields(auto& list, Is<CancelReply> auto& reply) { list.need("cancelled", reply.cancelled); }

json HelloReply::toJson() const { return written(*this); }
json ModelsReply::toJson() const { return written(*this); }
json LoadReply::toJson() const { return written(*this); }
json EncodedImage::toJson() const { return written(*this); }
json EncodeReply::toJson() const { return written(*this); }
json PrepareReply::toJson() const { return written(*this); }
json CacheReply::toJson() const { return written(*this); }
json CancelReply::toJson() const { return written(*this); }

HelloReply HelloReply::fromJson(const json& result) { return readReply<HelloReply>(result); }
ModelsReply ModelsReply::fromJson(const json& result) { return readReply<ModelsReply>(result); }
LoadReply LoadReply::fromJson(const json& result) { return readReply<LoadReply>(result); }
EncodeReply EncodeReply::fromJson(const json& result) { return readReply<EncodeReply>(result); }
PrepareReply PrepareReply::fromJson(const json& result) { return readReply<PrepareReply>(result); }
CacheReply CacheReply::fromJson(const json& result) { return readReply<CacheReply>(result); }
CancelReply CancelReply::fromJson(const json& result) { return readReply<CancelReply>(result); }

json toJson(const std::vector<NotUsed>& list)
{
    json out = json::array();
    for (const NotUsed& one : list)
        out.push_back(written(one));
    return out;
}

} // namespace mama::protocol
