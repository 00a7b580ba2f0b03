#pragma once
#include <QAbstractTableModel>
#include <vector>

namespace mama {

struct SetReport;

// What an import found odd, an issue a row.
class IssueModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;
    void show(const SetReport& report);
    void clear();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex&) const override { return 6; }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Issue
    {
        QString table, row, line, kind, column, words;
    };
    std::vector<Issue> m_issues;
};

} // namespace mama
