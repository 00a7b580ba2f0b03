#include "app/workstation/read/studies/file_watch.h"

#include "app/workstation/engine/background_job.h"

#include <QTimer>

namespace mama {
namespace {

std::vector<FileWatch::Change> changesOf(const std::vector<FileWatch::File>& files)
{
    std::vector<FileWatch::Change> changes;
    for (const FileWatch::File& each : files)
        if (const FileState now = FileState::of(each.path); now.differsFrom(each.read))
            changes.push_back({each.path, now == FileState()});
    return changes;
}

} // namespace

FileWatch::FileWatch(QObject* parent) : QObject(parent), m_timer(new QTimer(this))
{
    m_timer->setInterval(span);
    m_timer->setTimerType(Qt::VeryCoarseTimer);
    connect(m_timer, &QTimer::timeout, this, &FileWatch::look);
}

void FileWatch::setFiles(std::vector<File> files)
{
    if (files == m_files)
        return;
    m_files = std::move(files);
    m_files.empty() ? m_timer->stop() : m_timer->start();
}

void FileWatch::look()
{
    if (m_looking || m_files.empty())
        return;
    m_looking = true;
    BackgroundJob::Callbacks<std::vector<Change>> calls;
    calls.work = [files = m_files](const Job&) -> Cancellable<std::vector<Change>> { return changesOf(files); };
    calls.done = [this, files = m_files](const std::vector<Change>& changes) {
        m_looking = false;
        if (files == m_files) // else it is of others
            Q_EMIT looked(changes);
    };
    calls.failed = [this](const QString&) { m_looking = false; };
    BackgroundJob::start(this, std::move(calls));
}

} // namespace mama
