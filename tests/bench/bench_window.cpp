// Times of the window: bench_window [--model MODEL] STUDY [STUDY2]  (in a real display; nothing else running)
// From the start of main to the first frame, from opening a folder to all its pictures on screen, and to the next
// study, which is read ahead. With a model also from asking each of five sentences of an encoded study to the first
// frame with its maps. One JSON document; milliseconds.
#include "app/workstation/shell/main_window.h"
#include "core/base/processor.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>
#include <iostream>

namespace {

using namespace mama;

class Bench : public QObject
{
public:
    Bench(QElapsedTimer& clock, const QStringList& arguments) : m_clock(clock), m_arguments(arguments)
    {
        if (m_arguments.value(0) == QLatin1String("--model")) {
            m_model = m_arguments.value(1);
            m_arguments = m_arguments.mid(2);
        }
        m_window.show();
        ReadPage& page = m_window.read();
        connect(&page, &ReadPage::studyOnScreen, this, [this] { studyShown(); });
        connect(&page, &ReadPage::mapsOnScreen, this, [this] { m_mapsThere = m_waiting; });
        connect(&page.view(), &viewer::PaneView::frameShown, this, [this] { frame(); });
        connect(&page.session(), &ModelSession::encodingFinished, this, [this] {
            if (m_shown > 0)
                QTimer::singleShot(500, this, [this] { ask(); });
        });
        connect(&page.session(), &ModelSession::encodingFailed, this, [](const QString& reason) {
            std::cerr << "error: " << reason.toStdString() << "\n";
            QCoreApplication::exit(1);
        });
        QTimer::singleShot(0, this, [this] { open(); }); // after the first pass of the event loop: it is painted
    }

private:
    void open()
    {
        m_report["window_ms"] = m_clock.elapsed();
        std::vector<std::filesystem::path> paths;
        for (const QString& each : m_arguments)
            paths.emplace_back(each.toStdString());
        m_timer.start();
        m_window.read().open(paths);
    }

    void studyShown()
    {
        m_report[m_shown == 0 ? "first_study_ms" : "next_study_ms"] = m_timer.elapsed();
        const bool another = ++m_shown == 1 && m_window.read().studies().studies().size() > 1;
        if (another)
            QTimer::singleShot(3000, this, [this] { // a reader looks longer than this; the next is read ahead
                m_timer.restart();
                m_window.read().studies().show(1);
            });
        else if (m_model.isEmpty())
            end();
        else
            m_window.read().setModel(m_model);
    }

    void ask()
    {
        static const QStringList sentences{QStringLiteral("There is a mass."),
                                           QStringLiteral("Calcifications are present."),
                                           QStringLiteral("The breast is extremely dense."),
                                           QStringLiteral("Architectural distortion in the left breast."),
                                           QStringLiteral("A round mass with circumscribed margins.")};
        if (m_asked == sentences.size())
            return end();
        m_waiting = true;
        m_timer.restart();
        m_window.read().ask(sentences[m_asked++]);
    }

    void frame()
    {
        if (!std::exchange(m_mapsThere, false))
            return;
        m_waiting = false;
        m_report["sentence_to_maps_ms"].push_back(m_timer.elapsed());
        QTimer::singleShot(500, this, [this] { ask(); });
    }

    void end()
    {
        m_report["processor"] = processor().name;
        m_report["cores"] = processor().cores;
        std::cout << m_report.dump(2) << std::endl;
        QCoreApplication::quit();
    }

    QElapsedTimer& m_clock;
    QElapsedTimer m_timer;
    QStringList m_arguments;
    QString m_model;
    QTemporaryDir m_folder;
    QSettings m_settings{m_folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    MainWindow m_window{QCoreApplication::applicationDirPath() + QStringLiteral("/mama"), m_settings};
    nlohmann::json m_report;
    int m_shown = 0, m_asked = 0;
    bool m_waiting = false, m_mapsThere = false;
};

} // namespace

int main(int argc, char** argv)
{
    QElapsedTimer clock;
    clock.start();
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    if (argc < 2) {
        std::cerr << "error: usage: bench_window [--model MODEL] STUDY [STUDY2]\n";
        return 2;
    }
    const Bench bench(clock, QCoreApplication::arguments().mid(1));
    return QApplication::exec();
}
