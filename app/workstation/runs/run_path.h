#pragma once
#include "core/base/path_text.h"

#include <QString>

namespace mama {

// A run's folder as the window names it, and back, byte for byte.
inline QString folderText(const std::filesystem::path& folder) { return QString::fromStdString(pathText(folder)); }
inline std::filesystem::path folderPath(const QString& folder) { return givenPath(folder.toStdString()); }

} // namespace mama
