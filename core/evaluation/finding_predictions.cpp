#include "core/evaluation/finding_predictions.h"

#include "core/base/files.h"

#include <charconv>
#include <cmath>
#include <functional>
#include <ostream>
#include <set>

namespace mama {
namespace {

std::string text(const std::string& value)
{
    if (value.find_first_of(",\"\r\n") == std::string::npos)
        return value;
    std::string quoted = "\"";
    for (const char c : value)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string number(double value)
{
    if (std::isnan(value))
        return {};
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

std::string label(int value) { return value < 0 ? std::string() : std::to_string(value); }

using Case = FindingSample::Case;

// A column: its name, and the cell of an image.
struct Column
{
    std::string name;
    std::function<std::string(const TrainingImage&, const FindingSample&)> cell;
};

void addImage(std::vector<Column>& columns)
{
    const auto add = [&](const char* name, std::string ImageFields::*field) {
        columns.push_back(
            {name, [field](const TrainingImage& image, const FindingSample&) { return text(image.fields.*field); }});
    };
    add("image", &ImageFields::path);
    add("patient", &ImageFields::patient);
    add("exam", &ImageFields::exam);
    add("side", &ImageFields::side);
    add("view", &ImageFields::view);
}

// Columns of one kind of lesion, for the scores and maps that any image has.
class KindColumns
{
public:
    KindColumns(std::vector<Column>& columns, std::size_t kind, std::span<const FindingSample> samples)
        : m_columns(columns), m_kind(kind), m_prefix(lesionKindNames[kind])
    {
        std::set<std::string> scores, maps;
        for (const FindingSample& sample : samples) {
            for (const auto& [name, score] : sample.kinds[kind].scores)
                scores.insert(name);
            for (const auto& [name, aim] : sample.kinds[kind].maps)
                maps.insert(name);
        }
        add("", [](const Case& one) { return label(one.present); });
        add("_conspicuity", [](const Case& one) { return text(one.conspicuity); });
        add("_reachable", [](const Case& one) { return one.present ? label(one.reachable) : std::string(); });
        add("_chance", [](const Case& one) { return one.present ? number(one.chance) : std::string(); });
        for (const std::string& name : scores)
            add("_score_" + name, [name](const Case& one) {
                const auto found = one.scores.find(name);
                return found == one.scores.end() ? std::string() : number(found->second);
            });
        for (const std::string& name : maps)
            addMap(name);
    }

private:
    void addMap(const std::string& name)
    {
        const auto aim = [&](const char* what, double MapAim::*value) {
            add(what + name, [name, value](const Case& one) {
                const auto found = one.maps.find(name);
                return found == one.maps.end() ? std::string() : number(found->second.*value);
            });
        };
        const auto place = [&](const char* what, double Point::*value) {
            add(what + name, [name, value](const Case& one) {
                const auto found = one.peaks.find(name);
                return found == one.peaks.end() ? std::string() : number(found->second.*value);
            });
        };
        aim("_peak_", &MapAim::peak);
        place("_x_", &Point::x);
        place("_y_", &Point::y);
        aim("_hit_", &MapAim::hit);
        aim("_near_", &MapAim::near);
        aim("_cnr_", &MapAim::cnr);
        aim("_miou_", &MapAim::miou);
    }

    void add(const std::string& name, std::function<std::string(const Case&)> cell)
    {
        m_columns.push_back({m_prefix + name, [cell = std::move(cell), kind = m_kind](const TrainingImage&,
                                                                                      const FindingSample& sample) {
                                 return cell(sample.kinds[kind]);
                             }});
    }

    std::vector<Column>& m_columns;
    std::size_t m_kind;
    std::string m_prefix;
};

void addLabels(std::vector<Column>& columns, std::span<const FindingSample> samples)
{
    const auto add = [&](const std::string& name, std::function<std::string(const FindingSample::Labels&)> cell) {
        columns.push_back({name, [cell = std::move(cell)](const TrainingImage&, const FindingSample& sample) {
                               return cell(sample.labels);
                           }});
    };
    std::size_t classes = 0;
    for (const FindingSample& sample : samples)
        classes = std::max(classes, sample.labels.densityScores.size());
    add("normal", [](const auto& labels) { return label(labels.normal); });
    add("density", [](const auto& labels) { return label(labels.density); });
    for (std::size_t i = 0; i < classes; ++i)
        add("density_score_" + std::to_string(i), [i](const auto& labels) {
            return i < labels.densityScores.size() ? number(labels.densityScores[i]) : std::string();
        });
    add("suspicious", [](const auto& labels) { return label(labels.suspicious); });
    add("suspicious_score",
        [](const auto& labels) { return labels.suspicious < 0 ? std::string() : number(labels.suspicion); });
}

} // namespace

void writeFindingPredictions(const std::filesystem::path& file, std::span<const TrainingImage> images,
                             std::span<const FindingSample> samples)
{
    std::vector<Column> columns;
    addImage(columns);
    for (std::size_t kind = 0; kind < lesionKindNames.size(); ++kind)
        KindColumns(columns, kind, samples);
    addLabels(columns, samples);
    writeAtomically(file, [&](std::ostream& out) {
        for (std::size_t i = 0; i < columns.size(); ++i)
            out << (i > 0 ? "," : "") << columns[i].name;
        out << "\n";
        for (std::size_t row = 0; row < images.size(); ++row) {
            for (std::size_t i = 0; i < columns.size(); ++i)
                out << (i > 0 ? "," : "") << columns[i].cell(images[row], samples[row]);
            out << "\n";
        }
    });
}

} // namespace mama
