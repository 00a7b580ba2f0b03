#include "app/workstation/train/settings_tree.h"

#include "app/workstation/look/icons.h"
#include "app/workstation/train/meaning_delegate.h"
#include "app/workstation/train/setting_groups.h"
#include "app/workstation/train/setting_text.h"
#include "core/base/path_text.h"
#include "core/weights/model_places.h"
#include "widgets/look/shown_text.h"

#include <QAction>
#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QLineEdit>
#include <QRegularExpression>
#include <algorithm>

namespace mama {
namespace {

using nlohmann::json;
using Type = SettingInfo::Type;
enum Column { Setting, Value, Default, Range, Unit, Meaning, ColumnCount };
constexpr int titleRole = Qt::UserRole; // of a part: its title without the count

// Whether its editor is a list that one chooses from.
bool hasList(const SettingInfo& info) { return info.type == Type::Flag || !info.choices.empty(); }

// A model: one that is installed is offered by its name, any folder or checkpoint may be named.
bool isModel(const std::string& key) { return key == "model.start" || key == "model.text_tower"; }

QTreeWidgetItem* makePart(const QString& title, bool strong)
{
    auto* part = new QTreeWidgetItem({title});
    part->setData(Setting, titleRole, title);
    part->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    QFont font = part->font(Setting);
    font.setBold(strong);
    font.setItalic(!strong);
    part->setFont(Setting, font);
    part->setSizeHint(Setting, {0, QFontMetrics(font).height() + (strong ? 12 : 6)});
    return part;
}

} // namespace

SettingsTree::SettingsTree(QWidget* parent) : QTreeWidget(parent)
{
    setAccessibleName(tr("Settings"));
    setHeaderLabels({tr("Setting"), tr("Value"), tr("Default"), tr("Range"), tr("Unit"), tr("Meaning")});
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setAlternatingRowColors(true);
    setWordWrap(true);
    setItemDelegateForColumn(Meaning, new MeaningDelegate(*this, Meaning));
    setIndentation(16);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    header()->setStretchLastSection(true);
    header()->setSectionsMovable(false);
    const int widths[] = {216, 200, 84, 104, 96};
    connect(header(), &QHeaderView::sectionResized, this,
            [this] { scheduleDelayedItemsLayout(); }); // how high a meaning is
    for (int column = 0; column < Meaning; ++column)
        header()->resizeSection(column, widths[column]);
    for (const SettingGroup& group : settingGroups()) {
        QTreeWidgetItem* part = makePart(group.title, true);
        addTopLevelItem(part);
        m_parts.push_back(part);
        addRows(part, group.usual);
        if (!group.rare.empty()) {
            QTreeWidgetItem* rare = makePart(tr("Rarely changed"), false);
            part->addChild(rare);
            m_parts.push_back(rare);
            addRows(rare, group.rare);
        }
        part->setExpanded(true);
    }
    for (QTreeWidgetItem* part : m_parts)
        part->setFirstColumnSpanned(true);
    for (std::size_t i = 1; i < m_order.size(); ++i)
        setTabOrder(m_order[i - 1], m_order[i]);
}

void SettingsTree::addRows(QTreeWidgetItem* parent, const std::vector<std::string>& keys)
{
    const auto infos = trainingSettings();
    for (const std::string& key : keys) {
        const auto info =
            std::find_if(infos.begin(), infos.end(), [&](const SettingInfo& each) { return each.key == key; });
        const QString name = QString::fromStdString(key), meaning = shownText(info->meaning);
        auto* item = new QTreeWidgetItem(parent, {name, {}, {}, rangeOf(*info), shownText(info->unit), meaning});
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemNeverHasChildren);
        for (const int column : {Setting, Value, Meaning})
            item->setToolTip(column, meaning);
        QWidget* made = makeEditor(*info);
        made->setAccessibleName(name);
        made->setAccessibleDescription(meaning);
        made->setFocusPolicy(Qt::StrongFocus); // the wheel scrolls the list
        made->installEventFilter(this);
        m_editors.insert(name, made);
        m_order.push_back(made);
        m_rows.push_back({*info, item, {}, false});
        setItemWidget(item, Value, made);
    }
}

QWidget* SettingsTree::makeEditor(const SettingInfo& info)
{
    if (hasList(info)) {
        auto* box = new QComboBox(viewport());
        box->setEditable(info.type == Type::Text);
        box->setInsertPolicy(QComboBox::NoInsert);
        for (const std::string& choice :
             info.type == Type::Flag ? std::vector<std::string>{"false", "true"} : info.choices)
            box->addItem(QString::fromStdString(choice));
        connect(box, &QComboBox::currentTextChanged, this, &SettingsTree::edited);
        return box;
    }
    if (isModel(info.key)) {
        auto* box = new QComboBox(viewport());
        box->setEditable(true);
        box->setInsertPolicy(QComboBox::NoInsert);
        box->addItem(QString());
        for (const FoundModel& found : listModels(modelFolders())) {
            box->addItem(QString::fromStdString(pathText(found.name)));
            box->setItemData(box->count() - 1, QString::fromStdString(pathText(found.path)), Qt::ToolTipRole);
        }
        connect(box, &QComboBox::currentTextChanged, this, &SettingsTree::edited);
        addBrowse(box->lineEdit(), info.key);
        return box;
    }
    auto* line = new QLineEdit(viewport());
    connect(line, &QLineEdit::textChanged, this, &SettingsTree::edited);
    if (pathKindOf(info.key) != SettingPath::None)
        addBrowse(line, info.key);
    return line;
}

void SettingsTree::addBrowse(QLineEdit* line, const std::string& key)
{
    QAction* look = line->addAction(themedIcon(QStringLiteral("open")), QLineEdit::TrailingPosition);
    look->setToolTip(tr("Browse…"));
    connect(look, &QAction::triggered, this, [this, asked = QString::fromStdString(key)] { browse(asked); });
}

void SettingsTree::browse(const QString& key)
{
    const auto row = std::find_if(m_rows.begin(), m_rows.end(),
                                  [&](const Row& each) { return QString::fromStdString(each.info.key) == key; });
    const QString title = shownText(row->info.meaning);
    const QString chosen = pathKindOf(row->info.key) == SettingPath::Folder
                               ? QFileDialog::getExistingDirectory(this, title, value(key))
                               : QFileDialog::getOpenFileName(this, title, value(key));
    if (!chosen.isEmpty())
        setValue(key, chosen);
}

QString SettingsTree::value(const QString& key) const
{
    QWidget* of = editor(key);
    if (const auto* box = qobject_cast<QComboBox*>(of))
        return box->currentText().trimmed();
    const auto* line = qobject_cast<QLineEdit*>(of);
    return line ? line->text().trimmed() : QString();
}

void SettingsTree::setValue(const QString& key, const QString& value)
{
    if (auto* box = qobject_cast<QComboBox*>(editor(key)))
        box->setCurrentText(value);
    if (auto* line = qobject_cast<QLineEdit*>(editor(key))) {
        line->setText(value);
        line->setCursorPosition(0); // of a long text its beginning is shown
    }
}

// A line left empty is a default; a choice always says something.
json SettingsTree::config() const
{
    json config = json::object();
    for (const Row& row : m_rows) {
        const QString said = value(QString::fromStdString(row.info.key));
        if (!said.isEmpty())
            config[pointerOf(row.info.key)] = valueOf(row.info, said);
    }
    return config;
}

void SettingsTree::setConfig(const json& wanted)
{
    const json config = wanted.is_object() ? wanted : json::object();
    for (Row& row : m_rows) {
        const SettingInfo& info = row.info;
        const QString key = QString::fromStdString(info.key);
        const QSignalBlocker blocked(editor(key));
        const auto place = pointerOf(info.key);
        const bool needed = hasList(info);
        setValue(key, config.contains(place) ? textOf(config.at(place))
                      : needed               ? textOf(Settings::defaultOf(info, config))
                                             : QString());
        row.standard = nullptr; // what the configuration says stays
    }
    showDefaults();
    Q_EMIT edited();
}

void SettingsTree::showDefaults()
{
    const json now = config();
    for (Row& row : m_rows) {
        const json standard = Settings::defaultOf(row.info, now);
        const QString text = textOf(standard), key = QString::fromStdString(row.info.key);
        if (auto* box = qobject_cast<QComboBox*>(editor(key));
            box && !row.standard.is_null() && row.standard != standard && box->currentText() == textOf(row.standard)) {
            const QSignalBlocker blocked(box);
            box->setCurrentText(text);
        }
        row.standard = standard;
        const QString said = value(key);
        row.item->setText(Default, text.isEmpty() ? QStringLiteral("—") : text);
        row.changed = !said.isEmpty() && valueOf(row.info, said) != standard;
        QFont font = this->font();
        font.setBold(row.changed);
        row.item->setFont(Setting, font);
        if (auto* line = qobject_cast<QLineEdit*>(editor(key)))
            line->setPlaceholderText(text);
    }
    for (QTreeWidgetItem* part : m_parts)
        showPart(part);
}

// "Rarely changed (8, 2 differ from their defaults)".
void SettingsTree::showPart(QTreeWidgetItem* part)
{
    const auto all =
        std::count_if(m_rows.begin(), m_rows.end(), [&](const Row& row) { return row.item->parent() == part; });
    const auto changed = std::count_if(m_rows.begin(), m_rows.end(),
                                       [&](const Row& row) { return row.changed && row.item->parent() == part; });
    const QString title = part->data(Setting, titleRole).toString();
    if (part->parent())
        part->setText(Setting, changed > 0 ? tr("%1 (%2, of them changed: %3)").arg(title).arg(all).arg(changed)
                                           : tr("%1 (%2)").arg(title).arg(all));
}

void SettingsTree::filter(const QString& words, bool changedOnly)
{
    const QStringList all = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    const bool filtered = changedOnly || !all.isEmpty();
    if (filtered && !m_filtered) {
        m_folds.clear();
        for (const QTreeWidgetItem* part : m_parts)
            m_folds.push_back(part->isExpanded());
    }
    const auto holds = [&all](const QString& text) {
        return std::all_of(all.begin(), all.end(),
                           [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
    };
    const auto textOfRow = [](const Row& row) {
        return row.item->text(Setting) + QLatin1Char(' ') + row.item->text(Meaning);
    };
    const bool named = std::any_of(m_rows.begin(), m_rows.end(), [&](const Row& row) {
        return holds(textOfRow(row));
    }); // else a heading may be meant
    for (const Row& row : m_rows) {
        QString text = textOfRow(row);
        for (const QTreeWidgetItem* part = named ? nullptr : row.item->parent(); part; part = part->parent())
            text += QLatin1Char(' ') + part->data(Setting, titleRole).toString();
        row.item->setHidden(!holds(text) || (changedOnly && !row.changed));
    }
    for (auto part = m_parts.rbegin(); part != m_parts.rend(); ++part) { // what is inside first
        bool any = false;
        for (int i = 0; i < (*part)->childCount(); ++i)
            any = any || !(*part)->child(i)->isHidden();
        (*part)->setHidden(!any);
    }
    for (std::size_t i = 0; i < m_parts.size(); ++i)
        if (filtered)
            m_parts[i]->setExpanded(true);
        else if (m_filtered)
            m_parts[i]->setExpanded(m_folds[i]);
    m_filtered = filtered;
}

QString SettingsTree::keyIn(const QString& text) const
{
    static const QRegularExpression named(QStringLiteral("(?:^|: |, )([a-z_0-9]+(?:\\.[a-z_0-9]+)?)(?=[:,])"));
    for (auto names = named.globalMatch(text); names.hasNext();)
        if (const QString key = names.next().captured(1); editor(key))
            return key;
    return {};
}

void SettingsTree::showKey(const QString& key)
{
    for (const Row& row : m_rows) {
        if (QString::fromStdString(row.info.key) != key)
            continue;
        for (QTreeWidgetItem* part = row.item->parent(); part; part = part->parent())
            part->setExpanded(true);
        scrollToItem(row.item);
        editor(key)->setFocus(Qt::OtherFocusReason);
    }
}

// The row of the editor that has the focus is on screen; the wheel does not change a value on its way past it.
bool SettingsTree::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Wheel) {
        event->ignore();
        return true;
    }
    if (event->type() == QEvent::FocusIn)
        for (const Row& row : m_rows)
            if (itemWidget(row.item, Value) == watched)
                scrollToItem(row.item);
    return QTreeWidget::eventFilter(watched, event);
}

} // namespace mama
