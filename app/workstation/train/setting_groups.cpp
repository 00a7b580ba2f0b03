#include "app/workstation/train/setting_groups.h"

#include "core/training/settings/settings.h"

#include <algorithm>
#include <set>

namespace mama {
std::vector<SettingGroup> settingGroups()
{
    std::vector<SettingGroup> groups{
        {SettingGroup::tr("Run"), {"task", "steps", "seed"}, {}},
        {SettingGroup::tr("Data"),
         {"data.root", "data.captions", "data.label", "data.label_share", "data.validation_share", "data.test_share",
          "data.limit"},
         {"data.images", "data.tables", "data.cache", "data.profile", "data.input_size", "data.base_scale",
          "data.split_seed", "data.split_file", "data.bad_image_share"}},
        {SettingGroup::tr("Model and LoRA"),
         {"model.start", "model.text_tower", "model.name", "model.trained_on", "model.image_training",
          "model.text_training", "lora.rank", "lora.alpha"},
         {"lora.dropout", "model.dropout", "model.text_local_norm", "model.batch_norm"}},
        {SettingGroup::tr("Batches and pairs"),
         {"batch", "accumulation", "sampler"},
         {"pairs.second_view", "pairs.inter_view"}},
        {SettingGroup::tr("Augmentation"),
         {"augment.set"},
         {"augment.crop_area_low", "augment.crop_ratio", "augment.flip_horizontal", "augment.flip_vertical",
          "augment.jitter_share", "augment.brightness", "augment.contrast", "augment.blur_share"}},
        {SettingGroup::tr("Captions"),
         {"captions.mask_share", "captions.mask"},
         {"captions.findings_only_until", "captions.single_sentence_share"}},
        {SettingGroup::tr("Optimisation"),
         {"schedule.max_lr", "schedule.warm_up_steps", "optimizer.weight_decay", "optimizer.tower_factor",
          "optimizer.text_factor"},
         {"schedule.min_lr", "optimizer.beta1", "optimizer.beta2", "optimizer.decay", "optimizer.clip"}},
        {SettingGroup::tr("Loss"),
         {"loss.schedule", "loss.late_loss", "loss.local_weight", "loss.simclr_weight", "loss.second_view_weight"},
         {"loss.temperature", "loss.scale_limit", "loss.clip_negatives", "loss.simclr_negatives",
          "loss.local_negatives"}},
        {SettingGroup::tr("Lesion masks"),
         {"dense.sentences", "dense.mask_weight", "dense.sentence_weight"},
         {"dense.positive_weight"}},
        {SettingGroup::tr("Evaluation and checkpoints"),
         {"evaluate_every", "best_metric", "early_stop", "checkpoint_every", "keep_every"},
         {"evaluate_images", "evaluate_map_ways", "stop.not_finite", "stop.divergence"}},
        {SettingGroup::tr("Machine"), {"device", "precision", "threads"}, {"loader_threads", "prefetch", "patience"}},
    };
    std::set<std::string> placed;
    for (const SettingGroup& group : groups)
        for (const auto* keys : {&group.usual, &group.rare})
            placed.insert(keys->begin(), keys->end());
    SettingGroup further{SettingGroup::tr("Further settings"), {}, {}};
    for (const SettingInfo& info : trainingSettings())
        if (!placed.contains(info.key))
            further.usual.push_back(info.key);
    if (!further.usual.empty())
        groups.push_back(further);
    return groups;
}

SettingPath pathKindOf(const std::string& key)
{
    for (const char* folder :
         {"data.root", "data.images", "data.tables", "data.cache", "model.start", "model.text_tower"})
        if (key == folder)
            return SettingPath::Folder;
    return key == "dense.sentences" ? SettingPath::File : SettingPath::None;
}

} // namespace mama
