#pragma once
#include "app/workstation/shell/main_window.h"
#include "tests/support/test_data.h"

#include <QComboBox>
#include <QSettings>
#include <QTemporaryDir>
#include <memory>

namespace mama::test {

// A real window with the real engine, its settings and cache in a temporary folder.
class WindowFixture
{
public:
    WindowFixture();
    ~WindowFixture();

    MainWindow& window() { return *m_window; }
    void endWindow(); // the settings and the folder stay
    void newWindow();
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }
    // The tiny reference checkpoint of the parity folder, imported by `mama checkpoint import`; empty if that failed.
    std::filesystem::path importModel();
    // Opens and waits until every picture of the first study is on screen.
    bool openAndWait(const std::filesystem::path& path);
    // Asks and waits until the maps of the sentence are on screen.
    bool askAndWait(const QString& sentence, int milliseconds = 120000);
    // Of the study on screen; nullptr: none hangs there.
    const viewer::ViewImage* image(Slot slot) const;
    // Saves the window as a person sees it, for looking at: <build>/screenshots/<name>.png.
    void screenshot(const QString& name);

private:
    QTemporaryDir m_folder;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

// Opens a list, unless it is, and clicks the row; again where the windows of other tests took a press away.
bool pickByMouse(QComboBox& list, int row);

} // namespace mama::test
