#include "tests/app/window_fixture.h"

#include <QDir>
#include <QProcess>
#include <QScreen>
#include <QSignalSpy>

namespace mama::test {

QByteArray run(const std::filesystem::path& program, const QStringList& arguments, int* status)
{
    QProcess process;
    process.start(QString::fromStdString(program.string()), arguments);
    process.waitForFinished(300000);
    if (status)
        *status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    if (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        qInfo().noquote() << QString::fromStdString(program.filename().string()) << arguments << "\n" << process.readAllStandardError();
    return process.readAllStandardOutput();
}

WindowFixture::WindowFixture()
{
    qputenv("MAMA_CACHE_EMBEDDINGS", QFile::encodeName(m_folder.filePath("embeddings")));
    m_settings = std::make_unique<QSettings>(m_folder.filePath("settings.ini"), QSettings::IniFormat);
    m_window = std::make_unique<MainWindow>(QString::fromStdString(program("mama").string()), *m_settings);
    m_window->show();
}

WindowFixture::~WindowFixture() = default;

std::filesystem::path WindowFixture::importModel()
{
    const auto checkpoint = parityFolder() / "mama-ckpt";
    const auto target = folder() / "model";
    if (std::filesystem::exists(target))
        return target;
    int status = -1;
    run(program("mama"), {"checkpoint", "import", QString::fromStdString((checkpoint / "mama_fp32.ckpt").string()), "--text-model",
                          QString::fromStdString((checkpoint / "text-model").string()), "--config",
                          QString::fromStdString((checkpoint / "model_config.json").string()), "--out", QString::fromStdString(target.string())}, &status);
    return status == 0 ? target : std::filesystem::path();
}

bool WindowFixture::openAndWait(const std::filesystem::path& path)
{
    QSignalSpy shown(m_window.get(), &MainWindow::studyOnScreen);
    m_window->open({path});
    return shown.count() > 0 || shown.wait(60000);
}

bool WindowFixture::askAndWait(const QString& sentence, int milliseconds)
{
    QSignalSpy maps(m_window.get(), &MainWindow::mapsOnScreen);
    m_window->ask(sentence);
    return maps.count() > 0 || maps.wait(milliseconds);
}

void WindowFixture::screenshot(const QString& name)
{
    QDir().mkpath("screenshots");
    QCoreApplication::processEvents();
    m_window->screen()->grabWindow(m_window->winId()).save(QStringLiteral("screenshots/%1.png").arg(name));
}

} // namespace mama::test
