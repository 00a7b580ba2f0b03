#pragma once
#include "app/workstation/models/model_downloads.h"

#include <QAbstractTableModel>

namespace mama {

// "1.6 GB", "780 MB", "2 kB".
QString sizeText(std::uint64_t bytes);
// What stands in a row's column of states: "fetching, 43 % of 1.6 GB".
QString stateText(const ModelRow& row);
// The same with how fast it goes, where that is known: "fetching, 43 % of 1.6 GB · 5.2 MB/s · 3 min left".
QString waitText(const ModelRow& row); // of a source that is asked: which, since when, what is wrong and would help
QString progressText(const ModelRow& row);

// The rows of ModelDownloads, for a table: name, state, what it was trained on.
class ModelTable : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Name, State, TrainedOn };

    // The downloads must outlive the table.
    explicit ModelTable(const ModelDownloads& downloads, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const ModelDownloads& m_downloads;
    int m_rows = 0; // that views know of
};

} // namespace mama
