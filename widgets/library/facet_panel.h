#pragma once
#include "core/library/studies/study_filter.h"

#include <QTreeWidget>
#include <set>

namespace mama {

// Every field's values with how many studies each would leave ("47 / 412"), chosen by a click, Space or Enter.
class FacetPanel : public QTreeWidget
{
    Q_OBJECT
public:
    explicit FacetPanel(QWidget* parent = nullptr);

    // Of each field the most frequent values, and those that are chosen; numbers and single letters in their order.
    void show(const std::vector<Facet>& facets, const std::vector<FilterClause>& clauses);
    QSize sizeHint() const override { return {220, 400}; }

Q_SIGNALS:
    void turned(const QString& field, const QString& value); // value "": not given

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void turn(QTreeWidgetItem* item);
    void fill(QTreeWidgetItem* section, const Facet& facet, const std::vector<FilterClause>& clauses);

    std::vector<Facet> m_facets;
    std::vector<FilterClause> m_clauses;
    std::set<QString> m_closed, m_whole; // fields folded, and those with all of their values
    bool m_first = true, m_filling = false;
};

} // namespace mama
