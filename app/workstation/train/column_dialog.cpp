#include "app/workstation/train/column_dialog.h"

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace mama {

ColumnDialog::ColumnDialog(const RunKeys& keys, const QStringList& shown, QWidget* parent)
    : QDialog(parent), m_find(new QLineEdit(this)), m_list(new QListWidget(this))
{
    setWindowTitle(tr("Columns of the table of runs"));
    m_find->setPlaceholderText(tr("Find a setting or figure"));
    m_find->setAccessibleName(tr("Find a setting or figure"));
    m_find->setClearButtonEnabled(true);
    m_list->setAccessibleName(tr("Columns"));
    m_list->setMinimumSize(420, 420);
    QStringList own;
    for (const std::string& key : RunEntry::ownKeys())
        own << QString::fromStdString(key);
    own.removeAll(QStringLiteral("name")); // the first column is it
    addKeys(tr("Of the run"), own, shown);
    addKeys(tr("Last figures"), keys.figures, shown);
    addKeys(tr("Settings that differ"), keys.differing, shown);
    addKeys(tr("Settings that are the same"), keys.same, shown);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    QPushButton* automatic = buttons->addButton(tr("What differs"), QDialogButtonBox::ResetRole);
    automatic->setToolTip(tr("Leaves the choice to the window again"));
    connect(automatic, &QPushButton::clicked, this, [this] {
        m_automatic = true;
        accept();
    });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_find, &QLineEdit::textChanged, this, &ColumnDialog::filter);
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_find);
    column->addWidget(m_list, 1);
    column->addWidget(buttons);
}

void ColumnDialog::addKeys(const QString& heading, const QStringList& keys, const QStringList& shown)
{
    if (keys.isEmpty())
        return;
    auto* head = new QListWidgetItem(heading, m_list);
    head->setFlags(Qt::ItemIsEnabled);
    QFont bold = font();
    bold.setBold(true);
    head->setFont(bold);
    for (const QString& key : keys) {
        auto* item = new QListWidgetItem(key, m_list);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(shown.contains(key) ? Qt::Checked : Qt::Unchecked);
    }
}

void ColumnDialog::filter(const QString& text)
{
    for (int row = 0; row < m_list->count(); ++row) {
        QListWidgetItem* item = m_list->item(row);
        const bool heading = !item->flags().testFlag(Qt::ItemIsUserCheckable);
        item->setHidden(heading ? !text.isEmpty() : !item->text().contains(text, Qt::CaseInsensitive));
    }
}

QStringList ColumnDialog::columns() const
{
    QStringList chosen;
    for (int row = 0; row < m_list->count(); ++row)
        if (const QListWidgetItem* item = m_list->item(row);
            item->flags().testFlag(Qt::ItemIsUserCheckable) && item->checkState() == Qt::Checked)
            chosen << item->text();
    return chosen;
}

} // namespace mama
