#include "app/workstation/library/dialogs/table_look.h"

#include <QHeaderView>
#include <QTableView>

namespace mama {

void lookLikeList(QTableView& table)
{
    constexpr int air = 8; // pixels, above and below the letters together, as in the table of studies
    table.setWordWrap(false);
    table.setTabKeyNavigation(false);
    table.verticalHeader()->setDefaultSectionSize(table.fontMetrics().height() + air);
    table.horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table.horizontalHeader()->setHighlightSections(false);
}

} // namespace mama
