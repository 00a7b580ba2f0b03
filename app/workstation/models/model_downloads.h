#pragma once
#include "app/workstation/engine/background_job.h"
#include "core/download/model_getter.h"
#include "core/download/model_shelf.h"

#include <QThreadPool>
#include <QTime>
#include <QTimer>
#include <map>
#include <vector>

namespace mama {

// One line of the page: what the disk says of a model, and what this window does with it.
struct ModelRow
{
    enum class Work { None, Queued, Asking, Fetching, Retrying, Importing, Removing };

    ShelfItem item;
    const CatalogueModel* entry = nullptr; // of the catalogue; null: another installed model
    Work work = Work::None;
    std::uint64_t done = 0, total = 0; // bytes, while fetching
    QString failure;                   // of the last try; empty: none
    qint64 since = 0;                  // ms, monotonous, when the first byte of this try was told
    std::uint64_t first = 0;           // bytes that were here by then
    bool ending = false;               // paused by this window, whose work is about to end
    SourceNews news;                   // while it asks or waits
    QTime begun;                       // when the user asked for it
    qint64 told = 0;                   // ms, monotonous, when the news came

    QString title() const;
    bool isHere() const { return item.state == ShelfItem::State::Here; }
    bool isBegun() const { return item.state == ShelfItem::State::Begun; }
    bool busy() const { return work != Work::None || item.atWork; }
    bool waits() const { return work == Work::Asking || work == Work::Retrying; } // for the source
    qint64 millisecondsSinceNews() const;
    double bytesPerSecond() const; // of this try; 0: too early to tell
};

// The models that are here or could be, and the work on them, which goes on whatever page is shown: two at a time, off
// the window's thread. Closing the window pauses it; what came stays on the disk.
class ModelDownloads : public QObject
{
    Q_OBJECT
public:
    explicit ModelDownloads(QObject* parent = nullptr);
    ~ModelDownloads() override;

    const Catalogue& catalogue() const { return m_catalogue; }
    const std::vector<ModelRow>& rows() const { return m_rows; }
    const ModelRow* row(const std::string& name) const;

    void refresh(); // looks at the disk
    // The files come from the hub, or from the folder that options.given names.
    void get(const std::string& name, const GetOptions& options);
    void pause(const std::string& name);
    void remove(const std::string& name);

Q_SIGNALS:
    void rowsChanged();                                       // which there are
    void rowChanged(int row);                                 // what one says
    void arrived(const QString& name, const QString& folder); // ready to be used
    void failed(const QString& name, const QString& reason);

private:
    ModelRow* find(const std::string& name);
    void set(const std::string& name, ModelRow::Work work);
    void takeShelf(const std::vector<ShelfItem>& shelf);
    void takeProgress(const std::string& name, quint64 done, quint64 total, const QString& phase);
    void takeNews(const std::string& name, const SourceNews& news);
    void tick();
    void end(const std::string& name, const QString& failure);

    Catalogue m_catalogue;
    std::vector<ModelRow> m_rows;
    std::map<std::string, BackgroundJob> m_jobs; // by name
    QTimer m_ticker;                             // while something waits for a source
    QThreadPool m_pool;
};

} // namespace mama
