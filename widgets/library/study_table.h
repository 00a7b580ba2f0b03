#pragma once
#include "widgets/library/study_table_model.h"

#include <QTableView>

namespace mama {

// A table over the same place as the grid: one current study, one selection, in both.
class StudyTable : public QTableView
{
    Q_OBJECT
public:
    explicit StudyTable(StudyPlace* place, QWidget* parent = nullptr);

    StudyPlace* place() const { return m_place; }
    // text: called for every cell that is drawn, on the window's thread; tip: for one under the cursor.
    void setColumns(std::vector<StudyTableColumn> columns, StudyTableModel::Text text, StudyTableModel::Text tip = {});
    void refresh();
    // How the whole list is sorted now; an unknown id: by nothing that is a column. Emits nothing.
    void setSorting(const QString& column, Qt::SortOrder order);
    // Order, widths and which are shown, by id: what another library does not have is passed over.
    QByteArray saveColumns() const;
    void restoreColumns(const QByteArray& state);

Q_SIGNALS:
    void sortAsked(const QString& column, Qt::SortOrder order);
    void opened(int row);  // Enter, double click
    void columnsChanged(); // by the user: saveColumns() is another now

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void buildHeader();
    void askSorting(int section);
    void showHeaderMenu(const QPoint& at);
    void takeRows();
    void takeCurrent(int row);
    int steps(int key) const;
    int shownColumns() const;

    StudyPlace* m_place;
    StudyTableModel* m_model;
    QString m_sorted;
    Qt::SortOrder m_order = Qt::AscendingOrder;
    int m_current = -1, m_pressed = -1;
    bool m_restoring = false;
};

} // namespace mama
