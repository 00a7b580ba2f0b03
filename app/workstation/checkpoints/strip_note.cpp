#include "app/workstation/checkpoints/strip_note.h"

#include "app/workstation/runs/run_presets.h"

#include <QCoreApplication>

namespace mama {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("mama::stripNote", text); }

} // namespace

QString stripNote(const RunView& run)
{
    if (run.checkpoints.size() > 2)
        return {};
    if (!run.config.is_object())
        return tr("No run has been written to this folder.");
    const auto every = run.config.value("checkpoint_every", std::int64_t{0});
    const QString first = run.checkpoints.empty()
                              ? tr("No checkpoint has been written yet: there is one every %1 steps.").arg(every)
                              : QString();
    if (run.config.value("keep_every", std::int64_t{0}) > 0)
        return first;
    const std::int64_t steps = run.config.value("steps", std::int64_t{0}), keep = keepEveryFor(run.config);
    const QString few =
        tr("This run keeps only its last and its best checkpoint.") + QLatin1Char(' ') +
        (2 * keep > steps
             ? tr("To have more to drag over, give the next run a smaller checkpoint_every and the same keep_every.")
             : tr("To have more to drag over, give the next run a keep_every, for instance %1.").arg(keep));
    return first.isEmpty() ? few : first + QLatin1Char(' ') + few;
}

} // namespace mama
