#pragma once
#include <QColor>
#include <QSettings>
#include <QStringList>
#include <QWidget>

class QListWidget;
class QListWidgetItem;
class QPushButton;

namespace mama {

// The runs that the window knows, kept in the settings: one is chosen, others can be ticked to be drawn beside it. Runs
// are named by their folders.
class RunList : public QWidget
{
    Q_OBJECT
public:
    // The settings must outlive the list. It is filled by restore(), when its owner listens.
    explicit RunList(QSettings& settings, QWidget* parent = nullptr);

    void restore();                  // added() for each run of the last time, then the first one is chosen
    void add(const QString& folder); // nothing if it is there; else added()
    void choose(const QString& folder);
    void forgetChosen(); // removed(), then changed()

    bool isEmpty() const;
    QString chosen() const; // empty: none
    QString ticked() const; // the first ticked one beside the chosen one; empty: none
    bool drawn(const QString& folder) const;

    void setState(const QString& folder, const QString& text, const QString& tip);
    void setColour(const QString& folder, const QColor& colour); // the legend; invalid: not drawn

Q_SIGNALS:
    void added(const QString& folder);
    void removed(const QString& folder);
    void changed(); // what is chosen or ticked
    void newAsked();
    void openAsked();

private:
    QListWidgetItem* item(const QString& folder) const;
    void remember();
    void showButtons();

    QSettings& m_settings;
    QListWidget* m_list;
    QPushButton* m_forget;
};

} // namespace mama
