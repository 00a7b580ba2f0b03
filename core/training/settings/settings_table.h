#pragma once
#include "core/base/user_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <variant>

namespace mama {

enum class SettingType { Flag, Integer, Number, Text, Choice };

// A row of the table of settings below.
struct SettingRow
{
    std::string_view key;
    SettingType type = SettingType::Text;
    std::variant<bool, std::int64_t, double, std::string_view> standard;
    double low = 0, high = 0;
    std::array<std::string_view, 4>
        choices; // of Choice, those not needed empty; the first is the default. Of Text: offered
    TextIdFor<> unit, meaning;

    constexpr bool allows(std::string_view choice) const
    {
        return !choice.empty() && std::find(choices.begin(), choices.end(), choice) != choices.end();
    }
};

namespace setting_table {

// What numbers of a setting count.
namespace unit {
inline constexpr auto none = TextId("unit.none", "");
inline constexpr auto steps = TextId("unit.steps", "steps");
inline constexpr auto pixels = TextId("unit.pixels", "pixels");
inline constexpr auto images = TextId("unit.images", "images");
inline constexpr auto ofPatients = TextId("unit.of_patients", "of patients");
inline constexpr auto ofImages = TextId("unit.of_images", "of images");
inline constexpr auto pairs = TextId("unit.pairs", "pairs");
inline constexpr auto ofTheArea = TextId("unit.of_the_area", "of the area");
inline constexpr auto ofSamples = TextId("unit.of_samples", "of samples");
inline constexpr auto threads = TextId("unit.threads", "threads");
inline constexpr auto microBatches = TextId("unit.micro_batches", "micro-batches");
inline constexpr auto seconds = TextId("unit.seconds", "seconds");
inline constexpr auto evaluations = TextId("unit.evaluations", "evaluations");
} // namespace unit

struct Range
{
    double low, high;
};
constexpr double many = 1e9; // where nothing else bounds a count

constexpr SettingRow choice(const char* key, std::array<std::string_view, 4> choices, TextIdFor<> meaning)
{
    return {key, SettingType::Choice, choices.front(), 0, 0, choices, unit::none, meaning};
}
// A text of which some are offered.
constexpr SettingRow suggested(const char* key, std::array<std::string_view, 4> offered, TextIdFor<> meaning)
{
    return {key, SettingType::Text, offered.front(), 0, 0, offered, unit::none, meaning};
}
constexpr SettingRow text(const char* key, const char* standard, TextIdFor<> meaning)
{
    return {key, SettingType::Text, std::string_view(standard), 0, 0, {}, unit::none, meaning};
}
constexpr SettingRow flag(const char* key, bool standard, TextIdFor<> meaning)
{
    return {key, SettingType::Flag, standard, 0, 1, {}, unit::none, meaning};
}
constexpr SettingRow integer(const char* key, std::int64_t standard, Range range, TextIdFor<> unit, TextIdFor<> meaning)
{
    return {key, SettingType::Integer, standard, range.low, range.high, {}, unit, meaning};
}
constexpr SettingRow number(const char* key, double standard, Range range, TextIdFor<> unit, TextIdFor<> meaning)
{
    return {key, SettingType::Number, standard, range.low, range.high, {}, unit, meaning};
}

// Every setting of a training run: the one source for form, file, help and check, and for the keys that code may ask
// for (setting_key.h). A new one is a row here and a line where it is used.
inline constexpr SettingRow rows[] = {
    choice(
        "task", {"pretrain", "probe", "finetune", "warm-start"},
        TextId("setting.task",
               "What is trained: image-text pre-training, a linear probe, the whole image tower, or a tower on masks")),
    integer("seed", 42, {0, 9e15}, unit::none,
            TextId("setting.seed", "Seed of weights, order, augmentation, masking and dropout")),
    integer("steps", 40000, {1, many}, unit::steps, TextId("setting.steps", "Optimiser steps of the run")),

    text("model.start", "",
         TextId("setting.model.start",
                "Model folder or checkpoint to start from: MaMA's own, or any with an image tower (DINOv2's .pth, "
                "BiomedCLIP's, CLIP's, SigLIP's; for a probe EfficientNets too)")),
    text("model.text_tower", "",
         TextId("setting.model.text_tower",
                "Model folder or checkpoint whose language model and tokenizer a pre-training takes; empty: the "
                "start's own")),
    choice("model.image_training", {"full", "lora", "frozen"},
           TextId("setting.model.image_training",
                  "What of the image tower a pre-training or fine-tuning trains; lora: adapters beside its attention")),
    text("model.name", "", TextId("setting.model.name", "Name in the checkpoints' model.json; empty: as the start's")),
    text("model.trained_on", "",
         TextId("setting.model.trained_on", "Provenance in model.json, shown with every result")),
    choice("model.text_training", {"lora", "full", "frozen", "fixed"},
           TextId("setting.model.text_training", "What of the text model is trained; fixed: not even its heads")),
    integer("lora.rank", 8, {1, 1024}, unit::none, TextId("setting.lora.rank", "Rank of the adapters")),
    number("lora.alpha", 32, {0, 1e6}, unit::none,
           TextId("setting.lora.alpha", "The adapters' output is scaled by alpha / rank")),
    number(
        "model.dropout", 0.1, {0, 0.9}, unit::none,
        TextId("setting.model.dropout", "Dropout of a language model that has it (GPT-2), and of its training alone")),
    choice("model.text_local_norm", {"batch", "caption"},
           TextId("setting.model.text_local_norm",
                  "BatchNorm of the sentences: over the batch, or over each caption as the reference")),
    choice(
        "model.batch_norm", {"together", "process"},
        TextId(
            "setting.model.batch_norm",
            "BatchNorm in a run of several processes: over all samples, or over each process's own as plain PyTorch")),
    number("lora.dropout", 0.1, {0, 0.9}, unit::none,
           TextId("setting.lora.dropout", "Dropout in front of the adapters")),

    text("data.root", "", TextId("setting.data.root", "Folder with images/ and tables/ in EMBED's layout")),
    text("data.images", "", TextId("setting.data.images", "Folder of the images, if not under the root")),
    text("data.tables", "",
         TextId("setting.data.tables", "Folder of EMBED's tables or one joined table, if not under the root")),
    text("data.profile", "", TextId("setting.data.profile", "Image profile; empty: the model's")),
    integer("data.input_size", 0, {0, 4096}, unit::pixels,
            TextId("setting.data.input_size", "Side of the model's input; 0: the model's")),
    number("data.base_scale", 1, {1, 8}, unit::none,
           TextId("setting.data.base_scale",
                  "Prepared images are kept this much larger than the input, so that crops stay sharp")),
    text("data.cache", "",
         TextId("setting.data.cache", "Folder of prepared images; empty: under the user's cache folder")),
    integer("data.limit", 0, {0, many}, unit::images,
            TextId("setting.data.limit", "Take this many images of the tables only; 0: all")),
    integer("data.split_seed", 42, {0, 9e15}, unit::none,
            TextId("setting.data.split_seed", "Seed of the split by patient")),
    text("data.split_file", "",
         TextId("setting.data.split_file",
                "Table of the columns patient and part (train, validation, test) in place of the seeded split; a "
                "library's export has one")),
    number("data.validation_share", 0.1, {0, 0.9}, unit::ofPatients,
           TextId("setting.data.validation_share", "Held out for validation")),
    number("data.test_share", 0.2, {0, 0.9}, unit::ofPatients,
           TextId("setting.data.test_share", "Held out for the test")),
    number("data.bad_image_share", 0.01, {0, 1}, unit::ofImages,
           TextId("setting.data.bad_image_share", "The run stops if more images than this cannot be read")),
    suggested(
        "data.label", {"none", "birads", "density"},
        TextId("setting.data.label",
               "Class that a probe or fine-tuning learns and a balanced sampler evens out: none, birads, density, "
               "or a column of the tables, as the library exports its labels")),
    choice("data.captions", {"whole", "known"},
           TextId("setting.data.captions",
                  "Images without procedure, reason, density or assessment: left out of a pre-training, or trained on "
                  "with a caption of what is known")),
    number("data.label_share", 1, {0.0001, 1}, unit::ofPatients,
           TextId("setting.data.label_share", "Share of the training patients whose images are used")),

    integer("batch", 36, {1, 65536}, unit::pairs,
            TextId("setting.batch",
                   "Image pairs of a micro-batch, in each process of a run of several: the negatives come from these")),
    integer(
        "accumulation", 2, {1, 4096}, unit::none,
        TextId("setting.accumulation", "Micro-batches a step; a step takes batch x accumulation x processes pairs")),
    choice(
        "sampler", {"shuffled", "balanced", "lesions"},
        TextId(
            "setting.sampler",
            "Every image once an epoch; or classes, or images with masses, calcifications and neither, equally often")),
    number("pairs.second_view", 0.5, {0, 1}, unit::none,
           TextId("setting.pairs.second_view", "Probability that the second image is another one of the exam")),
    flag("pairs.inter_view", false, TextId("setting.pairs.inter_view", "The other image must be of the same breast")),

    choice("augment.set", {"reference", "light", "none"},
           TextId("setting.augment.set",
                  "Presets of the augmentation: the reference's, brightness and contrast alone, nothing")),
    number("augment.crop_area_low", 0.1, {0.01, 1}, unit::ofTheArea,
           TextId("setting.augment.crop_area_low", "Smallest random crop; 1: no crop")),
    number("augment.crop_ratio", 4.0 / 3, {1, 4}, unit::none,
           TextId("setting.augment.crop_ratio", "Crops are stretched by up to this ratio either way")),
    number("augment.flip_horizontal", 0.5, {0, 1}, unit::none,
           TextId("setting.augment.flip_horizontal", "Probability of a left-right flip; breaks the link to the side")),
    number("augment.flip_vertical", 0.5, {0, 1}, unit::none,
           TextId("setting.augment.flip_vertical", "Probability of an up-down flip")),
    number("augment.jitter_share", 0.8, {0, 1}, unit::none,
           TextId("setting.augment.jitter_share", "Probability of brightness and contrast changes")),
    number("augment.brightness", 0.8, {0, 1}, unit::none,
           TextId("setting.augment.brightness", "Brightness factor in 1 - this to 1 + this")),
    number("augment.contrast", 0.8, {0, 1}, unit::none,
           TextId("setting.augment.contrast", "Contrast factor in 1 - this to 1 + this")),
    number("augment.blur_share", 0.4, {0, 1}, unit::none,
           TextId("setting.augment.blur_share", "Probability of a Gaussian blur, 7 x 7, sigma 0.1 to 2 pixels")),

    number("captions.mask_share", 1, {0, 1}, unit::ofSamples,
           TextId("setting.captions.mask_share", "Captions that are rebuilt with masked metadata")),
    number("captions.mask", 0.8, {0, 1}, unit::none,
           TextId("setting.captions.mask",
                  "Probability that each of age, race, ethnicity, image type, side and view is hidden")),
    integer("captions.findings_only_until", 0, {0, many}, unit::steps,
            TextId("setting.captions.findings_only_until", "Captions hold the findings alone before this step")),
    number("captions.single_sentence_share", 0, {0, 1}, unit::ofSamples,
           TextId("setting.captions.single_sentence_share", "Captions of one sentence, after that step")),

    number("schedule.max_lr", 4e-5, {0, 10}, unit::none,
           TextId("setting.schedule.max_lr", "Learning rate after the warm-up")),
    number("schedule.min_lr", 1e-8, {0, 10}, unit::none,
           TextId("setting.schedule.min_lr", "Learning rate at the beginning and the end")),
    integer("schedule.warm_up_steps", 4000, {0, many}, unit::steps,
            TextId("setting.schedule.warm_up_steps", "Straight rise from the lowest to the highest rate")),
    number("optimizer.beta1", 0.9, {0, 0.9999}, unit::none,
           TextId("setting.optimizer.beta1", "AdamW's decay of the first moment; momentum of SGD")),
    number("optimizer.beta2", 0.999, {0, 0.99999}, unit::none,
           TextId("setting.optimizer.beta2", "AdamW's decay of the second moment")),
    number("optimizer.weight_decay", 0.1, {0, 10}, unit::none,
           TextId("setting.optimizer.weight_decay", "Decoupled weight decay (of SGD: added to the gradient)")),
    choice("optimizer.decay", {"all", "matrices"},
           TextId("setting.optimizer.decay",
                  "AdamW's decay: of every tensor as the reference, or of weight matrices and kernels alone")),
    number("optimizer.clip", 0, {0, 1e6}, unit::none,
           TextId("setting.optimizer.clip", "Gradients are scaled to at most this norm; 0: not clipped")),
    number("optimizer.tower_factor", 1, {0, 10}, unit::none,
           TextId("setting.optimizer.tower_factor", "The image tower's rate as a multiple of the others'")),
    number("optimizer.text_factor", 1, {0, 10}, unit::none,
           TextId("setting.optimizer.text_factor",
                  "The language model's rate, heads apart, as a multiple of the others'")),

    choice("loss.schedule", {"reference", "paper", "paper_mean"},
           TextId("setting.loss.schedule", "How the terms are weighed and when they start")),
    integer("loss.late_loss", 8000, {0, many}, unit::steps,
            TextId("setting.loss.late_loss", "Local and image-image terms start at this step")),
    number("loss.simclr_weight", 1, {0, 100}, unit::none,
           TextId("setting.loss.simclr_weight", "Weight of the image-image term")),
    number("loss.second_view_weight", 1, {0, 100}, unit::none,
           TextId("setting.loss.second_view_weight", "Weight of the second view's image-text term")),
    number("loss.local_weight", 1, {0, 100}, unit::none,
           TextId("setting.loss.local_weight", "Weight of the terms between patches and sentences")),
    number("loss.temperature", 0.5, {0.001, 100}, unit::none,
           TextId("setting.loss.temperature", "Temperature of the image-image term")),
    choice(
        "loss.clip_negatives", {"local", "gathered"},
        TextId(
            "setting.loss.clip_negatives",
            "Negatives of the image-text terms: the process's own samples as the reference, or those of all processes")),
    choice(
        "loss.simclr_negatives", {"gathered", "local"},
        TextId(
            "setting.loss.simclr_negatives",
            "Negatives of the image-image term: those of all processes as the reference means it, or the process's own")),
    choice("loss.local_negatives", {"local", "gathered"},
           TextId("setting.loss.local_negatives", "Negatives of the local terms, likewise")),
    number("loss.scale_limit", 100, {1, 1e6}, unit::none,
           TextId("setting.loss.scale_limit", "The learned factors on cosines are kept below this")),

    text("dense.sentences", "",
         TextId("setting.dense.sentences", "File of sentences of which lesion masks say whether they are true")),
    number(
        "dense.mask_weight", 0, {0, 100}, unit::none,
        TextId("setting.dense.mask_weight", "Weight of the term that holds maps of such sentences against the masks")),
    number("dense.sentence_weight", 0, {0, 100}, unit::none,
           TextId("setting.dense.sentence_weight",
                  "Weight of the term that asks whether each sentence is true of the image")),
    number("dense.positive_weight", 6, {0.1, 1000}, unit::none,
           TextId("setting.dense.positive_weight",
                  "Weight of patches on a lesion against patches off it, in terms that use masks")),

    text("device", "auto",
         TextId("setting.device",
                "cpu, auto, cuda or cuda:N; auto: the first GPU if driver and plug-in are there, else the CPU")),
    choice(
        "precision", {"fp32", "mixed", "bf16-true"},
        TextId(
            "setting.precision",
            "mixed: matrix products in bfloat16 (on a CPU without such products in float32), all else in float32; bf16-true: all in bfloat16, as the reference")),
    integer("threads", 0, {0, 1024}, unit::threads,
            TextId("setting.threads", "For the model; 0: every core, shared between the processes of a machine")),
    integer(
        "loader_threads", 1, {0, 256}, unit::threads,
        TextId("setting.loader_threads", "That make batches ahead; 0: between the steps. Does not change the numbers")),
    integer("prefetch", 4, {1, 256}, unit::microBatches, TextId("setting.prefetch", "Kept ready at most")),

    number("patience", 1800, {1, 1e6}, unit::seconds,
           TextId("setting.patience",
                  "A run of several processes stops if one says nothing for so long; more than an evaluation takes")),
    integer("checkpoint_every", 500, {1, many}, unit::steps,
            TextId("setting.checkpoint_every", "Between checkpoints; the last and the best stay")),
    integer("keep_every", 0, {0, many}, unit::steps,
            TextId("setting.keep_every",
                   "Checkpoints at multiples of this stay too, to compare them later; 0: only the last and the best")),
    integer("evaluate_every", 0, {0, many}, unit::steps,
            TextId("setting.evaluate_every", "Between evaluations; 0: none")),
    integer("evaluate_images", 400, {1, many}, unit::images,
            TextId("setting.evaluate_images", "Of the validation patients at most")),
    text("evaluate_map_ways", "standard",
         TextId(
             "setting.evaluate_map_ways",
             "Read-outs of the maps that a pre-training's evaluations compare, with commas between: standard, self-1, "
             "self-2, value-only, value-ffn, neighbour; or all. Each beside the first makes figures of its own")),
    text("best_metric", "",
         TextId("setting.best_metric",
                "Metric that picks the best checkpoint, the higher the better; -NAME: the lower. Empty: none")),
    integer("early_stop", 0, {0, many}, unit::evaluations,
            TextId("setting.early_stop", "The run ends after this many without a better value; 0: never")),
    integer("stop.not_finite", 5, {1, many}, unit::steps,
            TextId("setting.stop.not_finite",
                   "The run fails after so many in a row that were left out, since loss or gradient was no number")),
    number(
        "stop.divergence", 1.5, {0, 1e6}, unit::none,
        TextId(
            "setting.stop.divergence",
            "The run fails when the mean loss of 10 steps is above this many times that of its first 10, and by more than 1; 0: never")),
};

// Null for a key that is no setting.
constexpr const SettingRow* find(std::string_view key)
{
    const auto* row =
        std::find_if(std::begin(rows), std::end(rows), [&](const SettingRow& one) { return one.key == key; });
    return row == std::end(rows) ? nullptr : row;
}

} // namespace setting_table
} // namespace mama
