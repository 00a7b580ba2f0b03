#pragma once
#include "core/library/verdict.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace mama {

struct Study;

// The reader's verdict on the study on screen: BI-RADS of each breast that has a picture, density, confidence; locked
// once, for good.
class VerdictBar : public QWidget
{
    Q_OBJECT
public:
    explicit VerdictBar(QWidget* parent = nullptr);

    void setStudy(const Study* study);    // null: none; what was chosen for another is gone
    void setLocked(const QString& words); // of the study on screen; empty: not locked
    bool ready() const;                   // every breast with a picture has its category
    void lock();                          // as the button
    void setLockKey(const QString& key);

Q_SIGNALS:
    void lockAsked(const mama::Verdict& verdict);

private:
    void refresh();
    Verdict verdict() const;

    std::string m_study;
    QComboBox *m_right, *m_left, *m_density;
    QSpinBox* m_confidence;
    QLabel* m_words;
    QPushButton* m_lock;
};

} // namespace mama
