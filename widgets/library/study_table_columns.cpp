// Which columns the table shows, in which order and how wide: by the user, and as it was kept.
#include "widgets/library/study_table.h"

#include <QHeaderView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMenu>
#include <algorithm>
#include <map>

namespace mama {

int StudyTable::shownColumns() const
{
    int count = 0;
    for (int i = 0; i < m_model->columnCount(); ++i)
        count += !isColumnHidden(i);
    return count;
}

void StudyTable::showHeaderMenu(const QPoint& at)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int i = 0; i < m_model->columnCount(); ++i) {
        QAction* action = menu->addAction(m_model->columns()[static_cast<std::size_t>(i)].title);
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(i));
        action->setEnabled(isColumnHidden(i) || shownColumns() > 1);
        connect(action, &QAction::toggled, this, [this, i](bool shown) {
            setColumnHidden(i, !shown);
            if (shown && columnWidth(i) < 20)
                setColumnWidth(i, m_model->columns()[static_cast<std::size_t>(i)].width);
            Q_EMIT columnsChanged();
        });
    }
    menu->popup(horizontalHeader()->mapToGlobal(at));
}

QByteArray StudyTable::saveColumns() const
{
    QJsonArray list;
    for (int visual = 0; visual < m_model->columnCount(); ++visual) {
        const int i = horizontalHeader()->logicalIndex(visual);
        const StudyTableColumn& column = m_model->columns()[static_cast<std::size_t>(i)];
        list.append(QJsonObject{{QStringLiteral("id"), column.id},
                                {QStringLiteral("width"), isColumnHidden(i) ? column.width : columnWidth(i)},
                                {QStringLiteral("hidden"), isColumnHidden(i)}});
    }
    return QJsonDocument(list).toJson(QJsonDocument::Compact);
}

void StudyTable::restoreColumns(const QByteArray& state)
{
    std::map<QString, int> indices;
    for (int i = 0; i < m_model->columnCount(); ++i)
        indices[m_model->columns()[static_cast<std::size_t>(i)].id] = i;
    m_restoring = true;
    int visual = 0;
    for (const QJsonValue& each : QJsonDocument::fromJson(state).array()) {
        const auto found = indices.find(each[QStringLiteral("id")].toString());
        if (found == indices.end())
            continue;
        const int i = found->second;
        indices.erase(found);
        setColumnHidden(i, each[QStringLiteral("hidden")].toBool());
        if (!isColumnHidden(i))
            setColumnWidth(i, std::clamp(each[QStringLiteral("width")].toInt(100), 20, 2000));
        horizontalHeader()->moveSection(horizontalHeader()->visualIndex(i), visual++);
    }
    std::vector<int> others;
    for (const auto& [id, index] : indices)
        others.push_back(index);
    std::sort(others.begin(), others.end());
    for (const int index : others) { // that the state does not know: each stays behind the one before it
        const int from = horizontalHeader()->visualIndex(index),
                  to = index == 0 ? 0 : horizontalHeader()->visualIndex(index - 1) + 1;
        if (from > to)
            horizontalHeader()->moveSection(from, to);
    }
    if (shownColumns() == 0 && m_model->columnCount() > 0)
        setColumnHidden(0, false);
    m_restoring = false;
}

} // namespace mama
