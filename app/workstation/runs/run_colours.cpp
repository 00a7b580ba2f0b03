#include "app/workstation/runs/run_colours.h"

#include "app/workstation/look/settings_keys.h"
#include "widgets/charts/run_look.h"

#include <QFileInfo>
#include <QVariantMap>
#include <set>

namespace mama {
namespace {

constexpr qsizetype mostRemembered = 2000;

// FNV-1a: the same in every session, as Qt's own hash is not.
int wishOf(const QString& folder)
{
    quint32 hash = 2166136261U;
    const QByteArray name = QFileInfo(folder).fileName().toUtf8();
    for (const char byte : name)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
    return static_cast<int>(hash % distinctRunColours);
}

} // namespace

RunColours::RunColours(QSettings& settings) : m_settings(settings)
{
    const QVariantMap kept = m_settings.value(settings_keys::runColours).toMap();
    for (auto each = kept.cbegin(); each != kept.cend(); ++each)
        m_numbers[each.key()] = each.value().toInt();
}

QMap<QString, int> RunColours::numbers(const QStringList& drawn)
{
    QMap<QString, int> given;
    std::set<int> taken;
    for (const QString& run : drawn) // who has one keeps it
        if (const auto known = m_numbers.constFind(run); known != m_numbers.cend() && taken.insert(*known).second)
            given[run] = *known;
    bool changed = false;
    for (const QString& run : drawn) {
        if (given.contains(run))
            continue;
        int number = wishOf(run);
        for (int tries = 0; taken.count(number) > 0; ++tries) // round the table, then beyond it
            number = tries < distinctRunColours ? (number + 1) % distinctRunColours : number + distinctRunColours;
        while (taken.count(number) > 0)
            ++number;
        taken.insert(number);
        given[run] = number;
        changed = true;
    }
    if (!changed)
        return given;
    if (m_numbers.size() > mostRemembered)
        m_numbers.clear();
    m_numbers.insert(given);
    QVariantMap kept;
    for (auto each = m_numbers.cbegin(); each != m_numbers.cend(); ++each)
        kept[each.key()] = each.value();
    m_settings.setValue(settings_keys::runColours, kept);
    return given;
}

} // namespace mama
