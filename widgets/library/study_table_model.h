#pragma once
#include "widgets/library/study_place.h"

#include <QAbstractTableModel>
#include <functional>

namespace mama {

struct StudyTableColumn
{
    QString id, title; // id: stays the same from one library to the next, and in the settings
    bool number = false;
    int width = 110;
    bool hidden = false;       // until the user shows it
    QString tip = {};          // of its header; empty: its title
    bool highestFirst = false; // when the list is sorted by it anew
    bool operator==(const StudyTableColumn&) const = default;
};

// The rows of a list of studies as a table; keeps nothing of them, and asks for what is drawn. The header of a selected
// row has a tick: who shows it draws it anew when the selection changes, since a signal of 125,000 rows takes 80 ms.
class StudyTableModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    using Text = std::function<QString(int row, int column)>;

    explicit StudyTableModel(StudyPlace* place, QObject* parent = nullptr);
    // tip: of a cell, where it says more than its text; may be empty, as what it gives may be.
    void setColumns(std::vector<StudyTableColumn> columns, Text text, Text tip = {});
    const std::vector<StudyTableColumn>& columns() const { return m_columns; }
    void refresh(); // texts have changed, not the rows

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    StudyPlace* m_place;
    int m_rows = 0; // of the place when it last told: views must not hear of others in between
    std::vector<StudyTableColumn> m_columns;
    Text m_text, m_tip;
};

} // namespace mama
