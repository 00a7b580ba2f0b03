// What the page's commands do.
#include "app/workstation/library/ask_bar.h"
#include "app/workstation/library/dialogs/handover_dialog.h"
#include "app/workstation/library/dialogs/import_dialog.h"
#include "app/workstation/library/dialogs/problems_dialog.h"
#include "app/workstation/library/dialogs/relink_dialog.h"
#include "app/workstation/library/dialogs/tag_dialog.h"
#include "app/workstation/library/dialogs/vocabulary_dialog.h"
#include "app/workstation/library/library_map.h"
#include "app/workstation/library/library_notice.h"
#include "app/workstation/library/library_page.h"
#include "app/workstation/library/pictures/tile_pictures.h"
#include "app/workstation/look/settings_keys.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/collection/set_import.h"
#include "core/phantom/phantom.h"
#include "core/tables/importers/data_sets.h"
#include "widgets/library/study_details.h"
#include "widgets/library/study_grid.h"
#include "widgets/library/study_table.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QProgressBar>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QToolButton>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr int tryStudies = 40;

// Synthetic studies in EMBED's layout, in a folder of their own, as any data set's rows.
Cancellable<SetRows> phantomRows(const std::filesystem::path& folder, const Job& job)
{
    PhantomOptions options;
    options.seed = firstEvaluationSeed; // none that a model was trained on
    options.studies = tryStudies;
    options.folder = folder;
    if (!writePhantoms(options, job))
        return std::nullopt;
    return readEmbedSet(folder);
}

} // namespace

void LibraryPage::follow(const QString& command)
{
    if (command == QLatin1String("open"))
        return chooseFolder(false);
    if (command == QLatin1String("new"))
        return chooseFolder(true);
    if (command == QLatin1String("import"))
        return importSet();
    if (command == QLatin1String("phantoms"))
        return makePhantoms();
    if (command == QLatin1String("all")) {
        keepNone();
        return setFilter({});
    }
    const qsizetype at = command.section(QLatin1Char(':'), 1).toInt();
    if (command.startsWith(QLatin1String("recent:")))
        return openFolder(m_settings.value(settings_keys::recentLibraries).toStringList().value(at), false);
    auto clauses = m_session->result().clauses; // "without:1"
    if (static_cast<std::size_t>(at) >= clauses.size())
        return keepNone();
    clauses.erase(clauses.begin() + at);
    setFilter(QString::fromStdString(filterText(clauses)));
}

void LibraryPage::chooseFolder(bool make)
{
    const QString before = m_settings.value(settings_keys::recentLibraries).toStringList().value(0);
    const QString folder = QFileDialog::getExistingDirectory(
        this, make ? tr("A new or empty folder for the library") : tr("Folder of a library"),
        before.isEmpty() ? QString() : QFileInfo(before).path());
    if (!folder.isEmpty())
        openFolder(folder, make);
}

void LibraryPage::importSet()
{
    if (!m_session->library() || refuseToWrite())
        return;
    ImportDialog dialog(m_session->library(), this);
    connect(&dialog, &ImportDialog::imported, this, [this](const Change& change) {
        m_session->act([change](Library&) { return change; });
        m_headersWanted = true;
    });
    dialog.exec();
}

void LibraryPage::handOver()
{
    const StudyResult& result = m_session->result();
    if (!result.columns || m_session->size() == 0 || refuseToWrite() || refuseWrong())
        return;
    HandoverChoice choice;
    choice.filter = QString::fromStdString(filterText(result.clauses));
    if (result.kept) // words for people; what is handed over is the list
        choice.filter += (choice.filter.isEmpty() ? QString() : QStringLiteral(" and ")) +
                         QStringLiteral("%1 kept").arg(*result.kept);
    for (const std::uint32_t study : result.rows)
        choice.filtered.push_back(result.columns->id(study));
    if (m_place->selected() > 0)
        choice.selected = target();
    choice.images = static_cast<int>(chosenImages());
    for (const StudyColumn& column : result.columns->columns())
        choice.fields << QString::fromStdString(column.name);
    HandoverDialog dialog(m_session->library(), choice, m_settings, this);
    connect(&dialog, &HandoverDialog::changed, this, [this] { m_session->reload(); });
    connect(&dialog, &HandoverDialog::trainWanted, this, &LibraryPage::trainAsked);
    connect(&dialog, &HandoverDialog::handedOver, this, [this](const QString& folder, const QStringList& warnings) {
        QString words = tr("Handed over: %1").arg(folder);
        for (const QString& each : warnings)
            words += QStringLiteral(". ") + each;
        Q_EMIT told(words, !warnings.isEmpty());
    });
    dialog.exec();
}

// Into the library that is open, or else into a new one among the user's files.
void LibraryPage::makePhantoms()
{
    std::filesystem::path folder;
    const bool open = m_session->library() != nullptr;
    if (open)
        folder = m_session->library()->folder();
    else {
        QDir place(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation));
        QString name = QStringLiteral("library");
        for (int i = 2; place.exists(name); ++i)
            name = QStringLiteral("library-%1").arg(i);
        folder = pathFromText(place.filePath(name).toStdString());
    }
    m_notice->showWork(tr("Making %1 synthetic studies…").arg(tryStudies));
    m_phantoms.cancel();
    m_phantoms = BackgroundJob::start<std::string>(
        this,
        {[folder, open](const Job& job) -> Cancellable<std::string> {
             if (!open)
                 Library::create(folder);
             const auto rows = phantomRows(folder / "phantoms", job);
             if (!rows)
                 return std::nullopt;
             Library library(folder);
             if (!mama::importSet(library, *rows, job))
                 return std::nullopt;
             return pathText(folder);
         },
         [this](const std::string& made) { openFolder(QString::fromStdString(made), false); },
         [this](const QString& reason) {
             showState();
             Q_EMIT told(reason, true);
         },
         [this](quint64 done, quint64 total, const QString&) {
             if (m_session->state() != LibrarySession::State::Opening && total > 0)
                 m_notice->showWork(tr("Making %1 synthetic studies: %2 %").arg(tryStudies).arg(100 * done / total));
         }});
}

void LibraryPage::showHeaders(qint64 done, qint64 total)
{
    if (m_headersWanted && !m_session->readingHeaders() && m_session->headersLeft() > 0) {
        m_headersWanted = false;
        return m_session->readHeaders();
    }
    const bool reading = m_session->readingHeaders(), left = m_session->headersLeft() > 0 && !m_session->readOnly();
    const QLocale locale;
    sayJob(reading ? tr("Headers: %1 of %2").arg(locale.toString(done), locale.toString(total))
           : left  ? tr("%1 headers are not read yet").arg(locale.toString(qlonglong(m_session->headersLeft())))
                   : QString());
    m_bar->setRange(0, static_cast<int>(std::max<qint64>(total, 1)));
    m_bar->setValue(static_cast<int>(done));
    m_pause->setText(reading ? tr("Pause") : tr("Go on"));
    m_job->setToolTip({});
    m_job->setVisible(reading || left);
    m_bar->setVisible(reading);
    m_pause->setVisible(reading || left);
    if (!reading && !left)
        tellUnread();
}

// Its numbers grow: they are never cut while they do.
void LibraryPage::sayJob(const QString& words)
{
    m_job->setText(words);
    m_footRow->layout()->activate();
}

// What is in the list of problems, for who does not look there by himself.
void LibraryPage::tellUnread()
{
    const auto [missing, refused] = unreadImages();
    const auto& undecided = m_session->undecided();
    if (missing + refused == 0 && undecided.empty())
        return;
    QStringList words, tip{tr("Which ones, and why")};
    if (missing > 0)
        words << tr("%n file(s) missing", nullptr, missing);
    if (refused > 0)
        words << tr("%n not readable", nullptr, refused);
    if (!undecided.empty())
        words << tr("%n region(s) not decided", nullptr, static_cast<int>(undecided.size()));
    for (const RefusedFile& each : undecided)
        tip << QString::fromStdString(each.path) + QStringLiteral(": ") + QString::fromStdString(each.reason);
    sayJob(QStringLiteral("<a href=\"problems\">%1</a>").arg(words.join(QStringLiteral(", "))));
    m_job->setToolTip(plainTip(tip.mid(0, 20).join(QLatin1Char('\n'))));
    m_job->show();
}

// Images whose files are missing, and whose files cannot be read.
std::pair<int, int> LibraryPage::unreadImages() const
{
    std::pair<int, int> out{0, 0};
    const StudyColumn* column = m_session->result().columns ? m_session->result().columns->column("file") : nullptr;
    for (std::size_t code = 1; column && code < column->values.size(); ++code) {
        const auto images = std::count(column->codes.begin(), column->codes.end(), code);
        if (column->values[code] == "missing")
            out.first = static_cast<int>(images);
        if (column->values[code] == "refused")
            out.second = static_cast<int>(images);
    }
    return out;
}

// Once it is known which files are there. What is on screen comes first.
void LibraryPage::readFiles()
{
    if (m_filesPaused || m_ask->job().running())
        return;
    m_files = {0, 0};
    m_pictures->setFilling(true);
}

// "Files: 120 of 4,000 · 8 a second · 7 min left".
void LibraryPage::showFiles(quint64 done, quint64 total)
{
    if (m_session->readingHeaders() || (m_session->headersLeft() > 0 && !m_session->readOnly()))
        return;
    if (!m_pictures->filling() && !m_filesPaused) // the last word of a thread that comes after the end
        return;
    if (m_files.second == 0) {
        m_filesSince.start();
        m_filesBefore = done;
    }
    m_files = {done, total};
    const QLocale locale;
    const bool paused = m_filesPaused, left = done < total;
    if (!left && !paused) // what is left to say comes in the line's place
        return showHeaders(0, m_session->headersLeft());
    QString text =
        paused ? tr("%1 of %2 files are not read yet").arg(locale.toString(total - done), locale.toString(total))
               : tr("Files: %1 of %2").arg(locale.toString(done), locale.toString(total));
    const double seconds = static_cast<double>(m_filesSince.elapsed()) / 1000;
    if (!paused && left && done > m_filesBefore && seconds > 2) {
        const double rate = static_cast<double>(done - m_filesBefore) / seconds;
        text += tr(" · %1 a second · %2 left")
                    .arg(locale.toString(rate, 'f', rate < 10 ? 1 : 0),
                         shownSpan(static_cast<qint64>(static_cast<double>(total - done) / rate)));
    }
    sayJob(text);
    m_job->setToolTip(tr("Every file is read once: thumbnails, copies, sides that disagree, text in the picture."));
    m_bar->setRange(0, 1000);
    m_bar->setValue(total > 0 ? static_cast<int>(1000 * done / total) : 0);
    m_pause->setText(paused ? tr("Go on") : tr("Pause"));
    m_job->setVisible(left);
    m_bar->setVisible(left && !paused);
    m_pause->setVisible(left);
}

void LibraryPage::turnJob()
{
    if (m_session->readingHeaders())
        return m_session->pauseHeaders();
    if (m_session->headersLeft() > 0)
        return m_session->readHeaders();
    m_filesPaused = !m_filesPaused;
    m_filesPaused ? m_pictures->setFilling(false) : readFiles();
    showFiles(m_files.first, m_files.second);
}

void LibraryPage::showProblems()
{
    ProblemsDialog dialog(m_session->looker(), this);
    connect(&dialog, &ProblemsDialog::imageAsked, this, &LibraryPage::goToImage);
    connect(&dialog, &ProblemsDialog::relinkAsked, this, &LibraryPage::relinkFiles, Qt::QueuedConnection);
    dialog.exec();
}

void LibraryPage::relinkFiles()
{
    if (refuseToWrite())
        return;
    RelinkDialog dialog(m_session->looker(), this);
    if (dialog.exec() == QDialog::Accepted)
        m_session->act([plan = dialog.plan()](Library& library) { return relink(library, plan); });
}

void LibraryPage::editVocabulary()
{
    VocabularyDialog dialog(m_session->looker(), !m_session->readOnly(), this);
    if (dialog.exec() == QDialog::Accepted)
        m_session->act([words = dialog.changed()](Library& library) { return setWords(library, words); });
}

// Those that have it lose it only if all of them have it.
void LibraryPage::turnTag(const std::string& name)
{
    if (refuseWrong())
        return;
    const std::vector<std::int64_t> studies = target();
    if (studies.empty())
        return;
    const StudyColumns& columns = *m_session->result().columns;
    const StudySet* tagged = columns.tag(name);
    const bool all = tagged && std::all_of(studies.begin(), studies.end(), [&](std::int64_t study) {
                         const auto place = columns.find(study);
                         return place && tagged->has(*place);
                     });
    m_actedOn.push_back(m_current);
    m_session->tag(name, studies, all);
}

void LibraryPage::tagByDigit(int digit)
{
    for (const Tag& tag : m_session->tags())
        if (tag.key == digit)
            return turnTag(tag.name);
    Q_EMIT told(tr("No tag has the digit %1 yet: T makes one.").arg(digit), false);
}

void LibraryPage::tagByName()
{
    if (refuseToWrite() || target().empty() || refuseWrong())
        return;
    TagDialog dialog(m_session->tags(), static_cast<int>(target().size()), this);
    if (dialog.exec() == QDialog::Accepted)
        turnTag(dialog.name().toStdString());
}

// Back to the study at which the command was given, also when it had left the list.
void LibraryPage::undo()
{
    const auto isOfStudies = [](const CommandEntry& done) { return done.kind == "tag" || done.kind == "label"; };
    if (!m_actedOn.empty() && m_session->lastDone() && isOfStudies(*m_session->lastDone())) {
        m_returnTo = m_actedOn.back();
        m_actedOn.pop_back();
    }
    m_session->undo();
}

// From a field or a list beside them to the studies; there the selection goes.
void LibraryPage::escape()
{
    if (!m_content->isAncestorOf(QApplication::focusWidget()))
        return takeKeyboard();
    if (!putMessageAway())
        m_place->selectNone();
}

void LibraryPage::showAs(As as)
{
    m_isMap = as == As::Map;
    if (!m_isMap) // which of the two comes back at the next start
        m_isTable = as == As::Table;
    m_asTable->setChecked(as == As::Table);
    m_asGrid->setChecked(as == As::Grid);
    m_asMap->setChecked(m_isMap);
    m_map->setAwake(m_isMap);
    const bool focused = m_content->isAncestorOf(focusWidget()) || m_grid->hasFocus() || m_table->hasFocus();
    showState();
    if (focused || isVisible())
        m_content->currentWidget()->setFocus();
    wantPictures();
}

void LibraryPage::toggleDetails()
{
    showState();
    showCurrent();
}

void LibraryPage::backUp()
{
    const QString folder = QFileDialog::getSaveFileName(this, tr("A new folder for the copy"),
                                                        m_session->folder() + QStringLiteral("-copy"));
    if (folder.isEmpty())
        return;
    Q_EMIT told(tr("Copying to %1…").arg(folder), false);
    BackgroundJob::start<bool>(
        this, {[library = m_session->library(), path = pathFromText(folder.toStdString())](const Job&) {
                   library->backUp(path);
                   return true;
               },
               [this, folder](bool) { Q_EMIT told(tr("Copied to %1.").arg(folder), false); },
               [this](const QString& reason) { Q_EMIT told(reason, true); }});
}

void LibraryPage::checkFile()
{
    Q_EMIT told(tr("Checking the library's file…"), false);
    BackgroundJob::start<std::string>(
        this, {[library = m_session->library()](const Job&) { return library->findFault(true); },
               [this](const std::string& fault) {
                   fault.empty()
                       ? Q_EMIT told(tr("The library's file is whole."), false)
                       : Q_EMIT told(tr("The library's file is damaged: %1").arg(QString::fromStdString(fault)), true);
               },
               [this](const QString& reason) { Q_EMIT told(reason, true); }});
}

void LibraryPage::saveLog()
{
    const QString file = QFileDialog::getSaveFileName(this, tr("Save the log"), QStringLiteral("library-log.jsonl"),
                                                      tr("JSON lines (*.jsonl)"));
    if (file.isEmpty())
        return;
    BackgroundJob::start<bool>(this,
                               {[library = m_session->library(), path = pathFromText(file.toStdString())](const Job&) {
                                    std::string text;
                                    for (const CommandEntry& entry : library->commands())
                                        text += jsonLine(entry) + '\n';
                                    writeAtomically(path, std::string_view(text));
                                    return true;
                                },
                                [this, file](bool) { Q_EMIT told(tr("Saved: %1").arg(file), false); },
                                [this](const QString& reason) { Q_EMIT told(reason, true); }});
}

} // namespace mama
