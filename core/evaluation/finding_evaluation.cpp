#include "core/evaluation/finding_evaluation.h"

#include "core/dicom/read/image_file.h"
#include "core/evaluation/figure_list.h"
#include "core/study/spacing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mama {
namespace {

using nlohmann::json;

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::array conspicuities = {"", "obvious", "moderate", "subtle"}; // "": all
constexpr double sensitivityOfThreshold = 0.9;

using Sample = FindingSample;
using Case = FindingSample::Case;

// One kind of lesion over all samples.
class KindFigures
{
public:
    KindFigures(const std::vector<Sample>& samples, std::size_t kind, FigureList& figures)
        : m_samples(samples), m_kind(kind), m_figures(figures)
    {
        for (const Sample& sample : samples)
            for (const auto& [map, aim] : sample.kinds[kind].maps)
                m_maps[map] = true;
    }

    void addScores(const std::string& prefix, const std::string& conspicuity) const
    {
        std::vector<bool> positive, used;
        std::map<std::string, std::vector<double>> scores;
        for (const Sample& sample : m_samples) {
            const Case& one = sample.kinds[m_kind];
            positive.push_back(one.present);
            used.push_back(!one.present || counts(one, conspicuity));
            for (const auto& [name, score] : one.scores)
                scores[name].push_back(score);
        }
        for (const auto& [name, values] : scores)
            m_figures.addAuc(prefix + lesionKindNames[m_kind] + "_auc_" + name + ending(conspicuity), values, positive,
                             used);
    }

    void addAim(const std::string& conspicuity) const
    {
        const auto ofLesions = [&](const std::string& name, auto&& value) {
            mean(name + ending(conspicuity), [&](const Sample& sample) {
                return counts(sample.kinds[m_kind], conspicuity) ? value(sample.kinds[m_kind]) : none;
            });
        };
        ofLesions("oracle", [](const Case& one) { return one.reachable ? 1.0 : 0.0; });
        ofLesions("chance", [](const Case& one) { return one.chance; });
        ofLesions("chance_near", [](const Case& one) { return one.chanceNear; });
        struct Named
        {
            const char* name;
            double MapAim::*value;
        };
        for (const Named& figure : {Named{"hit_", &MapAim::hit}, Named{"near_", &MapAim::near},
                                    Named{"cnr_", &MapAim::cnr}, Named{"miou_", &MapAim::miou}})
            for (const auto& [map, any] : m_maps)
                ofLesions(figure.name + map, [&, &name = map](const Case& one) { return of(one, name, figure.value); });
    }

    void addActivation(const std::map<std::string, double>& thresholds) const
    {
        for (const auto& [map, any] : m_maps) {
            const auto threshold = thresholds.find(std::string(lesionKindNames[m_kind]) + "_" + map);
            if (threshold == thresholds.end())
                continue;
            const auto active = [&, &name = map](const Case& one) {
                const double peak = of(one, name, &MapAim::peak);
                return std::isnan(peak) ? none : peak > threshold->second ? 1.0 : 0.0;
            };
            mean("activation_" + map, [&](const Sample& sample) {
                return sample.kinds[m_kind].present ? active(sample.kinds[m_kind]) : none;
            });
            mean("false_activation_" + map,
                 [&](const Sample& sample) { return sample.labels.normal ? active(sample.kinds[m_kind]) : none; });
        }
    }

    void addThresholds(json& thresholds) const
    {
        for (const auto& [map, any] : m_maps) {
            std::vector<double> peaks;
            for (const Sample& sample : m_samples)
                if (const double peak = of(sample.kinds[m_kind], map, &MapAim::peak);
                    sample.kinds[m_kind].present && !std::isnan(peak))
                    peaks.push_back(peak);
            std::sort(peaks.begin(), peaks.end());
            if (!peaks.empty())
                thresholds[std::string(lesionKindNames[m_kind]) + "_" + map] =
                    metrics::quantile(peaks, 1 - sensitivityOfThreshold);
        }
    }

private:
    static std::string ending(const std::string& conspicuity) { return conspicuity.empty() ? "" : "_" + conspicuity; }
    static bool counts(const Case& one, const std::string& conspicuity)
    {
        return one.present && (conspicuity.empty() || one.conspicuity == conspicuity);
    }
    static double of(const Case& one, const std::string& map, double MapAim::*value)
    {
        const auto found = one.maps.find(map);
        return found == one.maps.end() ? none : found->second.*value;
    }
    template <class Value>
    void mean(const std::string& name, Value&& value) const
    {
        std::vector<double> values;
        for (const Sample& sample : m_samples)
            values.push_back(value(sample));
        m_figures.addMean(std::string(lesionKindNames[m_kind]) + "_" + name, values);
    }

    const std::vector<Sample>& m_samples;
    std::size_t m_kind;
    FigureList& m_figures;
    std::map<std::string, bool> m_maps;
};

void addSuspicious(const std::string& name, const std::vector<Sample>& samples, FigureList& figures)
{
    std::vector<bool> positive, used;
    std::vector<double> suspicion;
    for (const Sample& sample : samples) {
        positive.push_back(sample.labels.suspicious == 1);
        used.push_back(sample.labels.suspicious >= 0);
        suspicion.push_back(sample.labels.suspicion);
    }
    if (std::find(used.begin(), used.end(), true) != used.end())
        figures.addAuc(name, suspicion, positive, used);
}

void addDensity(const std::string& name, const std::vector<Sample>& samples, FigureList& figures)
{
    std::vector<int> truth, answer;
    for (const Sample& sample : samples) {
        const auto& scores = sample.labels.densityScores;
        truth.push_back(sample.labels.density);
        answer.push_back(
            scores.empty() ? -1 : static_cast<int>(std::max_element(scores.begin(), scores.end()) - scores.begin()));
    }
    if (std::any_of(answer.begin(), answer.end(), [](int one) { return one >= 0; }))
        figures.addBalancedAccuracy(name, truth, answer);
}

std::vector<std::string> patientsOf(const std::vector<Sample>& samples)
{
    std::vector<std::string> patients;
    for (const Sample& sample : samples)
        patients.push_back(sample.patient);
    return patients;
}

Cancellable<json> figuresOfImages(const std::vector<Sample>& images, const FindingEvaluation& options, json& thresholds,
                                  const Job& job)
{
    FigureList figures(patientsOf(images));
    for (std::size_t kind = 0; kind < lesionChannels; ++kind) {
        const KindFigures own(images, kind, figures);
        for (const char* conspicuity : conspicuities) {
            own.addScores("", conspicuity);
            own.addAim(conspicuity);
        }
        own.addActivation(options.thresholds);
        own.addThresholds(thresholds);
    }
    addDensity("density_balanced_accuracy", images, figures);
    addSuspicious("suspicious_auc", images, figures);
    return figures.result(options.bootstrap, job);
}

Cancellable<json> figuresOfBreasts(const std::vector<Sample>& breasts, const FindingEvaluation& options, const Job& job)
{
    FigureList figures(patientsOf(breasts));
    for (std::size_t kind = 0; kind < lesionChannels; ++kind)
        KindFigures(breasts, kind, figures).addScores("breast_", "");
    addSuspicious("breast_suspicious_auc", breasts, figures);
    return figures.result(options.bootstrap, job);
}

Cancellable<json> figuresOfExams(const std::vector<Sample>& exams, const FindingEvaluation& options, const Job& job)
{
    FigureList figures(patientsOf(exams));
    addDensity("exam_density_balanced_accuracy", exams, figures);
    return figures.result(options.bootstrap, job);
}

// What the samples' figures are joined by.
struct Keys
{
    std::vector<std::string> breasts, exams;
};

Cancellable<FindingFigures> figuresOf(std::vector<Sample> images, const Keys& keys, const FindingEvaluation& options,
                                      const Job& job)
{
    FindingFigures made{{}, json::object(), {}};
    const auto ofImages = figuresOfImages(images, options, made.thresholds, job);
    const auto ofBreasts = figuresOfBreasts(joinedByKey(images, keys.breasts), options, job);
    const auto ofExams = figuresOfExams(joinedByKey(images, keys.exams), options, job);
    if (!ofImages || !ofBreasts || !ofExams)
        return {};
    made.figures = *ofImages;
    made.figures.update(*ofBreasts);
    made.figures.update(*ofExams);
    made.images = std::move(images);
    return made;
}

} // namespace

Cancellable<FindingFigures> evaluateFindings(const TrainingIndex& index, const Answerer& answer,
                                             const FindingEvaluation& options, const Job& job)
{
    auto made = compareFindings(
        index,
        [&](const PreparedImage& prepared, const TrainingImage& image) { return std::vector{answer(prepared, image)}; },
        options, job);
    if (!made)
        return {};
    return std::move(made->front());
}

Cancellable<std::vector<FindingFigures>> compareFindings(const TrainingIndex& index, const Answerers& answers,
                                                         const FindingEvaluation& options, const Job& job)
{
    std::vector<std::vector<Sample>> samples(1); // of each answer
    Keys keys;
    for (const TrainingImage& image : index.images) {
        if (job.cancelled())
            return {};
        job.report(keys.exams.size(), index.images.size(), "evaluate findings");
        const auto file = ImageFile::open(image.path);
        const PreparedImage prepared =
            prepare(file->readFrame(0), file->pipeline(0), options.profile, {options.inputSize, options.patch});
        std::vector<UserText> warnings;
        const auto spacing = resolveSpacing(file->header(), warnings).mm;
        const std::vector<FindingAnswer> made = answers(prepared, image);
        samples.resize(made.size());
        for (std::size_t i = 0; i < made.size(); ++i)
            samples[i].push_back(findingSample(made[i], image, prepared, spacing));
        keys.exams.push_back(image.fields.patient + " " + image.fields.exam);
        keys.breasts.push_back(keys.exams.back() + " " + image.fields.side);
    }
    std::vector<FindingFigures> all;
    for (std::vector<Sample>& each : samples) {
        auto figures = figuresOf(std::move(each), keys, options, job);
        if (!figures)
            return {};
        all.push_back(std::move(*figures));
    }
    return all;
}

} // namespace mama
