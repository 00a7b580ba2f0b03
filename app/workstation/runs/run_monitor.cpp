#include "app/workstation/runs/run_monitor.h"

#include "app/workstation/runs/run_poller.h"

namespace mama {

RunMonitor::RunMonitor(QObject* parent) : QObject(parent), m_poller(new RunPoller)
{
    m_poller->moveToThread(&m_thread);
    connect(&m_thread, &QThread::started, m_poller, &RunPoller::begin);
    connect(&m_thread, &QThread::finished, m_poller, &QObject::deleteLater);
    connect(m_poller, &RunPoller::news, this, &RunMonitor::news);
    connect(m_poller, &RunPoller::shelfNews, this, &RunMonitor::shelfNews);
    connect(m_poller, &RunPoller::askFailed, this, &RunMonitor::askFailed);
    m_thread.start();
}

RunMonitor::~RunMonitor()
{
    m_thread.quit();
    m_thread.wait();
}

void RunMonitor::watch(const QString& folder)
{
    QMetaObject::invokeMethod(m_poller, [poller = m_poller, folder] { poller->watch(folder); });
}

void RunMonitor::forget(const QString& folder)
{
    QMetaObject::invokeMethod(m_poller, [poller = m_poller, folder] { poller->forget(folder); });
}

void RunMonitor::watchShelf(const QString& source)
{
    QMetaObject::invokeMethod(m_poller, [poller = m_poller, source] { poller->watchShelf(source); });
}

void RunMonitor::forgetShelf(const QString& source)
{
    QMetaObject::invokeMethod(m_poller, [poller = m_poller, source] { poller->forgetShelf(source); });
}

void RunMonitor::ask(const QString& folder, ControlRequest::Ask what)
{
    QMetaObject::invokeMethod(m_poller, [poller = m_poller, folder, what] { poller->ask(folder, what); });
}

} // namespace mama
