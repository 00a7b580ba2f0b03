#include "app/workstation/library/library_page.h"

#include "app/workstation/library/ask_bar.h"
#include "app/workstation/library/library_map.h"
#include "app/workstation/library/library_notice.h"
#include "app/workstation/library/pictures/stored_pictures.h"
#include "app/workstation/library/pictures/tile_pictures.h"
#include "app/workstation/look/settings_keys.h"
#include "core/base/path_text.h"
#include "core/library/studies/filter_edit.h"
#include "widgets/library/facet_panel.h"
#include "widgets/library/filter_line.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_grid.h"
#include "widgets/library/study_table.h"
#include "widgets/look/tone.h"

#include <QAction>
#include <QApplication>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <algorithm>
#include <tuple>

namespace mama {
namespace {

bool isLibrary(const QString& path)
{
    std::error_code none;
    return std::filesystem::is_regular_file(pathFromText(path.toStdString()) / "library.db", none);
}

} // namespace

LibraryPage::LibraryPage(const Means& means, QWidget* parent)
    : Page(QStringLiteral("library"), tr("Li&brary"), parent), m_settings(means.settings),
      m_session(new LibrarySession(this)), m_place(new StudyPlace(this)), m_pictures(new TilePictures(this)),
      m_stored(new StoredPictures(this)), m_sizing(means.program)
{
    build(means);
    buildCommands();
    connectSession();
    connectLists();
    connectModels();
    showState();
}

LibraryPage::~LibraryPage()
{
    m_facts.cancel();
    m_labelling.cancel();
}

bool LibraryPage::takes(const QStringList& paths) const { return paths.size() == 1 && isLibrary(paths.front()); }

void LibraryPage::open(const QStringList& paths) { openFolder(paths.front(), false); }

void LibraryPage::openFolder(const QString& folder, bool make)
{
    m_wasShown = true; // nothing else opens by itself
    m_session->open(folder, make);
}

void LibraryPage::rememberFolder(const QString& folder)
{
    QStringList recent = m_settings.value(settings_keys::recentLibraries).toStringList();
    recent.removeAll(folder);
    recent.prepend(folder);
    m_settings.setValue(settings_keys::recentLibraries, QStringList(recent.mid(0, 8)));
}

void LibraryPage::keep()
{
    m_settings.setValue(settings_keys::libraryParts, m_parts->saveState());
    m_settings.setValue(settings_keys::libraryColumns, m_table->saveColumns());
    m_settings.setValue(settings_keys::libraryZoom, m_grid->zoom());
    m_settings.setValue(settings_keys::libraryDetails, m_showDetails->isChecked());
    m_settings.setValue(settings_keys::libraryAsTable, m_isTable);
    m_settings.setValue(settings_keys::libraryBits, m_bits->isChecked());
}

void LibraryPage::connectSession()
{
    connect(m_session, &LibrarySession::stateChanged, this, [this] {
        if (m_session->state() == LibrarySession::State::Open) {
            rememberFolder(m_session->folder());
            keepAsBefore();
            m_files = {0, 0};
            m_filesPaused = false;
            m_details->setEditable(!m_session->readOnly());
            m_stored->open(m_session->looker());
            m_pictures->open(m_session->looker(), m_session->readOnly() ? nullptr : m_session->library());
            m_session->readOnly() ? m_pictures->setFilling(true) : m_session->lookForFiles();
            QStringList notices;
            for (const UserText& notice : m_session->library()->notices()) {
                const QString words = shownText(notice);
                notices << words.left(1).toUpper() + words.mid(1);
            }
            if (!notices.isEmpty())
                Q_EMIT told(notices.join(QLatin1Char(' ')), false);
        } else {
            m_pictures->open(nullptr);
            m_stored->open(nullptr);
            m_ask->setLibrary(nullptr, nullptr);
            m_map->setLibrary({}, nullptr, false);
            m_map->setResult({}, nullptr);
            m_details->clear(tr("No study is chosen."));
            m_current = m_returnTo = 0;
            m_labelling.cancel();
            m_actedOn.clear();
            m_place->setRows({}, -1);
        }
        showState();
    });
    connect(m_session, &LibrarySession::failed, this, [this](const QString& reason) { Q_EMIT told(reason, true); });
    connect(m_session, &LibrarySession::refused, this, [this](const QString& reason) {
        if (!m_actedOn.empty())
            m_actedOn.pop_back();
        Q_EMIT told(reason, true);
    });
    connect(m_session, &LibrarySession::resultChanged, this, &LibraryPage::showResult);
    connect(m_session, &LibrarySession::reloaded, this, [this, studies = std::size_t(0)]() mutable {
        m_pictures->lookAgain();
        if (std::exchange(studies, m_session->size()) != m_session->size() && m_session->headersLeft() == 0 &&
            !m_session->readingHeaders())
            readFiles();
        if (!m_pictures->filling() && !m_filesPaused && !m_session->readingHeaders())
            showHeaders(0, m_session->headersLeft()); // which files are missing may have changed
    });
    connect(m_session, &LibrarySession::filesLookedFor, this, &LibraryPage::readFiles);
    connect(m_pictures, &TilePictures::passed, this, &LibraryPage::showFiles);
    connect(m_pictures, &TilePictures::fillingEnded, this, [this] {
        const bool any = m_files.second > 0 && m_files.first > m_filesBefore;
        m_files = {0, 0};
        showHeaders(0, m_session->headersLeft());
        if (any)
            m_session->reload(); // what was found in the files
    });
    connect(m_pictures, &TilePictures::fillingFailed, this, [this](const QString& reason) {
        m_filesPaused = true;
        showFiles(m_files.first, m_files.second);
        Q_EMIT told(reason, true);
    });
    // One reads the files at a time: a process that embeds reads them for all that is wanted of them.
    connect(&m_ask->job(), &EmbedJob::changed, this, [this, was = false]() mutable {
        const bool runs = m_ask->job().running();
        if (std::exchange(was, runs) != runs && !m_filesPaused)
            runs ? m_pictures->setFilling(false) : readFiles();
    });
    connect(m_session, &LibrarySession::wrong, this, &LibraryPage::showWrong);
    connect(m_session, &LibrarySession::headersChanged, this, &LibraryPage::showHeaders);
    connect(m_session, &LibrarySession::acted, this, [this](const QString& words) {
        const bool turned = words.startsWith(QLatin1String("Undo: ")) || words.startsWith(QLatin1String("Redo: "));
        Q_EMIT told(turned ? words : QString(), false); // else the words stand beside Undo
    });
    connect(m_session, &LibrarySession::unchanged, this, [this] {
        if (!m_actedOn.empty())
            m_actedOn.pop_back();
        Q_EMIT told(tr("Nothing was changed: it is so already."), false);
    });
    connect(m_session, &LibrarySession::undoChanged, this, [this] {
        const auto& last = m_session->lastDone();
        m_undo->setEnabled(last.has_value() && !m_session->readOnly());
        m_undo->setText(last ? tr("&Undo: %1").arg(QString::fromStdString(last->words)) : tr("&Undo"));
        m_undoButton->setVisible(m_undo->isEnabled());
        m_last->setText(last ? QString::fromStdString(last->words) : QString());
        m_undoButton->setToolTip(m_undo->text().remove(QLatin1Char('&')));
        m_redo->setEnabled(m_session->library() && !m_session->readOnly());
    });
    connect(m_session, &LibrarySession::tagsChanged, this, &LibraryPage::showSummary);
    connect(m_pictures, &TilePictures::changed, this, [this](const QList<qint64>& studies) {
        m_grid->refresh();
        m_map->refresh();
        wantStored();
        if (studies.contains(m_current))
            m_details->setPictures(m_pictures->pictures(m_current));
    });
    connect(m_pictures, &TilePictures::noticed, this, [this](const QString& line) { Q_EMIT told(line, false); });
}

void LibraryPage::changeQuestion(const std::function<void(StudyQuestion&)>& change)
{
    StudyQuestion question = m_session->question();
    change(question);
    m_session->ask(std::move(question));
}

void LibraryPage::setFilter(const QString& text)
{
    if (m_filter->text() != text)
        m_filter->setText(text);
    changeQuestion([&](StudyQuestion& question) { question.filter = text.toStdString(); });
}

// Which of start, opening, nothing, no hit and the lists is on screen.
void LibraryPage::showState()
{
    const bool open = m_session->state() == LibrarySession::State::Open;
    const StudyResult& result = m_session->result();
    const bool lists = open && result.columns && !result.rows.empty();
    if (m_session->state() == LibrarySession::State::Closed)
        m_notice->showStart(m_settings.value(settings_keys::recentLibraries).toStringList());
    else if (!open || !result.columns)
        m_notice->showOpening(m_session->folder());
    else if (result.columns->size() == 0)
        m_notice->showEmpty(m_session->folder(), m_session->readOnly());
    else if (!lists) {
        std::vector<LibraryNotice::Clause> clauses;
        for (std::size_t i = 0; i < result.without.size(); ++i)
            clauses.push_back({i < result.clauses.size() ? QString::fromStdString(filterText(result.clauses[i]))
                                                         : tr("what was kept"),
                               result.without[i]});
        m_notice->showNoHit(clauses);
    }
    const bool hadLists = m_content->currentIndex() > 0, focused = m_content->isAncestorOf(QApplication::focusWidget());
    m_content->setCurrentIndex(!lists ? 0 : m_isMap ? 3 : m_isTable ? 2 : 1);
    if (lists != hadLists && focused)
        m_content->currentWidget()->setFocus();
    const bool filled = open && result.columns && result.columns->size() > 0;
    m_headRow->setVisible(filled);
    m_fields->setVisible(filled);
    m_details->setVisible(filled && m_showDetails->isChecked());
    m_footRow->setVisible(open);
    for (QAction* action : m_whenOpen) {
        action->setEnabled(open);
        action->setProperty(whyDisabled, open ? QString() : tr("no library is open"));
    }
    m_asMap->setEnabled(open && !m_isReadFirst);
    showSummary();
    showWhere();
}

void LibraryPage::showWhere()
{
    constexpr int widest = 280; // pixels
    const QString folder = m_session->folder(), name = QFileInfo(folder).fileName();
    const bool readOnly = m_session->state() == LibrarySession::State::Open && m_session->readOnly();
    const QString shown = m_where->fontMetrics().elidedText(name, Qt::ElideMiddle, widest);
    m_where->setText(readOnly ? tr("%1 · read only").arg(shown) : shown);
    m_where->setToolTip(plainTip(folder));
}

// The new list, with what was selected in the old one and is still there; the place stays on its study, or, if that is
// gone, at its row, where the next one now stands.
void LibraryPage::showResult()
{
    const StudyResult& result = m_session->result();
    QStringList warnings;
    for (const UserText& warning : result.warnings)
        warnings << shownLine(warning);
    m_isWrong = false;
    showBelow(warnings.join(QStringLiteral("; ")), 0);
    std::vector<std::int64_t> selected;
    for (const int row : m_place->selection())
        if (static_cast<std::size_t>(row) < m_shownIds.size())
            selected.push_back(m_shownIds[static_cast<std::size_t>(row)]);
    std::sort(selected.begin(), selected.end());
    std::vector<bool> bits(result.rows.size());
    const std::int64_t wanted = m_returnTo != 0 ? m_returnTo : m_toTop ? 0 : m_current;
    m_shownIds.resize(result.rows.size());
    int current = m_toTop ? 0 : std::max(m_place->current(), 0);
    for (std::size_t row = 0; row < bits.size(); ++row) {
        const std::int64_t id = m_shownIds[row] = result.columns->id(result.rows[row]);
        bits[row] = std::binary_search(selected.begin(), selected.end(), id);
        if (id == wanted)
            current = static_cast<int>(row);
    }
    m_returnTo = 0;
    m_toTop = false;
    showColumns();
    m_ask->setLibrary(m_session->library(), result.columns);
    m_place->setRows(std::move(bits), current);
    if (m_ask->asked().loading())
        m_map->setLibrary(m_session->folder(), nullptr, true);
    m_map->setResult(result, m_session->question().scores);
    m_grid->refresh();
    m_table->refresh();
    m_filter->setColumns(result.columns);
    m_facets->show(result.facets, result.clauses);
    m_chips->setText(chipsText());
    m_chips->setVisible(!m_chips->text().isEmpty());
    showHistogram();
    showState();
    wantPictures();
    if (!m_session->readingHeaders() && m_files.second == 0)
        showHeaders(0, m_session->headersLeft());
}

void LibraryPage::showWrong(const QString& reason, int at)
{
    m_isWrong = true;
    showBelow(reason, at);
    showSummary();
}

// What is wrong stands under its word, as far as there is room; all of it in the tip.
void LibraryPage::showBelow(const QString& words, int at)
{
    m_below = {words, at};
    const int room = m_headRow->width() - 24,
              before = m_filter->fontMetrics().horizontalAdvance(m_filter->text().left(at)),
              free = room - m_wrong->fontMetrics().horizontalAdvance(words);
    m_wrong->setIndent((at < 0 ? 0 : std::clamp(before, 0, std::max(free, 0))) + 4);
    m_wrong->setText(m_wrong->fontMetrics().elidedText(words, Qt::ElideRight, room));
    m_wrong->setToolTip(plainTip(words));
    m_wrong->setVisible(!words.isEmpty());
}

bool LibraryPage::refuseWrong()
{
    if (m_isWrong)
        Q_EMIT told(tr("The filter is wrong (%1): what is on screen is not what it says.").arg(m_below.first), true);
    return m_isWrong;
}

void LibraryPage::showSummary()
{
    const StudyResult& result = m_session->result();
    if (!result.columns)
        return m_summary->clear();
    const QLocale locale;
    QString text = result.rows.size() == m_session->size() ? tr("%1 studies · %2 images")
                                                                 .arg(locale.toString(qulonglong(m_session->size())))
                                                                 .arg(locale.toString(qlonglong(result.images)))
                                                           : tr("%1 of %2 studies · %3 images")
                                                                 .arg(locale.toString(qulonglong(result.rows.size())))
                                                                 .arg(locale.toString(qulonglong(m_session->size())))
                                                                 .arg(locale.toString(qlonglong(result.images)));
    if (const std::size_t images = m_map->chosenImages().size(); images > 0)
        text += tr(" · %1 images of %2 studies selected")
                    .arg(locale.toString(qulonglong(images)), locale.toString(m_place->selected()));
    else if (m_place->selected() > 0)
        text += tr(" · %1 selected").arg(locale.toString(m_place->selected()));
    if (m_isWrong)
        text += tr(" · as before the filter was wrong");
    m_summary->setText(text + bitsText());
}

void LibraryPage::setReadFirst(bool on)
{
    m_ask->setHidden(on);
    m_isReadFirst = on;
    if (on && m_isMap) // it lies as a model sees the images
        showAs(m_isTable ? As::Table : As::Grid);
    showState();
}

// The answer sorts the list, best first; without one it is sorted as before.
void LibraryPage::takeScores(std::shared_ptr<const std::vector<float>> scores)
{
    const bool had = m_session->question().scores != nullptr;
    if (!scores)
        m_sortWanted.reset();
    if (!scores && !had)
        return;
    changeQuestion([&](StudyQuestion& question) {
        if (scores && !had)
            m_sortedBefore = {question.field, question.descending};
        if (scores && !had) {
            question.field = "score";
            question.descending = true;
            question.histogram = "score";
        }
        if (const auto wanted = scores ? std::exchange(m_sortWanted, {}) : std::nullopt)
            std::tie(question.field, question.descending) = *wanted;
        if (!scores && isOfScores(question.field))
            std::tie(question.field, question.descending) = m_sortedBefore;
        question.scores = std::move(scores);
    });
    m_toTop = m_session->question().scores != nullptr;
}

void LibraryPage::setAway(bool away) const { m_back->setEnabled(away); }

void LibraryPage::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    m_content->currentWidget()->setFocus();
    if (m_back->isEnabled()) // what was said of the way back
        Q_EMIT told({}, false);
    setAway(false);
    if (m_wasShown)
        return;
    m_wasShown = true;
    const QString last = m_settings.value(settings_keys::recentLibraries).toStringList().value(0);
    if (!last.isEmpty() && isLibrary(last))
        m_session->open(last);
}

void LibraryPage::takeKeyboard() { m_content->currentWidget()->setFocus(); }

// Beside the details there must be room for a grid.
void LibraryPage::resizeEvent(QResizeEvent* event)
{
    Page::resizeEvent(event);
    showBelow(m_below.first, m_below.second);
    if (!m_sized) {
        m_sized = true;
        if (!m_settings.contains(settings_keys::libraryDetails))
            m_showDetails->setChecked(width() >= 1500);
    }
}

} // namespace mama
