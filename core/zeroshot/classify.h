#pragma once
#include "core/base/user_text.h"
#include "core/study/fusion.h"
#include "core/text/captions/prompts.h"
#include "core/zeroshot/provenance.h"
#include "core/zeroshot/study_encoder.h"
#include "core/zeroshot/text_encoder.h"

#include <optional>
#include <string>
#include <vector>

namespace mama {

struct ClassifyOptions
{
    std::vector<PromptSet> prompts; // one set for all images, or one an image with the same classes
    FusionRule fusion = FusionRule::Maximum;
    Pooling pooling = Pooling::Default;
    std::string prefix;
    bool raw = false; // prompts hold special tokens already
    int length = 0;   // tokens that prompts are cut and padded to (captionLength of a task); 0: the model's
};

// Scores of one image, breast or study, in class order.
struct ClassScores
{
    std::vector<double> similarity;   // cosine with the class's prompt ensemble; empty for a linear probe
    std::vector<double> logits;       // exp(logit scale) x similarity (+ bias); a linear probe's own outputs
    std::vector<double> softmax;      // over the classes: a share among these prompts, not a probability
    std::vector<double> sigmoid = {}; // of the logits, where the reference scores classes so; else empty
    std::vector<double> softmaxTwice; // softmax of it: what the reference feeds to its AUC (mama.md R1)
};

struct ClassifyResult
{
    std::vector<std::string> classes;
    std::vector<PromptSet> prompts; // used: one set, or one an image where they hold its metadata; none for a probe
    std::vector<ClassScores> images;
    std::vector<std::pair<Side, ClassScores>> breasts;
    ClassScores study;
    std::vector<UserText> warnings;
    Provenance provenance;
};

// How a model's reference scores similarities.
struct ScoreRule
{
    double logitScale = 0, logitBias = 0;
    std::optional<double> factor = {}; // of the similarities in the softmax; empty: exp(logit scale)
    bool sigmoid = false;              // each class by itself too
};
ScoreRule scoreRule(const Model& model);
ClassScores classScores(std::vector<double> similarity, const ScoreRule& rule);
// One output is the logit of a yes: its sigmoid is given instead of the softmax, which would be 1.
ClassScores probeScores(std::vector<double> logits);

// Zero-shot classes. Error(Usage) on no prompts or differing classes. Empty: cancelled.
Cancellable<ClassifyResult> classify(TextEncoder& encoder, const EncodedStudy& study, const ClassifyOptions& options,
                                     const Job& job = {});

// The classes of a linear probe: its outputs are the images' global vectors. Error(Model) if the model is none.
ClassifyResult classifyByProbe(const Model& model, const EncodedStudy& study, FusionRule fusion);

} // namespace mama
