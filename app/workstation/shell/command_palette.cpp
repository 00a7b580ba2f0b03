#include "app/workstation/shell/command_palette.h"

#include "app/workstation/page/page.h"
#include "app/workstation/shell/shortcuts.h"

#include <QAction>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {
namespace {

constexpr int atStart = 100, within = 40, scattered = 10;

bool startsWord(const QString& text, qsizetype at) { return at == 0 || !text[at - 1].isLetterOrNumber(); }

// Its letters in their order, the first one at the start of a word.
bool isScattered(const QString& word, const QString& text)
{
    for (qsizetype start = 0; start < text.size(); ++start) {
        if (text[start] != word[0] || !startsWord(text, start))
            continue;
        qsizetype found = 0;
        for (qsizetype at = start; at < text.size() && found < word.size(); ++at)
            found += text[at] == word[found] ? 1 : 0;
        if (found == word.size())
            return true;
    }
    return false;
}

int fitOfWord(const QString& word, const QString& text)
{
    int best = 0;
    for (qsizetype at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
        best = std::max(best, startsWord(text, at) ? atStart : within);
    return best > 0 ? best : isScattered(word, text) ? scattered : 0;
}

} // namespace

int fitOf(const QString& words, const QString& command)
{
    const QString text = command.toLower();
    int sum = 1;
    for (const QString& word : words.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const int fit = fitOfWord(word, text);
        if (fit == 0)
            return 0;
        sum += fit;
    }
    return sum;
}

CommandPalette::CommandPalette(std::vector<QAction*> commands, QWidget* parent)
    : QDialog(parent, Qt::Dialog | Qt::FramelessWindowHint), m_commands(std::move(commands)),
      m_words(new QLineEdit(this)), m_list(new QTreeWidget(this))
{
    setObjectName(QStringLiteral("commandPalette"));
    setWindowTitle(tr("Commands"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_words->setPlaceholderText(tr("Type what you want to do"));
    m_words->setAccessibleName(tr("Search commands"));
    m_words->installEventFilter(this);
    m_list->setColumnCount(2);
    m_list->setHeaderHidden(true);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setAccessibleName(tr("Commands"));
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->addWidget(m_words);
    column->addWidget(m_list, 1);
    connect(m_words, &QLineEdit::textChanged, this, &CommandPalette::fill);
    connect(m_words, &QLineEdit::returnPressed, this, &CommandPalette::run);
    connect(m_list, &QTreeWidget::itemClicked, this, &CommandPalette::run);
    const QSize room = parent->size();
    const QSize size(std::min(680, room.width() - 40), std::min(440, room.height() - 80));
    resize(size);
    move(parent->mapToGlobal(QPoint((room.width() - size.width()) / 2, 60)));
    fill();
    m_words->setFocus();
}

void CommandPalette::fill()
{
    std::vector<std::pair<int, std::size_t>> fits;
    for (std::size_t i = 0; i < m_commands.size(); ++i)
        if (const int fit = fitOf(m_words->text(), placeInMenus(*m_commands[i])); fit > 0)
            fits.emplace_back(-fit, i); // the best first, of equals in the order of the key map
    std::ranges::sort(fits);
    m_list->clear();
    for (const auto& [fit, place] : fits) {
        const QAction& command = *m_commands[place];
        const QString key = command.shortcut().toString(QKeySequence::NativeText);
        QString title = placeInMenus(command);
        if (command.isCheckable() && command.isChecked())
            title += tr(" (on)");
        const bool able = command.isEnabled();
        const QString why = command.property(whyDisabled).toString();
        if (!able && !why.isEmpty())
            title = tr("%1: %2").arg(title, why);
        auto* row = new QTreeWidgetItem(m_list, {title, key});
        row->setData(0, Qt::UserRole, static_cast<qulonglong>(place));
        row->setToolTip(0, title);
        row->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        for (const int column : {0, 1})
            if (!able)
                row->setForeground(column, palette().brush(QPalette::Disabled, QPalette::Text));
    }
    m_list->setCurrentItem(m_list->topLevelItem(0));
}

void CommandPalette::run()
{
    const QTreeWidgetItem* row = m_list->currentItem();
    if (!row)
        return;
    QAction* command = m_commands[row->data(0, Qt::UserRole).toULongLong()];
    if (!command->isEnabled())
        return;
    hide();
    close();
    Q_EMIT chosen(command);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_words && event->type() == QEvent::ShortcutOverride) {
        event->accept(); // what is typed is no command of the window behind
        return true;
    }
    if (watched == m_words && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int page = std::max(1, m_list->viewport()->height() / std::max(1, m_list->sizeHintForRow(0)));
        const int by = key == Qt::Key_Down       ? 1
                       : key == Qt::Key_Up       ? -1
                       : key == Qt::Key_PageDown ? page
                       : key == Qt::Key_PageUp   ? -page
                                                 : 0;
        if (by != 0 && m_list->topLevelItemCount() > 0) {
            const int now = m_list->indexOfTopLevelItem(m_list->currentItem());
            m_list->setCurrentItem(m_list->topLevelItem(std::clamp(now + by, 0, m_list->topLevelItemCount() - 1)));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace mama
