#include "app/workstation/runs/run_launch.h"

#include "app/workstation/runs/run_path.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

namespace fs = std::filesystem;

namespace mama {
namespace {

const QString politeness = QStringLiteral("10"); // alone on a machine a run loses nothing by it

constexpr int keptDays = 30;

// In the program's own folder, by the run's: nothing lies beside the runs.
fs::path launchFolder() { return cacheFolder() / "launches"; }
QString noteOf(const QString& folder, const char* ending)
{
    return folderText(launchFolder() / (sha256(folder.toStdString()).substr(0, 32) + ending));
}
QString configOf(const QString& folder) { return noteOf(folder, ".config.json"); }
QString errorsOf(const QString& folder) { return noteOf(folder, ".errors.txt"); }

void removeOldNotes()
{
    std::error_code failed;
    const auto oldest = fs::file_time_type::clock::now() - std::chrono::hours(24 * keptDays);
    std::vector<fs::path> old;
    for (const auto& entry : fs::directory_iterator(launchFolder(), failed))
        if (std::error_code gone; entry.last_write_time(gone) < oldest && !gone)
            old.push_back(entry.path());
    for (const fs::path& path : old)
        fs::remove(path, failed);
}

QString begin(const QString& program, const QStringList& arguments, const QString& folder)
{
    std::error_code failed; // what fails is told by the start
    fs::create_directories(launchFolder(), failed);
    removeOldNotes();
    QProcess process;
    process.setProgram(program);
    process.setArguments(QStringList{QStringLiteral("--quiet")} +
                         arguments); // standard error holds what went wrong alone
    process.setStandardInputFile(QProcess::nullDevice());
    process.setStandardOutputFile(QProcess::nullDevice());
    process.setStandardErrorFile(errorsOf(folder), QIODevice::Truncate);
    if (process.startDetached()) // makes a session of its own on Linux
        return {};
    return QCoreApplication::translate("mama::RunLaunch", "%1 could not be started: %2")
        .arg(program, process.errorString());
}

} // namespace

QString launchRun(const QString& program, const QString& folder, const nlohmann::json& config)
{
    try {
        QDir().mkpath(QFileInfo(folder).absolutePath());
        writeAtomically(folderPath(configOf(folder)), config.dump(2));
    } catch (const std::exception& error) {
        return shownError(error);
    }
    return begin(program,
                 {QStringLiteral("train"), QStringLiteral("--config"), configOf(folder), QStringLiteral("--run"),
                  folder, QStringLiteral("--nice"), politeness},
                 folder);
}

QString resumeRun(const QString& program, const QString& folder)
{
    return begin(program,
                 {QStringLiteral("train"), QStringLiteral("--run"), folder, QStringLiteral("--resume"),
                  QStringLiteral("--nice"), politeness},
                 folder);
}

bool wasLaunched(const QString& folder) { return QFileInfo::exists(configOf(folder)); }

void launchSeen(const QString& folder) { QFile::remove(configOf(folder)); }

QString lastError(const QString& folder)
{
    QFile file(errorsOf(folder));
    if (!QFileInfo(file).isFile() || !file.open(QIODevice::ReadOnly))
        return {};
    if (file.size() > 8000)
        file.seek(file.size() - 8000);
    const QStringList lines = QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (auto line = lines.crbegin(); line != lines.crend(); ++line)
        if (line->startsWith(QLatin1String("error: ")))
            return line->mid(7).trimmed();
    return {};
}

QString launchProblem(const QString& folder)
{
    const QString error = lastError(folder);
    if (wasLaunched(folder))
        return error.isEmpty()
                   ? QCoreApplication::translate("mama::RunLaunch",
                                                 "The process was started and has not written its run folder yet.")
                   : error;
    if (QFileInfo::exists(folder))
        return QCoreApplication::translate("mama::RunLaunch", "There is no run in this folder: state.json is missing.");
    const QString gone = QCoreApplication::translate("mama::RunLaunch", "The folder %1 is not there any more.")
                             .arg(QDir::toNativeSeparators(folder));
    return error.isEmpty()
               ? gone
               : QCoreApplication::translate("mama::RunLaunch", "%1 The process said last: %2").arg(gone, error);
}

} // namespace mama
