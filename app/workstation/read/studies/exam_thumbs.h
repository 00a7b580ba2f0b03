#pragma once
#include "app/workstation/engine/background_job.h"
#include "core/study/study.h"

#include <QImage>
#include <QObject>
#include <QSize>
#include <QThreadPool>
#include <deque>
#include <map>

namespace mama {

// Small pictures of images in the panels, as they hang. Read one after the other on a thread of their own, and only
// while nothing else is read: a study on its way to the screen is never held up.
class ExamThumbs : public QObject
{
    Q_OBJECT
public:
    explicit ExamThumbs(QObject* parent = nullptr);
    ~ExamThumbs() override; // waits until what was begun is done

    // Null: not read yet, or no picture can be made of it.
    QImage picture(const StudyImage& image) const;
    // The most urgent first; what was wanted before and is not now is not read.
    void want(const std::vector<StudyImage>& images);
    void setPaused(bool paused);
    void clear();

    // The four views of an exam beside each other, chest walls inward, black where there is none yet; null: none at
    // all.
    QImage strip(const Study& study, QSize size) const;

Q_SIGNALS:
    void changed(); // another picture is there

private:
    using Key = std::pair<std::filesystem::path, int>; // and frame
    static Key keyOf(const StudyImage& image) { return {image.path, image.frame}; }
    void readNext();

    QThreadPool m_thread; // of one
    std::map<Key, QImage> m_pictures;
    std::deque<StudyImage> m_wanted;
    bool m_paused = false, m_reading = false;
    int m_round = 0; // of clear()
};

} // namespace mama
