#include "app/workstation/shell/key_book.h"

#include "app/workstation/look/settings_keys.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/base/user_files.h"
#include "core/keys/key_map.h"
#include "core/keys/key_text.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QSettings>

namespace mama {

KeyBook::KeyBook(QSettings& settings) : m_settings(settings)
{
    if (!QFileInfo::exists(file())) {
        readSettings();
        return;
    }
    const std::filesystem::path place = pathFromText(file().toStdString());
    try {
        const std::string text = readText(place);
        m_choice = parseKeys(text, place);
        m_text = text;
    } catch (const Error& error) {
        m_problem = QCoreApplication::translate("KeyBook", "%1 The usual keys are used.").arg(shownError(error));
    }
}

QString KeyBook::file() const { return QFileInfo(m_settings.fileName()).absolutePath() + QStringLiteral("/keys.json"); }

void KeyBook::readSettings()
{
    for (const KeyOf& each : keyMap()) {
        const QVariant kept = m_settings.value(settings_keys::commandKeys(QLatin1String(each.command)));
        if (const auto key = keyText(kept.toString().toStdString()); kept.isValid() && key)
            m_choice.keys[each.command] = *key;
    }
}

QString KeyBook::take(const KeyChoice& choice)
{
    const std::string text = keysText(choice, false);
    const std::filesystem::path aside = writeKeepingOthers(pathFromText(file().toStdString()), m_text, text);
    m_text = text;
    m_choice = choice;
    m_problem.clear();
    m_settings.remove(settings_keys::commandKeys({}));
    return QString::fromStdString(pathText(aside.filename()));
}

} // namespace mama
