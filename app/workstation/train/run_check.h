#pragma once
#include "core/training/check/data_check.h"

#include <QCoreApplication>
#include <QString>
#include <QStringList>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace mama {

// What would make a run fail at once: a setting out of its range, a folder or table that is missing, a run that is
// there already. Empty: nothing was found.
QString runProblem(const nlohmann::json& config, const QString& runFolder);

// What the tables of a data set said when they were looked at last: reading them takes seconds.
class TablesSeen
{
public:
    struct Look
    {
        QStringList lines;
        std::optional<DataFacts> facts; // empty: the tables are too long to be read here
    };
    // Error as lookAtData().
    Look look(const Settings& settings);

private:
    std::mutex m_mutex;
    std::string m_key;
    Look m_last;
};

struct RunVerdict
{
    QString problem;      // what runProblem() says
    QString start;        // what it begins with: trained on what, under which terms
    QString memory;       // what the run is likely to need of this machine's memory
    QString data;         // what it would find in its tables, a line each
    QString checkpoints;  // how many stay, and their room on the disk
    QStringList warnings; // what the configuration does that its author may not expect
    bool tight = false;   // more memory or disk than the machine has free

    Q_DECLARE_TR_FUNCTIONS(mama::RunVerdict)
};

// Looks at files: for a thread of the pool. tables: null if they are not to be looked at.
RunVerdict judgeRun(const nlohmann::json& config, const QString& runFolder, TablesSeen* tables = nullptr);

} // namespace mama
