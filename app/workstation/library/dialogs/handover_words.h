#pragma once
#include "core/library/handover/hand_over.h"

#include <QCoreApplication>
#include <QString>

namespace mama {

// What the hand-over's dialog says of what goes in.
struct HandoverWords
{
    Q_DECLARE_TR_FUNCTIONS(mama::HandoverWords)

public:
    static QString number(std::int64_t number); // "1,204"
    static QString plan(const HandOverPlan& plan);
    static QString terms(const HandOverPlan& plan); // a line each
};

} // namespace mama
