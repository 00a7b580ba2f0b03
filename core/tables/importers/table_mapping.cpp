#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/tables/csv_file.h"
#include "core/tables/importers/mapped_set.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr auto mapping = TextId("table.mapping", "read mapping");

constexpr const char* paths[] = {
    "path",  "file",       "filename",        "file name", "image path",      "image file path",
    "image", "dicom path", "anon dicom path", "image id",  "sop instance uid"};
constexpr const char* patients[] = {"patient", "patient id", "patientid", "subject", "subject id",
                                    "case",    "case id",    "empi anon", "woman"};
constexpr const char* studies[] = {"study",     "study id", "exam",      "exam id",
                                   "accession", "acc anon", "study uid", "study instance uid"};
constexpr const char* sides[] = {"side",      "laterality", "image laterality", "left or right breast",
                                 "leftright", "breast"};
constexpr const char* views[] = {"view", "view position", "image view", "viewposition"};
constexpr const char* dates[] = {"date", "study date", "exam date", "acquisition date"};
constexpr const char* ages[] = {"age", "patient age", "age at study"};
constexpr const char* descriptions[] = {"description", "study description", "desc"};
constexpr const char* splits[] = {"split", "part", "fold", "set"};
constexpr const char* birads[] = {"birads", "bi-rads", "bi rads", "assessment", "asses", "breast birads"};
constexpr const char* densities[] = {"density", "breast density", "acr", "tissueden"};
constexpr const char* pathologies[] = {"pathology", "classification", "diagnosis"};
constexpr const char* cancers[] = {"cancer", "malignant", "malignancy"};
constexpr const char* findings[] = {"finding", "findings", "abnormality", "abnormality type", "lesion"};
constexpr const char* lefts[] = {"xmin", "x0", "x min", "left"};
constexpr const char* tops[] = {"ymin", "y0", "y min", "top"};
constexpr const char* rights[] = {"xmax", "x1", "x max", "right"};
constexpr const char* bottoms[] = {"ymax", "y1", "y max", "bottom"};

constexpr std::array fields{MappedField{"path", "image file", paths},
                            MappedField{"patient", "patient", patients},
                            MappedField{"study", "exam", studies},
                            MappedField{"side", "side", sides},
                            MappedField{"view", "view", views},
                            MappedField{"date", "date", dates},
                            MappedField{"age", "age", ages},
                            MappedField{"description", "description", descriptions},
                            MappedField{"split", "part of a split", splits},
                            MappedField{"birads", "BI-RADS", birads},
                            MappedField{"density", "density", densities},
                            MappedField{"pathology", "pathology", pathologies},
                            MappedField{"cancer", "cancer", cancers},
                            MappedField{"finding", "kind of finding", findings},
                            MappedField{"x0", "box: left", lefts},
                            MappedField{"y0", "box: top", tops},
                            MappedField{"x1", "box: right", rights},
                            MappedField{"y1", "box: bottom", bottoms}};

bool isField(const std::string& name)
{
    return std::any_of(fields.begin(), fields.end(), [&](const MappedField& field) { return name == field.name; });
}

std::map<std::string, std::string> textsOf(const nlohmann::json& document, const char* name)
{
    std::map<std::string, std::string> out;
    if (!document.contains(name))
        return out;
    for (const auto& [key, value] : document[name].items()) {
        if (!value.is_string())
            throw Error(ErrorCode::Format, {mapping}, std::string(name) + "." + key,
                        {TextId("table.mapping_column", "expected the name of a column")});
        out[key] = value;
    }
    return out;
}

} // namespace

std::span<const MappedField> mappedFields() { return fields; }

bool isFieldOfLibrary(std::string_view task)
{
    constexpr std::array names{"study",     "patient", "date", "dataset", "kind",    "split",       "year",
                               "age",       "side",    "view", "type",    "vendor",  "model",       "file",
                               "modifiers", "images",  "tag",  "score",   "problem", "finding_kind"};
    std::string name = asciiFolded(task);
    std::replace(name.begin(), name.end(), ' ', '_');
    return std::find(names.begin(), names.end(), name) != names.end();
}

nlohmann::json toJson(const TableMapping& made) { return {{"fields", made.fields}, {"labels", made.labels}}; }

TableMapping mappingFrom(const nlohmann::json& document)
{
    if (!document.is_object() || !document.contains("fields"))
        throw Error(
            ErrorCode::Format, {mapping}, "fields",
            {TextId("table.mapping_form",
                    "expected {\"fields\": {\"path\": \"a column\", ...}, \"labels\": {\"task\": \"a column\"}}")});
    const TableMapping made{textsOf(document, "fields"), textsOf(document, "labels")};
    for (const auto& [name, column] : made.fields)
        if (!isField(name)) {
            std::string all;
            for (const MappedField& field : fields)
                all += (all.empty() ? "" : ", ") + std::string(field.name);
            throw Error(ErrorCode::Format, {mapping}, "fields." + name,
                        {TextId("table.no_such_field", "there is no such field: there are %1"), all});
        }
    return made;
}

TableMapping guessedMapping(std::span<const std::string> heading)
{
    TableMapping made;
    for (const MappedField& field : fields)
        for (const char* name : field.names)
            if (const auto place = findColumn(heading, name)) {
                made.fields[field.name] = heading[*place];
                break;
            }
    return made;
}

UserText faultOf(const TableMapping& made, std::span<const std::string> heading)
{
    if (!made.fields.contains("path"))
        return {TextId("table.mapping_no_path", "no column is said to hold the image file")};
    if (!made.fields.contains("patient") && !made.fields.contains("study"))
        return {TextId("table.mapping_no_patient",
                       "no column is said to hold the patient or the exam: without it a split "
                       "could not keep a woman's images together")};
    for (const auto* map : {&made.fields, &made.labels})
        for (const auto& [name, column] : *map)
            if (!findColumn(heading, column))
                return {TextId("table.mapping_lacks", "the table has no column %1, which is to be %2"), column, name};
    for (const auto& [task, column] : made.labels)
        if (isFieldOfLibrary(task))
            return {TextId("table.mapping_field", "a label cannot be called %1, as a field of the library is: give it "
                                                  "another name"),
                    task};
    int corners = 0;
    for (const char* corner : {"x0", "y0", "x1", "y1"})
        corners += made.fields.contains(corner);
    if (corners != 0 && corners != 4)
        return {TextId("table.mapping_box", "a box needs all of x0, y0, x1 and y1")};
    return {};
}

} // namespace mama
