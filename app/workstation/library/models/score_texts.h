#pragma once
#include "app/workstation/library/models/asked_models.h"
#include "widgets/library/facts_text.h"
#include "widgets/library/study_table_model.h"

#include <vector>

// What the models that are asked say of a study, as table, tiles and details show it.
namespace mama {

// One a model, the leading one first, and where there are several the difference in rank. Their ids are fields that
// isOfScores(), their cells have the same numbers.
std::vector<StudyTableColumn> scoreColumns(const AskedModels& models);
QString scoreCell(const AskedModels& models, std::uint32_t study, std::size_t column); // "–": it has none
QString scoreTip(const AskedModels& models, std::uint32_t study, std::size_t column);  // empty: the cell says it all
// "second 0.281 · third –": of all but the one that leads, once they have answered.
QString othersNote(const AskedModels& models, std::uint32_t study);
// leadBest: the image that the leading model found, where no vector says it (a region); 0: none.
std::vector<StudyScore> studyScores(const AskedModels& models, std::uint32_t study, std::int64_t leadBest);
// In one line, as rich text: who is waited for or has a problem, and whose embeddings are missing, with a link
// "embed:KEY" to the job that makes them. Empty: nothing of it.
QString othersState(const AskedModels& models, bool canEmbed); // canEmbed: with links to do so
// "demo, trained on phantoms".
QString namedWithTraining(const AskedModels& models, const LibraryModel& model);

} // namespace mama
