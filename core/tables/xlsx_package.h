#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pugi {
class xml_document;
class xml_node;
} // namespace pugi

namespace mama {

class MappedFile;

// The parts of an .xlsx workbook: XML documents in a ZIP archive, tied by relationships (ECMA-376 part 2). Nothing is
// unpacked to the disk, no address is followed. A part is measured before it is taken into memory, by the bytes that
// come out: above 50 MB with a ratio above 100, or above 256 MB, it is refused.
class XlsxPackage
{
public:
    // Error(Format): no ZIP archive, two parts of one name, an old or locked workbook (what it is is said).
    explicit XlsxPackage(const MappedFile& file);
    ~XlsxPackage();

    struct Relation
    {
        std::string id, type, part; // type: its last word, "worksheet"; part: in the archive, empty: outside of it
    };
    // Of a part ("": of the package). Empty: it has none.
    std::vector<Relation> relationsOf(const std::string& part) const;
    // Error(Format) names the part: not there, too large, encrypted, damaged, no XML, with a document type (its
    // entities are never expanded), or not UTF-8. `bytes` is the document's memory: it must outlive it.
    void read(const std::string& part, std::string& bytes, pugi::xml_document& document) const;

private:
    std::string bytesOf(const std::string& part) const;
    std::filesystem::path m_path;
    struct Archive;
    std::unique_ptr<Archive> m_archive;
};

// A name without its prefix: "x:row" is "row".
std::string_view localName(std::string_view name);

} // namespace mama
