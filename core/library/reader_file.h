#pragma once
#include "core/base/progress.h"
#include "core/library/annotation.h"
#include "core/library/assigned_view.h"
#include "core/library/database.h"
#include "core/library/reading_event.h"
#include "core/library/session_locks.h"
#include "core/library/verdict.h"

#include <chrono>
#include <map>

namespace mama {

struct ReadingSession
{
    std::int64_t id = 0;
    std::string author;
    bool readFirst = false;
    std::string began, ended; // ISO 8601, UTC, ms; ended is empty while it goes on, or if its program was killed
    std::int64_t entries = 0, verdicts = 0;
};

// The author of sessions before anybody said a name.
inline constexpr const char* nobodyNamed = "reader";

// The reader's own work: verdicts, sides and views given to images, annotations, and the log of the sessions. One
// SQLite file; many threads and processes may work on it at once. Each call that changes something is one transaction
// that is on the disk when it returns; one that fails changes nothing and throws an Error. It holds no name, ID or path
// of a patient.
class ReaderFile
{
public:
    // $MAMA_READER, else $XDG_DATA_HOME/mama-workstation/reader.db, else ~/.local/share/mama-workstation/reader.db.
    static std::filesystem::path usualPlace();

    // As Database's: made where there is none; read-only with notices() where it cannot be written to.
    explicit ReaderFile(const std::filesystem::path& path, Access access = Access::Write);

    bool readOnly() const { return m_database.readOnly(); }
    const std::filesystem::path& path() const { return m_database.path(); }
    const std::vector<UserText>& notices() const { return m_database.notices(); } // a line each, for the window
    // A whole copy, while everybody goes on. Error(Io) if something is there already.
    void backUp(const std::filesystem::path& copy) { m_database.backUp(copy); }

    // ---- sessions and their log
    // author: the reader's name or pseudonym, at most 200 bytes. The calls below take sessions that this object began
    // and did not end, else Error(Usage).
    std::int64_t beginSession(const std::string& author, bool readFirst);
    void endSession(std::int64_t session);
    // Tells what was seen or done; what may be in `detail` is said at keptDetail(). Error(Usage) for an event that the
    // file writes itself.
    void log(std::int64_t session, ReadingEvent event, const nlohmann::json& detail);
    std::vector<ReadingSession> sessions();              // oldest first
    std::vector<LogEntry> entries(std::int64_t session); // in order
    // What a reader was shown of models in all sessions, those of nobody named among them, oldest first.
    std::vector<LogEntry> modelOutputs(const std::string& author);

    // ---- verdicts
    // Final from now on. A later one of the same reader and study is a second record that names the one before.
    LockedVerdict lock(std::int64_t session, const Verdict& verdict);
    // Whether a verdict of the study was locked in this session: only then may a read-first session show a model's
    // output of it. Also of a session that ended.
    bool isLocked(std::int64_t session, const std::string& study);
    std::vector<LockedVerdict> verdicts(const std::string& study); // of all sessions, oldest first
    std::vector<LockedVerdict> verdicts();                         // of all studies

    // ---- sides and views
    // Error(Usage) for a view or a side that no single image has.
    PlacedImage assign(std::int64_t session, const ImageKey& image, const AssignedView& view);
    // The last assignment that was not undone, of this session or of one that no longer runs; empty: there is none.
    // Error(Data) if another window changed the same image since.
    std::optional<PlacedImage> undoAssign(std::int64_t session);
    // The last one undone, as long as nothing was assigned since; empty: there is none.
    std::optional<PlacedImage> redoAssign(std::int64_t session);
    // What the reader said of each image, in their order; empty: nothing. Files without a SOP Instance UID are read
    // only if one of their size has an assignment; one that cannot be read has none. Empty as a whole if cancelled.
    Cancellable<std::vector<std::optional<AssignedView>>> assigned(std::span<const ImageFileRef> images,
                                                                   const Job& job = {});

    // ---- annotations
    std::vector<Annotation> annotations();                                       // of all images, oldest first
    std::vector<Annotation> annotations(std::span<const AnnotatedImage> images); // in their order; no key: none
    // One command. Author and time are the session's where they are empty. Error(Usage) for what cannot be kept,
    // Error(Data) if another window deleted what is to be changed.
    AnnotationEdited edit(std::int64_t session, const AnnotationEdit& edit);
    // The last edit of a study that was not undone, of this session or of one that no longer runs; command 0: there is
    // none. Error(Data) if another window changed the same annotation since.
    AnnotationEdited undoEdit(std::int64_t session, const std::string& study);
    // The last one undone, as long as nothing was edited since.
    AnnotationEdited redoEdit(std::int64_t session, const std::string& study);
    EditOffer editOffer(std::int64_t session, const std::string& study); // session 0: none was begun yet
    // Another number than before: somebody else changed the file.
    std::int64_t changesByOthers();

private:
    struct Open
    {
        std::string author;
        std::chrono::steady_clock::time_point began;
    };
    // What a transaction stamps on its rows.
    struct Stamp
    {
        std::int64_t session = 0;
        std::string author, at;
        std::int64_t ms = 0;
    };
    Stamp stamp(std::int64_t session);
    void addEntry(SQLite::Database& database, const Stamp& stamp, ReadingEvent event, const nlohmann::json& detail);
    std::int64_t addCommand(SQLite::Database& database, const Stamp& stamp, const char* kind, const std::string& words);
    PlacedImage takeBack(SQLite::Database& database, const Stamp& stamp, std::int64_t command, bool undo);
    std::optional<PlacedImage> turnBack(std::int64_t session, bool undo);
    std::int64_t lastCommand(SQLite::Database& database, std::int64_t session, bool undo);
    struct EditTurn
    {
        std::int64_t session = 0;
        std::string study;
        bool undo = true;
    };
    std::int64_t lastEdit(SQLite::Database& database, const EditTurn& turn);
    AnnotationEdited turnEdit(const EditTurn& turn);
    static void keepEdit(SQLite::Database& database, std::int64_t command, const std::string& study,
                         const std::string& changeSet);
    std::vector<LockedVerdict> verdictsWhere(const char* where, const std::string& value);

    Database m_database;
    SessionLocks m_locks;
    std::mutex m_mutex; // of m_open
    std::map<std::int64_t, Open> m_open;
};

} // namespace mama
