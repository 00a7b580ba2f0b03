#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/library/dialogs/vocabulary_model.h"

#include <QDialog>
#include <memory>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace mama {

class WordFilter;

// The words and codes of data sets' tables with what each means: read, searched, edited in place, added. What cannot
// be is told with its line and why, and nothing is saved until it is mended.
class VocabularyDialog : public QDialog
{
    Q_OBJECT
public:
    VocabularyDialog(std::shared_ptr<Library> library, bool editable, QWidget* parent = nullptr);
    ~VocabularyDialog() override;

    std::vector<LibraryWord> changed() const { return m_model->changed(); } // once it was accepted: to be set
    void reject() override;

Q_SIGNALS:
    void loaded();

private:
    void build();
    void load();
    void narrow();
    void showState();
    void addWord();
    void editCurrent();
    void say(const QString& words, bool isWrong);

    std::shared_ptr<Library> m_library;
    const bool m_isEditable;
    VocabularyModel* m_model;
    WordFilter* m_shown;
    QComboBox* m_dataSet;
    QLineEdit* m_find;
    QTableView* m_table;
    QLabel* m_words;
    QPushButton *m_add, *m_save, *m_close;
    BackgroundJob m_job;
};

} // namespace mama
