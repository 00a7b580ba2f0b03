#pragma once
#include "app/workstation/page/study_to_read.h"

#include <QObject>
#include <deque>
#include <string>

namespace mama {

class StudySession;

// A list elsewhere (the library's) that is read along: the study beside the one on screen is opened as the reader goes
// on, and the next one is read ahead. What cannot be read is told and passed over.
class StudyLine : public QObject
{
    Q_OBJECT
public:
    explicit StudyLine(StudySession& studies, QObject* parent = nullptr); // which must outlive it

    void start(StudyToRead first, StudyBeside beside); // once its files are being opened
    void clear();
    const StudyToRead* current() const; // of which the study on screen is a part; null: of none
    // The study of the session that is `by` further; -1: it is not there yet, or there is none.
    int neighbour(int by) const;
    void go(int by); // shows it, as soon as it is there

Q_SIGNALS:
    void reached(const mama::StudyToRead& study); // is on screen
    // So many on the way, of which this one is the last.
    void passedOver(int count, const mama::StudyToRead& study, const QString& why);
    void ended(int by); // there is none further

private:
    struct Stop
    {
        StudyToRead what;
        std::vector<std::string> studies; // UIDs; empty: nothing of it can be read
        QString problem;
    };
    struct Position
    {
        std::size_t stop, study;
    };
    std::optional<Position> position() const;
    const std::string* beside(int by) const; // UID
    int placeOf(const std::string& uid) const;
    void takeScanned();
    void findStudies();
    Stop& edge(int by) { return by > 0 ? m_stops.back() : m_stops.front(); }
    int passed(int by) const; // stops of which nothing can be read, next to the study on screen
    void tellPassed(int by);
    void shown();
    void reach(int by); // asks for the next stop, where none is there yet
    void take(int by, std::optional<StudyToRead> next);
    void added(int by);

    StudySession& m_studies;
    StudyBeside m_beside;
    std::deque<Stop> m_stops;
    std::int64_t m_reached = 0; // told last
    int m_asking = 0, m_going = 0;
    quint64 m_run = 0; // answers of an earlier list are dropped
};

} // namespace mama
