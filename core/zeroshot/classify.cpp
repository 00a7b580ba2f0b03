#include "core/zeroshot/classify.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/text/tokenizer/known_words.h"
#include "core/zeroshot/similarity.h"
#include "core/zeroshot/texts.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace mama {
namespace {

struct Ensembles
{
    std::vector<std::vector<float>> classes; // [D] each
    bool cut = false;
};

Cancellable<Ensembles> encodeClasses(TextEncoder& encoder, const PromptSet& set, const ClassifyOptions& options,
                                     const Job& job)
{
    std::vector<std::string> texts;
    for (const auto& [label, prompts] : set.classes)
        texts.insert(texts.end(), prompts.begin(), prompts.end());
    TextOptions textOptions;
    textOptions.raw = options.raw;
    textOptions.pooling = options.pooling;
    textOptions.prefix = options.prefix;
    textOptions.length = options.length;
    textOptions.sentences = false;
    const auto encoded = encoder.encode(texts, textOptions, job);
    if (!encoded)
        return {};
    Ensembles out;
    std::size_t next = 0;
    for (const auto& [label, prompts] : set.classes) {
        if (prompts.empty())
            throw Error(ErrorCode::Usage, {action::classify}, "class " + label,
                        {TextId("zeroshot.has_no_prompt", "it has no prompt")});
        std::vector<float> together;
        for (std::size_t k = 0; k < prompts.size(); ++k, ++next) {
            const EncodedText& text = *(*encoded)[next];
            together.insert(together.end(), text.global.begin(), text.global.end());
            out.cut = out.cut || text.cut;
        }
        out.classes.push_back(prompts.size() == 1
                                  ? together
                                  : ensemble(together, static_cast<std::int64_t>(together.size() / prompts.size())));
    }
    return out;
}

std::vector<std::string> classNames(const PromptSet& set)
{
    std::vector<std::string> out;
    for (const auto& [label, prompts] : set.classes)
        out.push_back(label);
    return out;
}

// One sentence for each prompt that the model's vocabulary does not know, or not all of.
std::vector<UserText> unknownPrompts(const std::vector<PromptSet>& sets, const Tokenizer* tokenizer)
{
    std::vector<UserText> out;
    std::set<std::string> seen;
    for (const PromptSet& set : sets)
        for (const auto& [label, prompts] : set.classes)
            for (const std::string& prompt : prompts)
                if (tokenizer && seen.insert(prompt).second)
                    if (const UserText unknown = unknownWords(*tokenizer, prompt); !unknown.empty())
                        out.push_back({TextId("zeroshot.prompt_unknown", "prompt of %1: %2"), label, unknown});
    return out;
}

void needSameClasses(const std::vector<PromptSet>& prompts, std::size_t images)
{
    if (prompts.empty() || prompts.front().classes.empty())
        throw Error(ErrorCode::Usage, {action::classify}, "",
                    {TextId("zeroshot.no_prompts_given", "no prompts given")});
    if (prompts.size() != 1 && prompts.size() != images)
        throw Error(ErrorCode::Internal, {action::classify}, "",
                    {TextId("zeroshot.prompt_sets_images", "%1 prompt sets for %2 images"), prompts.size(), images});
    for (const PromptSet& set : prompts)
        if (classNames(set) != classNames(prompts.front()))
            throw Error(
                ErrorCode::Usage, {action::classify}, set.name,
                {TextId("zeroshot.prompt_sets_have_different_classes", "the prompt sets have different classes")});
}

// Fused per class, then the softmax of what was fused.
template <class Scores>
void fuseInto(ClassifyResult& result, const EncodedStudy& study, const std::vector<std::vector<double>>& values,
              FusionRule rule, const Scores& scores)
{
    const FusedScores fused = fuse(values, study, rule);
    for (const BreastScores& breast : fused.breasts)
        result.breasts.emplace_back(breast.side, scores(breast.scores));
    result.study = scores(fused.study);
}

double sigmoidOf(double logit) { return 1 / (1 + std::exp(-logit)); }

} // namespace

ScoreRule scoreRule(const Model& model)
{
    ScoreRule rule{model.info().logitScale, model.info().logitBias};
    const nlohmann::json& description = model.description();
    if (!description.is_object() || !description.contains("zero_shot") || !description["zero_shot"].is_object())
        return rule;
    const nlohmann::json& section = description["zero_shot"];
    if (section.contains("factor") && section["factor"].is_number())
        rule.factor = section["factor"].get<double>();
    rule.sigmoid = section.contains("sigmoid") && section["sigmoid"] == true;
    return rule;
}

ClassScores classScores(std::vector<double> similarity, const ScoreRule& rule)
{
    ClassScores out;
    out.similarity = std::move(similarity);
    std::vector<double> scaled;
    for (const double s : out.similarity) {
        out.logits.push_back(std::exp(rule.logitScale) * s + rule.logitBias);
        scaled.push_back(rule.factor ? *rule.factor * s : out.logits.back());
        if (rule.sigmoid)
            out.sigmoid.push_back(sigmoidOf(out.logits.back()));
    }
    out.softmax = softmax(scaled);
    out.softmaxTwice = softmax(out.softmax);
    return out;
}

ClassScores probeScores(std::vector<double> logits)
{
    ClassScores out;
    out.logits = std::move(logits);
    if (out.logits.size() == 1) {
        out.softmax = out.softmaxTwice = out.sigmoid = {sigmoidOf(out.logits.front())};
        return out;
    }
    out.softmax = softmax(out.logits);
    out.softmaxTwice = softmax(out.softmax);
    return out;
}

Cancellable<ClassifyResult> classify(TextEncoder& encoder, const EncodedStudy& study, const ClassifyOptions& options,
                                     const Job& job)
{
    const std::vector<PromptSet>& prompts = options.prompts;
    needSameClasses(prompts, study.images.size());
    if (study.images.empty())
        throw Error(ErrorCode::Data, {action::classify}, "", {zeroshot_texts::noImage});
    ClassifyResult out;
    out.classes = classNames(prompts.front());
    out.prompts = prompts;
    std::vector<Ensembles> sets;
    bool cut = false;
    for (const PromptSet& set : prompts) {
        auto one = encodeClasses(encoder, set, options, job);
        if (!one)
            return {};
        cut = cut || one->cut;
        sets.push_back(std::move(*one));
    }
    if (cut)
        out.warnings.push_back({TextId("zeroshot.prompt_cut", "text cut: a prompt is longer than the model reads")});
    const Model& model = encoder.model();
    for (const UserText& unknown : unknownPrompts(prompts, model.tokenizer()))
        out.warnings.push_back(unknown);
    const ScoreRule rule = scoreRule(model);
    std::vector<std::vector<double>> similarity;
    for (std::size_t i = 0; i < study.images.size(); ++i) {
        std::vector<double> row;
        for (const auto& one : sets[sets.size() == 1 ? 0 : i].classes) {
            if (one.size() != study.images[i].encoded->global.size())
                throw Error(ErrorCode::Model, {action::classify}, study.images[i].image.path.string(),
                            {zeroshot_texts::lengthsDiffer});
            row.push_back(static_cast<double>(dot(study.images[i].encoded->global, one)));
        }
        out.images.push_back(classScores(row, rule));
        similarity.push_back(std::move(row));
    }
    fuseInto(out, study, similarity, options.fusion,
             [&](const std::vector<double>& fused) { return classScores(fused, rule); });
    const EncodedImage& first = *study.images.front().encoded;
    out.provenance = provenanceOf(model, first.profile, first.profileVersion);
    out.provenance.pooling = poolingUsed(model.info(), options.pooling);
    out.provenance.prefix = options.prefix;
    out.provenance.raw = options.raw;
    out.provenance.fusion = options.fusion;
    return out;
}

ClassifyResult classifyByProbe(const Model& model, const EncodedStudy& study, FusionRule fusion)
{
    const ModelInfo& info = model.info();
    if (info.kind != ModelKind::LinearProbe)
        throw Error(ErrorCode::Model, {action::classify}, info.name,
                    {TextId("zeroshot.no_linear_probe", "not a linear probe: give a task or prompts")});
    if (study.images.empty())
        throw Error(ErrorCode::Data, {action::classify}, "", {zeroshot_texts::noImage});
    ClassifyResult out;
    const std::size_t count = study.images.front().encoded->global.size();
    for (std::size_t c = 0; c < count; ++c)
        out.classes.push_back(info.classes.size() == count ? info.classes[c] : std::to_string(c));
    std::vector<std::vector<double>> logits;
    for (const ScoredImage& image : study.images) {
        logits.emplace_back(image.encoded->global.begin(), image.encoded->global.end());
        out.images.push_back(probeScores(logits.back()));
    }
    fuseInto(out, study, logits, fusion, [](const std::vector<double>& fused) { return probeScores(fused); });
    const EncodedImage& first = *study.images.front().encoded;
    out.provenance = provenanceOf(model, first.profile, first.profileVersion);
    out.provenance.fusion = fusion;
    return out;
}

} // namespace mama
