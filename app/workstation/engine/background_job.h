#pragma once
#include "core/base/progress.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>
#include <QMetaObject>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QThreadPool>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

namespace mama {

// The threads of jobs that have no pool of their own; made at the first call, on the window's thread. Not Qt's global
// pool: painting a large area waits for threads of that one (Qt 6.4, qdrawhelper.cpp), so that jobs in it would hold up
// the window.
QThreadPool* jobThreads();

// Work on a pool thread with one answer on the window's thread. The class that catches core's errors: nothing is
// thrown past it. Dropping the handle does not stop the work; cancel() does, and then no callback comes.
class BackgroundJob
{
public:
    template <class T>
    struct Callbacks
    {
        std::function<Cancellable<T>(const Job&)> work;                                       // pool thread
        std::function<void(T)> done;                                                          // window's thread
        std::function<void(const QString& reason)> failed;                                    // window's thread
        std::function<void(quint64 done, quint64 total, const QString& phase)> progress = {}; // window's thread
    };

    // Callbacks are dropped when `context` is gone. Work that takes minutes has a pool of its own.
    template <class T>
    static BackgroundJob start(QObject* context, Callbacks<T> callbacks, QThreadPool* pool = jobThreads())
    {
        BackgroundJob handle;
        handle.m_stop = std::make_shared<std::stop_source>();
        const auto shared = std::make_shared<Callbacks<T>>(std::move(callbacks));
        const auto post = [alive = QPointer<QObject>(context), stop = handle.m_stop](auto call) {
            QMetaObject::invokeMethod(
                QCoreApplication::instance(),
                [alive, stop, call = std::move(call)]() mutable {
                    if (alive && !stop->stop_requested())
                        call();
                },
                Qt::QueuedConnection);
        };
        pool->start([shared, post, stop = handle.m_stop] {
            Job job;
            job.stop = stop->get_token();
            if (shared->progress)
                job.progress = [shared, post](std::uint64_t done, std::uint64_t total, std::string_view phase) {
                    post([shared, done, total,
                          text = QString::fromUtf8(phase.data(), static_cast<qsizetype>(phase.size()))] {
                        shared->progress(done, total, text);
                    });
                };
            try {
                auto result = std::make_shared<Cancellable<T>>(shared->work(job));
                if (result->has_value())
                    post([shared, result] { shared->done(std::move(**result)); });
            } catch (const std::exception& error) {
                post([shared, reason = shownError(error)] { shared->failed(reason); });
            }
        });
        return handle;
    }

    void cancel()
    {
        if (m_stop)
            m_stop->request_stop();
    }

private:
    std::shared_ptr<std::stop_source> m_stop;
};

} // namespace mama
