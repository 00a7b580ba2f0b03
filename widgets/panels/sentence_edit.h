#pragma once
#include <QLineEdit>
#include <QStringList>

namespace mama {

// A line for sentences with a history: Up and Down go through it, typing offers what was asked before. Shift+Enter is
// Enter that keeps the focus, with the sentence selected, for the next one.
class SentenceEdit : public QLineEdit
{
    Q_OBJECT
public:
    explicit SentenceEdit(QWidget* parent = nullptr);

    void setHistory(const QStringList& newestFirst);
    const QStringList& history() const { return m_history; }
    // Puts a sentence on top; at most 200 are kept, each once.
    void remember(const QString& sentence);

Q_SIGNALS:
    void historyChanged();
    void reportPasted(const QString& text); // of several lines: it is not put into this one

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QStringList m_history; // newest first
    int m_at = -1;         // place in the history; -1: what is being typed
    QString m_typed;
};

} // namespace mama
