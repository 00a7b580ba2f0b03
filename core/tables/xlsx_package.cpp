#include "core/tables/xlsx_package.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/base/mapped_file.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"

#include <algorithm>
#include <pugixml.hpp>
#include <set>
#include <zip.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024, largest = 256 * mebibyte, packedLimit = 50'000'000, ratioLimit = 100;

constexpr auto reading = TextId("table.read_workbook", "read table");

[[noreturn]] void refuse(const fs::path& path, const UserText& why)
{
    throw Error(ErrorCode::Format, {reading}, pathText(path), why);
}

std::string_view textOf(const MappedFile& file)
{
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

void checkSignature(const MappedFile& file)
{
    const std::string_view text = textOf(file);
    if (text.empty())
        refuse(file.path(), {TextId("table.workbook_empty", "the file is empty")});
    if (text.starts_with("\xD0\xCF\x11\xE0"))
        refuse(file.path(), {TextId("table.workbook_old",
                                    "it is locked with a password, or a workbook of the old format (.xls): save it as "
                                    ".xlsx without a password, or as CSV")});
    if (!text.starts_with("PK"))
        refuse(file.path(),
               {TextId("table.no_workbook", "it is no .xlsx workbook (no ZIP archive): a text table is named .csv")});
}

// "xl/worksheets" and "../theme/a.xml": "xl/theme/a.xml". Empty where it leaves the archive.
std::string resolved(const std::string& folder, std::string target)
{
    std::replace(target.begin(), target.end(), '\\', '/');
    if (target.empty() || target.find("://") != target.npos)
        return {};
    std::vector<std::string> parts;
    const std::string whole = target.front() == '/' ? target : folder + "/" + target;
    for (std::size_t at = 0; at <= whole.size();) {
        const std::size_t end = std::min(whole.find('/', at), whole.size());
        const std::string part = whole.substr(at, end - at);
        at = end + 1;
        if (part.empty() || part == ".")
            continue;
        if (part != "..") {
            parts.push_back(part);
            continue;
        }
        if (parts.empty())
            return {};
        parts.pop_back();
    }
    std::string out;
    for (const std::string& part : parts)
        out += (out.empty() ? "" : "/") + part;
    return out;
}

// A reference to the character 0, which XML forbids and which would cut a text.
bool namesZero(std::string_view xml)
{
    for (std::size_t at = xml.find("&#"); at != xml.npos; at = xml.find("&#", at + 2)) {
        std::string_view rest = xml.substr(at + 2);
        if (rest.starts_with('x'))
            rest.remove_prefix(1);
        const std::size_t end = rest.find_first_not_of('0');
        if (end != 0 && end != rest.npos && rest[end] == ';')
            return true;
    }
    return false;
}

} // namespace

struct XlsxPackage::Archive
{
    explicit Archive(const MappedFile& file)
    {
        zip_error_t error;
        zip_error_init(&error);
        zip_source_t* source = zip_source_buffer_create(file.bytes().data(), file.bytes().size(), 0, &error);
        zip = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
        const std::string why = zip_error_strerror(&error);
        if (zip == nullptr && source != nullptr)
            zip_source_free(source);
        zip_error_fini(&error);
        if (zip == nullptr)
            refuse(file.path(), {TextId("table.workbook_damaged", "the workbook is damaged or cut short: %1"), why});
    }
    ~Archive() { zip_discard(zip); }
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;
    zip_t* zip = nullptr;
};

XlsxPackage::XlsxPackage(const MappedFile& file) : m_path(file.path())
{
    checkSignature(file);
    m_archive = std::make_unique<Archive>(file);
    std::set<std::string> names;
    const zip_int64_t count = zip_get_num_entries(m_archive->zip, 0);
    for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i)
        if (const char* name = zip_get_name(m_archive->zip, i, ZIP_FL_ENC_RAW);
            name != nullptr && !names.insert(asciiFolded(name)).second)
            refuse(m_path, {TextId("table.part_twice", "the workbook has the part %1 twice"), oneLine(name)});
    if (names.empty())
        refuse(m_path, {TextId("table.no_parts", "it is an archive with nothing in it, and no workbook")});
}

XlsxPackage::~XlsxPackage() = default;

std::string XlsxPackage::bytesOf(const std::string& part) const
{
    zip_t* zip = m_archive->zip;
    zip_stat_t info;
    zip_stat_init(&info);
    const zip_int64_t found = zip_name_locate(zip, part.c_str(), ZIP_FL_NOCASE);
    if (found < 0 || zip_stat_index(zip, static_cast<zip_uint64_t>(found), 0, &info) != 0)
        refuse(m_path, {TextId("table.part_missing", "the workbook lacks its part %1"), oneLine(part)});
    if ((info.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && info.encryption_method != ZIP_EM_NONE)
        refuse(m_path, {TextId("table.part_encrypted", "the workbook is encrypted: save it without a password")});
    std::uint64_t size = 0;
    std::string bytes;
    for (const bool keep : {false, true}) { // first it is measured
        zip_file_t* file = zip_fopen_index(zip, static_cast<zip_uint64_t>(found), 0);
        if (file == nullptr)
            refuse(m_path, {TextId("table.part_not_opened", "its part %1 cannot be read: %2"), oneLine(part),
                            zip_error_strerror(zip_get_error(zip))});
        if (keep)
            bytes.reserve(size);
        size = 0;
        char block[65536];
        zip_int64_t got = 0;
        bool tooLarge = false;
        while (!tooLarge && (got = zip_fread(file, block, sizeof block)) > 0) {
            size += static_cast<std::uint64_t>(got);
            tooLarge = size > largest || (size > packedLimit && size / ratioLimit > info.comp_size);
            if (keep)
                bytes.append(block, static_cast<std::size_t>(got));
        }
        const std::string why = got < 0 ? zip_error_strerror(zip_file_get_error(file)) : "";
        zip_fclose(file);
        if (tooLarge)
            refuse(m_path,
                   {TextId("table.part_too_large", "its part %1 is too large: above 256 MB, or above 50 MB and a "
                                                   "hundred times what stands in the file. Save it as CSV"),
                    oneLine(part)});
        if (got < 0)
            refuse(m_path, {TextId("table.part_damaged", "its part %1 is damaged: %2"), oneLine(part), why});
        if (size != info.size)
            refuse(m_path, {TextId("table.part_size", "its part %1 has %2 bytes, where the archive says %3"),
                            oneLine(part), size, info.size});
    }
    return bytes;
}

void XlsxPackage::read(const std::string& part, std::string& bytes, pugi::xml_document& document) const
{
    bytes = bytesOf(part);
    const bool wide = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
    if (!wide && (bytes.find('\0') != bytes.npos || namesZero(bytes)))
        refuse(m_path, {TextId("table.part_zero", "its part %1 has a character 0, which XML forbids"), oneLine(part)});
    if (bytes.find("<!DOCTYPE") != bytes.npos)
        refuse(m_path, {TextId("table.part_doctype", "its part %1 defines a document type, which no workbook has"),
                        oneLine(part)});
    const auto result = document.load_buffer_inplace(bytes.data(), bytes.size(),
                                                     pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                                                         pugi::parse_wconv_attribute | pugi::parse_ws_pcdata_single);
    if (!result)
        refuse(m_path, {TextId("table.part_no_xml", "its part %1 is no whole XML, at byte %2: %3"), oneLine(part),
                        static_cast<std::int64_t>(result.offset), result.description()});
}

std::vector<XlsxPackage::Relation> XlsxPackage::relationsOf(const std::string& part) const
{
    const std::size_t slash = part.rfind('/');
    const std::string folder = slash == part.npos ? "" : part.substr(0, slash),
                      name = slash == part.npos ? part : part.substr(slash + 1),
                      file = (folder.empty() ? "" : folder + "/") + std::string("_rels/") + name + ".rels";
    if (zip_name_locate(m_archive->zip, file.c_str(), ZIP_FL_NOCASE) < 0)
        return {};
    std::string bytes;
    pugi::xml_document document;
    read(file, bytes, document);
    std::vector<Relation> out;
    for (const pugi::xml_node& each : document.document_element().children()) {
        if (localName(each.name()) != "Relationship")
            continue;
        const std::string type = each.attribute("Type").value();
        const bool outside = asciiFolded(each.attribute("TargetMode").value()) == "external";
        out.push_back({each.attribute("Id").value(), type.substr(type.rfind('/') + 1),
                       outside ? "" : resolved(folder, each.attribute("Target").value())});
    }
    return out;
}

std::string_view localName(std::string_view name)
{
    const std::size_t colon = name.find(':');
    return colon == name.npos ? name : name.substr(colon + 1);
}

} // namespace mama
