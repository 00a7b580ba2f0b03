#pragma once
#include <string>

// Which tensors of a model a run changes, by their canonical names alone, so that the tasks, the checkpoints and the
// estimates before a launch agree. It holds for the whole run: what begins to count late (loss.late_loss) trains from
// the start on as far as this is concerned. No Torch.
namespace mama {

// Frozen: the text model, not its heads. Fixed: neither.
enum class TextTraining { Lora, Full, Frozen, Fixed };
// "lora", "full", "frozen", "fixed". Error(Usage) otherwise.
TextTraining textTrainingOf(const std::string& name);

// A running statistic, which no optimiser trains and a forward pass may move.
bool isStatistic(const std::string& name);

// mama.md 2: the mask token and the image tower's last norm never train, of the text model what the setting says.
bool pretrainingTrains(const std::string& name, TextTraining text);
// wholeTower: fine-tuning; else the last layer alone.
bool classifierTrains(const std::string& name, bool wholeTower);
// Of the tensors of floating point.
bool warmStartTrains(const std::string& name);

// Whether checkpoints share what the run leaves as it is: from a tenth of the model's bytes on. Below, one plain file
// is worth more than the room.
bool worthSharing(double frozen, double model);

} // namespace mama
