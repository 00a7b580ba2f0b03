#pragma once
#include "core/keys/key_file.h"

#include <QDialog>
#include <map>
#include <vector>

class QAction;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace mama {

// Every command with its key, page by page, and what the mouse does on pictures: searched, changed in place, reset,
// read from a file and written to one. A key that two commands would have is shown with a way out, and not accepted.
class KeysDialog : public QDialog
{
    Q_OBJECT
public:
    KeysDialog(const std::vector<QAction*>& commands, KeyChoice choice, QWidget* parent = nullptr);

    const KeyChoice& choice() const { return m_choice; }
    void importFile(const QString& file); // if it is right: else what is shown stays, and the line is told
    void exportFile(const QString& file); // all keys
    void reject() override;               // asks first where something was changed

private:
    void addCommands(const std::vector<QAction*>& commands);
    void addMouse();
    QTreeWidgetItem* group(const QString& title);
    void buildButtons(class QVBoxLayout& column);
    void chooseImport();
    void chooseExport();
    void find(const QString& words);
    void change(); // the chosen row, by typing or from a list
    void setKey(const std::string& command, const QString& key);
    void setAct(const MouseGesture& gesture, std::optional<MouseAct> act); // empty: as without the key
    void resetRow();
    void resetAll();
    void showChoice(); // what is chosen, and what is wrong with it
    void check();      // says which keys two commands would have
    void followLink(const QString& command);

    KeyChoice m_before, m_choice;
    std::map<std::string, QTreeWidgetItem*> m_rows; // by command
    std::map<MouseGesture, QTreeWidgetItem*> m_gestures;
    QLineEdit* m_search;
    QTreeWidget* m_tree;
    QLabel *m_conflict, *m_told;
    QPushButton *m_change = nullptr, *m_none = nullptr, *m_reset = nullptr, *m_ok = nullptr;
};

} // namespace mama
