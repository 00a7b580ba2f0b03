#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

// Which tensors of a model a run changes, by their canonical names alone, so that the tasks, the checkpoints and the
// estimates before a launch agree. It holds for the whole run: what begins to count late (loss.late_loss) trains from
// the start on as far as this is concerned. No Torch.
namespace mama {

// Frozen: the text model, not its heads. Fixed: neither.
enum class TextTraining { Lora, Full, Frozen, Fixed };
// "lora", "full", "frozen", "fixed". Error(Usage) otherwise.
TextTraining textTrainingOf(const std::string& name);

// Of the image tower: all of it, adapters beside it, nothing.
enum class ImageTraining { Full, Lora, Frozen };
// "full", "lora", "frozen". Error(Usage) otherwise.
ImageTraining imageTrainingOf(const std::string& name);

struct TrainedParts
{
    TextTraining text = TextTraining::Lora;
    ImageTraining image = ImageTraining::Full;
    bool lastNorm = false; // of the image tower: it is part of how the tower is pooled
};
// Of a model.json: MaMA's own tower is pooled before its last norm (mama.md 3), others behind it.
bool lastNormTrains(const nlohmann::json& description);

// A running statistic, which no optimiser trains and a forward pass may move.
bool isStatistic(const std::string& name);

// mama.md 2: the mask token and MaMA's own last norm never train, of both towers what the settings say.
bool pretrainingTrains(const std::string& name, const TrainedParts& parts);
// The last layer, and of the image tower what fine-tuning trains.
bool classifierTrains(const std::string& name, const TrainedParts& parts);
// Of the tensors of floating point.
bool warmStartTrains(const std::string& name);

// Whether checkpoints share what the run leaves as it is: from a tenth of the model's bytes on. Below, one plain file
// is worth more than the room.
bool worthSharing(double frozen, double model);

} // namespace mama
