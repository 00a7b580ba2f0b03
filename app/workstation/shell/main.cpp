// The window. Links no Torch: models run in `mama engine`, which the window starts.
#include "app/workstation/engine/background_job.h"
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/look/theme.h"
#include "app/workstation/shell/main_window.h"
#include "core/base/log.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/media/private_folder.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QLocale>
#include <QSettings>
#include <QTimer>
#include <QTranslator>
#include <algorithm>
#include <iostream>

namespace {

using namespace mama;

struct CommandLine
{
    QCommandLineParser parser;
    QCommandLineOption model{QStringLiteral("model"), QCoreApplication::translate("main", "Model folder to load."),
                             QStringLiteral("DIR")};
    QCommandLineOption text{QStringLiteral("text"),
                            QCoreApplication::translate("main", "Sentence to ask; may be repeated."),
                            QStringLiteral("SENTENCE")};
    QCommandLineOption theme{QStringLiteral("theme"), QCoreApplication::translate("main", "system, dark or light."),
                             QStringLiteral("THEME")};
    QCommandLineOption engine{
        QStringLiteral("engine"), QCoreApplication::translate("main", "The mama program to use as engine."),
        QStringLiteral("PROGRAM"), QCoreApplication::applicationDirPath() + QStringLiteral("/mama")};

    CommandLine()
    {
        parser.setApplicationDescription(QCoreApplication::translate(
            "main",
            "Four-view mammograms, typed sentences, scores and alignment maps. Research software, not for clinical use."));
        parser.addHelpOption();
        parser.addVersionOption();
        parser.addPositionalArgument(
            QStringLiteral("PATH"),
            QCoreApplication::translate(
                "main",
                "Files, folders, ZIP archives or a DICOMDIR with mammograms; or a training run, or a folder of runs."),
            QStringLiteral("[PATH...]"));
        parser.addOptions({model, text, theme, engine});
    }
};

void nameProgram()
{
    QCoreApplication::setOrganizationName(QStringLiteral("mama-workstation"));
    QCoreApplication::setApplicationName(QStringLiteral("mama-workstation"));
    QCoreApplication::setApplicationVersion(QStringLiteral(MAMA_VERSION));
}

void loadLanguage(QTranslator& translator)
{
    if (translator.load(QLocale(), QStringLiteral("mama"), QStringLiteral("_"), QStringLiteral(":/translations")) ||
        translator.load(QStringLiteral(":/translations/mama_en")))
        QCoreApplication::installTranslator(&translator);
}

bool has(const std::vector<std::string>& arguments, std::initializer_list<const char*> wanted)
{
    return std::any_of(
        arguments.begin() + 1, std::find(arguments.begin() + 1, arguments.end(), "--"),
        [&](const std::string& each) { return std::find(wanted.begin(), wanted.end(), each) != wanted.end(); });
}

// Qt ends a program that finds no display with an abort.
bool hasDisplay(const std::vector<std::string>& arguments)
{
    return qEnvironmentVariableIsSet("QT_QPA_PLATFORM") || has(arguments, {"-platform", "--platform"}) ||
           !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
}

void openWhatIsAsked(MainWindow& window, const CommandLine& line, const QSettings& settings)
{
    const QString lastModel = settings.value(settings_keys::recentModels).toStringList().value(0);
    const QString chosen = line.parser.isSet(line.model) ? line.parser.value(line.model) : lastModel;
    if (!chosen.isEmpty())
        window.read().setModel(chosen);
    else
        QTimer::singleShot(0, &window, [&window] { window.read().session().start(); }); // ready when a model is chosen
    QStringList paths;
    for (const QString& path : line.parser.positionalArguments())
        paths << QString::fromStdString(pathText(givenPath(path.toStdString())));
    if (!paths.isEmpty())
        window.open(paths);
    for (const QString& sentence : line.parser.values(line.text))
        window.read().askWhenFree(sentence);
}

} // namespace

int main(int argc, char** argv)
{
    // Qt knows no bytes that are not UTF-8: such arguments go through it as a path's text.
    std::vector<std::string> arguments(argv, argv + argc);
    for (int i = 1; i < argc; ++i)
        if (!isUtf8(arguments[static_cast<std::size_t>(i)])) {
            arguments[static_cast<std::size_t>(i)] = pathText(argv[i]);
            argv[i] = arguments[static_cast<std::size_t>(i)].data();
        }
    nameProgram();
    QTranslator translator;
    if (has(arguments, {"-h", "--help", "--help-all", "-?", "-v", "--version"})) { // in words alone
        QCoreApplication application(argc, argv);
        loadLanguage(translator);
        CommandLine().parser.process(application);
        return 0;
    }
    if (!hasDisplay(arguments)) {
        std::cerr << "error: there is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set"
                  << std::endl;
        return 1;
    }
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    log::setLevel(log::Level::Warning);
    loadLanguage(translator);
    CommandLine line;
    line.parser.process(application);

    QSettings settings;
    applyTheme(application,
               themeFromName(line.parser.isSet(line.theme) ? line.parser.value(line.theme)
                                                           : settings.value(settings_keys::theme).toString()));
    MainWindow window(line.parser.value(line.engine), settings);
    window.show();
    jobThreads()->start([] { PrivateFolder::sweep(); }); // what a window that crashed had unpacked
    openWhatIsAsked(window, line, settings);
    return QApplication::exec();
}
