#pragma once
#include "widgets/library/study_tile.h"

#include <QList>
#include <QObject>
#include <QThreadPool>
#include <filesystem>
#include <memory>
#include <vector>

namespace mama {

// The pictures of studies in a list: what is on screen first, then, when there is time, those of all the rest. Reads on
// threads of its own with a connection of its own to the library, so that neither the window nor a command waits for
// it.
class TilePictures : public QObject
{
    Q_OBJECT
public:
    struct Limits
    {
        int threads = 2;
        std::size_t bytes = std::size_t{160} << 20; // of pictures in memory
    };
    explicit TilePictures(Limits limits, QObject* parent = nullptr);
    explicit TilePictures(QObject* parent = nullptr) : TilePictures(Limits(), parent) {}
    ~TilePictures() override; // waits for the reading of what is begun

    // Begins with a library, or with none. What was there is forgotten.
    void open(const std::filesystem::path& library);
    void close();
    // What is there now; of a study that was not looked up yet four that are waiting.
    std::array<TilePicture, 4> pictures(std::int64_t study) const;
    // The studies that are wanted, most urgent first. What was wanted before and is not now is not read any more.
    void want(const std::vector<std::int64_t>& studies);
    // Images, files or sides have changed: everything is looked up anew, files that were missing too.
    void lookAgain();
    // Makes the thumbnails of all images that have none, while nothing is wanted. Off, it stops after what is begun.
    void setFilling(bool on);
    bool filling() const;

Q_SIGNALS:
    void changed(const QList<qint64>& studies); // pictures() gives something else now
    void filled(quint64 done, quint64 total);   // a few times a second
    void fillingEnded();                        // every image has been looked at
    void noticed(const QString& line);          // thumbnails are not kept, and why

private:
    struct State; // shared with the threads
    class Worker;
    void start();

    Limits m_limits;
    QThreadPool m_pool;
    std::shared_ptr<State> m_state;
};

} // namespace mama
