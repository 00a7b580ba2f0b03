#pragma once
#include <QCoreApplication>
#include <QString>
#include <QStringList>
#include <nlohmann/json_fwd.hpp>

namespace mama {

// What would make a run fail at once: a setting out of its range, a folder or table that is missing, a run that is
// there already. Empty: nothing was found.
QString runProblem(const nlohmann::json& config, const QString& runFolder);

struct RunVerdict
{
    QString problem;      // what runProblem() says
    QString memory;       // what the run is likely to need of this machine's memory
    QString checkpoints;  // how many stay, and their room on the disk
    QStringList warnings; // what the configuration does that its author may not expect
    bool tight = false;   // more memory or disk than the machine has free

    Q_DECLARE_TR_FUNCTIONS(mama::RunVerdict)
};

// Looks at files: for a thread of the pool.
RunVerdict judgeRun(const nlohmann::json& config, const QString& runFolder);

} // namespace mama
