#pragma once
#include <QCoreApplication>
#include <QString>
#include <nlohmann/json.hpp>
#include <vector>

namespace mama {

// A start for the form: settings that differ from the defaults.
struct RunPreset
{
    QString title;
    nlohmann::json config;

    Q_DECLARE_TR_FUNCTIONS(mama::RunPreset)
};

// Those that come with the program. Each keeps about ten checkpoints, to go along afterwards.
std::vector<RunPreset> builtInPresets();

// A keep_every that keeps about ten checkpoints of such a run: a multiple of its checkpoint_every, steps.
std::int64_t keepEveryFor(const nlohmann::json& config);

} // namespace mama
