#include "app/workstation/models/model_downloads.h"

#include "core/base/path_text.h"

#include <QPointer>
#include <algorithm>

namespace mama {
namespace {

constexpr std::chrono::milliseconds looksAgain{1000}; // at what another program gets

// Of a clock that nobody sets.
qint64 now()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

double ModelRow::bytesPerSecond() const
{
    constexpr qint64 least = 3000; // ms
    const qint64 time = since == 0 ? 0 : now() - since;
    return time < least ? 0 : 1000.0 * static_cast<double>(done - std::min(first, done)) / static_cast<double>(time);
}

qint64 ModelRow::millisecondsSinceNews() const { return now() - told; }

QString ModelRow::title() const { return QString::fromStdString(entry ? entry->title : item.name); }

ModelDownloads::ModelDownloads(QObject* parent) : QObject(parent), m_catalogue(builtInCatalogue())
{
    m_pool.setMaxThreadCount(2);
    m_ticker.setInterval(std::chrono::seconds(1));
    connect(&m_ticker, &QTimer::timeout, this, &ModelDownloads::tick);
    for (const CatalogueModel& model : m_catalogue.models) {
        ModelRow row;
        row.item.name = model.name;
        row.entry = &model;
        m_rows.push_back(std::move(row));
    }
}

ModelDownloads::~ModelDownloads()
{
    for (auto& [name, job] : m_jobs)
        job.cancel();
    m_pool.waitForDone();
}

ModelRow* ModelDownloads::find(const std::string& name)
{
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [&](const ModelRow& row) { return row.item.name == name; });
    return found == m_rows.end() ? nullptr : &*found;
}

const ModelRow* ModelDownloads::row(const std::string& name) const
{
    return const_cast<ModelDownloads*>(this)->find(name);
}

void ModelDownloads::refresh()
{
    BackgroundJob::start<std::vector<ShelfItem>>(
        this, {[catalogue = m_catalogue](const Job&) { return Cancellable(modelShelf(catalogue)); },
               [this](std::vector<ShelfItem> shelf) { takeShelf(shelf); }, [](const QString&) {}});
}

// Rows keep what this window does with them.
void ModelDownloads::takeShelf(const std::vector<ShelfItem>& shelf)
{
    std::vector<ModelRow> rows;
    for (const ShelfItem& item : shelf) {
        ModelRow row;
        if (const ModelRow* old = find(item.name))
            row = *old;
        row.item = item;
        row.ending = row.ending && item.atWork;
        row.entry = m_catalogue.find(item.name);
        rows.push_back(std::move(row));
    }
    const bool same = std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(),
                                 [](const ModelRow& a, const ModelRow& b) { return a.item.name == b.item.name; });
    m_rows = std::move(rows);
    const bool others = std::any_of(m_rows.begin(), m_rows.end(), [](const ModelRow& row) {
        return row.item.atWork && row.work == ModelRow::Work::None; // another program, or what was paused just now
    });
    if (others)
        QTimer::singleShot(looksAgain, this, &ModelDownloads::refresh);
    if (!same)
        return Q_EMIT rowsChanged();
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        Q_EMIT rowChanged(static_cast<int>(i));
}

void ModelDownloads::set(const std::string& name, ModelRow::Work work)
{
    if (ModelRow* row = find(name)) {
        row->work = work;
        Q_EMIT rowChanged(static_cast<int>(row - m_rows.data()));
    }
}

void ModelDownloads::get(const std::string& name, const GetOptions& options)
{
    ModelRow* row = find(name);
    if (!row || !row->entry || row->work != ModelRow::Work::None)
        return;
    row->failure.clear();
    row->done = row->total = row->first = 0;
    row->since = 0;
    row->news = {};
    row->ending = false;
    row->begun = QTime::currentTime();
    row->told = now();
    set(name, ModelRow::Work::Queued);
    GetOptions listened = options;
    listened.listener = [guard = QPointer<ModelDownloads>(this), name](const SourceNews& news) {
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [guard, name, news] {
                if (guard)
                    guard->takeNews(name, news);
            },
            Qt::QueuedConnection);
    };
    const CatalogueModel& model = *row->entry; // of the catalogue, which outlives the pool's work
    m_jobs[name] = BackgroundJob::start<GotModel>(
        this,
        {[&model, listened](const Job& job) { return getModel(model, listened, job); },
         [this, name](const GotModel& got) {
             end(name, {});
             Q_EMIT arrived(QString::fromStdString(name), QString::fromStdString(pathText(got.folder)));
         },
         [this, name](const QString& reason) {
             end(name, reason);
             Q_EMIT failed(QString::fromStdString(name), reason);
         },
         [this, name](quint64 done, quint64 total, const QString& phase) { takeProgress(name, done, total, phase); }},
        &m_pool);
}

void ModelDownloads::takeProgress(const std::string& name, quint64 done, quint64 total, const QString& phase)
{
    ModelRow* row = find(name);
    if (!row)
        return;
    if (total > 0) {
        if (row->since == 0) {
            row->since = now();
            row->first = done;
        }
        row->done = done;
        row->total = total;
    }
    set(name, phase == QLatin1String(phase::importing)  ? ModelRow::Work::Importing
              : phase == QLatin1String(phase::fetching) ? ModelRow::Work::Fetching
              : phase == QLatin1String(phase::waiting)  ? ModelRow::Work::Retrying
                                                        : ModelRow::Work::Asking);
}

// May come late, of work that was paused meanwhile.
void ModelDownloads::takeNews(const std::string& name, const SourceNews& news)
{
    ModelRow* row = find(name);
    if (!row || !m_jobs.contains(name) || row->work == ModelRow::Work::Removing)
        return;
    row->news = news;
    row->told = now();
    set(name, news.wait.count() > 0 ? ModelRow::Work::Retrying : ModelRow::Work::Asking);
    m_ticker.start();
}

// Seconds pass on the page, too.
void ModelDownloads::tick()
{
    bool waits = false;
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (m_rows[i].waits()) {
            waits = true;
            Q_EMIT rowChanged(static_cast<int>(i));
        }
    if (!waits)
        m_ticker.stop();
}

void ModelDownloads::end(const std::string& name, const QString& failure)
{
    m_jobs.erase(name);
    if (ModelRow* row = find(name))
        row->failure = failure;
    set(name, ModelRow::Work::None);
    refresh();
}

// The work ends by itself in a moment; until then the disk may still say that it goes on.
void ModelDownloads::pause(const std::string& name)
{
    const auto job = m_jobs.find(name);
    if (job == m_jobs.end())
        return;
    job->second.cancel();
    m_jobs.erase(job);
    if (ModelRow* row = find(name)) {
        row->item.state = ShelfItem::State::Begun;
        row->item.removable = true;
        row->item.bytes = row->done;
        row->ending = true;
        if (row->total > 0)
            row->item.total = row->total;
    }
    set(name, ModelRow::Work::None);
}

void ModelDownloads::remove(const std::string& name)
{
    ModelRow* row = find(name);
    if (!row || row->work != ModelRow::Work::None)
        return;
    row->failure.clear();
    set(name, ModelRow::Work::Removing);
    m_jobs[name] = BackgroundJob::start<std::uint64_t>(this,
                                                       {[name](const Job&) { return Cancellable(removeModel(name)); },
                                                        [this, name](std::uint64_t) { end(name, {}); },
                                                        [this, name](const QString& reason) {
                                                            end(name, reason);
                                                            Q_EMIT failed(QString::fromStdString(name), reason);
                                                        }},
                                                       &m_pool);
}

} // namespace mama
