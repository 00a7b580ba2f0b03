#include "core/zeroshot/finding_evaluation.h"

#include "core/base/error.h"
#include "core/dicom/image_file.h"
#include "core/metrics/ranking.h"
#include "core/zeroshot/similarity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

using nlohmann::json;

constexpr std::array kindNames = {"mass", "calcification"};
constexpr std::array conspicuities = {"obvious", "moderate", "subtle"};

// One image and one kind of lesion, ready to be counted.
struct Case
{
    bool present = false, reachable = false;
    std::string conspicuity;
    double chance = 0;
    std::map<std::string, double> scores;
    std::map<std::string, bool> hits;
};

struct Cases
{
    std::vector<std::string> patients;
    std::array<std::vector<Case>, lesionChannels> kinds;
    std::vector<int> density, densityAnswer, suspicious; // -1: not labelled
    std::vector<double> suspicion;
};

Raster<std::uint8_t> readMask(const LesionMask& lesion)
{
    const StoredImage stored = ImageFile::open(lesion.file)->readFrame(0);
    Raster<std::uint8_t> mask(stored.rows, stored.columns);
    const std::size_t size = stored.bytes.size() / mask.values.size();
    for (std::size_t i = 0; i < mask.values.size(); ++i)
        mask.values[i] = stored.bytes[i * size] != std::byte{0} ? 1 : 0;
    return mask;
}

// Whether each patch's centre lies in a lesion of the kind.
std::vector<bool> centresInside(const TrainingImage& image, LesionChannel kind, const Geometry& geometry)
{
    std::vector<bool> inside(static_cast<std::size_t>(geometry.gridRows() * geometry.gridColumns()));
    for (const LesionMask& lesion : image.lesions) {
        if (lesion.channel != kind)
            continue;
        const Raster<std::uint8_t> mask = readMask(lesion);
        for (std::size_t i = 0; i < inside.size(); ++i) {
            const auto columns = static_cast<std::size_t>(geometry.gridColumns());
            const Point centre = geometry.patchCentre(static_cast<int>(i / columns), static_cast<int>(i % columns));
            const int row = static_cast<int>(std::floor(centre.y)), column = static_cast<int>(std::floor(centre.x));
            if (row >= 0 && row < mask.rows && column >= 0 && column < mask.columns && mask.at(row, column) != 0)
                inside[i] = true;
        }
    }
    return inside;
}

Case caseOf(const FindingAnswer::Kind& answer, const TrainingImage& image, LesionChannel kind, const PreparedImage& prepared)
{
    Case made;
    for (const LesionMask& lesion : image.lesions)
        if (lesion.channel == kind) {
            made.present = true;
            made.conspicuity = lesion.conspicuity;
        }
    for (const auto& [name, score] : answer.scores)
        made.scores[name] = score;
    if (!made.present)
        return made;
    const std::vector<bool> inside = centresInside(image, kind, prepared.geometry);
    const std::vector<std::uint8_t> breast = breastOnGrid(prepared.geometry, prepared.breast);
    double counted = 0, hit = 0;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        counted += breast[i] != 0 || inside[i] ? 1 : 0;
        hit += inside[i] ? 1 : 0;
    }
    made.reachable = hit > 0;
    made.chance = counted > 0 ? hit / counted : 0;
    for (const auto& [name, map] : answer.maps) {
        if (map.empty())
            continue;
        std::size_t peak = 0;
        float highest = -std::numeric_limits<float>::infinity();
        for (std::size_t i = 0; i < map.size(); ++i)
            if ((breast[i] != 0 || inside[i]) && map[i] > highest) {
                highest = map[i];
                peak = i;
            }
        made.hits[name] = inside[peak];
    }
    return made;
}

// Figures with intervals, collected by name and computed in one bootstrap.
class Figures
{
public:
    explicit Figures(const std::vector<std::string>& patients) : m_patients(patients) {}
    void add(const std::string& name, std::size_t n, std::function<double(std::span<const double>)> figure) { m_entries.push_back({name, n, std::move(figure)}); }
    Cancellable<json> result(const metrics::BootstrapOptions& options, const Job& job) const
    {
        const metrics::Statistic all = [&](std::span<const double> weights) {
            std::vector<double> values;
            for (const Entry& entry : m_entries)
                values.push_back(entry.figure(weights));
            return values;
        };
        const auto values = all(std::vector<double>(m_patients.size(), 1));
        const auto intervals = metrics::bootstrap(metrics::Resampler(m_patients), all, options, job);
        if (!intervals)
            return {};
        json made = json::object();
        for (std::size_t i = 0; i < m_entries.size(); ++i)
            if (std::isfinite(values[i]))
                made[m_entries[i].name] = {{"value", values[i]}, {"low", (*intervals)[i][0]}, {"high", (*intervals)[i][1]}, {"n", m_entries[i].n}};
        return made;
    }

private:
    struct Entry
    {
        std::string name;
        std::size_t n = 0;
        std::function<double(std::span<const double>)> figure;
    };
    const std::vector<std::string>& m_patients;
    std::vector<Entry> m_entries;
};

// AUC over some of the images.
void addAuc(Figures& figures, const std::string& name, const std::vector<double>& scores, const std::vector<bool>& positive, const std::vector<bool>& used)
{
    auto ranking = std::make_shared<metrics::Ranking>(scores, positive);
    figures.add(name, static_cast<std::size_t>(std::count(used.begin(), used.end(), true)), [ranking, used](std::span<const double> weights) {
        std::vector<double> own(weights.begin(), weights.end());
        for (std::size_t i = 0; i < own.size(); ++i)
            own[i] = used[i] ? own[i] : 0;
        return ranking->figures(own).auc;
    });
}

// Weighted mean of `value` over the images for which it is not NaN.
void addMean(Figures& figures, const std::string& name, const std::vector<double>& values)
{
    const auto n = static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [](double value) { return !std::isnan(value); }));
    figures.add(name, n, [values](std::span<const double> weights) {
        double sum = 0, total = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            if (!std::isnan(values[i])) {
                sum += weights[i] * values[i];
                total += weights[i];
            }
        return sum / total;
    });
}

void addKind(Figures& figures, const std::string& kind, const std::vector<Case>& cases, const std::string& conspicuity)
{
    const std::string ending = conspicuity.empty() ? "" : "_" + conspicuity;
    const auto counts = [&](const Case& one) { return one.present && (conspicuity.empty() || one.conspicuity == conspicuity); };
    std::vector<bool> positive, used;
    std::map<std::string, std::vector<double>> scores, shares;
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    for (const Case& one : cases) {
        positive.push_back(one.present);
        used.push_back(!one.present || counts(one));
        for (const auto& [name, score] : one.scores)
            scores[name].push_back(score);
        shares["oracle"].push_back(counts(one) ? (one.reachable ? 1 : 0) : none);
        shares["chance"].push_back(counts(one) ? one.chance : none);
    }
    for (const auto& [name, values] : scores)
        addAuc(figures, kind + "_auc_" + name + ending, values, positive, used);
    for (const auto& [name, values] : shares)
        addMean(figures, kind + "_" + name + ending, values);
    for (const char* map : {"own", "pair", "free", "head"}) {
        std::vector<double> hits;
        for (const Case& one : cases) {
            const auto hit = one.hits.find(map);
            hits.push_back(counts(one) && hit != one.hits.end() ? (hit->second ? 1 : 0) : none);
        }
        addMean(figures, kind + "_hit_" + map + ending, hits);
    }
}

void addDensity(Figures& figures, const Cases& cases)
{
    std::vector<int> truth = cases.density, answer = cases.densityAnswer;
    figures.add("density_balanced_accuracy", truth.size(), [truth, answer](std::span<const double> weights) {
        std::array<double, 4> right{}, all{};
        for (std::size_t i = 0; i < truth.size(); ++i)
            if (truth[i] >= 0 && answer[i] >= 0) {
                all[static_cast<std::size_t>(truth[i])] += weights[i];
                right[static_cast<std::size_t>(truth[i])] += truth[i] == answer[i] ? weights[i] : 0;
            }
        double sum = 0, classes = 0;
        for (std::size_t c = 0; c < all.size(); ++c)
            if (all[c] > 0) {
                sum += right[c] / all[c];
                ++classes;
            }
        return sum / classes;
    });
}

int suspiciousOf(const TrainingImage& image)
{
    const int category = image.birads.value_or(-1);
    return category == 4 || category == 5 ? 1 : category == 1 || category == 2 ? 0 : -1;
}

void addImage(Cases& cases, const FindingAnswer& answer, const TrainingImage& image, const PreparedImage& prepared)
{
    cases.patients.push_back(image.fields.patient);
    for (std::size_t kind = 0; kind < lesionChannels; ++kind)
        cases.kinds[kind].push_back(caseOf(answer.kinds[kind], image, static_cast<LesionChannel>(kind), prepared));
    cases.density.push_back(image.density.value_or(-1));
    cases.densityAnswer.push_back(answer.density.empty() ? -1 : static_cast<int>(std::max_element(answer.density.begin(), answer.density.end()) - answer.density.begin()));
    cases.suspicious.push_back(answer.suspicious ? suspiciousOf(image) : -1);
    cases.suspicion.push_back(answer.suspicious.value_or(0));
}

} // namespace

Cancellable<json> evaluateFindings(const TrainingIndex& index, const Answerer& answer, const FindingEvaluation& options, const Job& job)
{
    Cases cases;
    for (const TrainingImage& image : index.images) {
        if (job.cancelled())
            return {};
        job.report(cases.patients.size(), index.images.size(), "evaluate findings");
        const auto file = ImageFile::open(image.path);
        const PreparedImage prepared = prepare(file->readFrame(0), file->pipeline(0), options.profile, options.inputSize, options.patch);
        addImage(cases, answer(prepared, image), image, prepared);
    }
    Figures figures(cases.patients);
    for (std::size_t kind = 0; kind < lesionChannels; ++kind) {
        addKind(figures, kindNames[kind], cases.kinds[kind], "");
        for (const char* conspicuity : conspicuities)
            addKind(figures, kindNames[kind], cases.kinds[kind], conspicuity);
    }
    if (std::any_of(cases.densityAnswer.begin(), cases.densityAnswer.end(), [](int one) { return one >= 0; }))
        addDensity(figures, cases);
    std::vector<bool> positive, used;
    for (const int one : cases.suspicious) {
        positive.push_back(one == 1);
        used.push_back(one >= 0);
    }
    if (std::find(used.begin(), used.end(), true) != used.end())
        addAuc(figures, "suspicious_auc", cases.suspicion, positive, used);
    return figures.result(options.bootstrap, job);
}

} // namespace mama
