#pragma once
#include "app/workstation/engine/model_session.h"
#include "app/workstation/library/ask_session.h"
#include "app/workstation/library/jobs/embed_job.h"
#include "app/workstation/library/models/asked_models.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QProgressBar;
class QToolButton;

namespace mama {

class ModelChoice;

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
    // Those that are asked side by side, and how they were chosen before, the one that is shown first at the front.
    AskedModels& models() { return m_models; }
    const AskedModels& models() const { return m_models; }
    void chooseModels(const std::filesystem::path& library, const QStringList& keys);
    void openModels(); // the menu in which they are chosen
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
    void modelsChosen(const QStringList& keys); // by the user
    void patchesWanted();                       // a region was asked, and the user wants the patches that it needs

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void ask();
    bool tellWhyNot();
    void takeAnswer();
    void showSets();
    void takeModel(); // of the window's engine
    void embed(const QString& key);
    void showState();
    void showNotes();
    QString notes() const;
    void work(); // the button
    QString stateWords() const;
    bool isModelComing() const;
    bool canMake() const;
    QString modelWords() const;  // of the model that would be embedded with
    QString sourceWords() const; // of those that answer
    QString askedWords(const LibraryAnswer& answer) const;
    bool hasItsModel() const; // the engine has the model of the embeddings

    ModelSession& m_session;
    AskSession m_ask;
    AskedModels m_models;
    EmbedJob m_job;
    std::shared_ptr<Library> m_library;
    std::shared_ptr<const StudyColumns> m_columns;
    std::map<std::size_t, ImageScore> m_best;           // by study
    std::shared_ptr<const std::vector<float>> m_scores; // null: nothing is answered
    std::int64_t m_images = 0;                          // of the library
    bool m_isHidden = false;
    bool m_isEntered = false; // by Enter, and not answered yet
    QLineEdit *m_line, *m_minus;
    ModelChoice* m_choice;
    QLabel *m_state, *m_notes, *m_others;
    QProgressBar* m_bar;
    QToolButton* m_work;
};

} // namespace mama
