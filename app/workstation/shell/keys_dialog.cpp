#include "app/workstation/shell/keys_dialog.h"

#include "app/workstation/shell/key_editor.h"
#include "app/workstation/shell/shortcuts.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/keys/key_map.h"
#include "core/keys/key_text.h"
#include "widgets/look/sentence.h"
#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QKeySequence>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {
namespace {

constexpr int commandRole = Qt::UserRole, gestureRole = KeyEditor::gestureRole, keyColumn = KeyEditor::keyColumn;

QString shownKey(const std::string& key)
{
    return QKeySequence::fromString(QString::fromStdString(key), QKeySequence::PortableText)
        .toString(QKeySequence::NativeText);
}

QString pageTitle(KeyPage page)
{
    switch (page) {
    case KeyPage::Window: return KeysDialog::tr("Everywhere");
    case KeyPage::Read: return KeysDialog::tr("Read");
    case KeyPage::Train: return KeysDialog::tr("Train");
    case KeyPage::Library: break;
    }
    return KeysDialog::tr("Library");
}

bool isGesture(const QTreeWidgetItem& row) { return row.data(0, gestureRole).isValid(); }

MouseGesture gestureOf(const QTreeWidgetItem& row)
{
    return mouseGestures()[static_cast<std::size_t>(row.data(0, gestureRole).toInt())];
}

} // namespace

KeysDialog::KeysDialog(const std::vector<QAction*>& commands, KeyChoice choice, QWidget* parent)
    : QDialog(parent), m_before(choice), m_choice(std::move(choice)), m_search(new QLineEdit(this)),
      m_tree(new QTreeWidget(this)), m_conflict(new QLabel(this)), m_told(new QLabel(this))
{
    setWindowTitle(tr("Keys and mouse"));
    resize(720, 680);
    m_search->setPlaceholderText(tr("Search commands and keys"));
    m_search->setAccessibleName(tr("Search commands and keys"));
    m_search->setClearButtonEnabled(true);
    m_tree->setColumnCount(3);
    m_tree->setHeaderLabels({tr("Command"), tr("Key"), tr("By default")});
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_tree->setColumnWidth(1, 190);
    m_tree->setColumnWidth(2, 140);
    m_tree->setUniformRowHeights(true);
    m_tree->setAlternatingRowColors(true);
    m_tree->setAccessibleName(tr("Commands"));
    auto* editor = new KeyEditor(m_tree);
    m_tree->setItemDelegate(editor);
    connect(editor, &KeyEditor::keyChosen, this, [this](const QModelIndex& index, const QString& key) {
        setKey(index.siblingAtColumn(0).data(commandRole).toString().toStdString(), key);
    });
    connect(editor, &KeyEditor::actChosen, this, [this](const QModelIndex& index, std::optional<MouseAct> act) {
        setAct(mouseGestures()[index.siblingAtColumn(0).data(gestureRole).toUInt()], act);
    });
    m_tree->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    addCommands(commands);
    addMouse();
    m_tree->expandAll();
    m_conflict->setWordWrap(true);
    m_conflict->setTextFormat(Qt::RichText);
    m_conflict->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_told->setWordWrap(true);
    m_told->setTextFormat(Qt::PlainText); // names of files are no markup
    auto* hint = new QLabel(tr("Keys of the views work while the pictures have the focus, those of the library while "
                               "its studies have it."),
                            this);
    hint->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_search);
    column->addWidget(m_tree, 1);
    column->addWidget(hint);
    column->addWidget(m_conflict);
    column->addWidget(m_told);
    buildButtons(*column);
    connect(m_search, &QLineEdit::textChanged, this, &KeysDialog::find);
    connect(m_conflict, &QLabel::linkActivated, this, &KeysDialog::followLink);
    showChoice();
    m_search->setFocus();
}

QTreeWidgetItem* KeysDialog::group(const QString& title)
{
    auto* item = new QTreeWidgetItem(m_tree, {title});
    item->setFirstColumnSpanned(true);
    item->setFlags(Qt::ItemIsEnabled);
    QFont bold = font();
    bold.setBold(true);
    item->setFont(0, bold);
    return item;
}

void KeysDialog::addCommands(const std::vector<QAction*>& commands)
{
    std::map<KeyPage, QTreeWidgetItem*> groups;
    for (const KeyPage page : {KeyPage::Read, KeyPage::Library, KeyPage::Train, KeyPage::Window})
        groups[page] = group(pageTitle(page));
    for (const QAction* action : commands) {
        const std::string id = action->objectName().toStdString();
        auto* row = new QTreeWidgetItem(groups[pageOf(id)], {placeInMenus(*action)});
        row->setData(0, commandRole, action->objectName());
        row->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable);
        row->setText(2, shownKey(defaultKey(id)));
        m_rows[id] = row;
    }
}

void KeysDialog::addMouse()
{
    QTreeWidgetItem* mouse = group(tr("Mouse on the pictures"));
    for (std::size_t i = 0; i < mouseGestures().size(); ++i) {
        const MouseGesture& gesture = mouseGestures()[i];
        auto* row = new QTreeWidgetItem(mouse, {gestureTitle(gesture)});
        row->setData(0, gestureRole, static_cast<int>(i));
        row->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable);
        if (gesture.held == MouseGesture::Held::Nothing)
            row->setText(2, actTitle(actOf(defaultMouse(), gesture)));
        m_gestures[gesture] = row;
    }
}

void KeysDialog::buildButtons(QVBoxLayout& column)
{
    auto* ofRow = new QDialogButtonBox(this);
    m_change = ofRow->addButton(tr("&Change"), QDialogButtonBox::ActionRole);
    m_none = ofRow->addButton(tr("&No key"), QDialogButtonBox::ActionRole);
    m_reset = ofRow->addButton(tr("&Reset"), QDialogButtonBox::ActionRole);
    auto* all = ofRow->addButton(tr("Reset &all"), QDialogButtonBox::ResetRole);
    auto* import = ofRow->addButton(tr("&Import…"), QDialogButtonBox::ActionRole);
    auto* outwards = ofRow->addButton(tr("&Export…"), QDialogButtonBox::ActionRole);
    auto* ends = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = ends->button(QDialogButtonBox::Ok);
    for (auto* box : {ofRow, ends})
        for (QAbstractButton* button : box->buttons())
            static_cast<QPushButton*>(button)->setAutoDefault(false); // Enter changes the row
    connect(m_change, &QPushButton::clicked, this, &KeysDialog::change);
    connect(m_none, &QPushButton::clicked, this, [this] {
        if (const QTreeWidgetItem* row = m_tree->currentItem(); row && row->parent() && !isGesture(*row))
            setKey(row->data(0, commandRole).toString().toStdString(), {});
    });
    connect(m_reset, &QPushButton::clicked, this, &KeysDialog::resetRow);
    connect(all, &QPushButton::clicked, this, &KeysDialog::resetAll);
    connect(import, &QPushButton::clicked, this, &KeysDialog::chooseImport);
    connect(outwards, &QPushButton::clicked, this, &KeysDialog::chooseExport);
    connect(ends, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(ends, &QDialogButtonBox::rejected, this, [this] { done(Rejected); });
    connect(m_tree, &QTreeWidget::currentItemChanged, this, [this](const QTreeWidgetItem* row) {
        const bool chosen = row && row->parent();
        m_change->setEnabled(chosen);
        m_reset->setEnabled(chosen);
        m_none->setEnabled(chosen && !isGesture(*row));
    });
    for (QPushButton* button : {m_change, m_none, m_reset})
        button->setEnabled(false);
    auto* enter = new QAction(m_tree);
    enter->setShortcuts({Qt::Key_Return, Qt::Key_Enter});
    enter->setShortcutContext(Qt::WidgetShortcut);
    connect(enter, &QAction::triggered, this, &KeysDialog::change);
    m_tree->addAction(enter);
    column.addWidget(ofRow);
    column.addWidget(ends);
}

// By Esc or the window's frame: the button Cancel alone gives changes up unasked.
void KeysDialog::reject()
{
    if (m_choice == m_before)
        return QDialog::reject();
    QMessageBox ask(QMessageBox::Question, windowTitle(), tr("Keep the changed keys?"),
                    QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, this);
    ask.setObjectName(QStringLiteral("keys.keep"));
    ask.button(QMessageBox::Save)->setEnabled(m_ok->isEnabled());
    ask.setDefaultButton(m_ok->isEnabled() ? QMessageBox::Save : QMessageBox::Cancel);
    ask.setEscapeButton(QMessageBox::Cancel);
    const int answer = ask.exec();
    if (answer == QMessageBox::Save)
        accept();
    else if (answer == QMessageBox::Discard)
        QDialog::reject();
}

void KeysDialog::change()
{
    if (QTreeWidgetItem* row = m_tree->currentItem(); row && row->parent())
        m_tree->editItem(row, keyColumn);
}

void KeysDialog::setKey(const std::string& command, const QString& key)
{
    m_told->clear();
    const auto written = keyText(key.toStdString());
    if (!written)
        return m_told->setText(tr("%1 cannot be the key of a command.").arg(key));
    m_choice.keys[command] = *written;
    showChoice();
}

void KeysDialog::setAct(const MouseGesture& gesture, std::optional<MouseAct> act)
{
    if (act)
        m_choice.mouse[gesture] = *act;
    else
        m_choice.mouse.erase(gesture);
    showChoice();
}

void KeysDialog::resetRow()
{
    const QTreeWidgetItem* row = m_tree->currentItem();
    if (!row || !row->parent())
        return;
    if (isGesture(*row))
        m_choice.mouse.erase(gestureOf(*row));
    else
        m_choice.keys.erase(row->data(0, commandRole).toString().toStdString());
    showChoice();
}

void KeysDialog::resetAll()
{
    m_choice = {};
    m_told->clear();
    showChoice();
}

void KeysDialog::showChoice()
{
    QFont changed = font();
    changed.setBold(true);
    for (const auto& [command, row] : m_rows) {
        const std::string key = m_choice.keyOf(command);
        row->setText(keyColumn, shownKey(key));
        row->setFont(keyColumn, key == defaultKey(command) ? font() : changed);
    }
    for (const auto& [gesture, row] : m_gestures) {
        const bool said = gesture.held == MouseGesture::Held::Nothing || m_choice.mouse.contains(gesture);
        row->setText(keyColumn, said ? actTitle(actOf(m_choice.mouse, gesture)) : tr("as without the key"));
        row->setFont(keyColumn, m_choice.mouse.contains(gesture) &&
                                        actOf(m_choice.mouse, gesture) != actOf(defaultMouse(), gesture)
                                    ? changed
                                    : font());
    }
    check();
}

void KeysDialog::check()
{
    QStringList conflicts;
    for (const auto& [command, row] : m_rows)
        row->setForeground(keyColumn, palette().text());
    for (auto one = m_rows.begin(); one != m_rows.end(); ++one)
        for (auto other = std::next(one); other != m_rows.end(); ++other) {
            const std::string key = m_choice.keyOf(one->first);
            if (key.empty() || key != m_choice.keyOf(other->first) || !clash(one->first, other->first))
                continue;
            const auto link = [](const auto& of) {
                return QStringLiteral("<a href='%1'>%2</a>")
                    .arg(QString::fromStdString(of->first), of->second->text(0).toHtmlEscaped());
            };
            conflicts << tr("%1 is the key of two commands. Take it from: %2 or %3")
                             .arg(shownKey(key).toHtmlEscaped(), link(one), link(other));
            for (QTreeWidgetItem* row : {one->second, other->second})
                row->setForeground(keyColumn, stripColour(Tone::Bad));
        }
    if (!hasTool(m_choice.mouse))
        conflicts << tr("No button has the chosen tool: nothing could be drawn.");
    m_conflict->setText(conflicts.join(QStringLiteral("<br>")));
    m_conflict->setVisible(!conflicts.isEmpty());
    m_ok->setEnabled(conflicts.isEmpty());
}

void KeysDialog::followLink(const QString& command)
{
    setKey(command.toStdString(), {});
    m_tree->setCurrentItem(m_rows.at(command.toStdString()), keyColumn);
}

// Rows with every word in their place or key; pages without any go.
void KeysDialog::find(const QString& words)
{
    const QStringList wanted = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    QTreeWidgetItem* first = nullptr;
    for (int page = 0; page < m_tree->topLevelItemCount(); ++page) {
        QTreeWidgetItem* group = m_tree->topLevelItem(page);
        bool any = false;
        for (int i = 0; i < group->childCount(); ++i) {
            QTreeWidgetItem* row = group->child(i);
            const QString text = row->text(0) + QLatin1Char(' ') + row->text(keyColumn);
            const bool fits = std::ranges::all_of(
                wanted, [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
            row->setHidden(!fits);
            any = any || fits;
            first = fits && !first ? row : first;
        }
        group->setHidden(!any);
    }
    m_tree->setCurrentItem(first);
}

void KeysDialog::importFile(const QString& file)
{
    try {
        m_choice = readKeys(pathFromText(file.toStdString()));
        m_told->setText(tr("As %1 says. Nothing is kept before OK.").arg(QFileInfo(file).fileName()));
    } catch (const Error& error) {
        m_told->setText(tr("%1 The keys stay as they were.").arg(shownSentence(error)));
    }
    showChoice();
}

void KeysDialog::exportFile(const QString& file)
{
    try {
        writeAtomically(pathFromText(file.toStdString()), keysText(m_choice, true));
        m_told->setText(tr("Written: %1").arg(file));
    } catch (const Error& error) {
        m_told->setText(shownError(error));
    }
}

void KeysDialog::chooseImport()
{
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Take keys from a file"), {}, tr("Key files (*.json);;All files (*)"));
    if (!file.isEmpty())
        importFile(file);
}

void KeysDialog::chooseExport()
{
    const QString file = QFileDialog::getSaveFileName(this, tr("Write keys to a file"), QStringLiteral("keys.json"),
                                                      tr("Key files (*.json)"));
    if (!file.isEmpty())
        exportFile(file);
}

} // namespace mama
