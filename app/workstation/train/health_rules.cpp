#include "app/workstation/train/health_rules.h"

#include <QCoreApplication>
#include <QMap>

namespace mama {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("mama::HealthRules", text); }

} // namespace

QString ruleText(const QString& rule)
{
    const QMap<QString, QString> rules{
        {QStringLiteral("loss-flat"),
         tr("loss-flat: after the warm-up and 200 steps the mean loss of the last 50 steps is not below that of the first "
            "50 by twice the standard error of the difference; from 2,000 steps on, while the rate is at least half of "
            "its highest, also when the last quarter of the steps is not below the quarter before.")},
        {QStringLiteral("validation-rising"),
         tr("validation-rising: the validation loss rose at each of the last three evaluations and is a twentieth above "
            "its lowest.")},
        {QStringLiteral("image-gradients-zero"),
         tr("image-gradients-zero: the norm of the image encoder's gradient is zero in each of the last 20 steps.")},
        {QStringLiteral("text-gradients-zero"),
         tr("text-gradients-zero: the norm of the text encoder's gradient is zero in each of the last 20 steps.")},
        {QStringLiteral("temperature-at-bound"),
         tr("temperature-at-bound: a learned factor is at loss.scale_limit in each of the last 50 steps.")},
        {QStringLiteral("steps-not-finite"),
         tr("steps-not-finite: of the last 50 steps one or more were left out, since loss or gradient was no number.")},
        {QStringLiteral("images-refused"), tr("images-refused: images of the data set cannot be read.")},
        {QStringLiteral("waiting-for-data"),
         tr("waiting-for-data: more than 30 % of the time of the last 50 steps went into waiting for batches.")},
        {QStringLiteral("slower-than-at-start"),
         tr("slower-than-at-start: the median speed of the last 50 steps is below half of that of steps 6 to 55.")}};
    return rules.value(rule, rule);
}

} // namespace mama
