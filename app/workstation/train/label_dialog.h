#pragma once
#include "core/protocol/run_notes.h"

#include <QDialog>
#include <filesystem>

class QCheckBox;
class QLineEdit;
class QPlainTextEdit;

namespace mama {

// Asks for what people say of a run.
class LabelDialog : public QDialog
{
    Q_OBJECT
public:
    struct Run
    {
        QString folder;
        RunNotes notes;
        QString problem; // of notes that cannot be read
        int others = 0;  // ticked and selected runs, which may get the same tags and group
    };
    explicit LabelDialog(const Run& run, QWidget* parent = nullptr);

    // Into a run's folder, over what is there by now. Errors as RunNotes::write().
    void write(const std::filesystem::path& run) const;
    void writeTags(const std::filesystem::path& run) const; // what was changed of tags and group
    bool forTicked() const;

private:
    void applyTags(RunNotes& notes) const;

    RunNotes m_before;
    QLineEdit *m_name, *m_group, *m_tags;
    QPlainTextEdit* m_note;
    QCheckBox* m_ticked;
};

} // namespace mama
