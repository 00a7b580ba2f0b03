// How the page is put together, and what the settings remember of it.
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/read/read_page.h"
#include "widgets/panels/map_panel.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/sentence_edit.h"
#include "widgets/panels/study_panel.h"

#include <QAction>
#include <QDockWidget>
#include <QLabel>
#include <QMainWindow>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace mama {
namespace {

QDockWidget* dock(QMainWindow* frame, const QString& title, const char* name, QWidget* content)
{
    auto* inner = new QWidget(frame);
    auto* layout = new QVBoxLayout(inner);
    layout->setContentsMargins(8, 6, 8, 8);
    layout->addWidget(content);
    auto* made = new QDockWidget(title, frame);
    made->setObjectName(QLatin1String(name));
    made->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable);
    made->setWidget(inner);
    return made;
}

} // namespace

void ReadPage::buildContent()
{
    m_frame->setWindowFlags(Qt::Widget);
    m_view = new viewer::PaneView(this);
    m_view->setAccessibleName(tr("Mammograms"));
    m_start = new QLabel(
        tr("<h2>MaMA Workstation</h2><p>Drop a study here, or choose <a href=\"folder\">File ▸ Open folder…</a></p>"
           "<p>DICOM, PNG, JPEG and TIFF. Loose images need side and view in their name: L-CC.png.</p>"
           "<p><b>Research software. Not for clinical use.</b></p>"),
        this);
    m_start->setAlignment(Qt::AlignCenter);
    m_start->setWordWrap(true);
    connect(m_start, &QLabel::linkActivated, this, [this] { chooseFiles(true); });
    m_content = new QStackedWidget(this);
    m_content->addWidget(m_start);
    m_content->addWidget(m_view);
    auto* centre = new QWidget(this);
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(head());
    column->addWidget(m_content, 1);
    m_frame->setCentralWidget(centre);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(m_frame);
}

void ReadPage::buildPanels()
{
    m_studyPanel = new StudyPanel(this);
    m_queryPanel = new QueryPanel(this);
    m_mapPanel = new MapPanel(this);
    QDockWidget* studies = dock(m_frame, tr("Studies"), "studies", m_studyPanel);
    QDockWidget* query = dock(m_frame, tr("Sentences"), "sentences", m_queryPanel);
    QDockWidget* maps = dock(m_frame, tr("Alignment maps"), "maps", m_mapPanel);
    m_frame->addDockWidget(Qt::LeftDockWidgetArea, studies);
    m_frame->addDockWidget(Qt::RightDockWidgetArea, query);
    m_frame->addDockWidget(Qt::RightDockWidgetArea, maps);
    m_frame->resizeDocks({studies, query}, {180, 380}, Qt::Horizontal);
    m_frame->resizeDocks({query, maps}, {500, 230}, Qt::Vertical);
    setTabOrder(m_queryPanel, m_mapPanel);
}

QList<QAction*> ReadPage::panels() const
{
    QList<QAction*> toggles;
    for (const char* name : {"studies", "sentences", "maps"})
        toggles << m_frame->findChild<QDockWidget*>(QLatin1String(name))->toggleViewAction();
    return toggles;
}

void ReadPage::restore()
{
    m_queryPanel->sentence()->setHistory(m_settings.value(settings_keys::queryHistory).toStringList());
    const QString rule = m_settings.value(settings_keys::fusionRule, QStringLiteral("maximum")).toString();
    m_queryPanel->setFusionRule(rule);
    m_session->setFusionRule(rule);
    viewer::OverlayStyle style;
    style.opacity = m_settings.value(settings_keys::mapOpacity, style.opacity).toDouble();
    style.map = static_cast<viewer::ColourMap>(qBound(0, m_settings.value(settings_keys::mapColours, 0).toInt(), 2));
    m_view->setOverlayStyle(style);
    m_mapPanel->setStyle(style);
    rememberModel({});
    m_frame->restoreState(m_settings.value(settings_keys::windowState).toByteArray());
}

} // namespace mama
