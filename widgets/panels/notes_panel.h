#pragma once
#include <QString>
#include <QWidget>
#include <cstdint>
#include <vector>

class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace mama {

struct NoteRow
{
    std::int64_t id = 0;
    QString view, kind, value, basis, text, details; // details: of the tooltip
    bool operator==(const NoteRow&) const = default;
};

// What was drawn on the study, a row each, and below them on what the measures rest: a click or Enter goes there, a
// double click on the text or F2 writes it, Delete removes the chosen ones.
class NotesPanel : public QWidget
{
    Q_OBJECT
public:
    explicit NotesPanel(QWidget* parent = nullptr);

    void setRows(const std::vector<NoteRow>& rows);
    void setEmptyText(const QString& text); // how to draw, where nothing is drawn yet
    void select(std::int64_t id);           // 0: none
    QTreeWidget* list() const { return m_list; }

Q_SIGNALS:
    void chosen(qint64 id);  // another row is the current one
    void goThere(qint64 id); // by a click or Enter
    void textChanged(qint64 id, const QString& text);
    void removeAsked(const QList<qint64>& ids);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QList<qint64> chosenIds() const;
    void writeText();

    std::vector<NoteRow> m_rows;
    QLabel* m_empty;
    QTreeWidget* m_list;
    QLabel* m_basis; // of the measures, below the list
    QPushButton *m_write, *m_remove, *m_removeAll;
    bool m_filling = false;
};

} // namespace mama
