#pragma once
#include "app/workstation/library/models/asked_models.h"

#include <QToolButton>

namespace mama {

// Which of a library's models are asked: a button with a menu of them, those that are asked with a check mark, the one
// that leads first, each with how many studies it has embeddings of.
class ModelChoice : public QToolButton
{
    Q_OBJECT
public:
    explicit ModelChoice(AskedModels& models, QWidget* parent = nullptr); // models: they live longer
    bool hasChoice() const { return m_models.offered().size() > 1; }
    void open(); // the menu, as by a press

Q_SIGNALS:
    // By the user, the one that leads first, also where it is another now.
    void chosen(const QStringList& keys);

protected:
    void changeEvent(QEvent* event) override;

private:
    void fill();
    void showModels();
    void showButton();
    void turn(const QString& key);
    void lead(const QString& key);

    AskedModels& m_models;
    QMenu* m_menu;
};

} // namespace mama
