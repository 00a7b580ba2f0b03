#include "core/library/handover/cohort_writers.h"

#include "core/base/path_text.h"
#include "core/library/handover/csv_row.h"
#include "core/library/handover/training_tables.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

using nlohmann::json;

std::string dumped(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace); }

// What is said of an image: its own labels, its breast's, its study's, and those of the finding that describes it.
TaskValues labelsOf(const HandedStudy& study, const HandedImage& image)
{
    TaskValues labels = image.labels;
    if (const std::size_t place = study.findingOf(image.fields.side); place < study.findings.size())
        labels.insert(study.findings[place].labels.begin(), study.findings[place].labels.end());
    return labels;
}

json orNull(int number) { return number > 0 ? json(number) : json(nullptr); }

json imageOf(const HandedStudy& study, const HandedImage& image)
{
    return {{"side", image.fields.side},    {"view", image.fields.view},      {"type", image.fields.imageType},
            {"spot", image.spot},           {"vendor", image.vendor},         {"model", image.model},
            {"height", orNull(image.rows)}, {"width", orNull(image.columns)}, {"labels", labelsOf(study, image)}};
}

class CsvWriter : public CohortWriter
{
public:
    CsvWriter(std::ostream& out, const ExportFacts& facts) : CohortWriter(out, facts)
    {
        std::vector<std::string> names{"image", "study", "patient", "data_set", "part",   "side",
                                       "view",  "type",  "vendor",  "model",    "height", "width"};
        for (const std::string& task : facts.tasks)
            names.push_back(columnOf(task));
        writeCsvRow(out, names);
    }

private:
    void write(const HandedStudy& study, const Names& names) override
    {
        for (const HandedImage& image : study.images) {
            ++m_images;
            const auto number = [](int value) { return value > 0 ? std::to_string(value) : std::string(); };
            std::vector<std::string> cells{pathOf(image), names.study,       names.patient,      study.dataset,
                                           names.part,    image.fields.side, image.fields.view,  image.fields.imageType,
                                           image.vendor,  image.model,       number(image.rows), number(image.columns)};
            const TaskValues labels = labelsOf(study, image);
            for (const std::string& task : m_facts.tasks) {
                const auto found = labels.find(task);
                cells.push_back(found == labels.end() ? std::string() : found->second);
            }
            writeCsvRow(m_out, cells);
        }
    }
};

class LineWriter : public CohortWriter
{
public:
    LineWriter(std::ostream& out, const ExportFacts& facts) : CohortWriter(out, facts)
    {
        out << dumped({{"about", facts.about}}) << "\n";
    }

private:
    void write(const HandedStudy& study, const Names& names) override
    {
        json images = json::array(), findings = json::array();
        for (const HandedImage& image : study.images) {
            json made = imageOf(study, image);
            made["image"] = pathOf(image);
            for (const HandedMark& mark : image.marks) {
                made["marks"].push_back({{"kind", mark.kind},
                                         {"geometry", mark.geometry},
                                         {"note", mark.note},
                                         {"finding", mark.finding},
                                         {"author", mark.author}});
                ++m_annotations;
            }
            images.push_back(std::move(made));
            ++m_images;
        }
        for (const HandedFinding& finding : study.findings)
            findings.push_back({{"number", finding.number},
                                {"side", finding.fields.side},
                                {"kinds", finding.kinds},
                                {"labels", finding.labels}});
        m_out << dumped({{"study", names.study},
                         {"patient", names.patient},
                         {"data_set", study.dataset},
                         {"part", names.part},
                         {"images", images},
                         {"findings", findings}})
              << "\n";
    }
};

class CocoWriter : public CohortWriter
{
public:
    CocoWriter(std::ostream& out, const ExportFacts& facts) : CohortWriter(out, facts)
    {
        json info = facts.about;
        info["description"] = "cohort of a MaMA Workstation library";
        json licences = json::array();
        for (std::size_t i = 0; i < facts.sets.size(); ++i)
            licences.push_back({{"id", i + 1},
                                {"name", facts.sets[i]},
                                {"url", ""},
                                {"terms", facts.about["licences"][i]["licence"]}});
        out << "{\"info\":" << dumped(info) << ",\n\"licenses\":" << dumped(licences) << ",\n\"images\":[";
    }
    void finish() override
    {
        json categories = json::array();
        std::map<std::int64_t, std::string> byId;
        for (const auto& [name, id] : m_categories)
            byId[id] = name;
        for (const auto& [id, name] : byId)
            categories.push_back({{"id", id}, {"name", name}, {"supercategory", "finding"}});
        m_out << "],\n\"annotations\":[" << m_marks << "],\n\"categories\":" << dumped(categories) << "}\n";
    }

private:
    void write(const HandedStudy& study, const Names& names) override
    {
        const auto set = std::find(m_facts.sets.begin(), m_facts.sets.end(), study.dataset) - m_facts.sets.begin();
        for (const HandedImage& image : study.images) {
            json made = imageOf(study, image);
            made["id"] = ++m_images;
            made["file_name"] = pathOf(image);
            made["license"] = set + 1;
            made["study"] = names.study;
            made["patient"] = names.patient;
            made["part"] = names.part;
            m_out << (m_images > 1 ? ",\n" : "\n") << dumped(made);
            for (const HandedMark& mark : image.marks)
                add(study, mark);
        }
    }
    void add(const HandedStudy& study, const HandedMark& mark)
    {
        const std::string name = mark.finding.empty() ? "region" : mark.finding;
        const auto category = m_categories.try_emplace(name, static_cast<std::int64_t>(m_categories.size()) + 1).first;
        json made{{"id", ++m_annotations}, {"image_id", m_images}, {"category_id", category->second}, {"iscrowd", 0}};
        putRegion(made, mark);
        json& attributes = made["attributes"] = {
            {"kind", mark.kind}, {"geometry", mark.geometry}, {"note", mark.note}, {"author", mark.author}};
        for (const HandedFinding& finding : study.findings)
            if (finding.id != 0 && finding.id == mark.findingId)
                attributes.update(json(finding.labels));
        m_marks += (m_annotations > 1 ? ",\n" : "\n") + dumped(made);
    }
    static void putRegion(json& made, const HandedMark& mark)
    {
        const std::vector<float>& g = mark.geometry;
        double x0 = 0, y0 = 0, x1 = 0, y1 = 0, area = 0;
        made["segmentation"] = json::array();
        if (mark.kind == "box" && g.size() == 4) {
            x0 = g[0], y0 = g[1], x1 = g[2], y1 = g[3];
            area = (x1 - x0) * (y1 - y0);
        } else if (mark.kind == "circle" && g.size() == 3) {
            x0 = double(g[0]) - g[2], y0 = double(g[1]) - g[2], x1 = double(g[0]) + g[2], y1 = double(g[1]) + g[2];
            area = std::acos(-1.0) * g[2] * g[2];
        } else if (g.size() >= 2) {
            x0 = x1 = g[0], y0 = y1 = g[1];
            for (std::size_t i = 0, j = g.size() - 2; i + 1 < g.size(); j = i, i += 2) {
                x0 = std::min<double>(x0, g[i]), x1 = std::max<double>(x1, g[i]);
                y0 = std::min<double>(y0, g[i + 1]), y1 = std::max<double>(y1, g[i + 1]);
                area += (double(g[j]) * g[i + 1] - double(g[i]) * g[j + 1]) / 2;
            }
            if (mark.kind == "contour")
                made["segmentation"].push_back(g);
        }
        made["bbox"] = {x0, y0, x1 - x0, y1 - y0};
        made["area"] = std::abs(area);
    }

    std::map<std::string, std::int64_t> m_categories;
    std::string m_marks; // behind the images
};

} // namespace

void CohortWriter::add(const HandedStudy& study)
{
    ++m_studies;
    const auto number =
        m_patients.try_emplace(study.patientId, static_cast<std::int64_t>(m_patients.size()) + 1).first->second;
    const auto part = m_facts.parts.find(study.patientId);
    write(study, {m_facts.identifiers ? study.patient : std::to_string(number),
                  m_facts.identifiers ? study.name : std::to_string(m_studies),
                  part == m_facts.parts.end() ? std::string() : part->second});
}

std::string CohortWriter::pathOf(const HandedImage& image) const
{
    return m_facts.identifiers ? pathText(image.root / image.below) : "image " + std::to_string(image.id);
}

std::unique_ptr<CohortWriter> makeCohortWriter(CohortFile::Form form, std::ostream& out, const ExportFacts& facts)
{
    switch (form) {
    case CohortFile::Form::Csv: return std::make_unique<CsvWriter>(out, facts);
    case CohortFile::Form::Coco: return std::make_unique<CocoWriter>(out, facts);
    default: return std::make_unique<LineWriter>(out, facts);
    }
}

} // namespace mama
