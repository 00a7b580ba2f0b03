#pragma once
#include "core/image/geometry.h"
#include "core/library/reader_file.h"

#include <QObject>
#include <QSettings>
#include <QString>
#include <QThreadPool>
#include <functional>
#include <memory>
#include <optional>
#include <set>

namespace mama {

struct ScanReport;
struct Study;
struct StudyImage;

// A place that was marked on a picture; `at` as Mark's.
struct PlacedMark
{
    ImageFileRef image;
    Point at;
    Side side = Side::Unknown;
};

// What the reader does that lasts: verdicts, sides and views given to images, and in a read-first session the log. All
// of it is written by one background thread in its order; what could not be written is told and nothing else follows
// from it.
class ReaderWork : public QObject
{
    Q_OBJECT
public:
    // The settings must outlive this object.
    explicit ReaderWork(QSettings& settings, QObject* parent = nullptr);
    ~ReaderWork() override;

    // Read first: a session in which nothing of a model is shown of a study before the verdict on it is locked.
    bool readFirst() const { return m_readFirst; }
    void setReadFirst(bool on);
    QString author() const;
    void setAuthor(const QString& name);
    bool mayShowModel(const Study* study) const;
    // Final; the model may be shown once it is on the disk. The marks become the verdict's.
    void lock(Verdict verdict, std::vector<PlacedMark> marks = {});
    void note(ReadingEvent event, const nlohmann::json& detail); // outside a read-first session: model outputs alone

    void assign(const StudyImage& image);
    void undoAssign();
    // Other work on the same thread, in its order. file: null where none was made yet and writes is false; a write
    // begins a session. after: on the window's thread, unless `context` is gone.
    struct Failure
    {
        QString reason;
        bool disk = false; // it may be tried again: full, or in use
    };
    using Work = std::function<void(ReaderFile* file, std::int64_t session)>;
    void run(bool writes, Work work, QObject* context, std::function<void(const std::optional<Failure>&)> after);
    // Sides and views that were given before, to images without. On a scan's thread.
    std::function<void(ScanReport&, const Job&)> assignments();

Q_SIGNALS:
    void gateChanged(); // mayShowModel() may answer otherwise
    void begun();       // a read-first session
    void locked(const mama::Verdict& verdict, const QString& words);
    void told(const QString& text, bool isError);

private:
    struct Shared; // with the background thread
    using Write = std::function<void(ReaderFile&, std::int64_t session)>;
    void later(Write work, std::function<void()> after = {});

    QSettings& m_settings;
    bool m_readFirst = false;
    std::set<std::string> m_locked; // studies of this session
    std::shared_ptr<Shared> m_shared;
    QThreadPool m_thread; // of one
};

} // namespace mama
