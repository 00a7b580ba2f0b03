#pragma once
#include "core/base/user_text.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace SQLite {
class Database;
class Exception;
} // namespace SQLite

namespace mama {

// What is in a kind of file: whose it is, and the steps that made it what it is. Step n takes a file of version n to
// n + 1; steps are added and never changed.
struct Schema
{
    std::int32_t applicationId = 0;
    std::span<const char* const> steps; // SQL
    bool checkedOnOpening = true;       // else it is large, and its owner calls findFault()
    int version() const { return static_cast<int>(steps.size()); }
};

enum class Access { Write, Read };

// A SQLite file of ours, open: the one place that says how (write-ahead log, every commit flushed to disk, 5 s of
// patience with other processes; on a folder of the network a rollback journal and this process alone). Any thread may
// call; calls wait for each other. Every failure is an Error that names the file; nothing of a failed write stays.
class Database
{
public:
    using Work = std::function<void(SQLite::Database&)>;

    // Makes the file (mode 600) and its folders where there are none and Access::Write asks; brings an older file up to
    // date, also for Access::Read, after a copy of it was put beside it. Error(Format): no SQLite file, another
    // program's, or too damaged to be read. Of a newer version, damaged, or not to be written to: open for reading, see
    // notices().
    Database(const std::filesystem::path& path, const Schema& schema, Access access);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    const std::filesystem::path& path() const { return m_path; }
    bool readOnly() const { return m_readOnly; }
    // Why it is open for reading only, and what works differently here: a line each.
    const std::vector<UserText>& notices() const { return m_notices; }

    // `work` in one BEGIN IMMEDIATE transaction: all of it is on the disk on return, or none of it is. Error(Io) also
    // where the file is open for reading only, or no longer at its path.
    void write(const Work& work);
    // `work` on one state of the file.
    void read(const Work& work);
    // The first thing that SQLite finds wrong with the file, also with its indexes where `thoroughly` (slow); empty:
    // nothing.
    std::string findFault(bool thoroughly);
    // A whole copy as of now, while others go on writing; appears by rename. Error(Io) if something is there already.
    void backUp(const std::filesystem::path& copy);

private:
    void open(const Schema& schema, Access access);
    void connect(bool writing);
    void make(const std::string& name, int flags);
    bool lacksRoom(const SQLite::Exception& failure) const;
    void readUndisturbed();
    bool identify(const Schema& schema);
    void check();
    std::string firstFault(const char* pragma);
    void setJournal();
    void migrate(const Schema& schema);
    void keepAsItWas(int version);
    void onlyRead(UserText why);
    void checkStillThere() const;
    void copyTo(const std::filesystem::path& copy);

    std::filesystem::path m_path;
    std::unique_ptr<SQLite::Database> m_database;
    std::mutex m_mutex;
    std::vector<UserText> m_notices;
    std::uint64_t m_device = 0, m_inode = 0; // of the file that is open
    bool m_readOnly = false, m_network = false;
};

} // namespace mama
