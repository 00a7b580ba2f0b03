// mama classify: zero-shot classes of a study with prompt ensembles, or those of a linear probe.
#include "core/zeroshot/classify.h"
#include "app/mama/study_options.h"
#include "core/base/error.h"
#include "core/zeroshot/model_prompts.h"
#include "core/zeroshot/result_messages.h"

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct ClassifyCommand
{
    StudyOptions study;
    PromptSource prompts;
    int length = 0;
};

void printTable(const ClassifyResult& result, const EncodedStudy& study)
{
    const auto row = [&](const std::string& label, const ClassScores& scores) {
        std::cout << label;
        for (std::size_t c = 0; c < result.classes.size(); ++c) {
            char text[64];
            std::snprintf(text, sizeof text, "\t%.4f (%.3f)",
                          scores.similarity.empty() ? scores.logits[c] : scores.similarity[c],
                          scores.sigmoid.empty() ? scores.softmax[c] : scores.sigmoid[c]);
            std::cout << text;
        }
        std::cout << "\n";
    };
    std::cout << "image";
    for (const std::string& label : result.classes)
        std::cout << "\t" << label;
    std::cout << "\n";
    for (std::size_t i = 0; i < study.images.size(); ++i)
        row(study.images[i].image.path.filename().string(), result.images[i]);
    row("study", result.study);
    const Provenance& p = result.provenance;
    std::cout << (result.study.similarity.empty() ? "Logits" : "Similarities")
              << (result.study.sigmoid.empty()
                      ? ", in brackets the softmax: a share among these classes, not a probability. "
                      : ", in brackets the sigmoid, as the reference scores a class by itself: not a probability. ")
              << provenanceLine(sourceOf(p), ProvenanceForm::Command).english() << std::endl;
}

Cancellable<ClassifyResult> classes(const ClassifyCommand& command, const OpenedStudy& opened, const Job& job)
{
    const FusionRule fusion = fusionRuleByName(command.study.fusion);
    const Model& model = *opened.model.model;
    if (model.info().kind == ModelKind::LinearProbe)
        return classifyByProbe(model, opened.study, fusion);
    if (command.prompts.empty())
        throw Error(ErrorCode::Usage, "classify", model.info().name,
                    "give --task or --prompts: the model is no linear probe");
    ClassifyOptions options;
    options.fusion = fusion;
    options.pooling = poolingByName(command.study.pooling);
    options.raw = command.study.raw;
    options.length = command.length > 0 ? command.length : promptLength(model, command.prompts);
    // A task's prompts hold the prefix, a file's get it when they are encoded.
    const bool task = command.prompts.file.empty();
    options.prefix = task ? std::string() : command.study.prefix;
    TextEncoder encoder(*opened.model.model);
    options.prompts = {promptsFor(model, command.prompts, task ? command.study.prefix : std::string())};
    auto result = classify(encoder, opened.study, options, job);
    if (result)
        result->provenance.prefix = command.study.prefix;
    return result;
}

int run(const ClassifyCommand& command, const Job& job)
{
    if (!command.prompts.empty())
        checkPrompts(command.prompts); // a wrong name or file is told before the model is loaded
    const auto opened = openStudy(command.study, job);
    if (!opened)
        return Cancelled;
    const auto result = classes(command, *opened, job);
    if (!result)
        return Cancelled;
    return report(classifyReply(*result, opened->study).toJson(), opened->study, command.study.json,
                  [&] { printTable(*result, opened->study); });
}

} // namespace

void addClassify(CLI::App& app, Context& context)
{
    auto options = std::make_shared<ClassifyCommand>();
    CLI::App* command = app.add_subcommand("classify", "Zero-shot classes of a study");
    explain(
        *command,
        "Similarity of each image with each class's prompts (several prompts a class: each embedding normalised, averaged,\n"
        "normalised), logits (exp(logit scale) x similarity), and their softmax, which is a share among these prompts and\n"
        "not a probability; softmax_twice is what the reference feeds to its AUC. The study's classes: similarities fused by\n"
        "the named rule. A linear probe needs neither --task nor --prompts.");
    addStudyOptions(*command, options->study);
    CLI::Option* task =
        command->add_option("--task", options->prompts.task,
                            "The published prompts: birads, density or cancer; of other groups' models those that "
                            "were published with them, as mass, calcification, cancer");
    command
        ->add_option("--prompts", options->prompts.file,
                     "JSON file: {\"classes\": {\"class\": [\"prompt\", ...], ...}}")
        ->excludes(task);
    command
        ->add_option("--length", options->length,
                     "Tokens that prompts are cut and padded to; without it 72 for the task cancer, else the model's")
        ->check(CLI::Range(1, 1'000'000));
    runs(*command, context, [options, &context] { return run(*options, context.job()); });
}

} // namespace mama::cli
