#include "app/workstation/models/model_table.h"

#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QApplication>
#include <QLocale>
#include <cmath>

namespace mama {

QString sizeText(std::uint64_t bytes)
{
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), 1, QLocale::DataSizeSIFormat);
}

QString stateText(const ModelRow& row)
{
    const auto percent = [](std::uint64_t done, std::uint64_t total) { return static_cast<int>(100 * done / total); };
    switch (row.work) {
    case ModelRow::Work::Queued: return ModelTable::tr("waiting for its turn");
    case ModelRow::Work::Retrying: return ModelTable::tr("asked again soon");
    case ModelRow::Work::Asking:
        return row.news.host.empty() ? ModelTable::tr("asking the source")
                                     : ModelTable::tr("asking %1").arg(QString::fromStdString(row.news.host));
    case ModelRow::Work::Importing: return ModelTable::tr("importing");
    case ModelRow::Work::Removing: return ModelTable::tr("removing");
    case ModelRow::Work::Fetching:
        return row.total > 0
                   ? ModelTable::tr("fetching, %1 % of %2").arg(percent(row.done, row.total)).arg(sizeText(row.total))
                   : ModelTable::tr("fetching");
    case ModelRow::Work::None: break;
    }
    if (row.isHere())
        return ModelTable::tr("here");
    if (row.item.atWork)
        return row.ending ? ModelTable::tr("pausing") : ModelTable::tr("another program gets it");
    if (!row.failure.isEmpty())
        return ModelTable::tr("failed");
    if (row.isBegun())
        return row.item.total ? ModelTable::tr("paused at %1 %").arg(percent(row.item.bytes, *row.item.total))
                              : ModelTable::tr("paused");
    return ModelTable::tr("not here");
}

QString waitText(const ModelRow& row)
{
    constexpr qint64 longer = 4000; // ms, than a source takes that answers
    const QString host = QString::fromStdString(row.news.host);
    if (host.isEmpty())
        return stateText(row);
    const qint64 passed = row.millisecondsSinceNews();
    QString text = ModelTable::tr("Asking %1 since %2.").arg(host, row.begun.toString(QStringLiteral("HH:mm:ss")));
    if (!row.news.trouble.empty()) {
        text += QLatin1Char(' ') + ModelTable::tr("It did not work: %1 (try %2 of %3).")
                                       .arg(shownText(row.news.trouble))
                                       .arg(std::max(row.news.tries, 1))
                                       .arg(row.news.most);
        const qint64 left = row.news.wait.count() - passed;
        text += QLatin1Char(' ') + (row.work == ModelRow::Work::Retrying && left > 0
                                        ? ModelTable::tr("It is asked again in %1 s.").arg((left + 999) / 1000)
                                        : ModelTable::tr("It is being asked again."));
    } else if (passed >= longer) {
        text += QLatin1Char(' ') + ModelTable::tr("No answer for %1 s.").arg(passed / 1000);
    }
    if (!row.news.trouble.empty() || passed >= longer)
        text += QLatin1Char('\n') + shownText(whatHelps(row.news.host)) + QLatin1Char('.');
    return text;
}

QString progressText(const ModelRow& row)
{
    const double speed = row.work == ModelRow::Work::Fetching ? row.bytesPerSecond() : 0;
    if (speed < 1 || row.done > row.total)
        return stateText(row);
    const double seconds = static_cast<double>(row.total - row.done) / speed;
    const QString left = seconds < 60     ? ModelTable::tr("%1 s left").arg(std::ceil(seconds), 0, 'f', 0)
                         : seconds < 7200 ? ModelTable::tr("%1 min left").arg(std::ceil(seconds / 60), 0, 'f', 0)
                                          : ModelTable::tr("%1 h left").arg(std::ceil(seconds / 3600), 0, 'f', 0);
    return ModelTable::tr("%1 · %2/s · %3").arg(stateText(row), sizeText(static_cast<std::uint64_t>(speed)), left);
}

ModelTable::ModelTable(const ModelDownloads& downloads, QObject* parent)
    : QAbstractTableModel(parent), m_downloads(downloads), m_rows(static_cast<int>(downloads.rows().size()))
{
    connect(&downloads, &ModelDownloads::rowChanged, this,
            [this](int row) { Q_EMIT dataChanged(index(row, 0), index(row, TrainedOn)); });
    connect(&downloads, &ModelDownloads::rowsChanged, this, [this] {
        beginResetModel();
        m_rows = static_cast<int>(m_downloads.rows().size());
        endResetModel();
    });
}

int ModelTable::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : m_rows; }

int ModelTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : TrainedOn + 1; }

QVariant ModelTable::data(const QModelIndex& index, int role) const
{
    const auto at = static_cast<std::size_t>(index.row());
    if (!index.isValid() || at >= m_downloads.rows().size())
        return {};
    const ModelRow& row = m_downloads.rows()[at];
    if (role == Qt::DisplayRole)
        switch (index.column()) {
        case Name: return row.title();
        case State: return stateText(row);
        default:
            return row.entry ? QString::fromStdString(row.entry->trainedOn)
                             : QString::fromStdString(row.item.trainedOn);
        }
    if (role == Qt::ForegroundRole && index.column() == State && !row.busy()) {
        if (row.isHere())
            return textColour(Tone::Good, QApplication::palette());
        if (!row.failure.isEmpty())
            return textColour(Tone::Bad, QApplication::palette());
    }
    if (role == Qt::ToolTipRole)
        return plainTip(!row.failure.isEmpty() && index.column() == State ? row.failure
                                                                          : data(index, Qt::DisplayRole).toString());
    return {};
}

QVariant ModelTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Model");
    case State: return tr("State");
    default: return tr("Trained on");
    }
}

} // namespace mama
