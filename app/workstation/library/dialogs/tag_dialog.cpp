#include "app/workstation/library/dialogs/tag_dialog.h"

#include "app/workstation/library/dialogs/list_keys.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace mama {
namespace {

constexpr int nameRole = Qt::UserRole;

QIcon dot(const QString& colour)
{
    QPixmap picture(12, 12);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(colour));
    painter.drawEllipse(1, 1, 10, 10);
    return QIcon(picture);
}

} // namespace

TagDialog::TagDialog(const std::vector<Tag>& tags, int studies, QWidget* parent)
    : QDialog(parent), m_tags(tags), m_part(new QLineEdit(this)), m_list(new QListWidget(this))
{
    setWindowTitle(tr("Tag %n studies", nullptr, studies));
    m_part->setPlaceholderText(tr("Any part of a tag's name, or a new name"));
    m_part->setAccessibleName(tr("Tag"));
    m_list->setAccessibleName(tr("Tags"));
    letLineChoose(*m_part, *m_list);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Tag"));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_part, &QLineEdit::textChanged, this, &TagDialog::narrow);
    connect(m_list, &QListWidget::itemActivated, this, &QDialog::accept);
    auto* note = new QLabel(tr("A study that has the tag keeps it; if all of them have it, it is taken away."), this);
    note->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_part);
    column->addWidget(m_list, 1);
    column->addWidget(note);
    column->addWidget(buttons);
    resize(360, 380);
    narrow({});
    m_part->setFocus();
}

void TagDialog::narrow(const QString& part)
{
    m_list->clear();
    bool same = false;
    for (const Tag& tag : m_tags) {
        const QString name = QString::fromStdString(tag.name);
        if (!name.contains(part.trimmed(), Qt::CaseInsensitive))
            continue;
        same = same || name.compare(part.trimmed(), Qt::CaseInsensitive) == 0;
        auto* item = new QListWidgetItem(dot(QString::fromStdString(tag.colour)),
                                         tag.key ? QStringLiteral("%1  (%2)").arg(name).arg(*tag.key) : name, m_list);
        item->setData(nameRole, name);
        item->setToolTip(tr("on %n studies", nullptr, static_cast<int>(tag.uses)));
    }
    if (!part.trimmed().isEmpty() && !same) {
        auto* item = new QListWidgetItem(tr("New tag: %1").arg(part.trimmed()), m_list);
        item->setData(nameRole, part.trimmed());
    }
    m_list->setCurrentRow(0);
}

QString TagDialog::name() const
{
    const QListWidgetItem* item = m_list->currentItem();
    return item ? item->data(nameRole).toString() : m_part->text().trimmed();
}

} // namespace mama
