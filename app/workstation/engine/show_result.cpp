#include "app/workstation/engine/show_result.h"

#include "core/protocol/map_way.h"
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
    legend.sentence =
        (result.scores.mapSentence.isEmpty() ? result.scores.sentence : result.scores.mapSentence).toStdString();
    QStringList warnings;
    if (!result.scores.note.isEmpty())
        warnings << result.scores.note;
    for (const auto& [pane, reason] : result.scores.outside)
        if (!warnings.contains(reason))
            warnings << reason;
    legend.warning = warnings.join(QLatin1Char('\n')).toStdString();
    legend.model = name.toStdString();
    legend.profile = model.profile.toStdString();
    const MapFacts& map = result.map;
    const bool less = map.less.what != QLatin1String("none");
    legend.range = (result.scores.mapRange ? tr("scale: 50th to 99th percentile in %1").arg(result.scores.reference)
                    : less                 ? tr("scale: −1 to 1, where a difference can reach −2 and 2")
                                           : tr("scale: −1 to 1, as there is no reference for these maps"))
                       .toStdString();
    if (!map.way.isEmpty())
        legend.way = shownText(mapWayLegend(map.way.toStdString(), model.kind.toStdString())).toStdString();
    if (!result.beside.empty())
        legend.way += (legend.way.empty() ? "" : "; ") +
                      tr("first %1, beside it %2").arg(mapName(map), mapName(result.besideMap)).toStdString();
    if (map.less.what == QLatin1String("sentence"))
        legend.minusSentence = map.less.sentence.toStdString();
    if (map.less.what == QLatin1String("way"))
        legend.minus = tr("less the same map drawn as %1").arg(map.less.sentence).toStdString();
    if (map.less.what == QLatin1String("reference"))
        legend.minus = tr("less the mean map of %1").arg(map.lessOf).toStdString();
    else if (map.less.what == QLatin1String("neutral"))
        legend.minus = tr("less the mean of neutral sentences (%1)").arg(map.lessOf).toStdString();
    legend.note = shownText(provenanceLine(sourceOf(result), ProvenanceForm::Note)).toStdString();
    return legend;
}

} // namespace

QString mapName(const MapFacts& map)
{
    return map.less.what == QLatin1String("way") ? map.way + QStringLiteral(" − ") + map.less.sentence : map.way;
}

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
        QString score, doubt;
        if (result) {
            const auto map = std::find_if(result->maps.begin(), result->maps.end(),
                                          [&](const SentenceMap& each) { return each.pane == pane; });
            overlay = map == result->maps.end() ? nullptr : map->overlay;
            const auto value = result->scores.images.find(pane);
            QStringList doubts;
            if (result->scores.unlike)
                doubts << tr("the model knows no such sentence");
            if (result->scores.outside.contains(pane))
                doubts << tr("outside the model's training data");
            doubt = doubts.join(QLatin1Char('\n'));
            if (value != result->scores.images.end() && std::isfinite(value->second))
                score = tr("image similarity %1").arg(shownNumber(value->second, 3));
            if (!score.isEmpty() && !result->beside.empty())
                score += QLatin1Char('\n') + mapName(result->map);
            const auto rank = result->scores.imageRanks.find(pane);
            if (!score.isEmpty() && rank != result->scores.imageRanks.end() && std::isfinite(rank->second))
                score += QLatin1Char('\n') + tr("rank %1 %").arg(100 * rank->second, 0, 'f', 0);
        }
        view.setOverlay(pane, overlay);
        view.setScore(pane, score, doubt);
    }
    view.setLegend(result ? legendOf(*result) : viewer::OverlayLegend());
}

} // namespace mama
