#pragma once
#include <QRect>
#include <QString>
#include <vector>

namespace mama {

struct Monitor
{
    QString name;   // of its socket: "DP-1"
    QRect geometry; // of the desktop, logical pixels
    bool operator==(const Monitor&) const = default;
};
using Monitors = std::vector<Monitor>;

Monitors monitorsNow();
// The same text for the same monitors in the same places, in whatever order they are found.
QString monitorSet(const Monitors& monitors);
// A key of settings that belongs to this set of monitors alone.
QString placeKey(const QString& what, const Monitors& monitors);
// Whether so much of a window lies on monitors that it can be taken by its upper edge.
bool isInSight(const QRect& window, const Monitors& monitors);

} // namespace mama
