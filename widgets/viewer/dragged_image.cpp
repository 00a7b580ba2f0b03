#include "widgets/viewer/dragged_image.h"

#include <QCoreApplication>

namespace mama::viewer {
namespace {

const QString format = QStringLiteral("application/x-mama-image");
// An image's number says something in the window that it comes from alone.
QByteArray mark() { return QByteArray::number(QCoreApplication::applicationPid()) + ' '; }

} // namespace

std::unique_ptr<QMimeData> draggedImage(int image)
{
    auto data = std::make_unique<QMimeData>();
    data->setData(format, mark() + QByteArray::number(image));
    return data;
}

std::optional<int> imageOf(const QMimeData& dragged)
{
    const QByteArray data = dragged.data(format);
    bool number = false;
    const int image = data.mid(mark().size()).toInt(&number);
    return data.startsWith(mark()) && number && image >= 0 ? std::optional(image) : std::nullopt;
}

} // namespace mama::viewer
