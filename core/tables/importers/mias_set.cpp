// mini-MIAS's list as rows of the library (datasets.md 9). Odd numbers are right breasts, even ones left; a pair is a
// woman. Circles count y from the bottom.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/folded_text.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/tables/cell.h"
#include "core/tables/importers/checked_table.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/disk_files.h"
#include "core/tables/importers/known_sets.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr double pixels = 1024; // of each side of an image

enum Column : std::size_t { Number, Tissue, Class, Severity, X, Y, Radius };
constexpr std::array columns{TableColumn{"REFNUM", true},
                             TableColumn{"BG", true, true},
                             TableColumn{"CLASS", true, true},
                             TableColumn{"SEVERITY", false, true},
                             TableColumn{"X"},
                             TableColumn{"Y"},
                             TableColumn{"RADIUS"}};

constexpr VocabularyWord words[] = {{"pathology", "B", "benign"},
                                    {"pathology", "M", "malignant"},
                                    {"finding", "CALC", "calcification"},
                                    {"finding", "CIRC", "mass"},
                                    {"finding", "SPIC", "mass"},
                                    {"finding", "MISC", "mass"},
                                    {"finding", "ARCH", "arch_distortion"},
                                    {"finding", "ASYM", "asymmetry"},
                                    {"finding", "NORM", ""}};
const SetMeaning meanings[] = {{"tissue", "F", "fatty"},
                               {"tissue", "G", "fatty-glandular"},
                               {"tissue", "D", "dense-glandular"},
                               {"class", "CALC", "calcification"},
                               {"class", "CIRC", "well-defined mass"},
                               {"class", "SPIC", "spiculated mass"},
                               {"class", "MISC", "other, ill-defined mass"},
                               {"class", "ARCH", "architectural distortion"},
                               {"class", "ASYM", "asymmetry"},
                               {"class", "NORM", "normal"}};

// The lines that begin with "mdb", in fields between blanks or tabs.
class MiasList : public TableFile
{
public:
    explicit MiasList(const fs::path& file) : m_text(readText(file))
    {
        for (const TableColumn& column : columns)
            m_heading.emplace_back(column.name);
    }
    const std::vector<std::string>& heading() const override { return m_heading; }

    std::vector<TableProblem> read(const std::function<void(const CsvRecord&)>& take) override
    {
        std::vector<TableProblem> problems;
        std::size_t row = 0, line = 0;
        for (const std::string& text : splitLines(m_text)) {
            ++line;
            const std::string_view content = trimmed(text);
            if (!asciiFolded(std::string(content.substr(0, 3))).starts_with("mdb"))
                continue;
            std::istringstream stream{std::string(content)};
            std::vector<std::string> fields{std::istream_iterator<std::string>(stream), {}};
            const std::size_t count = fields.size();
            ++row;
            if (count < 3 || count > columns.size()) {
                problems.push_back({row, line, "wrong_field_count", std::to_string(count) + " fields"});
                continue;
            }
            fields.resize(columns.size());
            if (auto tooLong = overlongCell({row, line, fields}, m_heading)) {
                problems.push_back(std::move(*tooLong));
                continue;
            }
            if (!isUtf8(content))
                problems.push_back({row, line, "bad_encoding", oneLine(content), m_heading[0], true});
            take({row, line, fields});
        }
        return problems;
    }

private:
    std::string m_text;
    std::vector<std::string> m_heading;
};

class MiasReader
{
public:
    MiasReader(const fs::path& root, const Vocabulary& edited) : m_rows(rowsOf("mias", root, edited)), m_disk(root)
    {
        m_rows.meanings.assign(std::begin(meanings), std::end(meanings));
    }

    SetRows read()
    {
        std::vector<fs::path> lists;
        for (const fs::path& file : tablesAndLists(m_rows.root))
            if (asciiFolded(file.extension().string()) == ".txt" && isMiasList(file))
                lists.push_back(file);
            else
                m_rows.report.ignored.push_back(file.filename().string());
        if (lists.empty())
            throw Error(ErrorCode::Format, {TextId("table.import_list", "import")}, pathText(m_rows.root),
                        {TextId("table.no_mias_list", "it has no list of mini-MIAS (Info.txt, with lines of \"mdb001 G "
                                                      "CIRC B 535 425 197\")")});
        for (std::size_t i = 1; i < lists.size(); ++i)
            m_rows.report.ignored.push_back(lists[i].filename().string());
        readOpenTable(m_rows, {lists.front(), columns}, std::make_unique<MiasList>(lists.front()),
                      [this](CheckedRow& row, RowOf of) { take(row, of); });
        derive();
        return std::move(m_rows);
    }

private:
    void take(CheckedRow& row, RowOf of)
    {
        const std::string name = asciiFolded(std::string(row.cell(Number)));
        if (name.size() != 6 ||
            !std::all_of(name.begin() + 3, name.end(), [](unsigned char c) { return std::isdigit(c); }))
            return row.reject("bad_key", Number, std::string(row.cell(Number)));
        const std::uint32_t image = imageOf(name, of);
        const std::string tissue = row.code(Tissue, "F G D"), found(row.key(Class)),
                          kinds = row.word(Class, "finding", m_rows.words),
                          pathology = row.word(Severity, "pathology", m_rows.words);
        for (const char* task : {"tissue", "class", "pathology", "kinds"})
            m_rows.tasks.insert(task);
        if (std::vector<SetLabel>& labels = m_rows.images[image].labels; !tissue.empty() && labels.empty())
            labels.push_back({"tissue", tissue});
        if (found == "NORM")
            return;
        if (row.cell(Severity).empty())
            row.warn("missing_label", Severity);
        SetFinding finding;
        finding.study = m_rows.images[image].study;
        finding.image = image;
        finding.side = m_rows.images[image].side;
        finding.number = ++m_findings[name];
        finding.content = row.content();
        finding.row = of;
        finding.kinds = kinds;
        finding.labels.push_back({"class", found});
        if (!pathology.empty())
            finding.labels.push_back({"pathology", pathology});
        if (pathology == "malignant")
            m_malignant.insert(name);
        finding.region = circleOf(row);
        m_circles += finding.region.has_value();
        m_rows.findings.push_back(std::move(finding));
    }

    std::uint32_t imageOf(const std::string& name, RowOf of)
    {
        const auto [found, isNew] = m_images.emplace(name, static_cast<std::uint32_t>(m_rows.images.size()));
        if (!isNew)
            return found->second;
        const int number = std::stoi(name.substr(3));
        const std::string odd = std::to_string(number % 2 == 1 ? number : number - 1),
                          pair = "mdb" + std::string(odd.size() < 3 ? 3 - odd.size() : 0, '0') + odd;
        SetImage image;
        image.study = m_rows.study(pair, pair, of);
        image.path = placeOf(name);
        image.side = number % 2 == 1 ? 'R' : 'L';
        image.view = "MLO";
        image.type = "2D";
        image.rows = image.columns = static_cast<int>(pixels);
        image.row = of;
        m_rows.images.push_back(std::move(image));
        return found->second;
    }

    // Some copies have them as other pictures.
    std::string placeOf(const std::string& name) const
    {
        const std::string own = m_disk.placeOf(name + ".pgm");
        if (std::binary_search(m_disk.all().begin(), m_disk.all().end(), own))
            return own;
        for (const char* ending : {".png", ".tif", ".tiff", ".jpg", ".dcm"})
            if (const std::string file = m_disk.placeOf(name + ending);
                std::binary_search(m_disk.all().begin(), m_disk.all().end(), file))
                return file;
        return own;
    }

    std::optional<SetRegion> circleOf(CheckedRow& row)
    {
        const std::string_view x = row.cell(X), y = row.cell(Y), radius = row.cell(Radius);
        if (radius.empty()) { // nothing, or the words of a note
            row.warn("no_place", X, std::string(x) + (y.empty() ? "" : " ") + std::string(y));
            return std::nullopt;
        }
        const auto at = asNumber(x), up = asNumber(y), wide = asNumber(radius);
        if (!at || !up || !wide || *wide <= 0)
            row.warn("bad_roi", X, std::string(x) + " " + std::string(y) + " " + std::string(radius));
        else if (*at < 0 || *at > pixels || *up < 0 || *up > pixels)
            row.warn("bad_roi", X, "circle centre outside the image");
        else
            return SetRegion{
                "circle", {static_cast<float>(*at), static_cast<float>(pixels - *up), static_cast<float>(*wide)}, ""};
        return std::nullopt;
    }

    void derive()
    {
        SetReport& report = m_rows.report;
        report.images = m_rows.images.size();
        report.studies = report.patients = m_rows.studies.size();
        std::vector<int> images(m_rows.studies.size());
        std::size_t left = 0;
        for (const SetImage& image : m_rows.images) {
            ++images[image.study];
            left += image.side == 'L';
        }
        for (std::size_t i = 0; i < images.size(); ++i)
            if (images[i] == 1)
                report.problems.push_back({"incomplete_study", m_rows.studies[i].key, "other breast not listed"});
        report.derived["circles"] = m_circles;
        report.derived["images_left"] = left;
        report.derived["images_right"] = m_rows.images.size() - left;
        report.derived["images_malignant"] = m_malignant.size();
        m_rows.sortProblems();
    }

    SetRows m_rows;
    DiskFiles m_disk;
    std::unordered_map<std::string, std::uint32_t> m_images; // by name
    std::map<std::string, int> m_findings;                   // counted by image
    std::set<std::string> m_malignant;
    std::size_t m_circles = 0;
};

} // namespace

SetRows readMiasSet(const fs::path& root, const Vocabulary& edited) { return MiasReader(root, edited).read(); }

const std::span<const VocabularyWord> set_words::mias = words;

} // namespace mama
