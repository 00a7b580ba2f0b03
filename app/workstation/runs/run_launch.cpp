#include "app/workstation/runs/run_launch.h"

#include "core/base/files.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

const QString politeness = QStringLiteral("10"); // alone on a machine a run loses nothing by it

QString configBeside(const QString& folder) { return folder + QStringLiteral(".config.json"); }
QString errorsBeside(const QString& folder) { return folder + QStringLiteral(".errors.txt"); }

QString begin(const QString& program, const QStringList& arguments, const QString& folder)
{
    QProcess process;
    process.setProgram(program);
    process.setArguments(QStringList{QStringLiteral("--quiet")} +
                         arguments); // standard error holds what went wrong alone
    process.setStandardInputFile(QProcess::nullDevice());
    process.setStandardOutputFile(QProcess::nullDevice());
    process.setStandardErrorFile(errorsBeside(folder), QIODevice::Truncate);
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
        writeAtomically(configBeside(folder).toStdString(), config.dump(2));
    } catch (const std::exception& error) {
        return shownError(error);
    }
    return begin(program,
                 {QStringLiteral("train"), QStringLiteral("--config"), configBeside(folder), QStringLiteral("--run"),
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

bool wasLaunched(const QString& folder) { return QFileInfo::exists(configBeside(folder)); }

QString launchProblem(const QString& folder)
{
    QFile file(errorsBeside(folder));
    if (QFileInfo(file).isFile() && file.open(QIODevice::ReadOnly) && file.size() > 0) {
        if (file.size() > 2000)
            file.seek(file.size() - 2000);
        return QString::fromUtf8(file.readAll()).trimmed();
    }
    if (wasLaunched(folder))
        return QCoreApplication::translate("mama::RunLaunch",
                                           "The process was started and has not written its run folder yet.");
    return QFileInfo::exists(folder)
               ? QCoreApplication::translate("mama::RunLaunch",
                                             "There is no run in this folder: state.json is missing.")
               : QCoreApplication::translate("mama::RunLaunch", "The folder %1 is not there any more.")
                     .arg(QDir::toNativeSeparators(folder));
}

} // namespace mama
