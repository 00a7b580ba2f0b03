#pragma once
#include "core/library/collection/library_lock.h"
#include "core/library/database.h"

#include <atomic>
#include <cstdint>
#include <optional>

namespace mama {

// What a change did. command 0: there was nothing to change, and nothing was written.
struct Change
{
    std::int64_t command = 0;
    std::string words; // "Tag review on 312 studies"
    std::int64_t rows = 0;
};

struct CommandEntry
{
    std::int64_t id = 0, session = 0;
    std::string author, at, kind, words; // at: ISO 8601, UTC
    std::int64_t rows = 0;
    std::optional<std::int64_t> undoneBy, turns; // turns: of an undo or redo, which one it is of
    std::string about = {};                      // key of the one study that it is of; empty: of none or several
};

struct LibraryCounts
{
    std::int64_t datasets = 0, patients = 0, studies = 0, images = 0, findings = 0, labels = 0, annotations = 0,
                 tags = 0, cohorts = 0, commands = 0;
};

struct LibraryDataSet
{
    std::string importer, name, licence;
    bool restricted = true;
    std::int64_t studies = 0, images = 0;
};

// A collection: a folder with library.db, which holds the truth, and beside it what can be made again. Any thread and
// several processes of one host may work on it. Each change is a command: one transaction that is on the disk on
// return, or did nothing; it can be undone as long as nothing later stands on it, also after years.
class Library
{
public:
    // Makes an empty library in a new or empty folder. Error(Io) if there is something already; Error(Usage): no name.
    static void create(const std::filesystem::path& folder);
    // Error(Io) where there is none. author: who changes; empty: the user's account.
    explicit Library(const std::filesystem::path& folder, Access access = Access::Write,
                     const std::string& author = {});

    const std::filesystem::path& folder() const { return m_folder; }
    const std::string& author() const { return m_author; }
    const std::vector<UserText>& notices() const { return m_notices; } // why it is read only, and the like: a line each

    LibraryCounts counts();
    std::vector<LibraryDataSet> dataSets(); // by name
    int version() const;                    // of its file
    // What is wrong with the file; empty: nothing. Quickly after each opening, thoroughly now and then.
    std::string findFault(bool thoroughly) { return m_database->findFault(thoroughly); }
    // A whole copy as of now, as a new or empty folder that can be opened. Error(Io) if there is something already.
    void backUp(const std::filesystem::path& folder);

    // ---- changes
    // `work` does one command: it returns what it did, in words; 0 rows: nothing, then no command is kept.
    struct Done
    {
        std::string words;
        std::int64_t rows = 0;
        std::string about = {}; // the study that it is of, where undo is offered for it by itself
    };
    struct Work
    {
        const char* kind; // "tag", "cohort", ...
        std::function<Done(SQLite::Database&, std::int64_t command)> run;
        bool undoneByBatch = false; // its rows name their batch: too many for a change set
    };
    Change change(const Work& work);
    // Of a command, or of the last one that was not undone. Error(Data) names the later action that stands on it.
    Change undo(std::optional<std::int64_t> command = {});
    // Of a command, or of the last one undone, as long as nothing was done since.
    Change redo(std::optional<std::int64_t> command = {});
    std::vector<CommandEntry> commands(); // in order
    // What undo() is to offer here: the last command not undone that was there when this was opened, or was done by
    // it, but none that others did meanwhile; about: of those of one study alone. Empty: there is none.
    std::optional<CommandEntry> lastDone(const std::string& about = {});
    // What redo() is to offer for a study: the last one undone, as long as nothing was done to it since.
    std::optional<CommandEntry> lastUndone(const std::string& about);
    // Another number than before: somebody else changed the file.
    std::int64_t changesByOthers();
    void read(const Database::Work& work) { m_database->read(work); }
    // Facts that were found in files: no change of anybody's, so no command. At most twice a second, since SQLite's
    // waiting is not fair to others.
    void note(const Database::Work& work) { m_database->write(work); }

private:
    std::int64_t session(SQLite::Database& database);
    std::int64_t addCommand(SQLite::Database& database, const CommandEntry& entry);
    std::optional<CommandEntry> found(const std::string& where, const std::string& about);

    std::filesystem::path m_folder;
    std::string m_author;
    LibraryLock m_lock;
    std::unique_ptr<Database> m_database;
    std::vector<UserText> m_notices;
    std::atomic<std::int64_t> m_session{0}; // 0: nothing was changed yet
    std::int64_t m_first = 0;               // the last command when it was opened
};

// One line of the exported log, without a line break.
std::string jsonLine(const CommandEntry& entry);

} // namespace mama
