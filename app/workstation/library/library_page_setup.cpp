// How the page is put together.
#include "app/workstation/library/ask_bar.h"
#include "app/workstation/library/library_map.h"
#include "app/workstation/library/library_notice.h"
#include "app/workstation/library/library_page.h"
#include "app/workstation/look/settings_keys.h"
#include "core/library/studies/filter_edit.h"
#include "widgets/library/facet_panel.h"
#include "widgets/library/filter_line.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_grid.h"
#include "widgets/library/study_table.h"
#include "widgets/look/tone.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QProgressBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace mama {

void LibraryPage::build(const Means& means)
{
    m_notice = new LibraryNotice(this);
    m_grid = new StudyGrid(m_place, this);
    m_grid->setObjectName(QStringLiteral("studyGrid"));
    m_grid->setZoom(m_settings.value(settings_keys::libraryZoom, int(StudyGrid::usualZoom)).toInt());
    m_table = new StudyTable(m_place, this);
    m_table->setObjectName(QStringLiteral("studyTable"));
    m_map = new LibraryMap(means.program, m_place, this);
    m_details = new StudyDetails(this);
    m_facets = new FacetPanel(this);
    m_facets->setMinimumWidth(180);
    m_isTable = m_settings.value(settings_keys::libraryAsTable).toBool();
    m_content = new QStackedWidget(this);
    for (QWidget* each : {static_cast<QWidget*>(m_notice), static_cast<QWidget*>(m_grid),
                          static_cast<QWidget*>(m_table), static_cast<QWidget*>(m_map)})
        m_content->addWidget(each);
    m_parts = new QSplitter(this);
    m_parts->addWidget(buildFields());
    m_parts->addWidget(m_content);
    m_parts->addWidget(m_details);
    m_parts->setStretchFactor(1, 1);
    m_parts->setChildrenCollapsible(false);
    m_parts->setSizes({220, 1000, 320});
    m_headRow = buildHead(means);
    m_footRow = buildFoot();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(head());
    column->addWidget(m_headRow);
    column->addWidget(m_parts, 1);
    column->addWidget(m_footRow);
}

QWidget* LibraryPage::buildHead(const Means& means)
{
    auto* row = new QWidget(this);
    m_filter = new FilterLine(row);
    m_filter->setObjectName(QStringLiteral("library.filter"));
    m_filter->setAccessibleName(tr("Filter"));
    m_filter->setPlaceholderText(tr("Filter: density in (c, d) and birads >= 4 and not tag:seen"));
    m_filter->setToolTip(
        tr("Comparisons (=, !=, <, <=, >, >=, ~ contains, in, between) joined by and, or, not and brackets; "
           "missing(field) finds what is not given.\nany(finding: kind = mass and birads >= 4) is of one and the same "
           "finding; all, none and count(image: view = CC) > 2 likewise, of images, findings or breasts.\nWhat can "
           "follow is offered while you type: arrows and Enter, or Tab, take it; Ctrl+Space asks.\nstudy and patient "
           "are their keys, dates are written 2015-02-01, score is that of the sentence that is asked. Values of "
           "several words stand in double quotes, a quote inside is written twice.\nA field of findings, breasts or "
           "images holds where any of a study's does: birads < 4 keeps a study that has 4 too, not birads >= 4 leaves "
           "it out."));
    m_filter->setClearButtonEnabled(true);
    m_wrong = new QLabel(row);
    m_wrong->setObjectName(QStringLiteral("library.wrong"));
    m_wrong->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // it may name many values
    m_wrong->hide();
    QPalette bad = m_wrong->palette();
    bad.setColor(QPalette::WindowText, textColour(Tone::Bad, bad));
    m_wrong->setPalette(bad);
    m_filter->setErrorLine(m_wrong);
    m_chips = new QLabel(row);
    m_chips->setObjectName(QStringLiteral("library.chips"));
    m_chips->setTextFormat(Qt::RichText);
    m_chips->setWordWrap(true);
    m_chips->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_chips->hide();
    m_summary = new QLabel(row);
    m_summary->setObjectName(QStringLiteral("library.summary"));
    m_sort = new QComboBox(row);
    m_sort->setAccessibleName(tr("Sorted by"));
    m_sort->setToolTip(tr("Sorted by"));
    m_sort->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_sort->setMinimumContentsLength(12);
    m_direction = new QToolButton(row);
    m_direction->setAutoRaise(true);
    m_direction->setAccessibleName(tr("Order"));
    const auto showDirection = [this] {
        const bool down = m_session->question().descending;
        m_direction->setArrowType(down ? Qt::DownArrow : Qt::UpArrow);
        m_direction->setToolTip(down ? tr("Highest first; press for lowest first")
                                     : tr("Lowest first; press for highest first"));
    };
    showDirection();
    connect(m_session, &LibrarySession::resultChanged, this, showDirection);
    connect(m_sort, &QComboBox::activated, this, [this] {
        changeQuestion(
            [this](StudyQuestion& question) { question.field = m_sort->currentData().toString().toStdString(); });
    });
    connect(m_direction, &QToolButton::clicked, this,
            [this] { changeQuestion([](StudyQuestion& question) { question.descending = !question.descending; }); });
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        changeQuestion([&](StudyQuestion& question) { question.filter = text.toStdString(); });
    });
    // Where something is wrong the next letters mend it; else digits tag, once the studies are those that were asked
    // for.
    const auto toStudies = [this](const QWidget* from) {
        m_session->whenAnswered([this, from](bool wrong) {
            const QWidget* focused = window()->focusWidget();
            if (!wrong && (focused == from || from->isAncestorOf(focused)))
                m_content->currentWidget()->setFocus();
        });
    };
    connect(m_filter, &QLineEdit::returnPressed, this, [this, toStudies] { toStudies(m_filter); });
    auto* first = new QHBoxLayout;
    first->addWidget(m_filter, 1);
    first->addWidget(buildViews());
    first->addWidget(m_sort);
    first->addWidget(m_direction);
    m_ask = new AskBar(means.program, means.session, row);
    connect(m_ask, &AskBar::scored, this, &LibraryPage::takeScores);
    connect(m_ask, &AskBar::answered, this, [this, toStudies] { toStudies(m_ask); });
    connect(m_ask, &AskBar::told, this, &Page::told);
    connect(m_ask, &AskBar::patchesWanted, this, &LibraryPage::makePatches);
    connectPatches(means.session);
    auto* second = new QHBoxLayout;
    second->setSpacing(16);
    second->addWidget(m_summary);
    second->addWidget(m_chips, 1);
    m_where = new QLabel(row);
    m_where->setObjectName(QStringLiteral("library.where"));
    second->addStretch();
    second->addWidget(m_where);
    auto* column = new QVBoxLayout(row);
    column->setContentsMargins(8, 6, 8, 4);
    column->setSpacing(3);
    column->addLayout(first);
    column->addWidget(m_wrong);
    column->addWidget(m_ask);
    column->addLayout(second);
    return row;
}

QWidget* LibraryPage::buildFoot()
{
    auto* row = new QWidget(this);
    m_last = new QLabel(row);
    m_last->setObjectName(QStringLiteral("library.last"));
    m_last->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_last->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // its words may be long
    m_undoButton = new QToolButton(row);
    m_undoButton->setText(tr("Undo"));
    m_undoButton->setObjectName(QStringLiteral("library.undo.button"));
    m_undoButton->hide();
    connect(m_undoButton, &QToolButton::clicked, this, &LibraryPage::undo);
    m_job = new QLabel(row);
    m_bar = new QProgressBar(row);
    m_bar->setMaximumWidth(160);
    m_bar->setTextVisible(false);
    m_pause = new QToolButton(row);
    m_job->setObjectName(QStringLiteral("library.job"));
    m_job->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    connect(m_job, &QLabel::linkActivated, this, &LibraryPage::showProblems);
    m_pause->setObjectName(QStringLiteral("library.pause"));
    connect(m_pause, &QToolButton::clicked, this, &LibraryPage::turnJob);
    for (QWidget* each : {static_cast<QWidget*>(m_job), static_cast<QWidget*>(m_bar), static_cast<QWidget*>(m_pause)})
        each->hide();
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(8, 2, 8, 2);
    line->addWidget(m_undoButton);
    line->addWidget(m_last, 1);
    line->addWidget(m_job);
    line->addWidget(m_bar);
    line->addWidget(m_pause);
    return row;
}

// A key of its own works while grid, table or map has the focus, so that fields keep their letters.
void LibraryPage::addToLists(QAction* action)
{
    action->setProperty("ofPictures", true);
    m_grid->addAction(action);
    m_table->addAction(action);
    m_map->addCommand(action);
}

void LibraryPage::buildCommands()
{
    const QString menu = QStringLiteral("&Library");
    const auto whenOpen = [this](QAction* action) {
        m_whenOpen.push_back(action);
        return action;
    };
    add(menu, {"library.open", tr("&Open library…"), [this] { chooseFolder(false); }});
    add(menu, {"library.new", tr("&New library…"), [this] { chooseFolder(true); }});
    whenOpen(add(menu, {"library.import", tr("&Import a data set…"), [this] { importSet(); }}));
    addLine(menu);
    m_undo = add(menu, {"library.undo", tr("&Undo"), [this] { undo(); }});
    m_redo = add(menu, {"library.redo", tr("&Redo"), [this] { m_session->redo(); }});
    m_undo->setEnabled(false);
    m_redo->setEnabled(false);
    // Also where no study is left, or nothing would lead out of that but the mouse.
    const auto always = [this](QAction* action) {
        addToLists(action);
        m_notice->addAction(action);
    };
    always(m_undo);
    always(m_redo);
    addLine(menu);
    always(whenOpen(add(menu, {"library.filter", tr("&Filter"), [this] {
                                   m_filter->setFocus(Qt::ShortcutFocusReason);
                                   m_filter->selectAll();
                               }})));
    whenOpen(add(menu, {"library.view", tr("Save as a &view…"), [this] { saveView(); }}));
    always(whenOpen(add(menu, {"library.ask", tr("As&k a sentence"), [this] { m_ask->focusLine(); }})));
    addToLists(whenOpen(add(menu, {"library.models", tr("Models that are asked"), [this] { m_ask->openModels(); }})));
    always(whenOpen(
        add(menu, {"library.fields", tr("Fi&elds"), [this] { m_facets->setFocus(Qt::ShortcutFocusReason); }})));
    m_asGrid = whenOpen(add(menu, {"library.grid", tr("As a &grid"), [this] { showAs(As::Grid); }}));
    m_asTable = whenOpen(add(menu, {"library.table", tr("As a ta&ble"), [this] { showAs(As::Table); }}));
    m_asMap = whenOpen(add(menu, {"library.map", tr("As a &map"), [this] { showAs(As::Map); }}));
    m_showDetails = whenOpen(add(menu, {"library.details", tr("&Details"), [] {}}));
    for (QAction* action : {m_asGrid, m_asTable, m_asMap, m_showDetails}) {
        action->setCheckable(true);
        addToLists(action);
    }
    m_showDetails->setChecked(m_settings.value(settings_keys::libraryDetails).toBool());
    connect(m_showDetails, &QAction::toggled, this, [this] { toggleDetails(); });
    (m_isTable ? m_asTable : m_asGrid)->setChecked(true);
    addToLists(whenOpen(add(menu, {"library.all", tr("Select &all"), [this] { m_place->selectAll(); }})));
    addToLists(whenOpen(add(menu, {"library.none", tr("&Select none"), [this] { m_place->selectNone(); }})));
    addToLists(whenOpen(add(menu, {"library.keep", tr("Keep &what is selected"), [this] { keepSelected(); }})));
    whenOpen(make({"library.escape", tr("Back to the studies, or select none"), [this] { escape(); }, "", true}));
    addAction(m_whenOpen.back());
    m_whenOpen.back()->setProperty("ofPage", true);
    addToLists(whenOpen(add(menu, {"library.read", tr("O&pen in Read"), [this] { openCurrent(); }})));
    m_back = add(menu, {"library.back", tr("Back to the librar&y"), [this] { Q_EMIT wanted(); }});
    m_back->setEnabled(false);
    buildBits();
    buildTagCommands();
    addLine(menu);
    addToLists(whenOpen(add(menu, {"library.cohort", tr("&Hand over to training…"), [this] { handOver(); }})));
    whenOpen(add(menu, {"library.freeze", tr("Free&ze a cohort…"), [this] { freezeSelected(); }}));
    whenOpen(add(menu, {"library.keys", tr("E&xport the list of studies…"), [this] { saveSelected(); }}));
    whenOpen(add(menu, {"library.patches", tr("Make patches for regions…"), [this] { makePatches(); }}));
    whenOpen(add(menu, {"library.backup", tr("Make a &copy…"), [this] { backUp(); }}));
    whenOpen(add(menu, {"library.relink", tr("Re-link missing files…"), [this] { relinkFiles(); }}));
    whenOpen(add(menu, {"library.problems", tr("File problems…"), [this] { showProblems(); }}));
    whenOpen(add(menu, {"library.vocabulary", tr("Vocabulary of the tables…"), [this] { editVocabulary(); }}));
    whenOpen(add(menu, {"library.check", tr("Check the file"), [this] { checkFile(); }}));
    whenOpen(add(menu, {"library.log", tr("Save the &log…"), [this] { saveLog(); }}));
    whenOpen(add(menu, {"library.close", tr("Close the library"), [this] { m_session->close(); }}));
    connect(m_notice, &LibraryNotice::asked, this, &LibraryPage::follow);
}

void LibraryPage::buildTagCommands()
{
    const QString menu = QStringLiteral("&Library");
    addLine(menu);
    QAction* byName = add(menu, {"library.tag", tr("&Tag…"), [this] { tagByName(); }});
    m_whenOpen.push_back(byName);
    addToLists(byName);
    QAction* label = add(menu, {"library.label", tr("Label…"), [this] { labelSelected(); }});
    m_whenOpen.push_back(label);
    addToLists(label);
    QMenu* digits = addSubmenu(menu, tr("Tag by digit"));
    static constexpr const char* ids[] = {"library.tag.1", "library.tag.2", "library.tag.3",
                                          "library.tag.4", "library.tag.5", "library.tag.6",
                                          "library.tag.7", "library.tag.8", "library.tag.9"};
    for (int digit = 1; digit <= 9; ++digit) {
        QAction* action = add(digits, {ids[digit - 1], tr("Tag %1").arg(digit), [this, digit] { tagByDigit(digit); }});
        m_digits.push_back(action);
        m_whenOpen.push_back(action);
        addToLists(action);
    }
    connect(m_session, &LibrarySession::tagsChanged, this, [this] {
        for (int digit = 1; digit <= 9; ++digit) {
            QString title = tr("(no tag has this digit)");
            for (const Tag& tag : m_session->tags())
                if (tag.key == digit)
                    title = QString::fromStdString(tag.name);
            m_digits[static_cast<std::size_t>(digit - 1)]->setText(title);
        }
    });
}

} // namespace mama
