#pragma once
#include <QDialog>
#include <QString>
#include <vector>

class QAction;
class QLineEdit;
class QTreeWidget;

namespace mama {

// How well words fit a command's place in the menus; 0: not at all. Each word must stand in it: at the start of a word
// best, then anywhere, then its letters in their order from the start of a word.
int fitOf(const QString& words, const QString& command);

// Every command of the page and the window, found by words, with its key; Enter runs it. What cannot be used now is
// grey.
class CommandPalette : public QDialog
{
    Q_OBJECT
public:
    CommandPalette(std::vector<QAction*> commands, QWidget* parent);

Q_SIGNALS:
    void chosen(QAction* command); // the palette is gone

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; // arrows go to the list

private:
    void fill();
    void run();

    std::vector<QAction*> m_commands;
    QLineEdit* m_words;
    QTreeWidget* m_list;
};

} // namespace mama
