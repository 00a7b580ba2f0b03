#pragma once
#include "core/base/file_state.h"

#include <QObject>
#include <filesystem>
#include <vector>

class QTimer;

namespace mama {

// Whether files are still those that were read: looked at every few seconds, and when asked. It looks on a pool thread,
// one look at a time: a file may lie on a network that answers late or never.
class FileWatch : public QObject
{
    Q_OBJECT
public:
    struct File
    {
        std::filesystem::path path;
        FileState read;
        bool operator==(const File&) const = default;
    };
    struct Change
    {
        std::filesystem::path path;
        bool gone = false; // moved, renamed or removed, or its folder is out of reach
    };
    static constexpr int span = 2000; // milliseconds from look to look

    explicit FileWatch(QObject* parent);
    void setFiles(std::vector<File> files); // in place of those before
    void look();

Q_SIGNALS:
    void
    looked(const std::vector<mama::FileWatch::Change>& changes); // in the files' order; empty: all are as they were

private:
    std::vector<File> m_files;
    QTimer* m_timer;
    bool m_looking = false;
};

} // namespace mama
