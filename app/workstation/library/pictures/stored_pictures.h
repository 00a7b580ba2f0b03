#pragma once
#include "app/workstation/engine/background_job.h"
#include "core/library/collection/library.h"
#include "core/library/pictures/stored_picture.h"
#include "widgets/library/study_tile.h"

#include <QImage>
#include <QObject>
#include <QThreadPool>
#include <memory>
#include <unordered_map>
#include <vector>

namespace mama {

// Pictures of the tiles on screen with the bits that their files have, by a window that the curator changes. Read on
// threads of its own; what is not wanted any more is forgotten.
class StoredPictures : public QObject
{
    Q_OBJECT
public:
    explicit StoredPictures(QObject* parent = nullptr);
    ~StoredPictures() override;

    void open(std::shared_ptr<Library> library); // null: none. What was there is forgotten
    // Studies with their thumbnails, most urgent first: of those that are ready the values are read.
    void want(const std::vector<std::pair<std::int64_t, std::array<TilePicture, 4>>>& studies);
    void setWindow(const WindowChange& change);
    const WindowChange& window() const { return m_window; }
    QImage picture(qint64 image) const; // as it hangs; null: not there, or not yet

Q_SIGNALS:
    void changed();

private:
    struct Entry
    {
        std::shared_ptr<const StoredPicture> values; // null: not read yet, or it cannot be
        QImage shown, thumbnail;                     // thumbnail: of the file as it was when it was read
        BackgroundJob job;
    };
    struct Made
    {
        std::shared_ptr<const StoredPicture> values;
        QImage shown;
        WindowChange by;
    };
    void read(std::int64_t study, const TilePicture& picture);
    void render(qint64 image);
    void take(qint64 image, Made made);

    std::shared_ptr<Library> m_library;
    std::unordered_map<qint64, Entry> m_entries; // by image
    WindowChange m_window;
    QThreadPool m_pool;
};

} // namespace mama
