#include "app/workstation/train/run_check.h"

#include "app/workstation/runs/run_presets.h"
#include "core/protocol/run_folder.h"
#include "core/training/check/data_look.h"
#include "core/training/check/run_check.h"
#include "core/training/check/run_sources.h"
#include "core/training/settings/data_folders.h"
#include "core/training/settings/run_needs.h"
#include "core/training/settings/start_description.h"
#include "widgets/look/shown_text.h"

#include <nlohmann/json.hpp>

namespace mama {
QString runProblem(const nlohmann::json& config, const QString& runFolder)
{
    if (runFolder.isEmpty())
        return RunVerdict::tr("Choose the folder of the run.");
    if (RunFolder(runFolder.toStdString()).taken())
        return RunVerdict::tr("%1 holds a run already; choose another name.").arg(runFolder);
    try {
        const Settings settings = Settings::resolve(withNamedStart(config));
        checkNewRun(settings);
        checkSources(settings);
        return {};
    } catch (const std::exception& error) {
        return shownError(error);
    }
}

namespace {

constexpr std::uintmax_t longTables = std::uintmax_t{150} << 20; // bytes; the window keeps its memory for pictures

// What changes what the tables say: the settings on data, and the files themselves.
std::string keyOf(const Settings& settings, std::uintmax_t& bytes)
{
    std::string key = settings.toJson().at("data").dump() + settings.text("task");
    const std::filesystem::path tables = dataFolders(settings).tables, split = settings.text("data.split_file");
    std::vector<std::filesystem::path> files{split, dataFolders(settings).root / "cohort.json",
                                             dataFolders(settings).root / "lesions.csv"};
    std::error_code failed;
    if (!std::filesystem::is_directory(tables, failed))
        files.push_back(tables);
    for (const auto& entry : std::filesystem::directory_iterator(tables, failed))
        files.push_back(entry.path());
    for (const auto& file : files)
        if (const auto size = std::filesystem::file_size(file, failed); !failed) {
            const auto time = std::filesystem::last_write_time(file, failed).time_since_epoch().count();
            key += file.string() + std::to_string(size) + "," + std::to_string(time);
            bytes += size;
        }
    return key;
}

QString gigabytes(double bytes) { return RunVerdict::tr("%1 GB").arg(bytes / 1e9, 0, 'f', bytes < 1e10 ? 2 : 0); }

void judgeMemory(const RunNeeds& needs, std::int64_t batch, RunVerdict& verdict)
{
    const MemoryEstimate& need = *needs.memory;
    verdict.tight = needs.memoryTight();
    verdict.memory =
        RunVerdict::tr(
            "Memory: about %1 (weights %2, gradients and optimiser %3, activations %4 for a micro-batch of %5, data %6, program %7); %8 are free.")
            .arg(gigabytes(need.total()), gigabytes(need.weights), gigabytes(need.gradients + need.moments),
                 gigabytes(need.activations))
            .arg(batch)
            .arg(gigabytes(need.batches), gigabytes(need.program), gigabytes(needs.freeMemory));
    if (verdict.tight)
        verdict.memory +=
            QLatin1Char(' ') +
            RunVerdict::tr("That is too much: lower batch and raise accumulation, or lower data.input_size.");
}

// No model yet, or settings that the problem names too.
void tellMemoryAlone(const QString& why, RunVerdict& verdict)
{
    const QString free = gigabytes(freeMemory());
    verdict.memory =
        verdict.problem.isEmpty()
            ? RunVerdict::tr("Memory: %1 are free; the run's need could not be estimated: %2").arg(free, why)
            : RunVerdict::tr("Memory: %1 are free. The run's need is known when a start model is chosen.").arg(free);
}

// Says plainly whether there will be anything to go along on the checkpoints' page.
void judgeCheckpoints(const RunNeeds& needs, const nlohmann::json& config, RunVerdict& verdict)
{
    if (needs.keptEvery == 0) {
        verdict.checkpoints =
            RunVerdict::tr(
                "Checkpoints: only the last and the best stay. To go along the run afterwards set keep_every, for instance to %1.")
                .arg(keepEveryFor(config));
        return;
    }
    verdict.checkpoints =
        RunVerdict::tr("Checkpoints: one every %1 steps stays, %2 in all, beside the last and the best.")
            .arg(needs.keptEvery)
            .arg(needs.kept);
    if (!needs.disk)
        return;
    verdict.checkpoints += QLatin1Char(' ') + RunVerdict::tr("They take about %1 of the disk; %2 are free.")
                                                  .arg(gigabytes(*needs.disk), gigabytes(needs.freeDisk));
    verdict.tight = verdict.tight || needs.diskTight();
}

} // namespace

TablesSeen::Look TablesSeen::look(const Settings& settings)
{
    const std::lock_guard lock(m_mutex);
    std::uintmax_t bytes = 0;
    const std::string key = keyOf(settings, bytes);
    if (key == m_key)
        return m_last;
    Look look;
    if (bytes > longTables) {
        look.lines
            << RunVerdict::tr(
                   "The tables are long (%1): the run's log, and mama train --dry-run before, say what is left out.")
                   .arg(gigabytes(static_cast<double>(bytes)));
    } else {
        DataLook data = lookAtData(settings);
        for (const UserText& line : data.sentences)
            look.lines << shownText(line);
        look.facts = std::move(data.facts);
    }
    m_last = std::move(look);
    m_key = key;
    return m_last;
}

namespace {

void judgeData(const nlohmann::json& config, TablesSeen& tables, RunVerdict& verdict)
{
    try {
        const Settings settings = Settings::resolve(withNamedStart(config));
        const TablesSeen::Look look = tables.look(settings);
        verdict.data = look.lines.join(QLatin1Char('\n'));
        if (!look.facts)
            return;
        for (const UserText& warning : dataWarnings(settings, *look.facts))
            verdict.warnings << shownText(warning);
        checkData(settings, *look.facts);
    } catch (const std::exception& error) {
        verdict.problem = shownError(error);
    }
}

} // namespace

RunVerdict judgeRun(const nlohmann::json& config, const QString& runFolder, TablesSeen* tables)
{
    RunVerdict verdict;
    verdict.problem = runProblem(config, runFolder);
    if (verdict.problem.isEmpty() && tables)
        judgeData(config, *tables, verdict);
    try {
        const Settings settings = Settings::resolve(withNamedStart(config));
        if (!settings.text("model.start").empty() && verdict.problem.isEmpty()) {
            QStringList lines;
            for (const UserText& line : startSentences(settings))
                lines << shownText(line);
            verdict.start = lines.join(QLatin1Char('\n'));
        }
        const RunNeeds needs = needsOf(settings, runFolder.toStdString());
        if (needs.memory)
            judgeMemory(needs, settings.integer("batch"), verdict);
        else
            tellMemoryAlone(shownText(needs.whyUnknown), verdict);
        judgeCheckpoints(needs, config, verdict);
        for (const UserText& warning : runWarnings(settings))
            verdict.warnings << shownText(warning);
    } catch (const std::exception& error) { // settings that the problem names too
        tellMemoryAlone(shownError(error), verdict);
    }
    return verdict;
}

} // namespace mama
