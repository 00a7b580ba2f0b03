#pragma once
#include "app/workstation/read/work/reader_work.h"
#include "core/library/annotation.h"
#include "core/study/study.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace mama {

class Library;
struct LoadedImage;

namespace viewer {
class ViewImage;
}

// A note of the study on screen. Numbers are this session's own: positive once it is on the disk.
struct ShownNote
{
    std::size_t image = 0; // in Study::images
    Annotation annotation;
    bool unsaved = false;
};

// What the reader draws on the study on screen: kept in the library that is open where it has the image, else in the
// reader's own file. Each change is shown at once and written in its order by the reader's background thread; what the
// disk refuses is told, stays on screen and is tried again.
class NotesSession : public QObject
{
    Q_OBJECT
public:
    // The reader's work must outlive this object.
    explicit NotesSession(ReaderWork& work, QObject* parent = nullptr);

    void setLibrary(std::shared_ptr<Library> library); // null: none is open
    void setStudy(std::shared_ptr<const Study> study); // null: none
    void setPicture(std::size_t image, const LoadedImage& loaded);

    const std::vector<ShownNote>& notes() const { return m_shown; } // in the order of images, then of drawing
    const ShownNote* find(std::int64_t id) const;
    bool mayDraw(std::size_t image) const; // its picture is there

    std::int64_t add(std::size_t image, const Shape& shape, const QString& text = {}); // its number; 0: it cannot be
    void move(std::int64_t id, const Shape& shape);
    void setText(std::int64_t id, const QString& text);
    void remove(const std::vector<std::int64_t>& ids);
    void undo();
    void redo();
    const EditOffer& offer() const { return m_offer; } // of the study on screen
    int unsaved() const;                               // changes that are not on the disk
    void reload();                                     // somebody else may have changed something

Q_SIGNALS:
    void changed();
    void renumbered(qint64 from, qint64 to); // what was drawn is on the disk; changed() follows
    void offerChanged();
    void told(const QString& text, bool isError);
    void outdated(const QString& text); // it was told, and is so no more

private:
    struct Image
    {
        AnnotatedImage ref;
        AnnotationFacts facts;
        std::shared_ptr<const viewer::ViewImage> picture;
        bool inLibrary = false;
    };
    struct Step // that is to be written
    {
        enum class What { Edit, Undo, Redo } what = What::Edit;
        bool inLibrary = false;
        AnnotationEdit edit;
        std::vector<std::int64_t> ids;                                  // ours, of edit.put
        std::vector<std::shared_ptr<const viewer::ViewImage>> pictures; // of edit.put, for their figures
    };
    struct Stored // what is on the disk of a study
    {
        std::vector<bool> inLibrary;                    // by image
        std::vector<std::pair<bool, Annotation>> notes; // of the library
        EditOffer reader, library;
        std::int64_t readerVersion = 0, libraryVersion = 0;
        std::vector<std::int64_t> made; // numbers of what a step put
        QString words;                  // of what was undone or done again; empty: there was nothing
    };
    struct Question
    {
        std::vector<AnnotatedImage> images;
        std::string study;
        std::shared_ptr<Library> library;
    };
    Question question() const;
    static Stored read(const Question& question, ReaderFile* file, std::int64_t session);
    static void write(Step& step, const Question& question, ReaderFile* file, std::int64_t session, Stored& out);
    void put(EditKind kind, std::vector<ShownNote> notes);
    void push(Step step);
    void turn(bool undo);
    void writeNext();
    void wrote(const Stored& stored, const std::optional<ReaderWork::Failure>& failure, unsigned generation);
    void take(Stored stored);
    void show();
    void lookForOthers();

    ReaderWork& m_work;
    std::shared_ptr<Library> m_library;
    std::shared_ptr<const Study> m_study;
    std::string m_key; // of the study
    std::vector<Image> m_images;
    Stored m_stored;
    std::vector<ShownNote> m_shown;
    EditOffer m_offer;
    bool m_offersLibrary[2] = {false, false}; // whose command undo and redo are
    std::deque<Step> m_steps;
    QString m_heldTold; // that it waits to be saved
    bool m_writing = false, m_held = false, m_looking = false;
    unsigned m_generation = 0; // of the study
    std::int64_t m_next = -1;  // number of the next one drawn
    QTimer m_retry, m_poll;
};

} // namespace mama
