#include "widgets/library/facet_panel.h"

#include "core/library/studies/filter_edit.h"
#include "core/tables/cell.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <algorithm>

namespace mama {
namespace {

constexpr std::size_t fewValues = 8; // of a field, until more are asked for
constexpr int valueRole = Qt::UserRole, countRole = Qt::UserRole + 1, allRole = Qt::UserRole + 2,
              chosenRole = Qt::UserRole + 3;

// Sections that are open at first: what a curator looks at before anything else.
const std::set<QString>& openAtFirst()
{
    static const std::set<QString> fields{QStringLiteral("tag"),    QStringLiteral("dataset"),
                                          QStringLiteral("birads"), QStringLiteral("density"),
                                          QStringLiteral("view"),   QStringLiteral("file")};
    return fields;
}

QString titleOf(const QString& field) { return QString(field).replace(QLatin1Char('_'), QLatin1Char(' ')); }

// A bar as long as the share of the field's largest value, the value, and its two counts.
class FacetDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const override
    {
        QStyleOptionViewItem option = given;
        initStyleOption(&option, index);
        const bool isValue = index.data(allRole).isValid();
        if (!isValue)
            return QStyledItemDelegate::paint(painter, given, index);
        painter->save();
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected)
            painter->fillRect(option.rect, option.palette.brush(QPalette::Active, QPalette::Highlight));
        else {
            QColor bar = option.palette.color(QPalette::Highlight);
            bar.setAlpha(70);
            const double share = index.data(Qt::UserRole + 4).toDouble();
            painter->fillRect(option.rect.adjusted(0, 1, -static_cast<int>(option.rect.width() * (1 - share)), -1),
                              bar);
        }
        QFont font = option.font;
        font.setBold(index.data(chosenRole).toBool());
        painter->setFont(font);
        const QLocale locale;
        const qulonglong count = index.data(countRole).toULongLong(), all = index.data(allRole).toULongLong();
        const QString counts = count == all
                                   ? locale.toString(all)
                                   : QStringLiteral("%1 / %2").arg(locale.toString(count), locale.toString(all));
        const QRect inside = option.rect.adjusted(4, 0, -6, 0);
        const QPalette::ColorRole role = selected     ? QPalette::HighlightedText
                                         : count == 0 ? QPalette::PlaceholderText
                                                      : QPalette::Text;
        painter->setPen(option.palette.color(QPalette::Active, role));
        const int wide = QFontMetrics(font).horizontalAdvance(counts) + 10;
        const QString mark = index.data(chosenRole).toBool() ? QStringLiteral("\u2713 ") : QString();
        painter->drawText(inside.adjusted(0, 0, -wide, 0), Qt::AlignLeft | Qt::AlignVCenter,
                          QFontMetrics(font).elidedText(mark + option.text, Qt::ElideMiddle, inside.width() - wide));
        painter->drawText(inside, Qt::AlignRight | Qt::AlignVCenter, counts);
        painter->restore();
    }
};

} // namespace

FacetPanel::FacetPanel(QWidget* parent) : QTreeWidget(parent)
{
    setAccessibleName(tr("Fields and their values"));
    setHeaderHidden(true);
    setColumnCount(1);
    setIndentation(14);
    setUniformRowHeights(true);
    setFrameShape(QFrame::NoFrame);
    setSelectionMode(SingleSelection);
    setTabKeyNavigation(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setItemDelegate(new FacetDelegate(this));
    connect(this, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem* item) { turn(item); });
    const auto remember = [this](QTreeWidgetItem* item) {
        if (!m_filling && !item->parent())
            item->isExpanded() ? (void)m_closed.erase(item->data(0, valueRole).toString())
                               : (void)m_closed.insert(item->data(0, valueRole).toString());
    };
    connect(this, &QTreeWidget::itemExpanded, this, remember);
    connect(this, &QTreeWidget::itemCollapsed, this, remember);
}

void FacetPanel::show(const std::vector<Facet>& facets, const std::vector<FilterClause>& clauses)
{
    const int place = verticalScrollBar()->value();
    const QTreeWidgetItem* now = currentItem();
    const QString field = now ? (now->parent() ? now->parent() : now)->data(0, valueRole).toString() : QString(),
                  value = now && now->parent() ? now->text(0) : QString();
    m_filling = true;
    m_facets = facets;
    m_clauses = clauses;
    if (m_first)
        for (const Facet& facet : facets)
            if (const QString name = QString::fromStdString(facet.field); !openAtFirst().contains(name))
                m_closed.insert(name);
    m_first = m_first && facets.empty();
    clear();
    // Tags first: they are the curator's own.
    std::vector<const Facet*> order;
    for (const Facet& facet : facets)
        facet.field == "tag" ? (void)order.insert(order.begin(), &facet) : order.push_back(&facet);
    for (const Facet* facet : order) {
        const bool says = facet->values.size() > 1 || (facet->values.size() == 1 && !facet->values[0].value.empty());
        if (!says)
            continue;
        const QString name = QString::fromStdString(facet->field);
        auto* section = new QTreeWidgetItem(this, {titleOf(name)});
        section->setData(0, valueRole, name);
        QFont bold = font();
        bold.setBold(true);
        section->setFont(0, bold);
        fill(section, *facet, clauses);
        const bool chosen = std::any_of(facet->values.begin(), facet->values.end(), [&](const FacetValue& each) {
            return isChosen(clauses, facet->field, each.value);
        });
        section->setExpanded(chosen || !m_closed.contains(name));
        if (name == field) {
            QTreeWidgetItem* again = section;
            for (int i = 0; i < section->childCount(); ++i)
                if (!value.isEmpty() && section->child(i)->text(0) == value)
                    again = section->child(i);
            setCurrentItem(again);
        }
    }
    verticalScrollBar()->setValue(place);
    m_filling = false;
}

void FacetPanel::fill(QTreeWidgetItem* section, const Facet& facet, const std::vector<FilterClause>& clauses)
{
    std::vector<FacetValue> values = facet.values;
    const bool numbers = std::all_of(values.begin(), values.end(), [](const FacetValue& each) {
        return each.value.empty() || asNumber(each.value).has_value();
    });
    const bool letters =
        std::all_of(values.begin(), values.end(), [](const FacetValue& each) { return each.value.size() <= 1; });
    const bool whole = m_whole.contains(QString::fromStdString(facet.field));
    std::size_t most = 1;
    for (const FacetValue& each : values)
        most = std::max(most, each.all);
    std::vector<FacetValue> shown;
    for (const FacetValue& each : values)
        if (whole || shown.size() < fewValues || isChosen(clauses, facet.field, each.value))
            shown.push_back(each);
    if (letters && !numbers)
        std::stable_sort(shown.begin(), shown.end(), [](const FacetValue& a, const FacetValue& b) {
            return a.value.empty() != b.value.empty() ? b.value.empty() : a.value < b.value;
        });
    if (numbers)
        std::stable_sort(shown.begin(), shown.end(), [](const FacetValue& a, const FacetValue& b) {
            return asNumber(a.value).value_or(1e300) < asNumber(b.value).value_or(1e300);
        });
    for (const FacetValue& each : shown) {
        const QString value = QString::fromStdString(each.value);
        auto* item = new QTreeWidgetItem(
            section, {value.isEmpty()      ? tr("not given")
                      : each.means.empty() ? value
                                           : QStringLiteral("%1 (%2)").arg(value, QString::fromStdString(each.means))});
        item->setData(0, valueRole, value);
        item->setData(0, countRole, qulonglong(each.count));
        item->setData(0, allRole, qulonglong(each.all));
        item->setData(0, chosenRole, isChosen(clauses, facet.field, each.value));
        item->setData(0, Qt::UserRole + 4, double(each.count) / double(most));
        item->setToolTip(
            0, tr("%1: %2 studies if this is chosen, %3 in all").arg(item->text(0)).arg(each.count).arg(each.all));
        item->setData(0, Qt::AccessibleTextRole, item->toolTip(0));
    }
    if (shown.size() < values.size())
        (new QTreeWidgetItem(section, {tr("%n more\u2026", nullptr, static_cast<int>(values.size() - shown.size()))}))
            ->setData(0, valueRole, QVariant());
}

void FacetPanel::turn(QTreeWidgetItem* item)
{
    if (!item)
        return;
    if (!item->parent())
        return item->setExpanded(!item->isExpanded());
    const QString field = item->parent()->data(0, valueRole).toString();
    if (!item->data(0, valueRole).isValid()) {
        m_whole.insert(field);
        const auto facets = m_facets;
        const auto clauses = m_clauses;
        return show(facets, clauses);
    }
    Q_EMIT turned(field, item->data(0, valueRole).toString());
}

void FacetPanel::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        return turn(currentItem());
    QTreeWidget::keyPressEvent(event);
}

} // namespace mama
