// How the page is put together, and what the settings remember of it.
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/page/drawer.h"
#include "app/workstation/read/dialogs/memory_dialog.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/studies/exam_thumbs.h"
#include "app/workstation/read/work/reader_work.h"
#include "app/workstation/read/work/verdict_bar.h"
#include "widgets/panels/map_panel.h"
#include "widgets/panels/notes_panel.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/sentence_edit.h"
#include "widgets/panels/study_panel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QMainWindow>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {

void ReadPage::buildContent()
{
    m_frame->setWindowFlags(Qt::Widget);
    m_view = new viewer::PaneView(this);
    m_view->setAccessibleName(tr("Mammograms"));
    buildStart();
    m_content = new QStackedWidget(this);
    m_content->addWidget(m_start);
    m_content->addWidget(m_view);
    auto* centre = new QWidget(this);
    auto* middle = new QWidget(centre);
    m_stage = new QWidget(middle);
    auto* headed = new QVBoxLayout(middle);
    headed->setContentsMargins(0, 0, 0, 0);
    headed->setSpacing(0);
    headed->addLayout(head());
    headed->addWidget(m_stage, 1);
    auto* column = new QVBoxLayout(m_stage);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_content, 1);
    buildApart(*column);
    m_verdict = new VerdictBar(m_stage);
    m_verdict->hide();
    column->addWidget(m_verdict);
    m_left = new Drawer(Drawer::Side::Left, m_stage, centre);
    m_right = new Drawer(Drawer::Side::Right, m_stage, centre);
    auto* row = new QHBoxLayout(centre);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_left);
    row->addWidget(middle, 1);
    row->addWidget(m_right);
    for (const Drawer* drawer : {m_left, m_right})
        connect(drawer, &Drawer::coversChanged, this, &Page::coveredChanged);
    m_frame->setCentralWidget(centre);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(m_frame);
}

// Left the studies; right one drawer for questions and the study's images.
void ReadPage::buildPanels()
{
    m_studyPanel = new StudyPanel(this);
    m_thumbs = new ExamThumbs(this);
    m_studyPanel->setPictures({[this](const Study& study) { return m_thumbs->strip(study, StudyPanel::stripSize); },
                               [this](const StudyImage& image) { return m_thumbs->picture(image); }});
    m_queryPanel = new QueryPanel(this);
    m_mapPanel = new MapPanel(this);
    auto* ask = new QWidget(this);
    auto* fold = new QToolButton(ask);
    fold->setText(tr("Map"));
    fold->setCheckable(true);
    fold->setChecked(true);
    fold->setArrowType(Qt::DownArrow);
    fold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    fold->setAutoRaise(true);
    connect(fold, &QToolButton::toggled, this, [this, fold](bool open) {
        fold->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        m_mapPanel->setVisible(open);
    });
    auto* column = new QVBoxLayout(ask);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_queryPanel, 1);
    column->addWidget(fold);
    column->addWidget(m_mapPanel);
    m_left->add(tr("Studies"), m_studyPanel->studies());
    m_right->add(tr("Ask"), ask);
    m_right->add(tr("Images"), m_studyPanel->images());
    m_notesPanel = new NotesPanel(this);
    m_right->add(tr("Notes"), m_notesPanel);
    m_studyPanel->hide();
}

void ReadPage::buildPanelCommands()
{
    const auto panel = [this](const char* id, const QString& title, Drawer& drawer, int index, QWidget* first) {
        QAction* action = make({id, title, [this, &drawer, index, first] { toggle(drawer, index, first); }});
        action->setProperty("ofPictures", true);
        action->setCheckable(true);
        m_view->addAction(action);
        m_start->addAction(action);
        m_panelActions << action;
        connect(&drawer, &Drawer::changed, action, [action, index](int open) { action->setChecked(open == index); });
        connect(action, &QAction::changed, &drawer, [action, &drawer, index] {
            drawer.setKey(index, action->shortcut().toString(QKeySequence::NativeText));
        });
    };
    panel("panel.ask", tr("&Ask"), *m_right, 0, m_queryPanel->sentence());
    panel("panel.images", tr("&Images of the study"), *m_right, 1, m_studyPanel->images());
    panel("panel.notes", tr("&Notes"), *m_right, 2, m_notesPanel);
    panel("panel.studies", tr("&Studies"), *m_left, 0, m_studyPanel->studies());
}

void ReadPage::toggle(Drawer& drawer, int panel, QWidget* first)
{
    if (drawer.current() == panel) {
        drawer.close();
        return toPictures(Qt::OtherFocusReason);
    }
    drawer.open(panel);
    first->setFocus(Qt::ShortcutFocusReason);
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
    limitPictures(m_studies->cache(), m_settings);
    drawForScreen();
    viewer::Aids aids = m_view->aids();
    aids.loupeSide = m_settings.value(settings_keys::loupeSize, aids.loupeSide).toInt();
    aids.loupeMagnification = m_settings.value(settings_keys::loupeTimes, aids.loupeMagnification).toDouble();
    m_view->setAids(aids);
    rememberModel({});
    m_layout = static_cast<viewer::ViewLayout>(
        qBound(0, m_settings.value(settings_keys::viewLayout, 0).toInt(), int(viewer::ViewLayout::LeftBreast)));
    m_view->setViewLayout(m_layout);
    m_studyPanel->setOrder(
        static_cast<ExamOrder>(qBound(0, m_settings.value(settings_keys::studyOrder, 0).toInt(), 2)));
    m_reader->setReadFirst(m_settings.value(settings_keys::readFirst, false).toBool());
    m_left->setPanelWidth(m_settings.value(settings_keys::leftWidth, 256).toInt());
    m_right->setPanelWidth(m_settings.value(settings_keys::rightWidth, 380).toInt());
    m_left->open(m_settings.value(settings_keys::leftPanel, -1).toInt() == 0 ? 0 : -1);
    m_right->open(std::clamp(m_settings.value(settings_keys::rightPanel, -1).toInt(), -1, 2));
}

} // namespace mama
