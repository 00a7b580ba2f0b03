#include "tests/app/mama_command.h"

#include <QProcess>

namespace mama::test {

Outcome mamaCommand(const QStringList& arguments)
{
    QProcess process;
    process.start(text(program("mama")), QStringList{QStringLiteral("--quiet")} + arguments);
    const int seconds = qEnvironmentVariableIntValue("MAMA_PATIENCE");
    process.waitForFinished((seconds > 0 ? seconds : 300) * 1000);
    Outcome outcome{process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                    process.readAllStandardOutput(), process.readAllStandardError()};
    if (outcome.status != 0)
        qInfo().noquote() << arguments.join(QLatin1Char(' ')) << "ended with" << outcome.status << outcome.err;
    return outcome;
}

Outcome importTinyModel(const std::filesystem::path& target)
{
    const std::filesystem::path checkpoint = parityFolder() / "mama-ckpt";
    return mamaCommand({"checkpoint", "import", text(checkpoint / "mama_fp32.ckpt"), "--text-model",
                        text(checkpoint / "text-model"), "--config", text(checkpoint / "config.json"), "--out",
                        text(target)});
}

} // namespace mama::test
