#include "app/workstation/screens/monitors.h"

#include "app/workstation/look/settings_keys.h"

#include <QCryptographicHash>
#include <QGuiApplication>
#include <QScreen>
#include <QStringList>
#include <algorithm>

namespace mama {

Monitors monitorsNow()
{
    Monitors out;
    for (const QScreen* screen : QGuiApplication::screens())
        out.push_back({screen->name(), screen->geometry()});
    return out;
}

QString monitorSet(const Monitors& monitors)
{
    QStringList texts;
    for (const Monitor& each : monitors)
        texts << QStringLiteral("%1 %2,%3 %4x%5")
                     .arg(each.name)
                     .arg(each.geometry.x())
                     .arg(each.geometry.y())
                     .arg(each.geometry.width())
                     .arg(each.geometry.height());
    texts.sort();
    return texts.join(QStringLiteral("; "));
}

QString placeKey(const QString& what, const Monitors& monitors)
{
    const QByteArray hash = QCryptographicHash::hash(monitorSet(monitors).toUtf8(), QCryptographicHash::Sha1);
    return settings_keys::windowPlace(QString::fromLatin1(hash.toHex().left(16)), what);
}

bool isInSight(const QRect& window, const Monitors& monitors)
{
    constexpr int height = 24, width = 120; // logical pixels of a title
    const QRect edge(window.topLeft(), QSize(window.width(), std::min(height, window.height())));
    return std::ranges::any_of(monitors, [&](const Monitor& each) {
        const QRect seen = edge.intersected(each.geometry);
        return seen.width() >= std::min(width, edge.width()) && seen.height() >= edge.height() / 2;
    });
}

} // namespace mama
