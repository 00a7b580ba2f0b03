#pragma once
#include "core/library/collection/library.h"
#include "widgets/library/study_tile.h"

#include <QList>
#include <QObject>
#include <QThreadPool>
#include <memory>
#include <unordered_map>
#include <vector>

namespace mama {

// The pictures of studies in a list: what is on screen first, then, when there is time, those of all the rest. Reads on
// threads of its own; the window's thread never waits.
class TilePictures : public QObject
{
    Q_OBJECT
public:
    struct Limits
    {
        int threads = 2;
        std::size_t bytes = std::size_t{160} << 20; // of pictures in memory
    };
    TilePictures(Limits limits, QObject* parent);
    explicit TilePictures(QObject* parent = nullptr) : TilePictures(Limits(), parent) {}
    ~TilePictures() override; // waits until what was begun is done

    // Begins with a library, best one that is open for reading alone, so that no look waits for a change. null: with
    // none. What was there is forgotten. writer: the same library, that what one reading of a file gives is kept in;
    // null: only thumbnails are made.
    void open(std::shared_ptr<Library> library, std::shared_ptr<Library> writer = nullptr);
    // What is there now; of a study that was not looked up yet four that are waiting.
    std::array<TilePicture, 4> pictures(std::int64_t study) const;
    // The studies that are wanted, most urgent first. What was wanted before and is not now is not read any more.
    void want(const std::vector<std::int64_t>& studies);
    // Images, files or sides have changed: everything is looked up anew, files that were missing too;
    // filling goes on where it was.
    void lookAgain();
    // Reads every file that was not read yet, then makes the thumbnails that are left, while nothing is wanted, until
    // fillingEnded(). Off, it stops
    // after what is begun; on again it goes on. Another library is filled from its beginning.
    void setFilling(bool on);
    bool filling() const { return m_filling; }

Q_SIGNALS:
    void changed(const QList<qint64>& studies); // pictures() gives something else now
    void filled(quint64 done, quint64 total);   // images with thumbnails, a few times a second
    void passed(quint64 done, quint64 total);   // files that were read, a few times a second
    void fillingFailed(const QString& reason);  // what was found cannot be kept; setFilling() goes on with it
    void fillingEnded();                        // every image has been looked at
    void noticed(const QString& line);          // what is wrong with the kept thumbnails or the library

private:
    struct Store;
    struct Filling;
    struct Shared; // with the threads
    struct Entry
    {
        std::array<TilePicture, 4> pictures;
        std::size_t bytes = 0;
        mutable std::uint64_t used = 0;
        bool waits() const;
    };
    using Found = std::vector<std::pair<std::int64_t, std::array<TilePicture, 4>>>;

    void startThreads();
    void startFilling();
    void take(const Found& found);
    void take(std::int64_t study, int view, const TilePicture& picture);
    void limit();
    void stop();

    Limits m_limits;
    QThreadPool m_pool, m_fillPool;
    std::shared_ptr<Shared> m_shared; // null: no library
    std::unordered_map<std::int64_t, Entry> m_entries;
    std::vector<std::int64_t> m_wanted;
    std::size_t m_bytes = 0;
    mutable std::uint64_t m_uses = 0;
    bool m_filling = false;
};

} // namespace mama
