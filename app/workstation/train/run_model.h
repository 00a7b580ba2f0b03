#pragma once
#include "core/protocol/run_filter.h"

#include <QAbstractTableModel>
#include <QColor>
#include <QMap>
#include <QPixmap>
#include <QStringList>
#include <memory>
#include <optional>
#include <vector>

namespace mama {

// The runs that the window knows, filtered and sorted: the first column is the run with its tick and sign, the others
// are settings and figures by their names (RunEntry::value). Runs are named by their folders.
class RunModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;
    enum Role { FolderRole = Qt::UserRole };

    void place(const QString& folder); // a run of which nothing is known yet; nothing if it is there
    void take(const std::vector<RunEntry>& entries);
    void remove(const QString& folder);
    void setState(const QString& folder, const QString& word, const QString& tip);
    void setTicked(const QString& folder, bool ticked);
    void setLook(const QMap<QString, QPixmap>& swatches); // of those that are drawn; the others have none

    void setFilter(const RunFilter& filter);
    void setOrder(const RunOrder& order);
    const RunOrder& order() const { return m_order; }
    void setColumns(const QStringList& keys);
    const QStringList& columns() const { return m_columns; }

    bool contains(const QString& folder) const { return m_items.contains(folder); }
    qsizetype size() const { return m_items.size(); } // whatever the filter says
    QString folderOf(const QModelIndex& index) const;
    QModelIndex indexOf(const QString& folder) const;                   // invalid: not shown
    QString titleOf(const QString& folder) const;                       // told apart from others of the same name
    std::shared_ptr<const RunEntry> entry(const QString& folder) const; // nullptr: not known yet
    QStringList ticked() const;                                         // as they are shown, then those that are not
    std::vector<std::shared_ptr<const RunEntry>> shown() const;         // those of which something is known
    std::vector<const RunEntry*> all() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    void sort(int column, Qt::SortOrder order) override;

Q_SIGNALS:
    void tickChanged(const QString& folder);
    void entriesChanged(); // settings, figures, names, or which are shown
    void orderChanged();

private:
    struct Item
    {
        std::shared_ptr<const RunEntry> entry;
        QString title, word, tip;
        bool ticked = false;
        QPixmap swatch;
    };
    QVariant first(const QString& folder, const Item& item, int role) const;
    void nameAll();
    void arrange();
    void told(const QString& folder);

    QMap<QString, Item> m_items;
    QStringList m_rows; // folders, as shown
    QStringList m_columns;
    RunFilter m_filter;
    RunOrder m_order;
};

// A setting or figure as the table shows it.
QString shownValue(const RunEntry& run, const QString& key);
// Settings in which runs differ, in the order of the configuration, then those that not all of them have; those that
// are the same. Figures that any run has. Runs whose configuration cannot be read do not count.
struct RunKeys
{
    QStringList differing, same, figures;
};
RunKeys keysOf(const std::vector<const RunEntry*>& runs);

} // namespace mama
