#pragma once
#include "app/workstation/models/model_downloads.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace mama {

// What is known of one model, and what can be done with it now.
class ModelDetails : public QWidget
{
    Q_OBJECT
public:
    explicit ModelDetails(QWidget* parent = nullptr);

    void show(const ModelRow& row);
    QPushButton* first() const; // what Enter on the row does; null: nothing

Q_SIGNALS:
    void getAsked();
    void pauseAsked();
    void useAsked();
    void filesAsked();
    void removeAsked();

private:
    void showButtons(const ModelRow& row);

    QLabel *m_title, *m_accept, *m_failure, *m_text;
    QProgressBar* m_progress;
    QPushButton *m_get, *m_pause, *m_use, *m_files, *m_remove;
};

} // namespace mama
