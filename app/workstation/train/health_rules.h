#pragma once
#include <QString>

namespace mama {

// What a rule of core/protocol/run_health.h asks, for the user. An unknown rule is its own name.
QString ruleText(const QString& rule);

} // namespace mama
