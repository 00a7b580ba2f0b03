#include "core/study/fusion.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mama {
namespace {

double maximum(const std::vector<double>& values) { return *std::max_element(values.begin(), values.end()); }

double mean(const std::vector<double>& values)
{
    double sum = 0;
    for (const double v : values)
        sum += v;
    return sum / static_cast<double>(values.size());
}

// Scores of one text on the images of one group, combined over the views.
double overViews(const std::vector<double>& values, FusionRule rule)
{
    return rule == FusionRule::Mean ? mean(values) : maximum(values);
}

struct Group
{
    Side side;
    std::vector<std::size_t> images;
};

std::vector<Group> groups(std::span<const Side> sides, const std::vector<bool>& parts)
{
    std::vector<Group> out;
    for (const Side side : {Side::Right, Side::Left, Side::Both, Side::Unknown}) {
        Group group{side, {}};
        for (std::size_t i = 0; i < sides.size(); ++i)
            if (sides[i] == side && parts[i])
                group.images.push_back(i);
        if (!group.images.empty())
            out.push_back(std::move(group));
    }
    return out;
}

} // namespace

const char* name(FusionRule rule)
{
    return rule == FusionRule::Maximum ? "maximum" : rule == FusionRule::Mean ? "mean" : "mean-of-breast-maxima";
}

const char* viewsRule(FusionRule rule)
{
    return rule == FusionRule::Mean ? "mean over the views of a breast" : "maximum over the views of a breast";
}

const char* studyRule(FusionRule rule)
{
    return rule == FusionRule::Maximum ? "maximum over the breasts"
           : rule == FusionRule::Mean  ? "mean over the images"
                                       : "mean over the breasts";
}

FusionRule fusionRuleByName(const std::string& text)
{
    for (const FusionRule rule : {FusionRule::Maximum, FusionRule::Mean, FusionRule::MeanOfBreastMaxima})
        if (text == name(rule))
            return rule;
    throw Error(ErrorCode::Usage, {action::chooseFusionRule}, text,
                {TextId("zeroshot.fusion_rules", "there are maximum, mean, mean-of-breast-maxima")});
}

FusedScores fuse(const std::vector<std::vector<double>>& scores, std::span<const Side> sides,
                 const std::vector<bool>& parts, FusionRule rule)
{
    const std::size_t texts = scores.empty() ? 0 : scores.front().size();
    const std::vector<Group> all = groups(sides, parts);
    FusedScores out;
    out.study.assign(texts, std::numeric_limits<double>::quiet_NaN());
    for (const Group& group : all)
        if (group.side == Side::Right || group.side == Side::Left)
            out.breasts.push_back({group.side, {}});
    for (std::size_t t = 0; t < texts; ++t) {
        std::vector<double> perGroup, everyImage;
        for (const Group& group : all) {
            std::vector<double> views;
            for (const std::size_t i : group.images)
                views.push_back(scores[i][t]);
            everyImage.insert(everyImage.end(), views.begin(), views.end());
            perGroup.push_back(overViews(views, rule));
            for (BreastScores& breast : out.breasts)
                if (breast.side == group.side)
                    breast.scores.push_back(perGroup.back());
        }
        if (!everyImage.empty())
            out.study[t] = rule == FusionRule::Maximum ? maximum(perGroup)
                                                       : mean(rule == FusionRule::Mean ? everyImage : perGroup);
    }
    return out;
}

std::vector<bool> takePart(std::span<const Slot> slots)
{
    const auto hangs = [](Slot slot) { return slot != Slot::Extra; };
    const bool any = std::any_of(slots.begin(), slots.end(), hangs);
    std::vector<bool> out;
    for (const Slot slot : slots)
        out.push_back(!any || hangs(slot));
    return out;
}

} // namespace mama
