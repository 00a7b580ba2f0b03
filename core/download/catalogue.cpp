#include "core/download/catalogue.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/download/built_in_catalogue.h"
#include "core/download/download_actions.h"
#include "core/download/hub_address.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace mama {
namespace {

using nlohmann::json;

// One object of the catalogue; every complaint names where it stands.
class Reader
{
public:
    Reader(const json& object, std::string where) : m_object(object), m_where(std::move(where))
    {
        if (!object.is_object())
            wrong({TextId("catalogue.not_object", "an object is expected")});
    }

    std::string text(const char* key)
    {
        const json* value = take(key);
        if (!value || !value->is_string() || value->get_ref<const std::string&>().empty())
            wrong({TextId("catalogue.no_text", "%1 must be a text that is not empty"), key});
        return value->get<std::string>();
    }
    std::string textIfThere(const char* key) { return m_object.contains(key) ? text(key) : std::string(); }
    const json& list(const char* key)
    {
        const json* value = take(key);
        if (!value || !value->is_array())
            wrong({TextId("catalogue.no_list", "%1 must be a list"), key});
        return *value;
    }
    std::optional<json> object(const char* key)
    {
        const json* value = take(key);
        if (value && !value->is_object())
            wrong({TextId("catalogue.no_object", "%1 must be an object"), key});
        return value ? std::optional(*value) : std::nullopt;
    }
    std::optional<std::uint64_t> bytes(const char* key)
    {
        const json* value = take(key);
        if (value && !value->is_number_unsigned())
            wrong({TextId("catalogue.no_size", "%1 must be a number of bytes"), key});
        return value ? std::optional(value->get<std::uint64_t>()) : std::nullopt;
    }
    double share(const char* key)
    {
        const json* value = take(key);
        if (!value || !value->is_number() || value->get<double>() < 0 || value->get<double>() > 1)
            wrong({TextId("catalogue.no_share", "%1 must be a number from 0 to 1"), key});
        return value->get<double>();
    }
    void end() const
    {
        for (const auto& [key, value] : m_object.items())
            if (!m_taken.contains(key))
                wrong({TextId("catalogue.unknown_field", "%1 is no field that is known here"), key});
    }
    [[noreturn]] void wrong(const UserText& why) const
    {
        throw Error(ErrorCode::Format, {action::readCatalogue}, m_where, why);
    }

private:
    const json* take(const char* key)
    {
        m_taken.insert(key);
        const auto found = m_object.find(key);
        return found == m_object.end() ? nullptr : &*found;
    }

    const json& m_object;
    std::string m_where;
    std::set<std::string> m_taken;
};

// Of a file or model folder: nothing that leads out of the folder it is put into.
bool isPlainPath(const std::string& name)
{
    const std::filesystem::path path(name);
    return path.is_relative() && !path.empty() && std::none_of(path.begin(), path.end(), [](const auto& part) {
               return part.empty() || part.string().starts_with('.');
           });
}

bool isPlainName(const std::string& name)
{
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

bool isSha256(const std::string& text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

CatalogueFile readFile(const json& entry, const std::string& where)
{
    Reader reader(entry, where);
    CatalogueFile file;
    file.name = reader.text("name");
    file.repository = reader.textIfThere("repository");
    file.where = reader.textIfThere("where");
    file.bytes = reader.bytes("bytes");
    file.sha256 = reader.textIfThere("sha256");
    if (!file.repository.empty()) {
        file.path = reader.text("path");
        file.revision = reader.textIfThere("revision");
        if (file.revision.empty())
            file.revision = "main";
    }
    reader.end();
    if (!isPlainPath(file.name) || (!file.repository.empty() && !isPlainPath(file.path)))
        reader.wrong({TextId("catalogue.path_leads_away", "a file's name leads out of its folder")});
    if (file.repository.empty() == file.where.empty())
        reader.wrong({TextId("catalogue.no_source", "either a repository or words about where it is are needed")});
    if (!file.sha256.empty() && !isSha256(file.sha256))
        reader.wrong({TextId("catalogue.no_hash", "sha256 must be 64 lower-case hexadecimal digits")});
    return file;
}

PublishedFigure readFigure(const json& entry, const std::string& where)
{
    Reader reader(entry, where);
    PublishedFigure figure{reader.text("task"), reader.text("measure"), reader.share("value")};
    reader.end();
    return figure;
}

void checkParts(const CatalogueModel& model, const Reader& reader)
{
    std::set<std::string> names;
    for (const CatalogueFile& file : model.files)
        if (!names.insert(file.name).second)
            reader.wrong({TextId("catalogue.file_twice", "two files are named %1"), file.name});
    if (!names.contains(model.weights))
        reader.wrong({TextId("catalogue.no_weights", "weights names no file of the list")});
    if (!model.textModel.empty() && std::none_of(names.begin(), names.end(), [&](const std::string& name) {
            return name.starts_with(model.textModel + "/");
        }))
        reader.wrong({TextId("catalogue.no_text_model", "text_model names no folder with a file of the list")});
    if (!isPlainName(model.name))
        reader.wrong({TextId("catalogue.name_form", "a name has small letters, digits and hyphens alone")});
}

CatalogueModel readModel(const json& entry, const std::string& where)
{
    Reader reader(entry, where);
    CatalogueModel model;
    model.name = reader.text("name");
    const std::string here = where + ", " + model.name;
    for (auto [key, field] : {std::pair{"title", &model.title},
                              {"summary", &model.summary},
                              {"trained_on", &model.trainedOn},
                              {"figures_source", &model.figuresSource},
                              {"licence", &model.licence},
                              {"terms", &model.terms},
                              {"not_for", &model.notFor},
                              {"page", &model.page},
                              {"weights", &model.weights}})
        *field = reader.text(key);
    model.acceptAt = reader.textIfThere("accept_at");
    model.textModel = reader.textIfThere("text_model");
    model.expects = reader.object("expects").value_or(json::object());
    for (const auto& [pointer, value] : model.expects.items())
        if (!pointer.starts_with('/'))
            reader.wrong({TextId("catalogue.no_pointer", "%1 is no JSON pointer"), pointer});
    if (const auto size = reader.object("size")) {
        Reader part(*size, here + ", size");
        model.size = part.bytes("bytes");
        model.sizeNote = part.text("note");
        part.end();
    }
    for (const json& figure : reader.list("figures"))
        model.figures.push_back(readFigure(figure, here + ", figures"));
    for (const json& file : reader.list("files"))
        model.files.push_back(readFile(file, here + ", files"));
    reader.end();
    checkParts(model, reader);
    return model;
}

} // namespace

bool CatalogueModel::served() const
{
    return std::none_of(files.begin(), files.end(), [](const CatalogueFile& file) { return file.repository.empty(); });
}

const CatalogueModel* Catalogue::find(std::string_view name) const
{
    const auto found =
        std::find_if(models.begin(), models.end(), [&](const CatalogueModel& each) { return each.name == name; });
    return found == models.end() ? nullptr : &*found;
}

const CatalogueModel& Catalogue::model(std::string_view name) const
{
    if (const CatalogueModel* found = find(name))
        return *found;
    std::string names;
    for (const CatalogueModel& each : models)
        names += (names.empty() ? "" : ", ") + each.name;
    throw Error(ErrorCode::Usage, {action::getModel}, std::string(name),
                {TextId("catalogue.no_such_model", "the catalogue has no such model; it has %1"), names});
}

Catalogue readCatalogue(std::string_view text, const std::string& where)
{
    const auto parsed = parseJson(text);
    if (const auto* fault = std::get_if<JsonFault>(&parsed))
        throw Error(ErrorCode::Format, {action::readCatalogue}, where + ", byte " + std::to_string(fault->byte),
                    fault->why);
    Reader reader(std::get<json>(parsed), where);
    Catalogue catalogue;
    catalogue.hub = hubAddress(reader.text("hub"));
    for (const json& entry : reader.list("models")) {
        catalogue.models.push_back(readModel(entry, where));
        const auto& name = catalogue.models.back().name;
        if (catalogue.find(name) != &catalogue.models.back())
            reader.wrong({TextId("catalogue.model_twice", "two models are named %1"), name});
    }
    reader.end();
    return catalogue;
}

Catalogue builtInCatalogue() { return readCatalogue(builtInCatalogueText(), "resources/models/catalogue.json"); }

json toJson(const CatalogueModel& model)
{
    json figures = json::array(), files = json::array();
    for (const PublishedFigure& figure : model.figures)
        figures.push_back({{"task", figure.task}, {"measure", figure.measure}, {"value", figure.value}});
    for (const CatalogueFile& file : model.files) {
        json entry{{"name", file.name}};
        if (file.repository.empty())
            entry["where"] = file.where;
        else
            entry.update({{"repository", file.repository}, {"revision", file.revision}, {"path", file.path}});
        entry["bytes"] = file.bytes ? json(*file.bytes) : json();
        entry["sha256"] = file.sha256.empty() ? json() : json(file.sha256);
        files.push_back(std::move(entry));
    }
    return {{"name", model.name},
            {"title", model.title},
            {"summary", model.summary},
            {"trained_on", model.trainedOn},
            {"figures", figures},
            {"figures_source", model.figuresSource},
            {"licence", model.licence},
            {"terms", model.terms},
            {"not_for", model.notFor},
            {"page", model.page},
            {"accept_at", model.gated() ? json(model.acceptAt) : json()},
            {"served", model.served()},
            {"size_about", model.size ? json(*model.size) : json()},
            {"size_note", model.sizeNote.empty() ? json() : json(model.sizeNote)},
            {"files", files}};
}

} // namespace mama
