#pragma once
#include <QMap>
#include <QSettings>
#include <QStringList>

namespace mama {

// Which colour and sign a run has (widgets/charts/run_look.h): by the name of its folder, so that it is the same in
// every session and on every machine; where two that are drawn together would have the same, the one that had it first
// keeps it, and the other one's new number is remembered.
class RunColours
{
public:
    explicit RunColours(QSettings& settings); // must outlive it
    // No two of them the same.
    QMap<QString, int> numbers(const QStringList& drawn);

private:
    QSettings& m_settings;
    QMap<QString, int> m_numbers; // by folder, of those that were drawn
};

} // namespace mama
