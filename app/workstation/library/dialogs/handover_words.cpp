#include "app/workstation/library/dialogs/handover_words.h"

#include "widgets/look/shown_text.h"

#include <QLocale>
#include <QStringList>

namespace mama {
namespace {

QString listed(const std::vector<ImagesLeftOut>& images)
{
    QStringList parts;
    for (const ImagesLeftOut& each : images)
        parts << HandoverWords::tr("%1: %2").arg(shownText(each.why), HandoverWords::number(each.images));
    return parts.join(QStringLiteral(" · "));
}

} // namespace

QString HandoverWords::number(std::int64_t number) { return QLocale(QLocale::English).toString(qlonglong(number)); }

QString HandoverWords::plan(const HandOverPlan& plan)
{
    QString text = tr("%1 studies of %2 patients, %3 images; %4 can be trained on.")
                       .arg(number(plan.studies), number(plan.patients), number(plan.images), number(plan.usable));
    if (!plan.leftOut.empty())
        text += QLatin1Char('\n') + tr("Left out: %1").arg(listed(plan.leftOut));
    if (!plan.withoutCaption.empty())
        text += QLatin1Char('\n') + tr("Without a whole caption: %1").arg(listed(plan.withoutCaption));
    return text;
}

QString HandoverWords::terms(const HandOverPlan& plan)
{
    QStringList lines;
    for (const DataTerms& each : plan.terms)
        lines << (each.restricted ? tr("%1 (%2 studies), restricted: %3") : tr("%1 (%2 studies): %3"))
                     .arg(QString::fromStdString(each.name), number(each.studies),
                          QString::fromStdString(each.licence));
    return lines.join(QLatin1Char('\n'));
}

} // namespace mama
