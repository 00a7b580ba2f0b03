#pragma once
#include "app/workstation/engine/model_session.h"
#include "app/workstation/library/ask_session.h"
#include "app/workstation/library/embed_job.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QToolButton;

namespace mama {

// The line in which a library is asked for studies like a sentence, and the state of the embeddings that answer it:
// which model's, how many images have one, and the work of making the rest.
class AskBar : public QWidget
{
    Q_OBJECT
public:
    // program: mama. session: whose engine makes vectors of sentences, and whose model is embedded with.
    AskBar(const QString& program, ModelSession& session, QWidget* parent = nullptr);

    AskSession& asked() { return m_ask; }
    EmbedJob& job() { return m_job; }
    // null: no library is open.
    void setLibrary(const std::shared_ptr<Library>& library, const std::shared_ptr<const StudyColumns>& columns);
    void setHidden(bool hidden); // nothing that a model says may be shown now
    void focusLine();
    void clear();
    std::pair<QString, QString> sentences() const;                 // asked for, taken off
    void askFor(const QString& sentence, const QString& takenOff); // as if they were typed
    void askRegion(const AskedRegion& region);                     // until a sentence is asked, or clear()
    QRectF placeOf(std::size_t study) const; // of a region, on its best image, in stored pixels; empty: none
    std::optional<float> scoreOf(std::size_t study) const; // empty: it has none, or nothing is asked
    std::int64_t bestImageOf(std::size_t study) const;     // its id; 0: not among the best studies

Q_SIGNALS:
    // One a study of the columns, NaN: no embedding; null: nothing is asked.
    void scored(std::shared_ptr<const std::vector<float>> scores);
    void answered(); // what was entered by Enter: the studies are ranked by it, or no more
    void told(const QString& text, bool isError);
    void patchesWanted(); // a region was asked, and the user wants the patches that it needs

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void ask();
    bool tellWhyNot();
    void takeAnswer();
    void showSets();
    void showState();
    void work(); // the button
    QString stateWords() const;
    QString modelWords() const; // of the model that would be embedded with
    QString sourceWords() const;
    QString askedWords(const LibraryAnswer& answer) const;
    bool hasItsModel() const; // the engine has the model of the embeddings

    ModelSession& m_session;
    AskSession m_ask;
    EmbedJob m_job;
    std::shared_ptr<Library> m_library;
    std::shared_ptr<const StudyColumns> m_columns;
    std::map<std::size_t, ImageScore> m_best;           // by study
    std::shared_ptr<const std::vector<float>> m_scores; // null: nothing is answered
    std::int64_t m_images = 0;                          // of the library
    bool m_isHidden = false;
    bool m_isEntered = false; // by Enter, and not answered yet
    QLineEdit *m_line, *m_minus;
    QComboBox* m_sets;
    QLabel *m_state, *m_notes;
    QProgressBar* m_bar;
    QToolButton* m_work;
};

} // namespace mama
