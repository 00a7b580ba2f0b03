#include "app/workstation/train/setting_text.h"

#include <QCoreApplication>
#include <algorithm>

namespace mama {

using nlohmann::json;
using Type = SettingInfo::Type;

json::json_pointer pointerOf(std::string key)
{
    std::replace(key.begin(), key.end(), '.', '/');
    return json::json_pointer("/" + key);
}

QString textOf(const json& value)
{
    return value.is_string() ? QString::fromStdString(value.get<std::string>()) : QString::fromStdString(value.dump());
}

json valueOf(const SettingInfo& info, const QString& text)
{
    if (info.type == Type::Flag)
        return text == QLatin1String("true");
    bool isNumber = false;
    if (info.type == Type::Integer) {
        const qint64 whole = text.toLongLong(&isNumber);
        if (isNumber)
            return whole;
    }
    if (info.type == Type::Number || info.type == Type::Integer) {
        const double number = text.toDouble(&isNumber);
        if (isNumber)
            return number;
    }
    return text.toStdString();
}

QString rangeOf(const SettingInfo& info)
{
    if (info.type != Type::Integer && info.type != Type::Number)
        return {};
    if (info.high >= 1e9) // nothing bounds it
        return QCoreApplication::translate("mama::SettingsTree", "%1 or more").arg(info.low, 0, 'g', 6);
    return QCoreApplication::translate("mama::SettingsTree", "%1 to %2")
        .arg(info.low, 0, 'g', 6)
        .arg(info.high, 0, 'g', 7);
}

} // namespace mama
