#pragma once
#include "core/library/collection/vocabulary_words.h"

#include <QAbstractTableModel>

namespace mama {

// The words of a library's vocabulary while they are edited: of each its meaning, of those that are added all of it. A
// row says what is wrong with it.
class VocabularyModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { DataSet, Task, Word, Means, Use, Columns };
    using QAbstractTableModel::QAbstractTableModel;

    void show(std::vector<LibraryWord> words, bool editable);
    int add(const std::string& dataset);      // a row for another word, the last one
    std::vector<LibraryWord> changed() const; // words edited or added, in the order of the rows
    std::optional<int> firstFault() const;    // its row
    QString fault(int row) const;             // empty: there is none
    const LibraryWord& at(int row) const { return m_rows[static_cast<std::size_t>(row)].now; }
    bool isAdded(int row) const { return m_rows[static_cast<std::size_t>(row)].isNew; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex&) const override { return Columns; }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

Q_SIGNALS:
    void edited();

private:
    struct Row
    {
        LibraryWord now;
        std::string before; // what it meant
        bool isNew = false;
        QString fault{};
        bool isChanged() const { return isNew ? !isEmpty() : now.means != before; }
        bool isEmpty() const { return now.task.empty() && now.found.empty() && now.means.empty(); }
    };
    void check();
    QString faultOf(std::size_t row) const;
    QString text(const Row& row, int column) const;

    std::vector<Row> m_rows;
    bool m_isEditable = false;
};

} // namespace mama
