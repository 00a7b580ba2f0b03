#include "core/study/orientation.h"

#include "core/image/breast_outline.h"

#include <algorithm>

namespace mama {
namespace {

constexpr auto mirroredBadge = TextId("badge.mirrored", "mirrored");
constexpr auto disagreeBadge = TextId("badge.disagree", "side and pixels disagree");
constexpr auto mirroredWarning =
    TextId("study.stored_mirrored", "stored mirrored, by outline: side %1, chest wall at the %2 edge");
constexpr auto disagreeWarning =
    TextId("study.side_and_pixels_disagree",
           "side and pixels disagree: side %1, PatientOrientation %2\\%3, chest wall at the %4 edge");

// First letters of PatientOrientation as hung: towards the right edge, towards the bottom.
std::pair<char, char> expected(const StudyImage& image)
{
    const bool right = image.side == Side::Right;
    const bool craniocaudal = image.view == "CC" || image.view == "XCCL" || image.view == "XCCM";
    const bool fromTheSide = image.view == "MLO" || image.view == "ML" || image.view == "LM" || image.view == "LMO" ||
                             image.view == "SIO" || image.view == "ISO";
    return {right ? 'P' : 'A', craniocaudal ? (right ? 'L' : 'R') : fromTheSide ? 'F' : '\0'};
}

// In place of what an earlier look said under the same id.
void set(std::vector<UserText>& list, const UserText& text, bool wanted)
{
    std::erase_if(list, [&](const UserText& each) { return each.id() == text.id(); });
    if (wanted)
        list.push_back(text);
}

} // namespace

char oppositeDirection(char letter)
{
    constexpr std::pair<char, char> Pairs[] = {{'A', 'P'}, {'L', 'R'}, {'F', 'H'}};
    for (const auto& [one, other] : Pairs) {
        if (letter == one)
            return other;
        if (letter == other)
            return one;
    }
    return 0;
}

std::pair<char, char> hungDirections(const StudyImage& image)
{
    return image.side == Side::Right || image.side == Side::Left ? expected(image) : std::pair{'\0', '\0'};
}

PixelEvidence lookAtPixels(const StoredImage& image, const GreyPipeline& pipeline)
{
    return evidenceOf(findBreast(image, pipeline));
}

PixelEvidence evidenceOf(const BreastOutline& breast)
{
    return {breast.chestWall != ImageEdge::None, breast.chestWall == ImageEdge::Left, breast.chestWallColumn,
            breast.found() ? breast.area : 0};
}

void orient(StudyImage& image, const PixelEvidence& evidence)
{
    image.chestWallColumn = evidence.chestWallColumn;
    image.breastArea = evidence.breastArea;
    image.mirrorForDisplay = image.flipForDisplay = image.mirrored = false;
    if (image.side != Side::Right && image.side != Side::Left)
        return;
    const auto [row, column] = expected(image);
    const auto& tag = image.header.patientOrientation;
    const char rowTag = tag.first.empty() ? '\0' : tag.first.front();
    // Only A or P along the rows says where the chest wall is.
    const bool tagged = rowTag == row || rowTag == oppositeDirection(row);
    image.flipForDisplay = column != 0 && !tag.second.empty() && tag.second.front() == oppositeDirection(column);
    // As hung, the right breast's chest wall is at the right edge.
    image.mirrored = evidence.found && evidence.chestWallLeft == (image.side == Side::Right);
    const bool mirroredByTag = rowTag == oppositeDirection(row);
    image.mirrorForDisplay = tagged ? mirroredByTag : image.mirrored;
    const bool contradiction = tagged && evidence.found && image.mirrored != mirroredByTag;
    const char* side = name(image.side);
    const UserText wall = evidence.chestWallLeft ? UserText{TextId("study.left_edge", "left")}
                                                 : UserText{TextId("study.right_edge", "right")};
    set(image.badges, {mirroredBadge}, !tagged && image.mirrored);
    set(image.badges, {disagreeBadge}, contradiction);
    set(image.warnings, {mirroredWarning, side, wall}, !tagged && image.mirrored);
    set(image.warnings, {disagreeWarning, side, tag.first, tag.second, wall}, contradiction);
}

} // namespace mama
