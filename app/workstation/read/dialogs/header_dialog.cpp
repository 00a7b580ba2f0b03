#include "app/workstation/read/dialogs/header_dialog.h"

#include "core/base/path_text.h"
#include "core/dicom/data_set/data_set_scan.h"
#include "widgets/look/shown_text.h"

#include <QAction>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>
#include <functional>
#include <map>
#include <utility>

namespace mama {
namespace {

enum Column { Tag, Name, Vr, Length, Value, Columns };
constexpr int searched = Qt::UserRole + 1; // what the field for words looks through

QString valueText(const HeaderElement& element)
{
    if (element.hidden)
        return HeaderDialog::tr("(hidden)");
    if (!element.read)
        return element.items ? HeaderDialog::tr("pixels, not read: %1 fragments").arg(*element.items)
                             : HeaderDialog::tr("pixels, not read");
    if (element.items)
        return *element.items == 1 ? HeaderDialog::tr("1 item") : HeaderDialog::tr("%1 items").arg(*element.items);
    const QString value = QString::fromStdString(element.value);
    return element.cut ? value + QStringLiteral(" …") : value;
}

QStandardItem* cell(const QString& text, const QString& words = {})
{
    auto* item = new QStandardItem(text);
    item->setEditable(false);
    item->setData(words.isEmpty() ? text : words, searched);
    return item;
}

QList<QStandardItem*> rowOf(const HeaderElement& element)
{
    const QString tag = QString::fromStdString(tagText(element.tag));
    // "00100020" is found too.
    QList<QStandardItem*> row{cell(tag, tag + QLatin1Char(' ') + QString(tag).remove(QLatin1Char(','))),
                              cell(QString::fromStdString(element.name)), cell(QString::fromStdString(element.vr)),
                              cell(element.length ? QString::number(*element.length) : QString(), QStringLiteral(" ")),
                              cell(valueText(element))};
    row[Length]->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    if (!element.value.empty())
        row[Value]->setToolTip(plainTip(QString::fromStdString(element.value)));
    return row;
}

} // namespace

HeaderDialog::HeaderDialog(HeaderList list, bool identifiers, QWidget* parent)
    : QDialog(parent), m_list(std::move(list)), m_shown(new QSortFilterProxyModel(this)), m_find(new QLineEdit(this)),
      m_count(new QLabel(this)), m_note(new QLabel(this)), m_tree(new QTreeView(this))
{
    setWindowTitle(tr("Header of %1").arg(QString::fromStdString(pathText(m_list.file.filename()))));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(860, 620);
    m_find->setPlaceholderText(tr("Find a tag, a name or a value"));
    m_find->setAccessibleName(m_find->placeholderText());
    m_find->setClearButtonEnabled(true);
    connect(m_find, &QLineEdit::textChanged, this, &HeaderDialog::find);
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton* copying = buttons->addButton(tr("&Copy"), QDialogButtonBox::ActionRole);
    copying->setAutoDefault(false);
    copying->setToolTip(tr("The chosen rows, else all that are shown (%1)")
                            .arg(QKeySequence(QKeySequence::Copy).toString(QKeySequence::NativeText)));
    connect(copying, &QPushButton::clicked, this, &HeaderDialog::copy);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* action = new QAction(m_tree);
    action->setShortcut(QKeySequence::Copy);
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, &HeaderDialog::copy);
    m_tree->addAction(action);
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_find);
    column->addWidget(m_tree, 1);
    column->addWidget(m_count);
    column->addWidget(m_note);
    column->addWidget(buttons);
    setIdentifiersShown(identifiers);
    m_find->setFocus();
}

void HeaderDialog::setIdentifiersShown(bool shown)
{
    const HeaderList list = shown ? m_list : withoutIdentifiers(m_list);
    fill(list);
    describe(list);
    find(m_find->text());
}

void HeaderDialog::describe(const HeaderList& shown)
{
    QStringList lines{shown.hidden > 0 ? tr("%1 values that name the patient are hidden: Study ▸ Show patient "
                                            "identifiers shows them.")
                                             .arg(shown.hidden)
                                       : tr("The header names the patient."),
                      tr("Transfer syntax %1").arg(QString::fromStdString(shown.transferSyntax))};
    for (const UserText& warning : shown.warnings)
        lines << tr("Warning: %1").arg(shownLine(warning));
    m_note->setText(lines.join(QLatin1Char('\n')));
}

void HeaderDialog::fill(const HeaderList& list)
{
    auto* model = new QStandardItemModel(this);
    model->setHorizontalHeaderLabels({tr("Tag"), tr("Name"), tr("VR"), tr("Bytes"), tr("Value")});
    m_elements = static_cast<int>(list.elements.size());
    std::map<std::string, QStandardItem*> places{
        {"", model->invisibleRootItem()}}; // sequences and their items, by path
    for (const HeaderElement& element : list.elements) {
        const std::string home = element.path.substr(0, element.path.rfind('('));
        auto& parent = places[home];
        if (!parent) { // the first element of an item: "(0040,0555)[0]"
            const std::size_t bracket = home.rfind('[');
            parent = cell(tr("item %1").arg(std::stoi(home.substr(bracket + 1)) + 1), QStringLiteral(" "));
            places.at(home.substr(0, bracket))->appendRow(parent);
        }
        const QList<QStandardItem*> row = rowOf(element);
        parent->appendRow(row);
        if (element.items && element.read)
            places[element.path] = row.front();
    }
    delete m_shown->sourceModel();
    m_shown->setSourceModel(model);
    m_shown->setFilterKeyColumn(-1);
    m_shown->setFilterRole(searched);
    m_shown->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_shown->setRecursiveFilteringEnabled(true);
    m_tree->setModel(m_shown);
    m_tree->setUniformRowHeights(true);
    m_tree->setAlternatingRowColors(true);
    m_tree->setAllColumnsShowFocus(true);
    m_tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_tree->setAccessibleName(tr("Tags"));
    m_tree->setColumnWidth(Tag, 170);
    m_tree->setColumnWidth(Name, 230);
    m_tree->setColumnWidth(Vr, 44);
    m_tree->setColumnWidth(Length, 64);
    m_tree->header()->setStretchLastSection(true);
}

void HeaderDialog::find(const QString& text)
{
    m_shown->setFilterFixedString(text.trimmed());
    m_tree->expandAll();
    int found = 0;
    const std::function<void(const QModelIndex&)> count = [&](const QModelIndex& parent) {
        for (int row = 0; row < m_shown->rowCount(parent); ++row) {
            found += m_shown->index(row, Vr, parent).data().isValid() ? 1 : 0; // items have no further cells
            count(m_shown->index(row, 0, parent));
        }
    };
    count({});
    m_count->setText(text.trimmed().isEmpty() ? tr("%1 tags").arg(m_elements)
                     : found == 0             ? tr("No tag, name or value has these words.")
                                  : tr("%1 of %2 tags, with the sequences they stand in").arg(found).arg(m_elements));
}

QString HeaderDialog::copied() const
{
    const QItemSelectionModel& chosen = *m_tree->selectionModel();
    QStringList lines;
    const std::function<void(const QModelIndex&)> take = [&](const QModelIndex& parent) {
        for (int row = 0; row < m_shown->rowCount(parent); ++row) {
            const QModelIndex first = m_shown->index(row, Tag, parent);
            if (!chosen.hasSelection() || chosen.isSelected(first))
                lines << QStringList{first.data().toString(), first.siblingAtColumn(Vr).data().toString(),
                                     first.siblingAtColumn(Name).data().toString(),
                                     first.siblingAtColumn(Value).data().toString()}
                             .join(QLatin1Char('\t'));
            take(first);
        }
    };
    take({});
    return lines.join(QLatin1Char('\n'));
}

void HeaderDialog::copy() { QGuiApplication::clipboard()->setText(copied()); }

} // namespace mama
