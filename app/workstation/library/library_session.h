#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/library/study_result.h"
#include "core/library/collection/header_pass.h"
#include "core/library/studies/saved_views.h"
#include "core/library/studies/tags.h"

#include <QObject>
#include <QThreadPool>
#include <QTimer>
#include <functional>

namespace mama {

// The library that is open, what is asked of it, and what is done to it. Everything that waits for the disk or takes
// longer than a frame happens off the window's thread; changes happen one after another, in the order in which they
// were asked for.
class LibrarySession : public QObject
{
    Q_OBJECT
public:
    enum class State { Closed, Opening, Open };

    explicit LibrarySession(QObject* parent = nullptr);
    ~LibrarySession() override;

    // Opens it; make: an empty one is made first. What was open before goes.
    void open(const QString& folder, bool make = false);
    void close();
    State state() const { return m_state; }
    const QString& folder() const { return m_folder; }
    const std::string& mark() const { return m_mark; } // that tells it from others; empty: nothing was done to it yet
    const std::shared_ptr<Library>& library() const { return m_library; } // null unless Open
    // The same for who looks for a moment: neither a change nor the reading of all studies makes it wait.
    const std::shared_ptr<Library>& looker() const { return m_looker; }
    bool readOnly() const { return !m_library || !m_library->notices().empty(); }
    const std::vector<Tag>& tags() const { return m_tags; }
    const std::vector<SavedView>& views() const { return m_views; }

    // ---- what is shown
    const StudyQuestion& question() const { return m_question; }
    void ask(StudyQuestion question); // the newest is answered
    // Once the newest question is answered, or at once if it is; wrong: its filter is.
    void whenAnswered(std::function<void(bool wrong)> then);
    const StudyResult& result() const { return m_result; }
    std::size_t size() const { return m_columns ? m_columns->size() : 0; } // all studies
    void reload();                                                         // other rows are in it now

    // ---- what is done
    using Doing = std::function<Change(Library&)>;
    void act(Doing doing, bool tagsOnly = false);
    void tag(const std::string& name, std::vector<std::int64_t> studies, bool remove);
    void undo();
    void redo();
    const std::optional<CommandEntry>& lastDone() const { return m_lastDone; } // what undo() takes back

    // ---- headers of files that were not read yet; before that it is looked which files are there
    void readHeaders();
    void pauseHeaders();
    void lookForFiles(); // again, as after some were found
    bool readingHeaders() const { return m_readingHeaders; }
    std::int64_t headersLeft() const { return m_headersLeft; }
    const std::vector<RefusedFile>& undecided() const { return m_undecided; } // regions and their masks

Q_SIGNALS:
    void stateChanged();
    void failed(const QString& reason); // to open
    void resultChanged();
    void reloaded();                           // other rows, files or sides may be in it now
    void wrong(const QString& reason, int at); // the filter; at: its character, -1: none in particular
    void acted(const QString& words);
    void unchanged();                    // what was asked for was so already
    void refused(const QString& reason); // a change
    void undoChanged();
    void tagsChanged();
    void filesLookedFor(); // what is missing is known, and the headers that there are were read
    void headersChanged(qint64 done, qint64 total); // or paused, or at their end

private:
    struct Opened
    {
        std::shared_ptr<Library> library, reader, looker;
        std::shared_ptr<const StudyColumns> columns;
        std::vector<Tag> tags;
        std::vector<SavedView> views;
        std::optional<CommandEntry> lastDone;
        std::int64_t headersLeft = 0;
        std::string mark;
    };
    struct Acted
    {
        Change change;
        std::shared_ptr<const StudyColumns> columns; // null: they are to be read again
        std::vector<Tag> tags;
        std::vector<SavedView> views;
        std::optional<CommandEntry> lastDone;
    };
    static Opened load(const QString& folder, bool make);
    void take(Opened opened);
    void take(Acted acted);
    void setColumns(std::shared_ptr<const StudyColumns> columns);
    void answerNow();
    void answered(bool wrong);
    void checkFile();
    void lookForOthers();

    State m_state = State::Closed;
    QString m_folder;
    std::string m_mark;
    std::shared_ptr<Library> m_library, m_reader, m_looker; // reader: so that no change waits for a look
    std::shared_ptr<const StudyColumns> m_columns;
    std::vector<Tag> m_tags;
    std::vector<SavedView> m_views;
    std::optional<CommandEntry> m_lastDone;
    StudyQuestion m_question;
    StudyResult m_result;
    bool m_isAnswered = true, m_isWrong = false;
    std::vector<std::function<void(bool)>> m_awaiting;
    BackgroundJob m_opening, m_answering, m_loading, m_headers;
    bool m_isLoading = false, m_readingHeaders = false, m_looking = false;
    std::int64_t m_headersLeft = 0, m_others = 0;
    std::uint64_t m_changes = 0; // so far, also those of others
    QThreadPool m_acts, m_looks, m_works, m_passes;
    std::vector<RefusedFile> m_undecided;
    QTimer m_poll;
};

} // namespace mama
