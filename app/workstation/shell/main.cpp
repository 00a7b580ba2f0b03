// The window. Links no Torch: models run in `mama engine`, which the window starts.
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/look/theme.h"
#include "app/workstation/shell/main_window.h"
#include "core/base/log.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QLocale>
#include <QSettings>
#include <QTimer>
#include <QTranslator>

int main(int argc, char** argv)
{
    using namespace mama;
    // Qt knows no bytes that are not UTF-8: such arguments go through it as a path's text.
    std::vector<std::string> arguments(argv, argv + argc);
    for (int i = 1; i < argc; ++i)
        if (!isUtf8(arguments[static_cast<std::size_t>(i)])) {
            arguments[static_cast<std::size_t>(i)] = pathText(argv[i]);
            argv[i] = arguments[static_cast<std::size_t>(i)].data();
        }
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    QCoreApplication::setOrganizationName(QStringLiteral("mama-workstation"));
    QCoreApplication::setApplicationName(QStringLiteral("mama-workstation"));
    QCoreApplication::setApplicationVersion(QStringLiteral(MAMA_VERSION));
    log::setLevel(log::Level::Warning);

    QTranslator translator;
    if (translator.load(QLocale(), QStringLiteral("mama"), QStringLiteral("_"), QStringLiteral(":/translations")) ||
        translator.load(QStringLiteral(":/translations/mama_en")))
        QCoreApplication::installTranslator(&translator);

    QCommandLineParser parser;
    parser.setApplicationDescription(QCoreApplication::translate(
        "main",
        "Four-view mammograms, typed sentences, scores and alignment maps. Research software, not for clinical use."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("PATH"),
                                 QCoreApplication::translate("main", "Files or folders with mammograms."),
                                 QStringLiteral("[PATH...]"));
    const QCommandLineOption model(QStringLiteral("model"),
                                   QCoreApplication::translate("main", "Model folder to load."), QStringLiteral("DIR"));
    const QCommandLineOption text(QStringLiteral("text"),
                                  QCoreApplication::translate("main", "Sentence to ask; may be repeated."),
                                  QStringLiteral("SENTENCE"));
    const QCommandLineOption theme(QStringLiteral("theme"),
                                   QCoreApplication::translate("main", "system, dark or light."),
                                   QStringLiteral("THEME"));
    const QCommandLineOption engine(
        QStringLiteral("engine"), QCoreApplication::translate("main", "The mama program to use as engine."),
        QStringLiteral("PROGRAM"), QCoreApplication::applicationDirPath() + QStringLiteral("/mama"));
    parser.addOptions({model, text, theme, engine});
    parser.process(application);

    QSettings settings;
    applyTheme(application, themeFromName(parser.isSet(theme) ? parser.value(theme)
                                                              : settings.value(settings_keys::theme).toString()));
    MainWindow window(parser.value(engine), settings);
    window.show();
    const QString lastModel = settings.value(settings_keys::recentModels).toStringList().value(0);
    const QString chosen = parser.isSet(model) ? parser.value(model) : lastModel;
    if (!chosen.isEmpty())
        window.read().setModel(chosen);
    else
        QTimer::singleShot(0, &window, [&window] { window.read().session().start(); }); // ready when a model is chosen
    std::vector<std::filesystem::path> paths;
    for (const QString& path : parser.positionalArguments())
        paths.push_back(givenPath(path.toStdString()));
    window.read().open(paths);
    for (const QString& sentence : parser.values(text))
        window.read().ask(sentence);
    return QApplication::exec();
}
