#include "app/workstation/read/query_hint.h"

#include <QCoreApplication>

namespace mama {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("mama::queryHint", text); }

} // namespace

QueryHint queryHint(const ModelSession& session, const Readiness& readiness)
{
    const EngineProcess::State state = session.engine().state();
    if (session.modelFolder().isEmpty())
        return {tr("No model is loaded: get one on the page Models (%1), or choose Model ▸ Open model folder… (%2)")
                    .arg(QStringLiteral("Ctrl+4"), QStringLiteral("Ctrl+M"))};
    if (!session.modelProblem().isEmpty())
        return {tr("The model could not be loaded. %1").arg(session.modelProblem()), true};
    if (state == EngineProcess::State::Stopped)
        return {tr("The engine is not running: choose Model ▸ Start the engine again."), true};
    if (session.engine().silent())
        return {tr("The engine does not answer: it is stopped or hangs. Model ▸ Start the engine again ends it, starts "
                   "another and asks again."),
                true};
    if (state == EngineProcess::State::Starting || !session.model())
        return {tr("The model is being loaded…")};
    if (!readiness.study)
        return {tr("Open a study to score it: File ▸ Open folder…, or drop files here.")};
    if (!readiness.encodingProblem.isEmpty())
        return {tr("The study could not be encoded. %1").arg(readiness.encodingProblem), true};
    if (!session.model()->text)
        return {tr("This model has no text tower: it cannot score sentences.")};
    if (!session.studyEncoded())
        return {tr("The study is being encoded; you can already type.")};
    return {session.model()->notice};
}

bool waitsForPerson(const ModelSession& session, const Readiness& readiness)
{
    return session.modelFolder().isEmpty() || !session.modelProblem().isEmpty() ||
           !readiness.encodingProblem.isEmpty() || !readiness.study ||
           session.engine().state() == EngineProcess::State::Stopped || session.engine().silent() ||
           (session.model() && !session.model()->text);
}

} // namespace mama
