#pragma once
#include "core/library/files/file_problems.h"

#include <QAbstractTableModel>

namespace mama {

// What somebody should look at in a library's files, a row each; all of it, or one kind.
class ProblemModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;

    void show(std::vector<FileProblem> problems);
    void choose(const QString& kind); // empty: all
    const FileProblem& at(int row) const { return m_problems[m_rows[static_cast<std::size_t>(row)]]; }
    QString line(int row) const;                        // all columns, a tab between
    std::vector<std::pair<QString, int>> kinds() const; // as they are told apart, and how many there are of each
    static QString shownKind(const std::string& kind);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex&) const override { return 4; }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(int row, int column) const;

    std::vector<FileProblem> m_problems;
    std::vector<std::size_t> m_rows;
};

} // namespace mama
