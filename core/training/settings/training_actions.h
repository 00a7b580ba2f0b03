#pragma once
#include "core/base/error_actions.h"

// What failing pieces of training were doing, beside those of error_actions.h.
namespace mama::action {

inline constexpr auto readDataSet = TextId("action.read_data_set", "read data set");
inline constexpr auto readMask = TextId("action.read_mask", "read mask");
inline constexpr auto readImage = TextId("action.read_image", "read image");
inline constexpr auto openPrepared = TextId("action.open_prepared", "open prepared images");
inline constexpr auto makeBatch = TextId("action.make_batch", "make batch");
inline constexpr auto writeCheckpoint = TextId("action.write_checkpoint", "write checkpoint");
inline constexpr auto readCheckpoint = TextId("action.read_checkpoint", "read checkpoint");
inline constexpr auto makeStartModel = TextId("action.make_start_model", "make start model");
inline constexpr auto chooseLoss = TextId("action.choose_loss", "choose loss");
inline constexpr auto readSchedule = TextId("action.read_schedule", "read schedule");
inline constexpr auto computeLosses = TextId("action.compute_losses", "compute losses");

} // namespace mama::action
