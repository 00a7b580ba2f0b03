// What the list of runs shows of itself: filter, count, order, the chosen one, buttons.
#include "app/workstation/train/run_list.h"

#include "app/workstation/look/settings_keys.h"
#include "app/workstation/runs/run_path.h"
#include "app/workstation/runs/run_view.h"
#include "app/workstation/train/label_dialog.h"
#include "app/workstation/train/run_model.h"
#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QAction>
#include <QListView>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <algorithm>
#include <utility>

namespace mama {

void RunList::setFilter(const QString& text)
{
    UserText problem;
    const RunFilter filter = RunFilter::whileTyped(text.toStdString(), problem);
    m_filterProblem = shownLine(problem);
    QStringList unknown;
    const std::vector<const RunEntry*> all = m_model->all();
    for (const std::string& name : filter.unknown(all))
        unknown << QString::fromStdString(name);
    if (!unknown.isEmpty())
        m_filterProblem = tr("No run has a setting or figure called %1.").arg(unknown.join(QStringLiteral(", ")));
    m_model->setFilter(filter);
    showCount();
}

void RunList::showCount()
{
    const int shown = m_model->rowCount(), all = static_cast<int>(m_model->size());
    QString text = shown == all ? tr("%n run(s)", nullptr, all) : tr("%1 of %n run(s)", nullptr, all).arg(shown);
    if (!m_filterProblem.isEmpty())
        text += QLatin1Char('\n') + m_filterProblem;
    m_count->setText(text);
    m_count->setVisible(all > 0);
    QPalette colours; // the one colour alone: the others follow the theme
    if (!m_filterProblem.isEmpty())
        colours.setColor(QPalette::WindowText, textColour(Tone::Bad, palette()));
    m_count->setPalette(colours);
}

// The table may have chosen an order that is none of the list's.
void RunList::showOrder()
{
    const RunOrder& order = m_model->order();
    const QString key = (order.descending ? QStringLiteral("-") : QString()) + QString::fromStdString(order.key);
    int at = m_order->findData(key);
    const int further = m_order->findData(true, Qt::UserRole + 1);
    if (further >= 0 && further != at)
        m_order->removeItem(further);
    at = m_order->findData(key);
    if (at < 0) {
        m_order->addItem(
            (order.descending ? tr("By %1, falling") : tr("By %1, rising")).arg(QString::fromStdString(order.key)),
            key);
        at = m_order->count() - 1;
        m_order->setItemData(at, true, Qt::UserRole + 1);
    }
    m_order->setCurrentIndex(at);
}

void RunList::showChosen()
{
    if (m_byHand)
        return;
    m_showing = true;
    const int scrolled = m_list->verticalScrollBar()->value();
    const QModelIndex at = m_model->indexOf(m_chosen);
    if (at.isValid()) {
        m_list->selectionModel()->setCurrentIndex(at, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        if (scrolled > 0)
            m_list->verticalScrollBar()->setValue(scrolled);
        m_list->scrollTo(at);
    } else {
        m_list->selectionModel()->clear();
    }
    m_showing = false;
}

void RunList::showButtons()
{
    const QString source = sourceOf(m_chosen);
    const qsizetype runs = m_sources.value(source).size();
    const QString forget = source.isEmpty() || source == m_chosen ? tr("Take off the list") : tr("Close its folder");
    m_forget->setText(forget);
    m_forgetSelected->setText(forget);
    m_forgetSelected->setEnabled(!source.isEmpty());
    m_forget->setEnabled(!source.isEmpty());
    m_forget->setToolTip(source.isEmpty()     ? tr("No run is chosen.")
                         : source == m_chosen ? tr("The run and its folder stay as they are")
                                              : tr("Takes off %1 with its %n run(s), which stay as they are", nullptr,
                                                   static_cast<int>(runs))
                                                    .arg(source));
    m_label->setEnabled(m_model->entry(m_chosen) != nullptr);
    m_labelSelected->setEnabled(m_label->isEnabled());
    m_label->setToolTip(m_label->isEnabled() ? tr("Kept in the run's folder; also by: mama run label")
                                             : tr("No run is chosen."));
}

} // namespace mama
