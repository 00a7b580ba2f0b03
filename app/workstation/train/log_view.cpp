#include "app/workstation/train/log_view.h"

#include "app/workstation/runs/run_path.h"
#include "widgets/look/tone.h"

#include <QCheckBox>
#include <QFontDatabase>
#include <QKeyEvent>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QTextBlock>
#include <algorithm>

namespace mama {
namespace {

constexpr int typingPause = 250, growingPause = 1000; // ms
constexpr std::size_t shownHits = 400;                // around the one at hand
constexpr int linesBeside = 100;                      // on either side of a hit

QString bytesText(std::uint64_t bytes) { return QLocale().formattedDataSize(static_cast<qint64>(bytes), 1); }
QString countText(std::uint64_t count) { return QLocale(QLocale::English).toString(static_cast<qulonglong>(count)); }

} // namespace

LogView::LogView(QWidget* parent) : QWidget(parent), m_text(new QPlainTextEdit(this))
{
    m_text->setReadOnly(true);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont)); // numbers of lines stand below each other
    m_text->setObjectName(QStringLiteral("logText"));
    m_text->setAccessibleName(tr("Log"));
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setMaximumBlockCount(2000);
    m_state = new QLabel(this);
    m_state->setObjectName(QStringLiteral("logState"));
    m_state->setTextFormat(Qt::PlainText);
    m_state->setMinimumWidth(1);
    auto* column = new QVBoxLayout(this);
    column->addWidget(buildSearch());
    column->addWidget(m_state);
    column->addWidget(m_text, 1);
    setTabOrder(m_cancel, m_text);
    for (QTimer* timer : {&m_typed, &m_grown})
        timer->setSingleShot(true);
    connect(&m_typed, &QTimer::timeout, this, &LogView::begin);
    connect(&m_grown, &QTimer::timeout, this, &LogView::goOn);
    connect(m_words, &QLineEdit::textChanged, this,
            [this] { m_typed.start(m_words->text().isEmpty() ? 0 : typingPause); });
    showState();
}

LogView::~LogView()
{
    if (m_search)
        m_search->stop.request_stop();
}

QWidget* LogView::buildSearch()
{
    auto* part = new QWidget(this);
    m_words = new QLineEdit(part);
    m_words->setPlaceholderText(tr("Search the whole log…"));
    m_words->setClearButtonEnabled(true);
    m_words->setAccessibleName(tr("Search in the log"));
    m_words->setToolTip(tr("Capitals do not count. Enter goes to the next line, Shift+Enter to the previous one."));
    m_words->installEventFilter(this);
    m_previous = new QPushButton(tr("Previous"), part);
    m_next = new QPushButton(tr("Next"), part);
    m_around = new QCheckBox(tr("lines around"), part);
    m_around->setToolTip(tr("Shows the lines before and after the one at hand instead of all that were found"));
    m_bar = new QProgressBar(part);
    m_bar->setTextVisible(false);
    m_bar->setFixedSize(120, 8);
    m_bar->setRange(0, 1000);
    m_bar->setAccessibleName(tr("Searched"));
    m_cancel = new QPushButton(tr("Stop searching"), part);
    m_cancel->setObjectName(QStringLiteral("logCancel"));
    connect(m_previous, &QPushButton::clicked, this, [this] { step(-1); });
    connect(m_next, &QPushButton::clicked, this, [this] { step(1); });
    connect(m_cancel, &QPushButton::clicked, this, &LogView::cancel);
    connect(m_around, &QCheckBox::toggled, this, &LogView::showHits);
    auto* row = new QHBoxLayout(part);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_words, 1);
    for (QWidget* each : std::initializer_list<QWidget*>{m_previous, m_next, m_around, m_bar, m_cancel})
        row->addWidget(each);
    return part;
}

void LogView::find()
{
    m_words->setFocus(Qt::ShortcutFocusReason);
    m_words->selectAll();
}

void LogView::toEnd()
{
    if (m_words->text().isEmpty())
        m_text->verticalScrollBar()->setValue(m_text->verticalScrollBar()->maximum());
}

bool LogView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_words && event->type() == QEvent::KeyPress)
        if (const auto* key = static_cast<QKeyEvent*>(event);
            key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            step(key->modifiers().testFlag(Qt::ShiftModifier) ? -1 : 1);
            return true;
        }
    return QWidget::eventFilter(watched, event);
}

// Called with every look at the run.
void LogView::show(const RunView* run)
{
    const QString folder = run ? run->folder : QString();
    const bool another = folder != m_folder || (run && run->logLines < m_logLines);
    const bool grown = run && run->logLines != m_logLines;
    m_folder = folder;
    m_file = run ? RunFolder(folderPath(folder)).logFile() : std::filesystem::path();
    m_log = run ? run->log : QStringList();
    m_logLines = run ? run->logLines : 0;
    if (another) {
        m_tail = false;
        begin();
    } else if (m_words->text().isEmpty()) {
        showTail();
    } else if (grown && !m_grown.isActive()) {
        m_grown.start(growingPause);
    }
}

// Of what is typed in the log that is shown; without words the last lines.
void LogView::begin()
{
    if (m_search)
        m_search->stop.request_stop();
    m_search.reset();
    m_reading.cancel();
    m_problem.clear();
    m_at = 0;
    m_typed.stop();
    if (m_words->text().isEmpty() || m_file.empty()) {
        showTail();
        return;
    }
    m_tail = false;
    m_search = std::make_shared<Search>(LogSearch(m_file, m_words->text().toStdString()));
    m_text->clear();
    goOn();
}

void LogView::goOn()
{
    if (!m_search || m_search->busy)
        return;
    m_search->busy = true;
    m_progress.clear();
    const auto search = m_search;
    BackgroundJob::start<bool>(
        this, {[search](const Job& job) -> Cancellable<bool> {
                   // A count goes along with how far it is: the search is not read while it is under way.
                   const Job own{search->stop.get_token(),
                                 [&](std::uint64_t done, std::uint64_t total, std::string_view) {
                                     job.report(done, total, std::to_string(search->log.found()));
                                 }};
                   return search->log.search(own);
               },
               [this, search](bool whole) {
                   search->whole = whole;
                   search->busy = false;
                   if (search == m_search)
                       searched({});
               },
               [this, search](const QString& reason) {
                   search->busy = false;
                   if (search == m_search)
                       searched(reason);
               },
               [this, search](quint64 done, quint64 total, const QString& found) {
                   if (search != m_search || !search->busy)
                       return;
                   m_bar->setValue(static_cast<int>(1000 * done / std::max<quint64>(1, total)));
                   m_progress = tr("Searching: %1 of %2, lines found so far: %3")
                                    .arg(bytesText(done), bytesText(total), countText(found.toULongLong()));
                   showState();
               }});
    showState();
}

void LogView::searched(const QString& problem)
{
    m_problem = problem;
    m_at = std::min(m_at, m_search->log.hits().empty() ? 0 : m_search->log.hits().size() - 1);
    showHits();
}

void LogView::cancel()
{
    if (m_search)
        m_search->stop.request_stop();
}

void LogView::step(int by)
{
    if (m_typed.isActive()) { // Enter does not wait for the pause
        begin();
        return;
    }
    if (!m_search || m_search->busy || m_search->log.hits().empty())
        return;
    const std::size_t count = m_search->log.hits().size();
    m_at = by > 0 ? (m_at + 1) % count : (m_at + count - 1) % count;
    showHits();
}

// New lines are appended; another run writes all of them.
void LogView::showTail()
{
    if (m_tail && m_logLines == m_shownLines)
        return;
    const auto added = m_tail && m_logLines > m_shownLines
                           ? std::min<qsizetype>(m_log.size(), static_cast<qsizetype>(m_logLines - m_shownLines))
                           : m_log.size();
    QScrollBar* bar = m_text->verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum();
    const QString text = m_log.last(added).join(QLatin1Char('\n'));
    m_text->setExtraSelections({});
    if (!m_tail)
        m_text->setPlainText(text);
    else if (!text.isEmpty())
        m_text->appendPlainText(text);
    m_tail = true;
    m_shownLines = m_logLines;
    if (atEnd)
        bar->setValue(bar->maximum());
    showState();
}

// Those around the one at hand, or the lines beside it.
void LogView::showHits()
{
    showState();
    if (!m_search || m_search->busy)
        return;
    const auto& hits = m_search->log.hits();
    m_reading.cancel();
    if (hits.empty()) {
        m_text->clear();
        return;
    }
    const std::size_t first = m_at > shownHits / 2 ? m_at - shownHits / 2 : 0;
    const std::vector<LogSearch::Hit> wanted(hits.begin() + static_cast<std::ptrdiff_t>(first),
                                             hits.begin() +
                                                 static_cast<std::ptrdiff_t>(std::min(hits.size(), first + shownHits)));
    m_reading = BackgroundJob::start<std::vector<LogLine>>(
        this, {[file = m_file, wanted, hit = hits[m_at],
                around = m_around->isChecked()](const Job& job) -> Cancellable<std::vector<LogLine>> {
                   if (around)
                       return linesAround(file, hit, linesBeside, linesBeside);
                   std::vector<LogLine> lines;
                   for (const LogSearch::Hit& each : wanted) {
                       if (job.cancelled())
                           return {};
                       for (LogLine& line : linesAround(file, each, 0, 0))
                           lines.push_back(std::move(line));
                   }
                   return lines;
               },
               [this](const std::vector<LogLine>& lines) { showLines(lines); },
               [this](const QString& reason) {
                   m_problem = reason;
                   showState();
               }});
}

void LogView::showLines(const std::vector<LogLine>& lines)
{
    const int width = lines.empty() ? 1 : static_cast<int>(QString::number(lines.back().number).size());
    QStringList text;
    int at = 0;
    const std::uint64_t wanted =
        m_search && !m_search->busy && m_at < m_search->log.hits().size() ? m_search->log.hits()[m_at].line : 0;
    for (const LogLine& line : lines) {
        if (line.number == wanted)
            at = static_cast<int>(text.size());
        text << QStringLiteral("%1  %2").arg(line.number, width).arg(QString::fromStdString(line.text));
    }
    m_text->setPlainText(text.join(QLatin1Char('\n')));
    goTo(m_text->document()->findBlockByNumber(at));
    mark();
}

// So that the words can be seen, however far to the right they stand.
void LogView::goTo(const QTextBlock& line)
{
    QTextCursor place(line);
    const QTextCursor found = m_text->document()->find(m_words->text(), place);
    if (!found.isNull() && found.block() == line)
        place = found;
    m_text->horizontalScrollBar()->setValue(0); // as far to the left as can be
    QTextCursor end = place;
    end.setPosition(place.selectionEnd());
    m_text->setTextCursor(end);
    m_text->ensureCursorVisible();
    end.setPosition(place.selectionStart());
    m_text->setTextCursor(end);
    m_text->ensureCursorVisible();
    m_text->centerCursor();
}

// The line at hand, and the words where they stand.
void LogView::mark()
{
    QList<QTextEdit::ExtraSelection> marks;
    QTextEdit::ExtraSelection line;
    line.cursor = m_text->textCursor();
    line.format.setProperty(QTextFormat::FullWidthSelection, true);
    line.format.setBackground(palette().color(QPalette::AlternateBase).lighter(isDark(palette()) ? 160 : 94));
    marks << line;
    for (QTextCursor found(m_text->document());;) {
        found = m_text->document()->find(m_words->text(), found);
        if (found.isNull() || m_words->text().isEmpty())
            break;
        QTextEdit::ExtraSelection words;
        words.cursor = found;
        words.format.setForeground(palette().color(QPalette::HighlightedText));
        words.format.setBackground(palette().color(QPalette::Highlight));
        marks << words;
    }
    m_text->setExtraSelections(marks);
}

void LogView::showState()
{
    const bool searching = m_search && m_search->busy, found = m_search && !searching && !m_search->log.hits().empty();
    m_bar->setVisible(searching);
    m_cancel->setVisible(searching);
    for (QWidget* each : std::initializer_list<QWidget*>{m_previous, m_next, m_around})
        each->setEnabled(found);
    if (searching) {
        m_state->setText(m_progress.isEmpty() ? tr("Searching…") : m_progress);
        return;
    }
    if (!m_search) {
        m_state->setText(m_logLines > static_cast<std::size_t>(m_log.size()) || m_logLines >= 2000
                             ? tr("The last %1 lines. A search goes through the whole file.").arg(m_log.size())
                             : tr("The last lines, at most 256 KB of them. A search goes through the whole file."));
        return;
    }
    const LogSearch& log = m_search->log;
    if (!m_problem.isEmpty()) {
        m_state->setText(m_problem);
        return;
    }
    const QString where =
        m_search->whole
            ? tr("the whole log: %1 lines, %2").arg(countText(log.lines()), bytesText(log.bytes()))
            : tr("the first %1 of %2: the search was stopped").arg(bytesText(log.bytes()), bytesText(log.size()));
    if (log.found() == 0)
        m_state->setText(tr("No line holds it, in %1.").arg(where));
    else
        m_state->setText(
            tr("Line %1: %2 of %3 lines that hold it, in %4.")
                .arg(countText(log.hits()[m_at].line), countText(m_at + 1), countText(log.found()), where) +
            (log.found() > log.hits().size()
                 ? QLatin1Char(' ') + tr("Only the first %1 can be gone to.").arg(countText(log.hits().size()))
                 : QString()));
}

} // namespace mama
