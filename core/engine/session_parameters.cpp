#include "core/engine/session_parameters.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/path_text.h"
#include "core/zeroshot/model_prompts.h"

namespace mama::engine {
namespace {

// The value whose name the protocol has let through.
template <class Value>
Value byName(std::initializer_list<Value> values, const std::string& text)
{
    for (const Value value : values)
        if (text == name(value))
            return value;
    throw Error(ErrorCode::Internal, {action::readParameters}, text,
                {TextId("engine.unknown_name", "the protocol has a name that core does not know")});
}

// A side that is not named follows from the slot.
Side sideOf(Slot slot)
{
    return slot == Slot::RCC || slot == Slot::RMLO ? Side::Right : slot == Slot::Extra ? Side::Unknown : Side::Left;
}

std::vector<PromptSet> promptsOf(const protocol::ClassifyRequest& request, const Model& model)
{
    if (request.task)
        return {promptsFor(model, {*request.task, {}}, request.prefix)};
    if (request.prompts.empty())
        return {};
    PromptSet set{"prompts", {}};
    for (const protocol::ClassPrompts& one : request.prompts)
        set.classes.emplace_back(one.label, one.prompts);
    return {std::move(set)};
}

} // namespace

ComputeOptions computeOptions(const protocol::LoadRequest& request, const ComputeOptions& defaults)
{
    ComputeOptions out = defaults;
    out.device = request.device.value_or(defaults.device);
    if (request.precision)
        out.precision = parsePrecision(*request.precision);
    out.threads = request.threads.value_or(defaults.threads);
    return out;
}

ImageSelection hungImages(const protocol::EncodeRequest& request)
{
    ImageSelection out;
    for (const protocol::ImageToEncode& one : request.images) {
        ImageToScore image;
        image.path = pathFromText(one.path);
        image.frame = one.frame;
        image.slot = byName({Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO, Slot::Extra}, one.slot);
        image.side =
            one.side ? byName({Side::Right, Side::Left, Side::Both, Side::Unknown}, *one.side) : sideOf(image.slot);
        image.view = one.view;
        if (one.spacing)
            image.spacing = Spacing{one.spacing->row, one.spacing->column};
        out.images.push_back(std::move(image));
    }
    return out;
}

SelectionOptions selectionOptions(const protocol::EncodeRequest& request)
{
    return {request.processing, request.frame, request.studyUid};
}

QueryOptions queryOptions(const protocol::QueryRequest& request)
{
    QueryOptions out;
    out.texts = request.texts;
    out.headings = request.headings;
    out.fusion = fusionRuleByName(request.fusion);
    out.pooling = poolingByName(request.pooling);
    out.prefix = request.prefix;
    out.raw = request.raw;
    out.maps = request.maps != protocol::MapsWanted::None;
    out.allSentences = request.allSentences;
    if (request.mapMinus == name(MapMinus::What::Way))
        out.minus.what = MapMinus::What::Way;
    else
        out.minus = mapMinusByName(request.mapMinus, request.mapMinusText);
    return out;
}

ClassifyOptions classifyOptions(const protocol::ClassifyRequest& request, const Model& model)
{
    ClassifyOptions out;
    out.prompts = promptsOf(request, model);
    out.fusion = fusionRuleByName(request.fusion);
    out.pooling = poolingByName(request.pooling);
    out.raw = request.raw;
    out.length = request.length;
    if (!request.task)
        out.prefix = request.prefix; // the task's prompts hold it already
    else if (out.length == 0)
        out.length = promptLength(model, {*request.task, {}});
    return out;
}

} // namespace mama::engine
