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
namespace {

// Rows as wide as the list, so that a long name is cut in its middle, and high enough to be hit.
class RowDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        return {1, QStyledItemDelegate::sizeHint(option, index).height() + 4};
    }
};

} // namespace

RunList::RunList(QSettings& settings, QWidget* parent)
    : QWidget(parent), m_settings(settings), m_model(new RunModel(this)), m_list(new QListView(this))
{
    m_list->setObjectName(QStringLiteral("runs"));
    m_list->setAccessibleName(tr("Runs"));
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->setUniformItemSizes(true);
    m_list->setItemDelegate(new RowDelegate(m_list));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setModel(m_model);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(new QLabel(tr("Runs (ticked ones are drawn too)"), this));
    column->addWidget(buildFilter());
    column->addWidget(m_list, 1);
    auto* buttons = new QWidget(this);
    column->addWidget(buttons);
    buildButtons(buttons);
    buildMenu();
    setTabOrder(m_filter, m_order);
    setTabOrder(m_order, m_list);
    connectModel();
    showButtons();
    showCount();
}

QWidget* RunList::buildFilter()
{
    auto* part = new QWidget(this);
    m_filter = new QLineEdit(part);
    m_filter->setObjectName(QStringLiteral("runFilter"));
    m_filter->setAccessibleName(tr("Filter of runs"));
    m_filter->setPlaceholderText(tr("Filter: words, batch=32, tag:lora…"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setToolTip(tr("<p>Words and conditions, all of which must hold:</p>"
                            "<p><b>lora</b> — in name, folder, group, tags, note, task, state or reason<br>"
                            "<b>batch=32 max_lr&lt;=1e-4 loss&gt;0.5</b> — a setting or last figure<br>"
                            "<b>status:failed tag:lora</b> — holds these letters<br>"
                            "<b>group=</b> — has none<br>"
                            "<b>started&gt;2026-11-01</b> — a day<br>"
                            "<b>-tag:lora</b> — not<br>"
                            "<b>\"two words\"</b> — with the blank</p>"));
    m_order = new QComboBox(part);
    m_order->setAccessibleName(tr("Order of runs"));
    for (const auto& [text, key] : {std::pair{tr("Newest first"), "-started"},
                                    {tr("Oldest first"), "started"},
                                    {tr("By name"), "name"},
                                    {tr("By state"), "status"},
                                    {tr("By group"), "group"},
                                    {tr("Lowest loss first"), "loss"},
                                    {tr("Best figure first"), "-best"}})
        m_order->addItem(text, QString::fromLatin1(key));
    m_count = new QLabel(part);
    m_count->setObjectName(QStringLiteral("runCount"));
    m_count->setWordWrap(true);
    m_count->setTextFormat(Qt::PlainText);
    connect(m_filter, &QLineEdit::textChanged, this, &RunList::setFilter);
    connect(m_order, &QComboBox::activated, this,
            [this] { m_model->setOrder(RunOrder::parse(m_order->currentData().toString().toStdString())); });
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_filter);
    column->addWidget(m_order);
    column->addWidget(m_count);
    return part;
}

void RunList::buildButtons(QWidget* part)
{
    const auto button = [part](const QString& text) { return new QPushButton(text, part); };
    QPushButton *make = button(tr("New run…")), *open = button(tr("Open runs…"));
    open->setToolTip(tr("A run, or a folder of runs, which is watched"));
    m_label = button(tr("Name, tags, note…"));
    m_forget = button(tr("Take off the list"));
    connect(make, &QPushButton::clicked, this, &RunList::newAsked);
    connect(open, &QPushButton::clicked, this, &RunList::openAsked);
    connect(m_label, &QPushButton::clicked, this, &RunList::labelChosen);
    connect(m_forget, &QPushButton::clicked, this, &RunList::forgetChosen);
    auto* grid = new QGridLayout(part);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->addWidget(make, 0, 0);
    grid->addWidget(open, 0, 1);
    grid->addWidget(m_label, 1, 0);
    grid->addWidget(m_forget, 1, 1);
}

// What is done with all runs that are selected.
void RunList::buildMenu()
{
    const auto action = [this](const QString& text, auto act) {
        auto* made = new QAction(text, m_list);
        connect(made, &QAction::triggered, this, act);
        m_list->addAction(made);
        return made;
    };
    action(tr("Draw the selected runs"), [this] { tickSelected(true); });
    action(tr("Draw the selected runs no more"), [this] { tickSelected(false); });
    m_labelSelected = action(tr("Name, tags, note…"), [this] { labelChosen(); });
    m_forgetSelected = action(tr("Take off the list"), [this] { forgetChosen(); });
}

QStringList RunList::selected() const
{
    QStringList folders;
    for (const QModelIndex& index : m_list->selectionModel()->selectedRows())
        folders << m_model->folderOf(index);
    return folders;
}

void RunList::tickSelected(bool ticked)
{
    if (std::exchange(m_ticking, true))
        return;
    for (const QString& folder : selected())
        m_model->setTicked(folder, ticked);
    m_ticking = false;
    Q_EMIT changed();
}

// A tick by mouse or the space key counts for all that are selected with it.
void RunList::tickedByHand(const QString& folder)
{
    if (m_ticking)
        return;
    if (const QStringList all = selected(); all.size() > 1 && all.contains(folder))
        tickSelected(m_model->ticked().contains(folder));
    else
        Q_EMIT changed();
}

void RunList::connectModel()
{
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
        if (m_showing || !now.isValid())
            return;
        m_byHand = true; // the list selects by itself
        setChosen(m_model->folderOf(now));
        m_byHand = false;
    });
    connect(m_model, &RunModel::tickChanged, this, &RunList::tickedByHand);
    connect(m_model, &RunModel::orderChanged, this, &RunList::showOrder);
    connect(m_model, &RunModel::entriesChanged, this, &RunList::showCount);
    connect(m_model, &QAbstractItemModel::modelReset, this, &RunList::showChosen);
}

void RunList::restore()
{
    m_wanted = m_settings.value(settings_keys::chosenRun).toString();
    const QStringList sources = m_settings.value(settings_keys::knownRuns).toStringList();
    for (const QString& source : sources) {
        m_sources[source] = {source};
        m_unseen << source;
        m_model->place(source);
        Q_EMIT added(source);
    }
    if (sources.contains(m_wanted))
        setChosen(m_wanted);
    else
        Q_EMIT changed();
}

void RunList::add(const QString& folder)
{
    if (m_model->contains(folder) || m_sources.contains(folder)) {
        m_wanted.clear();
        setChosen(m_model->contains(folder) ? folder : newest(m_sources.value(folder)));
        return;
    }
    m_sources[folder] = {folder};
    m_unseen << folder;
    m_model->place(folder);
    m_settings.setValue(settings_keys::knownRuns, QStringList(m_sources.keys()));
    m_wanted.clear();
    setChosen(folder);
    Q_EMIT added(folder);
}

void RunList::take(const ShelfNews& news)
{
    const auto source = m_sources.find(news.source);
    if (source == m_sources.end()) // forgotten meanwhile
        return;
    m_unseen.removeAll(news.source);
    for (const RunEntry& entry : news.changed)
        if (const QString folder = folderText(entry.folder()); !source->contains(folder))
            source->append(folder);
    m_model->take(news.changed);
    for (const QString& gone : news.gone) {
        source->removeAll(gone);
        dropGone(gone);
    }
    const bool empty = !news.status.isEmpty();
    if (empty) {
        *source = QStringList{news.source};
        m_model->place(news.source);
        m_model->setState(news.source, statusWord(news.status), news.problem);
    } else if (!m_model->entry(news.source)) { // a folder of runs is none itself
        source->removeAll(news.source);
        m_model->remove(news.source);
        if (m_chosen == news.source) // it was opened just now
            setChosen(newest(*source));
    }
    chooseWanted();
    showButtons();
    if (!m_filter->text().isEmpty())
        setFilter(m_filter->text()); // which names no run knows
}

// A run that is looked at stays, to say that it is gone, until another one is chosen.
void RunList::dropGone(const QString& folder)
{
    if (folder != m_chosen && !m_sources.contains(folder))
        m_model->remove(folder);
    else
        m_model->setState(folder, statusWord(QStringLiteral("missing")), {});
}

// The run shown last, as soon as it is there; else the newest, when every source was looked at.
void RunList::chooseWanted()
{
    if (!m_wanted.isEmpty() && m_model->contains(m_wanted))
        setChosen(std::exchange(m_wanted, QString()));
    else if (m_unseen.isEmpty() && !m_model->contains(m_chosen) && m_model->size() > 0)
        setChosen(newest({}));
}

// Of these, or of all where none of them is known yet.
QString RunList::newest(const QStringList& among) const
{
    std::vector<const RunEntry*> runs = m_model->all();
    RunOrder().sort(runs);
    for (const RunEntry* run : runs)
        if (const QString folder = folderText(run->folder()); among.contains(folder))
            return folder;
    return !runs.empty() ? folderText(runs.front()->folder()) : m_sources.firstKey();
}

void RunList::choose(const QString& folder)
{
    if (m_model->contains(folder)) {
        m_wanted.clear();
        setChosen(folder);
    }
}

void RunList::setChosen(const QString& folder)
{
    if (folder == m_chosen)
        return;
    const QString before = std::exchange(m_chosen, folder);
    const bool kept = std::any_of(m_sources.cbegin(), m_sources.cend(),
                                  [&before](const QStringList& runs) { return runs.contains(before); });
    if (!before.isEmpty() && !kept)
        m_model->remove(before); // it was gone
    if (m_wanted.isEmpty() || m_wanted == folder)
        m_settings.setValue(settings_keys::chosenRun, folder);
    showChosen();
    showButtons();
    Q_EMIT changed();
}

void RunList::forgetChosen()
{
    const QString source = sourceOf(m_chosen);
    if (source.isEmpty())
        return;
    const QStringList runs = m_sources.take(source);
    m_unseen.removeAll(source);
    m_settings.setValue(settings_keys::knownRuns, QStringList(m_sources.keys()));
    m_chosen.clear();
    for (const QString& run : runs + QStringList{source})
        if (sourceOf(run).isEmpty())
            m_model->remove(run);
    Q_EMIT removed(source);
    if (m_model->size() > 0)
        m_chosen = newest({});
    m_settings.setValue(settings_keys::chosenRun, m_chosen);
    showChosen();
    showButtons();
    Q_EMIT changed();
}

void RunList::labelChosen()
{
    if (m_chosen.isEmpty())
        return;
    QStringList also = m_model->ticked() + selected();
    also.removeAll(m_chosen);
    also.removeDuplicates();
    try {
        UserText problem;
        const RunNotes notes = RunNotes::readWhatThereIs(folderPath(m_chosen), problem);
        LabelDialog dialog({m_chosen, notes, shownText(problem), static_cast<int>(also.size())}, this);
        if (dialog.exec() != QDialog::Accepted)
            return;
        dialog.write(folderPath(m_chosen));
        std::vector<RunEntry> entries{RunEntry::read(folderPath(m_chosen))};
        for (const QString& run : dialog.forTicked() ? also : QStringList()) {
            dialog.writeTags(folderPath(run));
            entries.push_back(RunEntry::read(folderPath(run)));
        }
        m_model->take(entries);
        Q_EMIT changed();
    } catch (const std::exception& error) {
        Q_EMIT told(shownError(error), true);
    }
}

void RunList::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && m_count)
        showCount();
    QWidget::changeEvent(event);
}

void RunList::find()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

bool RunList::isEmpty() const { return m_sources.isEmpty(); }

QString RunList::ticked() const
{
    for (const QString& folder : m_model->ticked())
        if (folder != m_chosen)
            return folder;
    return {};
}

QStringList RunList::drawn() const
{
    QStringList runs = m_model->ticked();
    if (!m_chosen.isEmpty() && !runs.contains(m_chosen))
        runs.prepend(m_chosen);
    return runs;
}

bool RunList::drawn(const QString& folder) const { return folder == m_chosen || m_model->ticked().contains(folder); }

void RunList::setState(const QString& folder, const QString& word, const QString& tip)
{
    m_model->setState(folder, word, tip);
}

QString RunList::sourceOf(const QString& folder) const
{
    if (m_sources.contains(folder))
        return folder;
    for (auto source = m_sources.cbegin(); source != m_sources.cend(); ++source)
        if (source->contains(folder))
            return source.key();
    return {};
}

} // namespace mama
