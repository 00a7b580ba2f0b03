#include "app/workstation/shell/keys_dialog.h"

#include "app/workstation/look/settings_keys.h"
#include "app/workstation/page/page.h"
#include "app/workstation/shell/key_map.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QMap>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {
namespace {

QKeySequenceEdit* editor(const QTableWidget* table, int row)
{
    return static_cast<QKeySequenceEdit*>(table->cellWidget(row, 1));
}

// "View ▸ Layout ▸ CC pair": where the command stands.
QString placeOf(const QAction* action)
{
    QString text = action->text();
    for (const QAction* of = action; of;) {
        const auto homes = of->associatedObjects();
        const auto menu = std::find_if(homes.begin(), homes.end(),
                                       [](const QObject* each) { return qobject_cast<const QMenu*>(each); });
        if (menu == homes.end())
            break;
        of = static_cast<const QMenu*>(*menu)->menuAction();
        if (!of->text().isEmpty()) // not the menu bar's own
            text.prepend(of->text() + QStringLiteral(" ▸ "));
    }
    return text.remove(QLatin1Char('&'));
}

// Such commands may have the same key; the window's own are on all pages.
bool onTwoPages(const QAction* a, const QAction* b)
{
    const auto* one = qobject_cast<const Page*>(a->parent());
    const auto* other = qobject_cast<const Page*>(b->parent());
    return one && other && one != other;
}

} // namespace

KeysDialog::KeysDialog(const std::vector<QAction*>& commands, QSettings& settings, QWidget* parent)
    : QDialog(parent), m_commands(commands), m_settings(settings), m_table(new QTableWidget(this)),
      m_conflict(new QLabel(this))
{
    setWindowTitle(tr("Keys"));
    resize(620, 640);
    m_table->setColumnCount(2);
    m_table->setHorizontalHeaderLabels({tr("Command"), tr("Key")});
    m_table->setRowCount(static_cast<int>(m_commands.size()));
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_table->setColumnWidth(1, 180);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QAction* action = m_commands[static_cast<std::size_t>(row)];
        m_table->setItem(row, 0, new QTableWidgetItem(placeOf(action)));
        auto* edit = new QKeySequenceEdit(action->shortcut(), m_table);
        connect(edit, &QKeySequenceEdit::keySequenceChanged, this, &KeysDialog::check);
        m_table->setCellWidget(row, 1, edit);
    }
    m_conflict->setWordWrap(true);
    auto* buttons =
        new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel | QDialogButtonBox::RestoreDefaults, this);
    connect(buttons, &QDialogButtonBox::accepted, this, &KeysDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this, &KeysDialog::setDefaults);
    auto* column = new QVBoxLayout(this);
    column->addWidget(new QLabel(
        tr("Keys of the views work while the pictures have the focus, those of the library while its studies have it. Drag: right button windows, left button pans (or draws a distance while measuring), wheel zooms."),
        this));
    static_cast<QLabel*>(column->itemAt(0)->widget())->setWordWrap(true);
    column->addWidget(m_table, 1);
    column->addWidget(m_conflict);
    column->addWidget(buttons);
    check();
}

void KeysDialog::setDefaults()
{
    for (int row = 0; row < m_table->rowCount(); ++row)
        editor(m_table, row)
            ->setKeySequence(QKeySequence::fromString(
                defaultKey(m_commands[static_cast<std::size_t>(row)]->objectName()), QKeySequence::PortableText));
}

bool KeysDialog::check()
{
    QMultiMap<QString, int> owners;
    QStringList conflicts;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QString key = editor(m_table, row)->keySequence().toString(QKeySequence::NativeText);
        if (key.isEmpty())
            continue;
        for (const int other : owners.values(key))
            if (!onTwoPages(m_commands[static_cast<std::size_t>(other)], m_commands[static_cast<std::size_t>(row)]))
                conflicts
                    << tr("%1: %2 and %3").arg(key, m_table->item(other, 0)->text(), m_table->item(row, 0)->text());
        owners.insert(key, row);
    }
    m_conflict->setText(
        conflicts.isEmpty() ? QString() : tr("One key, two commands — %1").arg(conflicts.join(QStringLiteral("; "))));
    return conflicts.isEmpty();
}

void KeysDialog::accept()
{
    if (!check())
        return;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        QAction* action = m_commands[static_cast<std::size_t>(row)];
        const QKeySequence key = editor(m_table, row)->keySequence();
        giveShortcut(*action, key);
        m_settings.setValue(settings_keys::commandKeys(action->objectName()), key.toString(QKeySequence::PortableText));
    }
    QDialog::accept();
}

} // namespace mama
