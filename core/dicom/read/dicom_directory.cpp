#include "core/dicom/read/dicom_directory.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/folded_text.h"
#include "core/dicom/codec/dcmtk_setup.h"
#include "core/dicom/data_set/header_dataset.h"
#include "core/dicom/data_set/tags.h"

#include <algorithm>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>
#include <fstream>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::string_view mediaStorageDirectory = "1.2.840.10008.1.3.10";
constexpr std::uint32_t recordSequence = 0x00041220, inUse = 0x00041410, recordType = 0x00041430,
                        referencedFile = 0x00041500;

// The file ID's parts, without the blanks that pad them; empty: it means no file below the directory's folder.
std::vector<std::string> partsOf(const std::string& id)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= id.size();) {
        const std::size_t end = std::min(id.find('\\', at), id.size());
        std::string part = id.substr(at, end - at);
        while (!part.empty() && (part.back() == ' ' || part.back() == '\0'))
            part.pop_back();
        if (part.empty() || part == "." || part == ".." || part.find('/') != std::string::npos ||
            part.find('\0') != std::string::npos)
            return {};
        parts.push_back(std::move(part));
        at = end + 1;
    }
    return parts;
}

// Names in folders, by what is left of them without capitals and without what ISO 9660 adds ("IM1.;1").
class Folders
{
public:
    fs::path find(const fs::path& base, const std::vector<std::string>& parts)
    {
        fs::path here = base;
        for (const std::string& part : parts) {
            std::error_code failed;
            if (fs::exists(here / part, failed)) {
                here /= part;
                continue;
            }
            const auto& names = namesIn(here);
            const auto found = names.find(plain(part));
            if (found == names.end())
                return {};
            here /= found->second;
        }
        std::error_code failed;
        return fs::is_regular_file(here, failed) ? here : fs::path();
    }

private:
    static std::string plain(std::string name)
    {
        if (const std::size_t version = name.rfind(';'); version != std::string::npos)
            name.resize(version);
        if (name.ends_with('.'))
            name.pop_back();
        return asciiFolded(name);
    }

    const std::map<std::string, std::string>& namesIn(const fs::path& folder)
    {
        const auto [entry, fresh] = m_names.try_emplace(folder);
        std::error_code failed;
        if (fresh)
            for (fs::directory_iterator it(folder, failed); !failed && it != fs::directory_iterator();
                 it.increment(failed))
                entry->second.emplace(plain(it->path().filename().native()), it->path().filename().native());
        return entry->second;
    }

    std::map<fs::path, std::map<std::string, std::string>> m_names;
};

void readRecords(DcmItem& dataset, const fs::path& base, DicomDirectory& out)
{
    Folders folders;
    std::set<fs::path> seen;
    int number = 0;
    for (DcmItem* record : tags::items(dataset, recordSequence)) {
        ++number;
        const std::string id = tags::wholeText(*record, referencedFile);
        if (id.empty() || tags::integer(*record, inUse) == 0) // PS3.3 F.3.2.2: an inactive record names nothing
            continue;
        const std::string type = tags::text(*record, recordType);
        const std::vector<std::string> parts = partsOf(id);
        if (parts.empty()) {
            out.problems.emplace_back(
                base / "DICOMDIR",
                UserText{TextId("dicomdir.leads_out", "record %1 (%2) names \"%3\", which is no file "
                                                      "below the directory's folder"),
                         number, type, id});
            continue;
        }
        fs::path named = base;
        for (const std::string& part : parts)
            named /= part;
        const fs::path found = folders.find(base, parts);
        if (!seen.insert(found.empty() ? named : found).second)
            continue;
        if (found.empty())
            out.problems.emplace_back(named,
                                      UserText{TextId("dicomdir.missing", "record %1 (%2) of the DICOMDIR names it, "
                                                                          "and it is not there"),
                                               number, type});
        else
            out.files.push_back(found);
    }
}

} // namespace

bool isDicomDirectory(const fs::path& file)
{
    std::string head(1024, '\0');
    std::ifstream in(file, std::ios::binary);
    in.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
    if (head.size() < 132 || head.compare(128, 4, "DICM") != 0)
        return false;
    const std::size_t at = head.find(mediaStorageDirectory, 132);
    const std::size_t end = at + mediaStorageDirectory.size();
    return at != std::string::npos &&
           (end == head.size() || (head[end] != '.' && (head[end] < '0' || head[end] > '9')));
}

DicomDirectory readDicomDirectory(const fs::path& file)
{
    setUpDcmtk();
    const auto source = readDicomSource(std::make_shared<MappedFile>(file));
    if (!source)
        throw Error(ErrorCode::Format, {action::open}, file.string(),
                    {TextId("dicomdir.not_dicom", "not a DICOM directory")});
    const DataSetScan scan = scanDataSet(source->bytes, source->start, source->encoding, file.string());
    std::vector<std::byte> joined;
    const auto dataset = readHeaderDataset(*source, scan, joined);
    DicomDirectory out;
    readRecords(*dataset, file.parent_path(), out);
    if (out.files.empty() && out.problems.empty())
        throw Error(ErrorCode::Data, {action::open}, file.string(),
                    {TextId("dicomdir.no_files", "the DICOM directory names no file")});
    return out;
}

} // namespace mama
