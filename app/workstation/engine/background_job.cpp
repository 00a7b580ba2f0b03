#include "app/workstation/engine/background_job.h"

namespace mama {

QThreadPool* jobThreads()
{
    const QString name = QStringLiteral("job threads");
    QCoreApplication* application = QCoreApplication::instance();
    if (auto* pool = application->findChild<QThreadPool*>(name, Qt::FindDirectChildrenOnly))
        return pool;
    auto* pool = new QThreadPool(application);
    pool->setObjectName(name);
    return pool;
}

} // namespace mama
