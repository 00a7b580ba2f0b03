// What tokenizer.json puts around a text or a pair.
#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_parts.h"

namespace mama::text {
namespace {

using Part = Template::Part;

Part special(std::int32_t id, std::int32_t type) { return {Part::Kind::Special, {id}, type}; }

std::int32_t smallInteger(const nlohmann::json& value, const std::string& where)
{
    const std::int64_t number = integerOf(value, where);
    if (number < 0 || number > 0x7fffffff)
        broken(where, {TextId("tokenizer.id_out_range", "an id is out of range")});
    return static_cast<std::int32_t>(number);
}

std::vector<Part> partsOf(const nlohmann::json& list, const nlohmann::json& specials, const std::string& where)
{
    std::vector<Part> parts;
    for (const nlohmann::json& entry : list) {
        if (!entry.is_object() || entry.size() != 1)
            broken(where, {TextId("tokenizer.template_entry_must_sequence_or",
                                  "a template entry must be a Sequence or a SpecialToken")});
        const std::string kind = entry.begin().key();
        const nlohmann::json& body = entry.begin().value();
        if (!body.is_object() || parts.size() >= 256)
            broken(where, {TextId("tokenizer.template_must_up_entries_each",
                                  "a template must be up to 256 entries, each an object with \"id\"")});
        const std::string id = stringAt(body, "id", "", where);
        Part part;
        part.type = smallInteger(body.value("type_id", nlohmann::json(0)), where);
        if (kind == "Sequence" && (id == "A" || id == "B")) {
            part.kind = id == "A" ? Part::Kind::First : Part::Kind::Second;
        } else if (kind == "SpecialToken") {
            part.kind = Part::Kind::Special;
            for (const nlohmann::json& token : arrayAt(objectAt(specials, id.c_str(), where), "ids", where))
                part.ids.push_back(smallInteger(token, where));
        } else {
            broken(where, {TextId("tokenizer.template_entry_not_known", "template entry \"%1\" is not known"), kind});
        }
        parts.push_back(std::move(part));
    }
    return parts;
}

// The [token, id] of BertProcessing and RobertaProcessing.
std::int32_t idAt(const nlohmann::json& description, const char* key, const std::string& where)
{
    const nlohmann::json& entry = arrayAt(description, key, where);
    if (entry.size() != 2)
        broken(where, {TextId("tokenizer.must_token_id", "\"%1\" must be a token with its id"), key});
    return smallInteger(entry[1], where);
}

} // namespace

Template bertTemplate(std::int32_t start, std::int32_t end)
{
    const Part first{}, second{Part::Kind::Second, {}, 1};
    return {{special(start, 0), first, special(end, 0)},
            {special(start, 0), first, special(end, 0), second, special(end, 1)}};
}

Template robertaTemplate(std::int32_t start, std::int32_t end)
{
    const Part first{}, second{Part::Kind::Second, {}, 0};
    return {{special(start, 0), first, special(end, 0)},
            {special(start, 0), first, special(end, 0), special(end, 0), second, special(end, 0)}};
}

Template makeTemplate(const nlohmann::json& description, const std::string& where)
{
    if (description.is_null())
        return {};
    const std::string type = typeOf(description, where);
    if (type == "ByteLevel")
        return {};
    if (type == "TemplateProcessing") {
        static const nlohmann::json none = nlohmann::json::object();
        const nlohmann::json& specials =
            description.contains("special_tokens") ? objectAt(description, "special_tokens", where) : none;
        return {partsOf(arrayAt(description, "single", where), specials, where),
                partsOf(arrayAt(description, "pair", where), specials, where)};
    }
    if (type == "BertProcessing")
        return bertTemplate(idAt(description, "cls", where), idAt(description, "sep", where));
    if (type == "RobertaProcessing")
        return robertaTemplate(idAt(description, "cls", where), idAt(description, "sep", where));
    if (type == "Sequence") {
        Template found;
        const nlohmann::json& list = arrayAt(description, "processors", where);
        for (std::size_t i = 0; i < list.size(); ++i)
            if (Template step = makeTemplate(list[i], inside(where, i)); !step.single.empty()) {
                if (!found.single.empty())
                    unsupported("post-processor", "Sequence of two templates", where);
                found = std::move(step);
            }
        return found;
    }
    unsupported("post-processor", type, where);
}

} // namespace mama::text
