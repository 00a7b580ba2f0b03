#include "core/protocol/engine_requests.h"

#include "core/protocol/message_fields.h"

#include <algorithm>
#include <cmath>

namespace mama::protocol {

using nlohmann::json;

namespace {

constexpr int mostOfAny = 1'000'000; // frames, tokens
constexpr std::size_t mostFolders = 64, mostImages = 256, mostPaths = 10'000, mostTexts = 256, mostPrompts = 1024;
constexpr std::array slots{"RCC", "LCC", "RMLO", "LMLO", "extra"};
constexpr std::array sides{"R", "L", "B", ""};
constexpr std::array mapsNames{"inline", "files", "none"};
constexpr std::array minusNames{"none", "reference", "neutral", "sentence", "way"};

bool isOneOf(const auto& names, const std::string& text)
{
    return std::find(names.begin(), names.end(), text) != names.end();
}

std::string inQuotes(const std::string& text) { return "\"" + text + "\""; }

} // namespace

json valueOf(MapsWanted maps) { return mapsNames[static_cast<std::size_t>(maps)]; }

void readValue(Parameters& in, const char* field, MapsWanted& maps)
{
    const std::string text = in.text(field);
    const auto found = std::find(mapsNames.begin(), mapsNames.end(), text);
    if (found == mapsNames.end())
        in.refuse(field, inQuotes(text) + " is none of inline, files, none");
    maps = static_cast<MapsWanted>(found - mapsNames.begin());
}

json valueOf(const SpacingMm& spacing) { return {spacing.row, spacing.column}; }

void readValue(Parameters& in, const char* field, SpacingMm& spacing)
{
    const json& value = in.value(field);
    const bool pair = value.is_array() && value.size() == 2 && value[0].is_number() && value[1].is_number();
    if (pair)
        spacing = {value[0].get<double>(), value[1].get<double>()};
    if (!(spacing.row > 0) || !(spacing.column > 0) || !std::isfinite(spacing.row + spacing.column))
        in.refuse(field, "must be [row, column], two positive numbers");
}

// An entry of a list of classes; `prompts` may be one text.
struct ClassEntry
{
    std::string label;
    json prompts;
};

void fields(auto& list, Is<ClassEntry> auto& entry)
{
    list.need("class", entry.label);
    list.may("prompts", entry.prompts);
}

json valueOf(const std::vector<ClassPrompts>& classes)
{
    json out = json::array();
    for (const ClassPrompts& one : classes)
        out.push_back(written(ClassEntry{one.label, one.prompts}));
    return out;
}

namespace {

ClassPrompts classPrompts(const Parameters& in, const char* field, const std::string& label, const json& prompts)
{
    ClassPrompts out{label, {}};
    for (const json& one : prompts.is_array() ? prompts : json::array({prompts})) {
        if (!one.is_string() || one.get<std::string>().empty())
            in.refuse(field, "class " + inQuotes(label) + " needs one or more texts");
        out.prompts.push_back(one.get<std::string>());
    }
    if (out.prompts.empty())
        in.refuse(field, "class " + inQuotes(label) + " has no prompt");
    return out;
}

} // namespace

// An object of classes, or a list that keeps any order.
void readValue(Parameters& in, const char* field, std::vector<ClassPrompts>& classes)
{
    const json& value = in.value(field);
    if (value.is_object())
        for (const auto& [label, prompts] : value.items())
            classes.push_back(classPrompts(in, field, label, prompts));
    else if (value.is_array())
        for (Parameters& each : in.objects(field, 0, value.size())) {
            ClassEntry entry;
            FieldReader list(each);
            fields(list, entry);
            classes.push_back(classPrompts(in, field, entry.label, entry.prompts));
            each.finish();
        }
    else
        in.refuse(field, "must be an object of classes, or a list of {\"class\", \"prompts\"}");
    std::size_t total = 0;
    for (const ClassPrompts& one : classes)
        total += one.prompts.size();
    if (total == 0 || total > mostPrompts)
        in.refuse(field, "must hold 1 to " + std::to_string(mostPrompts) + " prompts");
}

void fields(auto& list, Is<HelloRequest> auto& hello)
{
    list.may("client", hello.client);
    list.need("protocol", hello.protocol, Range{0, mostOfAny});
    list.check(hello.protocol == version, "the client speaks version " + std::to_string(hello.protocol) +
                                              ", this engine version " + std::to_string(version));
}

void fields(auto& list, Is<ModelsRequest> auto& models) { list.may("folders", models.folders, Count{0, mostFolders}); }

void fields(auto& list, Is<LoadRequest> auto& load)
{
    list.need(modelField, load.model);
    list.may("device", load.device);
    list.may("precision", load.precision);
    list.may("threads", load.threads, Range{0, 1024});
}

void fields(auto& list, Is<ImageToEncode> auto& image)
{
    list.need("path", image.path);
    list.may("frame", image.frame, Range{0, mostOfAny});
    list.may("slot", image.slot);
    list.check(isOneOf(slots, image.slot), inQuotes(image.slot) + " is none of RCC, LCC, RMLO, LMLO, extra");
    list.may("side", image.side);
    list.check(!image.side || isOneOf(sides, *image.side),
               inQuotes(image.side.value_or("")) + " is none of R, L, B or empty");
    list.may("view", image.view);
    list.may("spacing_mm", image.spacing);
}

void fields(auto& list, Is<EncodeRequest> auto& encode)
{
    const bool images = list.has("images");
    list.may("paths", encode.paths, Count{images ? 0U : 1U, mostPaths});
    list.check(images != list.has("paths"), "give either paths or images");
    list.may("images", encode.images, Count{1, mostImages});
    list.may("map_way", encode.mapWay);
    list.may("profile", encode.profile);
    if (encode.paths.empty())
        return;
    list.may("study_uid", encode.studyUid);
    list.may("processing", encode.processing);
    list.may("frame", encode.frame, Range{0, mostOfAny});
}

void fields(auto& list, Is<QueryRequest> auto& query)
{
    list.need(studyField, query.study);
    list.need("texts", query.texts, Count{1, mostTexts});
    list.may("headings", query.headings, Count{0, mostTexts});
    list.may("fusion", query.fusion);
    list.may("pooling", query.pooling);
    list.may("prefix", query.prefix);
    list.may("raw", query.raw);
    list.may("all_sentences", query.allSentences);
    list.may("maps", query.maps);
    list.may("map_minus", query.mapMinus);
    list.check(isOneOf(minusNames, query.mapMinus),
               inQuotes(query.mapMinus) + " is none of none, reference, neutral, sentence, way");
    list.may("map_minus_text", query.mapMinusText);
    list.check((query.mapMinus == "sentence") == !query.mapMinusText.empty(),
               "goes with map_minus: sentence, which needs it");
    list.may(mapMinusStudyField, query.mapMinusStudy);
    list.check((query.mapMinus == "way") == !query.mapMinusStudy.empty(), "goes with map_minus: way, which needs it");
    list.may("folder", query.folder);
    list.check(query.maps != MapsWanted::Files || !query.folder.empty(), "is needed for maps in files");
}

void fields(auto& list, Is<ClassifyRequest> auto& classify)
{
    list.need(studyField, classify.study);
    list.may("fusion", classify.fusion);
    list.may("pooling", classify.pooling);
    list.may("prefix", classify.prefix);
    list.may("raw", classify.raw);
    list.may("length", classify.length, Range{0, mostOfAny});
    list.may("task", classify.task);
    list.check(!classify.task || !list.has("prompts"), "give either task or prompts");
    list.may("prompts", classify.prompts);
}

void fields(auto& list, Is<PrepareRequest> auto& prepare)
{
    list.need("path", prepare.path);
    list.may("frame", prepare.frame, Range{0, mostOfAny});
    list.may("profile", prepare.profile);
    list.may("size", prepare.size);
    list.may("patch", prepare.patch);
    list.may("picture", prepare.picture);
}

void fields(auto& list, Is<ReleaseRequest> auto& release) { list.need(studyField, release.study); }

void fields(auto& list, Is<CancelRequest> auto& cancel)
{
    list.may("id", cancel.id);
    list.check(cancel.id.is_number_integer() || cancel.id.is_string(), "must be the id of a request");
}

json HelloRequest::toJson() const { return written(*this); }
json ModelsRequest::toJson() const { return written(*this); }
json LoadRequest::toJson() const { return written(*this); }
json EncodeRequest::toJson() const { return written(*this); }
json QueryRequest::toJson() const { return written(*this); }
json ClassifyRequest::toJson() const { return written(*this); }
json PrepareRequest::toJson() const { return written(*this); }
json ReleaseRequest::toJson() const { return written(*this); }
json CancelRequest::toJson() const { return written(*this); }

HelloRequest HelloRequest::fromJson(const json& params) { return readRequest<HelloRequest>(params); }
ModelsRequest ModelsRequest::fromJson(const json& params)
{
    if (params.is_object() && params.contains("folders") && params["folders"].is_string())
        Parameters(params).refuse("folders", "must be a list of texts"); // one text would be taken for a list of one
    return readRequest<ModelsRequest>(params);
}
LoadRequest LoadRequest::fromJson(const json& params) { return readRequest<LoadRequest>(params); }
EncodeRequest EncodeRequest::fromJson(const json& params) { return readRequest<EncodeRequest>(params); }
QueryRequest QueryRequest::fromJson(const json& params) { return readRequest<QueryRequest>(params); }
ClassifyRequest ClassifyRequest::fromJson(const json& params) { return readRequest<ClassifyRequest>(params); }
PrepareRequest PrepareRequest::fromJson(const json& params) { return readRequest<PrepareRequest>(params); }
ReleaseRequest ReleaseRequest::fromJson(const json& params) { return readRequest<ReleaseRequest>(params); }
CancelRequest CancelRequest::fromJson(const json& params) { return readRequest<CancelRequest>(params); }

void NoParameters::refuseAny(const json& params) { Parameters(params).finish(); }

} // namespace mama::protocol
