// The window's two pages: reading a study, and watching training.
#include "app/workstation/shell/main_window.h"
#include "app/workstation/train/train_page.h"

#include <QDockWidget>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QStackedWidget>
#include <QTabBar>
#include <QToolBar>
#include <QVBoxLayout>

namespace mama {

void MainWindow::buildPages(const QString& engineProgram, QWidget* reading)
{
    m_train = new TrainPage(engineProgram, m_settings, this);
    connect(m_train, &TrainPage::problem, this, [this](const QString& text) { tell(text, true); });
    m_tabs = new QStackedWidget(this);
    m_tabs->addWidget(reading);
    m_tabs->addWidget(m_train);
    showOnly(static_cast<int>(Page::Read));
    m_tabBar = new QTabBar(this);
    m_tabBar->addTab(tr("Read"));
    m_tabBar->addTab(tr("Train"));
    m_tabBar->setAccessibleName(tr("Pages"));
    m_tabBar->setDrawBase(false);
    m_tabBar->setExpanding(false);
    connect(m_tabBar, &QTabBar::currentChanged, this, [this](int page) { showPage(static_cast<Page>(page)); });
    auto* centre = new QWidget(this);
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_tabBar);
    column->addWidget(m_message);
    column->addWidget(m_tabs, 1);
    setCentralWidget(centre);
}

void MainWindow::buildPageCommands(QMenu* view)
{
    command(view, "view.read", tr("&Read"), QStringLiteral("Ctrl+1"), [this] { showPage(Page::Read); });
    command(view, "view.train", tr("&Train"), QStringLiteral("Ctrl+2"), [this] { showPage(Page::Train); });
}

void MainWindow::buildTrainMenu()
{
    QMenu* train = menuBar()->addMenu(tr("&Train"));
    command(train, "train.new", tr("&New run…"), QStringLiteral("Ctrl+N"), [this] {
        showPage(Page::Train);
        m_train->newRun();
    });
    command(train, "train.open", tr("&Open run…"), QStringLiteral("Ctrl+R"), [this] {
        showPage(Page::Train);
        m_train->chooseRun();
    });
    command(train, "train.find", tr("&Find in the log"), QStringLiteral("Ctrl+F"), [this] {
        showPage(Page::Train);
        m_train->findInLog();
    });
}

void MainWindow::pinStudy()
{
    const Study* study = m_studies->study();
    if (!study)
        return tell(tr("No study is open: choose File ▸ Open folder… first."), true);
    QStringList paths;
    for (const StudyImage& image : study->images)
        paths << QString::fromStdString(image.path.string());
    m_train->pinStudy(paths);
    tell(tr("The study is pinned: Train ▸ Checkpoints shows what a run's checkpoints make of it."), false);
}

// The panels and tools of reading make room for the curves and come back as they were.
void MainWindow::showPage(Page page)
{
    if (m_tabs->currentIndex() == static_cast<int>(page))
        return;
    if (page == Page::Train) {
        m_hiddenDocks.clear();
        for (QDockWidget* panel : findChildren<QDockWidget*>())
            if (!panel->isHidden()) {
                m_hiddenDocks.push_back(panel);
                panel->hide();
            }
    } else {
        for (QDockWidget* panel : m_hiddenDocks)
            panel->show();
    }
    m_tools->setVisible(page == Page::Read);
    showOnly(static_cast<int>(page));
    m_tabBar->setCurrentIndex(static_cast<int>(page));
}

// The page that is not on screen must not claim width: the panels beside the other one would be squeezed.
void MainWindow::showOnly(int page)
{
    for (int i = 0; i < m_tabs->count(); ++i) {
        const QSizePolicy::Policy room = i == page ? QSizePolicy::Preferred : QSizePolicy::Ignored;
        m_tabs->widget(i)->setSizePolicy(room, room);
    }
    m_tabs->setCurrentIndex(page);
}

} // namespace mama
