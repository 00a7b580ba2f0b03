#pragma once
#include <QIcon>
#include <QString>

namespace mama {

// An icon of resources/icons drawn in the palette's text colour, so that it reads on dark and light; dimmed when
// disabled.
QIcon themedIcon(const QString& name);

} // namespace mama
