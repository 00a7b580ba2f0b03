#pragma once
#include <QAction>
#include <QDialog>
#include <vector>

class QLabel;
class QSettings;
class QTableWidget;

namespace mama {

// Every command with its key, to be changed in place; a key that two commands share is shown, and not saved.
class KeysDialog : public QDialog
{
    Q_OBJECT
public:
    KeysDialog(const std::vector<QAction*>& commands, QSettings& settings, QWidget* parent = nullptr);

    void accept() override;

private:
    void setDefaults();
    bool check(); // marks conflicts; true if there is none

    std::vector<QAction*> m_commands;
    QSettings& m_settings;
    QTableWidget* m_table;
    QLabel* m_conflict;
};

} // namespace mama
