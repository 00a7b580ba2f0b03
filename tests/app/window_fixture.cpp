#include "tests/app/window_fixture.h"

#include "tests/app/mama_command.h"

#include <QAbstractItemView>
#include <QDir>
#include <QScreen>
#include <QSignalSpy>
#include <QTest>

namespace mama::test {

WindowFixture::WindowFixture()
{
    qputenv("MAMA_CACHE", QFile::encodeName(m_folder.filePath("cache"))); // for the engine and the commands
    qputenv("MAMA_READER", QFile::encodeName(m_folder.filePath("reader.db")));
    m_settings = std::make_unique<QSettings>(m_folder.filePath("settings.ini"), QSettings::IniFormat);
    newWindow();
}

void WindowFixture::newWindow()
{
    m_window = std::make_unique<MainWindow>(QString::fromStdString(program("mama").string()), *m_settings);
    m_window->show();
}

void WindowFixture::endWindow() { m_window.reset(); }

WindowFixture::~WindowFixture() = default;

std::filesystem::path WindowFixture::importModel()
{
    const auto checkpoint = parityFolder() / "mama-ckpt";
    const auto target = folder() / "model";
    if (std::filesystem::exists(target))
        return target;
    const Outcome made =
        mamaCommand({"checkpoint", "import", QString::fromStdString((checkpoint / "mama_fp32.ckpt").string()),
                     "--text-model", QString::fromStdString((checkpoint / "text-model").string()), "--config",
                     QString::fromStdString((checkpoint / "model_config.json").string()), "--out",
                     QString::fromStdString(target.string())});
    return made.status == 0 ? target : std::filesystem::path();
}

bool WindowFixture::openAndWait(const std::filesystem::path& path)
{
    QSignalSpy shown(&m_window->read(), &ReadPage::studyOnScreen);
    m_window->read().open({path});
    return shown.count() > 0 || shown.wait(60000);
}

bool WindowFixture::askAndWait(const QString& sentence, int milliseconds)
{
    QSignalSpy maps(&m_window->read(), &ReadPage::mapsOnScreen);
    m_window->read().ask(sentence);
    return maps.count() > 0 || maps.wait(milliseconds);
}

const viewer::ViewImage* WindowFixture::image(Slot slot) const
{
    const viewer::StandardViews views = viewer::standardViews(*m_window->read().studies().study());
    const auto found = views.find(slot);
    return found == views.end() ? nullptr : m_window->read().view().image(found->second);
}

void WindowFixture::screenshot(const QString& name)
{
    QDir().mkpath("screenshots");
    QCoreApplication::processEvents();
    m_window->screen()->grabWindow(m_window->winId()).save(QStringLiteral("screenshots/%1.png").arg(name));
}

bool pickByMouse(QComboBox& list, int row)
{
    return QTest::qWaitFor(
        [&] {
            if (!list.view()->isVisible())
                QTest::mouseClick(&list, Qt::LeftButton);
            QTest::qWait(QApplication::doubleClickInterval()); // the press that opened it is over
            const QPoint at = list.view()->visualRect(list.model()->index(row, 0)).center();
            QTest::mouseMove(list.view()->viewport(), at);
            QTest::mouseClick(list.view()->viewport(), Qt::LeftButton, {}, at);
            return QTest::qWaitFor([&] { return !list.view()->isVisible(); }, 1000) && list.currentIndex() == row;
        },
        30000);
}

} // namespace mama::test
