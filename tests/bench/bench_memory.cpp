// Memory of the window while studies are read one after the other: bench_memory FOLDER [LIMIT_MIB [ROUNDS]]
// (in a display, real or virtual.) Goes through all studies of the folder by the command that the key stands for,
// ROUNDS times, each when the one before is on screen and the next one was read ahead. One JSON document; MiB resident:
// at the start, after each study, and at the ends of the rounds.
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/shell/main_window.h"

#include <QAction>
#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace {

using namespace mama;

double residentMebibytes()
{
    std::ifstream file("/proc/self/statm"); // total, resident, ...; in pages
    double pages[2] = {};
    file >> pages[0] >> pages[1];
    return pages[1] * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

class Bench : public QObject
{
public:
    Bench(const QStringList& arguments, QSettings& settings)
        : m_rounds(arguments.value(2, QStringLiteral("2")).toInt()),
          m_window(QCoreApplication::applicationDirPath() + QStringLiteral("/mama"), settings)
    {
        m_window.resize(1600, 1000);
        m_window.show();
        connect(&m_window.read(), &ReadPage::studyOnScreen, this, [this] { wait(); });
        connect(&m_window.read().studies(), &StudySession::scanFailed, this, [](const QString& reason) {
            std::cerr << "error: " << reason.toStdString() << "\n";
            QCoreApplication::exit(1);
        });
        QTimer::singleShot(500, this, [this, folder = arguments[0]] {
            m_report["start"] = residentMebibytes();
            m_window.read().open({std::filesystem::path(folder.toStdString())});
        });
    }

private:
    // The next one is being read ahead: no reader is faster than that.
    void wait()
    {
        const StudySession& studies = m_window.read().studies();
        const std::size_t next = static_cast<std::size_t>(studies.current()) + 1;
        if (next < studies.studies().size() && !m_window.read().studies().cache().find(studies.studies()[next].uid))
            return QTimer::singleShot(20, this, [this] { wait(); });
        QTimer::singleShot(50, this, [this] { go(); });
    }

    void go()
    {
        m_seen.push_back(residentMebibytes());
        StudySession& studies = m_window.read().studies();
        m_most = std::max(m_most, studies.cache().used());
        if (studies.current() + 1 < static_cast<int>(studies.studies().size()))
            return m_window.findChild<QAction*>(QStringLiteral("study.next"))->trigger();
        m_ends.push_back(residentMebibytes());
        if (static_cast<int>(m_ends.size()) < m_rounds)
            return studies.show(0);
        m_report["studies"] = studies.studies().size();
        m_report["limit"] = studies.cache().limit() >> 20U;
        m_report["pictures"] = m_most >> 20U;
        m_report["resident"] = m_seen;
        m_report["most"] = *std::ranges::max_element(m_seen);
        m_report["rounds"] = m_ends;
        std::cout << m_report.dump(2) << std::endl;
        QCoreApplication::quit();
    }

    int m_rounds;
    MainWindow m_window;
    nlohmann::json m_report;
    std::vector<double> m_seen, m_ends;
    std::uint64_t m_most = 0;
};

} // namespace

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    const QStringList arguments = QApplication::arguments().mid(1);
    if (arguments.isEmpty()) {
        std::cerr << "bench_memory FOLDER [LIMIT_MIB [ROUNDS]]\n";
        return 2;
    }
    QTemporaryDir folder;
    qputenv("MAMA_READER", QFile::encodeName(folder.filePath(QStringLiteral("reader.db"))));
    QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    if (arguments.size() > 1)
        settings.setValue(settings_keys::pictureMemory, arguments[1].toInt());
    Bench bench(arguments, settings);
    return QApplication::exec();
}
