#pragma once
#include <QObject>
#include <vector>

namespace mama {

// Where a curator stands in a list of studies, and what is selected in it: grid and table show one and the same. Rows
// are those of the list as it is filtered and sorted now. A command acts on what is selected, or, where nothing is, on
// the current study; so moving on never drags a selection along.
class StudyPlace : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    int rows() const { return static_cast<int>(m_selected.size()); }
    int current() const { return m_current; } // -1: there are no rows
    bool isSelected(int row) const { return m_selected[static_cast<std::size_t>(row)]; }
    int selected() const { return m_count; }
    std::vector<int> selection() const; // rising
    std::vector<int> target() const;    // what a command acts on

    // Another list. selected: one a row.
    void setRows(std::vector<bool> selected, int current);
    void setCurrent(int row); // bounded; no selection changes
    // A click: alone it only moves, with Control it turns one, with Shift it selects from where the last one was.
    void press(int row, Qt::KeyboardModifiers modifiers);
    void move(int by, bool extend); // by keys; extend: with Shift
    void toggle();                  // the current one
    void selectAll();
    void selectNone();
    void select(std::vector<bool> selected); // one a row

Q_SIGNALS:
    void rowsChanged();
    void currentChanged(int row);
    void selectionChanged();

private:
    void selectRange(int from, int to);

    std::vector<bool> m_selected;
    int m_current = -1, m_anchor = -1, m_count = 0;
};

} // namespace mama
