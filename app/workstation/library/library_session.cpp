#include "app/workstation/library/library_session.h"

#include "core/library/collection/region_pass.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/collection/file_states.h"
#include "core/library/studies/kept_studies.h"

#include <algorithm>

namespace mama {
namespace {

constexpr int pollMs = 1000;

// Where in the filter an error points to: "character 7" is 6.
int placeIn(const Error& error)
{
    int character = 0;
    return std::sscanf(error.where().c_str(), "character %d", &character) == 1 ? character - 1 : -1;
}

// A connection of its own for looks, so that no change waits for one; where only one may be open, the same.
std::shared_ptr<Library> readerOf(const std::shared_ptr<Library>& library)
{
    try {
        return std::make_shared<Library>(library->folder(), Access::Read);
    } catch (const Error&) {
        return library;
    }
}

} // namespace

LibrarySession::LibrarySession(QObject* parent) : QObject(parent)
{
    for (QThreadPool* pool : {&m_acts, &m_looks, &m_passes})
        pool->setMaxThreadCount(1);
    m_works.setMaxThreadCount(2);
    m_passes.setThreadPriority(QThread::LowPriority);
    m_poll.setInterval(pollMs);
    connect(&m_poll, &QTimer::timeout, this, &LibrarySession::lookForOthers);
}

LibrarySession::~LibrarySession()
{
    for (BackgroundJob* job : {&m_opening, &m_answering, &m_loading, &m_headers})
        job->cancel();
}

LibrarySession::Opened LibrarySession::load(const QString& folder, bool make)
{
    Opened opened;
    const std::filesystem::path path = pathFromText(folder.toStdString());
    if (make)
        Library::create(path);
    opened.library = std::make_shared<Library>(path);
    opened.reader = readerOf(opened.library);
    opened.looker = readerOf(opened.library);
    opened.columns = std::make_shared<const StudyColumns>(*opened.reader);
    opened.tags = mama::tags(*opened.reader);
    opened.views = savedViews(*opened.reader);
    opened.lastDone = opened.library->lastDone();
    opened.headersLeft = mama::headersLeft(*opened.reader);
    opened.mark = markOf(*opened.reader);
    return opened;
}

void LibrarySession::open(const QString& folder, bool make)
{
    close();
    m_state = State::Opening;
    m_folder = folder;
    Q_EMIT stateChanged();
    m_opening = BackgroundJob::start<Opened>(this,
                                             {[folder, make](const Job&) { return load(folder, make); },
                                              [this](Opened opened) { take(std::move(opened)); },
                                              [this](const QString& reason) {
                                                  close();
                                                  Q_EMIT failed(reason);
                                              }},
                                             &m_works);
}

void LibrarySession::close()
{
    for (BackgroundJob* job : {&m_opening, &m_answering, &m_loading, &m_headers})
        job->cancel();
    m_poll.stop();
    m_acts.waitForDone(); // what was asked for is done
    m_library.reset();
    m_reader.reset();
    m_looker.reset();
    m_columns.reset();
    m_tags.clear();
    m_views.clear();
    m_lastDone.reset();
    m_question = {};
    m_result = {};
    m_undecided.clear();
    m_isLoading = m_readingHeaders = m_looking = false;
    m_headersLeft = m_others = 0;
    m_folder.clear();
    m_mark.clear();
    if (m_state != State::Closed) {
        m_state = State::Closed;
        Q_EMIT stateChanged();
    }
}

void LibrarySession::take(Opened opened)
{
    m_library = std::move(opened.library);
    m_reader = std::move(opened.reader);
    m_looker = std::move(opened.looker);
    m_tags = std::move(opened.tags);
    m_views = std::move(opened.views);
    m_lastDone = std::move(opened.lastDone);
    m_headersLeft = opened.headersLeft;
    m_mark = std::move(opened.mark);
    m_state = State::Open;
    m_poll.start();
    Q_EMIT stateChanged();
    Q_EMIT tagsChanged();
    Q_EMIT undoChanged();
    setColumns(std::move(opened.columns));
    checkFile();
}

void LibrarySession::setColumns(std::shared_ptr<const StudyColumns> columns)
{
    m_columns = std::move(columns);
    answerNow();
}

void LibrarySession::ask(StudyQuestion question)
{
    m_question = std::move(question);
    if (m_columns)
        answerNow();
}

void LibrarySession::whenAnswered(std::function<void(bool)> then)
{
    m_awaiting.push_back(std::move(then));
    if (m_isAnswered)
        answered(m_isWrong);
}

void LibrarySession::answered(bool wrong)
{
    m_isAnswered = true;
    m_isWrong = wrong;
    for (const auto& then : std::exchange(m_awaiting, {}))
        then(wrong);
}

void LibrarySession::answerNow()
{
    m_isAnswered = false;
    struct Answer
    {
        StudyResult result;
        QString wrong;
        int at = -1;
    };
    m_answering.cancel();
    m_answering = BackgroundJob::start<Answer>(
        this,
        {[columns = m_columns, question = m_question](const Job& job) -> Cancellable<Answer> {
             if (job.stop.stop_requested())
                 return std::nullopt;
             try {
                 return Answer{answer(columns, question), {}, -1};
             } catch (const Error& error) {
                 return Answer{{}, shownLine(error.why()), placeIn(error)};
             }
         },
         [this](Answer given) {
             if (given.wrong.isEmpty()) {
                 m_result = std::move(given.result);
                 Q_EMIT resultChanged();
             } else {
                 Q_EMIT wrong(given.wrong, given.at);
             }
             answered(!given.wrong.isEmpty());
         },
         [this](const QString& reason) {
             Q_EMIT wrong(reason, -1);
             answered(true);
         }},
        &m_looks);
}

// What is read while somebody changes the library is read again.
void LibrarySession::reload()
{
    if (m_state != State::Open)
        return;
    if (m_isLoading) {
        ++m_changes; // once more, then
        return;
    }
    m_isLoading = true;
    struct Loaded
    {
        std::shared_ptr<const StudyColumns> columns;
        std::vector<Tag> tags;
        std::vector<SavedView> views;
        std::int64_t headersLeft = 0;
        std::optional<CommandEntry> lastDone;
        std::string mark;
    };
    m_loading = BackgroundJob::start<Loaded>(this,
                                             {[reader = m_reader, library = m_library](const Job&) {
                                                  return Loaded{std::make_shared<const StudyColumns>(*reader),
                                                                mama::tags(*reader),
                                                                savedViews(*reader),
                                                                mama::headersLeft(*reader),
                                                                library->lastDone(),
                                                                markOf(*reader)};
                                              },
                                              [this, changes = m_changes](Loaded loaded) {
                                                  m_isLoading = false;
                                                  m_tags = std::move(loaded.tags);
                                                  m_views = std::move(loaded.views);
                                                  m_lastDone = std::move(loaded.lastDone);
                                                  m_mark = std::move(loaded.mark);
                                                  if (!m_readingHeaders)
                                                      m_headersLeft = loaded.headersLeft;
                                                  setColumns(std::move(loaded.columns));
                                                  Q_EMIT reloaded();
                                                  Q_EMIT tagsChanged();
                                                  Q_EMIT undoChanged();
                                                  Q_EMIT headersChanged(0, m_headersLeft);
                                                  if (changes != m_changes)
                                                      reload();
                                              },
                                              [this](const QString& reason) {
                                                  m_isLoading = false;
                                                  Q_EMIT refused(reason);
                                              }},
                                             &m_works);
}

void LibrarySession::act(Doing doing, bool tagsOnly)
{
    if (m_state != State::Open)
        return;
    BackgroundJob::start<Acted>(
        this,
        {[library = m_library, doing = std::move(doing), tagsOnly, columns = m_columns](const Job&) {
             Acted acted;
             acted.change = doing(*library);
             if (tagsOnly)
                 acted.columns = std::make_shared<const StudyColumns>(columns->withTags(*library));
             acted.tags = mama::tags(*library);
             acted.views = savedViews(*library);
             acted.lastDone = library->lastDone();
             return acted;
         },
         [this](Acted acted) { take(std::move(acted)); }, [this](const QString& reason) { Q_EMIT refused(reason); }},
        &m_acts);
}

void LibrarySession::take(Acted acted)
{
    ++m_changes;
    m_tags = std::move(acted.tags);
    m_views = std::move(acted.views);
    m_lastDone = std::move(acted.lastDone);
    Q_EMIT tagsChanged();
    Q_EMIT undoChanged();
    if (acted.columns && acted.columns->sameRows(*m_columns))
        setColumns(std::move(acted.columns));
    else
        reload();
    acted.change.command == 0 ? Q_EMIT unchanged() : Q_EMIT this->acted(QString::fromStdString(acted.change.words));
}

void LibrarySession::tag(const std::string& name, std::vector<std::int64_t> studies, bool remove)
{
    act(
        [name, studies = std::move(studies), remove](Library& library) {
            return mama::tag(library, {name, "study", studies, remove});
        },
        true);
}

void LibrarySession::undo()
{
    if (m_lastDone)
        act(
            [command = m_lastDone->id](Library& library) {
                const Change change = library.undo(command);
                lookAfter(library, change);
                return change;
            },
            m_lastDone->kind == "tag");
}

void LibrarySession::redo()
{
    act([](Library& library) {
        const Change change = library.redo();
        lookAfter(library, change);
        return change;
    });
}

void LibrarySession::lookForFiles()
{
    if (m_state != State::Open || m_readingHeaders || readOnly())
        return;
    m_readingHeaders = true;
    Q_EMIT headersChanged(0, m_headersLeft);
    m_headers = BackgroundJob::start<HeaderPass>(
        this,
        {[library = m_library](const Job& job) {
             mama::lookForFiles(*library, {job.stop, {}});
             HeaderPass pass = mama::readHeaders(*library, job);
             pass.problems = decideRegions(*library, job).problems; // others are in the library
             return pass;
         },
         [this](HeaderPass pass) {
             m_readingHeaders = false;
             m_headersLeft = pass.left;
             m_undecided = std::move(pass.problems);
             Q_EMIT headersChanged(0, m_headersLeft);
             Q_EMIT filesLookedFor();
             ++m_changes;
             reload();
         },
         [this](const QString& reason) {
             m_readingHeaders = false;
             Q_EMIT headersChanged(0, m_headersLeft);
             Q_EMIT refused(reason);
         },
         [this](quint64 done, quint64 total, const QString&) {
             Q_EMIT headersChanged(static_cast<qint64>(done), static_cast<qint64>(total));
         }},
        &m_passes);
}

void LibrarySession::readHeaders()
{
    if (m_headersLeft > 0)
        lookForFiles();
}

void LibrarySession::pauseHeaders()
{
    if (!m_readingHeaders)
        return;
    m_headers.cancel(); // what was read is kept
    m_readingHeaders = false;
    Q_EMIT headersChanged(0, m_headersLeft);
    reload();
}

// In the background: hundreds of megabytes are read.
void LibrarySession::checkFile()
{
    BackgroundJob::start<std::string>(this,
                                      {[reader = m_reader](const Job&) { return reader->findFault(false); },
                                       [this](const std::string& fault) {
                                           if (!fault.empty())
                                               Q_EMIT refused(
                                                   tr("The library's file is damaged (%1). Copy it now; mama "
                                                      "library check --full says more.")
                                                       .arg(QString::fromStdString(fault)));
                                       },
                                       [this](const QString& reason) { Q_EMIT refused(reason); }},
                                      &m_works);
}

// Another window, a job or a shell.
void LibrarySession::lookForOthers()
{
    if (m_looking)
        return;
    m_looking = true;
    BackgroundJob::start<std::int64_t>(this,
                                       {[library = m_library](const Job&) { return library->changesByOthers(); },
                                        [this](std::int64_t version) {
                                            m_looking = false;
                                            if (m_others != 0 && m_others != version) {
                                                ++m_changes;
                                                reload();
                                            }
                                            m_others = version;
                                        },
                                        [this](const QString&) { m_looking = false; }},
                                       &m_acts);
}

} // namespace mama
