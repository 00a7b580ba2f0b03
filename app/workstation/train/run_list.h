#pragma once
#include "app/workstation/runs/run_monitor.h"

#include <QSettings>
#include <QStringList>
#include <QWidget>
#include <memory>

class QComboBox;
class QLabel;
class QLineEdit;
class QAction;
class QListView;
class QPushButton;

namespace mama {

class RunModel;

// The runs that the window knows: single ones and those of watched folders, which are kept in the settings. One is
// chosen, others can be ticked to be drawn beside it. A filter finds one among many.
class RunList : public QWidget
{
    Q_OBJECT
public:
    // The settings must outlive the list. It is filled by restore(), when its owner listens.
    explicit RunList(QSettings& settings, QWidget* parent = nullptr);

    void restore();                  // added() for each source of the last time; the run shown last is chosen
    void add(const QString& folder); // a run or a folder of runs: chosen, or its newest run is; added() if it is new
    void take(const ShelfNews& news);
    void choose(const QString& folder);
    void forgetChosen(); // what brought the chosen run: removed(), then changed()
    void labelChosen();  // asks for name, group, tags and note
    void find();         // the focus to the filter

    bool isEmpty() const;
    RunModel& model() { return *m_model; }
    const QString& chosen() const { return m_chosen; } // empty: none
    QString ticked() const;                            // the first ticked one beside the chosen one; empty: none
    QStringList drawn() const;
    bool drawn(const QString& folder) const;
    void setState(const QString& folder, const QString& word, const QString& tip);

Q_SIGNALS:
    void added(const QString& source);
    void removed(const QString& source);
    void changed(); // what is chosen or ticked
    void told(const QString& text, bool isError);
    void newAsked();
    void openAsked();

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildFilter();
    void buildButtons(QWidget* column);
    void buildMenu();
    void connectModel();
    QStringList selected() const;
    void tickSelected(bool ticked);
    void tickedByHand(const QString& folder);
    void setFilter(const QString& text);
    void showOrder();
    void showCount();
    void showChosen();
    void showButtons();
    void chooseWanted();
    void setChosen(const QString& folder);
    void dropGone(const QString& folder);
    QString newest(const QStringList& among) const;
    QString sourceOf(const QString& folder) const;

    QSettings& m_settings;
    RunModel* m_model;
    QListView* m_list;
    QLineEdit* m_filter = nullptr;
    QComboBox* m_order = nullptr;
    QLabel* m_count = nullptr;
    QPushButton *m_label = nullptr, *m_forget = nullptr;
    QMap<QString, QStringList> m_sources; // runs of a source as it told last; itself while it holds none
    QStringList m_unseen;                 // sources that told nothing yet
    QString m_chosen, m_wanted, m_filterProblem;
    QAction *m_labelSelected = nullptr, *m_forgetSelected = nullptr;
    bool m_showing = false, m_byHand = false, m_ticking = false;
};

} // namespace mama
