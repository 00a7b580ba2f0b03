// mama losses: every loss term of a batch of embeddings.
#include "app/mama/options.h"
#include "core/training/losses/loss_batch.h"

#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct LossesOptions
{
    std::filesystem::path batch, gradients;
    std::string schedule = "reference";
    LossBatchOptions loss;
    bool json = true;
};

} // namespace

void addLosses(CLI::App& app, Context& context)
{
    auto options = std::make_shared<LossesOptions>();
    CLI::App* command = app.add_subcommand("losses", "Every loss term of a batch of embeddings");
    explain(*command,
            "Every loss term of a batch of embeddings, in float64, as one JSON document.\n"
            "The batch is a safetensors file with v, v2, t [N, D], simclr1, simclr2 [N, D'], patches [N, P, D''],\n"
            "sentences [total, D''], sentence_counts [N], logit_scale, local_scale [1], none normalised; v, t and\n"
            "logit_scale are needed, terms whose tensors are missing are left out.\n"
            "`total` follows --loss-schedule and --step; without --step it is that after the late step.\n"
            "--gradients writes grad_after_NAME and grad_before_NAME: of total_after_late_loss and\n"
            "total_before_late_loss by each tensor; and local_scores_t2i, local_scores_i2t [captions, images].");
    command->add_option("--batch", options->batch, "safetensors file")->required();
    command->add_option("--gradients", options->gradients, "safetensors file to write");
    command->add_option("--step", options->loss.step, "Optimiser step, for `total`")->check(CLI::NonNegativeNumber);
    command->add_option("--late-loss", options->loss.loss.lateLoss, "Step from which all terms count")
        ->capture_default_str();
    command->add_option("--loss-schedule", options->schedule, "Weighting of the terms in `total`")
        ->check(CLI::IsMember({"reference", "paper", "paper_mean"}))
        ->capture_default_str();
    command->add_option("--simclr-weight", options->loss.loss.simclrWeight, "Weight of the NT-Xent term")
        ->capture_default_str();
    command->add_option("--temperature", options->loss.loss.temperature, "Of NT-Xent")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_flag("--float32", options->loss.float32, "Compute in float32");
    addJsonOption(*command, options->json, "The output is JSON in any case");
    runs(*command, context, [options] {
        options->loss.loss.schedule = lossScheduleOf(options->schedule);
        printJson(lossesOfFile(options->batch, options->loss, options->gradients));
        return static_cast<int>(Done);
    });
}

} // namespace mama::cli
