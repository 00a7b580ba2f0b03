#include "app/workstation/run_check.h"

#include "core/protocol/run_folder.h"
#include "core/training/settings.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace mama {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("mama::RunForm", text); }

QString dataProblem(const Settings& settings)
{
    const QString root = QString::fromStdString(settings.text("data.root"));
    const QString images = QString::fromStdString(settings.text("data.images")), tables = QString::fromStdString(settings.text("data.tables"));
    if (root.isEmpty() && (images.isEmpty() || tables.isEmpty()))
        return translated("data.root: choose the folder of the data set.");
    if (!root.isEmpty() && !QFileInfo(root).isDir())
        return translated("data.root: %1 is no folder.").arg(root);
    if (const QString place = images.isEmpty() ? root + QStringLiteral("/images") : images; !QFileInfo(place).isDir())
        return translated("data.images: %1 is no folder.").arg(place);
    const QString place = tables.isEmpty() ? root + QStringLiteral("/tables") : tables;
    if (!QFileInfo::exists(place))
        return translated("data.tables: %1 is not there.").arg(place);
    if (QFileInfo(place).isDir() && QDir(place).entryList({QStringLiteral("*.csv")}, QDir::Files).isEmpty())
        return translated("data.tables: %1 holds no .csv table.").arg(place);
    return {};
}

QString modelProblem(const Settings& settings)
{
    const QString start = QString::fromStdString(settings.text("model.start"));
    if (start.isEmpty())
        return translated("model.start: choose the model folder to start from.");
    if (!QFileInfo::exists(start + QStringLiteral("/model.json")))
        return translated("model.start: %1 holds no model.json.").arg(start);
    return {};
}

} // namespace

QString runProblem(const nlohmann::json& config, const QString& runFolder)
{
    if (runFolder.isEmpty())
        return translated("Choose the folder of the run.");
    if (RunFolder(runFolder.toStdString()).exists())
        return translated("%1 holds a run already; choose another name.").arg(runFolder);
    try {
        const Settings settings = Settings::resolve(config);
        const QString problem = dataProblem(settings);
        return problem.isEmpty() ? modelProblem(settings) : problem;
    } catch (const std::exception& error) {
        return QString::fromUtf8(error.what());
    }
}

QString memoryEstimate(const nlohmann::json& config)
{
    const double machine = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e9;
    const QString start = QString::fromStdString(config.value(nlohmann::json::json_pointer("/model/start"), std::string()));
    const auto bytes = static_cast<double>(QFileInfo(start + QStringLiteral("/model.safetensors")).size());
    if (bytes <= 0)
        return translated("This machine has %1 GB of memory.").arg(machine, 0, 'f', 1);
    // Weights, gradients and AdamW's two moments; a file of bf16 weights grows twofold in fp32 on top.
    const QString need = translated("Weights, gradients and optimiser need up to %1 GB when all is trained in the file's type, activations of the batch come on top; this machine has %2 GB.")
                             .arg(4 * bytes / 1e9, 0, 'f', 2).arg(machine, 0, 'f', 1);
    return 4 * bytes / 1e9 > machine ? translated("Too little memory? %1").arg(need) : need;
}

} // namespace mama
