#include "app/workstation/engine/show_result.h"

#include "widgets/look/shown_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace mama {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("mama::showResult", text); }

viewer::OverlayLegend legendOf(const SentenceResult& result)
{
    viewer::OverlayLegend legend;
    if (!result.model)
        return legend;
    const ModelFacts& model = *result.model;
    QString name = model.name + QLatin1Char(' ') + model.shortHash();
    if (result.checkpoint)
        name = tr("%1, checkpoint of step %2").arg(name).arg(*result.checkpoint);
    legend.sentence = result.scores.sentence.toStdString();
    legend.warning = result.scores.note.toStdString();
    legend.model = name.toStdString();
    legend.profile = model.profile.toStdString();
    legend.note = shownText(provenanceLine(sourceOf(result), ProvenanceForm::Note)).toStdString();
    return legend;
}

} // namespace

ModelSource sourceOf(const SentenceResult& result)
{
    ModelSource source = result.model->source();
    source.step = result.checkpoint.value_or(0);
    return source;
}

void showResult(viewer::PaneView& view, const SentenceResult* result)
{
    for (const viewer::PaneId& pane : view.panes()) {
        std::shared_ptr<const viewer::MapOverlay> overlay;
        QString score;
        if (result) {
            const auto map = std::find_if(result->maps.begin(), result->maps.end(),
                                          [&](const SentenceMap& each) { return each.pane == pane; });
            overlay = map == result->maps.end() ? nullptr : map->overlay;
            const auto value = result->scores.images.find(pane);
            if (value != result->scores.images.end() && std::isfinite(value->second))
                score = tr("similarity %1").arg(value->second, 0, 'f', 3);
        }
        view.setOverlay(pane, overlay);
        view.setScore(pane, score);
    }
    view.setLegend(result ? legendOf(*result) : viewer::OverlayLegend());
}

} // namespace mama
