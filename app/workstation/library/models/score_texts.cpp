#include "app/workstation/library/models/score_texts.h"

#include "core/library/studies/study_order.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

namespace mama {
namespace {

struct ScoreTexts
{
    Q_DECLARE_TR_FUNCTIONS(mama::ScoreTexts)
};

constexpr int digits = 3, leastWidth = 90, mostWidth = 200, letterWidth = 8, differenceWidth = 150;

std::optional<float> scoreOf(const AskedModel& model, std::uint32_t study)
{
    if (!model.scores || study >= model.scores->size() || std::isnan((*model.scores)[study]))
        return std::nullopt;
    return (*model.scores)[study];
}

bool lacks(const AskedModel& model, std::uint32_t study)
{
    return !model.model.set || (model.index && !model.index->has(study));
}

// Why a model has no score of a study; empty: it has one, or nothing is asked.
QString whyNone(const AskedModels& models, const AskedModel& model, std::uint32_t study)
{
    const QString& name = model.model.name;
    if (scoreOf(model, study))
        return {};
    if (!model.model.set)
        return ScoreTexts::tr("%1 has no embeddings in this library yet").arg(name);
    if (lacks(model, study))
        return ScoreTexts::tr("%1 has no embeddings of this study's images").arg(name);
    if (!model.problem.isEmpty())
        return ScoreTexts::tr("%1: %2").arg(name, model.problem);
    if (model.waiting)
        return ScoreTexts::tr("%1 is being asked").arg(name);
    const AskedModel& lead = models.models().front();
    return models.asked() && lead.vector.empty() && &model != &lead
               ? ScoreTexts::tr("regions are asked of one model: %1").arg(models.firstName())
               : QString();
}

// By model; empty: they do not all rank it.
std::vector<std::uint32_t> ranksOfStudy(const AskedModels& models, std::uint32_t study)
{
    std::vector<std::uint32_t> out;
    if (!models.ranks())
        return out;
    for (const auto& ranks : models.ranks()->ranks)
        out.push_back(study < ranks.size() ? ranks[study] : 0);
    if (std::none_of(out.begin(), out.end(), [](auto rank) { return rank > 0; }))
        out.clear();
    return out;
}

QString differenceCell(const AskedModels& models, std::uint32_t study)
{
    const auto ranks = ranksOfStudy(models, study);
    if (ranks.empty())
        return models.ranks() ? QStringLiteral("–") : QString();
    QStringList places;
    for (const std::uint32_t rank : ranks)
        places << (rank > 0 ? QString::number(rank) : QStringLiteral("–"));
    return QStringLiteral("%1 (%2)")
        .arg(qlonglong(models.ranks()->difference[study]))
        .arg(places.join(QStringLiteral(", ")));
}

QString differenceTip(const AskedModels& models, std::uint32_t study)
{
    if (!models.ranks())
        return {};
    const auto ranks = ranksOfStudy(models, study);
    if (ranks.empty())
        return ScoreTexts::tr("Not every model has a score of this study.");
    QStringList lines;
    for (std::size_t i = 0; i < ranks.size() && i < models.models().size(); ++i)
        if (ranks[i] > 0)
            lines << ScoreTexts::tr("%1: rank %2").arg(models.models()[i].model.name).arg(ranks[i]);
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n') +
           ScoreTexts::tr("of %1 studies that each of them has a score of")
               .arg(QLocale().toString(qulonglong(models.ranks()->studies)));
}

int widthFor(const QString& name)
{
    return std::clamp(static_cast<int>(name.size()) * letterWidth + letterWidth, leastWidth, mostWidth);
}

} // namespace

QString namedWithTraining(const AskedModels& models, const LibraryModel& model)
{
    const QString said = models.trainedOn(model);
    return said.isEmpty() ? model.name : ScoreTexts::tr("%1, trained on %2").arg(model.name, said);
}

std::vector<StudyTableColumn> scoreColumns(const AskedModels& models)
{
    StudyTableColumn lead{QStringLiteral("score"), ScoreTexts::tr("Score"), true, leastWidth, false, {}, true};
    if (!models.several())
        return {lead};
    std::vector<StudyTableColumn> out;
    for (const AskedModel& each : models.models()) {
        const QString name = out.empty() ? models.firstName() : each.model.name;
        out.push_back({out.empty() ? lead.id : QString::fromStdString(scoreField(name.toStdString())), name, true,
                       widthFor(name), false,
                       plainTip(ScoreTexts::tr("Score by %1")
                                    .arg(name == each.model.name ? namedWithTraining(models, each.model) : name)),
                       true});
    }
    out.push_back(
        {QString::fromLatin1(rankDifference), ScoreTexts::tr("Difference in rank"), true, differenceWidth, false,
         ScoreTexts::tr("How far apart the models rank a study, and in brackets the rank by each of them"), true});
    return out;
}

QString scoreCell(const AskedModels& models, std::uint32_t study, std::size_t column)
{
    if (column >= models.models().size())
        return models.several() ? differenceCell(models, study) : QString();
    const AskedModel& model = models.models()[column];
    const auto score = scoreOf(model, study);
    return score ? shownNumber(*score, digits) : lacks(model, study) ? QStringLiteral("–") : QString();
}

QString scoreTip(const AskedModels& models, std::uint32_t study, std::size_t column)
{
    if (column >= models.models().size())
        return models.several() ? plainTip(differenceTip(models, study)) : QString();
    const QString why = whyNone(models, models.models()[column], study);
    return why.isEmpty() ? QString() : plainTip(why);
}

QString othersNote(const AskedModels& models, std::uint32_t study)
{
    QStringList parts;
    for (std::size_t i = 1; models.asked() && i < models.models().size(); ++i)
        if (const QString cell = scoreCell(models, study, i); !cell.isEmpty())
            parts << models.models()[i].model.name + QLatin1Char(' ') + cell;
    return parts.join(QStringLiteral(" · "));
}

std::vector<StudyScore> studyScores(const AskedModels& models, std::uint32_t study, std::int64_t leadBest)
{
    std::vector<StudyScore> out;
    if (!models.asked())
        return out;
    const auto ranks = ranksOfStudy(models, study);
    for (std::size_t i = 0; i < models.models().size(); ++i) {
        const AskedModel& model = models.models()[i];
        StudyScore one{i == 0 ? models.firstName() : model.model.name, {}, {}, 0, whyNone(models, model, study)};
        if (const auto score = scoreOf(model, study)) {
            one.score = shownNumber(*score, digits);
            one.best = i == 0 ? leadBest : 0;
            if (model.index && !model.vector.empty() && model.index->has(study)) {
                const auto images = model.index->imageScores(model.vector, study);
                one.best = std::max_element(images.begin(), images.end(), [](const auto& a, const auto& b) {
                               return a.score < b.score;
                           })->image;
            }
            if (i < ranks.size() && ranks[i] > 0)
                one.rank = ScoreTexts::tr("rank %1 of %2")
                               .arg(ranks[i])
                               .arg(QLocale().toString(qulonglong(models.ranks()->studies)));
        }
        out.push_back(std::move(one));
    }
    return out;
}

QString othersState(const AskedModels& models, bool canEmbed)
{
    QStringList parts;
    const QLocale locale;
    for (std::size_t i = 1; i < models.models().size(); ++i) {
        const AskedModel& each = models.models()[i];
        const QString name = each.model.name.toHtmlEscaped();
        if (!each.problem.isEmpty())
            parts << ScoreTexts::tr("%1: %2.").arg(name, each.problem.toHtmlEscaped());
        else if (each.waiting)
            parts << ScoreTexts::tr("%1 is being asked…").arg(name);
        const auto embedded = models.studiesOf(each.model);
        if (!embedded || *embedded >= models.studies())
            continue;
        parts << (*embedded == 0 ? ScoreTexts::tr("%1 has no embeddings here yet.").arg(name)
                                 : ScoreTexts::tr("%1 has no embeddings of %2 of %3 studies.")
                                       .arg(name, locale.toString(qulonglong(models.studies() - *embedded)),
                                            locale.toString(qulonglong(models.studies())))) +
                     (canEmbed ? QStringLiteral(" <a href=\"embed:%1\">%2</a>")
                                     .arg(each.model.key.toHtmlEscaped(), ScoreTexts::tr("Embed them"))
                               : QString());
    }
    return parts.join(QLatin1Char(' '));
}

} // namespace mama
