#include "app/workstation/train/run_model.h"

#include "app/workstation/runs/run_path.h"
#include "app/workstation/runs/run_view.h"
#include "core/protocol/run_names.h"
#include "widgets/look/shown_text.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QIcon>
#include <algorithm>
#include <map>
#include <set>

namespace mama {

void RunModel::place(const QString& folder)
{
    if (m_items.contains(folder))
        return;
    m_items[folder];
    arrange();
}

void RunModel::take(const std::vector<RunEntry>& entries)
{
    for (const RunEntry& entry : entries) {
        Item& item = m_items[folderText(entry.folder())];
        item.entry = std::make_shared<const RunEntry>(entry);
        item.word = statusWord(QString::fromStdString(entry.status()));
        item.tip = shownText(entry.problem());
    }
    nameAll();
    arrange();
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    Q_EMIT entriesChanged();
}

void RunModel::remove(const QString& folder)
{
    if (m_items.remove(folder) == 0)
        return;
    nameAll();
    arrange();
    Q_EMIT entriesChanged();
}

void RunModel::told(const QString& folder)
{
    if (const QModelIndex at = indexOf(folder); at.isValid())
        Q_EMIT dataChanged(at, at);
}

void RunModel::setState(const QString& folder, const QString& word, const QString& tip)
{
    const auto item = m_items.find(folder);
    if (item == m_items.end() || (item->word == word && item->tip == tip))
        return;
    item->word = word;
    item->tip = tip;
    told(folder);
}

void RunModel::setTicked(const QString& folder, bool ticked)
{
    const auto item = m_items.find(folder);
    if (item == m_items.end() || item->ticked == ticked)
        return;
    item->ticked = ticked;
    told(folder);
    Q_EMIT tickChanged(folder);
}

void RunModel::setLook(const QMap<QString, QPixmap>& swatches)
{
    for (auto item = m_items.begin(); item != m_items.end(); ++item) {
        const QPixmap swatch = swatches.value(item.key());
        if (swatch.isNull() && item->swatch.isNull())
            continue;
        item->swatch = swatch;
        told(item.key());
    }
}

void RunModel::setFilter(const RunFilter& filter)
{
    m_filter = filter;
    arrange();
    Q_EMIT entriesChanged();
}

void RunModel::setOrder(const RunOrder& order)
{
    m_order = order;
    arrange();
    Q_EMIT orderChanged();
}

void RunModel::setColumns(const QStringList& keys)
{
    if (keys == m_columns)
        return;
    beginResetModel();
    m_columns = keys;
    endResetModel();
}

// What nothing is known of comes first: it was just added. Only what changes its place is laid out again.
void RunModel::arrange()
{
    QStringList rows;
    std::vector<const RunEntry*> known;
    std::map<const RunEntry*, QString> folders;
    for (auto item = m_items.cbegin(); item != m_items.cend(); ++item)
        if (!item->entry) {
            if (m_filter.empty())
                rows << item.key();
        } else if (m_filter.accepts(*item->entry)) {
            known.push_back(item->entry.get());
            folders[item->entry.get()] = item.key();
        }
    m_order.sort(known);
    for (const RunEntry* entry : known)
        rows << folders[entry];
    if (rows == m_rows)
        return;
    beginResetModel();
    m_rows = rows;
    endResetModel();
}

QString RunModel::folderOf(const QModelIndex& index) const { return m_rows.value(index.row()); }

QModelIndex RunModel::indexOf(const QString& folder) const
{
    const auto row = m_rows.indexOf(folder);
    return row < 0 ? QModelIndex() : index(static_cast<int>(row), 0);
}

std::shared_ptr<const RunEntry> RunModel::entry(const QString& folder) const { return m_items.value(folder).entry; }

QString RunModel::titleOf(const QString& folder) const
{
    const QString title = m_items.value(folder).title;
    return title.isEmpty() ? QFileInfo(folder).fileName() : title;
}

// Two runs of the same name are told apart by their folders.
void RunModel::nameAll()
{
    const std::vector<const RunEntry*> runs = all();
    for (const auto& [folder, name] : distinctNames(runs))
        m_items[folderText(folder)].title = QString::fromStdString(name);
}

QStringList RunModel::ticked() const
{
    QStringList found;
    for (const QString& folder : m_rows)
        if (m_items[folder].ticked)
            found << folder;
    for (auto item = m_items.cbegin(); item != m_items.cend(); ++item)
        if (item->ticked && !found.contains(item.key()))
            found << item.key();
    return found;
}

std::vector<std::shared_ptr<const RunEntry>> RunModel::shown() const
{
    std::vector<std::shared_ptr<const RunEntry>> runs;
    for (const QString& folder : m_rows)
        if (auto of = entry(folder))
            runs.push_back(std::move(of));
    return runs;
}

std::vector<const RunEntry*> RunModel::all() const
{
    std::vector<const RunEntry*> runs;
    for (const Item& item : m_items)
        if (item.entry)
            runs.push_back(item.entry.get());
    return runs;
}

int RunModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RunModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size()) + 1;
}

QVariant RunModel::first(const QString& folder, const Item& item, int role) const
{
    switch (role) {
    case Qt::DisplayRole: {
        const QString title = titleOf(folder),
                      group = item.entry ? QString::fromStdString(item.entry->notes().group) : QString(),
                      tags = item.entry ? QString::fromStdString(joined(item.entry->notes().tags)) : QString();
        const QString named = group.isEmpty() ? title : tr("%1 / %2").arg(group, title);
        const QString word = item.word.isEmpty() ? QStringLiteral("…") : item.word;
        return tags.isEmpty() ? tr("%1 — %2").arg(named, word) : tr("%1 — %2 [%3]").arg(named, word, tags);
    }
    case Qt::ToolTipRole: {
        QStringList lines{QDir::toNativeSeparators(folder)};
        if (!item.tip.isEmpty())
            lines << item.tip;
        if (item.entry && !item.entry->notes().note.empty())
            lines << QString::fromStdString(item.entry->notes().note);
        return plainTip(lines.join(QLatin1Char('\n')));
    }
    case Qt::CheckStateRole: return item.ticked ? Qt::Checked : Qt::Unchecked;
    case Qt::DecorationRole: {
        if (item.swatch.isNull())
            return {};
        QIcon plain(item.swatch);
        plain.addPixmap(item.swatch, QIcon::Selected); // untinted
        return plain;
    }
    default: return {};
    }
}

QVariant RunModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= m_rows.size())
        return {};
    const QString& folder = m_rows[index.row()];
    if (role == FolderRole)
        return folder;
    const auto item = m_items.constFind(folder);
    if (index.column() == 0)
        return first(folder, *item, role);
    const QString& key = m_columns[index.column() - 1];
    if (!item->entry)
        return {};
    if (role == Qt::DisplayRole)
        return shownValue(*item->entry, key);
    if (role == Qt::ToolTipRole)
        return plainTip(shownValue(*item->entry, key));
    if (role == Qt::TextAlignmentRole)
        return QVariant(std::holds_alternative<double>(item->entry->value(key.toStdString()))
                            ? Qt::AlignRight | Qt::AlignVCenter
                            : Qt::AlignLeft | Qt::AlignVCenter);
    return {};
}

bool RunModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::CheckStateRole || !index.isValid() || index.column() != 0)
        return false;
    setTicked(folderOf(index), value.toInt() == Qt::Checked);
    return true;
}

QVariant RunModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
        return section == 0 ? tr("Run") : m_columns.value(section - 1);
    return {};
}

Qt::ItemFlags RunModel::flags(const QModelIndex& index) const
{
    return QAbstractTableModel::flags(index) | (index.column() == 0 ? Qt::ItemIsUserCheckable : Qt::NoItemFlags);
}

void RunModel::sort(int column, Qt::SortOrder order)
{
    if (column >= 0)
        setOrder({column == 0 ? std::string("name") : m_columns.value(column - 1).toStdString(),
                  order == Qt::DescendingOrder});
}

QString shownValue(const RunEntry& run, const QString& key)
{
    const RunValue value = run.value(key.toStdString());
    if (const auto* text = std::get_if<std::string>(&value))
        return key == QLatin1String("status") ? statusWord(QString::fromStdString(*text))
                                              : QString::fromStdString(*text);
    const auto* number = std::get_if<double>(&value);
    if (!number)
        return {};
    if (key == QLatin1String("started"))
        return *number > 0 ? QDateTime::fromSecsSinceEpoch(static_cast<qint64>(*number))
                                 .toString(QStringLiteral("yyyy-MM-dd HH:mm"))
                           : QString();
    if (key == QLatin1String("elapsed"))
        return durationText(*number);
    const bool whole = *number == std::floor(*number) && std::abs(*number) < 1e9;
    return whole ? QString::number(*number, 'f', 0) : QString::number(*number, 'g', 5);
}

RunKeys keysOf(const std::vector<const RunEntry*>& runs)
{
    struct Seen
    {
        std::size_t order = 0, runs = 0;
        bool differs = false; // among the runs that have it
        RunValue first;
    };
    std::size_t readable = 0; // whose configuration is there
    std::map<std::string, Seen> settings;
    std::set<std::string> figures;
    for (const RunEntry* run : runs) {
        readable += run->settings().empty() ? 0 : 1;
        for (const auto& [key, value] : run->settings()) {
            const auto [seen, fresh] = settings.try_emplace(key);
            if (fresh) {
                seen->second.order = settings.size();
                seen->second.first = value;
            }
            ++seen->second.runs;
            seen->second.differs = seen->second.differs || value != seen->second.first;
        }
        for (const auto& [key, value] : run->figures())
            figures.insert(key);
    }
    std::vector<std::pair<std::string, Seen>> ordered(settings.begin(), settings.end());
    std::sort(ordered.begin(), ordered.end(),
              [](const auto& a, const auto& b) { return a.second.order < b.second.order; });
    RunKeys keys;
    QStringList notInAll; // settings that some of the runs' programs did not have
    for (const auto& [key, seen] : ordered)
        (seen.differs ? keys.differing : seen.runs != readable ? notInAll : keys.same) << QString::fromStdString(key);
    keys.differing << notInAll;
    for (const std::string& key : figures)
        keys.figures << QString::fromStdString(key);
    return keys;
}

} // namespace mama
