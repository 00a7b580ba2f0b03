#include "app/workstation/train/run_check.h"

#include "app/workstation/runs/run_presets.h"
#include "core/base/files.h"
#include "core/protocol/run_folder.h"
#include "core/training/settings/checkpoint_estimate.h"
#include "core/training/settings/memory_estimate.h"
#include "core/training/settings/settings.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStorageInfo>
#include <nlohmann/json.hpp>
#include <numeric>
#include <unistd.h>

namespace mama {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("mama::RunForm", text); }

QString dataProblem(const Settings& settings)
{
    const QString root = QString::fromStdString(settings.text("data.root"));
    const QString images = QString::fromStdString(settings.text("data.images")),
                  tables = QString::fromStdString(settings.text("data.tables"));
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

namespace {

QString gigabytes(double bytes) { return translated("%1 GB").arg(bytes / 1e9, 0, 'f', bytes < 1e10 ? 2 : 0); }

// MemAvailable of /proc/meminfo, bytes; all of the memory where there is no such line.
double availableMemory()
{
    QFile file(QStringLiteral("/proc/meminfo"));
    if (file.open(QIODevice::ReadOnly))
        for (const QByteArray& line : file.readAll().split('\n'))
            if (line.startsWith("MemAvailable:"))
                return line.mid(13).trimmed().split(' ').first().toDouble() * 1024;
    return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void judgeMemory(const nlohmann::json& config, RunVerdict& verdict)
{
    const double free = availableMemory();
    try {
        const Settings settings = Settings::resolve(config);
        const MemoryEstimate need = estimateMemory(settings, readJson(settings.text("model.start") + "/model.json"));
        verdict.tight = need.total() > free;
        verdict.memory =
            translated(
                "Memory: about %1 (weights %2, gradients and optimiser %3, activations %4 for a micro-batch of %5, data %6, program %7); %8 are free.")
                .arg(gigabytes(need.total()), gigabytes(need.weights), gigabytes(need.gradients + need.moments),
                     gigabytes(need.activations))
                .arg(settings.integer("batch"))
                .arg(gigabytes(need.batches), gigabytes(need.program), gigabytes(free));
        if (verdict.tight)
            verdict.memory +=
                QLatin1Char(' ') +
                translated("That is too much: lower batch and raise accumulation, or lower data.input_size.");
    } catch (const std::exception& error) { // no model yet, or settings that the problem names too
        verdict.memory = verdict.problem.isEmpty()
                             ? translated("Memory: %1 are free; the run's need could not be estimated: %2")
                                   .arg(gigabytes(free), QString::fromUtf8(error.what()))
                             : translated("Memory: %1 are free. The run's need is known when a start model is chosen.")
                                   .arg(gigabytes(free));
    }
}

// Bytes free where a folder is or will be.
double freeDisk(const QString& folder)
{
    QFileInfo place(folder);
    while (!place.exists() && place.absolutePath() != place.absoluteFilePath())
        place = QFileInfo(place.absolutePath());
    return static_cast<double>(QStorageInfo(place.absoluteFilePath()).bytesAvailable());
}

// Says plainly whether there will be anything to go along on the checkpoints' page.
void judgeCheckpoints(const nlohmann::json& config, const QString& runFolder, RunVerdict& verdict)
{
    try {
        const Settings settings = Settings::resolve(config);
        const std::int64_t every = settings.integer("checkpoint_every"), keep = settings.integer("keep_every");
        if (keep == 0) {
            verdict.checkpoints =
                translated(
                    "Checkpoints: only the last and the best stay. To go along the run afterwards set keep_every, for instance to %1.")
                    .arg(keepEveryFor(config));
            return;
        }
        const std::int64_t apart = std::lcm(every, keep), kept = settings.integer("steps") / apart;
        verdict.checkpoints =
            translated("Checkpoints: one every %1 steps stays, %2 in all, beside the last and the best.")
                .arg(apart)
                .arg(kept);
        const CheckpointEstimate need =
            estimateCheckpoints(settings, readJson(settings.text("model.start") + "/model.json"));
        const double all = need.total(kept + 2), free = freeDisk(runFolder);
        verdict.checkpoints +=
            QLatin1Char(' ') +
            translated("They take about %1 of the disk; %2 are free.").arg(gigabytes(all), gigabytes(free));
        verdict.tight = verdict.tight || all > free;
    } catch (const std::exception&) { // no model yet, or settings that the problem names
    }
}

} // namespace

RunVerdict judgeRun(const nlohmann::json& config, const QString& runFolder)
{
    RunVerdict verdict;
    verdict.problem = runProblem(config, runFolder);
    judgeMemory(config, verdict);
    judgeCheckpoints(config, runFolder, verdict);
    return verdict;
}

} // namespace mama
