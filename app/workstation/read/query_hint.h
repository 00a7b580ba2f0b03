#pragma once
#include "app/workstation/engine/model_session.h"

namespace mama {

// What stands above the sentences: what is missing, or what goes on.
struct QueryHint
{
    QString text;
    bool isError = false;
};

struct Readiness
{
    bool study = false;      // one is open
    QString encodingProblem; // why its images have no embeddings; empty: none is known
};
QueryHint queryHint(const ModelSession& session, const Readiness& readiness);
// Whether what is asked waits for a person, not for the engine.
bool waitsForPerson(const ModelSession& session, const Readiness& readiness);

} // namespace mama
