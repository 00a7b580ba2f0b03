// INbreast as rows of the library (datasets.md 7): a table of images, files whose names say whose they are, and regions
// as property lists. The woman is the hex part of a file's name.
#include "core/base/folded_text.h"
#include "core/tables/importers/checked_table.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/disk_files.h"
#include "core/tables/importers/inbreast_xml.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

enum Column : std::size_t { SideOf, View, Date, File, Density, Birads };
constexpr std::array columns{TableColumn{"Laterality", true, true}, TableColumn{"View", true, true},
                             TableColumn{"Acquisition date"},       TableColumn{"File Name", true},
                             TableColumn{"ACR", true, true},        TableColumn{"Bi-Rads", true, true}};

constexpr VocabularyWord words[] = {{"density", "1", "A"},
                                    {"density", "2", "B"},
                                    {"density", "3", "C"},
                                    {"density", "4", "D"},
                                    {"birads", "0", "0"},
                                    {"birads", "1", "1"},
                                    {"birads", "2", "2"},
                                    {"birads", "3", "3"},
                                    {"birads", "4a", "4"},
                                    {"birads", "4b", "4"},
                                    {"birads", "4c", "4"},
                                    {"birads", "5", "5"},
                                    {"birads", "6", "6"},
                                    {"finding", "mass", "mass"},
                                    {"finding", "calcification", "calcification"},
                                    {"finding", "calcifications", "calcification"},
                                    {"finding", "cluster", "cluster"},
                                    {"finding", "spiculated region", "spiculated region"},
                                    {"finding", "espiculated region", "spiculated region"},
                                    {"finding", "distortion", "distortion"},
                                    {"finding", "asymmetry", "asymmetry"},
                                    {"finding", "assymetry", "asymmetry"},
                                    {"finding", "unnamed", "unnamed"},
                                    {"finding", "point 1", "unnamed"},
                                    {"finding", "point 3", "unnamed"}};

struct DicomName
{
    std::string number, woman, view, path;
    char side = ' ';
};

// "<File Name>_<16 hex>_MG_<L|R>_<CC|ML|FB>_ANON.dcm"; the names write ML for MLO.
std::optional<DicomName> parse(const std::string& path)
{
    const std::string name = lastPart(path);
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find('_', at), name.size());
        parts.push_back(name.substr(at, end - at));
        at = end + 1;
    }
    const auto all = [](const std::string& text, const char* letters) {
        return !text.empty() && text.find_first_not_of(letters) == text.npos;
    };
    if (parts.size() < 5 || !all(parts[0], "0123456789") || parts[1].size() != 16 ||
        !all(parts[1], "0123456789abcdefABCDEF") || parts[2] != "MG" || (parts[3] != "L" && parts[3] != "R"))
        return std::nullopt;
    const std::string view = parts[4].substr(0, parts[4].find('.'));
    return DicomName{parts[0], asciiFolded(parts[1]), view == "ML" ? "MLO" : view, path, parts[3].front()};
}

class InbreastReader
{
public:
    InbreastReader(const fs::path& root, const Vocabulary& edited)
        : m_rows(rowsOf("inbreast", root, edited)), m_disk(root)
    {}

    SetRows read()
    {
        std::array kinds{TableKind{{"File Name", "ACR", "Bi-Rads"}}};
        findTables(m_rows, kinds);
        findFiles();
        readSetTable(m_rows, {kinds[0].files.front(), columns}, [this](CheckedRow& row, RowOf of) { take(row, of); });
        for (const Row& row : m_table)
            addImage(row);
        addUnlabelled();
        for (const auto& [number, path] : m_xml)
            addRegions(number, path);
        derive();
        return std::move(m_rows);
    }

private:
    struct Row
    {
        std::string number, view, date;
        char side = ' ';
        std::vector<SetLabel> labels;
        RowOf of;
    };

    void findFiles()
    {
        for (const std::string& path : m_disk.all()) {
            const std::string ending = asciiFolded(fs::path(path).extension().string());
            if (ending == ".dcm") {
                if (auto name = parse(path))
                    m_files.emplace(name->number, std::move(*name));
                else
                    m_rows.report.problems.push_back({"bad_name", lastPart(path), "no file name of INbreast"});
            } else if (ending == ".xml") {
                m_xml.emplace(fs::path(path).stem().string(), path);
            }
        }
    }

    void take(CheckedRow& row, RowOf of)
    {
        row.needKeys({File});
        Row made;
        made.number = row.key(File);
        made.of = of;
        const std::string side(row.key(SideOf));
        if (side != "L" && side != "R")
            row.reject("bad_key", SideOf, side);
        if (const auto earlier = m_byNumber.find(made.number); !row.rejected() && earlier != m_byNumber.end())
            row.reject("key_conflict", File,
                       made.number + " already given by row " + std::to_string(earlier->second) + " with other values");
        if (row.rejected())
            return;
        m_byNumber.emplace(made.number, of.row);
        made.side = side.front();
        made.view = row.code(View, "CC MLO FB");
        made.date = monthOf(row);
        for (const char* task : {"density", "birads", "birads category", "kinds"})
            m_rows.tasks.insert(task);
        if (std::string density = row.word(Density, "density", m_rows.words); !density.empty())
            made.labels.push_back({"density", std::move(density)});
        if (std::string birads = row.word(Birads, "birads", m_rows.words); !birads.empty()) {
            made.labels.push_back({"birads", std::move(birads)});
            made.labels.push_back({"birads category", std::string(row.key(Birads))});
        }
        if (const auto file = m_files.find(made.number);
            file != m_files.end() &&
            (file->second.side != made.side || (!made.view.empty() && file->second.view != made.view)))
            row.warn("name_mismatch", File,
                     std::string("file name says ") + file->second.side + " " + file->second.view);
        m_table.push_back(std::move(made));
    }

    // "201001": "2010-01".
    static std::string monthOf(CheckedRow& row)
    {
        const std::string date(row.key(Date));
        if (date.empty())
            return {};
        const bool digits = date.find_first_not_of("0123456789") == date.npos;
        if (digits && date.size() == 6 && date.substr(4) >= "01" && date.substr(4) <= "12" && date >= "190000")
            return date.substr(0, 4) + "-" + date.substr(4);
        row.warn("bad_date", Date, date);
        return {};
    }

    // Of a woman with two dates they are two exams.
    std::uint32_t studyOf(const Row& row)
    {
        const auto file = m_files.find(row.number);
        if (file == m_files.end()) // whose it is, only its file's name tells
            return m_rows.study(row.number, row.number, row.of);
        const std::string& woman = file->second.woman;
        std::set<std::string>& dates = m_dates[woman];
        if (dates.empty())
            for (const Row& each : m_table)
                if (const auto own = m_files.find(each.number);
                    own != m_files.end() && own->second.woman == woman && !each.date.empty())
                    dates.insert(each.date);
        const std::string date = row.date.empty() && !dates.empty() ? *dates.begin() : row.date;
        const std::uint32_t study = m_rows.study(woman, dates.size() > 1 ? woman + "/" + date : woman, row.of);
        if (m_rows.studies[study].date.empty())
            m_rows.studies[study].date = date;
        return study;
    }

    void addImage(const Row& row)
    {
        const auto file = m_files.find(row.number);
        SetImage image;
        image.study = studyOf(row);
        image.path = file == m_files.end() ? "AllDICOMs/" + row.number + ".dcm" : file->second.path;
        image.side = row.side;
        image.view = row.view;
        image.type = "2D";
        image.labels = row.labels;
        image.row = row.of;
        m_images[row.number] = static_cast<std::uint32_t>(m_rows.images.size());
        m_rows.images.push_back(std::move(image));
        if (file == m_files.end())
            m_rows.report.problems.push_back({"no_image", row.number, "no file of this name"});
        else
            ++m_both;
    }

    void addUnlabelled()
    {
        for (const auto& [number, file] : m_files) {
            if (m_images.contains(number))
                continue;
            m_rows.report.problems.push_back({"no_label", number, "no row of the table"});
            addImageOf(number, file);
        }
    }

    void addImageOf(const std::string& number, const DicomName& file)
    {
        const RowOf none{};
        SetImage image;
        image.study = studyOf({number, file.view, "", file.side, {}, none});
        image.path = file.path;
        image.side = file.side;
        image.view = file.view;
        image.type = "2D";
        image.row = none;
        m_images[number] = static_cast<std::uint32_t>(m_rows.images.size());
        m_rows.images.push_back(std::move(image));
    }

    void addRegions(const std::string& number, const std::string& path)
    {
        std::vector<SetProblem>& problems = m_rows.report.problems;
        const std::string name = lastPart(path);
        const auto image = m_images.find(number);
        if (image == m_images.end()) {
            problems.push_back({"orphan", name, "neither a row nor a file of this image"});
            return;
        }
        const auto read = readInbreastXml(m_rows.root / path);
        if (!read) {
            problems.push_back({"bad_xml", name, "no property list with images"});
            return;
        }
        if (read->regionsGiven >= 0 && static_cast<std::size_t>(read->regionsGiven) != read->regions.size())
            problems.push_back(
                {"roi_count", name,
                 std::to_string(read->regionsGiven) + " given, " + std::to_string(read->regions.size()) + " read"});
        for (std::size_t i = 0; i < read->regions.size(); ++i)
            addRegion(read->regions[i], image->second, {name + "#" + std::to_string(i), static_cast<int>(i)});
    }

    struct Place
    {
        std::string key;
        int number = 0;
    };
    void addRegion(const InbreastRegion& region, std::uint32_t image, const Place& place)
    {
        std::vector<SetProblem>& problems = m_rows.report.problems;
        if (!region.fault.empty()) {
            problems.push_back({"bad_roi", place.key, region.fault});
            return;
        }
        const std::size_t points = region.points.size() / 2;
        if (region.pointsGiven >= 0 && static_cast<std::size_t>(region.pointsGiven) != points)
            problems.push_back(
                {"roi_count", place.key,
                 std::to_string(region.pointsGiven) + " points given, " + std::to_string(points) + " read"});
        const std::string name = asciiFolded(region.name);
        const auto kind = m_rows.words.meaning("finding", name);
        if (!kind)
            problems.push_back({"unknown_code", place.key, region.name});
        ++m_kinds[kind ? *kind : name];
        m_single += points == 1;
        SetFinding finding;
        finding.study = m_rows.images[image].study;
        finding.image = image;
        finding.side = m_rows.images[image].side;
        finding.number = place.number + 1;
        finding.row = m_rows.images[image].row;
        finding.kinds = kind.value_or(name);
        finding.content = std::hash<std::string>{}(place.key + name);
        for (const float at : region.points)
            finding.content =
                finding.content * 1099511628211ULL + static_cast<std::uint64_t>(std::llround(at * 1000.0));
        finding.region = SetRegion{points == 1 ? "point" : "contour", region.points, ""};
        m_rows.findings.push_back(std::move(finding));
    }

    // Women are counted by files, as exams are of the table: a row without a file does not say whose it is.
    void derive()
    {
        SetReport& report = m_rows.report;
        std::set<std::string> women;
        for (const auto& [number, file] : m_files)
            women.insert(file.woman);
        report.patients = report.studies = women.size();
        report.images = m_rows.images.size();
        report.derived["rois"] = m_kinds;
        report.derived["single_point_rois"] = m_single;
        report.derived["dicom_files"] = m_files.size();
        report.derived["images_with_row_and_file"] = m_both;
        m_rows.sortProblems();
    }

    SetRows m_rows;
    DiskFiles m_disk;
    std::map<std::string, DicomName> m_files; // by number
    std::map<std::string, std::string> m_xml; // paths by number
    std::vector<Row> m_table;
    std::unordered_map<std::string, std::uint32_t> m_byNumber, m_images; // rows of the table; indices
    std::map<std::string, std::set<std::string>> m_dates;                // by woman
    std::map<std::string, std::size_t> m_kinds;
    std::size_t m_single = 0, m_both = 0;
};

} // namespace

SetRows readInbreastSet(const fs::path& root, const Vocabulary& edited) { return InbreastReader(root, edited).read(); }

const std::span<const VocabularyWord> set_words::inbreast = words;

} // namespace mama
