#include "core/engine/session_parameters.h"

#include "core/base/error.h"

#include <cmath>

namespace mama::engine {
namespace {

using nlohmann::json;
using protocol::Parameters;

constexpr std::size_t mostImages = 256, mostTexts = 64, mostPrompts = 1024;

Slot slotByName(const Parameters& fields, const std::string& text)
{
    for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO, Slot::Extra})
        if (text == name(slot))
            return slot;
    fields.refuse("slot", "\"" + text + "\" is none of RCC, LCC, RMLO, LMLO, extra");
}

Side sideByName(const Parameters& fields, const std::string& text)
{
    for (const Side side : {Side::Right, Side::Left, Side::Both, Side::Unknown})
        if (text == name(side))
            return side;
    fields.refuse("side", "\"" + text + "\" is none of R, L, B or empty");
}

std::optional<Spacing> spacing(Parameters& fields)
{
    const json& value = fields.value("spacing_mm");
    if (value.is_null())
        return {};
    const bool pair = value.is_array() && value.size() == 2 && value[0].is_number() && value[1].is_number();
    if (!pair || !(value[0].get<double>() > 0) || !(value[1].get<double>() > 0) ||
        !std::isfinite(value[0].get<double>() + value[1].get<double>()))
        fields.refuse("spacing_mm", "must be [row, column], two positive numbers");
    return Spacing{value[0].get<double>(), value[1].get<double>()};
}

// A side that is not named follows from the slot.
Side sideOf(Slot slot)
{
    return slot == Slot::RCC || slot == Slot::RMLO ? Side::Right : slot == Slot::Extra ? Side::Unknown : Side::Left;
}

ImageSelection imageList(const Parameters& outer, const json& list)
{
    if (!list.is_array() || list.empty() || list.size() > mostImages)
        outer.refuse("images", "must be a list of 1 to " + std::to_string(mostImages) + " images");
    ImageSelection out;
    for (std::size_t i = 0; i < list.size(); ++i) {
        Parameters fields(list[i], "images[" + std::to_string(i) + "].");
        ImageToScore image;
        image.path = fields.text("path");
        image.frame = fields.number("frame", 0, 0, 1'000'000);
        image.slot = slotByName(fields, fields.text("slot", "extra"));
        image.side = fields.has("side") ? sideByName(fields, fields.text("side")) : sideOf(image.slot);
        image.view = fields.text("view", {});
        image.spacing = spacing(fields);
        fields.finish();
        out.images.push_back(std::move(image));
    }
    return out;
}

void addClass(const Parameters& fields, PromptSet& set, const std::string& label, const json& prompts)
{
    std::vector<std::string> texts;
    for (const json& one : prompts.is_array() ? prompts : json::array({prompts})) {
        if (!one.is_string() || one.get<std::string>().empty())
            fields.refuse("prompts", "class \"" + label + "\" needs one or more texts");
        texts.push_back(one.get<std::string>());
    }
    if (texts.empty())
        fields.refuse("prompts", "class \"" + label + "\" has no prompt");
    set.classes.emplace_back(label, std::move(texts));
}

PromptSet promptSet(const Parameters& fields, const json& value)
{
    PromptSet set;
    set.name = "prompts";
    if (value.is_object()) {
        for (const auto& [label, prompts] : value.items())
            addClass(fields, set, label, prompts);
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            Parameters one(value[i], "prompts[" + std::to_string(i) + "].");
            const std::string label = one.text("class");
            addClass(fields, set, label, one.value("prompts"));
            one.finish();
        }
    } else {
        fields.refuse("prompts", "must be an object of classes, or a list of {\"class\", \"prompts\"}");
    }
    std::size_t total = 0;
    for (const auto& [label, prompts] : set.classes)
        total += prompts.size();
    if (total == 0 || total > mostPrompts)
        fields.refuse("prompts", "must hold 1 to " + std::to_string(mostPrompts) + " prompts");
    return set;
}

} // namespace

ComputeOptions computeOptions(Parameters& fields, const ComputeOptions& defaults)
{
    ComputeOptions out = defaults;
    out.device = fields.text("device", defaults.device);
    if (fields.has("precision"))
        out.precision = parsePrecision(fields.text("precision"));
    out.threads = fields.number("threads", defaults.threads, 0, 1024);
    return out;
}

EncodeRequest encodeRequest(Parameters& fields)
{
    EncodeRequest out;
    if (fields.has("paths") == fields.has("images"))
        fields.refuse("paths", "give either paths or images");
    if (fields.has("images")) {
        out.images = imageList(fields, fields.value("images"));
        return out;
    }
    for (const std::string& path : fields.texts("paths", 1, 10'000))
        out.paths.emplace_back(path);
    out.selection.studyUid = fields.text("study_uid", {});
    out.selection.processing = fields.flag("processing", false);
    if (fields.has("frame"))
        out.selection.frame = fields.number("frame", 0, 0, 1'000'000);
    return out;
}

QueryRequest queryRequest(Parameters& fields)
{
    QueryRequest out;
    out.texts = fields.texts("texts", 1, mostTexts);
    out.options.fusion = fusionRuleByName(fields.text("fusion", "maximum"));
    out.options.pooling = poolingByName(fields.text("pooling", "default"));
    out.options.prefix = fields.text("prefix", {});
    out.options.raw = fields.flag("raw", false);
    out.options.allSentences = fields.flag("all_sentences", false);
    const std::string maps = fields.text("maps", "inline");
    if (maps != "inline" && maps != "files" && maps != "none")
        fields.refuse("maps", "\"" + maps + "\" is none of inline, files, none");
    out.maps = maps == "inline"  ? QueryRequest::Maps::Inline
               : maps == "files" ? QueryRequest::Maps::Files
                                 : QueryRequest::Maps::None;
    out.options.maps = out.maps != QueryRequest::Maps::None;
    out.folder = fields.text("folder", {});
    if (out.maps == QueryRequest::Maps::Files && out.folder.empty())
        fields.refuse("folder", "is needed for maps in files");
    return out;
}

ClassifyRequest classifyRequest(Parameters& fields)
{
    ClassifyRequest out;
    out.options.fusion = fusionRuleByName(fields.text("fusion", "maximum"));
    out.options.pooling = poolingByName(fields.text("pooling", "default"));
    out.options.raw = fields.flag("raw", false);
    const int length = fields.number("length", 0, 0, 1'000'000);
    const std::string prefix = fields.text("prefix", {});
    if (fields.has("task") && fields.has("prompts"))
        fields.refuse("task", "give either task or prompts");
    if (fields.has("task")) {
        const Task task = taskByName(fields.text("task"));
        out.prompts = classPrompts(task, prefix);
        out.options.length = length > 0 ? length : captionLength(task);
    } else if (fields.has("prompts")) {
        out.prompts = promptSet(fields, fields.value("prompts"));
        out.options.prefix = prefix;
        out.options.length = length;
    }
    return out;
}

} // namespace mama::engine
