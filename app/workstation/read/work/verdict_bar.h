#pragma once
#include "core/library/verdict.h"

#include <QWidget>
#include <map>
#include <optional>

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace mama {

struct Study;

// The reader's verdict on the study on screen: BI-RADS of each breast that has a picture, density, confidence and how
// many places were marked; locked once, for good.
class VerdictBar : public QWidget
{
    Q_OBJECT
public:
    explicit VerdictBar(QWidget* parent = nullptr);

    void setStudy(const Study* study); // null: none; what was chosen for another is gone
    void setOpen();                    // no verdict on the study on screen is locked
    void setLocked(const Verdict& verdict, const QString& words);
    void setMarks(int count, const QString& key); // places that were marked; the key that marks
    bool hasDraft() const;                        // something was chosen for some study and not locked
    bool ready() const;                           // every breast with a picture has its category
    void lock();                                  // as the button
    void setLockKey(const QString& key);

Q_SIGNALS:
    void lockAsked(const mama::Verdict& verdict);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refresh();
    void keepDraft();
    bool isLocked() const; // what is shown
    bool isChosen() const;
    void show(const Verdict& verdict);
    Verdict verdict() const;

    std::string m_study;
    std::optional<Verdict> m_locked;         // that is shown
    std::map<std::string, Verdict> m_drafts; // by study: chosen and not locked
    QComboBox *m_right, *m_left, *m_density;
    QSpinBox* m_confidence;
    QLabel *m_marks, *m_words;
    QPushButton* m_lock;
};

} // namespace mama
