#include "app/workstation/look/icons.h"

#include <QApplication>
#include <QFile>
#include <QPainter>
#include <QPalette>
#include <QPixmap>
#include <QSvgRenderer>

namespace mama {
namespace {

QPixmap draw(QByteArray svg, const QColor& colour, int pixels)
{
    svg.replace("currentColor", colour.name().toLatin1());
    QSvgRenderer renderer(svg);
    QPixmap pixmap(pixels, pixels);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    return pixmap;
}

} // namespace

QIcon themedIcon(const QString& name)
{
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray svg = file.readAll();
    const QPalette palette = QApplication::palette();
    QIcon icon;
    for (const int pixels : {20, 40}) {
        icon.addPixmap(draw(svg, palette.color(QPalette::Active, QPalette::ButtonText), pixels), QIcon::Normal);
        icon.addPixmap(draw(svg, palette.color(QPalette::Disabled, QPalette::ButtonText), pixels), QIcon::Disabled);
    }
    return icon;
}

} // namespace mama
