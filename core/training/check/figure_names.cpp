#include "core/training/check/figure_names.h"

#include "core/protocol/map_way.h"
#include "core/tables/image_record.h"
#include "core/training/check/run_check.h"

namespace mama {
namespace {

void addLesions(std::vector<std::string>& names, const std::string& ending)
{
    for (const char* kind : lesionKinds)
        for (const char* figure : lesionFigures)
            names.push_back(kind + std::string(figure) + ending);
}

std::vector<std::string> pretrainingFigures(const Settings& settings)
{
    std::vector<std::string> names;
    for (const auto label : {densityLabel, biradsLabel})
        for (const NamedFigure& figure : zeroShotFigures)
            names.push_back(std::string(label) + figure.name);
    for (const NamedFigure& figure : lossFigures)
        names.emplace_back(figure.name);
    if (trainsOnMasks(settings))
        for (const NamedFigure& figure : denseLossFigures)
            names.emplace_back(figure.name);
    if (!settings.text("dense.sentences").empty())
        for (const std::string& readOut : evaluatedMapWays(settings))
            addLesions(names, readOutEnding(readOut));
    return names;
}

} // namespace

std::string readOutEnding(const std::string& readOut)
{
    return readOut == readOutNames().front() ? std::string() : "_" + readOut;
}

std::vector<std::string> evaluationFigures(const Settings& settings)
{
    if (settings.is({"task", "pretrain"}))
        return pretrainingFigures(settings);
    std::vector<std::string> names;
    if (settings.is({"task", "warm-start"}))
        addLesions(names, {});
    else
        names.assign(classFigures.begin(), classFigures.end());
    return names;
}

} // namespace mama
