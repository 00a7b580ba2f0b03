// How the map's part of the page is put together.
#include "app/workstation/library/library_map.h"
#include "widgets/library/study_grid.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

namespace mama {

LibraryMap::LibraryMap(const QString& program, StudyPlace* place, QWidget* parent)
    : QWidget(parent), m_place(place), m_job(program), m_view(new MapView(place, this)),
      m_tiles(new StudyGrid(place, this))
{
    build();
    connect(m_view, &MapView::opened, this, &LibraryMap::opened);
    connect(m_view, &MapView::pointsChosen, this, &LibraryMap::chosen);
    connect(m_tiles, &StudyGrid::opened, this, &LibraryMap::opened);
    connect(m_tiles, &StudyGrid::hovered, m_view, &MapView::setHovered);
    connect(m_view, &MapView::hovered, m_tiles, &StudyGrid::setHovered);
    connect(m_view, &MapView::hovered, this, &LibraryMap::wanted);
    connect(m_tiles, &StudyGrid::shownChanged, this, &LibraryMap::wanted);
    connect(m_level, &QComboBox::currentIndexChanged, this, &LibraryMap::reload);
    connect(m_method, &QComboBox::currentIndexChanged, this, &LibraryMap::reload);
    connect(m_field, &QComboBox::currentIndexChanged, this, &LibraryMap::showColours);
    connect(m_legend, &QLabel::linkActivated, this, &LibraryMap::selectKind);
    connect(m_notice, &QLabel::linkActivated, this, &LibraryMap::make);
    connect(m_make, &QToolButton::clicked, this, &LibraryMap::make);
    connect(m_cancel, &QToolButton::clicked, this, [this] { m_job.cancel(); });
    connect(&m_job, &MapJob::changed, this, &LibraryMap::showState);
    showState();
}

QWidget* LibraryMap::buildBar()
{
    auto* bar = new QWidget(this);
    auto* line = new QHBoxLayout(bar);
    line->setContentsMargins(8, 2, 8, 2);
    m_tools = new QWidget(bar);
    auto* inner = new QHBoxLayout(m_tools);
    inner->setContentsMargins(0, 0, 0, 0);
    const auto combo = [](const QString& name, const char* id, QBoxLayout* row) {
        auto* box = new QComboBox;
        box->setAccessibleName(name);
        box->setToolTip(name);
        box->setObjectName(QLatin1String(id));
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        row->addWidget(box);
        return box;
    };
    m_level = combo(tr("What a point is"), "map.level", line);
    m_level->addItem(tr("Studies"), static_cast<int>(MapLevel::Study));
    m_level->addItem(tr("Images"), static_cast<int>(MapLevel::Image));
    m_method = combo(tr("How points are laid out"), "map.method", line);
    m_method->addItem(tr("UMAP"), static_cast<int>(MapMethod::Umap));
    m_method->addItem(tr("Principal axes"), static_cast<int>(MapMethod::Pca));
    m_field = combo(tr("What colours mean"), "map.field", inner);
    m_field->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_field->setMinimumContentsLength(16);
    auto* tools = new QButtonGroup(this);
    const auto button = [](const QString& text, const QString& tip, QBoxLayout* row) {
        auto* made = new QToolButton;
        made->setText(text);
        made->setToolTip(tip);
        row->addWidget(made);
        return made;
    };
    const auto tool = [&](const QString& text, const QString& tip, MapView::Tool which) {
        QToolButton* made = button(text, tip, inner);
        made->setCheckable(true);
        made->setChecked(which == MapView::Tool::Lasso);
        tools->addButton(made);
        connect(made, &QToolButton::clicked, this, [this, which] { m_view->setTool(which); });
    };
    const QString keys = tr("Control adds, Shift takes out; the middle button moves the map, the wheel zooms");
    tool(tr("Lasso"), tr("Drag around studies to select them. %1").arg(keys), MapView::Tool::Lasso);
    tool(tr("Box"), tr("Drag a rectangle over studies to select them. %1").arg(keys), MapView::Tool::Rectangle);
    tool(tr("Move"), tr("Drag the map"), MapView::Tool::Pan);
    m_view->setTool(MapView::Tool::Lasso);
    QToolButton* whole = button(tr("Whole map"), tr("All points in view (0; + and - zoom)"), inner);
    connect(whole, &QToolButton::clicked, m_view, &MapView::fit);
    line->addWidget(m_tools);
    line->addStretch();
    m_phase = new QLabel(bar);
    m_bar = new QProgressBar(bar);
    m_bar->setMaximumWidth(140);
    m_bar->setTextVisible(false);
    line->addWidget(m_phase);
    line->addWidget(m_bar);
    m_cancel = button(tr("Cancel"), tr("Stop making the map; an older one stays"), line);
    m_make = button(tr("Make again"), tr("Make the map of the embeddings there are now"), line);
    m_make->setObjectName(QStringLiteral("map.make"));
    return bar;
}

void LibraryMap::build()
{
    m_tiles->setZoom(150);
    m_tiles->setObjectName(QStringLiteral("mapTiles"));
    m_view->setObjectName(QStringLiteral("mapView"));
    m_notice = new QLabel(this);
    m_notice->setAlignment(Qt::AlignCenter);
    m_notice->setWordWrap(true);
    m_notice->setMargin(24);
    m_notice->setFocusPolicy(Qt::StrongFocus);
    m_notice->setTextFormat(Qt::RichText);
    m_notice->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_legend = new QLabel(this);
    m_legend->setObjectName(QStringLiteral("map.legend"));
    m_legend->setTextFormat(Qt::RichText);
    m_legend->setWordWrap(true);
    m_legend->setMargin(4);
    m_legend->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_legend->hide();
    m_about = new QLabel(this);
    m_about->setObjectName(QStringLiteral("map.about"));
    m_about->setTextFormat(Qt::PlainText);
    m_about->setWordWrap(true);
    m_about->setMargin(4);
    auto* map = new QWidget(this);
    auto* below = new QVBoxLayout(map);
    below->setContentsMargins(0, 0, 0, 0);
    below->setSpacing(0);
    below->addWidget(m_view, 1);
    below->addWidget(m_legend);
    below->addWidget(m_about);
    auto* parts = new QSplitter(this);
    parts->addWidget(map);
    parts->addWidget(m_tiles);
    parts->setStretchFactor(0, 1);
    parts->setChildrenCollapsible(false);
    parts->setSizes({700, 330});
    m_content = new QStackedWidget(this);
    m_content->addWidget(m_notice);
    m_content->addWidget(parts);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildBar());
    column->addWidget(m_content, 1);
}

} // namespace mama
